"""Which invitation codes count."""

from chatserver.app.invitations import Invitations
from chatserver.core.accounts import Account, Accounts


def test_a_code_is_good_for_one_account() -> None:
    """And again when that is gone; what is kept with it is not the code."""
    accounts = Accounts()
    invitations = Invitations(["spring", "club*"], accounts)
    kept = invitations.redeem("spring")
    assert kept
    assert "spring" not in kept
    accounts.put(Account("ann", 1, 1, 1, invitation=kept))
    assert invitations.redeem("spring") is None
    accounts.drop("ann")
    assert invitations.redeem("spring") == kept


def test_a_code_with_a_star_is_good_for_any_number() -> None:
    """The star is not part of it, and nothing need be kept."""
    invitations = Invitations(["spring", "club*"], Accounts())
    assert invitations.redeem("club") == ""
    assert invitations.redeem("club*") is None


def test_other_codes_do_not_count() -> None:
    """Neither no code, nor what is no text."""
    invitations = Invitations(["spring"], Accounts())
    assert [invitations.redeem(code) for code in ("", "Spring", "spring ", "\udcff")] == [None] * 4
