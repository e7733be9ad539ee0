"""What whoever runs the server does to accounts, and how it is put back."""

from chatserver.core.accounts import Verifier
from chatserver.core.commands import ChangePassword, DropAccount, Quit, Register, SetAlwaysOn
from chatserver.core.effects import Emission, Reason, Refused
from chatserver.core.events import AccountChanged, AccountKept, Departed
from chatserver.core.execute import STRANGERS, Stamp, execute
from chatserver.core.execute.accounts import put_back
from tests.chatserver.core.chat import Chat, all_of, watchers

PROOF = Verifier(b"salt", 4096, b"stored", b"server")
NOBODY = 99
"""The session of somebody who is no user."""


def test_an_account_is_dropped_for_all_to_see() -> None:
    """Those in the rooms of who has it are told; if it cannot be kept, they have it as before."""
    chat = Chat()
    ann = chat.add("ann", "#a")
    chat.add("bob", "#a")
    chat.do("ann", Register("ann", PROOF))
    effects = [*execute(chat.state, Stamp(90, 90), NOBODY, DropAccount("ANN"))]
    assert watchers(effects[1:2], AccountChanged) == {"ann", "bob"}
    assert (ann.identity.account, len(chat.state.accounts)) == ("", 0)
    kept = all_of(Emission, effects)[0]
    assert isinstance(kept.event, AccountKept)
    put_back(chat.state, kept.event, kept.origin)
    assert (ann.identity.account, len(chat.state.accounts)) == ("ann", 1)


def test_who_is_there_by_their_account_alone_leaves_with_it() -> None:
    """No device of theirs is connected, so nobody could come back as them."""
    chat = Chat()
    chat.add("ann", "#a")
    chat.add("bob", "#a")
    chat.do("ann", Register("ann", PROOF))
    chat.do("ann", SetAlwaysOn(on=True))
    chat.do("ann", Quit())
    assert chat.state.find_user("ann") is not None
    effects = [*execute(chat.state, Stamp(90, 90), NOBODY, DropAccount("ann"))]
    assert watchers(effects[1:2], Departed) == {"bob"}
    assert chat.state.find_user("ann") is None


def test_who_is_a_user_changes_their_own_account_alone() -> None:
    """Whatever their command names."""
    chat = Chat()
    chat.add("ann")
    chat.add("bob")
    chat.do("ann", Register("ann", PROOF))
    for command in (DropAccount("ann"), ChangePassword(PROOF, "ann")):
        assert chat.do("bob", command) == [Refused(Reason.NO_ACCOUNT)]


def test_who_is_no_user_does_nothing_else() -> None:
    """Neither to an account without a name."""
    chat = Chat()
    assert set(STRANGERS) == {Register, ChangePassword, DropAccount}
    assert execute(chat.state, Stamp(9, 9), NOBODY, SetAlwaysOn(on=True)) == ()
    assert execute(chat.state, Stamp(9, 9), NOBODY, DropAccount()) == (
        Refused(Reason.NO_SUCH_ACCOUNT, ""),
    )
