"""What the server supports, as RPL_ISUPPORT and RPL_MYINFO say it (Modern IRC, both by name).

Rule: it is computed from the limits that hold and the tables that do the work, so that it is true.
Who asked for `draft/extended-isupport` may ask before registration, and gets the lines as one batch.
"""

from collections.abc import Sequence

from chatserver.core.limits import HOST
from chatserver.core.members import User
from chatserver.core.monitors import MONITORED_MOST
from chatserver.core.records import PREFIXES, STATUSES
from chatserver.core.rights import ACCOUNT, MUTE
from chatserver.core.state import State
from chatserver.faces.contract import Ask
from chatserver.faces.irc.dialect import in_batch
from chatserver.faces.irc.facts import ServerFacts
from chatserver.faces.irc.lines import finish
from chatserver.faces.irc.session import Items, Session
from chatwire import caps
from chatwire.message import Message
from chatwire.text import pack

MOST_TARGETS = 20
"""Targets of one PRIVMSG, NOTICE, TAGMSG or KICK."""

HISTORY_MOST = 100
"""Messages that one CHATHISTORY asks for."""

MULTILINE_BYTES = 8192
"""Bytes of a message of several lines: as many as a line of plain text has."""

MULTILINE_LINES = 100
"""Lines of such a message."""

LISTS, KEYS, LIMITS, FLAGS = "beI", "k", "l", "Cimnrst"
"""Modes of rooms: lists; always with a parameter; with one when set; without (types A to D)."""

USER_MODES = "Biow"

_TOKENS_A_LINE = 13


def targets() -> str:
    """Return the value of TARGMAX: how many targets each command takes, no number for any."""
    limited = {"KICK", "NOTICE", "PRIVMSG", "TAGMSG"}
    single = {"WHOIS"}
    free = {"JOIN", "LIST", "NAMES", "PART"}
    limits = {
        **dict.fromkeys(limited, str(MOST_TARGETS)),
        **dict.fromkeys(single, "1"),
        **dict.fromkeys(free, ""),
    }
    return ",".join(f"{verb}:{limits[verb]}" for verb in sorted(limits))


def tokens(server: ServerFacts) -> Sequence[str]:
    """Return all tokens, sorted."""
    limits = server.limits
    values = {
        "ACCOUNTEXTBAN": ACCOUNT.removesuffix(":"),
        "AWAYLEN": limits.away,
        "BOT": "B",
        "CASEMAPPING": "ascii",
        "CHANLIMIT": f"#:{limits.rooms_per_user}",
        "CHANMODES": f"{LISTS},{KEYS},{LIMITS},{FLAGS}",
        "CHANNELLEN": limits.room,
        "CHANTYPES": "#",
        "CHATHISTORY": HISTORY_MOST,
        "ELIST": "CMNTU",
        "EXCEPTS": "e",
        "EXTBAN": f",{''.join(sorted(letter.removesuffix(':') for letter in (ACCOUNT, MUTE)))}",
        "HOSTLEN": HOST,
        "INVEX": "I",
        "KEYLEN": limits.room_key,
        "KICKLEN": limits.reason,
        "MAXLIST": ",".join(f"{letter}:{limits.list_entries}" for letter in LISTS),
        "MAXTARGETS": MOST_TARGETS,
        "MODES": limits.mode_changes,
        "MONITOR": MONITORED_MOST,
        "MSGREFTYPES": "msgid,timestamp",
        "NAMELEN": limits.realname,
        "NETWORK": _escape(server.network),
        "NICKLEN": limits.nick,
        "PREFIX": f"({STATUSES}){''.join(PREFIXES[letter] for letter in STATUSES)}",
        "SAFERATE": "",
        "STATUSMSG": "".join(PREFIXES[letter] for letter in STATUSES),
        "TARGMAX": targets(),
        "TOPICLEN": limits.topic_of(limits.room),
        "USERLEN": limits.username,
        "UTF8MAPPING": "rfc8265",
        "UTF8ONLY": "",
        "WHOX": "",
        "draft/ICON": _escape(server.icon),
    }
    if not limits.unicode_names:
        del values["UTF8MAPPING"]
    if not server.icon:
        del values["draft/ICON"]
    return [f"{name}={value}" if value != "" else name for name, value in values.items()]


def token_lines(server: ServerFacts) -> Sequence[Sequence[str]]:
    """Return the tokens by lines: at most thirteen in one, and no longer than a line may be."""
    limit = 510 - len(f":{server.name} 005  :are supported by this server") - server.limits.nick
    lines: list[Sequence[str]] = []
    found = tokens(server)
    for start in range(0, len(found), _TOKENS_A_LINE):
        group = found[start : start + _TOKENS_A_LINE]
        lines.extend(line.split(" ") for line in pack(group, limit))
    return lines


def support(session: Session, nick: str) -> list[bytes]:
    """Return what the server supports (RPL_ISUPPORT), told to `nick` ("" for who has none yet)."""
    lines = [
        session.numeric("005", nick, *tokens, text="are supported by this server")
        for tokens in token_lines(session.server)
    ]
    if not (session.has(caps.EXTENDED_ISUPPORT) and session.has(caps.BATCH)):
        return lines
    session.batches += 1
    server, reference = session.server.name, f"isupport-{session.batches}"
    start = finish(f":{server} BATCH +{reference} draft/isupport")
    return [start, *in_batch(server, lines, reference).splitlines(keepends=True)]


def isupport(session: Session, _message: Message) -> Items:
    """ISUPPORT: what the server supports, also before registration (IRCv3 extended-isupport)."""
    if not (session.registered or session.has(caps.EXTENDED_ISUPPORT)):
        return [session.tell("451", text="You have not registered")]

    def answer(_state: State, user: User | None, _moment: object) -> Sequence[bytes]:
        return support(session, user.nick if user else "")

    return [Ask(answer)]


def my_info(server: ServerFacts) -> Sequence[str]:
    """Return the parameters of RPL_MYINFO: server, version, and letters of modes."""
    with_parameter = "".join(sorted(LISTS + KEYS + LIMITS + STATUSES))
    every = "".join(sorted(with_parameter + FLAGS))
    return server.name, server.version, USER_MODES, every, with_parameter


def _escape(text: str) -> str:
    r"""Return `text` as a token's value: ASCII, with space, `=`, backslash as `\x20` and so on."""
    escapes = {" ": "\\x20", "=": "\\x3D", "\\": "\\x5C"}
    letters = (escapes.get(letter, letter) for letter in text)
    return "".join(letter for letter in letters if letter.isascii() and letter.isprintable())
