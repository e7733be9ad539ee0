"""The switcher: a few letters of a room or a person, and Enter goes there.

Rules: while nothing is typed, the buffers are shown, first those where the user is called, then
those where they were last. People are not looked for before something is typed, and rows are made
for what is seen alone: thousands of names cost a key no more than a few.
"""

import enum
from collections.abc import Callable, Iterable, Iterator, Sequence

from chatclient.model import Buffer, BufferKind, World
from chatclient.model.levels import is_muted, urgency
from chatclient.model.values import value
from chatclient.ui import panes
from chatclient.ui.cells import Fragment, Row, clip, width, width_of
from chatclient.ui.fuzzy import Names, matched
from chatclient.ui.overlay import Listing
from chatclient.ui.ports import Client

MOST = 200
"""Names that are offered for what is typed."""
_ROOM_SIGILS = "#&"


class _What(enum.IntEnum):
    """What a name is of; of names that fit as well, the first of these comes first."""

    OPEN = 0
    PERSON = 1
    LISTED = 2
    """A room that the server has listed."""
    NEW = 3
    """A room that nobody has heard of: what is typed is its name."""


@value
class _Place:
    """Something to go to."""

    what: _What
    world: World
    folded: str
    buffer: Buffer | None = None


class Switcher(Listing):
    """Rooms, conversations and people of all networks."""

    label = "go to"
    placeholder = "a few letters of a room or a person"

    def __init__(
        self,
        client: Client,
        visited: Sequence[Buffer],
        go: Callable[[Buffer], None],
        typed: str = "",
    ) -> None:
        """`visited` are the buffers that were shown, the newest (which is shown now) first."""
        super().__init__()
        self._client = client
        self._go = go
        self._typed = ""
        self._several = len(client.worlds) > 1
        self._open = self._by_importance(visited)
        self._open_names: dict[World, Names] | None = None
        self._by_name: dict[tuple[str, str], Buffer] = {}
        self._people: dict[World, Names] = {}
        self._listed: dict[World, Names] = {}
        self._found: Sequence[_Place] = self._open
        if typed:
            self.type(typed)

    def _by_importance(self, visited: Sequence[Buffer]) -> list[_Place]:
        recent = {buffer: at for at, buffer in enumerate(visited)}
        never = len(recent)
        active = self._client.world.active

        def rank(buffer: Buffer) -> tuple[bool, int, int]:
            return buffer is active, -urgency(buffer), recent.get(buffer, never)

        worlds = {world.name: world for world in self._client.worlds}
        return [
            _Place(_What.OPEN, world, world.fold(self._name(buffer)), buffer)
            for buffer in sorted(self._client.buffers, key=rank)
            if (world := worlds.get(buffer.network))
        ]

    # --- what is typed -------------------------------------------------------------------------

    def type(self, text: str) -> None:
        """Offer what fits."""
        self._typed = text.strip()
        self.restart()
        if not self._typed:
            self._found = self._open
            return
        fitting = [each for world in self._client.worlds for each in self._fitting(world)]
        fitting.sort(key=lambda each: (each[0], each[1].what))
        self._found = [place for _, place in fitting[:MOST]]
        world = self._client.world
        if self._typed[0] in _ROOM_SIGILS and " " not in self._typed:
            new = world.fold(self._typed)
            if all(place.folded != new for place in self._found):
                self._found = [*self._found, _Place(_What.NEW, world, new)]

    def _fitting(self, world: World) -> Iterator[tuple[int, _Place]]:
        typed = world.fold(self._typed)
        if self._open_names is None:
            self._open_names = self._name_open()
        for fit, name in self._open_names[world].find(typed, MOST):
            yield fit, _Place(_What.OPEN, world, name, self._by_name[world.name, name])
        if world not in self._people:
            self._people[world] = Names(self._known_people(world))
            self._listed[world] = Names(map(world.fold, world.listed))
        for what, names in (
            (_What.PERSON, self._people[world]),
            (_What.LISTED, self._listed[world]),
        ):
            for fit, name in names.find(typed, MOST):
                if (world.name, name) not in self._by_name:
                    yield fit, _Place(what, world, name)

    def _name_open(self) -> dict[World, Names]:
        names: dict[World, list[str]] = {world: [] for world in self._client.worlds}
        for place in self._open:
            assert place.buffer is not None  # noqa: S101 - those are of buffers
            names[place.world].append(place.folded)
            self._by_name[place.world.name, place.folded] = place.buffer
        return {world: Names(each) for world, each in names.items()}

    def _known_people(self, world: World) -> Iterable[str]:
        """Return all who are in rooms of that world, first those of the room in view."""
        own = world.fold(world.status.nick)
        names: dict[str, None] = {}
        for buffer in (world.active, *world.buffers):
            names.update(dict.fromkeys(buffer.members.folded))
        names.pop(own, None)
        return names

    # --- what is seen --------------------------------------------------------------------------

    def count(self) -> int:
        """Return how many names are offered."""
        return len(self._found)

    def empty(self, cells: int) -> Sequence[Row]:
        """Say what else one can do."""
        words = clip(
            f"Nothing is called {self._typed}. #{self._typed.lstrip('#')} joins it.", cells
        )
        return [Row([("class:hint", words)])]

    def item(self, index: int, cells: int, *, chosen: bool) -> Sequence[Row]:
        """Return the one row of a name, with the letters that were typed marked."""
        place = self._found[index]
        name, about = self._words(place)
        count = panes.badge(place.buffer) if place.buffer else ""
        room = cells - 2 - (width(count) + 1 if count else 0)
        under = self._style(place)
        shown = clip(name, room)
        letters = set(matched(place.folded, place.world.fold(self._typed))) if self._typed else ()
        made: list[Fragment] = [("", "> " if chosen else "  ")]
        if len(name) == len(place.folded):
            for at, letter in enumerate(shown):
                made.append(("class:match" if at in letters else "", letter))
        else:
            made.append(("", shown))
        if count:
            made.append(("", f" {count}"))
        left = cells - width_of(made) - 3
        if about and left > 4:
            made.append(("" if chosen else "class:hint", f"  {clip(about, left)}"))
        return [Row(made, "class:active" if chosen else under)]

    def _style(self, place: _Place) -> str:
        if place.buffer is None:
            return ""
        return panes.buffer_style(place.buffer)

    def _name(self, buffer: Buffer) -> str:
        if buffer.kind is BufferKind.SERVER:
            return self._client.world_of(buffer).title
        return buffer.name

    def _words(self, place: _Place) -> tuple[str, str]:
        """Return the name to show, and what is to be said of it."""
        network = place.world.title if self._several else ""
        match place.what:
            case _What.OPEN if place.buffer:
                kind = place.buffer.kind
                about = "server" if kind is BufferKind.SERVER else place.buffer.topic.text
                if kind is BufferKind.DIRECT:
                    about = "conversation"
                muted = "muted" if is_muted(place.buffer) else ""
                return self._name(place.buffer), _joined(network, muted, about)
            case _What.PERSON:
                return self._nick(place), _joined(network, "person")
            case _What.LISTED:
                return place.folded, _joined(network, "join this room")
            case _:
                return self._typed, _joined(network, "join this room, or make it")

    def _nick(self, place: _Place) -> str:
        for buffer in place.world.buffers:
            if buffer.members.has_folded(place.folded):
                member = buffer.members.get(place.folded)
                return member.nick if member else place.folded
        return place.folded

    # --- going there ---------------------------------------------------------------------------

    def accept(self) -> bool:
        """Go to what is chosen, or what is typed where there is nothing."""
        if not self._found:
            return False
        place = self._found[self.chosen]
        name, _ = self._words(place)
        match place.what:
            case _What.OPEN if place.buffer:
                self._go(place.buffer)
            case _What.PERSON:
                self._client.enter(place.world.server, f"/query {name}")
            case _:
                self._client.enter(place.world.server, f"/join {name}")
        return True


def _joined(*parts: str) -> str:
    return " · ".join(filter(None, parts))
