"""The IRC face of a connection: lines in, requests out; replies, events and history in, lines out.

Rules: it never raises, whatever a line is, and answers what it can't read. Capabilities change only
while nothing is under way (`must_settle`): every answer is written for the client as it asked.
"""

import re
from collections.abc import Callable, Sequence

from msgspec import structs

from chatserver.core.effects import Reason, Refused, Registered, Reply, Welcomed
from chatserver.core.events import KeptEvent
from chatserver.core.members import User
from chatserver.core.state import State
from chatserver.faces.contract import Lookup, Request
from chatserver.faces.irc import multiline
from chatserver.faces.irc.accounts import REGISTER, registered
from chatserver.faces.irc.dialect import IrcDialect, dialect_for
from chatserver.faces.irc.facts import ServerFacts
from chatserver.faces.irc.lines import BODY_LIMIT, as_middle, finish
from chatserver.faces.irc.playback import is_wanted
from chatserver.faces.irc.recall import recall
from chatserver.faces.irc.registration import after, notify
from chatserver.faces.irc.replies import REPLIES, refuse
from chatserver.faces.irc.session import Inquiry, Items, Session
from chatserver.faces.irc.talk import hear
from chatserver.faces.irc.verbs import SETTLING, VERBS
from chatwire import caps
from chatwire.framing import Overlong
from chatwire.message import (
    EncodingError,
    GrammarError,
    Message,
    parse,
    parse_tags,
    split_tags,
)
from chatwire.names import looks_like_room

_TAG_LIMIT = 4096
"""Bytes of the tags, `@` and space included (IRCv3 message-tags, "Size limit")."""

_REGISTER_LIMIT = 1024
"""Bytes of a line of REGISTER: SASL takes longer passwords than fit in a line, so it can't be less."""

_UNPROVED = (Reason.PROOF_OUTDATED, Reason.NO_SUCH_ACCOUNT)
"""What happened to an account between its proof and registration: it must be proved anew."""

_SETTLING = re.compile(
    rb"(?:@[^ ]* )? *(?::[^ ]* )? *(?:" + "|".join(SETTLING).encode() + rb")(?: |$)", re.IGNORECASE
)


