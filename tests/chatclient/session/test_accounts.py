"""Making an account, another password, and whose account others have."""

from dataclasses import replace

import pytest

from chatclient.session import Unable
from tests.chatclient.session.wire import Wire, last, texts


def _wire(caps: str = "", *, private: bool = True) -> Wire:
    wire = Wire().start(f"batch {caps}")
    wire.world.set_status(replace(wire.world.status, private=private))
    return wire


def _label(wire: Wire) -> str:
    return wire.world.question.label if wire.world.question else ""


def test_register() -> None:
    """The password is asked for twice; the account is ours, and later connections log in to it."""
    wire = _wire("draft/account-registration")
    wire.session.register("")
    assert _label(wire) == "new password for alice"
    wire.world.answer("sesame")
    assert _label(wire) == "new password for alice, again"
    assert wire.sent() == []
    wire.world.answer("sesame")
    assert wire.sent() == ["REGISTER * * sesame"]
    wire.hear(":srv REGISTER SUCCESS alice :The account is made")
    assert wire.world.status.account == "alice"
    assert wire.session.account == "alice"
    wire.session.end("cut", wire.now)
    wire.session.start()
    wire.sent()
    wire.hear(":srv CAP * LS :sasl=PLAIN", ":srv CAP * ACK :sasl", "AUTHENTICATE +")
    assert wire.sent()[-2] == "AUTHENTICATE PLAIN"


def test_two_that_differ() -> None:
    """A slip of the fingers makes no account; the password is asked for anew, and not said in the room."""
    wire = _wire("draft/account-registration")
    wire.session.register("")
    wire.world.answer("sesame")
    wire.world.answer("sesam")
    assert wire.sent() == []
    assert "not the same" in last(wire.world.active).text
    assert _label(wire) == "new password for alice"
    wire.world.answer("sesame")
    wire.world.answer("sesame")
    assert wire.sent() == ["REGISTER * * sesame"]


def test_what_a_server_wants_to_know() -> None:
    """An address, another name than the nick, a code that it sends: as it says."""
    wire = _wire("draft/account-registration=email-required,custom-account-name")
    wire.session.register("bob")
    assert _label(wire).startswith("e-mail address")
    wire.world.answer("bob@example.org")
    wire.world.answer("sesame")
    wire.world.answer("sesame")
    assert wire.sent() == ["REGISTER bob bob@example.org sesame"]
    wire.hear(":srv REGISTER VERIFICATION_REQUIRED bob :We have sent you a code")
    assert "(then /verify CODE)" in last(wire.world.active).text
    wire.session.verify("1234")
    assert wire.sent() == ["VERIFY bob 1234"]
    wire.hear(":srv VERIFY SUCCESS bob :Welcome")
    assert wire.world.status.account == "bob"


@pytest.mark.parametrize(
    ("caps", "private", "account", "why"),
    [
        ("", True, "", "NickServ"),
        ("", False, "", "--tls"),
        ("draft/account-registration", False, "", "--tls"),
        ("draft/account-registration", True, "bob", "/nick bob first"),
    ],
)
def test_no_account_to_be_had(
    caps: str,
    private: bool,  # noqa: FBT001 - a column of the table
    account: str,
    why: str,
) -> None:
    """It is said why, and what to do; nothing is asked."""
    wire = _wire(caps, private=private)
    with pytest.raises(Unable, match=why):
        wire.session.register(account)
    assert wire.world.question is None


def test_nothing_to_verify() -> None:
    """A code is for an account that is being made."""
    with pytest.raises(Unable, match="/register"):
        _wire("draft/account-registration").session.verify("1234")


def test_another_password() -> None:
    """It goes to NickServ of who is logged in, and in no line; the next login uses it."""
    wire = _wire("account-notify")
    with pytest.raises(Unable, match="/login"):
        wire.session.change_password()
    wire.hear(":srv 900 alice alice!a@h alice :You are now logged in as alice")
    assert last(wire.world.active).text == "you are logged in as alice"
    wire.session.change_password()
    wire.world.answer("sesame")
    wire.world.answer("sesame")
    assert wire.sent() == ["PRIVMSG NickServ :SET PASSWORD sesame"]
    wire.hear(":NickServ!n@s NOTICE alice :The password is changed to sesame")
    assert "sesame" not in "".join(texts(wire.world.active) + texts(wire.world.server))


def test_whose_account_others_have() -> None:
    """By extended-join, ACCOUNT, and the tag of what they say, in every room."""
    wire = _wire("extended-join account-notify account-tag message-tags")
    room = wire.join("#ops", "bob")
    wire.hear(":eve!e@h JOIN #ops eva :Eve", ":bob!b@h ACCOUNT robert")
    assert [each.account for each in room.members] == ["", "robert", "eva"]
    wire.hear("@account=eve2 :eve!e@h PRIVMSG #ops hi", ":bob!b@h PRIVMSG #ops hi")
    assert [each.account for each in room.members] == ["", "", "eve2"]
    assert [line.account for line in room.lines[-2:]] == ["eve2", ""]
    wire.hear(":alice!a@h ACCOUNT alice")
    assert wire.world.status.account == "alice"
    wire.hear(":alice!a@h ACCOUNT *")
    assert wire.world.status.account == ""
    assert last(wire.world.active).text == "you are logged out"
