"""What one process hands over to the next; tests/e2e/test_upgrade.py does it."""

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from chatclient import upgrade
from chatclient.client import Client
from chatclient.config import build


def _client(*rooms: str) -> Client:
    config = build(["127.0.0.1", "1"], nick="anna", rooms=rooms)
    return Client(config, Random(1))


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(upgrade._PLACE, raising=False)


def test_what_is_handed_over_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client is what its predecessor was, in the buffer that was in view; once."""
    told = (
        b'{"active": ["127.0.0.1:1", "#ops"], "networks": {"127.0.0.1:1": '
        b'{"nick": "anne", "rooms": [["#lobby", ""], ["#ops", ""]], "held": null}}}'
    )
    monkeypatch.setenv(upgrade._PLACE, str(upgrade._nameless(told)))
    arrival = upgrade.arrive()
    assert upgrade._PLACE not in os.environ
    client = _client("#lobby")
    arrival.prepare(client, archived=True)
    assert client.world.status.nick == "anne"
    assert client.world.active.name == "#ops"
    upgrade.arrive().prepare(other := _client("#lobby"), archived=True)
    assert other.world.status.nick == "anna"


@pytest.mark.parametrize("number", ["", "x", "99999"])
def test_nothing_was_handed_over(monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    """An ordinary start, and one with a variable that means nothing, are the same."""
    monkeypatch.setenv(upgrade._PLACE, number)
    client = _client("#lobby")
    upgrade.arrive().prepare(client, archived=True)
    assert client.world.active.name == "#lobby"


@pytest.mark.parametrize("told", [b"[]", b"{", b'{"networks": []}', b'{"active": "x"}'])
def test_another_version(monkeypatch: pytest.MonkeyPatch, told: bytes) -> None:
    """What one does not understand is passed over."""
    monkeypatch.setenv(upgrade._PLACE, str(upgrade._nameless(told)))
    client = _client("#lobby")
    upgrade.arrive().prepare(client, archived=True)
    assert client.world.active.name == "#lobby"


def test_whether_it_starts() -> None:
    """Run as a module, it says that this version starts."""
    done = subprocess.run([sys.executable, "-m", "chatclient.upgrade"], check=False, text=True)
    assert done.returncode == 0
    assert upgrade._try_new() == ""


def test_nothing_of_the_directory_is_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What lies about where the user happens to be is no part of the new version."""
    (tmp_path / "chatclient").mkdir()
    (tmp_path / "chatclient" / "__init__.py").write_text("raise SystemExit('stolen')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "orig_argv", [sys.executable, "chatclient", "localhost"])
    assert upgrade._try_new() == ""
