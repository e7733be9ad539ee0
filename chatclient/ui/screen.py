"""The screen: one prompt_toolkit application over a client, and what its keys do.

Rules:
- It changes nothing in the client's world but by the client's own methods.
- A key is answered with a frame at once; news from the network go by the frame clock.
- However it ends, the terminal is as before.
"""

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from prompt_toolkit.application import Application
from prompt_toolkit.clipboard import InMemoryClipboard
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyPressEvent
from prompt_toolkit.layout import Float, FloatContainer, Layout
from prompt_toolkit.layout.menus import CompletionsMenu
from prompt_toolkit.output import ColorDepth, Output

from chatclient.keys import Action
from chatclient.model import (
    Buffer,
    BufferClosed,
    BufferKind,
    Change,
    FocusWanted,
    QuestionChanged,
    StatusChanged,
    World,
)
from chatclient.ui import panes
from chatclient.ui.bindings import Handler, bind
from chatclient.ui.clock import FrameClock
from chatclient.ui.completion import ChatCompleter
from chatclient.ui.editor import Editor
from chatclient.ui.frame import Frame, Parts
from chatclient.ui.output import terminal
from chatclient.ui.pane import Pane
from chatclient.ui.stage import Stage
from chatclient.ui.theme import style

MENU_ROWS = 8
KEY_WAIT = 0.1  # seconds after Esc in which a key means Alt+key


class Client(Protocol):
    """What the screen needs of a client (`chatclient.client.Client` is one)."""

    world: World

    def listen(self, listener: Callable[[Sequence[Change]], None], /) -> None:
        """Have `listener` called with what changed."""

    def enter(self, buffer: Buffer, text: str, /) -> None:
        """Do what the user typed in `buffer`."""

    def answer(self, written: str | None, /) -> None:
        """Take what was written as the answer to the world's question; None gives it up."""

    def is_secret(self, buffer: Buffer, text: str, /) -> bool:
        """Say whether what was typed has a password in it, which no history may keep."""

    def activate(self, buffer: Buffer, /) -> None:
        """Make `buffer` the one that the user looks at."""

    def see(self) -> None:
        """Take note that the user sees the end of the active buffer."""

    def find_rooms(self, beginning: str, /) -> None:
        """Have the world learn which rooms there are whose names begin so."""

    def quit(self, reason: str = "", /) -> None:
        """Say good-bye; `run` returns soon."""

    async def run(self) -> None:
        """Be connected until the user quits."""


