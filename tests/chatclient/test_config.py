"""What the arguments ask for."""

import pytest

from chatclient.config import ArgumentError, Config, Login, Security, Tool, build


@pytest.mark.parametrize(
    ("where", "host", "port", "tls", "rooms"),
    [
        ([], "localhost", 9000, False, ("#lobby",)),
        (["chat.example.org"], "chat.example.org", 9000, False, ("#lobby",)),
        (["chat.example.org", "6667"], "chat.example.org", 6667, False, ("#lobby",)),
        (["chat.example.org:6667"], "chat.example.org", 6667, False, ("#lobby",)),
        (["127.0.0.1"], "127.0.0.1", 9000, False, ("#lobby",)),
        (["::1"], "::1", 9000, False, ("#lobby",)),
        (["[::1]"], "::1", 9000, False, ("#lobby",)),
        (["[::1]:1234"], "::1", 1234, False, ("#lobby",)),
        (["::1", "1234"], "::1", 1234, False, ("#lobby",)),
        (["fe80::1%eth0"], "fe80::1%eth0", 9000, False, ("#lobby",)),
        (["irc://h"], "h", 6667, False, ("#lobby",)),
        (["irc://h:9000/#ops"], "h", 9000, False, ("#ops",)),
        (["irc://h:9000/ops,%23dev"], "h", 9000, False, ("#ops", "#dev")),
        (["irc://[::1]:9000/"], "::1", 9000, False, ("#lobby",)),
        (["ircs://h/#ops,#dev"], "h", 6697, True, ("#ops", "#dev")),
        (["ircs://h:7000"], "h", 7000, True, ("#lobby",)),
        (["IRCS://h", "9000"], "h", 9000, True, ("#lobby",)),
    ],
)
def test_places(
    where: list[str],
    host: str,
    port: int,
    tls: bool,  # noqa: FBT001 - a column of the table
    rooms: tuple[str, ...],
) -> None:
    """Names, addresses and URLs, with and without ports, mean what they mean elsewhere."""
    config = build(where)
    assert (config.host, config.port, config.tls, config.rooms) == (host, port, tls, rooms)


@pytest.mark.parametrize(
    ("where", "says"),
    [
        (["h", "1", "x"], "x is one argument too many"),
        (["h", "http"], "'http' is no port"),
        (["h", "0"], "'0' is no port"),
        (["h", "65536"], "'65536' is no port"),
        (["h", "٣"], "is no port"),
        (["h:"], None),
        (["h:x"], "'x' is no port"),
        (["[::1"], "is no address"),
        (["[::1]9000"], "is no address"),
        (["http://h"], "http:// is not spoken here"),
        (["irc://"], "names no server"),
        (["irc://h:99999"], "is no address"),
        (["irc://[::1"], "is no address"),
        ([""], "is no name or address"),
        (["a b"], "is no name or address"),
    ],
)
def test_mistakes(where: list[str], says: str | None) -> None:
    """What makes no sense is said with what to write instead."""
    if says is None:
        assert build(where).port == 9000
        return
    with pytest.raises(ArgumentError, match=says.replace("(", r"\(")):
        build(where)


def test_rooms() -> None:
    """A room may be given without its #, and twice; it has no space or comma."""
    assert build([], rooms=["ops", "#ops", "&local"]).rooms == ("#ops", "&local")
    assert build(["irc://h/#b"], rooms=["#a"]).rooms == ("#a", "#b")
    for name in ("#a b", "", "#", "#a,b", "#a\x07"):
        with pytest.raises(ArgumentError, match="is no name of a room"):
            build([], rooms=[name])


def test_nicks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A given nick must be one; the login name is made one."""
    assert build([], nick="[alice]_2").identity.nick == "[alice]_2"
    assert build([], nick="Ärger").identity.nick == "Ärger"
    for nick in ("", "2fast", "a b", "a,b", "-x", "a\n", "#a", "a!b"):
        with pytest.raises(ArgumentError, match="is no nick"):
            build([], nick=nick)
    for login, made in (("alice", "alice"), ("7of9", "of9"), ("jörg.k", "jrgk"), ("日本", "guest")):
        monkeypatch.setenv("LOGNAME", login)
        assert build([]).identity.nick == made


def test_timeout() -> None:
    """A timeout is a time."""
    for seconds in (0, -1, float("nan"), float("inf")):
        with pytest.raises(ArgumentError, match="--timeout"):
            build([], timeout=seconds)


def test_addresses_are_written_as_users_write_them() -> None:
    """IPv6 addresses stand in brackets."""
    assert build(["::1", "1234"]).address == "[::1]:1234"
    assert build(["h"]).address == "h:9000"


def test_tools() -> None:
    """Anything to send or to print makes it a tool."""
    assert not Tool().wanted
    assert Tool(messages=("x",)).wanted
    assert Tool(from_stdin=True).sends
    assert Tool(as_json=True).wanted
    assert not Tool(as_json=True).sends


def test_no_password_in_the_log() -> None:
    """What may be logged does not tell the password."""
    config = build(["h"], login=Login(password="secret"))
    assert isinstance(config, Config)
    assert config.identity.password == "secret"
    assert "secret" not in repr(config)


@pytest.mark.parametrize(
    ("security", "tls", "port"),
    [
        (Security(), False, 9000),
        (Security(tls=True), True, 6697),
        (Security(cert="me.pem"), True, 6697),
        (Security(fingerprint="SHA256:" + ":".join(["AB"] * 32)), True, 6697),
        (Security(ca="authority.pem"), False, 9000),
    ],
)
def test_what_wants_tls(security: Security, tls: bool, port: int) -> None:  # noqa: FBT001 - a column
    """Who asks for it, names the server's certificate or shows one; its port is another one."""
    config = build(["h"], security=security)
    assert (config.tls, config.port) == (tls, port)
    assert build(["h", "7000"], security=security).port == 7000


def test_a_fingerprint() -> None:
    """Colons and capitals do not matter; what is none is refused."""
    written = Security(fingerprint=":".join(["AB"] * 32))
    assert build(["h"], security=written).fingerprint == "sha256:" + "ab" * 32
    for wrong in ("sha256:ab", "md5:" + "ab" * 32, "x" * 64, " "):
        with pytest.raises(ArgumentError, match="--fingerprint is sha256:"):
            build(["h"], security=Security(fingerprint=wrong))


def test_an_account() -> None:
    """One is called as one's account, unless one wants another nick; a certificate needs none."""
    config = build(["h"], login=Login("alice"))
    assert (config.identity.nick, config.identity.account) == ("alice", "alice")
    assert build(["h"], nick="al", login=Login("alice")).identity.nick == "al"
    assert build(["h"], security=Security(cert="me.pem")).identity.certificate
    with pytest.raises(ArgumentError, match="no name of an account"):
        build(["h"], nick="al", login=Login("a b"))
