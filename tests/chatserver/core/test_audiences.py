"""Who is to see something: snapshots of a room whose members come and go."""

from random import Random

from chatserver.core.audiences import Audience, Presence
from chatserver.core.events import Identity
from chatserver.core.members import Room, User


def make_users(number: int) -> list[User]:
    """Return so many users."""
    return [User(each, Identity(f"u{each}", "u", "h", "", ""), 0) for each in range(number)]


def test_an_audience_is_of_its_moment() -> None:
    """Whoever comes or leaves later, and comes again, is in it as they were then."""
    ann, bob, eve = make_users(3)
    room = Room("#r", 0)
    moments = []
    for comes, user in (
        (True, ann), (True, bob), (False, ann), (True, eve), (True, ann), (False, bob), (False, ann),
    ):  # fmt: skip
        if comes:
            room.enter(user, "")
        else:
            room.leave(user, 1)
        moments.append(room.audience)
    there = [[user for user in (ann, bob, eve) if user in moment] for moment in moments]
    assert there == [
        [ann], [ann, bob], [bob], [bob, eve], [ann, bob, eve], [ann, eve], [eve],
    ]  # fmt: skip
    assert [{*moment.users} for moment in moments] == [{*each} for each in there]
    assert [len(moment) for moment in moments] == [1, 2, 1, 2, 3, 2, 1]


def test_audiences_agree_with_sets_whatever_happens() -> None:
    """Also when so many have left that the room notes anew who is there."""
    random = Random(4)
    users = make_users(40)
    room = Room("#r", 0)
    kept: list[tuple[Audience[User], frozenset[User]]] = []
    for _ in range(3000):
        user = random.choice(users)
        if user in room.members:
            room.leave(user, 1)
        else:
            room.enter(user, "")
        kept.append((room.audience, frozenset(room.members)))
    for audience, expected in kept:
        assert {*audience.users} == expected
        assert all((user in audience) == (user in expected) for user in users)


def test_who_has_left_is_forgotten() -> None:
    """A room that many pass through does not remember them all."""
    presence: Presence[User] = Presence()
    for user in make_users(200):
        presence.enter(user)
        presence.leave(user)
    assert presence.worn
    assert not Presence(make_users(200)).worn


def test_an_audience_of_anybody_has_them_and_nobody_else() -> None:
    """In their order, each once or as often as told."""
    ann, bob, eve = make_users(3)
    audience = Audience((bob, ann))
    assert audience.users == (bob, ann)
    assert [user in audience for user in (ann, bob, eve)] == [True, True, False]
    assert "ann" not in audience
