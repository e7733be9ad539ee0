"""The client without a face: what a screen, a tool or a library does with the session of one server.

They listen to changes and call `enter`, or what is finer.
"""

from collections.abc import Sequence

from chatclient.commands.entering import enter, is_secret
from chatclient.link import Connect, Link, Listener
from chatclient.model import Buffer, Kind, Line, Question, World

__all__ = ["Client", "Connect", "Listener"]


class Client(Link):
    """What a face needs: `world` to show, `listen` to follow it, `enter` for what is typed."""

    def enter(self, buffer: Buffer, text: str) -> None:
        """Do what the user typed in `buffer`: a command, or lines to say (see `commands`)."""
        enter(self.session, buffer, text, self._clock())
        self.flush()

    def say(
        self, buffer: Buffer, text: str, reply_to: Line | str = "", kind: Kind = Kind.MESSAGE
    ) -> None:
        """Say `text` as it stands, which is no command; in answer to a line, or to a `Line.msgid`.

        Where the server cannot tell what a line answers, the text calls who said it. `kind` is a
        message or an action.
        """
        self.session.say(buffer, text, self._clock(), kind, reply_to=reply_to)
        self.flush()

    def react(self, buffer: Buffer, line: Line, text: str) -> None:
        """React to a message by an emoji or so; the same again takes it back."""
        self.session.react(buffer, line, text, self._clock())
        self.flush()

    def redact(self, buffer: Buffer, line: Line, reason: str = "") -> None:
        """Have a message removed for all."""
        self.session.redact(buffer, line, self._clock(), reason)
        self.flush()

    def typing(self, buffer: Buffer, active: bool) -> None:  # noqa: FBT001 -- its one meaning
        """Take note that the user types in `buffer`, or no longer has anything typed there.

        To be called for each key that changes what is typed, unless that is a command; others are
        told if the user likes it, as often as they should be.
        """
        if self.settings.typing:
            self.session.typing(buffer, self._clock(), active=active)
            self.flush()
            self._expire()

    def cancel(self, buffer: Buffer) -> str:
        """Take back what waits to be sent to a buffer; return it as it was typed, "" for nothing."""
        taken = self.session.cancel(buffer)
        self.flush()
        return taken

    def can(self, buffer: Buffer, feature: str) -> bool:
        """Say whether "reply", "react", "redact" or "typing" is possible in a buffer now."""
        return self.session.can(buffer, feature)

    def answer(self, written: str | None) -> None:
        """Take what the user wrote as the answer to `World.question`; None gives the question up."""
        self.world.answer(written)
        self._expire()  # a login that it begins may not end

    def is_secret(self, buffer: Buffer, text: str) -> bool:
        """Say whether what was typed in `buffer` has a password in it."""
        return is_secret(self.session, buffer, text)

    def activate(self, buffer: Buffer) -> None:
        """Make `buffer` the one that the user looks at (its counts become 0)."""
        now = self._clock()
        self.session.see(self.world.active, now, soon=True)
        self.world.activate(buffer)
        self.session.see(buffer, now, soon=True)
        self.flush()

    def see(self) -> None:
        """Take note that the user does something, and so sees the active buffer."""
        self.session.see(self.world.active, self._clock())
        self.flush()

    @property
    def worlds(self) -> Sequence[World]:
        """The one world, as there is one network."""
        return (self.world,)

    @property
    def buffers(self) -> Sequence[Buffer]:
        """All buffers of the world."""
        return self.world.buffers

    def world_of(self, buffer: Buffer) -> World:
        """Return the one world."""
        return self.world

    @property
    def question(self) -> Question | None:
        """What the user is asked now."""
        return self.world.question

    def find_older(self, buffer: Buffer, line: Line, gap: Line | None = None) -> bool:
        """Ask for what was said before a line; say whether that can be asked (`PastFound` follows).

        A `gap` stands before the line, if what is missing there is what is wanted.
        """
        asked = self.session.find_older(buffer, line, gap)
        self.flush()
        return asked

    def find_rooms(self, beginning: str) -> None:
        """Have the world learn which rooms of the server have names that begin so."""
        self.session.find_rooms(beginning)
        self.flush()

    def watch(self, *, watched: bool) -> None:
        """Take note whether the user looks at this network now, or at another one."""
        self.session.see(self.world.active, self._clock(), soon=True)
        self.world.watch(watched=watched)
        self.flush()
