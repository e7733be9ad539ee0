"""How the server is to be connected to: over TLS or not, and with which certificate.

Rules (IRCv3 sts): who was told by a server to come over TLS does, and while its policy lasts, on
each later connection, whatever was asked for; then an unknown certificate is an error and no
question, as who is asked says yes. The policy begins anew with the end of each connection.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TypeVar

from chatclient.config import Config
from chatclient.connection import ConnectError, UnknownCertificateError
from chatclient.known import KnownServers, Policy, UnusableError
from chatclient.model import Question

Result = TypeVar("Result")

ONCE, ALWAYS, NO = "once", "always", "no"
"""The answers about a certificate."""


class Trust:
    """What one run of the client may connect to."""

    def __init__(self, config: Config, known: KnownServers, clock: Callable[[], float]) -> None:
        self._config = config
        self._known = known
        self._clock = clock
        self._once: dict[str, str] = {}
        """The fingerprints that are taken for this run alone, by server."""
        self._upgrade: int | None = None
        """The port for TLS that the server told on an unprotected connection."""
        self._duration: int | None = None
        """How long the policy of the present connection lasts, None if there is none."""

    def target(self) -> Config:
        """Return where to connect, and how. Raises `ConnectError`."""
        target = self._config
        if not target.tls:
            port = self._upgrade
            if port is None and (policy := _usable(self._policy)):
                port = policy.port
            if port is None:
                return target
            target = replace(target, tls=True, port=port)
        once = self._once.get(target.address, "")
        return replace(target, taken=once or _usable(partial(self._pinned, target)))

    def go_to(self, config: Config) -> None:
        """Connect from now on to where another configuration says."""
        self._config = config

    def may_ask(self, target: Config) -> bool:
        """Say whether the user may take an unknown certificate: not if the server wanted TLS."""
        return self._config.tls and not target.fingerprint

    def upgrade(self, port: int) -> None:
        """Use TLS from now on, on that port."""
        self._upgrade = port

    def keep(self, target: Config, duration: int) -> None:
        """Take a policy that was heard on a connection over TLS. Raises `ConnectError`."""
        self._duration = duration
        policy = Policy(target.port, duration, self._clock() + duration) if duration else None
        _usable(partial(self._known.keep_policy, self._config.host, policy))

    def end(self, target: Config) -> None:
        """Let the policy begin anew: the connection has ended. Raises `ConnectError`."""
        if self._duration:
            self.keep(target, self._duration)
        self._duration = None

    def take(self, target: Config, fingerprint: str, *, always: bool) -> None:
        """Take a certificate, as the user said. Raises `ConnectError`."""
        self._once[target.address] = fingerprint
        if always:
            _usable(partial(self._known.pin, target.address, fingerprint))

    @property
    def taken_once(self) -> Mapping[str, str]:
        """The certificates that the user took until they leave: fingerprints by server."""
        return self._once

    def take_once(self, taken: Mapping[str, str]) -> None:
        """Take certificates until the user leaves, as they said in the program before this one."""
        self._once.update(taken)

    def is_taken(self, target: Config, fingerprint: str) -> bool:
        """Say whether a certificate is remembered, whoever was asked. Raises `ConnectError`."""
        return _usable(partial(self._pinned, target)) == fingerprint

    def _pinned(self, target: Config) -> str:
        return self._known.fingerprint(target.address)

    def _policy(self) -> Policy | None:
        return self._known.policy(self._config.host, self._clock())


def _usable(use: Callable[[], Result]) -> Result:
    try:
        return use()
    except UnusableError as error:
        raise ConnectError(str(error)) from error


def refusal(error: UnknownCertificateError, target: Config) -> str:
    """Return why a server that wants TLS is not connected to, and what to do."""
    return (
        f"{target.host} wants TLS (STS), and its certificate is not to be trusted: {error.problem}; "
        f"chatclient --tls {target.host} {target.port} shows it"
    )


def question(
    error: UnknownCertificateError, target: Config, answer: Callable[[str | None], None]
) -> Question:
    """Return what to ask about a certificate."""
    shown, before = error.certificate, target.taken
    warning = (
        "THE CERTIFICATE IS ANOTHER ONE than the one that you took for this server.",
        "Its operator may have made a new one, or somebody between you and it reads along. Ask.",
        f"before:  {before}",
    )
    text = (
        f"{target.address} shows a certificate that nobody known vouches for: {error.problem}.",
        *(warning if before else ()),
        f"{'now:    ' if before else '        '} {shown.fingerprint}",
        f"for:     {shown.names or shown.subject}",
        f"by:      {'itself' if shown.self_signed else shown.issuer}",
        f"valid:   {shown.begins} to {shown.ends}",
        f"Take it {ONCE} (until you leave), {ALWAYS} (remember it), or {NO}t at all?",
    )
    choices = (ONCE, ALWAYS, NO)
    return Question("once, always, no", answer, text=text, choices=choices, holds=True)
