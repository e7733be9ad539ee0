"""The input: a line editor that grows with what is typed, with history, and a draft for each room.

Rules: nothing is sent but by Enter, a paste least of all; what is pasted is made safe like any text
of strangers; each room keeps what was being typed in it. A question of the client's takes the place
of all that, with an input of its own, which keeps nothing.
"""

from collections import deque
from collections.abc import Callable, Mapping
from itertools import islice

from prompt_toolkit.buffer import Buffer as EditBuffer
from prompt_toolkit.completion import CompleteEvent, Completer
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout.controls import BufferControl

from chatclient.model import Buffer, Question
from chatclient.ui.cells import clip, width
from chatclient.ui.completion import is_command_name
from chatclient.ui.guide import ANSWERING, PLACEHOLDERS, WAITING
from chatclient.ui.inputpane import InputPane, graphemes
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
    ) -> None:
        """`name` returns where one types, `is_secret` says what no history may keep."""
        self._completer = completer
        self._name = name
        self._is_secret = is_secret
        self._drafts: dict[Buffer, Document] = {}
        self._talk = EditBuffer(
            completer=completer,
            complete_while_typing=Condition(lambda: is_command_name(self.before_cursor)),
            multiline=True,
        )
        self._question: Question | None = None
        bindings = self._editing()
        self._talking = BufferControl(self._talk, key_bindings=bindings)
        self._answering = BufferControl(EditBuffer(multiline=False), key_bindings=bindings)
        self.window = InputPane(
            self._talking, label=self._label, placeholder=self._placeholder, hides=self._hides
        )

    @property
    def buffer(self) -> EditBuffer:
        """What is being typed in: a room's, or the answer to a question."""
        return self.window.control.buffer

    def ask(self, question: Question | None) -> None:
        """Have a question answered in the place of what one says; None goes on with that."""
        if question is self._question:
            return
        self._question = question
        self._answering.buffer.reset()
        self.window.control = self._answering if question else self._talking

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
        if not self._question and not self._is_secret(text):
            self.buffer.append_to_history()
        self.buffer.reset()
        return text

    def paste(self, text: str) -> None:
        """Insert what was pasted, line by line, made safe; not its last line feeds."""
        lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")
        if self._question:
            self.buffer.insert_text(lines[0])  # as it is: a password is compared, not shown
            return
        self.buffer.insert_text("\n".join(visible(line) for line in lines))

    def complete(self) -> None:
        """Complete the word before the cursor, or go to the next of several completions."""
        if self._question:
            return
        state = self.buffer.complete_state
        if state is not None and (len(state.completions) > 1 or state.current_completion):
            self.buffer.complete_next()
            return
        asked = CompleteEvent(completion_requested=True)
        found = [*islice(self._completer.get_completions(self.buffer.document, asked), 2)]
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
        self.buffer.cancel_completion()

    def new_line(self) -> None:
        """Begin another line of what is said."""
        if not self._question:
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

    def forget(self, closed: Buffer) -> None:
        """Drop the draft of a buffer that is gone."""
        self._drafts.pop(closed, None)

    def _label(self) -> str:
        if self._question:
            return f"{clip(self._question.label, QUESTION_CELLS)} > "
        return f"{clip(self._name(), PROMPT_CELLS)} > "

    def _placeholder(self, room: int) -> str:
        offered = ANSWERING if self._question else PLACEHOLDERS
        if self._question and self._question.closed:
            offered = WAITING
        return next((text for text in offered if width(text) <= room), "")

    def _hides(self) -> bool:
        return self._question is not None and self._question.hidden

    def _editing(self) -> KeyBindings:
        """Return the keys that go by clusters, where prompt_toolkit's go by code points."""
        bindings = KeyBindings()

        @bindings.add("left")
        @bindings.add("c-b")
        def _left(event: KeyPressEvent) -> None:
            self.buffer.cursor_position -= self._cluster_before()

        @bindings.add("right")
        @bindings.add("c-f")
        def _right(event: KeyPressEvent) -> None:
            self.buffer.cursor_position += self._cluster_after()

        @bindings.add("backspace")
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
