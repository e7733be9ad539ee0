"""What the control socket is asked, and how it answers."""

import msgspec
import pytest

from chatserver.core.accounts import Verifier
from chatserver.core.commands import Register
from chatserver.faces.control import (
    AddAccount,
    ControlFace,
    DropAccount,
    ListAccounts,
    Order,
    Outcome,
    SetPassword,
    Shown,
    encode,
)
from chatwire.framing import OVERLONG
from tests.chatserver.fakes import Client, World

PROOF = Verifier(b"salt", 4096, b"stored", b"server")
OTHER = Verifier(b"salt", 4096, b"stored 2", b"server 2")


async def ask(client: Client, order: Order) -> tuple[list[Shown], str]:
    """Give an order; return the accounts that are told of, and why it was not done."""
    await client.take(encode(order))
    *shown, last = await client.read()
    outcome = msgspec.json.decode(last, type=Outcome)
    return [msgspec.json.decode(line, type=Shown) for line in shown], outcome.error


@pytest.mark.asyncio
async def test_accounts_are_made_changed_listed_and_dropped() -> None:
    """By who is nobody in the chat."""
    world = World()
    client = world.client(ControlFace())
    assert await ask(client, AddAccount("bob", PROOF, "bob@example.org")) == ([], "")
    assert await ask(client, AddAccount("Ann", PROOF)) == ([], "")
    ann, bob = world.node.state.accounts
    assert (ann.name, bob.name, bob.email) == ("Ann", "bob", "bob@example.org")
    assert await ask(client, SetPassword("ANN", OTHER)) == ([], "")
    changed = world.node.state.accounts.find("ann")
    assert changed is not None
    assert (changed.verifier, changed.version > ann.version) == (OTHER, True)
    shown, _ = await ask(client, ListAccounts())
    assert shown == [
        Shown("Ann", ann.created_at, password=True),
        Shown("bob", bob.created_at, "bob@example.org", password=True),
    ]
    assert await ask(client, DropAccount("bob")) == ([], "")
    assert [one.name for one in world.node.state.accounts] == ["Ann"]
    assert len(world.node.state.users) == 0


@pytest.mark.asyncio
@pytest.mark.parametrize("order", [SetPassword("ann", OTHER), DropAccount("ann")])
async def test_who_has_an_account_is_logged_out_of_it_everywhere(order: Order) -> None:
    """With another password, or when it is dropped; that answers the order, and nothing else does."""
    world = World()
    client, ann = world.client(ControlFace()), await world.plain_in_lobby("ann")
    await ann.ask_for(Register("ann", PROOF))
    ((shown,), _) = await ask(client, ListAccounts())
    assert shown.online
    assert await ask(client, order) == ([], "")
    await ann.quiet()
    assert ann.peer.closed
    assert world.node.state.find_user("ann") is None


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("order", "error"),
    [
        (AddAccount("ANN", PROOF), "there is an account ANN already"),
        (AddAccount("1st", PROOF), "1st can't be the name of an account, or somebody is called so"),
        (AddAccount("eve", PROOF), "eve can't be the name of an account, or somebody is called so"),
        (SetPassword("bob", PROOF), "there is no account bob"),
        (DropAccount("bob"), "there is no account bob"),
        (DropAccount(""), "there is no account"),
    ],
)
async def test_what_cannot_be_done_is_told(order: Order, error: str) -> None:
    """In words."""
    world = World()
    client = world.client(ControlFace())
    await world.plain_in_lobby("eve")
    await ask(client, AddAccount("ann", PROOF))
    shown, told = await ask(client, order)
    assert (shown, told[: len(error)]) == ([], error)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "line", [b"", b"NICK ann", b"{}", b'{"type":"Register"}', b"\xff", OVERLONG]
)
async def test_what_is_no_order_is_told(line: bytes) -> None:
    """Whatever it is."""
    client = World().client(ControlFace())
    await client.take(line)
    (answer,) = await client.read()
    assert "no order" in msgspec.json.decode(answer, type=Outcome).error
