"""What was really kept, and what may be shown because of it: the truth that all else is checked against.

Rules: everything that is said in a simulation has a word of its own (`~a3.17~`), by which it is known
again wherever it turns up. A word stands in the log once at most (promise 3), and is written to no
peer before it is there (promise 1).
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from chatserver.core.events import KeptEvent, RoomModesChanged, Said, TopicChanged
from chatserver.ports import Record
from chatwire.names import fold
from tests.simulation.universe import Universe

WORD = re.compile(r"~([a-z]\d+\.\d+)~")
_WORD_BYTES = re.compile(rb"~([a-z]\d+\.\d+)~")


@dataclass(slots=True)
class Saying:
    """A word in the log."""

    word: str
    seq: int
    nick: str
    target: str
    kept_at: float


@dataclass(slots=True)
class Book:
    """What the log has of one target, in order."""

    seqs: list[int] = field(default_factory=list)
    entries: list[Saying] = field(default_factory=list)

    def after(self, seq: int) -> Sequence[Saying]:
        """Return what is newer than `seq`."""
        return self.entries[bisect_right(self.seqs, seq) :]


class Ledger:
    """All that is on disk."""

    def __init__(self, universe: Universe) -> None:
        self.universe = universe
        self.words: dict[str, Saying] = {}
        self.books: dict[str, Book] = {}
        """By folded name of the room; of what is said to people, by their folded nicks."""
        self.settings: set[str] = set()
        """Words of topics that were kept."""
        self.held: set[str] = set()
        """Words of topics that took effect while the disk took nothing: they are written later."""
        self.newest = 0

    def keep(self, records: Sequence[Record]) -> None:
        """Take note of what is on disk from now on."""
        for record in records:
            self._keep(record.target, record.event)

    def hold(self, records: Sequence[Record]) -> None:
        """Take note of what the disk did not take."""
        for record in records:
            if isinstance(record.event, TopicChanged):
                self.held.update(WORD.findall(record.event.topic))

    def _keep(self, target: str, event: KeptEvent) -> None:
        self.newest = max(self.newest, event.seq)
        if isinstance(event, TopicChanged):
            self.settings.update(WORD.findall(event.topic))
        if isinstance(event, Said):
            for word in WORD.findall(event.text):
                self._keep_word(word, target, event)
        elif isinstance(event, RoomModesChanged):
            self.universe.counts["modes kept"] += 1

    def _keep_word(self, word: str, target: str, event: Said) -> None:
        known = self.words.get(word)
        if known is not None:
            self.universe.fail(
                f"promise 3: {word} was said twice, as {known.seq:x} and {event.seq:x}"
            )
            return
        book = self.books.setdefault(target, Book())
        if book.seqs and book.seqs[-1] > event.seq:
            self.universe.fail(f"promise 2: {word} was written behind what came after it")
        entry = Saying(word, event.seq, fold(event.who.nick), target, self.universe.now)
        self.words[word] = entry
        book.seqs.append(event.seq)
        book.entries.append(entry)
        self.universe.note("kept", word, target, f"{event.seq:x}")

    def check_shown(self, data: bytes) -> Sequence[str]:
        """Return the words in what a peer is sent, each of which must be on disk."""
        words = [found.decode() for found in _WORD_BYTES.findall(data)]
        for word in words:
            if word in self.words or word in self.settings:
                continue
            if word in self.held:  # by design: who enters a room is told its topic as it will be
                self.universe.counts["topics told before they were kept"] += 1
            else:
                self.universe.fail(
                    f"promise 1: {word} is shown, and is not on disk: {data[:300]!r}"
                )
        self.universe.counts["words shown"] += len(words)
        return words
