"""SESSION: by which a guest comes back as who they were (chatserver.dev/session, docs/irc.md).

Rules: the secret is known to its client alone. What leaves this module is a digest of it, and no
answer repeats it.
"""

import re
from collections.abc import Sequence
from hashlib import blake2b

from chatserver.faces.irc.lines import finish
from chatserver.faces.irc.session import Inquiry, Items, Session
from chatwire import caps
from chatwire.message import Message

_SECRET = re.compile(r"[A-Za-z0-9_-]{22,64}")
"""At least the characters that 128 random bits have in base64."""

_KEY_BYTES = 16


def take_secret(session: Session, message: Message) -> Items:
    """SESSION: say by which secret one was, or will be, known; before registration ends."""
    if not session.has(caps.SESSION):
        if session.registered:
            return [session.tell("421", "SESSION", text="Unknown command without " + caps.SESSION)]
        return [session.tell("451", text="You have not registered")]
    if session.registered:
        return [session.fail("SESSION", "TOO_LATE", text="It comes before registration ends")]
    if session.key:
        return [session.fail("SESSION", "ALREADY_SENT", text="It is sent once")]
    if not (len(message.params) == 1 and _SECRET.fullmatch(message.param(0))):
        text = "A secret is 22 to 64 characters of A-Z a-z 0-9 _ -"
        return [session.fail("SESSION", "INVALID_SECRET", text=text)]
    session.key = blake2b(message.param(0).encode(), digest_size=_KEY_BYTES).digest()
    return []


def confirm(inquiry: Inquiry, *, resumed: bool) -> Sequence[bytes]:
    """Return what who sent a secret is told on being let in."""
    if not inquiry.session.key:
        return []
    word = "RESUMED" if resumed else "NEW"
    return [finish(f":{inquiry.session.server.name} SESSION {word} {inquiry.user.nick}")]
