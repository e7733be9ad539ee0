"""What is known of accounts: found by name and by certificate, and what must be written of them."""

from msgspec import structs

from chatserver.core.accounts import Account, Accounts, Verifier
from chatserver.core.commands import Register

ANN = Account("Ann", 1, 2, 3, certificates=("aa", "bb"), invitation="i")
BOB = Account("Bob", 1, 4, 5)


def test_an_account_is_found_by_its_folded_name_and_its_certificates() -> None:
    """Nobody is found by nothing."""
    accounts = Accounts()
    accounts.restore([ANN, BOB])
    assert accounts.find("aNN") is ANN
    assert accounts.find_by_certificate("bb") is ANN
    assert (accounts.find(""), accounts.find_by_certificate("")) == (None, None)
    assert (accounts.has_used("i"), accounts.has_used("")) == (True, False)
    assert len(accounts) == 2


def test_what_was_restored_need_not_be_written() -> None:
    """What is put is, once; of what is dropped the record is to be removed."""
    accounts = Accounts()
    accounts.restore([ANN, BOB])
    assert accounts.take_changed() == ([], [])
    newer = structs.replace(ANN, version=9, certificates=("bb",))
    accounts.put(newer)
    accounts.drop("BOB")
    accounts.drop("nobody")
    assert accounts.take_changed() == ([newer], ["bob"])
    assert accounts.take_changed() == ([], [])
    assert accounts.find_by_certificate("aa") is None


def test_a_verifier_is_never_shown() -> None:
    """Not by whoever writes down what a command was, either."""
    shown = repr(Register("ann", Verifier(b"salt", 4096, b"stored", b"server")))
    assert "Verifier(…)" in shown
    assert not any(secret in shown for secret in ("salt", "stored", "server"))
