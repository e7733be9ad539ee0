"""Who may learn what."""

import pytest

from chatserver.core import queries
from chatserver.core.events import Identity
from chatserver.core.limits import Limits
from chatserver.core.members import Room, User
from chatserver.core.records import Past
from chatserver.core.state import State


@pytest.fixture
def state() -> State:
    """Return a state with three users; alice and bob are in #open, alice alone in #secret."""
    state = State(Limits())
    for number, nick in enumerate(("alice", "bob", "Carol"), 1):
        user = User(number, Identity(nick, f"u{number}", "10.0.0.1", f"Real {nick}"), 0)
        state.users[number] = state.nicks[nick.lower()] = user
    for name, members in (("#Open", "12"), ("#secret", "1"), ("#empty", "")):
        room = state.rooms[name.lower()] = Room(name, 0)
        for member in members:
            room.enter(state.users[int(member)], "")
    state.rooms["#secret"].flags.add("s")
    return state


def who(state: State, nick: str) -> User:
    """Return who has `nick`."""
    user = state.find_user(nick)
    assert user is not None
    return user


def rooms(state: State, asker: User | None) -> list[str]:
    """Return the names of the rooms that `asker` may know of."""
    return [room.name for room in queries.rooms(state, asker)]


def test_rooms_are_seen_unless_secret_or_empty(state: State) -> None:
    """Members and server operators see secret ones; nobody sees empty ones."""
    assert rooms(state, who(state, "alice")) == ["#Open", "#secret"]
    assert rooms(state, who(state, "bob")) == rooms(state, None) == ["#Open"]
    who(state, "carol").operator = "oper"
    assert rooms(state, who(state, "carol")) == ["#Open", "#secret"]


def test_a_room_is_found_in_any_case_by_who_may_know_of_it(state: State) -> None:
    """An empty one is not there."""
    assert queries.find_room(state, who(state, "bob"), "#OPEN") is state.rooms["#open"]
    assert queries.find_room(state, who(state, "bob"), "#secret") is None
    assert queries.find_room(state, who(state, "alice"), "#secret") is not None
    assert queries.find_room(state, who(state, "alice"), "#empty") is None


def test_the_invisible_show_to_who_shares_a_room(state: State) -> None:
    """And to themselves, and to server operators."""
    alice, bob, carol = (who(state, nick) for nick in ("alice", "bob", "carol"))
    alice.modes |= {"i"}
    assert queries.may_notice(bob, alice)
    assert queries.may_notice(alice, alice)
    assert not queries.may_notice(carol, alice)
    assert not queries.may_notice(None, alice)
    carol.operator = "oper"
    assert queries.may_notice(carol, alice)


def test_names_leave_out_the_invisible_for_strangers(state: State) -> None:
    """Members see all members."""
    who(state, "bob").modes |= {"i"}
    room = state.rooms["#open"]
    assert [entry.identity.nick for entry in queries.names(room, who(state, "alice"))] == [
        "alice",
        "bob",
    ]
    assert [entry.identity.nick for entry in queries.names(room, who(state, "carol"))] == ["alice"]


def test_members_of_a_room_that_one_may_not_know_of_are_nobody(state: State) -> None:
    """As if it was not there."""
    seen = [m.user.nick for m in queries.members(state, who(state, "bob"), "#open")]
    assert seen == ["alice", "bob"]
    assert [*queries.members(state, who(state, "bob"), "#secret")] == []


def test_places_of_somebody(state: State) -> None:
    """Secret rooms only if shared; of the invisible only shared ones; of oneself all."""
    alice, bob, carol = (who(state, nick) for nick in ("alice", "bob", "carol"))

    def places(asker: User) -> list[str]:
        return [member.room.name for member in queries.memberships(asker, alice)]

    assert places(alice) == ["#Open", "#secret"]
    assert places(bob) == places(carol) == ["#Open"]
    alice.modes |= {"i"}
    assert places(bob) == ["#Open"]
    assert places(carol) == []


def test_people_are_found_by_nick_and_by_mask(state: State) -> None:
    """Exactly one by their nick, even if invisible; by a mask of any of their names otherwise."""
    alice = who(state, "alice")
    alice.modes |= {"i"}

    def found(mask: str) -> list[str]:
        return [user.nick for user in queries.find_people(state, who(state, "carol"), mask)]

    assert found("ALICE") == ["alice"]
    assert found("*") == ["bob", "Carol"]
    assert found("u3") == ["Carol"]
    assert found("real b?b") == ["bob"]
    assert found("10.0.*") == ["bob", "Carol"]
    assert found("nobody") == []


def test_the_census_counts(state: State) -> None:
    """Users, invisible ones, operators, rooms with somebody in them."""
    who(state, "alice").modes |= {"i"}
    who(state, "bob").operator = "oper"
    state.note_modes(who(state, "alice"))
    state.note_modes(who(state, "bob"))
    state.most_users = 9
    assert queries.count(state) == queries.Census(3, 1, 1, 2, 9)


def test_the_past_is_told_newest_first(state: State) -> None:
    """By nick, in any case."""
    for at, nick in ((1, "dan"), (2, "eve"), (3, "Dan")):
        state.past.add(Past(Identity(nick, "u", "h"), at))
    assert [past.at for past in queries.remember(state, "DAN")] == [3, 1]
