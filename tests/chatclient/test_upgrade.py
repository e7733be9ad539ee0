"""What one process hands over to the next; tests/e2e/test_upgrade.py does it."""

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from chatclient import upgrade
from chatclient.client import Client
from chatclient.config import Login, Security, build
from chatclient.hub import Hub
from tests.chatclient.fake_server import until


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
    arrival.prepare(client)
    assert client.world.status.nick == "anne"
    assert client.world.active.name == "#ops"
    upgrade.arrive().prepare(other := _client("#lobby"))
    assert other.world.status.nick == "anna"


def _arrival(monkeypatch: pytest.MonkeyPatch, told: object) -> upgrade.Arrival:
    """Return what arrives of something that was handed over."""
    monkeypatch.setenv(upgrade._PLACE, str(upgrade._nameless(json.dumps(told).encode())))
    return upgrade.arrive()


def test_networks_that_were_not_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are there again, in order, with all that was asked for; what was left is not."""
    asked = Login("ann", "sesame", proxy_password="secret")
    more = build(
        ["irc.example.org", "7000"],
        nick="anne",
        rooms=["#a", "#b"],
        login=asked,
        security=Security(tls=True, ca="/ca.pem"),
        proxy="socks5://me@proxy:1080",
    )
    saved = replace(build(["localhost"], nick="anna", rooms=[]), name="home")
    left = build(["left.example.org"], nick="anna")
    hub = Hub([Client(more), Client(saved)])
    told = upgrade.Upgrade(hub).told()
    assert _arrival(monkeypatch, told).networks([left, saved]) == [more, saved]


def test_a_password_is_not_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a command printed before is handed over; what was typed for another account is not it."""
    planned = replace(build(["localhost"], login=Login("ann", command="false")), name="home")
    client = Client(replace(planned, identity=replace(planned.identity, password="sesame")))
    (config,) = _arrival(monkeypatch, upgrade.Upgrade(Hub([client])).told()).networks([planned])
    assert config.identity.password == "sesame"
    client.session.take_over({"account": "other", "password": "another"})
    (config,) = _arrival(monkeypatch, upgrade.Upgrade(Hub([client])).told()).networks([planned])
    assert config.identity.password == ""
    (config,) = _arrival(monkeypatch, upgrade.Upgrade(Hub([client])).told()).networks([])
    assert (config.identity.account, config.identity.password) == ("ann", "")


@pytest.mark.asyncio
async def test_who_stayed_away_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that the user had left is not connected to; a certificate is not asked about again."""
    before = _client("#lobby")
    before.disconnect()
    before.take_over({"taken": {"127.0.0.1:1": "sha256:00"}})
    told = upgrade.Upgrade(Hub([before])).told()
    after = _client("#lobby")
    _arrival(monkeypatch, told).prepare(after)
    assert after._trust.taken_once == {"127.0.0.1:1": "sha256:00"}
    running = asyncio.create_task(after.run())
    await until(lambda: bool(after.world.status.reason))
    assert after.world.status.reason == "you disconnected; /reconnect tries again"
    after.quit()
    await running


@pytest.mark.parametrize(
    "network",
    [None, 7, [], {"host": 5}, {"port": 1}, {"host": "a b"}, {"host": "x", "colour": "red"}],
)
def test_a_network_of_another_version(monkeypatch: pytest.MonkeyPatch, network: object) -> None:
    """What one does not understand is passed over."""
    planned = build(["localhost"], nick="anna")
    told = {"networks": {"x": {"network": network, "name": ""}}}
    assert _arrival(monkeypatch, told).networks([planned]) == [planned]


@pytest.mark.parametrize("number", ["", "x", "99999"])
def test_nothing_was_handed_over(monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    """An ordinary start, and one with a variable that means nothing, are the same."""
    monkeypatch.setenv(upgrade._PLACE, number)
    client = _client("#lobby")
    upgrade.arrive().prepare(client)
    assert client.world.active.name == "#lobby"


@pytest.mark.parametrize("told", [b"[]", b"{", b'{"networks": []}', b'{"active": "x"}'])
def test_another_version(monkeypatch: pytest.MonkeyPatch, told: bytes) -> None:
    """What one does not understand is passed over."""
    monkeypatch.setenv(upgrade._PLACE, str(upgrade._nameless(told)))
    client = _client("#lobby")
    upgrade.arrive().prepare(client)
    assert client.world.active.name == "#lobby"


def test_whether_it_starts() -> None:
    """Run as a module, it says that this version starts."""
    done = subprocess.run([sys.executable, "-m", "chatclient.trial"], check=False, text=True)
    assert done.returncode == 0
    assert upgrade._try_new() == ""


def test_whether_it_starts_so(tmp_path: Path) -> None:
    """Arguments and a file that it would not take are told before anything is left."""
    (tmp_path / "config.toml").write_text("theme = dark")
    assert "is no TOML" in upgrade._try_new(["--config", str(tmp_path / "config.toml")])
    assert "--colour" in upgrade._try_new(["--colour", "localhost"])
    assert upgrade._try_new(["localhost"], {"CHATCLIENT_PASSWORD": "sesame"}) == ""


def test_nothing_of_the_directory_is_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What lies about where the user happens to be is no part of the new version."""
    (tmp_path / "chatclient").mkdir()
    (tmp_path / "chatclient" / "__init__.py").write_text("raise SystemExit('stolen')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "orig_argv", [sys.executable, "chatclient", "localhost"])
    assert upgrade._try_new() == ""
