"""Emoji by their names, as `:thumbsup:`.

Rules: the names are a large table, which is read when somebody first types a colon, on a thread; until
then nothing is found. A name is found by any part of it, those that begin with it first.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

MOST = 60  # offered at once
_NAME = r":[A-Za-z0-9_+\-]"
_BEGUN = re.compile(rf"(?:^|[\s(]){_NAME}{{2,}}$")
_WORD = re.compile(rf"(?:^|[\s(])({_NAME}*)$")
_WHOLE = re.compile(rf"(?:^|[\s(])({_NAME}+:)$")


def is_begun(text: str) -> bool:
    """Say whether `text`, before the cursor, ends in the beginning of a name."""
    return _BEGUN.search(text[-60:]) is not None


def read() -> Mapping[str, str]:
    """Return all emoji by their names, without colons; those of skins and hair alone left out."""
    import emoji  # noqa: PLC0415 - it takes as long as the rest of the client

    whole = emoji.STATUS["fully_qualified"]
    names: dict[str, str] = {}
    for sign, known in emoji.EMOJI_DATA.items():
        if known["status"] == whole and "skin_tone" not in known["en"]:
            for name in (known["en"], *known.get("alias", ())):
                names.setdefault(name.strip(":").lower(), sign)
    return names


class Emojis:
    """The table, once it is read."""

    def __init__(self, read: Callable[[], Mapping[str, str]] = read) -> None:
        self._read = read
        self._names: Mapping[str, str] = {}
        self._reading = False
        self.ready: Callable[[], None] = lambda: None
        """Called when the table has been read."""

    def want(self) -> None:
        """Have the table read, if it is not."""
        if not self._reading:
            self._reading = True
            reading = asyncio.get_running_loop().run_in_executor(None, self._read)
            reading.add_done_callback(self._done)

    def _done(self, reading: "asyncio.Future[Mapping[str, str]]") -> None:
        if not reading.cancelled():
            self._names = reading.result()
            self.ready()

    def find(self, part: str) -> Iterator[tuple[str, str]]:
        """Yield names with `part` in them, and their emoji."""
        self.want()
        wanted = part.lower()
        found = [name for name in self._names if wanted in name]
        found.sort(key=lambda name: (not name.startswith(wanted), len(name), name))
        seen: set[str] = set()
        for name in found:
            sign = self._names[name]
            if sign not in seen:
                seen.add(sign)
                yield name, sign
            if len(seen) == MOST:
                return

    def replaced(self, text: str) -> str:
        """Return `text` with the name that it ends in replaced by its emoji, if it is one."""
        found = _WHOLE.search(text[-60:])
        sign = self._names.get(found[1].strip(":").lower()) if found else None
        return text[: len(text) - len(found[1])] + sign if found and sign else text


class EmojiCompleter(Completer):
    """Completions for the name before the cursor."""

    def __init__(self, emojis: Emojis) -> None:
        self._emojis = emojis

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """Yield the emoji that may be meant."""
        found = _WORD.search(document.text_before_cursor[-60:])
        if found is None:
            return
        for name, sign in self._emojis.find(found[1].strip(":")):
            yield Completion(f"{sign} ", -len(found[1]), display=f"{sign}  :{name}:")
