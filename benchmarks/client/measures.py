"""The measurements, one function each: a client in, one sample of figures out.

Rules: a figure has one name and one unit wherever it stands (see report.py); what takes longer than the
measure waits is the wait itself, and `CAPS` says how long that is.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random

from benchmarks.client.flood import JOINED, LAST
from benchmarks.client.processes import Chatserver, Flood, MeasureError, Peer, broken_network
from benchmarks.client.programs import ROOM, Place, Program
from benchmarks.client.terminal import Terminal, TerminalError

CAPS = {"dead IPv6": 90.0, "dead IPv4": 90.0, "back": 63.0, "paste": 90.0}
"""How long is waited for what may take minutes, in seconds."""

FROZEN_SECONDS = 8.0
BACKLOG = 100_000
BURST = 10
"""Messages that come together, a hundred times a second."""

WATCHED_SECONDS = 10.0
KEYS = 150
TYPED = 6
PASTED = 30
_LETTERS = "αβγδεζηθικλμνξοπρστυφχψω"  # no bytes of them are in what else is drawn
_START_SECONDS = 20.0

Sample = Mapping[str, list[float]]
"""Values by the name of their figure."""

Measure = Callable[[Program], Sample]


@contextmanager
def _new_home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as directory:
        yield Path(directory)


@contextmanager
def _on_flood(program: Program, *, unlimited: bool = False) -> Iterator[tuple[Flood, Terminal]]:
    """Have a client in the room of the server that floods it."""
    with _new_home() as home, Flood() as flood:
        place = Place(home, flood.port, unlimited=unlimited)
        with Terminal(program.command(place), program.environment(home)) as terminal:
            terminal.await_text(JOINED, _START_SECONDS)
            terminal.watch(1.0)
            yield flood, terminal


def start(program: Program) -> Sample:
    """From exec to the first output, and until the server is asked for the room; and `--version`."""
    version = [_version_seconds(program) * 1e3 for _ in range(5)]
    with _new_home() as home, Flood() as flood:
        command = program.command(Place(home, flood.port))
        with Terminal(command, program.environment(home)) as terminal:
            flood.order("joined")
            terminal.await_text(JOINED, _START_SECONDS)
            joined = flood.answer() - terminal.begin
            terminal.watch(2.0)
            return {
                "version": [statistics.median(version)],
                "first output": [(terminal.first - terminal.begin) * 1e3],
                "joined": [joined * 1e3],
                "start CPU": [terminal.cpu_seconds() * 1e3],
                "start memory": [terminal.resident_mib()],
            }


def _version_seconds(program: Program) -> float:
    begin = time.monotonic()
    program.version()
    return time.monotonic() - begin


def _echo(terminal: Terminal, random: Random) -> list[float]:
    """Type letters, and return how long each took to be seen, in milliseconds."""
    taken = []
    for number in range(KEYS):
        letter = _LETTERS[number % len(_LETTERS)].encode()
        if number and number % len(_LETTERS) == 0:
            terminal.type(b"\x15")  # Ctrl+U clears the line
            terminal.watch(0.2)
        terminal.watch(random.uniform(0.02, 0.06))
        typed = time.monotonic()
        terminal.type(letter)
        taken.append((terminal.await_bytes(letter, 5.0) - typed) * 1e3)
    return taken


def load(program: Program) -> Sample:
    """What 1,000 messages a second in view cost, and what keys wait for meanwhile, and without."""
    random = Random()
    with _on_flood(program) as (flood, terminal):
        terminal.keeps = False
        idle = _echo(terminal, random)
        terminal.type(b"\x15")
        flood.ask("talk", seconds=60, burst=BURST)
        cpu, drawn, frames = _watch(terminal)
        echo = _echo(terminal, random)
        flood.ask("hush")
        figures = {"CPU": [cpu], "bytes": [drawn], "echo idle": idle, "echo": echo}
        return figures | ({"frames": [frames]} if frames else {})


def single(program: Program) -> Sample:
    """What the same costs when every message comes alone, a millisecond after the one before."""
    with _on_flood(program) as (flood, terminal):
        terminal.keeps = False
        flood.ask("talk", seconds=60, burst=1)
        cpu, drawn, _ = _watch(terminal)
        flood.ask("hush")
        return {"CPU alone": [cpu], "bytes alone": [drawn]}


def _watch(terminal: Terminal) -> tuple[float, float, float]:
    """Return the share of a core [%], the kB and the frames a second, once it is in its stride."""
    terminal.watch(1.0)
    begin, cpu = time.monotonic(), terminal.cpu_seconds()
    drawn, frames = terminal.bytes, terminal.frames
    terminal.watch(WATCHED_SECONDS)
    seconds = time.monotonic() - begin
    return (
        (terminal.cpu_seconds() - cpu) / seconds * 100,
        (terminal.bytes - drawn) / seconds / 1e3,
        (terminal.frames - frames) / seconds,
    )


def frozen(program: Program) -> Sample:
    """How long the server waits for a PONG from a client whose terminal takes nothing for a while."""
    with _on_flood(program) as (flood, terminal):
        terminal.keeps = False
        flood.ask("talk", seconds=FROZEN_SECONDS, burst=BURST)
        time.sleep(FROZEN_SECONDS)  # nobody reads the terminal
        flood.ask("hush")
        thaw = terminal.bytes
        terminal.watch(2.0)
        return {
            "pong": [max(flood.ask("pongs")) * 1e3],
            "stale": [(terminal.bytes - thaw) / 1e3],
        }


def backlog(program: Program) -> Sample:
    """From the first of many lines to the last one on the screen, and the memory that holds them."""
    with _on_flood(program, unlimited=True) as (flood, terminal):
        terminal.keeps = False
        flood.ask("think", lines=BACKLOG)
        begin = time.monotonic()
        flood.order("backlog")
        end = terminal.await_bytes(LAST.encode(), 120.0)
        flood.answer()
        terminal.watch(3.0)
        return {"backlog": [end - begin], "memory": [terminal.resident_mib()]}


# --- troubles ------------------------------------------------------------------------------------


def dead_address(program: Program, number: int, family: int) -> Sample:
    """What a dead address of a family costs: until connected, less the same with both."""
    figure = f"dead IPv{family}"
    with broken_network(number) as wrapper:
        usual = statistics.median(
            _connect(program, wrapper, "works.example", 10.0) for _ in range(3)
        )
        taken = _connect(program, wrapper, f"dead{family}.example", CAPS[figure])
    return {figure: [taken - usual if taken < CAPS[figure] else taken]}


def _connect(program: Program, wrapper: list[str], host: str, cap: float) -> float:
    """Return the seconds from exec until the server has the connection, at most `cap`."""
    with _new_home() as home, Flood(wrapper) as flood:
        command = [*wrapper, *program.command(Place(home, flood.port, host))]
        with Terminal(command, program.environment(home)) as terminal:
            flood.order("connected")
            try:
                terminal.await_text(JOINED, cap)
            except TerminalError:
                return cap
            connected: float = flood.answer()
            return connected - terminal.begin


@contextmanager
def _on_chatserver(program: Program) -> Iterator[tuple[Chatserver, Peer, Terminal]]:
    """Have a client in a room of the real server, together with somebody else."""
    with _new_home() as home, Chatserver(home) as server:
        peer = server.connect("other")
        place = Place(home, server.port)
        with Terminal(program.command(place), program.environment(home)) as terminal:
            peer.until("JOIN", _START_SECONDS)
            terminal.await_text("other", _START_SECONDS)
            terminal.watch(program.settled)
            yield server, peer, terminal
        peer.close()


def killed(program: Program, number: int) -> Sample:
    """Kill the server a second after lines were typed, and start it again.

    When is the client back in the room, and which lines look as if they had been said, but were not?
    """
    texts = [f"line {number} before the end" for number in range(1, TYPED + 1)]
    with _on_chatserver(program) as (server, _, terminal):
        for text in texts:
            terminal.type(f"{text}\r".encode())
            terminal.watch(0.05)
        terminal.watch(1.0)
        begin = time.monotonic()
        server.kill()
        server.start()
        peer = server.connect("again")
        back = _await_back(peer, terminal, begin)
        terminal.watch(3.0)
        kept = peer.history()
        peer.close()
        rows = terminal.rows()
    looks_sent = [text for text in texts if _looks_sent(text, rows, program)]
    return {
        "back": [back],
        "looks sent": [len(looks_sent)],
        "lost": [sum(text not in kept for text in looks_sent)],
    }


def _looks_sent(text: str, rows: list[str], program: Program) -> bool:
    found = [row for row in rows if text in row]
    return any(not any(sign in row for sign in program.unsure) for row in found)


def _await_back(peer: Peer, terminal: Terminal, begin: float) -> float:
    """Return how long the client took from `begin` to be in the room again, or the cap."""
    while time.monotonic() < begin + CAPS["back"]:
        peer.send(f"NAMES {ROOM}")
        names = peer.until(" 366 ", 5.0)
        if any(" bench" in line.replace(":", " ") for line in names):
            return time.monotonic() - begin
        terminal.watch(0.02)
    return CAPS["back"]


def paste(program: Program, number: int) -> Sample:
    """From the key that says yes to a paste until the last of its lines reaches somebody else."""
    lines = [f"pasted line {number} of {PASTED}" for number in range(1, PASTED + 1)]
    with _on_chatserver(program) as (_, peer, terminal):
        terminal.paste("".join(f"{line}\n" for line in lines))
        terminal.await_text(program.paste_question, 10.0)
        begin = time.monotonic()
        terminal.type(program.paste_answer)
        missing = set(lines)
        while missing and time.monotonic() < begin + CAPS["paste"]:
            terminal.watch(0.005)
            for line in peer.lines(0.01):
                missing -= {text for text in missing if line.endswith(text)}
        if len(missing) == PASTED:
            raise MeasureError(f"nothing of the paste arrives:\n{terminal.text()}")
        return {"paste": [time.monotonic() - begin if not missing else CAPS["paste"]]}


QUICK: Mapping[str, Measure] = {
    "start": start,
    "load": load,
    "single": single,
    "frozen": frozen,
    "backlog": backlog,
}
"""Those that want the machine for themselves."""

SLOW: Mapping[str, Callable[[Program, int], Sample]] = {
    "ipv6": partial(dead_address, family=6),
    "ipv4": partial(dead_address, family=4),
    "killed": killed,
    "paste": paste,
}
"""Those that mostly wait: for clients that take minutes, all rounds run at the same time."""
