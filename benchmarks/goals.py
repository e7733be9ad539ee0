"""What the server is to reach, and whether it does: figures of one run in, a table out, pure.

Rule: a cost or a latency is judged as a ratio to that of a peer in the same run, as a machine's speed
changes and a ratio hardly does. Whoever was not measured is said, and judges nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.report import LIMIT, table

Key = tuple[str, ...]
"""Names one figure: the heading of its section, and what the section calls it."""
Figures = Mapping[Key, float]

PLAIN, TAGS = "chatserver, plain", "chatserver, IRC with tags"
STORED = "chatserver, plain, with a history"
FLAT = 1.15
"""So much is within the noise of what does not grow."""
NO_CPU = 0.005
"""A share of a core that is none: /proc counts in hundredths of a second, and a look is short."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure that is to be at most `bound`, or at least; with `others`, its ratio to each of them."""

    what: str
    aim: str
    mine: Key
    bound: float
    others: Mapping[str, Key] = field(default_factory=dict)
    form: str = ".2f"
    at_least: bool = False

    def row(self, figures: Figures) -> Sequence[str]:
        """Return what, aim, what was measured, and whether it is met."""
        mine = figures.get(self.mine)
        if mine is None:
            return self.what, self.aim, "not measured", "-"
        if not self.others:
            return self.what, self.aim, f"{mine:{self.form}}", self._verdict([mine])
        told, ratios = [], []
        for name, key in self.others.items():
            if key in figures:
                ratios.append(mine / figures[key])
                told.append(f"{name}: {ratios[-1]:.2f}")
            else:
                told.append(f"{name}: not measured")
        return self.what, self.aim, ", ".join(told), self._verdict(ratios)

    def _verdict(self, measured: Sequence[float]) -> str:
        if not measured:
            return "-"
        met = all((one >= self.bound) if self.at_least else (one <= self.bound) for one in measured)
        return "yes" if met else "no"


def room(load: str, figure: str, *servers: str) -> Mapping[str, Key]:
    """Return the keys of a figure of these servers, under one load of the section of one room."""
    return {server: ("One room", load, server, figure) for server in servers}


def _mine(load: str, figure: str, server: str) -> Key:
    return room(load, figure, server)[server]


def _fan_out(
    receivers: int, times: float, peers: Sequence[str], stretch: Sequence[str]
) -> Iterator[Goal]:
    load = f"{receivers} receivers, closed loop"
    plain, tags = _mine(load, "cost", PLAIN), _mine(load, "cost", TAGS)
    title = f"a delivery to {receivers:,} receivers, plain"
    yield Goal(title, f"≤ {times:g} times the limit", plain, times, room(load, "cost", LIMIT))
    yield Goal(title, "less than each", plain, 1.0, room(load, "cost", *peers))
    if stretch:
        yield Goal(title, "stretch: less than each", plain, 1.0, room(load, "cost", *stretch))
    title = f"the same, IRC with tags, {receivers:,} receivers"
    yield Goal(title, "≤ 1.5 times plain", tags, 1.5, {"plain": plain})
    yield Goal(title, "less than each", tags, 1.0, room(load, "cost", *peers))


def _in_rooms() -> Iterator[Goal]:
    mixed = "chatserver, half plain and half IRC with tags: 10 rooms of 100"
    single = _mine("100 receivers, closed loop", "cost", PLAIN)
    yield Goal(
        "a delivery in ten rooms of 100, half plain, half IRC with tags", "≤ 2 times in one, plain",
        ("Ten rooms, everybody in two", mixed, "cost"), 2.0, {"one room": single},
    )  # fmt: skip
    load = "1000 receivers, 100 messages/s"
    title = "100 messages/s to 1,000 receivers, plain"
    yield Goal(
        f"{title}: CPU", "≤ 1.3 times the limit", _mine(load, "cost", PLAIN), 1.3,
        room(load, "cost", LIMIT),
    )  # fmt: skip
    for figure, peer in (("p50", "inspircd"), ("p99", "nats-server")):
        yield Goal(
            f"{title}: {figure} to the last receiver", f"no more than {peer}",
            _mine(load, figure, PLAIN), 1.0, room(load, figure, peer),
        )  # fmt: skip
    pairs = ("No fan-out", f"{PLAIN}: 100 rooms of two", "rate")
    yield Goal(
        "messages/s in rooms of two, plain", "≥ 50,000", pairs, 50_000, form=",.0f", at_least=True
    )
    acknowledged = ("One by one", "chatserver, IRC", "beyond")
    yield Goal("one by one: p50 beyond `fsync`, ms", "≤ 0.3", acknowledged, 0.3)


