"""Whatever happens in whatever order, the archive has all lines once, in the order of the server."""

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from chatclient.model import Delivery, Line
from tests.chatclient.archive.test_keeper import MORNING, Life

START = 500
"""The first message that the client hears; those before it are fetched page by page."""


class Story:
    """A client that hears of numbered messages, many of them said at one time."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.life = Life(None, "#room", most=40)
        self.room = self.life.room()
        self.together = self.random.choice((1, 3, 50, 10_000))
        self.next = self.oldest = START
        self.missed: list[int] = []

    def line(self, number: int) -> Line:
        """Return a message by its number."""
        moment = MORNING + number // self.together
        return self.life.line(f"{number}", moment, f"m{number:06}")

    def hear(self) -> None:
        """Hear some messages live."""
        for _ in range(self.random.randint(1, 30)):
            self.life.world.add(self.room, self.line(self.next))
            self.next += 1

    def say(self) -> None:
        """Say something, which others come before."""
        mine = self.life.line(f"{self.next}", MORNING)
        mine = replace(mine, own=True, delivery=Delivery.PENDING)
        self.life.world.add(self.room, mine)
        number = self.next
        self.next += 1
        told = self.line(number)
        done = replace(told, id=mine.id, own=True)
        self.life.world.settle(self.room, done)

    def miss(self) -> None:
        """Miss some, and hear others before they are filled in."""
        if self.missed:
            return
        self.life.world.set_behind(self.room, behind=True)
        count = self.random.randint(1, 60)
        self.missed = [*range(self.next, self.next + count)]
        self.next += count

    def fill(self) -> None:
        """Have all of it filled in, with some of what is known."""
        if self.missed:
            first, last = self.missed[0], self.missed[-1]
            numbers = range(first, min(self.next, last + self.random.randint(1, 5)))
            page = [self.line(each) for each in numbers]
            self.life.world.insert(self.room, page, after=f"m{first - 1:06}")
            self.missed = []
            self.life.world.set_behind(self.room, behind=False)

    def look_back(self) -> None:
        """Fetch a page from before all that is known; not while something is missing."""
        if self.missed:
            return
        self.settle()
        kept = self.life.archive.newer(self.room, 0, 1)
        if not kept or self.oldest < 20:
            return
        page = [self.line(each) for each in range(self.oldest - 20, self.oldest)]
        self.oldest -= 20
        self.life.world.find_past(self.room, page, kept[0].line, None)

    def flush(self) -> None:
        """Let the keeper hear of it."""
        self.life.flush()

    def settle(self) -> None:
        """Let all be written."""
        self.life.flush()
        self.life.archive.flush()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32))
def test_all_lines_once_and_in_order(seed: int) -> None:
    """Heard live, said, missed and filled in, and fetched from before; few stay in memory."""
    story = Story(seed)
    for _ in range(120):
        steps = (story.hear, story.say, story.miss, story.fill, story.look_back)
        story.random.choice((*steps, story.flush, story.settle, story.hear))()
    story.fill()
    story.settle()
    assert story.life.kept() == [f"{each}" for each in range(story.oldest, story.next)]
    story.hear()
    story.settle()
    story.life.world.set_behind(story.room, behind=False)
    story.life.flush()
    assert len(story.room.lines) < 200
    story.life.end()
