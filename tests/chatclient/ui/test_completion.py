"""What Tab offers, and in which order."""

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from chatclient.commands.table import BY_NAME, COMMANDS
from chatclient.model import Kind, Member, World
from chatclient.ui.completion import ChatCompleter, is_command_name
from chatclient.ui.guide import _FIRST_STEPS
from tests.chatclient.ui.rig import NOON, ScriptedClient, join, make_world


def _offered(world: World, text: str) -> list[str]:
    completer = ChatCompleter(ScriptedClient(world))
    found = completer.get_completions(Document(text), CompleteEvent(completion_requested=True))
    return [text[: len(text) + each.start_position] + each.text for each in found]


def _say(world: World, nick: str) -> None:
    line = world.make_line(Kind.MESSAGE, "hi", time=NOON, source=nick)
    world.add(world.active, line)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bo", ["bob: "]),
        ("BO", ["bob: "]),
        ("hello bo", ["hello bob "]),
        ("one\nbo", ["one\nbob "]),
        ("x", []),
        ("#lo", ["#lobby "]),
        ("see #lo", ["see #lobby "]),
        ("/msg bo", ["/msg bob "]),
        ("/join #lo", ["/join #lobby "]),
        ("//bo", []),
        ("/set th", ["/set theme "]),
        ("/set theme l", ["/set theme light "]),
        ("/set nonsense l", []),
        ("/set mouse t", ["/set mouse true "]),
        ("/network re", ["/network remove "]),
        ("/network save ", ["/network save chat.example:9000 "]),
        ("/disconnect chat", ["/disconnect chat.example:9000 "]),
        ("/nonsense #lo", ["/nonsense #lobby "]),
    ],
)
def test_words_are_completed_by_what_they_may_be(text: str, expected: list[str]) -> None:
    """Nicks with a colon at the start of a message, rooms by their sign, arguments by command."""
    assert _offered(make_world(), text) == expected


def test_who_spoke_last_comes_first() -> None:
    """Then the others, in their order; oneself never, nor who has left."""
    world = make_world()
    world.active.members.replace([Member(nick) for nick in ("anna", "bob", "carl", "dora", "eve")])
    for nick in ("bob", "dora", "gone", "anna"):
        _say(world, nick)
    assert _offered(world, "") == ["dora: ", "bob: ", "carl: ", "eve: "]


def test_in_a_conversation_it_is_the_other_one() -> None:
    """Before they have said anything, too."""
    world = make_world()
    world.activate(world.open_direct("zoe"))
    assert _offered(world, "z") == ["zoe: "]


def test_the_active_room_comes_first() -> None:
    """As one means it most."""
    world = make_world()
    world.activate(join(world, "#zoo"))
    assert _offered(world, "#") == ["#zoo ", "#lobby "]


def test_rooms_that_were_never_entered_are_found_by_asking() -> None:
    """The server is asked at the first Tab; at the next it has answered. Open rooms come first."""
    world = make_world()
    client = ScriptedClient(world)
    completer = ChatCompleter(client)
    asked = CompleteEvent(completion_requested=True)
    assert [*completer.get_completions(Document("/join #o"), asked)] == []
    assert client.sought == ["#o"]
    for name in ("#ops", "#Lobby", "#office", "#a"):
        world.note_listed(name)
    assert _offered(world, "/join #o") == ["/join #office ", "/join #ops "]
    assert _offered(world, "#") == ["#lobby ", "#a ", "#office ", "#ops "]


def test_all_commands_are_offered_with_their_help() -> None:
    """A slash alone shows the whole table, in its order."""
    world = make_world()
    completer = ChatCompleter(ScriptedClient(world))
    found = [*completer.get_completions(Document("/"), CompleteEvent())]
    assert [each.text.strip() for each in found] == [f"/{row.name}" for row in COMMANDS]
    assert [each.display_meta_text for each in found] == [row.summary for row in COMMANDS]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("/", True), ("/jo", True), ("/join ", False), ("//", False), ("", False)],
)
def test_the_menu_opens_by_itself_for_commands_alone(text: str, expected: bool) -> None:  # noqa: FBT001
    """Nobody wants a menu while typing prose."""
    assert is_command_name(text) is expected


def test_the_first_steps_are_commands_that_exist() -> None:
    """The welcome tells nothing that does not work."""
    assert all(step[1:].split()[0] in BY_NAME for step, _ in _FIRST_STEPS)


@pytest.mark.parametrize("text", ["", "b", "hello b", "/msg b", "#lo"])
def test_only_commands_are_offered_unasked(text: str) -> None:
    """Typing faster than completions come leaves no menu of people at an input that is empty again."""
    world = make_world()
    completer = ChatCompleter(ScriptedClient(world))
    assert [*completer.get_completions(Document(text), CompleteEvent(text_inserted=True))] == []
