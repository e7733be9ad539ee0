"""Masks and rights: whom a ban fits, and that finding out is cheap."""

import pytest

from chatserver.core.commands import ChangeNick, Join, Say
from chatserver.core.effects import Reason
from chatserver.core.events import Identity
from chatserver.core.execute.modes import complete_mask
from chatserver.core.rights import fits
from tests.chatserver.core.chat import Chat, refusals, refused

WHO = Identity("bob", "u", "h", account="Robert")


@pytest.mark.parametrize(
    ("mask", "fitting"),
    [
        ("bob!*@*", True), ("a:robert", True), ("a:ROBERT", True), ("a:rob*", True), ("a:*", True),
        ("a:bob", False), ("robert!*@*", False), ("a:bob!*@*", False),
    ],
)  # fmt: skip
def test_masks_are_of_addresses_or_of_accounts(mask: str, fitting: bool) -> None:  # noqa: FBT001 - a parameter
    """`a:` before one means accounts alone: a nick is none."""
    assert fits(mask, WHO) is fitting


def test_a_mask_of_accounts_fits_no_guest() -> None:
    """Not even one that fits every account."""
    assert not fits("a:*", Identity("bob", "u", "h"))


@pytest.mark.parametrize("mask", ["a:bob", "m:a:bob", "a:*"])
def test_a_mask_of_accounts_is_not_completed(mask: str) -> None:
    """It has no user name and no host."""
    assert complete_mask(mask) == mask


def test_bans_exceptions_and_invitations_name_accounts() -> None:
    """Each list takes them."""
    chat = Chat()
    chat.add("op", "#a")
    chat.add("bob")
    chat.log_in("bob", "robert")
    chat.mode("op", "#a", "+b a:robert")
    assert refused(chat.do("bob", Join("#a"))) is Reason.BANNED
    chat.mode("op", "#a", "+e a:robert", "+i")
    assert refused(chat.do("bob", Join("#a"))) is Reason.INVITE_ONLY
    chat.mode("op", "#a", "+I a:robert")
    assert refused(chat.do("bob", Join("#a"))) is None


def test_a_mask_without_an_account_is_refused() -> None:
    """`a:` alone says nobody."""
    chat = Chat()
    chat.add("op", "#a")
    for mask in ("a:", "m:a:"):
        ((reason, *_),) = refusals(chat.mode("op", "#a", f"+b {mask}"))
        assert reason is Reason.MODE_PARAMETER_INVALID


def test_who_is_muted_is_known_by_account_and_nick_as_they_are_now() -> None:
    """What was found before does not outlive a change of the lists, of the nick, or of the account."""
    chat = Chat()
    chat.add("op", "#a")
    chat.add("bob", "#a")

    def may_speak(nick: str) -> bool:
        return refused(chat.do(nick, Say("#a", "hi"))) is None

    assert may_speak("bob")
    chat.mode("op", "#a", "+b m:bob!*@*")
    assert not may_speak("bob")
    chat.do("bob", ChangeNick("bill"))
    assert may_speak("bill")
    chat.mode("op", "#a", "+b m:a:robert")
    assert may_speak("bill")
    chat.log_in("bill", "robert")
    assert not may_speak("bill")
    chat.mode("op", "#a", "+e m:a:robert")
    assert may_speak("bill")
