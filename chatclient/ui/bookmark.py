"""What the user was looking at and typing, kept over restarts: buffer, places in buffers, drafts.

Rules: it is kept a moment after it changed, so that a program that is killed has it too; passwords
are not. What was kept is brought back when the archive is there, unless the user has moved on.
"""

from collections.abc import Mapping

from chatclient.model import Archive, Buffer
from chatclient.ui.desk import Desk

_DRAFT, _PLACE, _VIEW = "draft", "place", "view"


class Bookmark:
    """Keeps the places and the drafts of a desk."""

    def __init__(self, desk: Desk, archive: Archive) -> None:
        self._desk = desk
        self._archive = archive
        self._kept: dict[tuple[str, str], str] = {}
        self._first = desk.active

    def restore(self, *, place: bool) -> None:
        """Bring back drafts, and places in buffers; with `place` also the buffer that was in view."""
        desk = self._desk
        for buffer in desk.client.buffers:
            if draft := self._recall(_DRAFT, _name(buffer)):
                desk.editor.put_draft(buffer, draft, active=buffer is desk.active)
            position = self._recall(_PLACE, _name(buffer))
            if position.isdigit():
                desk.stage.view_of(buffer).return_to(int(position))
        view = self._recall(_VIEW, "")
        if place and desk.active is self._first:
            viewed = (each for each in desk.client.buffers if _name(each) == view)
            if (buffer_in_view := next(viewed, None)) is not None:
                desk.show(buffer_in_view)

    def save(self) -> None:
        """Keep what is different from before."""
        now = {key: value for key, value in self._current().items() if value}
        for key in {*now, *self._kept}:
            if now.get(key, "") != self._kept.get(key, ""):
                self._archive.remember(*key, now.get(key, ""))
        self._kept = now

    def _recall(self, topic: str, name: str) -> str:
        found = self._archive.recall(topic, name)
        if found:
            self._kept[topic, name] = found
        return found

    def _current(self) -> Mapping[tuple[str, str], str]:
        desk = self._desk
        drafts = {
            (_DRAFT, _name(each)): text
            for each, text in desk.editor.drafts(desk.active).items()
            if text.strip() and not desk.client.is_secret(each, text)
        }
        positions = desk.stage.positions().items()
        places = {(_PLACE, _name(each)): str(position) for each, position in positions}
        return {**drafts, **places, (_VIEW, ""): _name(desk.active)}


def _name(buffer: Buffer) -> str:
    return f"{buffer.network}\n{buffer.target}"
