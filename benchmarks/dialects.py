"""How a client of each kind of server enters the one room and speaks there, pure."""

from collections.abc import Callable
from dataclasses import dataclass

ROOM = "#lobby"  # where the plain face puts everyone


@dataclass(frozen=True, slots=True)
class Dialect:
    """`join` gives the bytes that enter the room under a name, `say` those that speak in it."""

    join: Callable[[str], bytes]
    say: Callable[[bytes], bytes]


def _irc_join(name: str) -> bytes:
    return f"NICK {name}\r\nUSER {name} 0 * :{name}\r\nJOIN {ROOM}\r\n".encode()


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


PLAIN = Dialect(lambda name: f"/nick {name}\n".encode(), lambda text: text + b"\n")
IRC = Dialect(_irc_join, _irc_say)
IRC_TAGS = Dialect(_irc_tags_join, _irc_say)  # message-tags (with msgid) and server-time
NATS = Dialect(_nats_join, _nats_say)