class ChatScreen:
    """A client on a terminal."""

    def __init__(
        self,
        client: Client,
        *,
        input: Input | None = None,  # noqa: A002 -- prompt_toolkit's name for it
        output: Output | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._client = client
        self._world = world = client.world
        self._shown = world.active
        self.editor = Editor(
            ChatCompleter(world, lambda: world.active, client.find_rooms),
            self._name,
            lambda text: client.is_secret(world.active, text),
        )
        self.editor.ask(world.question)
        self.stage = Stage(world, now=now, typed_lines=lambda: self.editor.lines)
        output = output or terminal()
        colours = output.get_default_color_depth() is not ColorDepth.DEPTH_1_BIT
        self.app: Application[None] = Application(
            style=style(colours=colours),
            key_bindings=bind(self._handlers(), paste=self.editor.paste, can_close=self._can_close),
            full_screen=True,
            input=input,
            output=output,
        )
        self.app.layout = self._layout()
        self.app.key_processor.before_key_press += lambda _: self._see()
        self.app.ttimeoutlen = self.app.timeoutlen = KEY_WAIT
        self.clock = FrameClock(self.app.invalidate)
        self._second: asyncio.TimerHandle | None = None
        self._hurried = False
        client.listen(self._changed)

    async def run(self) -> None:
        """Show the client, and run it, until the user has left and the connection is closed."""
        network = asyncio.create_task(self._client.run())
        network.add_done_callback(lambda _: self._exit())
        try:
            with _on_signals(self.leave), _on_failure(self._exit):
                await self.app.run_async(set_exception_handler=False)
        except EOFError:  # the terminal is gone
            self._client.quit()
        except BaseException:
            network.cancel()
            raise
        finally:
            self.clock.stop()
            self._stop_counting()
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

    def _see(self) -> None:
        if self.stage.view.at_end and not self.stage.help_open:
            self._client.see()

    def show(self, buffer: Buffer) -> None:
        """Make a buffer the active one."""
        self._client.activate(buffer)
        self.stage.close_help()
        self._follow()

    def _exit(self, problem: BaseException | None = None) -> None:
        future = self.app.future
        if future is not None and not future.done():
            if problem is None:
                self.app.exit()
            else:
                self.app.exit(exception=problem)

    # --- what is seen --------------------------------------------------------------------------

    def _layout(self) -> Layout:
        stage, window = self.stage, self.editor.window
        parts = Parts(
            topic=Pane(stage.topic),
            rooms=Pane(stage.rooms),
            messages=Pane(stage.messages),
            people=Pane(stage.people),
            tabs=Pane(stage.tabs),
            status=Pane(stage.status),
            input=window,
        )
        frame = Frame(parts, show_people=stage.has_people)
        menu = Float(CompletionsMenu(max_height=MENU_ROWS), xcursor=True, height=self._menu_rows)
        self.app.before_render += lambda _: self._place_menu(frame, menu)
        return Layout(FloatContainer(frame, [menu]), focused_element=window)

    def _menu_rows(self) -> int:
        return max(1, min(MENU_ROWS, self.editor.offered, self.app.output.get_size().rows - 3))

    def _place_menu(self, frame: Frame, menu: Float) -> None:
        """Let the menu stand on the status line, and not before it."""
        size = self.app.output.get_size()
        menu.bottom = frame.input_rows(size.columns, size.rows) + 1

    def _name(self) -> str:
        buffer = self._world.active
        return self._world.status.nick if buffer.kind is BufferKind.SERVER else buffer.name

    # --- what happens --------------------------------------------------------------------------

    def _changed(self, changes: Sequence[Change]) -> None:
        for change in changes:
            match change:
                case FocusWanted(buffer):
                    self.show(buffer)
                case BufferClosed(buffer):
                    self.stage.forget(buffer)
                    self.editor.forget(buffer)
                case StatusChanged():
                    self._count_seconds()
                case QuestionChanged():
                    self.editor.ask(self._world.question)
                    self.app.clipboard = InMemoryClipboard()  # no password by Ctrl+Y
                case _:
                    pass
        self._follow()
        self.clock.mark()

    def _follow(self) -> None:
        """Bring the input in line with the active buffer, which may have changed by itself."""
        active = self._world.active
        if active is not self._shown:
            self.editor.turn(self._shown, active)
            self._shown = active

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

    # --- what keys do --------------------------------------------------------------------------

    def _handlers(self) -> dict[Action, Handler]:
        stage, editor = self.stage, self.editor
        return {
            Action.SEND: lambda _: self._send(),
            Action.NEW_LINE: lambda _: editor.new_line(),
            Action.RESEND: lambda _: self._resend(),
            Action.COMPLETE: lambda _: editor.complete(),
            Action.COMPLETE_BACK: lambda _: editor.buffer.complete_previous(),
            Action.GO_TO: self._go_to,
            Action.NEXT_ROOM: lambda _: self._step(1),
            Action.PREVIOUS_ROOM: lambda _: self._step(-1),
            Action.NEXT_UNREAD: lambda _: self._next_unread(),
            Action.PAGE_UP: lambda _: stage.scroll_pages(-1),
            Action.PAGE_DOWN: lambda _: stage.scroll_pages(1),
            Action.LINE_UP: lambda _: stage.view.scroll(-1),
            Action.LINE_DOWN: lambda _: stage.view.scroll(1),
            Action.TO_START: lambda _: stage.view.to_start(),
            Action.TO_END: lambda _: stage.view.to_end(),
            Action.HELP: lambda _: stage.toggle_help(),
            Action.CLOSE: lambda _: self._close(),
            Action.PEOPLE: lambda _: stage.toggle_people(),
            Action.SUSPEND: lambda _: self.app.suspend_to_background(),
            Action.REDRAW: lambda _: self.app.renderer.clear(),
            Action.CLEAR_OR_LEAVE: lambda _: self._clear_or_leave(),
            Action.LEAVE: lambda _: self._delete_or_leave(),
        }

    def _can_close(self) -> bool:
        return self.stage.help_open or self.editor.menu_open or self.editor.asked is not None

    def _close(self) -> None:
        if self.editor.asked:
            self._client.answer(None)
            return
        self.stage.close_help()
        self.editor.close_menu()

    def _send(self) -> None:
        if self.editor.accept_completion():
            return
        answering, text = self.editor.asked, self.editor.take()
        if answering:
            self._client.answer(text)
        elif text.strip():
            self.stage.close_help()
            self.stage.view.to_end()
            self._client.enter(self._world.active, text)

    def _resend(self) -> None:
        self.stage.view.to_end()
        self._client.enter(self._world.active, "/resend")

    def _go_to(self, event: KeyPressEvent) -> None:
        index = int(event.key_sequence[-1].key) - 1
        buffers = self._world.buffers
        if index < len(buffers):
            self.show(buffers[index])

    def _step(self, by: int) -> None:
        buffers = self._world.buffers
        self.show(buffers[(buffers.index(self._world.active) + by) % len(buffers)])

    def _next_unread(self) -> None:
        unread = panes.next_unread(self._world.buffers, self._world.active)
        if unread is not None:
            self.show(unread)

    def _clear_or_leave(self) -> None:
        if self.editor.buffer.text and not self.stage.leaving:
            self.editor.buffer.reset()
        elif self.editor.asked and not self.stage.leaving:
            self._client.answer(None)
        else:
            self.leave()

    def _delete_or_leave(self) -> None:
        if self.editor.buffer.text:
            self.editor.delete()
        else:
            self.leave()


@contextmanager
def _on_signals(leave: Callable[[], None]) -> Iterator[None]:
    """Have `leave` called when the process is asked to end, so that the terminal is put right."""
    if sys.platform == "win32":
        yield
        return
    loop = asyncio.get_running_loop()
    asked = (signal.SIGTERM, signal.SIGHUP)
    for number in asked:
        loop.add_signal_handler(number, leave)
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


async def run(client: Client) -> None:
    """Show `client` on this process's terminal, and run it, until the user leaves."""
    await ChatScreen(client).run()
