"""Lines that belong together (IRCv3 batch): history, and messages of several lines.

Rules: history goes to its place among what is there; a message of several lines is taken as one
when it is complete, or becomes part of the history that it is in. A batch inside a batch has the
label of the outer one. What a server may leave open is bounded: past that, lines are taken one by
one.
"""

from chatclient.model import Buffer
from chatclient.session.catchup import find_quest, on_page
from chatclient.session.multiline import MULTILINE, joined
from chatclient.session.people import converse
from chatclient.session.replay import replay
from chatclient.session.state import Batch, Heard, State, server_time
from chatclient.session.talk import on_message
from chatwire.message import Message
from chatwire.text import plain

HISTORY = frozenset({"chathistory", "draft/chathistory", "znc.in/playback"})
"""The batches that tell what was said before."""

_COLLECTED = HISTORY | {MULTILINE}

_MOST_OPEN = 64
_MOST_LINES = 10_000
_LONGEST = 256 * 1024  # characters of one message; what is longer takes long to show
_MOST_LETTERS = 32 * 1024 * 1024  # of all that is open


def on_batch(state: State, heard: Heard) -> None:
    """A batch begins or ends."""
    written = heard.text(0)
    sign, reference = written[:1], written[1:]
    if sign == "+" and len(state.batches) < _MOST_OPEN:
        params = heard.message.params[2:]
        state.batches[reference] = Batch(heard.text(1), params, heard.label, heard.message)
    elif sign == "-":
        batch = state.batches.pop(reference, None)
        if batch and batch.kind in HISTORY:
            _place(state, batch, heard.time)
        elif batch and batch.kind == MULTILINE:
            _take_whole(state, batch, heard)


def collect(state: State, message: Message) -> bool:
    """Keep a line until its batch ends; say whether it is in one that is collected."""
    batch = state.batches.get(message.tags.get("batch", ""))
    if batch is None or batch.kind not in _COLLECTED or len(batch.messages) >= _MOST_LINES:
        return False
    if message.command == "BATCH":
        return False
    size = sum(map(len, message.params))
    full = batch.kind == MULTILINE and batch.size + size > _LONGEST
    if full or size + sum(each.size for each in state.batches.values()) > _MOST_LETTERS:
        return False
    batch.size += size
    batch.messages.append(message)
    return True


def label_of(state: State, message: Message) -> str:
    """Return the label of what a message answers: its own, or that of the batch it is in."""
    batch = state.batches.get(message.tags.get("batch", ""))
    return message.tags.get("label") or (batch.label if batch else "")


def _take_whole(state: State, batch: Batch, heard: Heard) -> None:
    """Take a message of several lines as one, with the tags and the source of its batch."""
    whole = joined(batch.opening, batch.messages)
    if whole is None or collect(state, whole):
        return
    time = server_time(whole, heard.time)
    on_message(state, Heard(whole, plain(whole.nick), time, batch.label))


def _place(state: State, batch: Batch, now: float) -> None:
    """Put what happened into the buffer that the batch is about."""
    target = batch.params[0] if batch.params else ""
    quest = find_quest(state, batch.label, target)
    if quest is None and batch.label:
        return  # it answers a question that was given up, and is asked again
    if quest is not None:
        buffer: Buffer | None = quest.buffer
    elif state.features.is_room(target):
        buffer = state.room(target)
    else:
        buffer = converse(state, target) if state.may_open(target) else None
    if buffer is None:  # closed by the user in the meantime
        return
    if quest is not None:
        on_page(state, quest, batch.messages, now)
    else:
        replay(state, buffer, batch.messages, now)
