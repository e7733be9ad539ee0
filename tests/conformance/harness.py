"""IRC clients on a node in memory: no socket, no clock, no waiting.

`network = Network()`, then `alice = await network.connect("alice")`, then
`await alice.ask("JOIN #room")` returns the messages that this leads to, for her.
"""

from base64 import b64encode
from collections.abc import Iterable, Sequence

from msgspec import structs
from scramp import ScramMechanism

from chatserver.core.accounts import Account, Verifier
from chatserver.core.limits import Limits
from chatserver.faces.irc.face import IrcFace
from chatserver.faces.irc.facts import ServerFacts
from chatserver.ports import Store
from chatserver.tail import TAIL
from chatwire.message import Message, parse_text
from tests.chatserver.fakes import Client, World

SERVER = "irc.example.org"
OPERATOR = "OPER operuser operpassword"
FACTS = ServerFacts(
    name=SERVER,
    network="Example Net",
    icon="https://chat.example.org/icon.svg?size=64",
    description="a server to test with",
    version="chatserver-test",
    created_at=1_700_000_000_000,
    motd=("Be kind.", "", "Have fun."),
    operators={"operuser": lambda password: password == "operpassword"},
)


class IrcClient:
    """One connection, its lines read as messages."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @property
    def closed(self) -> bool:
        """Whether the server has closed it."""
        return self.client.peer.closed

    async def ask(self, *lines: str | bytes) -> list[Message]:
        """Send lines, and return all messages that came since the last time."""
        for line in lines:
            await self.send(line if isinstance(line, bytes) else line.encode())
        return await self.read()

    async def send(self, data: bytes) -> None:
        """Send a line as net does: not before earlier ones are answered where that matters."""
        await self.client.take(data)

    async def authenticate(self, account: str, password: str) -> list[Message]:
        """Return what comes of proving an account with SASL PLAIN."""
        proof = b64encode(f"\0{account}\0{password}".encode()).decode()
        return await self.ask("AUTHENTICATE PLAIN", f"AUTHENTICATE {proof}")

    async def read(self) -> list[Message]:
        """Return the messages that came since the last time, once nothing is on its way."""
        return [parse_text(line) for line in await self.read_lines()]

    async def read_lines(self) -> list[str]:
        """Return them as lines, without their ends."""
        await self.client.quiet()
        lines = self.client.peer.take()
        assert all(line.endswith("\r") for line in lines), "a line without CR LF"
        return [line.removesuffix("\r") for line in lines]


MECHANISM = ScramMechanism("SCRAM-SHA-256")


def hash_password(password: str) -> Verifier:
    """Make what proves a password, as cheaply as can be; one of less than three letters is too short."""
    if len(password) < 3:
        raise ValueError("That password is too short")
    salt, stored, server, iterations = MECHANISM.make_auth_info(password, 4096, b"salt of 16 bytes")
    return Verifier(salt, iterations, stored, server)


def verify_password(password: str, account: Account | None) -> bool:
    """Say whether `password` opens `account`."""
    return (
        account is not None
        and account.verifier is not None
        and hash_password(password) == account.verifier
    )


def decoy(name: str) -> Verifier:
    """Make what SCRAM shows of a name that nobody has."""
    return Verifier(name.encode().ljust(16, b"-"), 4096, bytes(32), bytes(32))


class Network:
    """A server, and those who connect to it."""

    def __init__(
        self,
        facts: ServerFacts = FACTS,
        limits: Limits | None = None,
        store: Store | None = None,
        tail: int = TAIL,
    ) -> None:
        self.world = World(limits or facts.limits, store, tail=tail)
        accounts = structs.replace(
            facts.accounts,
            find=self.world.node.state.accounts.find,
            find_by_certificate=self.world.node.state.accounts.find_by_certificate,
            hash=hash_password,
            verify=verify_password,
            decoy=decoy,
        )
        self.facts = structs.replace(facts, accounts=accounts)

    def client(
        self,
        host: str = "127.0.0.1",
        *,
        secure: bool = False,
        private: bool = True,
        certificate: str = "",
    ) -> IrcClient:
        """Open a connection that says nothing yet."""
        face = IrcFace(
            lambda: self.facts,
            host,
            f"{host}:50000",
            secure=secure,
            private=private,
            certificate=certificate,
        )
        return IrcClient(self.world.client(face))

    async def connect(self, nick: str, *capabilities: str, host: str = "127.0.0.1") -> IrcClient:
        """Return a client that has registered as `nick` and read its welcome."""
        client = self.client(host)
        wanted = [f"CAP REQ :{' '.join(capabilities)}", "CAP END"] if capabilities else []
        await client.ask(*wanted, f"NICK {nick}", f"USER {nick[:10]} 0 * :Real {nick}")
        assert client.client.session.face.registered, f"{nick} could not register"
        return client

    async def login(self, nick: str, *capabilities: str, account: str = "") -> IrcClient:
        """Return a client that has registered as `nick` and has an account: a new one, by default its nick.

        Its password is `sesame`.
        """
        client = self.client()
        await client.ask(*([f"CAP REQ :{' '.join(capabilities)}"] if capabilities else ["CAP LS"]))
        answer = await client.ask(f"NICK {account or nick}", "REGISTER * * sesame")
        if commands(answer)[:1] != ["REGISTER"]:
            await client.ask("CAP REQ sasl")
            await client.authenticate(account or nick, "sesame")
        await client.ask(f"NICK {nick}", f"USER {nick[:10]} 0 * :Real {nick}", "CAP END")
        assert client.client.session.face.registered, f"{nick} could not register"
        return client

    async def room(self, name: str, *nicks: str) -> list[IrcClient]:
        """Return clients who are in a room together; the first of them is its operator."""
        return await enter(name, *[await self.connect(nick) for nick in nicks])


async def enter(name: str, *clients: IrcClient) -> list[IrcClient]:
    """Let clients enter a room, one after the other, and read what that shows; return them."""
    for client in clients:
        await client.ask(f"JOIN {name}")
    for client in clients:
        await client.read()
    return [*clients]


def commands(messages: Iterable[Message]) -> list[str]:
    """Return the commands of messages."""
    return [message.command for message in messages]


def only(messages: Sequence[Message], command: str) -> Message:
    """Return the one message with `command`."""
    found = [message for message in messages if message.command == command]
    assert len(found) == 1, f"{len(found)} times {command} in {commands(messages)}"
    return found[0]


def offered(messages: Iterable[Message]) -> list[str]:
    """Return what an answer to CAP LS lists."""
    return [name for one in messages if one.command == "CAP" for name in one.params[-1].split()]


def params(messages: Sequence[Message], command: str) -> tuple[str, ...]:
    """Return the parameters of the one message with `command`."""
    return only(messages, command).params
