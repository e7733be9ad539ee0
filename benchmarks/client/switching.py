"""What going elsewhere costs among 500 rooms and 10,000 people: `python -m benchmarks.client.switching`.

Rules: CPU time of this process, so that others on the machine do not count; nothing is sent to a
terminal, all panes are made.
"""

import random
import sys
import time
from collections.abc import Callable
from functools import partial

from chatclient.model import World
from chatclient.ui.desk import Desk
from chatclient.ui.switcher import Switcher
from tests.chatclient.ui.rig import NOON, ScriptedClient, join, make_world

ROOMS, PEOPLE, IN_A_ROOM = 500, 10_000, 20
_TYPED = ("room4", "anx", "ab-c", "zzz", "qx1", "big")


def crowd(dice: random.Random) -> World:
    """Return a world with so many rooms, one of which everybody is in."""
    letters = "abcdefghijklmnopqrstuvwxyz-_0123"
    nicks = ["".join(dice.choices(letters, k=dice.randint(4, 14))) for _ in range(PEOPLE)]
    world = make_world()
    join(world, "#big", *nicks)
    for number in range(ROOMS):
        join(world, f"#room{number}-{dice.choice(nicks)}", *dice.sample(nicks, IN_A_ROOM))
    return world


def measure(times: int = 600) -> dict[str, list[float]]:
    """Return the seconds of CPU that opening the switcher, each key, and each switch took, sorted."""
    dice = random.Random(2)
    client = ScriptedClient(crowd(dice))
    desk = Desk(client, archive=None, now=lambda: NOON, leave=lambda: None)
    taken: dict[str, list[float]] = {"open": [], "key": [], "switch": []}

    def timed(name: str, do: Callable[[], object]) -> None:
        begun = time.process_time()
        do()
        taken[name].append(time.process_time() - begun)

    def draw() -> None:
        stage = desk.stage
        for pane, size in (
            (stage.messages, (80, 36)),
            (stage.rooms, (22, 36)),
            (stage.people, (18, 36)),
        ):
            pane(*size)
        stage.topic(120, 1)
        stage.status(120, 1)

    def open_switcher() -> None:
        desk.open(Switcher(client, desk.visited, desk.show))
        draw()

    def press(letter: str) -> None:
        desk.editor.buffer.insert_text(letter)
        draw()

    def switch() -> None:
        desk.show(dice.choice(client.buffers))
        draw()

    for _ in range(times // 20):
        timed("open", open_switcher)
        for letter in dice.choice(_TYPED):
            timed("key", partial(press, letter))
    for _ in range(times):
        timed("switch", switch)
    return {name: sorted(each) for name, each in taken.items()}


def main() -> None:
    """Print median and 99th percentile in milliseconds."""
    for name, each in measure().items():
        median, late = each[len(each) // 2], each[int(len(each) * 0.99) - 1]
        sys.stdout.write(f"{name}: {median * 1e3:.2f} ms, p99 {late * 1e3:.2f} ms\n")


if __name__ == "__main__":
    main()
