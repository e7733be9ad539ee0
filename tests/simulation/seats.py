"""What somebody sees of a room while they are in it, checked against what the room has.

Rules (promise 2): what comes live is what the log has next, nothing left out, nothing twice. What is
shown of before ends where what comes live begins. Own words are seen by who has echoes.
"""

from bisect import bisect_right

from tests.simulation.ledger import Ledger, Saying


class Seat:
    """One stay of one peer in one room."""

    def __init__(self, ledger: Ledger, who: str, room: str, *, echoes: bool) -> None:
        self.who = who
        self.room = room
        self.caught_up = False
        """Whether all that was said in the room was seen, when it was last looked."""
        self._ledger = ledger
        self._echoes = echoes
        self._own = f"{who}."
        self._place: int | None = None
        """How many entries of the room's book were seen, or were there before; None if not known."""

    def begin(self, seq: int) -> None:
        """Know after which event they are in the room."""
        book = self._ledger.books.get(self.room)
        self._place = bisect_right(book.seqs, seq) if book else 0

    def hear(self, word: str, *, again: bool = False) -> None:
        """See what was said in the room; `again` if it may be the answer to saying it a second time."""
        entry = self._ledger.words.get(word)
        if entry is None or entry.target != self.room:
            return  # shown before it was kept, which is found elsewhere; or only for some
        found = self._find(entry)
        if not self._echoes and word.startswith(self._own):
            return  # said on a connection before this one, whose words came late
        if self._place is not None:
            expected = self._next(self._place)
            if again and found < expected:
                return
            if expected != found:
                self._complain(word, expected, found)
        self._place = found + 1

    def recall(self, words: list[str]) -> None:
        """See what was said before, in one go: it ends where live begins."""
        entries = [self._ledger.words[word] for word in words if word in self._ledger.words]
        places = [self._find(entry) for entry in entries if entry.target == self.room]
        if not places:
            return
        if places != list(range(places[0], places[0] + len(places))):
            self._fail(f"history has {words}, which do not follow each other in the log")
        last = self._next(places[-1] + 1)
        if self._place is not None and self._next(self._place) != last:
            live = self._ledger.books[self.room].entries[self._place - 1].word
            self._fail(f"history ends with {words[-1]}, live began after {live}")
        self._place = places[-1] + 1

    def page(self, words: list[str]) -> None:
        """See a page of history from anywhere: nothing is missing in it."""
        entries = [self._ledger.words[word] for word in words if word in self._ledger.words]
        places = [self._find(entry) for entry in entries if entry.target == self.room]
        if places and places != list(range(places[0], places[0] + len(places))):
            self._fail(f"history has {words}, which do not follow each other in the log")

    def check_caught_up(self) -> bool:
        """Say whether everything was seen."""
        book = self._ledger.books.get(self.room)
        self.caught_up = (
            book is None or self._place is None or self._next(self._place) >= len(book.entries)
        )
        return self.caught_up

    @property
    def missing(self) -> str:
        """What should come next."""
        book = self._ledger.books[self.room]
        return book.entries[self._next(self._place or 0)].word

    def _find(self, entry: Saying) -> int:
        book = self._ledger.books[self.room]
        place = bisect_right(book.seqs, entry.seq) - 1
        while book.entries[place].word != entry.word:
            place -= 1
        return place

    def _next(self, place: int) -> int:
        """Return the place of what is to be seen next, from `place` on."""
        book = self._ledger.books.get(self.room)
        entries = book.entries if book else []
        while (
            not self._echoes and place < len(entries) and entries[place].word.startswith(self._own)
        ):
            place += 1
        return place

    def _complain(self, word: str, expected: int, found: int) -> None:
        if found < expected:
            self._fail(f"sees {word} twice or too late")
        else:
            entries = self._ledger.books[self.room].entries
            self._fail(f"sees {word}, and {entries[expected].word} is missing before it")

    def _fail(self, text: str) -> None:
        self._ledger.universe.fail(f"promise 2: {self.who} in {self.room} {text}")
