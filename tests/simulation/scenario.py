"""One run: who is there, what they do, what goes wrong, and how it must end.

Rules: the seed alone decides. Each run has its own mixture of people, faults and sizes, so that some
have much of one thing. When the faults have stopped, all must be quiet and caught up within `PATIENCE`.
"""

from collections.abc import Callable
from functools import partial
from random import Random

from msgspec import structs

from chatserver.config.settings import Config
from chatwire import caps
from tests.simulation.chatclients import Person
from tests.simulation.devices import DevicePeer, Owner, new_account
from tests.simulation.faults import Faults
from tests.simulation.ircpeer import LATEST, IrcPeer
from tests.simulation.ledger import Ledger
from tests.simulation.network import Network
from tests.simulation.peers import Peer, PlainPeer, Stranger
from tests.simulation.server import Machine
from tests.simulation.universe import Universe

PATIENCE = 240.0
"""Virtual seconds after the last fault within which everything is as it should be."""

ROOMS = ["#lobby", "#r1", "#r2"]
FULL = frozenset(
    {caps.ECHO_MESSAGE, caps.MESSAGE_TAGS, caps.SERVER_TIME, caps.BATCH, caps.LABELED_RESPONSE}
)
HISTORY = FULL | {caps.CHATHISTORY, caps.EVENT_PLAYBACK}


