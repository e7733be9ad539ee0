"""What was said before, for clients that do not ask with CHATHISTORY.

Rule: nothing old looks as if it were said now. Who knows of times (`server-time`) gets the messages with
theirs; others get notices of the server, each with the time (UTC) and who said it in its text.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from chatserver.core.events import KeptEvent, Said
from chatserver.faces.irc.history import replay
from chatserver.faces.irc.lines import BODY_LIMIT, finish, split_text
from chatserver.faces.irc.session import Session
from chatwire import caps
from chatwire.text import action, is_ctcp


def recall(
    session: Session, kind: str, target: str, past: Sequence[KeptEvent], to: str = ""
) -> Sequence[bytes]:
    """Return messages of `target`, oldest first, as a batch of a `kind` or as notices.

    Notices are sent to `to`, which is the target itself unless it is told.
    """
    if session.has(caps.SERVER_TIME):
        return replay(session, kind, target, past=past)
    head = f":{session.server.name} NOTICE {to or target} :"
    said = (event for event in past if isinstance(event, Said))
    return [finish(head + line) for line in _lines(said, BODY_LIMIT - len(head.encode()))]


def _lines(past: Iterable[Said], limit: int) -> Iterator[str]:
    """Yield messages as texts, the day before those of each."""
    shown = ""
    for event in past:
        day, minute = f"{datetime.fromtimestamp(event.at // 1000, UTC):%Y-%m-%d %H:%M}".split(" ")
        texts = [*_texts(event)]
        if texts and day != shown:
            shown = day
            yield f"Said before, on {day} (UTC):"
        head = f"{minute} {_frame(event)}"
        for text in texts:
            yield from (f"{head} {piece}" for piece in split_text(text, limit - len(head) - 1))


def _frame(event: Said) -> str:
    """Return how it is shown who said it, and in which way."""
    if action(event.text) is not None:
        return f"* {event.who.nick}"
    return f"-{event.who.nick}-" if event.notice else f"<{event.who.nick}>"


def _texts(event: Said) -> Iterator[str]:
    """Yield the lines of a message without blank ones; none of a question between programs."""
    done = action(event.text)
    if done is None and is_ctcp(event.text):
        return
    text = event.text if done is None else done
    yield from (line for line in text.split("\n") if line)
