"""Records of accounts are on disk before anybody is told, or all is as it was."""

import pytest

from chatserver.core.accounts import Verifier
from chatserver.core.commands import (
    ChangePassword,
    DropAccount,
    Join,
    MarkRead,
    Register,
    SetAlwaysOn,
)
from chatserver.core.markers import Marker
from chatserver.ports import Writing
from tests.chatserver.fakes import FailingStore, GatedStore, World, failing, gate, until

PROOF = Verifier(b"salt", 4096, b"stored", b"server")
OTHER = Verifier(b"salt", 4096, b"stored 2", b"server 2")
NOT_KEPT = "-> not done: the server can't write to its disk right now; try again in a moment"


def written(store: FailingStore) -> list[Writing]:
    """Return what was kept of accounts."""
    return [one for one in store.taken if one.accounts or one.forgotten_accounts]


@pytest.mark.asyncio
async def test_an_account_is_written_before_it_is_told_of() -> None:
    """Nothing is shown while the write is under way."""
    world = World(store=GatedStore())
    ann = await world.plain_in_lobby("ann")
    gate(world).gate.clear()
    ann.submit(Register("ann", PROOF))
    await until(lambda: any(one.accounts for one in gate(world).writings))
    assert ann.peer.take() == []
    gate(world).gate.set()
    assert await ann.read() == ["-> the account ann is made", "-> you are logged in as ann"]
    world.journal.close()


@pytest.mark.asyncio
async def test_an_account_that_cannot_be_written_is_not_made(world: World) -> None:
    """The asker is told so once, nobody else anything, and the name is free; then it can be made."""
    ann, bob = await world.plain_in_lobby("ann"), await world.plain_in_lobby("bob")
    await ann.read()
    store, accounts = failing(world), world.node.state.accounts
    store.why = "disk full"
    ann.submit(Register("ann", PROOF), Join("#a"))
    bob.submit(Register("ben", PROOF))
    assert await ann.read() == [NOT_KEPT]
    assert await bob.read() == [NOT_KEPT]
    assert len(accounts) == 0
    assert {user.identity.account for user in world.node.state.users.values()} == {""}
    assert await ann.ask_for(Register("ann", PROOF)) == [NOT_KEPT]
    store.why = ""
    await until(lambda: not world.journal.failure)
    assert not any(one.accounts for one in written(store))
    await ann.ask_for(Register("ann", PROOF))
    assert [one.accounts for one in written(store)[-1:]] == [[accounts.find("ann")]]


@pytest.mark.asyncio
@pytest.mark.parametrize("command", [ChangePassword(OTHER), SetAlwaysOn(on=True), DropAccount()])
async def test_a_change_that_cannot_be_written_is_undone(
    world: World, command: DropAccount
) -> None:
    """The record is as it was, on disk too, and so is who has it."""
    ann = await world.plain_in_lobby("ann")
    await ann.ask_for(Register("ann", PROOF))
    store, accounts = failing(world), world.node.state.accounts
    before = accounts.find("ann")
    store.why = "disk full"
    assert await ann.ask_for(command) == [NOT_KEPT]
    assert accounts.find("ann") == before
    assert ann.session.user is not None
    assert ann.session.user.identity.account == "ann"
    store.why = ""
    await until(lambda: not world.journal.failure)
    assert written(store)[-1].accounts == [before]


@pytest.mark.asyncio
async def test_of_an_account_that_is_dropped_the_record_goes(world: World) -> None:
    """Before the asker is told."""
    ann = await world.plain_in_lobby("ann")
    await ann.ask_for(Register("ann", PROOF))
    await ann.ask_for(DropAccount())
    assert written(failing(world))[-1].forgotten_accounts == ["ann"]


@pytest.mark.asyncio
async def test_markers_of_accounts_are_written_soon(world: World) -> None:
    """Nobody waits for it, and nobody needs to say anything for it; while the disk fails they wait."""
    ann = await world.plain_in_lobby("ann")
    await ann.ask_for(Register("ann", PROOF))
    store = failing(world)
    await ann.ask_for(MarkRead("#lobby", 5))
    await until(lambda: any(one.markers for one in store.taken))
    assert [one.markers for one in store.taken if one.markers] == [[Marker("ann", "#lobby", 5)]]
    store.why = "disk full"
    await ann.ask_for(MarkRead("#lobby", 7))
    await until(lambda: world.journal.failure)
    store.why = ""
    await until(lambda: not world.journal.failure)
    assert [one.markers for one in store.taken if one.markers][-1] == [Marker("ann", "#lobby", 7)]
