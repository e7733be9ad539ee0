"""Passwords of operators and of the server: hashing them, and checking one against what is kept.

Rules: a hash is written `$scrypt$ln=15,r=8,p=1$salt$hash` (as passlib does); anything else is the
password itself. Checking takes the same time whether the password is right or not. A hash costs
some 0.1 s and 32 MiB on purpose, so it belongs on a thread, and a server bounds how many run.
"""

import base64
import hashlib
import hmac
import os
import re
from collections.abc import Sequence

_LOG_N, _R, _P = 15, 8, 1
_HASH_BYTES = 32
_MOST_MEMORY = 1 << 28
_HASH = re.compile(
    r"\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/]+)\$([\w+/]+)", re.ASCII
)


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4))


def _derive(password: str, salt: bytes, log_n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(
        password.encode(),
        salt=salt,
        n=1 << log_n,
        r=r,
        p=p,
        maxmem=2 * _MOST_MEMORY,
        dklen=_HASH_BYTES,
    )


def hash_password(password: str) -> str:
    """Return a hash of `password` with a salt of its own, to be kept in its place."""
    salt = os.urandom(16)
    derived = _derive(password, salt, _LOG_N, _R, _P)
    return f"$scrypt$ln={_LOG_N},r={_R},p={_P}${_encode(salt)}${_encode(derived)}"


def is_hash(kept: str) -> bool:
    """Say whether `kept` is a hash, whole or not, rather than a password itself."""
    return kept.startswith("$scrypt$")


def is_sound(hashed: str) -> bool:
    """Say whether a hash is whole, and costs no more memory than we give."""
    return _parse(hashed) is not None


def _parse(hashed: str) -> tuple[bytes, bytes, int, int, int] | None:
    """Return salt, hash and the three costs, or None for a hash that is not sound."""
    found = _HASH.fullmatch(hashed)
    if not found:
        return None
    log_n, r, p = map(int, found.groups()[:3])
    try:
        salt, expected = _decode(found[4]), _decode(found[5])
    except ValueError:
        return None
    affordable = log_n and r and p and 128 * r * (p + (1 << log_n)) <= _MOST_MEMORY
    return (salt, expected, log_n, r, p) if affordable and len(expected) == _HASH_BYTES else None


def verify(password: str, kept: str) -> bool:
    """Say whether `password` is what is kept as `kept`; nothing fits a hash that is not sound."""
    if not is_hash(kept):
        return hmac.compare_digest(password.encode(), kept.encode())
    parsed = _parse(kept)
    if not parsed:
        return False
    salt, expected, *costs = parsed
    return hmac.compare_digest(_derive(password, salt, *costs), expected)


def deny(password: str, like: str) -> bool:
    """Say no, after as long as it takes to check `password` against `like`."""
    verify(password, like)
    return False


def dearest_of(kept: Sequence[str]) -> str:
    """Return what takes longest to check of what is kept for several names: a hash, if any."""
    return max(kept, key=is_hash, default="")
