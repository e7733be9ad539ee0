"""What a tool prints of what it hears: JSON lines or lines of text, from the last N on.

Rules: a line is printed once, and never changed; what is printed is flushed at the end of each step.
With a `tail`, nothing is printed before the last lines of each room are known.
"""

from collections.abc import Sequence
from typing import TextIO

from chatclient.hearing import Heard, When
from chatclient.jsonlines import json_line
from chatclient.model import CONVERSATION, Buffer, BufferKind, Delivery, Kind, Line
from chatclient.textlines import TOLD, text_lines


class Printer:
    """Prints what is heard. Its methods raise `OSError` when nobody reads what they print."""

    def __init__(
        self, output: TextIO, rooms: Sequence[Buffer], *, as_json: bool, tail: int | None
    ) -> None:
        """Make one that prints all, or with `tail` so much of the past of the rooms."""
        self._output = output
        self._as_json = as_json
        self._tail = tail
        self._opening: dict[Buffer, dict[int, When]] = (
            {} if tail is None else {room: {} for room in rooms}
        )
        """What was heard of the rooms before their tails are known, by the ids of the lines."""

    @property
    def is_open(self) -> bool:
        """Whether what is heard is printed as it comes."""
        return not self._opening

    def hear(self, heard: Heard) -> None:
        """Print a line, or keep it until the tail is known."""
        opening = self._opening.get(heard.buffer)
        if opening is None:
            self._print(heard.buffer, heard.line)
        elif heard.line.kind is not Kind.INFO:
            opening[heard.line.id] = heard.when

    def missing(self, room: Buffer) -> int:
        """Return how many messages are missing for the tail of a room."""
        opening = self._opening[room]
        before = [line for line in room.lines if opening.get(line.id) is When.BEFORE]
        return (self._tail or 0) - sum(line.kind in CONVERSATION for line in before)

    def open(self) -> None:
        """Print the tails, oldest first, and from then on what is heard."""
        lines: list[tuple[Buffer, Line]] = []
        for room, opening in self._opening.items():
            heard = [line for line in room.lines if line.id in opening]
            before = [line for line in heard if opening[line.id] is When.BEFORE]
            tail = last_said(before, self._tail or 0)
            since = [line for line in heard if opening[line.id] is not When.BEFORE]
            lines += [(room, line) for line in [*tail, *since]]
        self._opening.clear()
        if len({room for room, _ in lines}) > 1:
            lines.sort(key=lambda each: each[1].time)
        for room, line in lines:
            self._print(room, line)

    def flush(self) -> None:
        """Have it all go out."""
        self._output.flush()

    def _print(self, buffer: Buffer, line: Line) -> None:
        answer = buffer.kind is BufferKind.SERVER and line.kind is Kind.INFO
        if line.delivery is not Delivery.CONFIRMED or answer:
            return
        if self._as_json:
            self._output.write(json_line(buffer, line) + "\n")
        elif line.kind in TOLD and buffer.kind is not BufferKind.SERVER:
            self._output.writelines(f"{text}\n" for text in text_lines(buffer, line))


def last_said(lines: Sequence[Line], count: int) -> Sequence[Line]:
    """Return the last lines: those from the last `count` messages on."""
    said = [at for at, line in enumerate(lines) if line.kind in CONVERSATION]
    if len(said) <= count:
        return lines
    return lines[said[len(said) - count] :] if count else ()
