"""How lines, buffers and questions are told in words.

Rules: pure; what is returned has no control characters. A message of several lines says whose each
of them is, as one of them could look like somebody else's message.
"""

import datetime as dt
from collections.abc import Callable, Iterator

from chatclient.model import (
    Buffer,
    BufferKind,
    ConnectionState,
    Kind,
    Line,
    Question,
    Reaction,
    Status,
)

_QUOTED = 40  # characters of a message by which it is told again


def clock(time: float, now: float) -> str:
    """Return a time of day, with its day if that is not today's."""
    try:
        moment = dt.datetime.fromtimestamp(time, dt.UTC).astimezone()
    except (ValueError, OverflowError, OSError):  # a server may tell any time
        return "at some time"
    today = dt.datetime.fromtimestamp(now, dt.UTC).astimezone().date()
    day = "" if moment.date() == today else f"{moment.day} {moment:%B} "
    return f"{day}{moment:%H:%M}"


def spoken(
    line: Line, now: float, *, where: str = "", answered: str = "", calls: bool = False
) -> Iterator[str]:
    """Iterate over the lines that tell a message.

    `where` is said first if the user is elsewhere, `answered` is whom it answers, and `calls`
    whether it calls the user.
    """
    who = line.source or "somebody"
    if line.kind is Kind.NOTICE:
        who = f"notice from {who}"
    marks = [" mentions you"] if calls else []
    marks += [f" answers {answered}"] if answered else []
    first, *rest = line.text.split("\n")
    begin = f"{clock(line.time, now)} {where}{who}{' and'.join(marks)}"
    if line.kind is Kind.ACTION and not marks:
        yield f"{begin} {first}"
    else:
        yield f"{begin}: {first}"
    for part in rest:
        yield f"{who} continues: {part}"


def quoted(line: Line) -> str:
    """Return the beginning of a message, to tell it again by."""
    text = " ".join(line.text.split())
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED].rstrip()} and so on"


def title(buffer: Buffer, network: str = "") -> str:
    """Return what a buffer is called; `network` is named if there is another one like it."""
    on = f" on {network}" if network else ""
    match buffer.kind:
        case BufferKind.SERVER:
            return f"the server {buffer.name}"
        case BufferKind.DIRECT:
            return f"the conversation with {buffer.name}{on}"
        case _:
            return f"{buffer.name}{on}"


def introduced(buffer: Buffer, network: str = "") -> str:
    """Return what one should know on coming into a buffer."""
    facts = [f"now in {title(buffer, network)}"]
    if buffer.kind is BufferKind.ROOM and buffer.joined:
        facts.append(people(len(buffer.members)))
        if buffer.topic.text:
            facts.append(f"topic: {buffer.topic.text}")
    elif buffer.kind is BufferKind.ROOM:
        facts.append("you are not in this room now")
    elif buffer.kind is BufferKind.DIRECT and buffer.online is not None:
        here = "online, but away" if buffer.away else "online"
        facts.append(here if buffer.online else "not online")
    return ", ".join(facts)


def listed(number: int, buffer: Buffer, *, active: bool, network: str = "") -> str:
    """Return a buffer as one of a list."""
    facts = [f"{number}: {title(buffer, network)}"]
    if active:
        facts.append("here")
    if buffer.kind is BufferKind.ROOM and not buffer.joined:
        facts.append("not joined")
    if buffer.unread:
        facts.append(unread(buffer))
    return ", ".join(facts)


def unread(buffer: Buffer) -> str:
    """Return how much of a buffer is unread."""
    calls = buffer.mentions and buffer.kind is BufferKind.ROOM
    return f"{buffer.unread} unread" + (f", {buffer.mentions} of them mention you" if calls else "")


def people(count: int) -> str:
    """Return how many are there."""
    return "you alone" if count <= 1 else f"{count} people"


def messages(count: int) -> str:
    """Return a number of messages."""
    return "1 message" if count == 1 else f"{count} messages"


def connection(status: Status) -> str:
    """Return how the connection is."""
    match status.state:
        case ConnectionState.ONLINE:
            account = f", logged in to {status.account}" if status.account else ""
            secure = ", encrypted" if status.secure else ""
            return f"connected to {status.server} as {status.nick}{account}{secure}"
        case ConnectionState.CONNECTING | ConnectionState.REGISTERING:
            return f"connecting to {status.server}"
        case ConnectionState.WAITING:
            return f"not connected to {status.server}: {status.reason}; it is tried again"
        case _:
            return f"not connected to {status.server}" + (
                f": {status.reason}" if status.reason else ""
            )


def asked(question: Question) -> Iterator[str]:
    """Iterate over the lines that ask a question."""
    yield from (text for text in question.text if text.strip())
    if question.closed:
        yield question.label
    elif question.choices:
        yield f"{question.label}? type one of: {', '.join(question.choices)}"
    else:
        hidden = " (it is not shown)" if question.hidden else ""
        yield f"type the {question.label}{hidden}, or an empty line to give it up"


def reacted(
    before: tuple[Reaction, ...], line: Line, calls_you: Callable[[str], bool]
) -> Iterator[str]:
    """Iterate over what is new of the reactions to a message."""
    known = {(each.text, nick) for each in before for nick in each.nicks}
    for each in line.reactions:
        for nick in each.nicks:
            if (each.text, nick) not in known:
                who = "you" if calls_you(nick) else nick
                yield f"{who} reacted {each.text} to: {quoted(line)}"
