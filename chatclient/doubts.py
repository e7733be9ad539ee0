"""The user is asked about a certificate that nobody known vouches for.

Rules: it is asked about until it is answered, or somebody has taken it for good meanwhile, in another
terminal or for another network: then it is not asked about any more, and that is told.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from chatclient.config import Config
from chatclient.connection import ConnectError, UnknownCertificateError
from chatclient.model import Kind, Question, World
from chatclient.trust import ALWAYS, NO, Trust, question

LOOK_TIME = 1.0  # seconds between looks whether it was taken elsewhere


class Doubts:
    """The questions of one client about certificates."""

    def __init__(
        self,
        world: World,
        trust: Trust,
        clock: Callable[[], float],
        refuse: Callable[[str], None],
        flush: Callable[[], None],
    ) -> None:
        """`refuse` is called with what to say when the user does not take one; `flush` shows things."""
        self._world = world
        self._trust = trust
        self._clock = clock
        self._refuse = refuse
        self._flush = flush
        self._watching: asyncio.Task[None] | None = None

    def ask(self, error: UnknownCertificateError, target: Config) -> None:
        """Ask whether to take the certificate that a server has shown."""
        shown = error.certificate.fingerprint

        def answer(choice: str | None) -> None:
            self.stop()
            if choice in (None, NO):
                self._refuse(str(error))
                return
            try:
                self._trust.take(target, shown, always=choice == ALWAYS)
            except ConnectError as problem:
                self._tell(str(problem), Kind.ERROR)

        asked = question(error, target, answer)
        if self._world.asks:
            watch = self._watch(asked, target, shown)
            self._watching = asyncio.get_running_loop().create_task(watch)
        self._world.ask(asked)

    def stop(self) -> None:
        """Look no longer whether it was taken elsewhere."""
        if self._watching is not None:
            self._watching.cancel()

    async def _watch(self, asked: Question, target: Config, fingerprint: str) -> None:
        while not self._is_taken(target, fingerprint):  # noqa: ASYNC110 -- it is in a file
            await asyncio.sleep(LOOK_TIME)
        self._world.withdraw(asked)
        self._tell(f"the certificate of {target.address} was taken elsewhere", Kind.INFO)
        self._flush()

    def _is_taken(self, target: Config, fingerprint: str) -> bool:
        with suppress(ConnectError):  # it is told when the question is answered here
            return self._trust.is_taken(target, fingerprint)
        return False

    def _tell(self, text: str, kind: Kind) -> None:
        self._world.tell(self._world.server, text, time=self._clock(), kind=kind)
