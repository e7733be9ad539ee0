"""Read markers: forward only, and not without bound."""

from chatserver.core.accounts import Account, Accounts
from chatserver.core.markers import FORGOTTEN, MARKERS_MOST, AccountMarkers, Marker, Markers


def test_a_marker_moves_forward_only() -> None:
    """Whatever the case of the target's letters; also from 1970 on."""
    markers = Markers()
    assert markers.find("#a") is None
    assert [markers.move("#A", at) for at in (0, 5, 5, 4, 6)] == [True, True, False, False, True]
    assert markers.find("#a") == 6


def test_those_moved_longest_ago_are_forgotten() -> None:
    """When there are too many."""
    markers = Markers()
    for number in range(MARKERS_MOST):
        markers.move(f"#{number}", 1)
    markers.move("#0", 2)
    markers.move("#more", 1)
    assert len(markers) == MARKERS_MOST
    assert (markers.find("#0"), markers.find("#1"), markers.find("#more")) == (2, None, 1)


def known() -> tuple[Accounts, AccountMarkers, Account]:
    """Return accounts with one in it, and their markers."""
    accounts = Accounts()
    accounts.put(ann := Account("Ann", created_at=1, created_seq=1, version=1))
    return accounts, AccountMarkers(accounts), ann


def test_those_of_accounts_are_written_when_they_move() -> None:
    """Each once; what was kept of accounts that are gone is nobody's."""
    _, markers, ann = known()
    markers.restore([Marker("ann", "#b", 9), Marker("bob", "#b", 9)])
    assert markers.of(ann).find("#B") == 9
    assert [markers.move(ann, "#A", at) for at in (5, 6, 6)] == [True, True, False]
    assert markers.take_changed() == [Marker("ann", "#a", 6)]
    assert markers.take_changed() == []


def test_of_an_account_that_is_made_anew_there_are_none() -> None:
    """And those of the one before are not written any more."""
    accounts, markers, ann = known()
    markers.move(ann, "#a", 5)
    accounts.drop("ann")
    assert markers.take_changed() == []
    markers.move(ann, "#a", 6)
    again = Account("ann", created_at=2, created_seq=2, version=2)
    accounts.put(again)
    assert markers.of(again).find("#a") is None
    assert [one.read_at for one in markers.take_changed()] == [FORGOTTEN]


def test_what_is_forgotten_is_forgotten_on_disk() -> None:
    """Of too many."""
    _, markers, ann = known()
    for number in range(MARKERS_MOST):
        markers.move(ann, f"#{number}", 1)
    markers.take_changed()
    markers.move(ann, "#more", 1)
    assert markers.take_changed() == [Marker("ann", "#0", FORGOTTEN), Marker("ann", "#more", 1)]


def test_those_of_accounts_that_are_gone_take_no_room() -> None:
    """However many were made and dropped."""
    accounts, markers, _ = known()
    for number in range(50):
        accounts.put(one := Account(f"bob{number}", number, number, number))
        markers.move(one, "#a", 1)
        accounts.drop(one.name)
    assert len(markers) <= 2
