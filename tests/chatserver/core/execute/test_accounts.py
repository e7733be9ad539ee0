"""Making an account, having it, changing how it is proved, giving it up, and putting all that back."""

import pytest
from msgspec import structs

from chatserver.core.accounts import CERTIFICATES_MOST, Account, Verifier
from chatserver.core.commands import (
    ChangeCertificate,
    ChangePassword,
    Connect,
    DropAccount,
    Join,
    Login,
    Logout,
    Register,
    SetAlwaysOn,
)
from chatserver.core.effects import (
    AccountSettled,
    Effect,
    Emission,
    LoggedIn,
    LoggedOut,
    Reason,
    Refused,
    Registered,
)
from chatserver.core.events import AccountChanged, AccountKept, Renamed
from chatserver.core.execute import Stamp, execute
from chatserver.core.execute.accounts import put_back
from tests.chatserver.core.chat import Chat, all_of, refusals, refused, watchers

PROOF = Verifier(b"salt", 4096, b"stored", b"server")
OTHER = Verifier(b"salt", 4096, b"stored 2", b"server 2")


def account_of(chat: Chat, name: str) -> Account:
    """Return an account that there is."""
    account = chat.state.accounts.find(name)
    assert account is not None
    return account


def registered(chat: Chat, name: str, *rooms: str) -> Account:
    """Let somebody come who makes an account under their nick."""
    chat.add(name, *rooms)
    chat.do(name, Register(name, PROOF))
    return account_of(chat, name)


def restore(chat: Chat, effects: list[Effect]) -> None:
    """Put back what the effects say that must be kept."""
    for emission in reversed(all_of(Emission, effects)):
        if isinstance(emission.event, AccountKept):
            put_back(chat.state, emission.event, emission.origin)


def test_who_makes_an_account_has_it() -> None:
    """Its record is made, must be kept before all else, and those in their rooms are told."""
    chat = Chat()
    ann = chat.add("ann", "#a")
    chat.add("bob", "#a")
    effects = chat.do("ann", Register("Ann2", PROOF, "a@b", certificate="aa", invitation="i"))
    made = Account("Ann2", chat.at, chat.seq, chat.seq, PROOF, ("aa",), email="a@b", invitation="i")
    assert account_of(chat, "ANN2") == made
    assert ann.identity.account == "Ann2"
    kept, told, has, changed = effects
    assert isinstance(kept, Emission)
    assert kept.event == AccountKept(chat.seq, chat.at, "Ann2", None, "Register")
    assert kept.audience.users == ()
    assert told == Registered("Ann2")
    assert has == LoggedIn(ann.identity)
    assert watchers([changed], AccountChanged) == {"ann", "bob"}
    assert chat.state.accounts.take_changed() == ([made], [])


def test_an_account_can_be_made_before_one_is_a_user() -> None:
    """It is theirs when they connect with it; its nick is nobody else's from then on."""
    chat = Chat()
    kept, told = execute(chat.state, Stamp(5, 6), 9, Register("ann", PROOF))
    assert isinstance(kept, Emission)
    assert told == Registered("ann")
    assert account_of(chat, "ann").version == 5
    assert execute(chat.state, Stamp(6, 6), 10, Connect(("ann",), "u", "r", "h")) == (
        Refused(Reason.NICK_RESERVED, "ann"),
    )


def test_without_a_name_it_is_that_of_the_user() -> None:
    """Who is nobody yet has none."""
    chat = Chat()
    chat.add("ann")
    chat.do("ann", Register("", PROOF))
    assert chat.state.accounts.find("ann")
    refused = Refused(Reason.ACCOUNT_INVALID, "")
    assert execute(chat.state, Stamp(9, 9), 9, Register("", PROOF)) == (refused,)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("ANN", Reason.ACCOUNT_EXISTS),
        ("bob", Reason.ACCOUNT_INVALID),
        ("1st", Reason.ACCOUNT_INVALID),
        ("x" * 40, Reason.ACCOUNT_INVALID),
    ],
)
def test_a_name_must_be_valid_and_free(name: str, reason: Reason) -> None:
    """It is no account, and nobody else's nick; for who is here, and who is no user yet."""
    chat = Chat()
    registered(chat, "ann")
    chat.add("bob")
    chat.add("cat")
    assert refusals(chat.do("cat", Register(name, PROOF))) == [(reason, name, "")]
    assert execute(chat.state, Stamp(9, 9), 9, Register(name, PROOF)) == (Refused(reason, name),)


