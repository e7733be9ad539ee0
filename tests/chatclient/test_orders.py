"""Commands about networks and settings, while chatclient runs."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from chatclient.client import Client
from chatclient.config import Config, build
from chatclient.configfile import ConfigFile
from chatclient.hub import Hub
from chatclient.model import Change, ConnectionState, FocusWanted, SettingsChanged
from chatclient.networks import Network, configure
from chatclient.orders import Orders
from chatclient.settings import Theme
from tests.chatclient.clients import Hasty
from tests.chatclient.fake_server import FakeServer, until


class Desk:
    """A user of a hub that is on one network, at home."""

    def __init__(self, hub: Hub, file: ConfigFile | None) -> None:
        self.hub = hub
        self.file = file
        self.changes: list[Change] = []
        self.begun: list[str] = []
        hub.listen(self._heed)

    def _heed(self, changes: Sequence[Change]) -> None:
        self.changes.extend(changes)
        for change in changes:
            if isinstance(change, FocusWanted):
                self.hub.activate(change.buffer)

    def type(self, text: str) -> str:
        """Type a command where one is, and return what was answered there."""
        buffer = self.hub.world.active
        known = len(buffer.lines)
        self.hub.enter(buffer, text)
        return "\n".join(line.text for line in buffer.lines[known:])

    @property
    def saved(self) -> dict[str, Network]:
        """The networks in the file."""
        assert self.file
        return dict(self.file.read().networks)


@asynccontextmanager
async def at_home(file: ConfigFile | None) -> AsyncIterator[tuple[Desk, FakeServer]]:
    """Run a hub that is online on a server, called by its address."""

    def make(config: Config) -> Client:
        return Client(config, Hasty())

    async with FakeServer() as server:
        config = build(["127.0.0.1", str(server.port)], nick="anna")
        hub = Hub([make(config)])
        desk = Desk(hub, file)
        orders = Orders(hub, make, file, keep=lambda client: desk.begun.append(client.world.name))
        hub.listen(orders.heed)
        task = asyncio.create_task(hub.run())
        try:
            await until(lambda: hub.world.active.joined)
            yield desk, server
        finally:
            hub.quit()
            await task


@pytest.fixture
def file(tmp_path: Path) -> ConfigFile:
    """Return a file that is not there yet."""
    return ConfigFile(tmp_path / "config.toml")


@pytest.mark.asyncio
async def test_a_network_is_added(file: ConfigFile) -> None:
    """It is saved, connected to, and shown; it is called by its name."""
    async with FakeServer() as work, at_home(file) as (desk, _):
        assert f"saved in {file.path}" in desk.type(f"/network add work 127.0.0.1 {work.port}")
        await until(lambda: desk.hub.world.name == "work")
        await until(lambda: desk.hub.world.status.state is ConnectionState.ONLINE)
        assert desk.saved == {"work": Network(host="127.0.0.1", port=work.port, nick="anna")}
        assert "called Work already" in desk.type("/network add Work h")


@pytest.mark.asyncio
async def test_networks_are_listed(file: ConfigFile) -> None:
    """Those that one is on, with how that is, and those that are saved only."""
    file.save_network("libera", Network(host="irc.libera.chat", autoconnect=False))
    async with at_home(file) as (desk, server):
        listed = desk.type("/network")
        assert f"127.0.0.1:{server.port}: anna, online" in listed
        assert "libera: irc.libera.chat, saved; /network connect libera" in listed
        assert "/network add NAME HOST-OR-URL" in listed


@pytest.mark.asyncio
async def test_a_network_is_left_and_gone_back_to(file: ConfigFile) -> None:
    """By its name, or that of where one is."""
    async with at_home(file) as (desk, server):
        name = desk.hub.world.name
        desk.type("/disconnect")
        await until(lambda: "you disconnected" in desk.hub.world.status.reason)
        assert "(you disconnected; /reconnect tries again)" in desk.type("/networks")
        desk.type(f"/network connect {name}")
        await server.visitor(1)
        await until(lambda: desk.hub.world.active.joined)
        desk.type(f"/network disconnect {name}")
        await until(lambda: "you disconnected" in desk.hub.world.status.reason)
        desk.type("/reconnect all")
        await server.visitor(2)
        assert "on no network called x" in desk.type("/disconnect x")


@pytest.mark.asyncio
async def test_a_saved_network_is_connected_to(file: ConfigFile) -> None:
    """Whichever way one writes its name, and by /connect as well."""
    async with FakeServer() as work, at_home(file) as (desk, _):
        file.save_network("work", Network(host="127.0.0.1", port=work.port, nick="annie"))
        home = desk.hub.world.active
        desk.type("/connect WORK")
        await until(lambda: desk.hub.world.name == "work")
        await until(lambda: desk.hub.world.status.state is ConnectionState.ONLINE)
        assert desk.hub.world.status.nick == "annie"
        desk.hub.activate(home)
        assert "no network called x; /network add x HOST" in desk.type("/network connect x")


@pytest.mark.asyncio
async def test_one_more_server(file: ConfigFile) -> None:
    """/connect needs no name, saves nothing, and says how to."""
    async with FakeServer() as work, at_home(file) as (desk, _):
        home = desk.hub.world.active
        desk.type(f"/connect 127.0.0.1 {work.port}")
        await until(lambda: desk.hub.world.name == f"127.0.0.1:{work.port}")
        assert "/network save keeps" in home.lines[-1].text
        assert not file.path.exists()
        assert "usage: /connect" in desk.type("/connect")
        assert "is no port" in desk.type("/connect h x")


@pytest.mark.asyncio
async def test_a_network_is_saved(file: ConfigFile) -> None:
    """With the rooms that one is in; under a name of its own, or that one gives it."""
    async with at_home(file) as (desk, server):
        desk.type("/join #b")
        desk.type("/network save")
        assert desk.saved["home"] == Network(
            host="127.0.0.1", port=server.port, nick="anna", rooms=("#lobby", "#b")
        )
        desk.type("/network save mine")
        assert [*desk.saved] == ["home", "mine"]
        assert "called mine already" in desk.type("/network save mine")
        assert "is no name for a network" in desk.type("/network save a/b")


@pytest.mark.asyncio
async def test_a_network_that_is_saved_is_called_so(file: ConfigFile) -> None:
    """From now on, and not by a name that another one has."""
    async with FakeServer() as other, at_home(file) as (desk, server):
        address = f"127.0.0.1:{server.port}"
        assert desk.file
        desk.file.save_network("other", Network(host="127.0.0.1", port=other.port))
        assert "called other already" in desk.type("/network save other")
        desk.type("/network save work")
        assert desk.hub.find(address) is None
        client = desk.hub.find("work")
        assert client is not None
        assert {buffer.network for buffer in client.buffers} == {"work"}
        assert client.config.name == client.world.title == "work"
        assert desk.begun == ["work"]
        desk.type("/network save copy")
        assert [*desk.saved] == ["other", "work", "copy"]
        assert desk.hub.find("copy") is None
        assert desk.begun == ["work"]


@pytest.mark.asyncio
async def test_a_network_is_changed(file: ConfigFile) -> None:
    """In the file; a mistake is said, and changes nothing."""
    file.save_network("work", Network(host="h"))
    async with at_home(file) as (desk, _):
        assert "autoconnect of work is false" in desk.type("/network set work autoconnect no")
        assert "rooms of work is #a, #b" in desk.type("/network set work rooms #a,#b")
        assert desk.saved["work"] == Network(host="h", autoconnect=False, rooms=("#a", "#b"))
        assert "do you mean rooms?" in desk.type("/network set work room #a")
        assert "is no nick" in desk.type("/network set work nick 1")
        assert "port is a whole number" in desk.type("/network set work port x")
        assert "x is not saved" in desk.type("/network set x nick a")
        assert desk.saved["work"] == Network(host="h", autoconnect=False, rooms=("#a", "#b"))


@pytest.mark.asyncio
async def test_a_running_network_moves(file: ConfigFile) -> None:
    """Where it is connects from the next connection on; all else is for the next start."""
    async with FakeServer() as other, at_home(file) as (desk, _):
        desk.type("/network save work")
        assert "/reconnect makes one" in desk.type(f"/network set work port {other.port}")
        assert "/upgrade is one" in desk.type("/network set work nick ann")
        desk.type("/reconnect")
        await (await other.visitor(0)).heard("JOIN #lobby")


@pytest.mark.asyncio
async def test_a_network_is_removed(file: ConfigFile) -> None:
    """From the list and from the file; the last one that one is on stays."""
    file.save_network("libera", Network(host="irc.libera.chat"))
    async with FakeServer() as work, at_home(file) as (desk, _):
        desk.type(f"/network add work 127.0.0.1 {work.port}")
        await until(lambda: desk.hub.world.name == "work")
        desk.type("/network remove work")
        assert [*desk.saved] == ["libera"]
        assert len(desk.hub.worlds) == 1
        assert "libera is removed" in desk.type("/network remove libera")
        assert "only network" in desk.type(f"/network remove {desk.hub.world.name}")
        assert "no network called x" in desk.type("/network remove x")


@pytest.mark.parametrize("words", ["add", "add x", "connect", "set work", "remove", "nonsense"])
@pytest.mark.asyncio
async def test_what_makes_no_sense(file: ConfigFile, words: str) -> None:
    """It is told how it is written."""
    async with at_home(file) as (desk, _):
        assert "usage: /network lists them" in desk.type(f"/network {words}")


@pytest.mark.asyncio
async def test_a_password_command_that_fails(file: ConfigFile) -> None:
    """Nothing is connected to, and why is told where one asked for it."""
    file.save_network("work", Network(host="h", account="a", password_command="false"))
    async with at_home(file) as (desk, _):
        desk.type("/network connect work")
        buffer = desk.hub.world.active
        await until(lambda: "password-command of the network work" in buffer.lines[-1].text)
        assert len(desk.hub.worlds) == 1


@pytest.mark.asyncio
async def test_a_setting_is_changed(file: ConfigFile) -> None:
    """At once for all networks, and in the file."""
    async with at_home(file) as (desk, _):
        assert "theme is dark" in desk.type("/set theme dark")
        assert desk.hub.settings.theme is Theme.DARK
        assert desk.hub.client.settings.theme is Theme.DARK
        assert SettingsChanged() in desk.changes
        assert desk.file
        assert desk.file.read().settings.theme is Theme.DARK
        assert "paste-guard is 9" in desk.type("/set paste-guard 9")
        assert (
            desk.type("/set archive no")
            == "archive is false, from the next start on; /upgrade is one"
        )
        assert desk.type("/set typing no") == "typing is false"


@pytest.mark.asyncio
async def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    """What can hold at once does, until one leaves; the rest is refused."""
    (tmp_path / "file").write_text("")
    async with at_home(ConfigFile(tmp_path / "file" / "config.toml")) as (desk, _):
        assert "cannot write" in desk.type("/set archive no")
        told = desk.type("/set theme dark")
        assert "theme is dark, until you leave: cannot write" in told
        assert desk.hub.settings.theme is Theme.DARK
        assert desk.hub.settings.archive


@pytest.mark.asyncio
async def test_settings_are_listed(file: ConfigFile) -> None:
    """All with what they are for; one also with what it may be."""
    async with at_home(file) as (desk, _):
        assert "paste-guard = 5: pastes of so many lines" in desk.type("/set")
        assert "one of auto, dark, light, contrast" in desk.type("/set theme")
        assert "do you mean theme?" in desk.type("/set them dark")
        assert "theme is one of auto" in desk.type("/set theme pink")
        assert not file.path.exists()


@pytest.mark.asyncio
async def test_without_a_file() -> None:
    """What is changed holds until one leaves, and one is told so."""
    async with at_home(None) as (desk, _):
        assert "until you leave (--no-config)" in desk.type("/set mouse yes")
        assert desk.hub.settings.mouse
        assert "read at the start; you have --no-config" in desk.type("/set archive no")
        assert "nothing is saved" in desk.type("/network save")


@pytest.mark.asyncio
async def test_who_is_ignored_is_kept_with_a_saved_network(file: ConfigFile) -> None:
    """Where the network is not saved, it is said for how long that holds."""
    async with at_home(file) as (desk, _):
        assert desk.type("/ignore eve").endswith("until you leave; /network save keeps it")
        desk.type("/network save home")
        assert [*desk.saved["home"].ignore] == ["eve"]
        assert desk.type("/ignore *!*@bad.example").endswith(
            "saved for home: it is so the next time, too"
        )
        assert [*desk.saved["home"].ignore] == ["eve", "*!*@bad.example"]
        desk.type("/unignore eve")
        assert [*desk.saved["home"].ignore] == ["*!*@bad.example"]
        assert Client(configure("home", desk.saved["home"])).world.ignores.masks == (
            "*!*@bad.example",
        )


@pytest.mark.asyncio
async def test_a_nick_is_kept_when_one_has_it(file: ConfigFile) -> None:
    """It is said what was done; one that is refused is not kept."""
    async with at_home(file) as (desk, server):
        desk.type("/network save home")
        room = desk.hub.world.active
        desk.type("/nick taken")
        await server.visitors[0].heard("NICK taken")
        server.visitors[0].tell(":s 433 anna taken :Nickname is already in use")
        await until(lambda: "in use" in room.lines[-1].text)
        assert desk.saved["home"].nick == "anna"
        desk.type("/nick al")
        await server.visitors[0].heard("NICK al")
        server.visitors[0].tell(":anna!a@h NICK al")
        await until(lambda: desk.saved["home"].nick == "al")
        assert room.lines[-1].text == "saved for home: it is so the next time, too"
        server.visitors[0].tell(":al!a@h NICK forced")
        await until(lambda: desk.hub.world.status.nick == "forced")
        assert desk.saved["home"].nick == "al"
