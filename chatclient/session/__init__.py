"""The IRC client without I/O: bytes in, changes of the world and bytes out.

Rules of this package: it is pure. Time is an argument (`now`, seconds since 1970), randomness is
given to `Session`. No input from a server raises; what cannot be understood is shown or dropped.
"""

from chatclient.session.accounts import Unable
from chatclient.session.catchup import MAYBE_LOST
from chatclient.session.identity import Identity
from chatclient.session.session import LEFT, Session

__all__ = ["LEFT", "MAYBE_LOST", "Identity", "Session", "Unable"]
