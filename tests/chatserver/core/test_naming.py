"""Who may take which name."""

import pytest

from chatserver.core.accounts import Account
from chatserver.core.commands import ChangeNick
from chatserver.core.effects import Reason, Refused
from chatserver.core.limits import Limits
from chatserver.core.naming import is_name, refuse_nick
from chatserver.core.state import State
from chatwire.text import plain
from tests.chatserver.core.chat import Chat

LIMITS = Limits()


def account(name: str) -> Account:
    """Return an account."""
    return Account(name, created_at=0, created_seq=0, version=1)


def reason(state: State, nick: str, mine: str = "") -> Reason | None:
    """Return why who has the account `mine` may not take `nick`."""
    refused = refuse_nick(state, nick, mine)
    return refused.reason if refused else None


@pytest.mark.parametrize(
    "name",
    [
        "Ann",
        "[x]",
        "Zoë",
        "Αθηνα",
        "алекс",
        "日本",
        "サーバー",
        "שלום",
        "محمد",
        "हिन्दी",
        "ʻokina"[1:],
    ],
)
def test_names(name: str) -> None:
    """People of any script can have their names."""
    assert is_name(name, LIMITS)


@pytest.mark.parametrize(
    "name",
    [
        "ᐳᐳ", "a\u01c3b", "x\u01c3y\u0e4fz", "\u01c3", "a\ua4f9b", "\u02d0x", "a\u02d0b", "\u2cbaᐳ",
        "\U0001031f", "ᐸa", "\u02bca", "אa1", "1א", "١٢", "א1a", "ａ", "ﬁ", "ℓ", "①", "𝐚", "ĳ", "ſ",
        "\u0640", "\u1160a", "\u17b4", "a\u034f", "a\u00b7b", "\u30fba", "a\u180eb", "\ue000", "a\u0378",
    ],
)  # fmt: skip
def test_not_names(name: str) -> None:
    """Nothing that is unseen, changes direction, looks like a mark of the protocol, or is no letter."""
    assert not is_name(name, LIMITS)


@pytest.mark.parametrize("block", range(0, 0x110000, 0x11000), ids=hex)
def test_a_name_shows_as_it_is(block: int) -> None:
    """Every character that a name may have is safe for a terminal, over all of Unicode."""
    hidden = [
        hex(code)
        for code in range(block, block + 0x11000)
        if not 0xD800 <= code <= 0xDFFF
        for name in (chr(code), "a" + chr(code))
        if (plain(name) != name or not name.isprintable()) and is_name(name, LIMITS)
    ]
    assert not hidden


@pytest.mark.parametrize("name", ["NickServ", "chanserv", "NlckServ", "ChanЅеrv", "nіckserv"])
def test_nobody_looks_like_a_service(name: str) -> None:
    """People send their passwords to what looks like one."""
    assert not is_name(name, LIMITS)


def test_a_server_may_allow_ascii_alone() -> None:
    """By a setting."""
    assert is_name("ann", Limits(unicode_names=False))
    assert not is_name("zoë", Limits(unicode_names=False))


def test_a_nick_is_free_or_not() -> None:
    """It is nobody else's who is there, in any spelling, and no account's that one does not have."""
    chat = Chat()
    chat.add("Zoë")
    chat.state.accounts.put(account("Bob"))
    assert reason(chat.state, "ZOË") is Reason.NICK_IN_USE
    assert reason(chat.state, "bob") is Reason.NICK_RESERVED
    assert reason(chat.state, "bob", "BOB") is None
    assert reason(chat.state, "ann") is None
    chat.add("ann")
    chat.state.accounts.put(account("ann"))
    assert reason(chat.state, "ann") is Reason.NICK_RESERVED, "also while its owner is there"


def test_nobody_looks_like_who_is_there() -> None:
    """Whoever came first, in small or in capital letters."""
    chat = Chat()
    chat.add("scope")
    assert refuse_nick(chat.state, "ѕсоре", "") == Refused(
        Reason.NICK_TOO_SIMILAR, "ѕсоре", "scope"
    )
    chat.add("ВОВ")
    assert reason(chat.state, "bob") is Reason.NICK_TOO_SIMILAR


def test_nobody_looks_like_an_account() -> None:
    """Not even within ASCII, and not while nobody of that account is there; but its owner may."""
    chat = Chat()
    chat.state.accounts.put(account("bill"))
    assert reason(chat.state, "BiII") is Reason.NICK_TOO_SIMILAR
    assert reason(chat.state, "b\u0456ll") is Reason.NICK_TOO_SIMILAR
    assert reason(chat.state, "b\u0456ll", "bill") is None
    chat.state.accounts.drop("bill")
    assert reason(chat.state, "BiII") is None


def test_ascii_nicks_of_guests_may_look_alike() -> None:
    """As they do everywhere on IRC: foo and f00, and whoever adds a digit to a nick that is taken."""
    chat = Chat()
    chat.add("foo")
    assert reason(chat.state, "f00") is None


def test_ones_own_nick_is_no_obstacle() -> None:
    """Who looks like themselves may change, and what they leave is free."""
    chat = Chat()
    chat.add("scope")
    assert not isinstance(chat.do("scope", ChangeNick("ѕсоре"))[0], Refused)
    assert reason(chat.state, "ѕcope") is Reason.NICK_TOO_SIMILAR
    chat.do("ѕсоре", ChangeNick("ann"))
    assert reason(chat.state, "ѕcope") is None
