"""What a server says of how it wants to be spoken to (IRCv3 sts).

Rules: a port counts on an unprotected connection, a duration on one over TLS, and nothing else; what
makes no sense was never said.
"""

from chatclient.model import PolicyHeard, UpgradeWanted
from chatclient.session.state import State

STS = "sts"


def heed(state: State, value: str) -> bool:
    """Take a policy; say whether this connection is to be left for one over TLS."""
    tokens = {key: told for key, _, told in (token.partition("=") for token in value.split(","))}
    if state.status.secure:
        duration = _number(tokens.get("duration", ""))
        if duration is not None:
            state.world.want(PolicyHeard(duration))
        return False
    port = _number(tokens.get("port", ""))
    if port is None or not 0 < port < 65536:
        return False
    state.world.want(UpgradeWanted(port))
    state.moved = True
    return True


def _number(written: str) -> int | None:
    good = written.isascii() and written.isdigit() and len(written) < 16
    return int(written) if good else None
