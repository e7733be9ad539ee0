"""What the user was looking at and typing, kept over restarts: the buffer in view, and the drafts.

Rules: it is kept a moment after it changed, so that a program that is killed has it too; passwords
are not. What was kept is brought back when the archive is there, unless the user has moved on.
"""

from chatclient.model import Archive, Buffer
from chatclient.ui.desk import Desk

_DRAFT, _VIEW = "draft", "view"


class Bookmark:
    """Keeps the place and the drafts of a desk."""

    def __init__(self, desk: Desk, archive: Archive) -> None:
        self._desk = desk
        self._archive = archive
        self._drafts: dict[str, str] = {}
        self._view = ""
        self._first = desk.active

    def restore(self, *, place: bool) -> None:
        """Bring back the drafts, and with `place` the buffer that was in view, and where in it."""
        desk, archive = self._desk, self._archive
        for buffer in desk.client.buffers:
            if draft := archive.recall(_DRAFT, _name(buffer)):
                self._drafts[_name(buffer)] = draft
                desk.editor.put_draft(buffer, draft, active=buffer is desk.active)
        self._view = archive.recall(_VIEW, "")
        network, _, rest = self._view.partition("\n")
        target, _, position = rest.partition("\n")
        if not place or desk.active is not self._first:
            return
        wanted = (each for each in desk.client.buffers if each.network == network)
        viewed = next((each for each in wanted if each.target == target), None)
        if viewed is not None:
            desk.show(viewed)
            if position.isdigit():
                desk.stage.view.return_to(int(position))

    def save(self) -> None:
        """Keep what is different from before."""
        desk = self._desk
        drafts = {
            _name(each): text
            for each, text in desk.editor.drafts(desk.active).items()
            if text.strip() and not desk.client.is_secret(each, text)
        }
        for name in {*drafts, *self._drafts}:
            if drafts.get(name) != self._drafts.get(name):
                self._archive.remember(_DRAFT, name, drafts.get(name, ""))
        self._drafts = drafts
        position = desk.stage.view.position
        where = "" if position is None else str(position)
        view = f"{desk.active.network}\n{desk.active.target}\n{where}"
        if view != self._view:
            self._view = view
            self._archive.remember(_VIEW, "", view)


def _name(buffer: Buffer) -> str:
    return f"{buffer.network}\n{buffer.target}"
