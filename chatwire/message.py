"""The grammar of an IRC line: tags, source, command, parameters (Modern IRC, "Message Format").

Rules: parsing takes any bytes and either returns a `Message` or raises `GrammarError`; it is
lenient where the specification is (runs of spaces, empty tag values, unknown escapes). Formatting
never lets CR, LF or NUL through, so that no text can become a second line.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

_UNESCAPE = {":": ";", "s": " ", "\\": "\\", "r": "\r", "n": "\n"}
_ESCAPE = {";": "\\:", " ": "\\s", "\\": "\\\\", "\r": "\\r", "\n": "\\n", "\0": ""}
_ESCAPABLE = re.compile(r"[; \\\r\n\0]")
_ESCAPED = re.compile(r"\\(.?)", re.DOTALL)
_BREAKS = re.compile("[\r\n\0]")
_TAG_KEY = re.compile("[!-:<>-~]+")  # visible ASCII without ; and =
_COMMAND = re.compile("[A-Za-z]+|[0-9]{3}")


class GrammarError(ValueError):
    """The bytes are no IRC line: empty, not UTF-8, or without a command."""


class EncodingError(GrammarError):
    """The line is not valid UTF-8."""


@dataclass(frozen=True, slots=True)
class Message:
    """One IRC line. `command` is upper case, `tags` unescaped; a tag without a value has ""."""

    command: str
    params: tuple[str, ...] = ()
    source: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    def param(self, index: int) -> str:
        """Return the parameter at `index`, "" when there are fewer."""
        return self.params[index] if index < len(self.params) else ""

    @property
    def nick(self) -> str:
        """The nick (or server name) of the source, "" without one."""
        return (self.source or "").partition("!")[0].partition("@")[0]


def unescape_tag(value: str) -> str:
    """Return a tag's value without its escapes (IRCv3 message-tags, "Escaping values")."""
    if "\\" not in value:
        return value
    return _ESCAPED.sub(lambda found: _UNESCAPE.get(found[1], found[1]), value)


def escape_tag(value: str) -> str:
    """Return a tag's value as it is written on the wire (IRCv3 message-tags, "Escaping values")."""
    return _ESCAPABLE.sub(lambda found: _ESCAPE[found[0]], value)


def parse_tags(text: str) -> dict[str, str]:
    """Return the tags of `text`, which is what stands between `@` and the space.

    The last of a repeated key counts.
    """
    tags = {}
    for item in text.split(";"):
        key, _, value = item.partition("=")
        if key:
            tags[key] = unescape_tag(value)
    return tags


def format_tags(tags: Mapping[str, str | None]) -> str:
    """Return `tags` as on the wire, `@` and the space after them included; "" without tags.

    A key that cannot stand there (it may come from a peer) is left out with its value.
    """
    items = [
        f"{key}={escape_tag(value)}" if value else key
        for key, value in tags.items()
        if _TAG_KEY.fullmatch(key)
    ]
    return f"@{';'.join(items)} " if items else ""


def parse(line: bytes) -> Message:
    """Return the message that `line`, without its end, is.

    Raises `EncodingError` for bytes that are not UTF-8, else `GrammarError` for what is no message.
    """
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        raise EncodingError(f"not UTF-8 at byte {error.start}") from None
    return parse_text(text)


def parse_text(text: str) -> Message:
    """Return the message that `text`, without its end, is. Raises `GrammarError`."""
    tags: dict[str, str] = {}
    source = None
    if text.startswith("@"):
        written, _, text = text[1:].partition(" ")
        tags = parse_tags(written)
    text = text.lstrip(" ")
    if text.startswith(":"):
        source, _, text = text[1:].partition(" ")
        text = text.lstrip(" ")
    head, colon, trailing = text.partition(" :")
    params = [param for param in head.split(" ") if param]
    command = params.pop(0) if params else ""
    if not _COMMAND.fullmatch(command):
        raise GrammarError("no command" if not command else "a command is letters or three digits")
    if colon:
        params.append(trailing)
    return Message(command.upper(), tuple(params), source, tags)


def split_tags(line: bytes) -> tuple[bytes, bytes]:
    """Return the tag section of `line` (`@` and the space included, or b"") and the rest."""
    if not line.startswith(b"@"):
        return b"", line
    end = line.find(b" ") + 1
    return (line[:end], line[end:]) if end else (line, b"")


def format_line(
    command: str,
    params: Iterable[str] = (),
    *,
    source: str | None = None,
    tags: Mapping[str, str | None] | None = None,
) -> str:
    """Return an IRC line without its end. The last parameter gets a colon when it needs one.

    Raises `ValueError` when another than the last parameter is empty, has a space or starts with a
    colon.
    """
    written = [_BREAKS.sub(" ", param) for param in params]
    for param in written[:-1]:
        if not param or " " in param or param.startswith(":"):
            raise ValueError(f"only the last parameter may be {param!r}")
    if written and (not written[-1] or " " in written[-1] or written[-1].startswith(":")):
        written[-1] = f":{written[-1]}"
    source, command = _BREAKS.sub("", source or ""), _BREAKS.sub("", command)
    head = f":{source} {command}" if source else command
    return format_tags(tags or {}) + " ".join([head, *written])