class Scenario:
    """One run of one seed."""

    def __init__(self, seed: int, tell: Callable[[str], None] | None = None) -> None:
        self.universe = Universe(seed, tell)
        self.random: Random = self.universe.random("scenario")
        self.ledger = Ledger(self.universe)
        self.network = Network(self.universe)
        self.machine = Machine(self.universe, self.network, self.ledger, self._config())
        self.until = self.random.uniform(4, 20)
        """When the faults stop."""
        self.calm = False
        self.over = False
        """Whether all are to go."""
        self._persons: list[Person] = []
        self._peers: list[Peer] = []
        self.faults = Faults(self.universe, self.network, self.machine, self._persons, self._peers)

    def _config(self) -> Config:
        """Choose small bounds, also smaller ones than may be set, so that they are often reached."""
        choose = self.random.choice
        return structs.replace(
            Config(),
            journal_queue=choose([3, 100, 10_000]),
            high_water=choose([500, 2048, 16_384, 65_536]),
            tail=choose([0, 4096, 65_536, 1_048_576]),
            stall_timeout=choose([20.0, 300.0, 300.0]),
            history_on_join=choose([0, 3, 20]),
            clear_passwords=True,
        )

    # --- who is there ------------------------------------------------------------------------

    def populate(self) -> None:
        """Let everybody come."""
        world = self.universe, self.network, self.ledger
        draw = self.random
        self._peers.append(IrcPeer(*world, "k1", ROOMS, HISTORY))  # always prompt: see `_spare`
        self._peers[0].prompt = True
        for number in range(draw.randrange(1, 4)):
            rooms = draw.sample(ROOMS, draw.randrange(1, 4))
            self._persons.append(Person(*world, f"c{number}", rooms))
        for number in range(draw.randrange(0, 4)):
            rooms = draw.sample(ROOMS, draw.randrange(1, 4))
            capabilities = draw.choice([frozenset(), FULL, HISTORY, HISTORY])
            self._peers.append(IrcPeer(*world, f"i{number}", rooms, capabilities))
        for number in range(draw.randrange(0, 3)):
            self._peers.append(PlainPeer(*world, f"p{number}"))
        self._add_accounts()
        strangers = draw.choice([0, 0, 1, 5])
        self._peers += [Stranger(*world, f"s{number}") for number in range(strangers)]

    def _add_accounts(self) -> None:
        """Let some come who have an account, each on some devices."""
        draw = self.random
        for owner in range(draw.choice([0, 1, 1, 2])):
            account = new_account(f"u{owner}", always_on=draw.random() < 0.4)
            self.machine.disk.accounts[account.key] = account
            rooms = draw.sample(ROOMS, draw.randrange(1, 4))
            world = self.universe, self.network, self.ledger
            for number in range(draw.randrange(1, 4)):
                name = f"{'de'[owner]}{number}"
                capabilities = draw.choice([frozenset(), FULL, HISTORY])
                device = DevicePeer(*world, name, Owner(account.name, rooms), capabilities)
                self._peers.append(device)

    def run(self) -> None:
        """Run it all. Raises `Violation`."""
        universe = self.universe
        self.populate()
        self.machine.start()
        for peer in self._peers:
            universe.after(self.random.uniform(0.01, 2), peer.connect)
        universe.after(0.005, self._peers[0].connect)
        for actor in self._actors:
            self._live(actor, self.random.uniform(0.05, 2))
        self.faults.plan()
        self._guard()
        universe.run(self.until)
        self._end_faults()
        self._settle()
        self._finish()

    def _live(self, actor: Person | Peer, pace: float) -> None:
        """Have somebody do something now and then."""

        def act() -> None:
            if self.calm:
                return
            if isinstance(actor, Person):
                self._act_person(actor)
            elif isinstance(actor, IrcPeer):
                if isinstance(actor, DevicePeer) and actor.registered:
                    actor.log_in()
                self._act_irc(actor)
            elif isinstance(actor, PlainPeer):
                self._act_plain(actor)
            self.universe.after(actor.random.expovariate(1 / pace), act)

        self.universe.after(actor.random.uniform(0, 3), act)

    # --- what they do ------------------------------------------------------------------------

    def _text(self, actor: Person | Peer) -> str:
        return actor.new_word() + "x" * actor.random.choice([0, 5, 50, 300])

    def _somebody(self, random: Random) -> str:
        names = [one.nick for one in self._persons]
        names += [one.nick for one in self._peers if isinstance(one, IrcPeer)]
        return random.choice(names)

    def _act_person(self, person: Person) -> None:
        random = person.random
        room = random.choice(person.rooms)
        chance = random.random()
        if chance < 0.75:
            lines = [self._text(person) for _ in range(random.choice([1, 1, 1, 2, 5]))]
            person.enter(room, "\n".join(lines))
        elif chance < 0.8:
            person.enter(room, f"/me {self._text(person)}")
        elif chance < 0.9:
            person.enter(room, f"/topic {self._text(person)}")
        elif chance < 0.92:
            person.enter(room, f"/nick {person.name}{random.choice(['', '_', 'n'])}")
        elif chance < 0.95:
            person.enter(room, f"/msg {self._somebody(random)} {self._text(person)}")
        else:
            person.left.add(room)
            person.enter(room, random.choice([f"/part {room}", f"/join {room}"]))
            person.enter(room, f"/join {room}")

    def _act_irc(self, peer: IrcPeer) -> None:
        random = peer.random
        room = random.choice(peer.rooms)
        chance = random.random()
        if chance < 0.6:
            for _ in range(random.choice([1, 1, 1, 3, 20])):
                peer.say(room, self._text(peer))
        elif chance < 0.65:
            peer.say(self._somebody(random), self._text(peer))
        elif chance < 0.7:
            peer.tell(f"TOPIC {room} :{self._text(peer)}")
        elif chance < 0.75:
            mode = random.choice(["+m", "-m", "+t", "-t", f"+v {self._somebody(random)}", "+n"])
            peer.tell(f"MODE {room} {mode}")
        elif chance < 0.8:
            peer.tell(random.choice([f"PART {room}", f"JOIN {room}"]))
        elif chance < 0.83:
            peer.tell(f"NICK {peer.name}{random.choice(['', '_', 'n', 'm'])}")
        elif chance < 0.86:
            peer.tell(f"KICK {room} {self._somebody(random)}")
        elif peer.has(caps.CHATHISTORY) and not peer.prompt:
            self._ask_history(peer, room)
        else:
            asked = [f"NAMES {room}", f"WHO {room}", "LIST", "AWAY :out", "AWAY"]
            peer.tell(random.choice([*asked, *["QUIT"] * isinstance(peer, DevicePeer)]))

    def _ask_history(self, peer: IrcPeer, room: str) -> None:
        random = peer.random
        if random.random() < 0.6:
            limit = random.choice([1, 5, 50])
            peer.tell(f"@label={LATEST} CHATHISTORY LATEST {room} * {limit}")
        else:
            at = f"{self.ledger.newest:x}"
            what = random.choice(["BEFORE", "AROUND", "AFTER"])
            peer.tell(f"CHATHISTORY {what} {room} msgid={at} {random.choice([2, 10, 50])}")

    def _act_plain(self, peer: PlainPeer) -> None:
        random = peer.random
        chance = random.random()
        if chance < 0.7:
            for _ in range(random.choice([1, 1, 1, 4])):
                peer.say(self._text(peer))
        elif chance < 0.85:
            peer.say(f"/join {random.choice(ROOMS)}")
        elif chance < 0.88:
            peer.half_close()
        else:
            text = self._text(peer)
            peer.say(random.choice([f"/topic {text}", "/names", "/help", "/rooms", "/away"]))

    def _guard(self) -> None:
        """Have the server started again after it died or stopped, until all are to go."""
        if self.over:
            return
        if self.machine.dead:
            self.machine.start()
        self.universe.after(self.random.uniform(0.2, 3), self._guard)

    # --- how it ends -------------------------------------------------------------------------

    def _end_faults(self) -> None:
        """Let nothing go wrong any more, and nobody begin anything new."""
        self.calm = True
        self.faults.end()
        for peer in self._peers:
            if isinstance(peer, Stranger):
                peer.drop()

    def _settle(self) -> None:
        """Wait until everybody has everything."""
        universe = self.universe
        end = universe.now + PATIENCE
        prompt = self._peers[0]
        assert isinstance(prompt, IrcPeer)
        for room in ROOMS:
            universe.after(2.0, partial(_say_last, prompt, room))
        universe.run(universe.now + 5)
        while lacking := self._lacking():
            if universe.now > end:
                universe.fail(f"liveness: {PATIENCE:g} s after the last fault {lacking}")
            universe.run(universe.now + 5)
        universe.run(universe.now + 3)  # what the last to come did is on its way to the others

    def abandon(self) -> None:
        """Take a run that failed out of the world."""
        loops = [person.loop for person in self._persons]
        for loop in [*loops, *([self.machine.loop] if self.machine.loop else [])]:
            loop.kill()
            loop.bury()

    @property
    def _actors(self) -> list[Person | Peer]:
        return [*self._persons, *self._peers]

    def _lacking(self) -> str:
        for actor in self._actors:
            lacks = "" if isinstance(actor, Stranger) else actor.lacks()
            if lacks:
                return f"{actor.name} lacks {lacks}"
        return ""

    def _finish(self) -> None:
        """Check everything once more, and let everybody go in order."""
        universe = self.universe
        self.machine.check_health()
        self._check_devices()
        for person in self._persons:
            person.check()
            if self.machine.running is not None:
                person.check_rooms(self.machine.running._node.state)
        for person in self._persons:
            person.quit()
        for peer in self._peers:
            peer.leaving = True
        universe.run(universe.now + 6)
        for person in self._persons:
            if tasks := person.loop.unfinished():
                universe.fail(f"promise 5: after /quit {person.name} has tasks left: {tasks}")
        self.over = True
        self.machine.stop()
        universe.run(universe.now + 8)
        if not self.machine.dead:
            universe.fail("promise 5: the server does not stop")
        for person in self._persons:
            person.loop.kill()
        universe.run(universe.now)

    def _check_devices(self) -> None:
        """See whether all devices of somebody agree, and whether those are there who stay."""
        server = self.machine.running
        if server is None:
            return
        state = server._node.state
        for peer in self._peers:
            if isinstance(peer, DevicePeer) and self.machine.has(peer.link):
                peer.check(state)
        for account in self.machine.disk.accounts.values():
            if account.always_on and account.nick and state.find_online(account.name) is None:
                self.universe.fail(f"promise 1: {account.name} is always on, and is not there")


def _say_last(peer: IrcPeer, room: str) -> None:
    peer.tell(f"PRIVMSG {room} :{peer.new_word()}")
