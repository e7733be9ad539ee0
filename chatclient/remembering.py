"""Passwords of networks in the vault: looked up before connecting, and offered to be kept.

Rules: a password is kept when the user says so, after the server took it, and not before. Which
networks have one there stands in the configuration file, where networks are saved.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from functools import partial

from chatclient.client import Client
from chatclient.config import ArgumentError
from chatclient.configfile import ConfigFile
from chatclient.model import Change, Kind, PasswordProven, Question
from chatclient.vault import Vault, VaultError, in_thread

YES, NO = "yes", "no"

_log = logging.getLogger(__name__)


class Remembering:
    """Passwords for clients of networks that are in a file."""

    def __init__(
        self, vault: Vault, file: ConfigFile, clock: Callable[[], float] = time.time
    ) -> None:
        self._vault = vault
        self._file = file
        self._clock = clock
        self._declined: set[str] = set()
        self._working: set[asyncio.Task[None]] = set()

    def attach(self, client: Client) -> None:
        """Have a client that does not run yet use the vault."""
        config = client.config
        if config.keyring and config.identity.account and not config.identity.password:
            client.find_password = partial(self._find, config.name, config.identity.account)
        client.listen(partial(self._heed, client))

    async def _find(self, network: str, account: str) -> str:
        return await in_thread(partial(self._vault.find, network, account))

    def _heed(self, client: Client, changes: Sequence[Change]) -> None:
        for change in changes:
            if isinstance(change, PasswordProven):
                network = client.config.name
                if network and network not in self._declined:
                    self._do(self._offer(client, change))

    async def _offer(self, client: Client, proven: PasswordProven) -> None:
        """Ask whether to keep a password, if it can be kept."""
        try:
            await in_thread(self._vault.check)
        except VaultError as error:
            _log.info("passwords are not kept: %s", error)
            return

        def answer(choice: str | None) -> None:
            if choice == YES:
                self._do(self._keep(client, proven))
            else:
                self._declined.add(client.config.name)

        text = f"Remember the password of {proven.account} in the system's keyring? yes or no"
        question = Question("remember it?", answer, text=(text,), choices=(YES, NO))
        client.world.ask(question)
        client.flush()

    async def _keep(self, client: Client, proven: PasswordProven) -> None:
        network, account = client.config.name, proven.account
        kind, told = Kind.INFO, f"the keyring has the password of {account} now"
        try:
            await in_thread(partial(self._vault.keep, network, account, proven.password))
            self._file.save_in_network(network, "account", account)
            self._file.save_in_network(network, "keyring", value=True)
        except (VaultError, ArgumentError) as error:
            kind, told = Kind.ERROR, str(error)
        client.world.tell(client.world.active, told, time=self._clock(), kind=kind)
        client.flush()

    def _do(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._working.add(task)
        task.add_done_callback(self._working.discard)
