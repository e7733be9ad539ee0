"""SASL: https://ircv3.net/specs/extensions/sasl-3.1 and -3.2, RFC 4616, RFC 5802."""

from base64 import b64decode, b64encode

import pytest
from msgspec import structs
from scramp import ScramClient

from chatserver.faces.accounts import AccountFacts
from tests.conformance.harness import (
    FACTS,
    OPERATOR,
    IrcClient,
    Network,
    commands,
    offered,
    only,
    params,
)

CERTIFICATE = "ab" * 32


def encode(*parts: str) -> str:
    """Return a message of PLAIN in base64."""
    return b64encode("\0".join(parts).encode()).decode()


async def asking(network: Network, *, certificate: str = "", private: bool = True) -> IrcClient:
    """Return a client that may authenticate, and is no user yet."""
    client = network.client(certificate=certificate, private=private)
    await client.ask("CAP REQ sasl", "NICK wanted", "USER u 0 * :Real")
    return client


async def with_account(name: str = "ann") -> Network:
    """Return a server with an account whose password is `sesame`, and nobody there who has it."""
    network = Network()
    await make_account(network, name)
    return network


async def make_account(network: Network, name: str) -> None:
    """Let somebody make an account, and leave."""
    maker = await network.login(name)
    await maker.ask("QUIT")


@pytest.mark.asyncio
async def test_plain_logs_in_before_registration() -> None:
    """900 tells mask and account, 903 ends it, and the user has the account from the start."""
    network = await with_account()
    client = await asking(network)
    assert [one.params for one in await client.ask("AUTHENTICATE PLAIN")] == [("+",)]
    answer = await client.ask(f"AUTHENTICATE {encode('', 'ann', 'sesame')}")
    assert commands(answer) == ["900", "903"]
    assert params(answer, "900")[:3] == ("wanted", "wanted!u@127.0.0.1", "ann")
    await client.ask("CAP END")
    assert params(await client.ask("WHOIS wanted"), "330")[1:3] == ("wanted", "ann")


@pytest.mark.parametrize(
    "message",
    [
        encode("", "ann", "wrong"),
        encode("", "nobody", "sesame"),
        encode("", "", "sesame"),
        encode("", "ann", ""),
        encode("bob", "ann", "sesame"),
        encode("", "ann", "sesame", ""),
        encode("ann", "sesame"),
        b64encode(b"\0ann\0\xff").decode(),
        "!!!",
        "QQ",
        "+",
    ],
)
@pytest.mark.asyncio
async def test_what_proves_nothing_fails_and_can_be_tried_again(message: str) -> None:
    """904, and nothing more: who has which account is not told. Then a right password does."""
    network = await with_account()
    client = await asking(network)
    assert commands(await client.ask("AUTHENTICATE PLAIN", f"AUTHENTICATE {message}")) == [
        "AUTHENTICATE",
        "904",
    ]
    assert commands(await client.authenticate("ann", "sesame"))[-2:] == ["900", "903"]


@pytest.mark.asyncio
async def test_a_long_message_comes_in_chunks() -> None:
    """Of 400 characters; one that fills its chunks ends with `+`; too long a chunk is 905."""
    network = Network()
    password = "x" * 592
    maker = await asking(network)
    await maker.ask("NICK ann", f"REGISTER * * {password}")
    client = await asking(network)
    written = encode("ann", "ann", password)
    assert len(written) == 800
    chunks = [f"AUTHENTICATE {written[:400]}", f"AUTHENTICATE {written[400:]}"]
    assert commands(await client.ask("AUTHENTICATE PLAIN", *chunks)) == ["AUTHENTICATE"]
    assert commands(await client.ask("AUTHENTICATE +")) == ["900", "903"]
    answer = await client.ask("AUTHENTICATE PLAIN", "AUTHENTICATE " + "A" * 401)
    assert commands(answer) == ["AUTHENTICATE", "905"]


@pytest.mark.asyncio
async def test_a_message_without_end_is_given_up() -> None:
    """What is kept of it is bounded."""
    client = await asking(Network())
    answer = await client.ask("AUTHENTICATE PLAIN", *["AUTHENTICATE " + "A" * 400] * 9)
    assert commands(answer) == ["AUTHENTICATE", "904"]


@pytest.mark.asyncio
async def test_an_exchange_can_be_aborted() -> None:
    """By `*`, and by the end of registration, which then goes on without an account."""
    client = await asking(Network())
    answer = await client.ask("AUTHENTICATE PLAIN", "AUTHENTICATE *")
    assert commands(answer) == ["AUTHENTICATE", "906"]
    answer = await client.ask("AUTHENTICATE PLAIN", "CAP END")
    assert commands(answer)[:3] == ["AUTHENTICATE", "906", "001"]


@pytest.mark.asyncio
async def test_an_unknown_mechanism_is_answered_with_the_known() -> None:
    """908, then 904; a certificate is offered to who has one."""
    answer = await (await asking(Network())).ask("AUTHENTICATE FOO")
    assert commands(answer) == ["908", "904"]
    assert params(answer, "908")[1] == "PLAIN,SCRAM-SHA-256"
    client = await asking(Network(), certificate=CERTIFICATE)
    assert params(await client.ask("AUTHENTICATE FOO"), "908")[1] == "PLAIN,EXTERNAL,SCRAM-SHA-256"


