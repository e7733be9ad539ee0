"""Passwords in the vault: looked up, and offered to be kept."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from chatclient.client import Client
from chatclient.configfile import ConfigFile
from chatclient.model import PasswordProven
from chatclient.networks import Network, configure
from chatclient.remembering import Remembering
from tests.chatclient.clients import Hasty
from tests.chatclient.fake_server import FakeServer, until
from tests.chatclient.fake_vault import FakeVault


@pytest.fixture
def file(tmp_path: Path) -> ConfigFile:
    """Return a file with a network, called work."""
    made = ConfigFile(tmp_path / "config.toml")
    made.save_network("work", Network(host="h", account="alice", nick="alice"))
    return made


@asynccontextmanager
async def client_of(
    file: ConfigFile, vault: FakeVault, *, keyring: bool = False
) -> AsyncIterator[tuple[Client, FakeServer]]:
    """Run a client of the network in the file, with that vault."""
    async with FakeServer(caps="sasl=PLAIN") as server:
        network = Network(
            host="127.0.0.1", port=server.port, account="alice", nick="alice", keyring=keyring
        )
        client = Client(configure("work", network), Hasty())
        Remembering(vault, file).attach(client)
        task = asyncio.create_task(client.run())
        try:
            yield client, server
        finally:
            client.quit()
            async with asyncio.timeout(20):
                await task


def _proven(client: Client) -> None:
    """Let the session say that the password was the right one."""
    client.world.want(PasswordProven("alice", "sesame"))
    client.flush()


async def _give_up(client: Client) -> None:
    await until(lambda: _asked(client) == "password of alice")
    client.answer(None)


def _asked(client: Client) -> str:
    return client.question.label if client.question else ""


@pytest.mark.asyncio
async def test_the_password_is_looked_up(file: ConfigFile) -> None:
    """Then nobody is asked for it."""
    vault = FakeVault()
    vault.kept["work", "alice"] = "sesame"
    async with client_of(file, vault, keyring=True) as (client, server):
        await (await server.visitor(0)).heard("AUTHENTICATE PLAIN")
        assert client.question is None


@pytest.mark.parametrize("usable", [True, False])
@pytest.mark.asyncio
async def test_a_vault_that_does_not_have_it(file: ConfigFile, usable: bool) -> None:  # noqa: FBT001
    """Then the user is asked; if it does not work at all, they are told why."""
    async with client_of(file, FakeVault(usable=usable), keyring=True) as (client, _):
        await until(lambda: _asked(client) == "password of alice")
        told = [line.text for line in client.world.server.lines]
        assert ("no keyring" in told) is not usable


@pytest.mark.asyncio
async def test_a_locked_vault_keeps_nobody(file: ConfigFile) -> None:
    """Who leaves while it asks to be unlocked need not unlock it."""
    vault = FakeVault()
    vault.locked.clear()
    try:
        async with client_of(file, vault, keyring=True) as (client, server):
            client.quit()
            await until(lambda: not server.visitors)
    finally:
        vault.locked.set()


@pytest.mark.asyncio
async def test_who_did_not_ask_for_it_has_no_vault_opened(file: ConfigFile) -> None:
    """Without `keyring = true` it is not looked into."""
    vault = FakeVault()
    vault.kept["work", "alice"] = "sesame"
    async with client_of(file, vault) as (client, _):
        await until(lambda: _asked(client) == "password of alice")


@pytest.mark.asyncio
async def test_a_password_is_kept(file: ConfigFile) -> None:
    """When the server has taken it and the user says yes; the file says where it is."""
    vault = FakeVault()
    async with client_of(file, vault) as (client, _):
        await _give_up(client)
        _proven(client)
        await until(lambda: _asked(client) == "remember it?")
        assert not vault.kept
        client.answer("yes")
        await until(lambda: vault.kept == {("work", "alice"): "sesame"})
        await until(lambda: "the keyring has the password of alice now" in _last(client))
        assert file.read().networks["work"].keyring
        assert "sesame" not in file.path.read_text()


def _last(client: Client) -> str:
    lines = client.world.active.lines
    return lines[-1].text if lines else ""


@pytest.mark.parametrize("answer", ["no", None])
@pytest.mark.asyncio
async def test_who_does_not_want_it_is_not_asked_again(
    file: ConfigFile, answer: str | None
) -> None:
    """Until the next start."""
    vault = FakeVault()
    async with client_of(file, vault) as (client, _):
        await _give_up(client)
        _proven(client)
        await until(lambda: _asked(client) == "remember it?")
        client.answer(answer)
        _proven(client)
        await asyncio.sleep(0)
        assert not _asked(client)
        assert not vault.kept
        assert not file.read().networks["work"].keyring


@pytest.mark.asyncio
async def test_nothing_is_offered_that_cannot_be(file: ConfigFile) -> None:
    """Where there is no keyring that is safe, nobody is bothered."""
    async with client_of(file, FakeVault(usable=False)) as (client, _):
        await _give_up(client)
        _proven(client)
        assert not _asked(client)
