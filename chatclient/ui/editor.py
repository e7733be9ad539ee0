"""The input: a line editor that grows with what is typed, with history, and a draft for each room.

Rules: nothing is sent but by Enter, a paste least of all: a large one is held until the user says
what is to be done with it; what is pasted is made safe like any text of strangers; each room keeps
what was being typed in it. A question of the client's takes the place of all that, with an input of
its own, which keeps nothing; so does what a key asks for (`aside`).
"""

from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from itertools import islice

from prompt_toolkit.buffer import Buffer as EditBuffer
from prompt_toolkit.completion import CompleteEvent, Completer
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.history import History
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout.controls import BufferControl

from chatclient.model import Buffer, Question
from chatclient.ui.cells import clip, width
from chatclient.ui.completion import is_command_name
from chatclient.ui.elsewhere import SafeBuffer
from chatclient.ui.emojis import EmojiCompleter, Emojis, is_begun
from chatclient.ui.guide import ANSWERING, ASIDE, PLACEHOLDERS, WAITING
from chatclient.ui.inputpane import InputPane, Notes, graphemes
from chatclient.ui.inputs import Search
from chatclient.ui.overlay import Overlay
from chatclient.ui.pasting import Paste
from chatwire.text import visible

PROMPT_CELLS = 14
QUESTION_CELLS = 40