@pytest.mark.asyncio
async def test_the_capability_says_what_there_is() -> None:
    """As its value; a password is not offered where others could listen in, SCRAM is."""
    for private, value in ((True, "sasl=PLAIN,SCRAM-SHA-256"), (False, "sasl=SCRAM-SHA-256")):
        client = Network().client(private=private)
        assert value in offered(await client.ask("CAP LS 302"))
    client = await asking(Network(), private=False)
    assert commands(await client.ask("AUTHENTICATE PLAIN")) == ["908", "904"]


@pytest.mark.asyncio
async def test_it_needs_the_capability() -> None:
    """Without it, it fails; registration goes on."""
    client = Network().client()
    assert commands(await client.ask("AUTHENTICATE PLAIN")) == ["904"]
    assert "001" in commands(await client.ask("NICK foo", "USER foo 0 * :Foo"))


@pytest.mark.asyncio
async def test_a_user_can_change_accounts() -> None:
    """Who is a user logs in, and in again as somebody else, as often as they like."""
    network = await with_account("ann")
    await make_account(network, "bob")
    client = await network.connect("eve", "sasl")
    for account in ("ann", "bob"):
        answer = await client.authenticate(account, "sesame")
        assert commands(answer)[:3] == ["AUTHENTICATE", "900", "903"]
        assert params(answer, "900")[2] == account


async def scram(client: IrcClient, account: str, password: str) -> list[str]:
    """Go through SCRAM-SHA-256 as a client does; return the commands of the last answer."""
    await client.ask("AUTHENTICATE SCRAM-SHA-256")
    exchange = ScramClient(["SCRAM-SHA-256"], account, password)
    first = await client.ask(
        f"AUTHENTICATE {b64encode(exchange.get_client_first().encode()).decode()}"
    )
    exchange.set_server_first(b64decode(only(first, "AUTHENTICATE").params[0]).decode())
    final = await client.ask(
        f"AUTHENTICATE {b64encode(exchange.get_client_final().encode()).decode()}"
    )
    if commands(final) != ["AUTHENTICATE"]:
        return commands(final)
    exchange.set_server_final(b64decode(final[0].params[0]).decode())
    return commands(await client.ask("AUTHENTICATE +"))


@pytest.mark.asyncio
async def test_scram_proves_both_sides() -> None:
    """The server proves that it knows the password as well: the client checks its signature."""
    client = await asking(await with_account())
    assert await scram(client, "ann", "sesame") == ["900", "903"]


@pytest.mark.parametrize(("account", "password"), [("ann", "wrong"), ("nobody", "sesame")])
@pytest.mark.asyncio
async def test_scram_tells_nobody_which_accounts_there_are(account: str, password: str) -> None:
    """A name without an account has a salt too, always the same, and fails as a wrong password does."""
    client = await asking(await with_account())
    assert await scram(client, account, password) == ["904"]
    salts = set()
    for nonce in ("one", "two"):
        first = b64encode(f"n,,n={account},r={nonce}".encode()).decode()
        answer = await client.ask("AUTHENTICATE SCRAM-SHA-256", f"AUTHENTICATE {first}")
        salts.add(b64decode(answer[-1].params[0]).decode().split(",")[1])
        await client.ask("AUTHENTICATE *")
    assert len(salts) == 1


@pytest.mark.parametrize("message", ["", "n", "n,,", "n,,n=ann", "p=tls-unique,,n=ann,r=x", "x,,n=a,r=b",
    "n,a=bob,n=ann,r=x", "n,,n==,r=x", "n,,n=\xff,r=\0", "n,,r=x,n=ann", "n,,n=ann,r=x,e="])  # fmt: skip
@pytest.mark.asyncio
async def test_scram_survives_nonsense(message: str) -> None:
    """Whatever a client says, it is answered: by a challenge, or by 904."""
    client = await asking(await with_account())
    answer = await client.ask(
        "AUTHENTICATE SCRAM-SHA-256", f"AUTHENTICATE {b64encode(message.encode()).decode() or '+'}"
    )
    assert commands(answer)[-1] in {"904", "AUTHENTICATE"}
    answer = await client.ask("AUTHENTICATE Yz1iaXdzLHI9eCxwPQ==")
    assert commands(answer)[-1] == "904"
    assert commands(await client.ask("CAP END"))[0] == "001"


@pytest.mark.asyncio
async def test_a_certificate_logs_in() -> None:
    """EXTERNAL asks for nothing but the certificate of the connection; a wrong name fails."""
    network = Network()
    owner = network.client(certificate=CERTIFICATE)
    await owner.ask("CAP REQ sasl", "NICK ann", "REGISTER * * sesame", "USER a 0 * :A", "CAP END")
    client = await asking(network, certificate=CERTIFICATE)
    wrong = b64encode(b"bob").decode()
    answer = await client.ask("AUTHENTICATE EXTERNAL", f"AUTHENTICATE {wrong}")
    assert commands(answer) == ["AUTHENTICATE", "904"]
    answer = await client.ask("AUTHENTICATE EXTERNAL", "AUTHENTICATE +")
    assert commands(answer) == ["AUTHENTICATE", "900", "903"]
    stranger = await asking(network, certificate="cd" * 32)
    answer = await stranger.ask("AUTHENTICATE EXTERNAL", "AUTHENTICATE +")
    assert commands(answer) == ["AUTHENTICATE", "904"]


