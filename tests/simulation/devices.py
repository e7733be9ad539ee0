"""People with an account and several devices: scripted IRC clients that log in, at once or later.

Rules: all devices of an account are one person, so they are in the same rooms under the same nick, and
each shows what the others say. What a device said itself it shows as an echo, or not at all.
"""

from base64 import b64encode
from dataclasses import dataclass
from functools import cache

from scramp import ScramMechanism

from chatserver.core.accounts import Account, Verifier
from chatserver.core.state import State
from chatwire import caps
from chatwire.message import Message
from chatwire.names import fold
from tests.simulation.ircpeer import IrcPeer
from tests.simulation.ledger import Ledger
from tests.simulation.network import Network
from tests.simulation.universe import Universe

_PASSWORD = "sesame"
_SALT = b"0123456789abcdef"


@cache
def _verifier() -> Verifier:
    """Return what proves the password that all have, and costs little to check."""
    salt, stored, server, iterations = ScramMechanism("SCRAM-SHA-256").make_auth_info(
        _PASSWORD, iteration_count=4096, salt=_SALT
    )
    return Verifier(salt, iterations, stored, server)


def new_account(name: str, *, always_on: bool) -> Account:
    """Return an account of before the simulation."""
    return Account(name, 0, 0, 1, _verifier(), always_on=always_on)


@dataclass(frozen=True)
class Owner:
    """Whose devices some are: an account, and the rooms that they all enter."""

    account: str
    rooms: list[str]


class DevicePeer(IrcPeer):
    """One device of somebody who has an account."""

    def __init__(
        self,
        universe: Universe,
        network: Network,
        ledger: Ledger,
        name: str,
        owner: Owner,
        capabilities: frozenset[str],
    ) -> None:
        super().__init__(
            universe, network, ledger, name, owner.rooms, capabilities | {caps.SASL, caps.SESSION}
        )
        self.account = owner.account
        self.logged_in = False
        secret = universe.random(f"{name} secret").getrandbits(132)
        self._secret = f"{secret:033x}" if self.random.random() < 0.5 else ""
        """By which it takes the place of a connection of its own that is dead."""
        self._comes_as_guest = self.random.random() < 0.3

    def begin(self) -> None:
        """Register: with the account, or at times as a guest, who logs in later."""
        self.logged_in = False
        self.nick = f"{self.name}{'_' * (self._attempt % 3)}"
        wanted = " ".join(sorted(self.capabilities))
        self.send(f"CAP REQ :{wanted}\r\nNICK {self.nick}\r\nUSER {self.name} 0 * :x\r\n".encode())
        if self._secret:
            self.send(f"SESSION {self._secret}\r\n".encode())
        if self._comes_as_guest and self.random.random() < 0.5:
            self.send(b"CAP END\r\n")
        else:
            self.log_in()

    def log_in(self) -> None:
        """Prove the account."""
        if not self.logged_in:
            proof = b64encode(f"\0{self.account}\0{_PASSWORD}".encode()).decode()
            self.send(f"AUTHENTICATE PLAIN\r\nAUTHENTICATE {proof}\r\n".encode())

    def _on_903(self, _message: Message) -> None:
        self.logged_in = True
        if not self.registered:
            self.send(b"CAP END\r\n")

    def _on_904(self, _message: Message) -> None:
        """Try again on another connection: the server had too much to do."""
        self.drop()

    def lacks(self) -> str:
        """Say what it lacks to be who has the account, with all that was said in its rooms."""
        if self.registered and not self.logged_in:
            self.log_in()
            return "to be logged in"
        return super().lacks()

    def check(self, state: State) -> None:
        """See whether it knows who and where its person is."""
        user = state.find_online(self.account)
        if user is None:
            self.universe.fail(f"promise 3: {self.name} has {self.account}, and nobody is there")
        elif fold(user.nick) != fold(self.nick):
            self.universe.fail(f"promise 3: {self.name} is called {self.nick}, not {user.nick}")
        elif set(user.rooms) != set(self.seats):
            where = f"{sorted(self.seats)}, and is in {sorted(user.rooms)}"
            self.universe.fail(f"promise 3: {self.name} shows {where}")
