"""Invitation codes, as the configuration has them.

Rules: a code is good for one account, and once more when that is gone; one that is written with `*` at
its end is good for any number. What is kept of a code with the account is a digest.
"""

import hashlib
from collections.abc import Sequence

from chatserver.core.accounts import Accounts


class Invitations:
    """The codes that count."""

    def __init__(self, codes: Sequence[str], accounts: Accounts) -> None:
        self._once = {_digest(code) for code in codes if not code.endswith("*")}
        self._often = {_digest(code[:-1]) for code in codes if code.endswith("*")}
        self._accounts = accounts

    def redeem(self, code: str) -> str | None:
        """Return as what `code` is kept with an account, "" if it need not be; None if it counts not."""
        digest = _digest(code)  # so that looking for it tells nothing of others
        if digest in self._often:
            return ""
        if digest in self._once and not self._accounts.has_used(digest):
            return digest
        return None


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode(errors="replace")).hexdigest()
