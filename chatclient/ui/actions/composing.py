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
        Action.EDIT_ELSEWHERE: lambda _: editor.edit_elsewhere(),
        Action.REDO: lambda _: editor.redo(),
        Action.SEARCH_INPUT: lambda _: editor.begin_search(),
        Action.SEARCH_OLDER: lambda _: _search_older(desk),
        Action.SEARCH_SHORTER: lambda _: _search_shorter(desk),
        Action.SEARCH_TAKE: lambda _: editor.end_search(take=True),
        Action.SEND_PASTE: lambda _: _send_paste(desk),
        Action.EDIT_PASTE: lambda _: editor.take_paste(),
    }


def _send(desk: Desk) -> None:
    if desk.editor.accept_completion():
        return
    answering, text = desk.editor.asked, desk.editor.take()
    if answering:
        desk.client.answer(text)
    elif text.strip():
        desk.stage.view.to_end()
        desk.say(text)
        desk.editor.tell_typed()


def _send_paste(desk: Desk) -> None:
    desk.editor.take_paste()
    _send(desk)


def _search_older(desk: Desk) -> None:
    if desk.editor.search:
        desk.editor.search.older()


def _search_shorter(desk: Desk) -> None:
    if desk.editor.search:
        desk.editor.search.shorten()


def letter(desk: Desk, typed: str) -> None:
    """Take a letter in a mode in which it is not inserted where one types."""
    if desk.editor.search and typed.isprintable():
        desk.editor.search.add(typed)


def _resend(desk: Desk) -> None:
    desk.stage.view.to_end()
    desk.client.enter(desk.active, "/resend")
