"""Addresses in what people write, as links: where they stand, and where they go.

Rules: an address ends before blanks, quotes and the punctuation of the sentence that it stands in; a
closing bracket belongs to it only if it was opened in it. "www." goes to https. What is no address
of a kind that shows something (hyperlinks.SCHEMES) is text. Nobody's word fills in a mail.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_START = re.compile(r"(?<![\w.@/-])(?:(?:https?|ircs?)://|mailto:|www\.)", re.IGNORECASE)
_BODY = re.compile('[^\\s<>"`{}|\\\\^\u2018-\u201f\u00ab\u00bb\u3000-\u3002\uff08\uff09]+')
_TRAILING = ".,;:!?'*_~…"
_PAIRS = {")": "(", "]": "["}
_LONGEST_NAME = 256  # characters of a mail address before its @; RFC 5321 has 64


class Link(NamedTuple):
    """An address: where it stands in a text, in code points, and what it leads to."""

    start: int
    end: int
    url: str


def links(text: str) -> Iterator[Link]:
    """Yield the links of a text, in order."""
    if ":" not in text and "www." not in text.lower():
        return
    at = end = 0
    while begin := _START.search(text, at):
        at = begin.end()
        if at >= end:  # else it stands within what was looked at: no letter is looked at often
            body = _BODY.match(text, at)
            end = body.end() if body else at
        if not _may_lead(begin[0], text, at, end):
            continue
        address = _trimmed(text[begin.start() : end])
        if len(address) <= at - begin.start() or not _leads_somewhere(begin[0], address):
            continue
        at = begin.start() + len(address)
        yield Link(begin.start(), at, _url(begin[0].lower(), address))


def _url(start: str, address: str) -> str:
    """Return where an address leads; of a mail, to whom alone: others could have it attach files."""
    if start == "mailto:":
        return address.partition("?")[0]
    return f"https://{address}" if start == "www." else address


def _may_lead(start: str, text: str, at: int, end: int) -> bool:
    """Say whether an address that goes on from `at` to `end` is worth being looked at as a whole."""
    if start.lower() == "mailto:":
        return text.find("@", at + 1, min(end, at + _LONGEST_NAME)) > 0
    return at < end and (text[at].isalnum() or text[at] == "[" or start.endswith("."))


def _trimmed(address: str) -> str:
    """Return an address without what is of the sentence around it."""
    opened = {close: address.count(open_) for close, open_ in _PAIRS.items()}
    closed = {close: address.count(close) for close in _PAIRS}
    end = len(address)
    while end:
        last = address[end - 1]
        if last in _PAIRS and closed[last] > opened[last]:
            closed[last] -= 1
        elif last not in _TRAILING:
            break
        end -= 1
    return address[:end]


def _leads_somewhere(start: str, address: str) -> bool:
    rest = address[len(start) :]
    match start.lower():
        case "mailto:":
            return "@" in rest[1:-1]
        case "www.":
            return "." in rest.strip(".")
        case _:
            return rest[:1].isalnum() or rest[:1] == "["