class Editor:
    """What the user is typing."""

    def __init__(
        self,
        completer: Completer,
        name: Callable[[], str],
        is_secret: Callable[[str], bool] = lambda _text: False,
        *,
        emojis: Emojis | None = None,
        history: History | None = None,
        notes: Notes = lambda _cells: (),
        guard: Callable[[], int] = lambda: 0,
    ) -> None:
        """`name` returns where one types, `is_secret` says what no history may keep.

        `notes` returns what stands over the input, `guard` from how many lines on a paste is large.
        """
        self._completer = completer
        self._name = name
        self._is_secret = is_secret
        self._guard = guard
        self._drafts: dict[Buffer, Document] = {}
        self._emojis = emojis or Emojis()
        self._emojis.ready = self._offer_again
        self._talk = self._edit_buffer(completer, history, multiline=True)
        self._question: Question | None = None
        self._aside = ""
        self._pasting = False
        self.pasted: Paste | None = None
        """A large paste that nobody has decided about."""
        self.search: Search | None = None
        """The search in what was typed before."""
        self.tell: Callable[[str], None] = lambda _word: None
        """Says a word to the user."""
        bindings = self._editing()
        self._talking = BufferControl(self._talk, key_bindings=bindings)
        self._answering = BufferControl(EditBuffer(multiline=False), key_bindings=bindings)
        beside = self._edit_buffer(EmojiCompleter(self._emojis), None, multiline=False)
        self._beside = BufferControl(beside, key_bindings=bindings)
        self._overlay: Overlay | None = None
        self._choosing = BufferControl(self._choices(), key_bindings=bindings)
        self.window = InputPane(
            self._talking,
            label=self._label,
            placeholder=self._placeholder,
            hides=self._hides,
            notes=notes,
        )

    def _edit_buffer(
        self, completer: Completer, history: History | None, *, multiline: bool
    ) -> SafeBuffer:
        made = SafeBuffer(
            completer=completer,
            complete_while_typing=Condition(self._offers_unasked),
            history=history,
            multiline=multiline,
        )
        made.on_text_insert += self._name_emoji
        return made

    @property
    def buffer(self) -> EditBuffer:
        """What is being typed in: a room's, or the answer to a question."""
        return self.window.control.buffer

    def ask(self, question: Question | None) -> None:
        """Have a question answered in the place of what one says; None goes on with that."""
        if question is self._question:
            return
        self._question = question
        self._aside, self.pasted, self.search = "", None, None
        self._answering.buffer.reset()
        self.window.control = self._control()

    def choose(self, overlay: Overlay | None, typed: str = "") -> None:
        """Have what is typed go to an overlay, `typed` first; None goes on with what one says."""
        self._overlay = None
        self._choosing.buffer.reset()
        self._overlay = overlay
        self.window.control = self._control()
        if typed:
            self._choosing.buffer.insert_text(typed)

    def _control(self) -> BufferControl:
        if self._question:
            return self._answering
        if self._overlay:
            return self._choosing
        return self._beside if self._aside else self._talking

    def _choices(self) -> EditBuffer:
        """Return what is typed in for an overlay."""
        made = EditBuffer(multiline=False, read_only=Condition(lambda: not self._chooses))
        made.on_text_changed += self._choose
        return made

    @property
    def _chooses(self) -> bool:
        return self._overlay is not None and bool(self._overlay.label)

    def _choose(self, typed: EditBuffer) -> None:
        if self._overlay:
            self._overlay.type(typed.text)

    def begin_aside(self, label: str) -> None:
        """Have something typed that is not said, until `end_aside`."""
        self._aside = label
        self._beside.buffer.reset()
        self.window.control = self._control()

    def end_aside(self) -> None:
        """Go on with what was being typed before."""
        if self._aside:
            self._aside = ""
            self.window.control = self._control()

    @property
    def asked(self) -> Question | None:
        """The question that is being answered."""
        return self._question

    @property
    def before_cursor(self) -> str:
        """What stands before the cursor."""
        return self.buffer.document.text_before_cursor

    @property
    def lines(self) -> int:
        """How many lines are typed."""
        return self.buffer.document.line_count

    def take(self) -> str:
        """Return what is typed, keep it in the history if it is no secret, and begin anew."""
        text = self.buffer.text
        if self.buffer is self._talk and not self._is_secret(text):
            self.buffer.append_to_history()
        self.buffer.reset()
        return text

    @property
    def talk(self) -> str:
        """What is typed to be said, whatever is being typed now."""
        return self._talk.text

    def paste(self, text: str) -> None:
        """Insert what was pasted, line by line, made safe; not its last line feeds.

        A large paste is held instead (`pasted`).
        """
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if self.buffer is not self._talk:
            line = text.strip("\n").partition("\n")[0]
            self.buffer.insert_text(line)  # as it is: a password is compared, not shown
            return
        safe = "\n".join(map(visible, text.split("\n")))
        if self.pasted is not None:
            self.pasted.add(safe)
        elif Paste.is_large(safe.rstrip("\n"), self._guard()):
            self.close_menu()
            self.search, self.pasted = None, Paste(safe)
        else:
            self._insert(safe.rstrip("\n"))

    def take_paste(self) -> None:
        """Insert the large paste that was held."""
        if self.pasted is not None:
            text, self.pasted = self.pasted.text.rstrip("\n"), None
            self._insert(text)

    def _insert(self, pasted: str) -> None:
        """Insert what was pasted as it is: `:names:` in it may be anything."""
        self._pasting = True
        self._talk.insert_text(pasted)
        self._pasting = False

    def begin_search(self) -> None:
        """Search what was typed before."""
        if self.buffer is self._talk:
            self.close_menu()
            self.search = Search(self._talk.history.get_strings())

    def end_search(self, *, take: bool) -> None:
        """Search no longer; take what was found, or leave what is typed as it was."""
        found = self.search.found if self.search else ""
        self.search = None
        if take and found:
            self._talk.document = Document(found)

    def edit_elsewhere(self) -> None:
        """Open the user's editor with what is typed; what is saved comes back, and is not sent."""
        if self.buffer is self._talk:
            self.close_menu()
            self._talk.tempfile_suffix = ".txt"
            with suppress(OSError):  # there is no room for a file
                editing = self._talk.open_in_editor()
                editing.add_done_callback(lambda _: self._come_back())

    def _come_back(self) -> None:
        self._make_safe()
        if self._talk.problem:
            self.tell(self._talk.problem)

    def _make_safe(self) -> None:
        text = self._talk.text
        safe = "\n".join(map(visible, text.rstrip("\n").split("\n")))
        if safe != text:
            self._talk.document = Document(safe)

    def redo(self) -> None:
        """Do again what was undone."""
        self.buffer.redo()

    def complete(self) -> None:
        """Complete the word before the cursor, or go to the next of several completions."""
        if self._question or self._overlay:
            return
        completer = self.buffer.completer
        state = self.buffer.complete_state
        if state is not None and (len(state.completions) > 1 or state.current_completion):
            self.buffer.complete_next()
            return
        asked = CompleteEvent(completion_requested=True)
        found = [*islice(completer.get_completions(self.buffer.document, asked), 2)]
        if len(found) == 1:
            self.buffer.complete_state = None
            self.buffer.apply_completion(found[0])
        elif found:
            self.buffer.start_completion(select_first=True)

    def accept_completion(self) -> bool:
        """Keep the completion that is chosen in the menu; say whether one was."""
        state = self.buffer.complete_state
        if state is None or state.current_completion is None:
            return False
        self.buffer.complete_state = None
        return True

    @property
    def offered(self) -> int:
        """How many completions are offered."""
        state = self.buffer.complete_state
        return len(state.completions) if state else 0

    @property
    def menu_open(self) -> bool:
        """Whether completions are offered."""
        return self.buffer.complete_state is not None

    def close_menu(self) -> None:
        """Put away the completions, and what was tried of them."""
        if self.menu_open:
            self.buffer.cancel_completion()

    def new_line(self) -> None:
        """Begin another line of what is said."""
        if self.buffer is self._talk:
            self.buffer.newline(copy_margin=False)

    def turn(self, left: Buffer, to: Buffer) -> None:
        """Keep what is typed for `left`, and go on with what was typed for `to`."""
        self._drafts[left] = self._talk.document
        self._talk.reset(self._drafts.pop(to, Document()))

    def drafts(self, active: Buffer) -> Mapping[Buffer, str]:
        """Return what is typed and not sent, of each buffer; `active` is the one that is typed in."""
        return {each: text.text for each, text in self._drafts.items()} | {active: self._talk.text}

    def put_draft(self, buffer: Buffer, text: str, *, active: bool) -> None:
        """Have something typed for a buffer that has nothing typed; `active` if that is shown."""
        if not active:
            self._drafts.setdefault(buffer, Document(text))
        elif not self._talk.text:
            self._talk.reset(Document(text))

    def when_typed(self, note: Callable[[], None]) -> None:
        """Have `note` called when what is typed for a buffer changes."""
        self._talk.on_text_changed += lambda _: note()

    def tell_typed(self) -> None:
        """Tell that nothing is typed any more: prompt_toolkit says nothing of a new beginning."""
        self._talk.on_text_changed.fire()

    def clear(self) -> None:
        """Throw away what is typed."""
        self.buffer.reset()
        self.tell_typed()

    def forget(self, closed: Buffer) -> None:
        """Drop the draft of a buffer that is gone."""
        self._drafts.pop(closed, None)

    def _offers_unasked(self) -> bool:
        return is_command_name(self.before_cursor) or is_begun(self.before_cursor)

    def _offer_again(self) -> None:
        """Offer emoji, as they are known now."""
        if is_begun(self.before_cursor) and not self.menu_open:
            self.buffer.start_completion()

    def _name_emoji(self, buffer: EditBuffer) -> None:
        """Put an emoji in the place of its name when that is whole."""
        before = buffer.document.text_before_cursor
        typed = not self._pasting
        if typed and before.endswith(":") and (made := self._emojis.replaced(before)) != before:
            after = buffer.document.text_after_cursor
            buffer.document = Document(made + after, len(made))

    def _label(self) -> str:
        if self._question:
            return f"{clip(self._question.label, QUESTION_CELLS)} > "
        if self._overlay:
            return f"{self._overlay.label} > " if self._overlay.label else ""
        if self._aside:
            return f"{self._aside} > "
        return f"{clip(self._name(), PROMPT_CELLS)} > "

    def _placeholder(self, room: int) -> str:
        if self._overlay and not self._question:
            return clip(self._overlay.placeholder, room)
        offered = ANSWERING if self._question else ASIDE if self._aside else PLACEHOLDERS
        if self._question and self._question.closed:
            offered = WAITING
        return next((text for text in offered if width(text) <= room), "")

    def _hides(self) -> bool:
        return self._question is not None and self._question.hidden

    def _editing(self) -> KeyBindings:
        """Return the keys that go by clusters, where prompt_toolkit's go by code points."""
        bindings = KeyBindings()
        typing = Condition(lambda: self.search is None)

        @bindings.add("left")
        @bindings.add("c-b")
        def _left(event: KeyPressEvent) -> None:
            self.buffer.cursor_position -= self._cluster_before()

        @bindings.add("right")
        def _right(event: KeyPressEvent) -> None:
            self.buffer.cursor_position += self._cluster_after()

        @bindings.add("backspace", filter=typing)
        def _backspace(event: KeyPressEvent) -> None:
            self.buffer.delete_before_cursor(self._cluster_before())

        @bindings.add("delete")
        def _delete(event: KeyPressEvent) -> None:
            self.delete()

        return bindings

    def delete(self) -> None:
        """Delete the cluster after the cursor."""
        self.buffer.delete(self._cluster_after())

    def _cluster_before(self) -> int:
        return len(deque(graphemes(self.before_cursor), maxlen=1)[0]) if self.before_cursor else 0

    def _cluster_after(self) -> int:
        return len(next(graphemes(self.buffer.document.text_after_cursor), ""))
