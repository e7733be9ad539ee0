"""Networks as they are saved."""

import pytest

from chatclient.config import ArgumentError, Login, Security, build
from chatclient.networks import (
    Network,
    Wishes,
    check_name,
    configure,
    describe,
    suggest_name,
    written,
)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("localhost", "localhost"),
        ("irc.libera.chat", "libera"),
        ("example.org", "example"),
        ("192.0.2.7", "home"),
        ("2001:db8::1", "home"),
    ],
)
def test_a_name_is_suggested(host: str, name: str) -> None:
    """As people call that network."""
    assert suggest_name(host) == name
    assert check_name(name) == name


@pytest.mark.parametrize("name", ["", "a b", "a/b", "[x]", "'"])
def test_names(name: str) -> None:
    """They are what one can write in a command and in a file."""
    with pytest.raises(ArgumentError, match="is no name for a network"):
        check_name(name)


def test_what_is_saved_connects_in_the_same_way() -> None:
    """There and back, with everything that can be asked for, but the password."""
    config = build(
        ["ircs://h:7000/#a"],
        nick="anna",
        login=Login("alice", "sesame", "pass show x"),
        security=Security(ca="ca.pem", cert="me.pem", key="key.pem"),
        proxy="socks5://p:1080",
    )
    network = describe(config)
    assert "sesame" not in repr(network)
    again = configure("h", network, Wishes(login=Login(password="sesame")))
    assert again.name == "h"
    for name in ("host", "port", "tls", "rooms", "identity", "proxy", "cert", "key", "tls_ca"):
        assert getattr(again, name) == getattr(config, name)


def test_only_what_differs_is_written() -> None:
    """A file is read by people."""
    assert written(Network(host="h", rooms=("#a",))) == {"host": "h", "rooms": ("#a",)}


def test_files_are_found_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """As people write them."""
    monkeypatch.setenv("HOME", "/home/anna")
    config = configure("h", Network(host="h", cert="~/me.pem", tls_ca="/etc/ca.pem"))
    assert (config.cert, config.tls_ca) == ("/home/anna/me.pem", "/etc/ca.pem")


@pytest.mark.parametrize(
    "proxy", ["p", "p:1", "ftp://p:1", "socks5://p", "http://p:x", "socks5://p:1/x", "socks5://:1"]
)
def test_proxies_that_are_none(proxy: str) -> None:
    """It is said what one looks like."""
    with pytest.raises(ArgumentError, match="write one like socks5://localhost:1080"):
        configure("h", Network(host="h", proxy=proxy))
