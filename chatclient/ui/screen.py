"""The screen: one prompt_toolkit application over a client.

Rules:
- It changes nothing in the client's world but by the client's own methods.
- A key is answered with a frame at once; news from the network go by the frame clock.
- However it ends, the terminal is as before.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from prompt_toolkit.application import Application
from prompt_toolkit.clipboard import InMemoryClipboard
from prompt_toolkit.filters import Condition
from prompt_toolkit.input import Input, create_input
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.layout import Float, FloatContainer, Layout
from prompt_toolkit.layout.menus import CompletionsMenu
from prompt_toolkit.output import Output

from chatclient.model import (
    BufferClosed,
    Change,
    CommandWanted,
    FocusWanted,
    LineAdded,
    LineChanged,
    LineRemoved,
    LinesInserted,
    PastChanged,
    PastFound,
    QuestionChanged,
    StatusChanged,
)
from chatclient.model.archive import Archive, NoArchive
from chatclient.model.levels import calls
from chatclient.ui.actions import overlays
from chatclient.ui.actions.composing import letter
from chatclient.ui.actions.program import can_close
from chatclient.ui.actions.topics import handlers
from chatclient.ui.bindings import bind
from chatclient.ui.bookmark import Bookmark
from chatclient.ui.browser import open_url
from chatclient.ui.bursts import Bursts
from chatclient.ui.clock import FrameClock
from chatclient.ui.colours import Colours
from chatclient.ui.desk import Desk
from chatclient.ui.focus import watch_focus
from chatclient.ui.frame import Frame, Parts
from chatclient.ui.mouse import Mouse
from chatclient.ui.notifications import Caller
from chatclient.ui.output import FrameOutput, terminal
from chatclient.ui.pane import Pane
from chatclient.ui.ports import Client
from chatclient.ui.rendering import draw_rows

MENU_ROWS = 8
_SAVED_AFTER = 1.0  # seconds after which a draft is kept
KEY_WAIT = 0.1  # seconds after Esc in which a key means Alt+key


class ChatScreen:
    """A client on a terminal."""

    def __init__(
        self,
        client: Client,
        *,
        archive: Archive | None = None,
        input: Input | None = None,  # noqa: A002 -- prompt_toolkit's name for it
        output: Output | None = None,
        now: Callable[[], float] = time.time,
        open_url: Callable[[str], bool] = open_url,
        place: bool = True,
        environment: Mapping[str, str] = os.environ,
    ) -> None:
        """`place` says whether to come back to what was in view last time."""
        self._client = client
        self.clock = FrameClock(self._draw, fleets=lambda: self.stage.fleets)
        self.desk = Desk(
            client,
            archive=archive,
            now=now,
            leave=self.leave,
            open_url=open_url,
            redraw=self.clock.mark,
        )
        self.stage, self.editor = self.desk.stage, self.desk.editor
        output = output or terminal()
        source = input or create_input(always_prefer_tty=True)
        self.colours = Colours(lambda: client.settings.theme, source, output)
        self.app = self._application(Bursts(source), output)
        self.colours.listen(self.clock.mark)
        self._second: asyncio.TimerHandle | None = None
        self._bookmark = Bookmark(self.desk, archive or NoArchive())
        self._place = place
        self._saving: asyncio.TimerHandle | None = None
        self.editor.when_typed(self._save_soon)
        self._hurried = False
        self._held = ""
        """What has the terminal call, when it is ours again."""
        self._caller = Caller(self._send, lambda: client.settings.ring, environment)
        client.listen(self._changed)

    def _application(self, source: Input, output: Output) -> Application[None]:
        frame = self._frame()
        menu = Float(CompletionsMenu(max_height=MENU_ROWS), xcursor=True, height=self._menu_rows)
        app: Application[None] = Application(
            # One without a layout would parse a text as XML, to say that it has none.
            layout=Layout(FloatContainer(frame, [menu]), focused_element=self.editor.window),
            style=self.colours.style,
            include_default_pygments_style=False,
            key_bindings=self._bindings(),
            full_screen=True,
            input=source,
            output=output,
            mouse_support=Condition(lambda: self._client.settings.mouse),
            max_render_postpone_time=None,  # a key is not to wait for what the network brings
        )
        if not self._client.settings.stock_rendering:
            draw_rows(app)
        app.key_processor.before_key_press += lambda _: self._see()
        app.ttimeoutlen = app.timeoutlen = KEY_WAIT
        app.before_render += lambda _: self._place_menu(frame, menu)
        app.after_render += lambda _: self._drawn()
        return app

    def _bindings(self) -> KeyBindings:
        made = bind(
            handlers(self.desk),
            paste=self.editor.paste,
            can_close=lambda: can_close(self.desk),
            mode=lambda: self.desk.mode,
            letter=lambda typed: letter(self.desk, typed),
        )
        watch_focus(made, self._note_focus)
        return made

    def _note_focus(self, focused: bool) -> None:  # noqa: FBT001 -- its one meaning
        self._caller.focused = focused

    def _send(self, sequence: str) -> None:
        if self.app._running_in_terminal:  # noqa: SLF001 - there is no other way to know
            self._held = sequence  # the user's editor has the terminal
        elif self.app.is_running:
            self.app.output.write_raw(sequence)
            self.app.output.flush()

    def _drawn(self) -> None:
        """Do what waits for a frame."""
        self.clock.drawn()
        if self._held:
            held, self._held = self._held, ""
            self._send(held)
        output = self.app.output
        if isinstance(output, FrameOutput):
            output.show_title(self.stage.title() if self._client.settings.title else "")

    async def run(self) -> None:
        """Show the client, and run it, until the user has left and the connection is closed."""
        network = asyncio.create_task(self._client.run())
        network.add_done_callback(lambda _: self._exit())
        asyncio.get_running_loop().call_soon(self._return)  # when the archive is there
        asyncio.get_running_loop().call_soon(self.colours.ask)  # under the first frame
        try:
            with _on_signals(self.leave, self._interrupt), _on_failure(self._exit):
                await self.app.run_async(set_exception_handler=False, handle_sigint=False)
        except EOFError:  # the terminal is gone
            self._client.quit()
        except BaseException:
            network.cancel()
            raise
        finally:
            self.colours.cease()
            self.clock.stop()
            self._stop_counting()
            self._save()
            if self._hurried:
                network.cancel()
            await asyncio.gather(network, return_exceptions=True)
        if not network.cancelled():
            network.result()

    def leave(self) -> None:
        """Say good-bye and end when that is done; when asked again, end at once."""
        if self.stage.leaving:
            self._hurried = True
            self._exit()
            return
        self.stage.leaving = True
        self._client.quit()
        self.clock.mark()

    def _interrupt(self) -> None:
        """Leave, unless the user's editor has the terminal, and it is what was interrupted."""
        if not self.app._running_in_terminal:  # noqa: SLF001 - there is no other way to know
            self.leave()

    def _return(self) -> None:
        self._bookmark.restore(place=self._place)
        self.clock.mark()

    def _save_soon(self) -> None:
        if self._saving is None:
            self._saving = asyncio.get_running_loop().call_later(_SAVED_AFTER, self._save)

    def _save(self) -> None:
        if self._saving is not None:
            self._saving.cancel()
            self._saving = None
        self._bookmark.save()

    def _draw(self) -> None:
        # `invalidate` is for other threads, too: it wakes the loop three times by a pipe.
        self.app._redraw()  # noqa: SLF001 - as it would do itself, a little later

    def _see(self) -> None:
        self.stage.word = ""
        if self.stage.view.at_end and not self.stage.overlay:
            self._client.see()

    def _exit(self, problem: BaseException | None = None) -> None:
        future = self.app.future
        if future is not None and not future.done():
            if problem is None:
                self.app.exit()
            else:
                self.app.exit(exception=problem)

    # --- what is seen --------------------------------------------------------------------------

    def _frame(self) -> Frame:
        stage = self.stage
        parts = Parts(
            topic=Pane(stage.topic),
            rooms=Pane(stage.rooms),
            messages=Pane(stage.messages),
            people=Pane(stage.people),
            tabs=Pane(stage.tabs),
            status=Pane(stage.status),
            input=self.editor.window,
        )
        mouse = Mouse(self.desk, parts)
        return Frame(parts, show_people=stage.has_people, placed=mouse.watch)

    def _menu_rows(self) -> int:
        offered = self.editor.offered
        return (
            max(1, min(MENU_ROWS, offered, self.app.output.get_size().rows - 3)) if offered else 1
        )

    def _place_menu(self, frame: Frame, menu: Float) -> None:
        """Let the menu stand on the status line, and not before it."""
        if not self.editor.offered:
            return
        size = self.app.output.get_size()
        menu.bottom = frame.input_rows(size.columns, size.rows) + 1

    # --- what happens --------------------------------------------------------------------------

    def _changed(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if not isinstance(change, LineAdded):  # as most are
                self._note(change)
            elif calls(change.buffer, change.line):
                in_view = change.buffer is self.desk.active and self.stage.view.at_end
                self._caller.heed(change.buffer, change.line, in_view=in_view)
        self.desk.follow()
        self.clock.mark()

    def _note(self, change: Change) -> None:
        match change:
            case CommandWanted(_, name, argument):
                overlays.order(self.desk, name, argument)
            case FocusWanted(buffer):
                self.desk.show(buffer)
            case BufferClosed(buffer):
                self.desk.forget(buffer)
                self._caller.forget(buffer)
            case PastFound(buffer) | PastChanged(buffer):
                self.stage.refresh(buffer)
            case LineChanged(buffer) | LinesInserted(buffer) | LineRemoved(buffer):
                self.stage.requote(buffer)
            case StatusChanged():
                self._count_seconds()
            case QuestionChanged():
                self.editor.ask(self._client.question)
                self.app.clipboard = InMemoryClipboard()  # no password by Ctrl+Y
            case _:
                pass

    def _count_seconds(self) -> None:
        """Draw every second, as long as a number of seconds is shown."""
        self._stop_counting()
        if self.stage.counts_seconds:
            self._second = asyncio.get_running_loop().call_later(1, self._count_seconds)
            self.clock.mark()

    def _stop_counting(self) -> None:
        if self._second is not None:
            self._second.cancel()
            self._second = None


@contextmanager
def _on_signals(leave: Callable[[], None], interrupt: Callable[[], None]) -> Iterator[None]:
    """Have `leave` called when the process is asked to end, so that the terminal is put right.

    `interrupt` is called by SIGINT, which Ctrl+C is only while another program has the terminal.
    """
    if sys.platform == "win32":
        yield
        return
    loop = asyncio.get_running_loop()
    asked = {signal.SIGTERM: leave, signal.SIGHUP: leave, signal.SIGINT: interrupt}
    for number, call in asked.items():
        loop.add_signal_handler(number, call)
    try:
        yield
    finally:
        for number in asked:
            loop.remove_signal_handler(number)


@contextmanager
def _on_failure(end: Callable[[BaseException], None]) -> Iterator[None]:
    """Have `end` called with what nobody caught in the event loop."""

    def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        problem = context.get("exception")
        if problem is not None:
            end(problem)

    loop = asyncio.get_running_loop()
    before = loop.get_exception_handler()
    loop.set_exception_handler(handle)
    try:
        yield
    finally:
        loop.set_exception_handler(before)


async def run(client: Client, archive: Archive | None = None, *, place: bool = True) -> None:
    """Show `client` on this process's terminal, and run it, until the user leaves."""
    await ChatScreen(client, archive=archive, place=place).run()
