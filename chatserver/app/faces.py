"""The faces of connections, with the facts that the configuration gives."""

import ipaddress
import random
import secrets
import time
from collections.abc import Callable
from functools import partial
from typing import Final

from chatserver.app.invitations import Invitations
from chatserver.attempts import LimitedAttempts
from chatserver.config.settings import Config
from chatserver.config.sources import is_network
from chatserver.config.tables import Gateway as GatewaySettings
from chatserver.core.accounts import Accounts
from chatserver.faces.accounts import AccountFacts
from chatserver.faces.contract import Face
from chatserver.faces.control import ControlFace
from chatserver.faces.detection import Refused, Speaks
from chatserver.faces.irc.face import IrcFace
from chatserver.faces.irc.facts import Admin, Gateway, Rehash, ServerFacts, TransportPolicy
from chatserver.faces.plain import PlainFace, PlainFacts, guest_nicks
from chatserver.net.terms import Origin
from chatserver.passwords import dearest_of, deny, verify
from chatserver.proofs import Proofs, make_nonce
from chatwire.version import VERSION

NICKS_TO_TRY: Final = 12
NEEDS_PASSWORD: Final = Refused(
    "plain text, but the server has a password",
    b"-> this server needs a password, which only IRC clients and chatclient can give\r\n",
)


def _gateway(settings: GatewaySettings) -> Gateway:
    """Return a gateway as its settings describe it."""
    networks = [ipaddress.ip_network(host) for host in settings.hosts]

    def admits(host: str) -> bool:
        address = ipaddress.ip_address(host) if is_network(host) else None
        return address is not None and any(address in network for network in networks)

    return Gateway(admits, partial(verify, kept=settings.password))


class ConfiguredFaces:
    """Makes faces with the facts that the configuration gives (`net.terms.Faces`)."""

    def __init__(
        self,
        config: Config,
        secret: bytes,
        started_at: int,
        accounts: Accounts,
        reload: Callable[[], Rehash],
    ) -> None:
        """Make faces as `config` says; `secret` is what the server alone knows, b"" for a new one."""
        self._secret = secret or secrets.token_bytes()
        self._started_at = started_at
        self._accounts = accounts
        self._attempts = LimitedAttempts(config.login_failures, time.monotonic)
        self._reload = reload
        self._random = random.SystemRandom()
        self.count_strangers: Callable[[], int] = lambda: 0
        """Says how many connections are no user yet: set by whoever holds them."""
        self._tls_port = 0
        self.configure(config)

    def configure(self, config: Config) -> None:
        """Make the faces of new connections with the facts of `config`."""
        self._config = config
        operators = {
            operator.name: partial(verify, kept=operator.password) for operator in config.operator
        }
        stranger = partial(deny, like=dearest_of([one.password for one in config.operator]))
        motd = tuple(config.motd.splitlines())
        self._needs_password = bool(config.password)
        accounts = self._account_facts(config)
        self._plain = PlainFacts(
            network=config.network,
            motd=motd,
            limits=config.limits,
            line_limit=config.line_length,
            operators=operators,
            stranger=stranger,
            accounts=accounts,
        )
        self._irc = ServerFacts(
            name=config.name,
            network=config.network,
            icon=config.icon,
            description=config.description,
            version=f"chatserver-{VERSION}",
            created_at=self._started_at,
            limits=config.limits,
            motd=motd,
            password=partial(verify, kept=config.password) if config.password else None,
            operators=operators,
            stranger=stranger,
            accounts=accounts,
            sts=self._policy(config),
            gateways=tuple(map(_gateway, config.webirc)),
            admin=Admin(config.admin_location, config.admin_organisation, config.admin_email),
            rehash=self._reload,
            count_strangers=self._ask_for_strangers,
        )

    def _account_facts(self, config: Config) -> AccountFacts:
        self._attempts.most = config.login_failures
        proofs = Proofs(config.password_iterations, config.password_length, self._secret)
        return AccountFacts(
            registration=config.registration,
            redeem=Invitations(config.invitations, self._accounts).redeem,
            before_connect=config.register_before_connect,
            email_required=config.email_required,
            find=self._accounts.find,
            find_by_certificate=self._accounts.find_by_certificate,
            hash=proofs.hash,
            verify=proofs.verify,
            decoy=proofs.decoy,
            nonce=make_nonce,
            attempts=self._attempts,
            clear=config.clear_passwords,
            tls_hint=self._hint(config),
        )

    def _policy(self, config: Config) -> TransportPolicy | None:
        if config.sts_duration < 0:
            return None
        return TransportPolicy(config.tls_public_port or self._tls_port, config.sts_duration)

    def _hint(self, config: Config) -> str:
        """Return how people with no program of their own come over TLS, "" if they cannot."""
        port = config.tls_public_port or self._tls_port
        host = "HOST" if config.name == Config().name else config.name
        return f"openssl s_client -quiet -connect {host}:{port}" if port else ""

    def find_tls(self, port: int) -> None:
        """Know at which port we listen for TLS; 0 for none."""
        self._tls_port = port
        self.configure(self._config)

    def _facts(self) -> ServerFacts:
        return self._irc

    def _ask_for_strangers(self) -> int:
        return self.count_strangers()

    def open(self, speaks: Speaks, origin: Origin, *, crlf: bool) -> Face | Refused:
        """Return the face of a new connection."""
        if speaks is Speaks.IRC:
            return IrcFace(
                self._facts,
                origin.host,
                origin.address,
                secure=origin.secure,
                private=origin.private,
                certificate=origin.certificate,
            )
        if speaks is Speaks.CONTROL:
            return ControlFace()
        if self._needs_password:
            return NEEDS_PASSWORD
        nicks = guest_nicks(self._random, NICKS_TO_TRY)
        face = PlainFace(self._plain, nicks, origin.host, origin.address, private=origin.private)
        if crlf:
            face.speak_crlf()
        return face

    def greeting(self) -> bytes:
        """Return what a peer is told that says nothing."""
        return PlainFace.greeting(self._plain)

    def farewell(self, reason: str) -> bytes:
        """Return what a peer is told that is to go before it has said anything."""
        return f"-> goodbye: {reason}\n".encode()
