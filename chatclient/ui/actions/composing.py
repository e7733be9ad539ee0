"""Keys for what is typed: sending it, completing it, and what failed."""

from collections.abc import Mapping

from chatclient.keys import Action
from chatclient.ui.bindings import Handler
from chatclient.ui.desk import Desk


def handlers(desk: Desk) -> Mapping[Action, Handler]:
    """Return what handles these keys, at that desk."""
    editor = desk.editor
    return {
        Action.SEND: lambda _: _send(desk),
        Action.NEW_LINE: lambda _: editor.new_line(),
        Action.RESEND: lambda _: _resend(desk),
        Action.COMPLETE: lambda _: editor.complete(),
        Action.COMPLETE_BACK: lambda _: editor.buffer.complete_previous(),
    }


def _send(desk: Desk) -> None:
    if desk.editor.accept_completion():
        return
    answering, text = desk.editor.asked, desk.editor.take()
    if answering:
        desk.client.answer(text)
    elif text.strip():
        desk.stage.close_help()
        desk.stage.view.to_end()
        desk.client.enter(desk.active, text)


def _resend(desk: Desk) -> None:
    desk.stage.view.to_end()
    desk.client.enter(desk.active, "/resend")
