"""`chatserver history export`: what happened in a room, as lines for people or for programs.

Rules: it reads beside a running server, in parts, so that the server is not held up. Lines come oldest
first, each event once. Nothing in them controls a terminal; JSON is exact all the same.
"""

import json
import os
import sqlite3
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import structs

from chatserver.config.sources import Parser
from chatserver.config.values import ConfigError
from chatserver.core import events
from chatserver.core.events import Identity, KeptEvent
from chatserver.core.history import NEWEST, Page
from chatserver.faces.irc.dialect import mode_words
from chatserver.faces.irc.messages import message_id
from chatserver.storage.migrations import MIGRATIONS, check_schema
from chatserver.storage.pages import read_page
from chatserver.storage.rows import DamagedEvent, decode_room
from chatserver.tools.terms import Failed, add_place, find_directory, log_of, opened
from chatwire.message import format_tags
from chatwire.names import fold, looks_like_room
from chatwire.text import action, plain

PART: Final = 1000
"""Events that are read at once."""


def export(arguments: Sequence[str]) -> int:
    """Do what the command line asks for and return the exit status. Raises `ConfigError`, `Failed`."""
    options = _parse(arguments)
    room = fold(options.room)
    if not looks_like_room(room):
        raise ConfigError(f"--room must be the name of a room, with its #, not {options.room!r}")
    since = _read_time(options.since, "--since") - 1 if options.since else -1
    until = _read_time(options.until, "--until") if options.until else NEWEST
    path = log_of(find_directory(options))
    with opened(path) as log:
        if check_schema(log) < len(MIGRATIONS):
            raise Failed(
                f"{path} is of an older chatserver; start the server once, then it can be read"
            )
        everything = Page(find_log(log, room), -1, NEWEST, PART, oldest=True, everything=True)
        if not is_known(log, everything):
            raise Failed(f"there is nothing of {options.room} in {path}")
        everything = structs.replace(everything, since=since, until=until)
        damaged: list[int] = []
        found = read_all(log, everything, damaged)
        _print(FORMATS[options.format](event, options.room) for event in found)
    if damaged:
        what = "event is" if len(damaged) == 1 else "events are"
        raise Failed(
            f"{path}: {len(damaged)} {what} damaged, and left out: {damaged[0]:x} is the first"
        )
    return 0


def find_log(log: sqlite3.Connection, room: str) -> str:
    """Return under which target the room called `room` (folded) is written down."""
    records = (decode_room(record) for (record,) in log.execute("select record from rooms"))
    return next((record.key for record in records if fold(record.name) == room), room)


def is_known(log: sqlite3.Connection, page: Page) -> bool:
    """Say whether the log has anything of `page`, damaged or not."""
    try:
        return bool(read_page(log, structs.replace(page, limit=1)))
    except DamagedEvent:
        return True


def _parse(arguments: Sequence[str]) -> Namespace:
    usage = "chatserver history export --room ROOM [OPTION …]"
    about = "Print what happened in a room, the oldest first; the server may run."
    parser = Parser("chatserver", usage, about, allow_abbrev=False)
    parser.add_argument("--room", required=True, help="which one, such as '#lobby'")
    parser.add_argument(
        "--format",
        choices=FORMATS,
        default="text",
        help="text (default) for people, jsonl for programs",
    )
    moments = "a day (2026-11-22) or a moment (2026-11-22T14:30, …Z, …+09:00); UTC without more"
    parser.add_argument("--since", metavar="TIME", help=f"from then on: {moments}")
    parser.add_argument("--until", metavar="TIME", help="only what was earlier, likewise")
    add_place(parser)
    return parser.parse_args(arguments)


