"""Keys for what is shown in place of the messages: the switcher, search, mentions, help."""

from collections.abc import Mapping

from chatclient.keys import Action
from chatclient.model import NoArchive
from chatclient.ui.bindings import Handler
from chatclient.ui.desk import Desk
from chatclient.ui.guide import Help
from chatclient.ui.hits import Scene
from chatclient.ui.inbox import Inbox
from chatclient.ui.overlay import Overlay
from chatclient.ui.search import Search
from chatclient.ui.switcher import Switcher


def handlers(desk: Desk) -> Mapping[Action, Handler]:
    """Return what handles these keys, at that desk."""
    return {
        Action.SWITCH: lambda _: _toggle(desk, Switcher(desk.client, desk.visited, desk.show)),
        Action.SEARCH: lambda _: _toggle(desk, Search(_scene(desk))),
        Action.MENTIONS: lambda _: _toggle(desk, Inbox(_scene(desk))),
        Action.HELP: lambda _: _toggle(desk, Help()),
        Action.OVERLAY_UP: lambda _: _overlay(desk).move(-1),
        Action.OVERLAY_DOWN: lambda _: _overlay(desk).move(1),
        Action.OVERLAY_PAGE_UP: lambda _: _overlay(desk).page(-1),
        Action.OVERLAY_PAGE_DOWN: lambda _: _overlay(desk).page(1),
        Action.OVERLAY_START: lambda _: _overlay(desk).to_start(),
        Action.OVERLAY_END: lambda _: _overlay(desk).to_end(),
        Action.OVERLAY_ACCEPT: lambda _: _accept(desk),
    }


def order(desk: Desk, name: str, argument: str) -> None:
    """Do what a command orders, if it is about this."""
    if name == "search":
        desk.open(Search(_scene(desk)), argument)
    elif name == "mentions":
        desk.open(Inbox(_scene(desk)), argument)
    elif name == "help":
        desk.open(Help(), f"/{argument}" if argument else "")
    elif name == "clear":
        desk.stage.view.clear()
        desk.stage.word = "cleared: PageUp shows what was here"


def _scene(desk: Desk) -> Scene:
    archive = desk.archive or NoArchive()
    return Scene(desk.client, archive, desk.now, desk.redraw, desk.go_to)


def _overlay(desk: Desk) -> Overlay:
    return desk.stage.overlay or Overlay()


def _toggle(desk: Desk, overlay: Overlay) -> None:
    """Open an overlay, or close it if it is one like that which is shown."""
    if desk.client.question:
        return
    shown = desk.stage.overlay
    desk.open(None if type(shown) is type(overlay) else overlay)


def _accept(desk: Desk) -> None:
    overlay = _overlay(desk)
    if overlay.accept() and desk.stage.overlay is overlay:
        desk.open(None)
