"""Finds out from the first line of a connection which protocol it speaks; until then all is held.

Rules: the first line that is not empty decides, once. Only a well-formed opening of IRC is IRC, as
a person may well type "NICK is late". The verbs that are words of a language too count only in
capitals, as every program writes them. What a web browser or another protocol says is refused, so
that it never becomes somebody's message; everything else is plain text. The cut never matters.
"""

import enum
import re

from msgspec import Struct

MOST = 8192
"""Bytes that a first line may have before it is judged without its end."""


class Speaks(enum.Enum):
    """The protocol of a connection that may stay."""

    IRC = "irc"
    PLAIN = "plain"
    CONTROL = "control"
    """Orders of whoever runs the server, on a socket of their own: no first line decides that."""


class Refused(Struct, frozen=True):
    """A connection that is to be closed: why, for the log, and what it is told."""

    reason: str
    answer: bytes = b""


Verdict = Speaks | Refused

_HOW = (
    b"This is a chat server, not a web server. Join it with netcat (nc), chatclient or any IRC\r\n"
    b"client: give them the host and the port of this address.\r\n"
)
_HTTP_ANSWER = (
    b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"X-Content-Type-Options: nosniff\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
) % (len(_HOW), _HOW)
_TLS_ALERT = b"\x15\x03\x01\x00\x02\x02\x28"
"""A fatal alert `handshake_failure` (RFC 8446, 6): a client says so at once, rather than wait."""

_BINARY = Refused("binary data, which is no text")
_LEADS = {
    0x00: Refused("binary data that begins with NUL (SMB, or another protocol)"),
    0x03: Refused("a remote desktop (RDP) client"),
    0x04: Refused("a SOCKS 4 client"),
    0x05: Refused("a SOCKS 5 client"),
    0x16: Refused(
        "a TLS client, but there is no TLS on this port (tls_port opens one)", _TLS_ALERT
    ),
}
_TYPED = frozenset(b"\b\t\n\r\x1b")
"""Control characters that a person's terminal may send first: the keys for erasing, Tab, arrows."""
_CONTROLS = re.compile(rb"[\x00-\x07\x0e-\x1a\x1c-\x1f]")
_EMPTY_LINES = re.compile(rb"(?:\r?\n)*")

_OTHERS = (
    (
        re.compile(rb"[A-Z][A-Z-]* (?:/|\*|[^ :]*:).* HTTP/\d(?:\.\d)?"),
        Refused("an HTTP client", _HTTP_ANSWER),
    ),
    (re.compile(rb"[A-Z][A-Z_-]* [^ ]+ (?:RTSP|SIP)/\d\.\d"), Refused("an RTSP or SIP client")),
    (re.compile(rb"SSH-\d+\.\d+-.*"), Refused("an SSH client")),
    (
        re.compile(rb"EHLO [^ ]+|HELO [^ .\[]*[.\[][^ ]*|MAIL FROM:.*"),
        Refused("a mail (SMTP) client"),
    ),
    (re.compile(rb"PROXY (?:TCP4|TCP6|UNKNOWN)(?: .*)?"), Refused("a proxy (PROXY protocol)")),
)
"""No pattern may take more than linear time, whatever the line is."""

_TAGS = rb"(?:@[^ ]+ +)?"
_LAST = rb"(?: +[^: ][^ ]*| +:.*)"
"""A last parameter of a line."""
_IRC = re.compile(
    _TAGS + rb"(?:"
    rb"(?i:CAP +(?:LS(?: +:?\d+)?|LIST|END|REQ" + _LAST + rb"))"
    rb"|(?:NICK|PASS)"
    + _LAST
    + rb"|USER(?: +[^: ][^ ]*){3}"
    + _LAST
    + rb"|QUIT(?: +:.*)?|PING +:.*"
    rb"|(?i:USER)(?: +[^: ][^ ]*){3} +:.*"
    rb"|(?i:AUTHENTICATE) +[A-Za-z0-9+/=*-]+"
    rb"|(?i:WEBIRC)(?: +[^: ][^ ]*){3,4}" + _LAST + rb""
    rb") *",
    re.DOTALL,
)


def judge(line: bytes) -> Verdict:
    """Say what a connection speaks whose first line, without its end, is `line` (not empty)."""
    if alien := _alien(line):
        return alien
    for pattern, refusal in _OTHERS:
        if pattern.fullmatch(line):
            return refusal
    if _IRC.fullmatch(line):
        return Speaks.IRC
    if _CONTROLS.search(line) and not _is_utf8(line):
        return _BINARY
    return Speaks.PLAIN


def _alien(start: bytes) -> Refused | None:
    """Say why `start`, the beginning of a first line, can be no text; None if it may be."""
    lead = start[:1]
    if lead and lead[0] < 0x20 and lead[0] not in _TYPED:
        return _LEADS.get(lead[0], _BINARY)
    return _BINARY if b"\0" in start else None


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


class Opening:
    """The first bytes of one connection, until they are judged."""

    __slots__ = ("crlf", "empty_lines", "held", "verdict")

    def __init__(self) -> None:
        self.held = b""
        """All that came from the first line that is not empty on, for whoever takes it then."""
        self.empty_lines = 0
        """How many empty lines came before it: they decide nothing, but are a sign of life."""
        self.crlf = False
        """Whether the first line ended with CR LF."""
        self.verdict: Verdict | None = None

    @property
    def begun(self) -> bool:
        """Whether the first line has begun."""
        return self.held not in {b"", b"\r"}

    def feed(self, data: bytes) -> Verdict | None:
        """Take the next bytes of the stream; return the verdict as soon as there is one."""
        self.held += data
        if empty := _EMPTY_LINES.match(self.held):
            self.empty_lines += empty[0].count(b"\n")
            self.held = self.held[empty.end() :]
        end = self.held.find(b"\n", 0, MOST + 2)
        if end >= 0:
            self.crlf = self.held[:end].endswith(b"\r")
            self.verdict = judge(self.held[:end].removesuffix(b"\r")[:MOST])
        elif len(self.held) > MOST + 1:
            self.verdict = judge(self.held[:MOST])
        else:
            self.verdict = _alien(self.held[:MOST])
        return self.verdict

    def end(self) -> Verdict | None:
        """Take the end of the stream: what came without an LF is a line; None if nothing came."""
        line = self.held.removesuffix(b"\r")[:MOST]
        self.verdict = judge(line) if line else None
        return self.verdict
