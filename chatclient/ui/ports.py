"""What the screen needs of a client, of one network (`chatclient.client`) or several (`hub`).

Rules: the world in view may be another one after any call: who shows it asks for it each time. What
is done in a buffer is done in the network that the buffer is of.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from chatclient.model import Buffer, Change, Kind, Line, Question, World
from chatclient.settings import Settings


class Client(Protocol):
    """The user's networks, one of them in view."""

    @property
    def world(self) -> World:
        """The world of the network in view now."""

    @property
    def worlds(self) -> Sequence[World]:
        """The worlds of all networks, in order; there is always one."""

    @property
    def buffers(self) -> Sequence[Buffer]:
        """The buffers of all networks, network by network, the server's first in each."""

    @property
    def settings(self) -> Settings:
        """What the user likes now; `SettingsChanged` tells when it is something else."""

    def world_of(self, buffer: Buffer, /) -> World:
        """Return the world that a buffer is of."""

    @property
    def question(self) -> Question | None:
        """What the user is asked now, by any network."""

    def listen(self, listener: Callable[[Sequence[Change]], None], /) -> None:
        """Have `listener` called with what changed."""

    def enter(self, buffer: Buffer, text: str, /) -> None:
        """Do what the user typed in `buffer`."""

    def say(
        self, buffer: Buffer, text: str, reply_to: Line | str = "", kind: Kind = Kind.MESSAGE, /
    ) -> None:
        """Say `text` as it stands, in answer to a line."""

    def react(self, buffer: Buffer, line: Line, text: str, /) -> None:
        """React to a message by an emoji or so; the same again takes it back."""

    def redact(self, buffer: Buffer, line: Line, /) -> None:
        """Have a message removed for all."""

    def typing(self, buffer: Buffer, active: bool, /) -> None:  # noqa: FBT001 -- its one meaning
        """Take note that the user types in `buffer`, or no longer has anything typed there."""

    def can(self, buffer: Buffer, feature: str, /) -> bool:
        """Say whether "reply", "react", "redact" or "typing" is possible in a buffer now."""

    def answer(self, written: str | None, /) -> None:
        """Take what was written as the answer to the question; None gives it up."""

    def is_secret(self, buffer: Buffer, text: str, /) -> bool:
        """Say whether what was typed has a password in it, which no history may keep."""

    def activate(self, buffer: Buffer, /) -> None:
        """Make `buffer` the one that the user looks at, and its network the one in view."""

    def see(self) -> None:
        """Take note that the user sees the end of the active buffer."""

    def find_older(self, buffer: Buffer, line: Line, gap: Line | None = None, /) -> bool:
        """Ask for what was said before a line; say whether that can be asked (`PastFound` follows).

        A `gap` stands before the line, if what is missing there is what is wanted.
        """

    def find_rooms(self, beginning: str, /) -> None:
        """Have the world in view learn which rooms there are whose names begin so."""

    def quit(self, reason: str = "", /) -> None:
        """Say good-bye; `run` returns soon."""

    async def run(self) -> None:
        """Be connected until the user quits."""