@pytest.mark.asyncio
async def test_nick_and_user_may_come_in_between() -> None:
    """They change nothing of an exchange that is under way."""
    network = await with_account()
    client = network.client()
    await client.ask("CAP REQ sasl", "AUTHENTICATE PLAIN", "NICK foo", "USER foo * * :Foo")
    answer = await client.ask(f"AUTHENTICATE {encode('ann', 'ann', 'sesame')}")
    assert commands(answer) == ["900", "903"]


@pytest.mark.asyncio
async def test_a_proof_counts_for_the_account_as_it_was() -> None:
    """Who proved it by a password that has changed since is not let in, and may try again."""
    network = Network()
    owner = await network.login("owner", account="ann")
    client = await asking(network)
    assert "903" in commands(await client.authenticate("ann", "sesame"))
    await owner.ask("NS SET PASSWORD another", "QUIT")
    assert commands(await client.ask("CAP END")) == ["904"]
    assert "903" in commands(await client.authenticate("ann", "another"))
    assert commands(await client.ask("CAP END"))[0] == "001"
    assert params(await client.ask("WHOIS wanted"), "330")[2] == "ann"


class Counting:
    """Lets three attempts go wrong; to make an account is one as well."""

    def __init__(self) -> None:
        self.failed: list[str] = []

    def wait(self, host: str) -> int:
        """Return how long to wait."""
        return 60 if self.failed.count(host) >= 3 else 0

    def fail(self, host: str) -> None:
        """Count."""
        self.failed.append(host)


@pytest.mark.asyncio
async def test_wrong_passwords_are_counted_by_address() -> None:
    """By whatever means: then even the right one has to wait; from elsewhere it counts."""
    attempts = Counting()
    network = Network(structs.replace(FACTS, accounts=AccountFacts(attempts=attempts)))
    await network.login("ann")
    client, other = await asking(network), await network.connect("other", "sasl", host="192.0.2.1")
    await client.authenticate("ann", "wrong")
    assert await scram(client, "ann", "wrong") == ["904"]
    assert attempts.failed == ["127.0.0.1"] * 3
    answer = await client.ask("AUTHENTICATE PLAIN")
    assert "60 s" in params(answer, "904")[-1]
    bob = await network.connect("bob")
    for order in ("NS IDENTIFY ann sesame", "NS REGISTER sesame"):
        assert "60 s" in params(await bob.ask(order), "NOTICE")[-1]
    answer = await bob.ask("REGISTER * * sesame")
    assert params(answer, "FAIL")[1] == "TEMPORARILY_UNAVAILABLE"
    assert "60 s" in params(await bob.ask(OPERATOR), "464")[-1]
    assert "900" in commands(await other.authenticate("ann", "sesame"))
    for line in ("OPER operuser wrong", "NS SET PASSWORD another"):
        await other.ask(line)
    assert attempts.failed[3:] == ["192.0.2.1"] * 2


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256"])
@pytest.mark.asyncio
async def test_many_connections_have_no_more_tries(mechanism: str) -> None:
    """What counts is when a proof is looked at, not when its exchange began."""
    attempts = Counting()
    network = Network(structs.replace(FACTS, accounts=AccountFacts(attempts=attempts)))
    clients = [await asking(network) for _ in range(6)]
    wrong = encode("", "ann", "wrong")
    for client in clients:
        await client.ask(f"AUTHENTICATE {mechanism}")
        if mechanism != "PLAIN":
            await client.ask(f"AUTHENTICATE {b64encode(b'n,,n=ann,r=x').decode()}")
            wrong = b64encode(f"c=biws,r=xnonce,p={'A' * 43}=".encode()).decode()
    answers = [params(await client.ask(f"AUTHENTICATE {wrong}"), "904") for client in clients]
    assert attempts.failed == ["127.0.0.1"] * 3
    assert [("60 s" in answer[-1]) for answer in answers] == [False] * 3 + [True] * 3


@pytest.mark.asyncio
async def test_a_guess_counts_whose_answer_nobody_waits_for() -> None:
    """A right password is answered sooner than a wrong one, so nobody need wait to know."""
    attempts = Counting()
    network = Network(structs.replace(FACTS, accounts=AccountFacts(attempts=attempts)))
    client = await asking(network)
    await client.ask("AUTHENTICATE PLAIN")
    request = client.client.session.face.receive(
        f"AUTHENTICATE {encode('', 'ann', 'wrong')}".encode()
    )
    assert request is not None
    assert request.work is not None
    assert request.work().wrong
    assert attempts.failed == ["127.0.0.1"]
