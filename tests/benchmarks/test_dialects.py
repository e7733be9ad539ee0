"""The bytes that enter and speak."""

from benchmarks.dialects import IRC, IRC_TAGS, NATS, PLAIN, REDIS


def test_plain_is_lines() -> None:
    """One command names the guest, then a line is a message."""
    assert PLAIN.join("m1") == b"/nick m1\n"
    assert PLAIN.say(b"hello") == b"hello\n"


def test_irc_registers_and_joins() -> None:
    """Registration, then the room; with capabilities they are asked for first."""
    assert IRC.join("m1") == b"NICK m1\r\nUSER m1 0 * :m1\r\n"
    assert (IRC.welcome, IRC.enter) == (b" 001 ", b"JOIN #lobby\r\n")
    assert IRC.say(b"hello") == b"PRIVMSG #lobby :hello\r\n"
    assert IRC_TAGS.join("m1").startswith(b"CAP REQ :message-tags server-time\r\nCAP END\r\n")
    assert IRC_TAGS.join("m1").endswith(IRC.join("m1"))


def test_nats_tells_the_length() -> None:
    """A NATS message carries its length, and does not come back to its sender."""
    assert NATS.say(b"hello") == b"PUB lobby 5\r\nhello\r\n"
    assert b'"echo":false' in NATS.join("m1")
    assert NATS.join("m1").endswith(b"SUB lobby lobby\r\n")


def test_redis_publishes_where_it_is_subscribed() -> None:
    """RESP3 lets one connection do both."""
    assert REDIS.join("m1").startswith(b"HELLO 3\r\n")
    assert REDIS.say(b"hello") == b"*3\r\n$7\r\nPUBLISH\r\n$5\r\nlobby\r\n$5\r\nhello\r\n"


def test_other_rooms_are_named() -> None:
    """Each kind of server has its way in, and its way to say where something is said."""
    assert PLAIN.enter_room("#r1") == b"/join #r1\n"
    assert IRC.enter_room("#r1") == b"JOIN #r1\r\n"
    assert IRC.say(b"hi", "#r1") == b"PRIVMSG #r1 :hi\r\n"
    assert NATS.say(b"hi", "#r1") == b"PUB r1 2\r\nhi\r\n"
    assert REDIS.say(b"hi", "#r1") == b"*3\r\n$7\r\nPUBLISH\r\n$2\r\nr1\r\n$2\r\nhi\r\n"
