"""Accounts in plain text, as a person with netcat has them."""

import asyncio
import logging

import pytest
from msgspec import structs

from chatserver.attempts import LimitedAttempts
from chatserver.core.members import User
from chatserver.faces.accounts import AccountFacts
from chatserver.faces.plain import PlainFacts
from chatserver.proofs import Proofs
from chatwire.framing import OVERLONG
from tests.chatserver.fakes import Client, World

INSECURE = "-> not over an unencrypted connection: others could read the password on its way"


class Town(World):
    """A world with accounts."""

    def __init__(self) -> None:
        super().__init__()
        proofs = Proofs(4096, least=4)
        self.attempts = LimitedAttempts(3, lambda: 0.0)
        self.facts = AccountFacts(
            find=self.node.state.accounts.find,
            hash=proofs.hash,
            verify=proofs.verify,
            attempts=self.attempts,
        )

    def visitor(self, nick: str, *, private: bool = True, **changes: object) -> Client:
        """Connect somebody who has said nothing, and has `nick` if no other is asked for."""
        accounts = structs.replace(self.facts, **changes)
        operators = {"root": lambda password: password == "sesame"}
        facts = PlainFacts(accounts=accounts, operators=operators)
        return self.plain(nick, facts, private=private)

    async def guest(self, nick: str, *, private: bool = True, **changes: object) -> Client:
        """Connect somebody who has joined, and read the welcome."""
        client = self.visitor(nick, private=private, **changes)
        await client.ask("")
        return client

    def user(self, nick: str) -> User:
        """Return who is called `nick`."""
        user = self.node.state.find_user(nick)
        assert user is not None, f"nobody is called {nick}"
        return user


@pytest.fixture
def town() -> Town:
    """Return a world with accounts."""
    return Town()


@pytest.mark.asyncio
async def test_an_account_is_made_and_had_again(town: Town) -> None:
    """By a name and a password; one is called like the account then, if nobody else is."""
    bob = await town.guest("bob")
    made = ["-> the account ann is made", "-> you are logged in as ann"]
    assert await bob.ask("/register ann sesame") == [*made, "* bob is now ann"]
    renamed, out = await bob.ask("/logout")
    assert renamed.startswith("* ann is now guest-")
    assert out.startswith("-> you are logged out, and are guest-")
    again = await bob.ask("/login ANN sesame")
    assert again[0] == "-> you are logged in as ann"
    assert again[1].endswith(" is now ann")
    assert town.user("ann").identity.account == "ann"
    assert "-> has the account ann" in await bob.ask("/whois ann")


@pytest.mark.asyncio
async def test_without_a_name_it_is_ones_own_nick(town: Town) -> None:
    """Also to log in; a password may have spaces where the name is said."""
    town.attempts.most = 10
    ann = await town.guest("ann")
    assert await ann.ask("/register sesame") == [
        "-> the account ann is made", "-> you are logged in as ann",
    ]  # fmt: skip
    assert await ann.ask("/password open  sesame") == ["-> the password of ann is changed"]
    assert await ann.ask("/login ann sesame") == ["-> wrong account or password"]
    assert await ann.ask("/login ann open  sesame") == ["-> you are logged in as ann"]
    assert await ann.ask("/password sesame", "/login sesame") == [
        "-> the password of ann is changed", "-> you are logged in as ann",
    ]  # fmt: skip


@pytest.mark.asyncio
async def test_a_guest_has_to_say_a_name(town: Town) -> None:
    """Nobody wants an account that is called like a guest without knowing."""
    guest = await town.guest("guest-dodo")
    assert await guest.ask("/register sesame") == ["-> which name? /register NAME PASSWORD"]
    stranger = town.visitor("guest-dada")
    assert (await stranger.ask("/register sesame"))[-1] == "-> which name? /register NAME PASSWORD"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("/register", "-> which name and password? /register NAME PASSWORD"),
        ("/register bob abc", "-> a password has at least 4 characters"),
        ("/register 1st sesame", "-> 1st can't be an account of yours"),
        ("/register ann sesame", "-> there is an account ann already"),
        ("/login", "-> as whom? /login ACCOUNT PASSWORD"),
        ("/login ann wrong", "-> wrong account or password"),
        ("/login nobody sesame", "-> wrong account or password"),
        ("/logout", "-> you are not logged in; /login ACCOUNT PASSWORD"),
        ("/password", "-> which one? /password NEW"),
        ("/password new one", "-> you are not logged in; /login ACCOUNT PASSWORD"),
        ("/password abc", "-> a password has at least 4 characters"),
    ],
)
async def test_what_is_wrong_is_told(town: Town, line: str, answer: str) -> None:
    """In one line; a wrong name is not told from a wrong password."""
    ann = await town.guest("ann")
    await ann.ask("/register sesame", "/quit")
    bob = await town.guest("bob")
    assert await bob.ask(line) == [answer]


@pytest.mark.asyncio
async def test_a_first_line_logs_in(town: Town) -> None:
    """Others see the account come, and no guest before it."""
    ann = await town.guest("ann")
    await ann.ask("/register sesame", "/quit")
    bob = await town.guest("bob")
    ann = town.visitor("guest-dodo")
    welcome = await ann.ask("/login ann sesame")
    assert welcome[0].startswith("-> welcome to chat. You are ann;")
    assert welcome[1] == "-> you are logged in as ann"
    assert await bob.read() == ["* ann joined"]


