r"""Takes the telnet protocol (RFC 854) out of what a client sends, so that text alone is left.

Rules: commands (0xFF …) and subnegotiations are swallowed in any cut. Every option is refused, as
RFC 854 asks for: a client that sent `DO TIMING-MARK` after Ctrl-C shows nothing until answered. But
the peer may, and who sends a command shall, send BINARY (RFC 856): until then, GNU telnet takes
bytes of UTF-8 for Ctrl-C or Ctrl-\ with an eighth bit, and sends commands in their place. We do not
offer it ourselves: GNU telnet would no longer go to the start of a line then. CR NUL, which is a
bare CR there, ends a line. 0xFF is no part of UTF-8, so no text is ever lost here.
"""

import enum
import re

NUL, LF, CR = 0x00, 0x0A, 0x0D
SE, SB, WILL, WONT, DO, DONT, IAC = 0xF0, 0xFA, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF
FIRST_COMMAND = 0xEC
BINARY = 0

_REFUSAL = {WILL: DONT, DO: WONT}
_DO_BINARY = bytes((IAC, DO, BINARY))
_SPECIAL = re.compile(rb"[\x00\xff]")


class _After(enum.Enum):
    TEXT = enum.auto()
    CR = enum.auto()
    IAC = enum.auto()
    OPTION = enum.auto()
    SUBNEGOTIATION = enum.auto()
    SUBNEGOTIATION_IAC = enum.auto()


_IN_TEXT = {_After.TEXT, _After.CR}


class TelnetFilter:
    """Separates text from telnet, for one connection."""

    __slots__ = ("_after", "_binary", "_text", "_verb", "answers")

    def __init__(self) -> None:
        self.answers = b""
        """What the newest bytes asked for is answered with; whoever sends it need not empty it."""
        self._after = _After.TEXT
        self._verb = 0
        self._binary = False
        """Whether the peer was asked, or allowed, to send BINARY."""
        self._text: bytearray
        """What is text, while it is taken apart."""

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes of the stream and return those that are text."""
        self.answers = b""
        if b"\xff" not in data and b"\0" not in data and self._after in _IN_TEXT:
            if data:  # as mostly: all is text
                self._after = _After.CR if data[-1] == CR else _After.TEXT
            return data
        self._text = bytearray()
        position = 0
        while position < len(data):
            if self._after in _IN_TEXT:
                special = _SPECIAL.search(data, position)
                position = self._take_text(data, position, special.start() if special else None)
            else:
                self._step(data[position])
                position += 1
        return bytes(self._text)

    def _take_text(self, data: bytes, start: int, special: int | None) -> int:
        """Take text from `start` up to the byte at `special`, or that byte; return what is next."""
        if start == special:
            ends_line = data[start] == NUL and self._after is _After.CR
            if data[start] == IAC:
                self._after = _After.IAC
            else:
                self._text.append(LF if ends_line else NUL)
                self._after = _After.TEXT
            return start + 1
        text = data[start:special]
        self._text += text
        self._after = _After.CR if text[-1] == CR else _After.TEXT
        return start + len(text)

    def _step(self, byte: int) -> None:
        """Take one byte of a command."""
        match self._after:
            case _After.IAC:
                self._take_command(byte)
            case _After.OPTION:
                self._answer(byte)
                self._after = _After.TEXT
            case _After.SUBNEGOTIATION:
                if byte == IAC:
                    self._after = _After.SUBNEGOTIATION_IAC
            case _After.SUBNEGOTIATION_IAC:
                ended = byte == SE
                self._after = _After.TEXT if ended else _After.SUBNEGOTIATION

    def _take_command(self, byte: int) -> None:
        self._verb = byte
        if byte in {WILL, WONT, DO, DONT}:
            self._after = _After.OPTION
        elif byte == SB:
            self._after = _After.SUBNEGOTIATION
        else:
            self._after = _After.TEXT
            if byte < FIRST_COMMAND:  # no telnet at all: let the rest be judged for what it is
                self._text.append(byte)
            elif byte != IAC:
                self._ask_for_binary()

    def _answer(self, option: int) -> None:
        """Answer what was just said of an option."""
        if (self._verb, option) == (WILL, BINARY):
            self._ask_for_binary()
        elif self._verb in _REFUSAL:
            self.answers += bytes((IAC, _REFUSAL[self._verb], option))

    def _ask_for_binary(self) -> None:
        """Have the peer send BINARY, unless that was said before."""
        if not self._binary:
            self._binary = True
            self.answers += _DO_BINARY
