"""What Tab offers: commands, rooms and nicks, each from the tables and the world as they are.

Rules: pure but for prompt_toolkit's types. Who spoke last comes first; a nick that begins the line
is followed by `: `, as one addresses people; nothing is offered that is not there. Commands and emoji
alone are offered unasked: prompt_toolkit completes what is typed a moment later, when it may have been
sent.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from chatclient import options
from chatclient.commands.program import NETWORK_VERBS
from chatclient.commands.table import BY_NAME, COMMANDS
from chatclient.model import CONVERSATION, Buffer, BufferKind, World
from chatclient.settings import Settings
from chatclient.ui.emojis import EmojiCompleter, Emojis, is_begun
from chatclient.ui.ports import Client

LOOKED_BACK = 1000  # lines in which speakers are looked for


def is_command_name(text: str) -> bool:
    """Say whether `text`, before the cursor, is the beginning of a command's name."""
    return text.startswith("/") and not text.startswith("//") and " " not in text


def nicks(world: World, buffer: Buffer) -> Iterator[str]:
    """Yield whom one may want to name in `buffer`: who spoke last first, then all others."""
    fold = world.fold
    seen = {fold(world.status.nick), ""}
    for line in reversed(buffer.lines[-LOOKED_BACK:]):
        nick = fold(line.source)
        if line.kind in CONVERSATION and nick not in seen and _is_here(buffer, line.source):
            seen.add(nick)
            yield line.source
    others = [buffer.name] if buffer.kind is BufferKind.DIRECT else []
    others += [member.nick for member in buffer.members]
    yield from (nick for nick in others if fold(nick) not in seen)


def _is_here(buffer: Buffer, nick: str) -> bool:
    return nick in buffer.members if buffer.kind is BufferKind.ROOM else True


class ChatCompleter(Completer):
    """Completions for the text before the cursor, in the buffer that is active then."""

    def __init__(self, client: Client, emojis: Emojis | None = None) -> None:
        self._client = client
        self._emojis = EmojiCompleter(emojis or Emojis())

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """Yield what the word before the cursor may become."""
        text = document.text_before_cursor
        if is_command_name(text):
            return _commands(text)
        if is_begun(text):
            return self._emojis.get_completions(document, complete_event)
        if not complete_event.completion_requested:
            return ()
        word = text[max(text.rfind(" "), text.rfind("\n")) + 1 :]
        start = text[: len(text) - len(word)]
        if start.startswith("/") and not start.startswith("//"):
            return self._arguments(start, word)
        if word.startswith("#"):
            return self._rooms(word)
        return self._nicks(word, ": " if not start else " ")

    def _arguments(self, start: str, word: str) -> Iterator[Completion]:
        name, *before = start[1:].split()
        command = BY_NAME.get(name.lower())
        wanted = command.completes[len(before) : len(before) + 1] if command else ""
        if wanted == "c":
            yield from _matching((each.name for each in COMMANDS), word, "")
        elif wanted in ("s", "v", "a", "w"):
            yield from _matching(self._words(wanted, before), word, " ")
        elif wanted == "r" or word.startswith("#"):
            yield from self._rooms(word)
        else:
            yield from self._nicks(word, " ")

    def _words(self, wanted: str, before: Sequence[str]) -> Iterable[str]:
        """Return the words of a command about settings or networks, after those before."""
        match wanted:
            case "s":
                return [options.key_of(each.name) for each in fields(Settings)]
            case "v":
                expected = options.types(Settings).get(before[0].replace("-", "_"))
                return options.words(expected)
            case "a":
                return NETWORK_VERBS
            case _:
                return [world.name for world in self._client.worlds]

    def _rooms(self, word: str) -> Iterator[Completion]:
        if word:
            self._client.find_rooms(word)
        world = self._client.world
        fold = world.fold
        rooms = sorted(world.rooms(), key=lambda room: room is not world.active)
        names = {fold(room.name): room.name for room in rooms}
        names |= {fold(name): name for name in world.listed if fold(name) not in names}
        yield from _matching(names.values(), word, " ", fold)

    def _nicks(self, word: str, after: str) -> Iterator[Completion]:
        world = self._client.world
        yield from _matching(nicks(world, world.active), word, after, world.fold)


def _matching(
    names: Iterable[str], word: str, after: str, fold: Callable[[str], str] = str.lower
) -> Iterator[Completion]:
    for name in names:
        if fold(name).startswith(fold(word)):
            yield Completion(name + after, -len(word), display=name)


def _commands(text: str) -> Iterator[Completion]:
    for command in COMMANDS:
        if command.name.startswith(text[1:].lower()):
            usage = f"/{command.name} {command.usage}".rstrip()
            ready = f"/{command.name}{' ' if command.usage else ''}"
            yield Completion(ready, -len(text), display=usage, display_meta=command.summary)
