"""The page for people with netcat says what is so."""

import re
from pathlib import Path

import pytest

from chatserver.faces.plain import PlainFace, PlainFacts
from chatserver.faces.plain.commands import COMMANDS
from chatserver.faces.plain.replies import REFUSALS
from tests.chatserver.fakes import World

PAGE = (Path(__file__).parents[4] / "docs" / "plain-text.md").read_text(encoding="utf-8")


def test_every_command_is_on_the_page() -> None:
    """In the order of /help, with the same words, and no other."""
    rows = re.findall(r"^\| `(/[a-z].*?)` \| (.*?) \|$", PAGE, re.MULTILINE)
    assert rows == [(command.usage, command.help) for command in COMMANDS]


def test_limits_and_refusals_are_those_of_the_server() -> None:
    """The numbers, and the sentence that matters most."""
    assert f"It has {PlainFacts().line_limit} bytes at most" in PAGE
    sentence = next(words for words in REFUSALS.values() if "can't write to its disk" in words)
    assert f"-> {sentence}" in PAGE


@pytest.mark.asyncio
async def test_the_conversation_on_the_page_is_what_happens() -> None:
    """Every line of it, played by three people."""
    block = PAGE.split("```\n-> welcome")[1].split("```")[0]
    typed = [line[2:] for line in block.splitlines() if line.startswith("> ")]
    world = World()
    ann, bob, ci = (
        world.plain(nick, PlainFacts(network="Chat")) for nick in ("x", "guest-roru", "guest-kiso")
    )
    turns = {
        1: ("hello", "/nick bob"),
        2: ("/me fetches two cups",),
        3: ("/join #coffee",),
        4: ("/msg ann psst, milk?",),
        5: ("/part", "/quit back to work"),
    }
    seen = [PlainFace.greeting(PlainFacts(network="Chat")).decode().rstrip()]
    for number, line in enumerate(typed):
        if number == len(typed) - 1:
            await ci.ask("build 512 is green")
            world.node.leave(ci.session, "connection closed")
            seen += await ann.read()
        seen += [f"> {line}", *await ann.ask(line)]
        await bob.ask(*turns.get(number, ()))
        seen += await ann.read()
    assert "\n".join(seen) == ("-> welcome" + block).rstrip("\n")