def _read_time(text: str, flag: str) -> int:
    """Return a moment in ms since 1970."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{flag} must be a time such as 2026-11-22T14:30, not {text!r}") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def read_all(log: sqlite3.Connection, page: Page, damaged: list[int]) -> Iterator[KeptEvent]:
    """Yield all that fits `page`, whatever its limit, which is how much is read at once.

    Events that are damaged are left out, and their numbers put on the list `damaged`.
    """
    while True:
        try:
            found = read_page(log, page)
        except DamagedEvent as error:
            damaged.append(error.seq)
            yield from read_page(log, structs.replace(page, before=error.seq))
            page = structs.replace(page, after=error.seq)
            continue
        if not found:
            return
        last = found[-1].seq
        whole = len(found) < page.limit
        # What one command led to has one number, and may have been cut in two.
        yield from found if whole else (event for event in found if event.seq < last)
        if whole:
            return
        page = structs.replace(page, after=last - 1)


def _print(lines: Iterator[str]) -> None:
    """Print lines; whoever reads them may leave at any time."""
    try:
        for line in lines:
            sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())  # what is left of it goes there at exit


def _time(event: KeptEvent) -> datetime:
    return datetime.fromtimestamp(event.at / 1000, UTC)


def json_line(event: KeptEvent, room: str) -> str:
    """Return an event as one line of JSON, always with the same keys: see docs/operations.md."""
    written = {
        "time": _time(event).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "room": room,
        **_describe(event),
        "msgid": message_id(event.seq),
    }
    line = json.dumps(written, ensure_ascii=False)
    if line.isprintable():
        return line
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in line)


def text_line(event: KeptEvent, room: str) -> str:
    """Return an event as a plain reader would see it; a message of several lines has several."""
    told = _describe(event)
    begin = f"{_time(event):%Y-%m-%d %H:%M:%S} "
    because = f" ({told['text']})" if told["text"] else ""
    form = _SENTENCES[told["kind"]]
    if told["kind"] in _SPOKEN:
        lines = told["text"].split("\n")
        return "\n".join(plain(begin + form.format(**{**told, "text": line})) for line in lines)
    return plain(begin + form.format(because=because, **told))


_SPOKEN: Final = {"message", "notice", "action"}
_SENTENCES: Final = {
    "message": "[{from}] {text}",
    "notice": "-{from}- {text}",
    "action": "* {from} {text}",
    "join": "* {from} joined",
    "part": "* {from} left{because}",
    "quit": "* {from} quit{because}",
    "kick": "* {from} put out {to}{because}",
    "nick": "* {from} is now {to}",
    "topic": "* {from} set the topic: {text}",
    "mode": "* {from} set {text}",
    "rename": "* {from} renamed the room to {to}{because}",
    "redact": "* {from} removed a message of {to}{because}",
}

FORMATS: Final[Mapping[str, Callable[[KeptEvent, str], str]]] = {
    "text": text_line,
    "jsonl": json_line,
}


def _describe_message(event: events.Said | events.Reacted) -> tuple[str, str]:
    if isinstance(event, events.Reacted):
        return "tags", format_tags(event.tags).strip("@ ")
    did = action(event.text)
    kind = "notice" if event.notice else "message" if did is None else "action"
    return kind, event.text if did is None else did


def _describe(event: KeptEvent) -> dict[str, str]:
    """Return what happened, who did it, to whom or what, and in which words."""
    kind, who, to, text = _TOLD[type(event)](event)
    return {"kind": kind, "from": who.nick, "account": who.account, "to": to, "text": text}


_Told = tuple[str, Identity, str, str]


def _describe_spoken(event: events.Said | events.Reacted) -> _Told:
    kind, text = _describe_message(event)
    return kind, event.who, "", text


_TOLD: Final[Mapping[type[KeptEvent], Callable[[Any], _Told]]] = {
    events.Said: _describe_spoken,
    events.Reacted: _describe_spoken,
    events.Joined: lambda event: ("join", event.who, "", ""),
    events.Parted: lambda event: ("part", event.who, "", event.reason),
    events.Departed: lambda event: ("quit", event.who, "", event.reason),
    events.Kicked: lambda event: ("kick", event.by, event.nick, event.reason),
    events.Renamed: lambda event: ("nick", event.who, event.nick, ""),
    events.TopicChanged: lambda event: ("topic", event.by, "", event.topic),
    events.RoomModesChanged: lambda event: (
        "mode", event.by, "", " ".join(mode_words(event.changes)),
    ),
    events.RoomRenamed: lambda event: ("rename", event.by, event.name, event.reason),
    events.Redacted: lambda event: ("redact", event.by, event.author, event.reason),
}  # fmt: skip