def test_nobody_makes_a_second_account() -> None:
    """Not while they have one."""
    chat = Chat()
    registered(chat, "ann")
    assert refusals(chat.do("ann", Register("eve", PROOF))) == [(Reason.HAS_ACCOUNT, "ann", "")]


def test_an_invitation_makes_one_account() -> None:
    """A second one only when the first is gone; a certificate of another is left out."""
    chat = Chat()
    for nick in ("ann", "bob", "cat"):
        chat.add(nick)
    chat.do("ann", Register("ann", PROOF, certificate="aa", invitation="i"))
    again = Register("bob", PROOF, certificate="aa", invitation="i")
    assert refused(chat.do("bob", again)) is Reason.INVITATION_USED
    chat.do("cat", Register("cat", PROOF, certificate="aa"))
    assert account_of(chat, "cat").certificates == ()
    chat.do("ann", DropAccount())
    chat.do("bob", again)
    assert account_of(chat, "bob").certificates == ("aa",)


def test_who_proved_an_account_has_it() -> None:
    """Those who share a room are told; once more is no news; the record must be the one proved."""
    chat = Chat()
    version = registered(chat, "ann").version
    chat.do("ann", Logout())
    bob = chat.add("bob", "#a")
    effects = chat.do("bob", Login("ANN", version))
    assert bob.identity.account == "ann"
    assert watchers(effects, AccountChanged) == {"bob"}
    assert chat.do("bob", Login("ann", version)) == [LoggedIn(bob.identity)]
    assert refused(chat.do("bob", Login("ann", version + 1))) is Reason.PROOF_OUTDATED
    assert refused(chat.do("bob", Login("eve", 1))) is Reason.NO_SUCH_ACCOUNT


def test_who_logs_out_leaves_the_nick_of_the_account() -> None:
    """They get another one, as guests can't have it."""
    chat = Chat()
    registered(chat, "ann", "#a")
    chat.add("bob", "#a")
    changed, renamed, out = chat.do("ann", Logout())
    assert watchers([changed], AccountChanged) == watchers([renamed], Renamed)
    (nick,) = {user.nick for user in chat.state.users.values()} - {"bob"}
    assert nick == f"guest-{chat.seq:x}"
    user = chat.state.nicks[nick]
    assert out == LoggedOut(user.identity)
    assert (user.identity.account, user.rooms["#a"].entry.identity.nick) == ("", nick)
    assert refused(chat.do(nick, Logout())) is Reason.NO_ACCOUNT


def test_who_logs_out_keeps_a_nick_that_is_no_accounts() -> None:
    """Nick and account need not be equal."""
    chat = Chat()
    ann = chat.add("ann")
    chat.do("ann", Register("eve", PROOF))
    effects = chat.do("ann", Logout())
    assert ann.nick == "ann"
    assert all_of(LoggedOut, effects) == [LoggedOut(ann.identity)]


def test_a_password_is_replaced() -> None:
    """What was proved against the one before counts no more."""
    chat = Chat()
    before = registered(chat, "ann")
    kept, settled = chat.do("ann", ChangePassword(OTHER))
    now = account_of(chat, "ann")
    assert (now.verifier, now.version) == (OTHER, chat.seq)
    assert isinstance(kept, Emission)
    assert kept.event == AccountKept(chat.seq, chat.at, "ann", before, "ChangePassword")
    assert settled == AccountSettled("ann", "ChangePassword")
    assert refused(chat.do("ann", Login("ann", before.version))) is Reason.PROOF_OUTDATED


def test_certificates_come_and_go() -> None:
    """One opens one account alone, and an account has ten at most."""
    chat = Chat()
    registered(chat, "ann")
    registered(chat, "bob")
    for number in range(CERTIFICATES_MOST):
        chat.do("ann", ChangeCertificate(str(number), adding=True))
    find = chat.state.accounts.find_by_certificate
    assert find("0") == find("9") == account_of(chat, "ann")
    again = chat.do("ann", ChangeCertificate("3", adding=True))
    assert again[1:] == [AccountSettled("ann", "ChangeCertificate")]
    most = ChangeCertificate("10", adding=True)
    assert refused(chat.do("ann", most)) is Reason.TOO_MANY_CERTIFICATES
    taken = ChangeCertificate("0", adding=True)
    assert refused(chat.do("bob", taken)) is Reason.CERTIFICATE_TAKEN
    chat.do("ann", ChangeCertificate("0", adding=False))
    assert find("0") is None
    chat.do("bob", taken)
    assert find("0") == account_of(chat, "bob")


