"""The tables of the face are complete, and say what is true."""

from chatserver.core import effects, events
from chatserver.core.effects import Reason, Refused, Reply
from chatserver.core.events import Event
from chatserver.core.execute.modes import ROOM_MODES
from chatserver.core.execute.modes import USER_MODES as KNOWN_USER_MODES
from chatserver.core.state import State
from chatserver.faces.irc import isupport
from chatserver.faces.irc.dialect import RENDERERS
from chatserver.faces.irc.replies import REFUSALS, REPLIES, refuse
from chatserver.faces.irc.session import Session
from chatserver.faces.irc.verbs import SETTLING, VERBS
from chatwire.message import parse
from tests.chatserver.faces.irc.desk import FACTS


def kinds(module: object, base: type) -> set[type]:
    """Return the types of `module` that are a `base`, but not `base` itself."""
    found = vars(module).values()
    return {kind for kind in found if isinstance(kind, type) and issubclass(kind, base)} - {base}


def test_every_event_can_be_written() -> None:
    """A row for each event type, and for nothing else."""
    assert set(RENDERERS) == kinds(events, Event)


def test_every_reply_can_be_said() -> None:
    """A row for each reply type, and for nothing else."""
    assert set(REPLIES) == kinds(effects, Reply)


def test_every_reason_has_its_numeric() -> None:
    """A row for each reason; what it makes is a numeric to the client with a text."""
    assert set(REFUSALS) == set(Reason)
    session, state = Session(lambda: FACTS, "127.0.0.1", "", secure=False), State(FACTS.limits)
    for reason in Reason:
        (line,) = refuse(session, "nick", Refused(reason, "subject", "l detail"), state)
        message = parse(line.rstrip(b"\r\n"))
        assert message.command.isdigit()
        assert message.params[0] == "nick"
        assert len(message.params) >= 2
        assert "{" not in message.params[-1]


def test_every_letter_that_is_advertised_is_known_to_the_core() -> None:
    """CHANMODES, PREFIX and the user modes are what the core does."""
    letters = isupport.LISTS + isupport.KEYS + isupport.LIMITS + isupport.FLAGS + "ov"
    assert sorted(letters) == sorted(ROOM_MODES)
    assert isupport.USER_MODES == KNOWN_USER_MODES


def test_every_command_can_be_asked_for() -> None:
    """All that docs/irc.md promises, each with a line of help."""
    required = """CAP NICK USER PASS QUIT PING PONG JOIN PART NAMES LIST TOPIC INVITE KICK MODE MONITOR
        PRIVMSG NOTICE TAGMSG BATCH WHO WHOIS WHOWAS USERHOST ISON AWAY SETNAME MOTD LUSERS VERSION TIME
        INFO ADMIN LINKS HELP HELPOP OPER KILL WALLOPS MARKREAD REDACT REHASH CHATHISTORY SEARCH
        ISUPPORT CHGHOST SESSION NS NICKSERV AUTHENTICATE REGISTER VERIFY METADATA
        WEBIRC RENAME CS CHANSERV"""
    assert set(VERBS) == set(required.split())
    assert all(verb.summary.endswith(".") for verb in VERBS.values())


def test_commands_that_settle_are_commands() -> None:
    """Those with long answers, and those after which lines are other ones."""
    assert set(SETTLING) <= set(VERBS)
