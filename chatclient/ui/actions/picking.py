"""Keys for one message: it is picked, and answered, reacted to, copied, opened or removed."""

import base64
from collections.abc import Mapping

from prompt_toolkit.key_binding import KeyPressEvent

from chatclient.keys import Action, Mode
from chatclient.model import Line
from chatclient.ui.bindings import Handler
from chatclient.ui.desk import Desk
from chatclient.ui.selection import FREQUENT, LACKS, why_not

_PAGE = 10
_LONGEST = 70_000  # bytes; terminals take no more, and some drop everything then


def handlers(desk: Desk) -> Mapping[Action, Handler]:
    """Return what handles these keys, at that desk."""
    return {
        Action.PICK: lambda _: _move(desk, -1),
        Action.PICK_UP: lambda _: _move(desk, -1),
        Action.PICK_DOWN: lambda _: _down(desk, 1),
        Action.PICK_PAGE_UP: lambda _: _move(desk, -_PAGE),
        Action.PICK_PAGE_DOWN: lambda _: _down(desk, _PAGE),
        Action.REPLY: lambda _: _reply(desk),
        Action.REACT: lambda _: _begin(desk, "react", Mode.REACTING),
        Action.REACT_BY_NUMBER: lambda event: _react_by_number(desk, event),
        Action.REACT_AS_TYPED: lambda _: _react_as_typed(desk),
        Action.DELETE: lambda _: _begin(desk, "redact", Mode.DELETING),
        Action.DELETE_SURELY: lambda _: _delete(desk),
        Action.COPY: lambda event: _copy(desk, event),
        Action.OPEN_LINK: lambda event: _open(desk, event),
        Action.OPEN_BY_NUMBER: lambda event: _open_by_number(desk, event),
        Action.TO_ANSWERED: lambda _: _to_answered(desk),
    }


def can_close(desk: Desk) -> bool:
    """Say whether Esc has something to end here."""
    return desk.mode is not Mode.ANY or desk.replying is not None


def close(desk: Desk) -> None:
    """End what is nearest: a choice, the picking, a search, a paste, an answer."""
    match desk.mode:
        case Mode.PASTED:
            desk.editor.pasted = None
        case Mode.SEARCHING:
            desk.editor.end_search(take=False)
        case Mode.REACTING | Mode.DELETING | Mode.LINKING:
            desk.editor.end_aside()
            desk.selection.step = Mode.PICKED
        case Mode.PICKED:
            desk.end_picking()
        case _:
            desk.reply_to(None)


def _move(desk: Desk, by: int) -> None:
    if desk.editor.asked or desk.stage.overlay:
        return
    desk.editor.close_menu()
    if not desk.selection.move(desk.stage.view, by):
        desk.stage.word = "there is no message above"


def _down(desk: Desk, by: int) -> None:
    if not desk.selection.move(desk.stage.view, by):
        desk.end_picking()


def _picked(desk: Desk, feature: str = "") -> Line | None:
    """Return what is picked, if it is a message, and the server has that feature; else say why."""
    line = desk.selection.line(desk.stage.view)
    if line is None or not feature:
        return line
    can = desk.client.can(desk.active, feature)
    reason = why_not(line, feature) or ("" if can else LACKS[feature])
    if reason and not (feature == "reply" and not can):  # a reply calls the nick then
        desk.stage.word = reason
        return None
    return line


def _reply(desk: Desk) -> None:
    if (line := _picked(desk, "reply")) is not None:
        desk.end_picking()
        desk.reply_to(line)


def _begin(desk: Desk, feature: str, step: Mode) -> None:
    if _picked(desk, feature) is not None:
        desk.selection.step = step
        if step is Mode.REACTING:
            desk.editor.begin_aside("react with")


def _react_by_number(desk: Desk, event: KeyPressEvent) -> None:
    if desk.editor.buffer.text:
        desk.editor.buffer.insert_text(event.data)
    else:
        _react(desk, FREQUENT[int(event.data) - 1])


def _react_as_typed(desk: Desk) -> None:
    if not desk.editor.accept_completion() and (text := desk.editor.take().strip()):
        _react(desk, text)


def _react(desk: Desk, sign: str) -> None:
    line = _picked(desk)
    desk.end_picking()
    if line is not None:
        desk.client.react(desk.active, line, sign)


def _delete(desk: Desk) -> None:
    line = _picked(desk)
    desk.end_picking()
    if line is not None:
        desk.client.redact(desk.active, line)


def _copy(desk: Desk, event: KeyPressEvent) -> None:
    if (line := _picked(desk)) is not None:
        desk.end_picking()
        copy(desk, event, line.text, "the message")


def copy(desk: Desk, event: KeyPressEvent, text: str, what: str) -> None:
    """Put a text on the clipboard of the terminal (OSC 52), and where Ctrl+Y has it."""
    data = text.encode(errors="replace")[:_LONGEST]
    event.app.output.write_raw(f"\x1b]52;c;{base64.b64encode(data).decode()}\x07")
    event.app.output.flush()
    event.app.clipboard.set_text(text)
    desk.stage.word = f"{what} is copied (Ctrl+Y inserts it here)"


def _open(desk: Desk, event: KeyPressEvent) -> None:
    urls = desk.selection.urls(desk.stage.view)
    if not urls:
        desk.stage.word = "there is no link in this message"
    elif len(urls) > 1:
        desk.selection.step = Mode.LINKING
    else:
        _follow(desk, event, urls[0])


def _open_by_number(desk: Desk, event: KeyPressEvent) -> None:
    urls = desk.selection.urls(desk.stage.view)
    number = int(event.data)
    if number <= len(urls):
        _follow(desk, event, urls[number - 1])


def _follow(desk: Desk, event: KeyPressEvent, url: str) -> None:
    desk.end_picking()
    if desk.open_url(url):
        desk.stage.word = f"opening {url}"
    else:
        copy(desk, event, url, "no desktop here: the link")


def _to_answered(desk: Desk) -> None:
    line = _picked(desk)
    if line is not None and not desk.selection.go_to_answered(desk.stage.view):
        told = "what this answers is not known here" if line.reply_to else "this answers nothing"
        desk.stage.word = told
