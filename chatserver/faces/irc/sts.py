"""STS: telling clients to come over TLS, and over nothing else for a while (IRCv3 sts)."""

from chatserver.faces.irc.session import Session

_VALUES_SINCE = 302
"""The version of CAP LS from which on capabilities have values."""


def offer(session: Session) -> str | None:
    """Return the value of the capability `sts` for a client, None if it is not told of it."""
    policy = session.server.sts
    if policy is None or session.version < _VALUES_SINCE:
        return None
    if session.secure:
        return f"duration={policy.duration}"
    return f"port={policy.port}" if policy.duration else None
