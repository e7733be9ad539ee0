"""What is remembered of servers: certificates that the user took, and who wants TLS alone (STS).

Rules: one file of JSON, for its owner alone, replaced as a whole; what several clients change at
once is all there. A file that cannot be read is an
error, never an empty one: to forget who is trusted, or who must be spoken to over TLS, is what an
attacker wants.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chatclient.directories import data_directory
from chatclient.files import alone, replace_file
from chatclient.model.values import value


class UnusableError(Exception):
    """The file cannot be read or written; the text says which, why, and what to do."""


_PARTS = ("certificates", "sts")


@value
class Policy:
    """To speak to a host over TLS alone, until then (IRCv3 sts)."""

    port: int
    duration: int
    """Seconds, as the server told."""
    expires: float
    """Seconds since 1970."""


def default_path() -> Path:
    """Return where the file is on this platform."""
    return data_directory() / "servers.json"


class KnownServers:
    """What is remembered. Servers are named `host:port`, hosts as the user writes them."""

    def __init__(self, path: Path | None = None) -> None:
        """Remember it in the file `path`; without one, for as long as we run."""
        self._path = path
        self._data: dict[str, dict[str, Any]] = {part: {} for part in _PARTS}

    def fingerprint(self, server: str) -> str:
        """Return the fingerprint that the user took for a server, "" if none. Raises `UnusableError`."""
        found = self._read()["certificates"].get(server.lower(), "")
        return found if isinstance(found, str) else ""

    def pin(self, server: str, fingerprint: str) -> None:
        """Remember a certificate, or with "" forget it. Raises `UnusableError`."""
        with self._changing() as data:
            if fingerprint:
                data["certificates"][server.lower()] = fingerprint
            else:
                data["certificates"].pop(server.lower(), None)

    def policy(self, host: str, now: float) -> Policy | None:
        """Return the policy of a host that has not expired. Raises `UnusableError`."""
        try:
            policy = Policy(**self._read()["sts"][host.lower()])
            return policy if policy.expires > now else None
        except KeyError:
            return None
        except TypeError as error:
            raise self._unusable("read", "it is not as it was written") from error

    def keep_policy(self, host: str, policy: Policy | None) -> None:
        """Remember a policy, or forget it. Raises `UnusableError`."""
        if policy is None and host.lower() not in self._read()["sts"]:
            return
        with self._changing() as data:
            if policy is None:
                data["sts"].pop(host.lower(), None)
            else:
                data["sts"][host.lower()] = {
                    "port": policy.port,
                    "duration": policy.duration,
                    "expires": policy.expires,
                }

    def _read(self) -> dict[str, dict[str, Any]]:
        if self._path is None:
            return self._data
        try:
            written = self._path.read_bytes()
            data = json.loads(written)
        except FileNotFoundError:
            data = {}
        except (OSError, ValueError) as error:
            raise self._unusable("read", error) from error
        found = data if isinstance(data, dict) else dict.fromkeys(_PARTS)
        parts: dict[str, Any] = {part: found.get(part, {}) for part in _PARTS}
        if not all(isinstance(part, dict) for part in parts.values()):
            raise self._unusable("read", "it is not as it was written")
        return parts

    @contextmanager
    def _changing(self) -> Iterator[dict[str, dict[str, Any]]]:
        """Have what is remembered changed, and written. Raises `UnusableError`."""
        if self._path is None:
            yield self._data
            return
        try:
            with alone(self._path):
                data = self._read()
                yield data
                replace_file(self._path, json.dumps(data, indent=1))
        except OSError as error:
            raise self._unusable("write", error) from error

    def _unusable(self, how: str, why: object) -> UnusableError:
        reason = why.strerror or why if isinstance(why, OSError) else why
        return UnusableError(f"cannot {how} {self._path}: {reason}; mend it, or move it away")
