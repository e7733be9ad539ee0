"""How a client of each kind of server enters rooms and speaks there, pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace

ROOM = "#lobby"  # where the plain face puts everyone


@dataclass(frozen=True, slots=True)
class Dialect:
    """`join` gives the bytes that register a name, and enter the lobby where that needs no welcome.

    `enter_room` gives those that enter a room, `say_in` those that speak in one. Some servers let only
    those in whom they have welcomed: there, nothing is entered before an answer with `welcome`.
    """

    join: Callable[[str], bytes]
    enter_room: Callable[[str], bytes]
    say_in: Callable[[str, bytes], bytes]
    welcome: bytes = b""
    inside: bytes = b""
    """What stands in the answer that tells who is there, for whoever has entered; b"" if nothing does."""
    together: int = 8
    """So many ask to enter at once: some servers accept few at a time, others answer once a second."""

    @property
    def enter(self) -> bytes:
        """What enters the lobby, for whoever was welcomed; b"" where joining did."""
        return self.enter_room(ROOM) if self.welcome else b""

    def say(self, text: bytes, room: str = ROOM) -> bytes:
        """Return the bytes that say `text` in a room."""
        return self.say_in(room, text)


def _irc_join(name: str) -> bytes:
    return f"NICK {name}\r\nUSER {name} 0 * :{name}\r\n".encode()


def _irc_tags_join(name: str) -> bytes:
    return b"CAP REQ :message-tags server-time\r\nCAP END\r\n" + _irc_join(name)


def _irc_echo_join(name: str) -> bytes:
    return b"CAP REQ :echo-message\r\nCAP END\r\n" + _irc_join(name)


def _irc_enter(room: str) -> bytes:
    return f"JOIN {room}\r\n".encode()


def _irc_say(room: str, text: bytes) -> bytes:
    return b"PRIVMSG %s :%s\r\n" % (room.encode(), text)


def _nats_join(name: str) -> bytes:
    return (
        b'CONNECT {"verbose":false,"pedantic":false,"echo":false,"name":"%s"}\r\n' % name.encode()
        + _nats_enter(ROOM)
    )


def _nats_enter(room: str) -> bytes:
    subject = room.removeprefix("#")
    return f"SUB {subject} {subject}\r\n".encode()


def _nats_say(room: str, text: bytes) -> bytes:
    return b"PUB %s %d\r\n%s\r\n" % (room.removeprefix("#").encode(), len(text), text)


def _redis_join(_name: str) -> bytes:
    return b"HELLO 3\r\n" + _redis_enter(ROOM)


def _redis_enter(room: str) -> bytes:
    return f"SUBSCRIBE {room.removeprefix('#')}\r\n".encode()


def _redis_say(room: str, text: bytes) -> bytes:
    channel = room.removeprefix("#").encode()
    return b"*3\r\n$7\r\nPUBLISH\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n" % (
        len(channel), channel, len(text), text,
    )  # fmt: skip


def _plain_say(_room: str, text: bytes) -> bytes:
    return text + b"\n"  # in the room that was entered last


PLAIN = Dialect(
    lambda name: f"/nick {name}\n".encode(),
    lambda room: f"/join {room}\n".encode(),
    _plain_say,
    inside=b"are in #lobby",
    together=4000,
)
IRC = Dialect(_irc_join, _irc_enter, _irc_say, b" 001 ", b" 366 ")
IRC_LONG_BACKLOG = replace(IRC, together=4000)
IRC_TAGS = replace(IRC_LONG_BACKLOG, join=_irc_tags_join)  # message-tags (with msgid), server-time
IRC_ECHO = replace(IRC_LONG_BACKLOG, join=_irc_echo_join)  # who speaks hears it, too
IRC_SLOW_WELCOME = replace(IRC, together=256)
NATS = Dialect(_nats_join, _nats_enter, _nats_say, together=256)
REDIS = Dialect(_redis_join, _redis_enter, _redis_say, together=256)  # RESP3: who hears may publish
