"""Who is in a room, in order."""

from chatclient.model import CASEMAPPINGS, Member, Members


def _members(*written: str) -> Members:
    members = Members(CASEMAPPINGS["rfc1459"], "~&@%+")
    members.replace(
        [Member(each.lstrip("~&@%+"), each[: -len(each.lstrip("~&@%+"))]) for each in written]
    )
    return members


def _shown(members: Members) -> list[str]:
    return [member.prefixes[:1] + member.nick for member in members]


def test_order() -> None:
    """By rank first, then by nick, whatever its case."""
    assert _shown(_members("zoe", "@bob", "+al", "~carl", "Eve", "@Ann")) == [
        "~carl",
        "@Ann",
        "@bob",
        "+al",
        "Eve",
        "zoe",
    ]


def test_the_order_is_kept_until_something_changes() -> None:
    """It is not made anew each time that it is shown."""
    members = _members("a", "b")
    assert members.ordered() is members.ordered()
    before = members.ordered()
    members.set_prefix("b", "@", given=True)
    assert members.ordered() is not before


def test_prefixes_come_and_go() -> None:
    """Prefixes stand highest first, and the rank follows."""
    members = _members("a", "b")
    members.set_prefix("B", "+", given=True)
    members.set_prefix("b", "@", given=True)
    bob = members.get("b")
    assert bob
    assert bob.prefixes == "@+"
    assert _shown(members) == ["@b", "a"]
    members.set_prefix("b", "@", given=False)
    assert bob.prefixes == "+"
    members.set_prefix("nobody", "@", given=True)
    assert len(members) == 2


def test_names_fold() -> None:
    """A member is found by any spelling, renamed, and removed once."""
    members = _members("Bob[x]")
    assert "bob{X}" in members
    assert members.rename("BOB{x}", "rob")
    assert not members.rename("bob[x]", "again")
    assert members.remove("ROB")
    assert members.remove("rob") is None
    assert len(members) == 0
