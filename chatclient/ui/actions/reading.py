"""Keys for moving among what was said."""

from collections.abc import Mapping

from chatclient.keys import Action
from chatclient.ui.bindings import Handler
from chatclient.ui.desk import Desk


def handlers(desk: Desk) -> Mapping[Action, Handler]:
    """Return what handles these keys, at that desk."""
    stage = desk.stage
    return {
        Action.PAGE_UP: lambda _: stage.scroll_pages(-1),
        Action.PAGE_DOWN: lambda _: stage.scroll_pages(1),
        Action.LINE_UP: lambda _: stage.view.scroll(-1),
        Action.LINE_DOWN: lambda _: stage.view.scroll(1),
        Action.TO_START: lambda _: stage.view.to_start(),
        Action.TO_END: lambda _: stage.view.to_end(),
    }