def test_what_alone_opens_an_account_stays() -> None:
    """Or nobody could have it again."""
    chat = Chat()
    chat.add("ann")
    chat.do("ann", Register("ann", None, certificate="aa"))
    remove = ChangeCertificate("aa", adding=False)
    assert refused(chat.do("ann", remove)) is Reason.LAST_PROOF
    chat.do("ann", ChangePassword(PROOF))
    assert all_of(AccountSettled, chat.do("ann", remove))


def test_staying_is_a_choice_of_the_account() -> None:
    """It needs no other proof; who and where it is is written down from then on."""
    chat = Chat()
    before = registered(chat, "ann", "#a")
    chat.do("ann", SetAlwaysOn(on=True))
    account = account_of(chat, "ann")
    assert (account.always_on, account.nick, account.rooms) == (True, "ann", ("#a",))
    assert (account.version, account.verifier) == (before.version, before.verifier)


def test_an_account_that_is_dropped_is_nobodys() -> None:
    """Who had it stays, and its nick is free for the next; its record is to be removed."""
    chat = Chat()
    registered(chat, "ann", "#a")
    chat.state.accounts.take_changed()
    kept, changed, settled, out = chat.do("ann", DropAccount())
    ann = chat.state.nicks["ann"]
    assert isinstance(kept, Emission)
    assert watchers([changed], AccountChanged) == {"ann"}
    assert settled == AccountSettled("ann", "DropAccount")
    assert out == LoggedOut(ann.identity)
    assert ann.identity.account == ""
    assert chat.state.accounts.take_changed() == ([], ["ann"])
    assert chat.state.accounts.find_by_certificate("") is None


@pytest.mark.parametrize(
    "command",
    [
        ChangePassword(PROOF),
        ChangeCertificate("aa", adding=True),
        SetAlwaysOn(on=True),
        DropAccount(),
    ],
)
def test_who_has_no_account_changes_none(command: ChangePassword) -> None:
    """Also not one that is called like them."""
    chat = Chat()
    chat.add("ann")
    execute(chat.state, Stamp(8, 8), 9, Register("bob", PROOF))
    assert refused(chat.do("ann", command)) is Reason.NO_ACCOUNT


@pytest.mark.parametrize(
    "command",
    [
        ChangePassword(OTHER),
        ChangeCertificate("bb", adding=True),
        SetAlwaysOn(on=True),
        DropAccount(),
    ],
)
def test_what_was_not_kept_is_put_back(command: ChangePassword) -> None:
    """The record, and who has the account; what was changed meanwhile of where it stays is true."""
    chat = Chat()
    chat.add("ann")
    chat.do("ann", Register("ann", PROOF, certificate="aa", invitation="i"))
    chat.do("ann", SetAlwaysOn(on=True))
    before = account_of(chat, "ann")
    effects = chat.do("ann", command)
    if chat.state.accounts.find("ann") is not None:
        chat.do("ann", Join("#a"))
        before = structs.replace(before, rooms=("#a",))
    restore(chat, effects)
    assert account_of(chat, "ann") == before
    accounts = chat.state.accounts
    assert (accounts.find_by_certificate("aa"), accounts.has_used("i")) == (before, True)
    assert accounts.find_by_certificate("bb") is None
    assert chat.state.nicks["ann"].identity.account == "ann"


def test_an_account_that_was_not_kept_was_never_made() -> None:
    """Who made it has none, whatever they did since; who has left meanwhile is of no matter."""
    chat = Chat()
    ann = chat.add("ann")
    effects = chat.do("ann", Register("ann", PROOF))
    effects += chat.do("ann", ChangePassword(OTHER))
    effects += execute(chat.state, Stamp(90, 90), 9, Register("bob", PROOF, certificate="aa"))
    restore(chat, effects)
    assert len(chat.state.accounts) == 0
    assert ann.identity.account == ""
    assert chat.state.accounts.take_changed() == ([], ["ann", "bob"])
