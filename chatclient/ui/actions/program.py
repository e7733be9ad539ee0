"""Keys for the program itself: the terminal, what is to be closed, and leaving."""

from collections.abc import Mapping

from chatclient.keys import Action, Mode
from chatclient.ui.actions.picking import can_close as can_end
from chatclient.ui.actions.picking import close as end_nearest
from chatclient.ui.bindings import Handler
from chatclient.ui.desk import Desk


def handlers(desk: Desk) -> Mapping[Action, Handler]:
    """Return what handles these keys, at that desk."""
    return {
        Action.CLOSE: lambda _: _close(desk),
        Action.SUSPEND: lambda event: event.app.suspend_to_background(),
        Action.REDRAW: lambda event: event.app.renderer.clear(),
        Action.CLEAR_OR_LEAVE: lambda _: _clear_or_leave(desk),
        Action.LEAVE: lambda _: _delete_or_leave(desk),
    }


def can_close(desk: Desk) -> bool:
    """Say whether there is anything to close, so that Esc is not only the beginning of a key."""
    open_now = desk.stage.overlay or desk.editor.menu_open or desk.editor.asked
    return bool(open_now) or can_end(desk)


def _close(desk: Desk) -> None:
    if desk.editor.asked:
        desk.client.answer(None)
    elif desk.stage.overlay:
        desk.open(None)
    elif desk.editor.menu_open:
        desk.editor.close_menu()
    else:
        end_nearest(desk)


def _clear_or_leave(desk: Desk) -> None:
    if desk.stage.overlay and not desk.stage.leaving:
        desk.open(None)
        return
    if desk.mode is not Mode.ANY and not desk.stage.leaving:
        end_nearest(desk)
    elif desk.editor.buffer.text and not desk.stage.leaving:
        desk.editor.clear()
    elif desk.editor.asked and not desk.stage.leaving:
        desk.client.answer(None)
    elif desk.replying and not desk.stage.leaving:
        desk.reply_to(None)
    else:
        desk.leave()


def _delete_or_leave(desk: Desk) -> None:
    if desk.stage.overlay and not desk.editor.buffer.text:
        desk.open(None)
        return
    if desk.editor.buffer.text:
        desk.editor.delete()
    else:
        desk.leave()
