"""The certificates of the listeners with TLS: read at the start, and again when the server is told to.

Rule: all that is read again is used from then on for new handshakes, or nothing of it: one pair that is
broken leaves all as they were. Connections that are there keep theirs.
"""

from pathlib import Path

from chatserver.config.settings import Config
from chatserver.config.tables import Listen
from chatserver.net.terms import Keys


class UnusableCertificatesError(Exception):
    """A certificate cannot be used: `str()` says which and why, in one line."""


class Certificates:
    """Of each listener with TLS, the certificate and its key."""

    def __init__(self) -> None:
        self._places: list[tuple[Listen, Keys]] = []

    def add(self, place: Listen, config: Config) -> Keys | None:
        """Return what the listener at `place` does TLS with, None for none.

        Raises `UnusableCertificatesError`.
        """
        if not place.tls:
            return None
        keys = _read(place, config)
        self._places.append((place, keys))
        return keys

    def prepare(self, config: Config) -> list[Keys]:
        """Read all again, as `config` names them, for `replace`. Raises `UnusableCertificatesError`."""
        return [_read(place, config) for place, _ in self._places]

    def replace(self, fresh: list[Keys]) -> None:
        """Have new handshakes use what was prepared."""
        for (_, keys), new in zip(self._places, fresh, strict=True):
            keys.context = new.context


def _read(place: Listen, config: Config) -> Keys:
    """Read the pair of one listener."""
    from chatserver.net.tls import UnusableCertificateError, load  # noqa: PLC0415 - takes its time

    certificate = Path(place.certificate or config.tls_cert).expanduser()
    key = Path(place.key or config.tls_key).expanduser()
    try:
        # A browser would ask its user which certificate to show.
        return Keys(load(certificate, key, asks=not place.websocket))
    except UnusableCertificateError as error:
        raise UnusableCertificatesError(str(error)) from None
