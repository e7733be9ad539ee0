"""The desk: what the handlers of keys work with, and going from one buffer to another.

Rules: it changes nothing in a client's world but by the client's own methods; the input always
belongs to the active buffer, whoever made that active.
"""

from collections.abc import Callable, Sequence

from chatclient.keys import Mode
from chatclient.model import Buffer, BufferKind, Hit, Kind, Line
from chatclient.model.archive import Archive, NoArchive
from chatclient.settings import Settings
from chatclient.ui.browser import open_url
from chatclient.ui.cells import Row
from chatclient.ui.completion import ChatCompleter
from chatclient.ui.editor import Editor
from chatclient.ui.emojis import Emojis
from chatclient.ui.hints import hint
from chatclient.ui.inputs import Inputs
from chatclient.ui.overlay import Overlay
from chatclient.ui.ports import Client
from chatclient.ui.selection import Selection, replying
from chatclient.ui.stage import Stage

_SIGILS = "#&+!"
"""What names of rooms begin with."""


class Desk:
    """The client, what is seen of it (`stage`) and what is being typed (`editor`)."""

    def __init__(
        self,
        client: Client,
        *,
        archive: Archive | None,
        now: Callable[[], float],
        leave: Callable[[], None],
        open_url: Callable[[str], bool] = open_url,
        redraw: Callable[[], None] = lambda: None,
    ) -> None:
        """`now` gives seconds since 1970; `leave` ends the program in order, twice: at once.

        `open_url` opens a link, and says whether there is anything to open it with; `redraw` has a
        frame drawn for what is found later.
        """
        self.client = client
        self.archive = archive
        self.now = now
        self.leave = leave
        self.open_url = open_url
        self.redraw = redraw
        self.selection = Selection()
        self._replies: dict[Buffer, Line] = {}
        self._shown = self.active
        self.visited = [self._shown]
        """The buffers that were shown, the one that is shown now first."""
        self.journey_from: Buffer | None = None
        """Where the user was when they began to go through what is unread."""
        emojis = Emojis()
        self.editor = Editor(
            ChatCompleter(client, emojis),
            self._name,
            lambda text: client.is_secret(self.active, text),
            emojis=emojis,
            history=Inputs(archive or NoArchive()),
            notes=self._notes,
            guard=lambda: self.settings.paste_guard,
        )
        self.editor.when_typed(self._tell_typing)
        self.editor.ask(client.question)
        self.stage = Stage(
            client,
            now=now,
            typed_lines=lambda: self.editor.lines,
            picks=lambda: self.mode is Mode.PICKED,
            archive=archive,
        )
        self.editor.tell = self.tell

    @property
    def active(self) -> Buffer:
        """The buffer that the user looks at."""
        return self.client.world.active

    @property
    def settings(self) -> Settings:
        """What the user likes now."""
        return self.client.settings

    @property
    def mode(self) -> Mode:
        """What keys mean now."""
        if self.editor.asked:
            return Mode.ANY
        if self.stage.overlay:
            return Mode.OVERLAY
        if self.editor.pasted:
            return Mode.PASTED
        if self.editor.search:
            return Mode.SEARCHING
        return self.selection.mode(self.stage.view)

    @property
    def replying(self) -> Line | None:
        """What is answered by what is typed."""
        return self._replies.get(self.active)

    def tell(self, word: str) -> None:
        """Say a word in the status line, until the next key."""
        self.stage.word = word
        self.redraw()

    def reply_to(self, line: Line | None) -> None:
        """Answer a message by what is typed from now on; None answers nothing."""
        if line is None:
            self._replies.pop(self.active, None)
        else:
            self._replies[self.active] = line

    def say(self, text: str) -> None:
        """Say what was typed, or do it if it is a command."""
        answered, is_command = self.replying, text.startswith("/") and not text.startswith("//")
        name, _, done = text.rstrip("\r\n").partition(" ")
        acts = name.lower() == "/me" and bool(done.strip()) and "\n" not in done
        if answered is None or (is_command and not acts):
            self.client.enter(self.active, text)
            return
        self.reply_to(None)
        if acts:
            self.client.say(self.active, done.strip(), answered, Kind.ACTION)
        else:
            self.client.say(self.active, text.removeprefix("/"), answered)

    def show(self, buffer: Buffer) -> None:
        """Make a buffer the active one."""
        self.client.activate(buffer)
        self.open(None)
        self.follow()

    def open(self, overlay: Overlay | None, typed: str = "") -> None:
        """Show an overlay in place of the messages, with the input for it; None closes it."""
        self.editor.close_menu()
        if overlay:
            self.end_picking()
        self.stage.open(overlay)
        self.editor.choose(overlay, typed)

    def go_to(self, hit: Hit) -> None:
        """Show a message with what stands around it, in its room, which is opened if need be."""
        world = next((each for each in self.client.worlds if each.name == hit.network), None)
        if world is None:
            return
        if world.find(hit.target) is None:
            is_room = hit.target[:1] in _SIGILS
            self.client.enter(world.server, f"/{'join' if is_room else 'query'} {hit.target}")
        buffer = world.find(hit.target)
        if buffer is not None:
            self.show(buffer)
            self.stage.view.go_to(hit.position)

    def follow(self) -> None:
        """Bring the input in line with the active buffer, which may have changed by itself."""
        active = self.active
        if active is not self._shown:
            self.end_picking()
            left, self._shown = self._shown, active
            self.editor.turn(left, active)
            self.journey_from = None
            if active in self.visited:
                self.visited.remove(active)
            self.visited.insert(0, active)

    def end_picking(self) -> None:
        """Pick no message any longer."""
        self.editor.end_aside()
        self.selection.end()

    def forget(self, closed: Buffer) -> None:
        """Drop what was kept for a buffer that is gone."""
        if closed in self.visited:
            self.visited.remove(closed)
        self.stage.forget(closed)
        self.editor.forget(closed)
        self._replies.pop(closed, None)

    def _name(self) -> str:
        buffer = self.active
        nick = self.client.world.status.nick
        return nick if buffer.kind is BufferKind.SERVER else buffer.name

    def _notes(self, cells: int) -> Sequence[Row]:
        """Return what stands over the input: what the next key does, and what is typed."""
        editor = self.editor
        if editor.asked:
            return ()
        if editor.pasted:
            return editor.pasted.notes(cells, self.client.world.status.multiline)
        if editor.search:
            return editor.search.notes(cells)
        if notes := self.selection.notes(self.stage.view, cells):
            return notes
        answered, told = self.replying, hint(editor.before_cursor, cells)
        rows = (replying(answered, cells) if answered else None, told)
        return [row for row in rows if row is not None]

    def _tell_typing(self) -> None:
        """Have others told that the user types, or has given it up."""
        text = self.editor.talk
        is_command = text.startswith("/") and not text.startswith(("//", "/me "))
        self.client.typing(self._shown, bool(text.strip()) and not is_command)
