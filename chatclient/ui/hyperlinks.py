"""Links that a terminal can open (OSC 8), written so that no address can do anything else.

Rules:
- An address is ASCII without blanks or control characters: all else in it is percent-encoded.
- Only schemes that show something are links: nobody's terminal runs a program for a stranger's word.
- One address has one `id`, so that the rows of a wrapped link are one link to the terminal.
"""

import zlib
from functools import lru_cache
from urllib.parse import quote

SCHEMES = frozenset(
    ("http", "https", "ftp", "ftps", "gemini", "gopher", "irc", "ircs", "mailto", "matrix", "xmpp")
)
LONGEST = 2000  # characters; terminals drop what is longer than some 2080
CLOSE = "\x1b]8;;\x1b\\"

_AS_IT_IS = "!#$%&'()*+,-./:;=?@[]_~"


@lru_cache(maxsize=1024)
def opening(url: str) -> str:
    """Return what begins a link to `url`, "" if it should not be one; `CLOSE` ends it."""
    scheme, colon, _ = url.partition(":")
    address = quote(url, safe=_AS_IT_IS, errors="replace")
    if not colon or scheme.lower() not in SCHEMES or len(address) > LONGEST:
        return ""
    return f"\x1b]8;id={zlib.crc32(url.encode(errors='replace')):x};{address}\x1b\\"
