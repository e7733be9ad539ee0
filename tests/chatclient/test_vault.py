"""The system's keyring."""

import asyncio
import threading
from collections.abc import Sequence

import keyring
import pytest
from keyring.backends import chainer, fail, null
from keyring.errors import KeyringLocked

from chatclient.vault import Backend, Keyring, VaultError, in_thread


class Safe:
    """A backend that keeps things."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        """Return it, unless it is locked."""
        if self.locked:
            raise KeyringLocked("locked")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it."""
        self.get_password(service, username)
        self.kept[service, username] = password


class InAFile(Safe):
    """One as those of keyrings.alt are."""

    __module__ = "keyrings.alt.file"


def _made(kind: type) -> object:
    made: object = kind()
    return made


def _keyring(*backends: object) -> Keyring:
    found: Sequence[Backend] = backends  # type: ignore[assignment]  # as foreign ones are
    return Keyring(lambda: found)


def test_what_is_kept_is_found() -> None:
    """Under network and account, which others do not have; the service names this program."""
    backend = Safe()
    vault = _keyring(backend)
    vault.check()
    vault.keep("libera", "alice", "sesame")
    assert vault.find("libera", "alice") == "sesame"
    assert vault.find("work", "alice") == ""
    assert [*backend.kept] == [("chatclient: libera", "alice")]


@pytest.mark.parametrize("unsafe", [fail.Keyring, null.Keyring, InAFile])
def test_unsafe_keyrings_are_refused(unsafe: type) -> None:
    """Those that keep nothing, and those that keep it in a file; a safe one beside them is used."""
    vault = _keyring(_made(unsafe))
    for use in (vault.check, lambda: vault.find("n", "a"), lambda: vault.keep("n", "a", "p")):
        with pytest.raises(VaultError, match=r"no keyring that is safe.*password-command"):
            use()
    _keyring(_made(unsafe), Safe()).check()


def test_a_locked_keyring() -> None:
    """It is said what it says."""
    backend = Safe()
    backend.locked = True
    with pytest.raises(VaultError, match="does not give the password of alice: locked"):
        _keyring(backend).find("n", "alice")
    with pytest.raises(VaultError, match="does not take the password: locked"):
        _keyring(backend).keep("n", "alice", "p")


def test_the_installed_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where several are chained, each is judged for itself."""

    class Chained(chainer.ChainerBackend):
        backends = (_made(null.Keyring), _made(fail.Keyring))

    for kind in (Chained, fail.Keyring):
        chosen = _made(kind)
        monkeypatch.setattr(keyring, "get_keyring", lambda chosen=chosen: chosen)
        with pytest.raises(VaultError, match="no keyring that is safe"):
            Keyring().check()


@pytest.mark.asyncio
async def test_a_thread_of_its_own() -> None:
    """What it returns or raises is had where it is waited for; it keeps nobody from ending."""
    thread = await in_thread(threading.current_thread)
    assert thread.daemon
    assert thread is not threading.current_thread()
    with pytest.raises(ZeroDivisionError):
        await in_thread(lambda: 1 / 0)


@pytest.mark.asyncio
async def test_nobody_waits_any_more() -> None:
    """An answer that comes after it was given up is dropped."""
    go = threading.Event()
    waiting = asyncio.ensure_future(in_thread(lambda: go.wait(10)))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    go.set()
    await in_thread(lambda: None)
