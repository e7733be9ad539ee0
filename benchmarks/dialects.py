"""How a client of each kind of server enters the one room and speaks there, pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace

ROOM = "#lobby"  # where the plain face puts everyone


@dataclass(frozen=True, slots=True)
class Dialect:
    """`join` gives the bytes that enter the room under a name, `say` those that speak in it.

    Some servers let only those in whom they have welcomed: `enter` is sent after an answer with `welcome`.
    """

    join: Callable[[str], bytes]
    say: Callable[[bytes], bytes]
    welcome: bytes = b""
    enter: bytes = b""
    together: int = 8
    """So many ask to enter at once: some servers accept few at a time, others answer once a second."""


def _irc_join(name: str) -> bytes:
    return f"NICK {name}\r\nUSER {name} 0 * :{name}\r\n".encode()


def _irc_tags_join(name: str) -> bytes:
    return b"CAP REQ :message-tags server-time\r\nCAP END\r\n" + _irc_join(name)


def _irc_say(text: bytes) -> bytes:
    return b"PRIVMSG %s :%s\r\n" % (ROOM.encode(), text)


def _nats_join(name: str) -> bytes:
    return (
        b'CONNECT {"verbose":false,"pedantic":false,"echo":false,"name":"%s"}\r\nSUB lobby 1\r\n'
        % name.encode()
    )


def _nats_say(text: bytes) -> bytes:
    return b"PUB lobby %d\r\n%s\r\n" % (len(text), text)


def _redis_join(_name: str) -> bytes:
    return b"HELLO 3\r\nSUBSCRIBE lobby\r\n"


def _redis_say(text: bytes) -> bytes:
    return b"*3\r\n$7\r\nPUBLISH\r\n$5\r\nlobby\r\n$%d\r\n%s\r\n" % (len(text), text)


PLAIN = Dialect(lambda name: f"/nick {name}\n".encode(), lambda text: text + b"\n")
_WELCOMED = b" 001 ", f"JOIN {ROOM}\r\n".encode()
IRC = Dialect(_irc_join, _irc_say, *_WELCOMED)
IRC_TAGS = Dialect(
    _irc_tags_join, _irc_say, *_WELCOMED
)  # message-tags (with msgid) and server-time
IRC_SLOW_WELCOME = replace(IRC, together=256)
NATS = Dialect(_nats_join, _nats_say)
REDIS = Dialect(_redis_join, _redis_say)  # RESP3: who is subscribed may publish too