class IrcFace:
    """What one IRC client has said so far, and how it is spoken to. Implements `contract.Face`."""

    def __init__(
        self,
        facts: Callable[[], ServerFacts],
        host: str,
        address: str,
        *,
        secure: bool = False,
        private: bool = False,
        certificate: str = "",
    ) -> None:
        """Make the face of a connection from `host` (as others see it) and `address` (with its port).

        `facts` gives the facts of the server as they are now: they change when it is told to. Nobody
        can listen in on a `private` connection. `certificate` is the SHA-256 of the client's.
        """
        self._session = Session(
            facts, host, address, secure=secure, private=private, certificate=certificate
        )
        self._dialect = dialect_for(facts().name, ())

    @property
    def dialect(self) -> IrcDialect:
        """How events are written for it now."""
        return self._dialect

    @property
    def registered(self) -> bool:
        """Whether it is a user."""
        return self._session.registered

    def hear(self, lines: Sequence[bytes | Overlong], start: int) -> tuple[Request, int] | None:
        """Take lines that say something in a room as most programs write it: `PRIVMSG #room :text`."""
        session = self._session
        if not session.registered or session.noticed is not session.server:
            return None
        return hear(lines, start)

    def receive(self, line: bytes | Overlong) -> Request | None:
        """Take the next line, without its end; None when there is nothing to do or say."""
        session = self._session
        if isinstance(line, Overlong) or _too_long(line):
            return Request((session.tell("417", text="Input line was too long"),))
        try:
            message = parse(line)
        except EncodingError:
            text = "The line was not UTF-8 and was dropped: your client must use UTF-8 here"
            return Request(
                (session.fail(_verb(line), "INVALID_UTF8", text=text),), self._label(line)
            )
        except GrammarError:
            return self._unknown(line)
        label = session.valid_label(message.tags.get("label", ""))
        asked = self._dispatch(message)
        if session.noticed is not session.server and not label and session.has(caps.CAP_NOTIFY):
            asked = after(notify(session), asked or [])
            self._dialect = dialect_for(session.server.name, session.caps)
        if asked is None:
            return None
        if isinstance(asked, Request):
            return _labelled(asked, label)
        items = tuple(asked)
        return Request(items, label) if items or label else None

    def must_settle(self, line: bytes | Overlong) -> bool:
        """Say whether `line` may be received only when everything before it has been answered."""
        if not self._session.registered:
            return True
        return not isinstance(line, Overlong) and _SETTLING.match(line) is not None

    def reply(self, reply: Reply, user: User | None, state: State) -> Sequence[bytes] | Lookup:
        """Return `reply` as lines, and learn from it whether it is a user now."""
        session = self._session
        if isinstance(reply, Welcomed):
            session.registered = True
        if user is None:
            return self._reply_to_stranger(reply, state)
        return REPLIES[type(reply)](Inquiry(session, state, user, 0), reply)

    def _reply_to_stranger(self, reply: Reply, state: State) -> Sequence[bytes]:
        """Return what who is no user yet is told: they may make an account, or try to become one."""
        session = self._session
        if isinstance(reply, Registered):
            return registered(session, None, reply)
        if not isinstance(reply, Refused):
            return ()
        if reply.reason in _UNPROVED or reply.command == "Register":
            session.account = ""
        elif session.voice != REGISTER:
            session.nick = ""
        return refuse(session, "", reply, state)

    @property
    def recalls(self) -> bool:
        """Whether it is shown what was said before: it does not ask itself."""
        return not (self._session.has(caps.CHATHISTORY) or self._session.has(caps.PLAYBACK))

    def recall(self, room: str, events: Sequence[KeptEvent]) -> bytes:
        """Return messages from before the asker entered `room`, or that somebody sent them."""
        if not events or is_wanted(self._session, room):
            return b""
        to = room if looks_like_room(room) else getattr(events[0], "target", "")
        return b"".join(recall(self._session, "chathistory", room, events, to))

    def lost(self, count: int) -> bytes:
        """Return a notice that says how much is missing here."""
        session, what = self._session, "1 event is" if count == 1 else f"{count} events are"
        text = f"{what} missing here: too old to be kept when you read on"
        return finish(f":{session.server.name} NOTICE {session.nick or '*'} :{text}")

    def farewell(self, reason: str) -> bytes:
        """Return the last words to this client before the server closes its connection."""
        return finish(f"ERROR :Closing link: {self._session.host} ({reason})")

    def ping(self) -> bytes:
        """Return what makes a living client answer."""
        return finish(f"PING :{self._session.server.name}")

    def _dispatch(self, message: Message) -> Items | Request | None:
        session, name = self._session, message.command
        verb = VERBS.get(name)
        if not session.registered and (verb is None or not verb.early):
            return [session.tell("451", text="You have not registered")]
        if session.registered and name != "BATCH" and multiline.belongs(session, message):
            return multiline.add(session, message)
        if verb is None:
            return [session.tell("421", name, text="Unknown command")]
        if len(message.params) < verb.minimum:
            return [session.need_more(name)]
        asked = verb.handler(session, message)
        if name == "CAP":
            self._dialect = dialect_for(session.server.name, session.caps)
        return asked

    def _unknown(self, line: bytes) -> Request | None:
        """Answer a line that is UTF-8, but no message: nothing for an empty one."""
        rest = split_tags(line)[1].decode().lstrip(" ")
        if rest.startswith(":"):
            rest = rest.partition(" ")[2].lstrip(" ")
        word = rest.partition(" ")[0]
        if not word:
            return None
        session = self._session
        if not session.registered:
            item = session.tell("451", text="You have not registered")
        else:
            item = session.tell("421", as_middle(word), text="Unknown command")
        return Request((item,), self._label(line))

    def _label(self, line: bytes) -> str:
        """Return the label of a line that could not be parsed."""
        tags = split_tags(line)[0].decode(errors="replace")
        return self._session.valid_label(parse_tags(tags[1:].rstrip(" ")).get("label", ""))


def _verb(line: bytes) -> str:
    """Return the command of a line that could not be parsed, `*` if there is none that we know."""
    rest = split_tags(line)[1].decode(errors="replace").lstrip(" ")
    if rest.startswith(":"):
        rest = rest.partition(" ")[2].lstrip(" ")
    word = rest.partition(" ")[0].upper()
    return word if word in VERBS else "*"


def _labelled(asked: Request, label: str) -> Request:
    """Return a request whose answer carries `label`: that of what it asks for in the end."""
    if asked.label or not label:
        return asked
    if (then := asked.then) is None:
        return structs.replace(asked, label=label)
    return structs.replace(asked, then=lambda: _labelled(then(), label))


def _too_long(line: bytes) -> bool:
    """Say whether the tags of `line` or what follows them is longer than a client may send."""
    if len(line) <= BODY_LIMIT:
        return False
    tags, rest = split_tags(line)
    limit = _REGISTER_LIMIT if rest[:9].upper() == b"REGISTER " else BODY_LIMIT
    return len(tags) > _TAG_LIMIT or len(rest) > limit
