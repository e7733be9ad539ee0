"""Servers that want TLS."""

from dataclasses import replace

import pytest

from chatclient.model import PolicyHeard, UpgradeWanted
from tests.chatclient.session.wire import Wire


def _listed(value: str, *, secure: bool) -> Wire:
    wire = Wire()
    wire.world.set_status(replace(wire.world.status, secure=secure))
    wire.session.start()
    wire.sent()
    wire.session.receive(f":srv CAP * LS :batch sts={value}\r\n".encode(), wire.now)
    return wire


@pytest.mark.parametrize("value", ["port=6697", "duration=9,port=6697,preload", "x=1,port=6697"])
def test_upgrade(value: str) -> None:
    """A port on an unprotected connection: nothing more is said or heard on it."""
    wire = _listed(value, secure=False)
    assert UpgradeWanted(6697) in wire.changes()
    assert wire.sent() == []
    wire.hear(":srv CAP * ACK :batch", "PING x", ":srv 001 alice :hello")
    assert wire.sent() == []
    assert not wire.session.online


@pytest.mark.parametrize("value", ["duration=99", "port=0", "port=70000", "port=x", "port", ""])
def test_no_upgrade(value: str) -> None:
    """Without a port that makes sense, the connection goes on as it is."""
    wire = _listed(value, secure=False)
    assert not [each for each in wire.changes() if isinstance(each, UpgradeWanted | PolicyHeard)]
    assert wire.sent() == ["CAP REQ batch"]


@pytest.mark.parametrize(
    ("value", "heard"),
    [("duration=99", 99), ("duration=0,port=1", 0), ("port=6697", None), ("duration=-1", None)],
)
def test_policy(value: str, heard: int | None) -> None:
    """A duration counts over TLS, and never leads away."""
    wire = _listed(value, secure=True)
    told = [each.duration for each in wire.changes() if isinstance(each, PolicyHeard)]
    assert told == ([] if heard is None else [heard])
    assert wire.sent() == ["CAP REQ batch"]


def test_news_of_a_policy() -> None:
    """CAP NEW tells another duration; CAP DEL of it means nothing."""
    wire = _listed("duration=99", secure=True)
    wire.changes()
    assert PolicyHeard(7) in wire.hear(":srv CAP * NEW :sts=duration=7")
    assert not wire.hear(":srv CAP * DEL :sts")