@pytest.mark.asyncio
async def test_a_first_line_that_proves_nothing_makes_a_guest(town: Town) -> None:
    """Who can try again."""
    ann = await town.guest("ann")
    await ann.ask("/register sesame", "/quit")
    ann = town.visitor("guest-dodo")
    welcome = await ann.ask("/login ann wrong")
    assert welcome[0].startswith("-> welcome to chat. You are guest-dodo;")
    assert welcome[-1] == "-> wrong account or password"
    assert await ann.ask("/login ann sesame") == [
        "-> you are logged in as ann", "* guest-dodo is now ann",
    ]  # fmt: skip


@pytest.mark.asyncio
async def test_a_first_line_makes_an_account(town: Town) -> None:
    """And is called like it; if there is one, it makes a guest, who is told so."""
    ann = town.visitor("guest-dodo")
    welcome = await ann.ask("/register ann sesame")
    assert welcome[0].startswith("-> welcome to chat. You are ann;")
    assert welcome[-2:] == ["-> the account ann is made", "-> you are logged in as ann"]
    bob = town.visitor("guest-dada")
    welcome = await bob.ask("/register ann sesame")
    assert welcome[0].startswith("-> welcome to chat. You are guest-dada;")
    assert welcome[-1] == "-> there is an account ann already"


@pytest.mark.asyncio
async def test_a_first_line_makes_an_operator(town: Town) -> None:
    """Of a guest."""
    root = town.visitor("guest-dodo")
    assert (await root.ask("/oper root sesame"))[-1] == "-> you are an operator of this server now"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "line", ["/register ann sesame", "/login ann sesame", "/password sesame", "/oper root sesame"]
)
async def test_no_password_is_taken_where_others_listen(
    town: Town, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    """One is told what to do instead, where there is something; what was sent is nowhere."""
    caplog.set_level(logging.DEBUG)
    bob = await town.guest("bob")
    ann = await town.guest("ann", private=False)
    await bob.read()
    assert await ann.ask(line) == [INSECURE]
    hint = await town.guest("eve", private=False, tls_hint="openssl s_client -connect h:6697")
    assert await hint.ask(line) == [f"{INSECURE}. Use TLS: openssl s_client -connect h:6697"]
    first = town.visitor("guest-dodo", private=False)
    assert (await first.ask(line))[-1] == INSECURE
    assert "sesame" not in "".join([*await bob.read(), caplog.text])


@pytest.mark.asyncio
async def test_a_server_may_take_passwords_in_the_clear(town: Town) -> None:
    """Those of accounts, if it is configured so; never those of operators."""
    ann = await town.guest("ann", private=False, clear=True)
    assert (await ann.ask("/register sesame"))[0] == "-> the account ann is made"
    assert await ann.ask("/oper root sesame") == [INSECURE]


@pytest.mark.asyncio
async def test_a_password_is_not_logged_when_something_breaks(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug of ours ends the session, and what is written down of it has no password."""
    ann = await town.guest("ann")
    town.node.state.users.clear()
    await ann.ask("/register ann2 sesame")
    assert "sesame" not in caplog.text


@pytest.mark.asyncio
async def test_nobody_can_try_many(town: Town) -> None:
    """From one address; whatever the passwords are for, and one that is made or changed is one more."""
    town.attempts.most = 4
    ann = await town.guest("ann")
    await ann.ask("/register sesame", "/password other")
    assert await ann.ask("/login ann wrong1") == ["-> wrong account or password"]
    assert await ann.ask("/oper root wrong") == ["-> wrong name or password"]
    wait = ["-> too many wrong passwords came from your address; try again in 60 s"]
    lines = "/login ann other", "/oper root sesame", "/register x sesame", "/password sesame"
    for line in lines:
        assert await ann.ask(line) == wait


@pytest.mark.asyncio
async def test_registration_can_be_closed(town: Town) -> None:
    """Then one can log in still."""
    ann = await town.guest("ann", registration="closed")
    assert await ann.ask("/register sesame") == ["-> only administrators make accounts here"]


@pytest.mark.asyncio
async def test_registration_can_need_an_invitation(town: Town) -> None:
    """The code is the last word; a wrong one counts as a wrong password."""
    codes = {"spring": "digest"}
    ann = await town.guest("ann", registration="invitation", redeem=codes.get)
    usage = "/register NAME PASSWORD CODE"
    assert await ann.ask("/register sesame") == [f"-> which name and password? {usage}"]
    assert await ann.ask("/register ann sesame summer") == [
        "-> that invitation code does not count"
    ]
    assert (await ann.ask("/register sesame spring"))[0] == "-> the account ann is made"
    assert town.node.state.accounts.has_used("digest")
    bob = await town.guest("bob", registration="invitation", redeem=codes.get)
    assert await bob.ask("/register bob sesame spring") == [
        "-> that invitation code was used already"
    ]


@pytest.mark.asyncio
async def test_registration_can_need_an_address(town: Town) -> None:
    """As the last word."""
    ann = await town.guest("ann", email_required=True)
    (usage,) = await ann.ask("/register sesame")
    assert usage == "-> which name and password? /register NAME PASSWORD EMAIL"
    made = await ann.ask("/register ann sesame ann@example.org")
    assert made[0] == "-> the account ann is made"
    account = town.node.state.accounts.find("ann")
    assert account is not None
    assert account.email == "ann@example.org"


def test_bytes_that_are_no_line_are_no_password(town: Town) -> None:
    """A line that is too long makes a guest, as any other first line."""

    async def play() -> list[str]:
        ann = town.visitor("ann")
        request = ann.session.face.receive(OVERLONG)
        assert request is not None
        await town.node.take(ann.session, request)
        return await ann.read()

    assert asyncio.run(play())[-1].startswith("-> line too long")
