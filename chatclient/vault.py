"""The system's keyring: passwords that are kept by the platform, encrypted, for the user alone.

Rules: there is no falling back to a file. A keyring that keeps passwords as they are, or none at
all, is refused. It is spoken to in threads of its own, as it may ask the user to unlock it.
"""

import asyncio
import threading
from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

Result = TypeVar("Result")


class VaultError(Exception):
    """The keyring cannot be used, or has no answer; the text says why, and what to do."""


class Backend(Protocol):
    """What is needed of a backend of the library keyring."""

    def get_password(self, service: str, username: str) -> str | None:
        """Return a password, None if there is none."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a password."""


class Vault(Protocol):
    """Where passwords are kept. All of it may take as long as the user needs to unlock it."""

    def check(self) -> None:
        """Raise `VaultError` if nothing can be kept."""

    def find(self, network: str, account: str) -> str:
        """Return a password, "" if there is none. Raises `VaultError`."""

    def keep(self, network: str, account: str, password: str) -> None:
        """Keep a password, in the place of the one before. Raises `VaultError`."""


class Keyring:
    """The keyring of this system."""

    def __init__(self, load: Callable[[], Iterable[Backend]] | None = None) -> None:
        """`load` returns the backends that there are, the best first."""
        self._load = load or _installed

    def check(self) -> None:
        """Raise `VaultError` if nothing can be kept."""
        self._backend()

    def find(self, network: str, account: str) -> str:
        """Return a password, "" if there is none. Raises `VaultError`."""
        from keyring.errors import KeyringError  # noqa: PLC0415 - only who has a keyring needs it

        try:
            return self._backend().get_password(_service(network), account) or ""
        except KeyringError as error:
            raise VaultError(
                f"the keyring does not give the password of {account}: {error}"
            ) from error

    def keep(self, network: str, account: str, password: str) -> None:
        """Keep a password. Raises `VaultError`."""
        from keyring.errors import KeyringError  # noqa: PLC0415 - see above

        try:
            self._backend().set_password(_service(network), account, password)
        except KeyringError as error:
            raise VaultError(f"the keyring does not take the password: {error}") from error

    def _backend(self) -> Backend:
        found = next((each for each in self._load() if _is_safe(each)), None)
        if found is None:
            raise VaultError(
                "this system has no keyring that is safe (as Secret Service or KWallet are); "
                "password-command = '…' of the network is another way"
            )
        return found


def _installed() -> Iterable[Backend]:
    import keyring  # noqa: PLC0415 - see above
    from keyring.backends.chainer import ChainerBackend  # noqa: PLC0415 - see above

    chosen = keyring.get_keyring()
    backends: Iterable[Backend] = (
        chosen.backends if isinstance(chosen, ChainerBackend) else [chosen]
    )
    return backends


def _is_safe(backend: Backend) -> bool:
    """Say whether a backend keeps passwords at all, and in no file that anybody can read."""
    module = type(backend).__module__
    nothing = ("keyring.backends.fail", "keyring.backends.null")
    return module not in nothing and module.partition(".")[0] != "keyrings"  # keyrings.alt: files


def _service(network: str) -> str:
    return f"chatclient: {network}"


async def in_thread(call: Callable[[], Result]) -> Result:
    """Return what `call` does, from a thread that does not keep the program from ending."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def tell(result: Result | None, error: BaseException | None) -> None:
        if future.done():  # nobody waits for it any more
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]  # it is the result then

    def run() -> None:
        result: Result | None = None
        problem: BaseException | None = None
        try:
            result = call()
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            problem = error
        if not loop.is_closed():
            loop.call_soon_threadsafe(tell, result, problem)

    threading.Thread(target=run, name="keyring", daemon=True).start()
    return await future
