"""REGISTER and VERIFY: https://ircv3.net/specs/extensions/account-registration."""

import pytest
from msgspec import structs

from chatserver.faces.accounts import AccountFacts
from tests.conformance.harness import FACTS, Network, commands, offered, only, params


def network(**facts: object) -> Network:
    """Return a server whose accounts are made as `facts` say."""
    return Network(structs.replace(FACTS, accounts=AccountFacts(**facts)))  # type: ignore[arg-type]


def redeem(code: str) -> str | None:
    """Take one code."""
    return "digest" if code == "welcome" else None


@pytest.mark.parametrize(("written", "name"), [("*", "ann"), ("ann", "ann"), ("bob", "bob")])
@pytest.mark.asyncio
async def test_a_user_makes_an_account(written: str, name: str) -> None:
    """Called as they are, or otherwise; they have it then, as if they had used SASL."""
    ann = await Network().connect("ann")
    answer = await ann.ask(f"REGISTER {written} * sesame")
    assert only(answer, "REGISTER").params[:2] == ("SUCCESS", name)
    assert params(answer, "900")[2] == name
    assert params(await ann.ask("WHOIS ann"), "330")[2] == name


@pytest.mark.asyncio
async def test_an_account_can_be_made_before_connecting() -> None:
    """And is had from the start; by its nick, which nobody else can take from then on."""
    server = Network()
    client = server.client()
    assert "before-connect" in str(offered(await client.ask("CAP LS 302")))
    assert params(await client.ask("REGISTER * * sesame"), "FAIL")[:3] == (
        "REGISTER",
        "NEED_NICK",
        "*",
    )
    answer = await client.ask("NICK ann", "REGISTER * * sesame")
    assert commands(answer) == ["REGISTER", "900"]
    assert params(await client.ask("REGISTER bob * sesame"), "FAIL")[1] == "ALREADY_AUTHENTICATED"
    other = server.client()
    assert "433" in commands(await other.ask("NICK ann", "USER a 0 * :A"))
    assert commands(await client.ask("USER a 0 * :A", "CAP END"))[0] == "001"
    assert params(await client.ask("WHOIS ann"), "330")[2] == "ann"


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ("REGISTER taken * sesame", "ACCOUNT_EXISTS"),
        ("REGISTER here * sesame", "ACCOUNT_EXISTS"),
        ("REGISTER #room * sesame", "BAD_ACCOUNT_NAME"),
        ("REGISTER NickServ * sesame", "BAD_ACCOUNT_NAME"),
        ("REGISTER bob * x", "WEAK_PASSWORD"),
        ("REGISTER bob bob@ sesame", "INVALID_EMAIL"),
    ],
)
@pytest.mark.asyncio
async def test_what_can_not_be_made_is_refused(request_: str, code: str) -> None:
    """With the code and the account; nobody's nick is taken from under them."""
    server = Network()
    await server.login("other", account="taken")
    await server.connect("here")
    ann = await server.connect("ann")
    answer = await ann.ask(request_)
    assert params(answer, "FAIL")[:3] == ("REGISTER", code, request_.split()[1])


@pytest.mark.asyncio
async def test_who_has_an_account_makes_no_other() -> None:
    """They log out first."""
    ann = await Network().login("ann")
    assert params(await ann.ask("REGISTER bob * sesame"), "FAIL")[1] == "ALREADY_AUTHENTICATED"


@pytest.mark.asyncio
async def test_before_connect_can_be_off() -> None:
    """Then it is not in the value, and REGISTER comes after the welcome; so it is with a password."""
    without = network(before_connect=False)
    locked = Network(structs.replace(FACTS, password=lambda given: given == "x"))
    for server in (without, locked):
        client = server.client()
        found = offered(await client.ask("CAP LS 302"))
        (value,) = (one for one in found if one.startswith("draft/account-registration"))
        assert "before-connect" not in value
        answer = await client.ask("NICK ann", "REGISTER * * sesame")
        assert params(answer, "FAIL")[:2] == ("REGISTER", "COMPLETE_CONNECTION_REQUIRED")


@pytest.mark.asyncio
async def test_an_address_can_be_required() -> None:
    """Then the value says so, and INVALID_EMAIL tells who gave none."""
    server = network(email_required=True)
    client = server.client()
    assert "email-required" in str(offered(await client.ask("CAP LS 302")))
    answer = await client.ask("NICK ann", "REGISTER * * sesame")
    assert params(answer, "FAIL")[:2] == ("REGISTER", "INVALID_EMAIL")
    assert commands(await client.ask("REGISTER * ann@example.org sesame"))[0] == "REGISTER"


@pytest.mark.asyncio
async def test_an_invitation_stands_in_the_place_of_the_address() -> None:
    """By itself, or as an address for clients that insist on one; a wrong one makes no account."""
    server = network(registration="invitation", redeem=redeem)
    for number, (code, command) in enumerate(
        [("*", "FAIL"), ("guess", "FAIL"), ("welcome", "REGISTER"), ("welcome@code", "FAIL")]
    ):
        client = await server.connect(f"ann{number}")
        assert (
            commands(await client.ask(f"REGISTER * {code} sesame"))[-1 if number < 2 else 0]
            == command
        )


@pytest.mark.asyncio
async def test_registration_can_be_closed() -> None:
    """Then there is no such capability, and REGISTER says who makes accounts."""
    server = network(registration="closed")
    client = server.client()
    assert "account-registration" not in str(offered(await client.ask("CAP LS 302")))
    answer = await client.ask(
        "CAP REQ draft/account-registration", "NICK ann", "REGISTER * * sesame"
    )
    assert params(answer, "CAP")[1] == "NAK"
    assert params(answer, "FAIL")[1] == "TEMPORARILY_UNAVAILABLE"


@pytest.mark.asyncio
async def test_nobody_registers_where_others_listen() -> None:
    """A password is not taken over a connection that is not private."""
    client = Network().client(private=False)
    assert "account-registration" not in str(offered(await client.ask("CAP LS 302")))
    answer = await client.ask("NICK ann", "REGISTER * * sesame")
    assert params(answer, "FAIL")[1] == "UNACCEPTABLE_PASSWORD"


@pytest.mark.asyncio
async def test_there_is_nothing_to_verify() -> None:
    """VERIFY fails, whatever the code."""
    ann = await Network().connect("ann")
    assert params(await ann.ask("VERIFY ann 1234"), "FAIL")[:3] == ("VERIFY", "INVALID_CODE", "ann")


@pytest.mark.asyncio
async def test_the_password_is_shown_to_nobody() -> None:
    """Not even to who sent it, in no answer, labelled or not."""
    ann = await Network().connect("ann", "labeled-response", "batch", "echo-message")
    answer = [str(one) for one in await ann.ask("@label=1 REGISTER * * sesame")]
    assert answer
    assert not any("sesame" in line for line in answer)
