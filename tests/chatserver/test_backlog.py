"""The backlog of a session: how far it has come, where it was when, and what waits for it."""

from chatserver.backlog import OWED_MOST, PAGE, PAGE_LEAST, WHOLE, Backlog, Move
from chatserver.core.events import Identity, Said
from chatserver.core.members import User

ROB = User(1, Identity("Rob", "u", "h"), 0)


def backlog(*rooms: str) -> Backlog:
    """Return the backlog of rob, who was shown everything up to number 10."""
    return Backlog(100, (10, 1), 3, rooms, "rob", ROB)


def test_where_it_was_is_known_from_its_moves() -> None:
    """Entering and leaving are seen, too."""
    behind = backlog("#a")
    behind.move(Move(20, "#a"))
    behind.move(Move(30, "#a", True))
    behind.move(Move(40, "#b", True))
    assert [behind.is_inside("#a", seq) for seq in (11, 20, 21, 29, 30, 31)] == [
        True, True, False, False, True, True,
    ]  # fmt: skip
    assert [behind.is_inside("#b", seq) for seq in (39, 40, 41)] == [False, True, True]
    assert behind.enters("#a", 30)
    assert not behind.enters("#a", 20)
    assert (behind.stays_in("#a"), behind.stays_in("#c")) == (None, False)
    behind.come_to((35, 1))
    assert (behind.stays_in("#a"), behind.stays_in("#b")) == (True, None)


def test_who_it_was_is_known_from_its_moves() -> None:
    """Becoming somebody else is still done as who it was before."""
    behind = backlog()
    rex = User(2, Identity("Rex", "u", "h"), 0)
    behind.move(Move(20, party="rex"))
    behind.move(Move(30, party="rex", viewer=rex))
    assert [behind.party_at(seq) for seq in (19, 20, 21)] == ["rob", "rob", "rex"]
    assert [behind.viewer_at(seq) for seq in (29, 30, 31)] == [ROB, ROB, rex]
    behind.come_to((21, WHOLE))
    assert (behind.party_at(21), behind.viewer_at(21)) == ("rex", ROB)
    behind.come_to((31, WHOLE))
    assert behind.viewer_at(31) is rex


def test_pages_are_of_rooms_and_parties() -> None:
    """Of each party only while it was that; there may be more of the number that was seen last."""
    behind = backlog("#a")
    behind.move(Move(20, party="rex"))
    behind.move(Move(30, "#b", True))
    pages = behind.pages(50, 60)
    asked = [(page.target, page.after, page.before, page.direct) for page in pages]
    assert asked == [
        ("#a", 9, 50, False), ("#b", 9, 50, False), ("rob", 9, 20, True), ("rex", 20, 60, True),
    ]  # fmt: skip
    assert all(page.oldest and page.everything for page in pages)
    assert {page.limit for page in pages} == {PAGE // 4}
    behind.quiet_until = 50
    assert [page.target for page in behind.pages(50, 60)] == ["#a", "#b"]
    behind.come_to((10, WHOLE))
    assert {page.after for page in behind.pages(50, 60)} == {10}
    many = backlog(*(f"#{number}" for number in range(100)))
    assert {page.limit for page in many.pages(50, 50)} == {PAGE_LEAST}


def test_what_waits_is_counted() -> None:
    """Also what is not known yet, and what it did; from some size on its input should wait."""
    behind = backlog()
    item = behind.add(101, (10, 1), None)
    behind.move(Move(20, "#a", True))
    owed = [behind.owes_much]
    behind.fill(item, b"x" * OWED_MOST)
    owed.append(behind.owes_much)
    assert owed == [False, True]
    behind.drop(item)
    behind.come_to((21, 1))
    assert behind.owed == 0


def test_what_it_was_told_of_is_remembered_until_it_is_passed() -> None:
    """It is not shown twice."""
    behind = backlog()
    behind.skipped.update({(11, Said), (15, Said)})
    behind.come_to((15, 0))
    assert behind.skipped == {(15, Said)}


def test_only_what_it_has_missed_is_lost() -> None:
    """Of its rooms and its conversations; each number once, and not what was found before it was removed."""
    behind = backlog("#a")
    behind.lose([("#a", (9, 10, 11, 12)), ("#b", (13,)), ("ann,rob", (14,)), ("ann,bob", (15,))])
    behind.lose([("#a", (16,)), ("ann,rob", (16,))])
    behind.reading = True
    behind.lose([("#a", (17, 18))])
    assert behind.take_lost({17}) == 2 + 1 + 1 + 1
    assert behind.take_lost(()) == 0