def _in_crowds() -> Iterator[Goal]:
    for server, most in ((PLAIN, 6.0), (TAGS, 9.0)):
        yield Goal(
            f"KiB per idle member, {server.removeprefix('chatserver, ')}", f"≤ {most:g}",
            ("All at once", f"{server}, 10,000", "idle KiB"), most, form=".1f",
        )  # fmt: skip
    for server in (PLAIN, TAGS):
        kind, all_of_them = server.removeprefix("chatserver, "), f"{server}, 10,000"
        yield Goal(
            f"s until 10,000 are in one room, {kind}", "≤ 15", ("All at once", all_of_them, "join"), 15.0,
            form=".1f",
        )  # fmt: skip
        yield Goal(
            f"s until all are seen to be gone, {kind}",
            "≤ 2",
            ("All at once", all_of_them, "leave"),
            2.0,
        )
        yield Goal(
            f"memory then, of what they took, {kind}", "≤ 10 %", ("All at once", all_of_them, "left"), 0.1,
            form=".0%",
        )  # fmt: skip
        yield Goal(
            f"CPU with 10,000 who are idle, {kind}", "0 %", ("All at once", all_of_them, "idle CPU"), NO_CPU,
            form=".1%",
        )  # fmt: skip
    yield Goal("ms from start to listening", "≤ 250", ("Start", PLAIN), 250.0, form=".0f")


def _in_growth() -> Iterator[Goal]:
    aim = f"≤ {FLAT:g} times the other"
    yield Goal(
        "a delivery to 10,000 receivers", aim,
        ("Growth: members", "10,000 receivers", PLAIN, "cost"), FLAT,
        {
            f"to {count}": ("Growth: members", f"{count} receivers", PLAIN, "cost")
            for count in ("10", "100", "1,000")
        },
    )  # fmt: skip
    yield Goal(
        "the same, as a multiple of what it costs the limit", aim,
        ("Growth: members", "10,000 receivers", PLAIN, "times"), FLAT,
        {
            f"to {count}": ("Growth: members", f"{count} receivers", PLAIN, "times")
            for count in ("10", "100", "1,000")
        },
    )  # fmt: skip
    yield Goal(
        "a message with 10,000 rooms", aim, ("Growth: rooms", f"{TAGS}: 10,000 rooms", "cost"), FLAT,
        {f"with {count}": ("Growth: rooms", f"{TAGS}: {count} rooms", "cost") for count in (1, 100)},
    )  # fmt: skip
    heading, load = "Growth: stored messages", "100 receivers"
    yield Goal(
        "a delivery with messages stored before", aim, (heading, load, STORED, "cost"), FLAT,
        {"with none": (heading, load, PLAIN, "cost")},
    )  # fmt: skip


def goals() -> Iterator[Goal]:
    """Yield all goals, in the order of the table."""
    yield from _fan_out(1000, 2, ("redis", "nats-server", "inspircd", "ergo"), ())
    yield from _fan_out(100, 4, ("nats-server", "ngircd", "ergo"), ("redis", "inspircd"))
    yield from _in_rooms()
    yield from _in_crowds()
    yield from _in_growth()


def goals_table(figures: Figures) -> str:
    """One row for each goal."""
    return table(("what", "goal", "measured", "met"), [goal.row(figures) for goal in goals()])
