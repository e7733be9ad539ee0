"""WHO (Modern IRC, "WHO message") and IRCv3 WHOX."""

import pytest

from tests.conformance.harness import OPERATOR, SERVER, IrcClient, Network, commands, params


async def pair() -> tuple[Network, IrcClient, IrcClient]:
    """Return a network where coolNick is an operator of #chan and otherNick is in it too."""
    network = Network()
    cool = network.client()
    await cool.ask("NICK coolNick", "USER myuser 0 * :My UniqueReal Name", "JOIN #chan")
    other = await network.connect("otherNick")
    await other.ask("JOIN #chan")
    await cool.read()
    return network, cool, other


@pytest.mark.parametrize("mask", ["coolNick", "coolnick", "coolni*", "*uniquereal*", "myuser"])
@pytest.mark.parametrize(
    ("states", "flags"), [("", "H@"), ("a", "G@"), ("o", "H*@"), ("ao", "G*@"), ("B", "H@B")]
)
@pytest.mark.asyncio
async def test_by_nick_or_mask(mask: str, states: str, flags: str) -> None:
    """RPL_WHOREPLY with flags for away, operator, prefix, bot; RPL_ENDOFWHO with the mask."""
    _, cool, other = await pair()
    lines = {"a": "AWAY :gone", "o": OPERATOR, "B": "MODE coolNick +B"}
    await cool.ask(*(lines[state] for state in states))
    answer = await other.ask(f"WHO {mask}")
    assert commands(answer) == ["352", "315"]
    assert answer[0].params == (
        "otherNick", "#chan", "myuser", "127.0.0.1", SERVER, "coolNick", flags,
        "0 My UniqueReal Name",
    )  # fmt: skip
    assert answer[1].params[:2] == ("otherNick", mask)


@pytest.mark.asyncio
async def test_a_nick_that_nobody_has() -> None:
    """RPL_ENDOFWHO alone."""
    _, _, other = await pair()
    assert commands(await other.ask("WHO idontexist")) == ["315"]


@pytest.mark.parametrize("mask", ["*", "0"])
@pytest.mark.asyncio
async def test_everybody(mask: str) -> None:
    """All who are visible, each once."""
    _, _, other = await pair()
    answer = await other.ask(f"WHO {mask}")
    assert sorted(m.params[5] for m in answer[:-1]) == ["coolNick", "otherNick"]


@pytest.mark.asyncio
async def test_by_room_each_member_is_shown_with_that_room() -> None:
    """Whatever other rooms they share; any case will do."""
    _, cool, other = await pair()
    await cool.ask("JOIN #second")
    await other.ask("JOIN #second")
    for name in ("#chan", "#SECOND"):
        answer = await other.ask(f"WHO {name}")
        assert {m.params[1] for m in answer[:-1]} == {name.lower()}
        assert {m.params[5]: m.params[6] for m in answer[:-1]} == {
            "coolNick": "H@",
            "otherNick": "H",
        }
        assert answer[-1].params[1] == name


@pytest.mark.asyncio
async def test_the_invisible_hide_from_masks_of_strangers() -> None:
    """Not from who asks for the nick, nor from who shares a room."""
    network = Network()
    evan, shivaram = await network.connect("evan"), await network.connect("shivaram")
    await evan.ask("MODE evan +i")
    assert commands(await shivaram.ask("WHO eva*")) == ["315"]
    assert commands(await shivaram.ask("WHO evan")) == ["352", "315"]
    for client in (evan, shivaram):
        await client.ask("JOIN #test")
    assert commands(await shivaram.ask("WHO eva*")) == ["352", "315"]


@pytest.mark.asyncio
async def test_a_secret_room_is_not_told_of() -> None:
    """Neither its members, nor that somebody is in it."""
    network, cool, _ = await pair()
    await cool.ask("MODE #chan +s")
    stranger = await network.connect("stranger")
    assert commands(await stranger.ask("WHO #chan")) == ["315"]
    assert params(await stranger.ask("WHO coolNick"), "352")[1] == "*"


@pytest.mark.asyncio
async def test_operators_alone() -> None:
    """The flag `o` (RFC 2812, 3.6.1)."""
    _, cool, other = await pair()
    assert commands(await other.ask("WHO * o")) == ["315"]
    await cool.ask(OPERATOR)
    assert params(await other.ask("WHO * o"), "352")[5] == "coolNick"


@pytest.mark.parametrize("fields", ["tcuihsnfdlaor", "roaldfnshiuct"])
@pytest.mark.asyncio
async def test_whox_gives_the_fields_in_their_order(fields: str) -> None:
    """RPL_WHOSPCRPL: the order is fixed, whatever that of the request."""
    _, _, other = await pair()
    answer = await other.ask(f"WHO coolNick %{fields},123")
    assert commands(answer) == ["354", "315"]
    assert answer[0].params == (
        "otherNick", "123", "#chan", "myuser", "255.255.255.255", "127.0.0.1", SERVER,
        "coolNick", "H@", "0", "0", "0", "n/a", "My UniqueReal Name",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "values"),
    [
        ("n", ("coolNick",)),
        ("tn,321", ("321", "coolNick")),
        ("tn", ("coolNick",)),
        ("na", ("coolNick", "0")),
        ("r", ("My UniqueReal Name",)),
        ("nz", ("coolNick",)),
    ],
)
@pytest.mark.asyncio
async def test_whox_gives_what_was_asked_for(fields: str, values: tuple[str, ...]) -> None:
    """Exactly those fields; unknown ones are ignored."""
    _, _, other = await pair()
    assert params(await other.ask(f"WHO coolNick %{fields}"), "354")[1:] == values


@pytest.mark.asyncio
async def test_whox_gives_addresses_to_operators_and_oneself() -> None:
    """Others get a placeholder."""
    _, cool, other = await pair()
    assert params(await cool.ask("WHO coolNick %i"), "354")[1] == "127.0.0.1"
    await other.ask(OPERATOR)
    assert params(await other.ask("WHO coolNick %i"), "354")[1] == "127.0.0.1"


@pytest.mark.asyncio
async def test_a_mask_finds_so_many_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server may limit the answer; operators get it all, and a room lists all its members."""
    monkeypatch.setattr("chatserver.faces.irc.who.PEOPLE_MOST", 1)
    _, cool, other = await pair()
    assert len(await other.ask("WHO *")) == 2
    assert len(await other.ask("WHO #chan")) == 3
    await cool.ask(OPERATOR)
    assert len(await cool.ask("WHO *")) == 3


@pytest.mark.asyncio
async def test_who_alone_needs_more() -> None:
    """ERR_NEEDMOREPARAMS."""
    _, _, other = await pair()
    assert commands(await other.ask("WHO")) == ["461"]
