"""Whatever happens to the connection: each message is shown once, in the server's order.

A seed drives everything: who says something when, how many bytes arrive, when the connection is
cut and how much of what was on its way is read all the same, and when questions for history are
answered. At the end all is let through, and the client must show what the server has.
"""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatclient.model import Buffer, BufferKind, Delivery, Kind, Line, Status, World
from chatclient.session import MAYBE_LOST, Identity, Session
from tests.chatclient.session.model_server import ROOM, Peer, Server


class Story:
    """A client, a server, and what happens to them."""

    def __init__(self, seed: int, *, safe: bool, restless: bool = False) -> None:
        """`restless` says whether the other one changes nick now and then."""
        self.random = Random(seed)
        self.server = Server(safe=safe, page=self.random.choice((2, 3, 7)))
        self.world = World(Status("test:9000", nick="alice"))
        self.session = Session(self.world, Identity("alice"), random=Random(seed))
        self.buffers = [self.session.join(ROOM), self.world.open_direct("bob")]
        self.peer: Peer | None = None
        self.typed: list[str] = []
        self.arrived = False
        self.restless = restless

    @property
    def now(self) -> float:
        """The client's clock, which is the server's."""
        return self.server.at / 1000

    def run(self, steps: int) -> None:
        """Let things happen, and then let everything through.

        Nobody says anything before the client is in the room for the first time, and knows it.
        """
        happens = [self.talk, self.type, self.send, self.hear, self.answer, self.tick]
        happens += [self.cut, self.ghost, self.rename]
        weights = [5, 3, 9, 9, 4, 4, 1, 2, 2 * self.restless]
        for _ in range(steps):
            self.random.choices(happens, weights)[0]()
        self.settle()

    def talk(self) -> None:
        """Somebody else says something, in the room or to us, if we are there by our name."""
        self.arrived = self.arrived or self.buffers[0].joined
        if not self.arrived:
            return
        here = self.peer and self.peer.registered and self.peer.nick == "alice"
        to = self.random.choice((ROOM, ROOM, "alice" if here else ROOM))
        self.server.say(self.server.other, to, f"b{len(self.server.kept)}")

    def rename(self) -> None:
        """The other one changes nick, which the client hears if it is there."""
        if self.arrived:
            self.server.rename_other()

    def type(self) -> None:
        """The user says something."""
        text = f"a{len(self.typed)}"
        self.typed.append(text)
        self.session.say(self.random.choice(self.world.buffers[1:]), text, self.now)

    def connect(self) -> Peer:
        """Return the connection; make one if there is none."""
        if self.peer is None:
            self.peer = Peer(self.server)
            self.session.start()
        return self.peer

    def send(self, most: int = 60) -> None:
        """Some bytes of ours arrive."""
        peer = self.connect()
        peer.coming += self.session.take_output()
        peer.read(self.random.randint(1, most))

    def hear(self, most: int = 200) -> None:
        """Some bytes of the server arrive."""
        peer = self.connect()
        count = self.random.randint(1, most)
        self.session.receive(bytes(peer.going[:count]), self.now)
        del peer.going[:count]

    def answer(self) -> None:
        """The server answers a question for history."""
        self.connect().answer()

    def tick(self) -> None:
        """Time passes, or does not."""
        self.server.at += self.random.choice((0, 1, 1000))

    def cut(self) -> None:
        """The connection is cut for us; the server may not have noticed, and read on."""
        if self.peer is None:
            return
        self.peer.coming += self.session.take_output()
        self.session.end("cut", self.now)
        self.session.take_output()
        if self.random.random() < 0.5:
            self.peer.close()
        self.peer = None

    def ghost(self) -> None:
        """The server reads on from a connection that is dead, or notices that it is."""
        for peer in [each for each in self.server.peers if each is not self.peer]:
            peer.read(self.random.randint(1, 300))
            if self.random.random() < 0.3:
                peer.close()

    def settle(self) -> None:
        """Let everything through, and nothing more go wrong."""
        for peer in [each for each in self.server.peers if each is not self.peer]:
            peer.read(1_000_000)
            peer.close()
        for _ in range(60):
            self.send(1_000_000)
            self.answer()
            self.hear(1_000_000)
            self.server.at += 1


def _shown(buffer: Buffer) -> list[Line]:
    said = [line for line in buffer.lines if line.kind is Kind.MESSAGE]
    return [line for line in said if line.delivery is not Delivery.FAILED]


def _unsure(buffer: Buffer) -> list[str]:
    return [line.text for line in buffer.lines if line.reason == MAYBE_LOST]


def _check(story: Story) -> None:
    """Everything that the server has is shown.

    But for what a dead connection said to a person after all was filled in: nobody tells us, and
    the line says that it may not have arrived.
    """
    for buffer in story.buffers:
        unsure = _unsure(buffer) if buffer.kind is BufferKind.DIRECT else []
        kept = [said for said in story.server.about(buffer.target) if said.text not in unsure]
        assert [line.text for line in _shown(buffer)] == [said.text for said in kept]
        assert all(line.delivery is Delivery.CONFIRMED for line in _shown(buffer))
        assert [line.msgid for line in _shown(buffer)] == [f"{said.seq:08x}" for said in kept]
        assert not buffer.behind
        assert (buffer.pending, len(buffer.msgids)) == (0, len(kept))


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_where_nonces_count(seed: int) -> None:
    """What was typed is said once each, in its order, and all that was said is shown once."""
    story = Story(seed, safe=True)
    story.run(250)
    _check(story)
    own = [said.text for said in story.server.kept if said.text.startswith("a")]
    assert sorted(own) == sorted(story.typed)
    for buffer in story.buffers:
        mine = [line.text for line in _shown(buffer) if line.text.startswith("a")]
        assert mine == sorted(mine, key=story.typed.index)
        assert not any(line.delivery is Delivery.FAILED for line in buffer.lines)


@settings(deadline=None, max_examples=300)
@given(st.integers(0, 2**32))
def test_to_who_changes_nick(seed: int) -> None:
    """What is said to them is said once or not at all, and shown as that."""
    story = Story(seed, safe=True, restless=True)
    story.run(250)
    lines = (line for buffer in story.world.buffers for line in buffer.lines)
    own = [line for line in lines if line.text in story.typed]
    fates = {line.text: line.delivery for line in own}
    assert len(own) == len(fates) == len(story.typed)
    kept = [said.text for said in story.server.kept if said.text.startswith("a")]
    assert len({*kept}) == len(kept)
    confirmed = {text for text, fate in fates.items() if fate is Delivery.CONFIRMED}
    assert confirmed == {*kept}
    assert Delivery.PENDING not in fates.values()


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_where_they_do_not(seed: int) -> None:
    """Nothing is said twice; what may not have arrived says so, unless it turns out that it has."""
    story = Story(seed, safe=False)
    story.run(250)
    _check(story)
    kept = [said.text for said in story.server.kept if said.text.startswith("a")]
    assert len(set(kept)) == len(kept)
    failed = [text for buffer in story.buffers for text in _unsure(buffer)]
    assert {*kept, *failed} == {*story.typed}


@pytest.mark.parametrize("seed", range(3))
def test_a_story_can_be_told_again(seed: int) -> None:
    """The same seed is the same story: what fails can be looked at."""
    stories = [Story(seed, safe=True) for _ in range(2)]
    for story in stories:
        story.run(250)
    first, second = ([line.text for b in each.buffers for line in b.lines] for each in stories)
    assert first == second
