"""What the README and docs/plain-text.md show is what a newcomer gets who types it."""

import re
from pathlib import Path

import pytest

from tests.e2e.server import Server
from tests.interop.programs import CHATCLIENT, netcat, person
from tests.interop.terminals import Terminals, need
from tests.interop.test_netcat import pipe

pytestmark = pytest.mark.interop

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PLAIN_TEXT = (ROOT / "docs" / "plain-text.md").read_text()


def same_guests(text: str) -> list[str]:
    """Return the lines of a text, in which all guests and clocks are alike."""
    text = re.sub(r"guest-[a-z]{4}\b", "guest-abcd", text)
    return [re.sub(r"^\d\d:\d\d ", "12:00 ", line).rstrip() for line in text.strip().splitlines()]


def test_the_conversation_of_the_page_happens(server: Server, terminals: Terminals) -> None:
    """Ann's terminal shows, line for line, what docs/plain-text.md has."""
    [page] = re.findall(r"```\n(-> welcome.*?)```", PLAIN_TEXT, re.DOTALL)
    expected = re.sub(r"^> ", "", page, flags=re.MULTILINE)
    ann = netcat(terminals, server.port, name="ann")
    ann.see("-> welcome")
    ann.type("/nick ann")
    ann.see("nobody else yet")
    ann.type("is anybody here?")
    bob = netcat(terminals, server.port, "::1", name="bob")
    bob.type("hello")
    ann.see("] hello")
    bob.type("/nick bob")
    ann.see("is now bob")
    ann.type("hi bob. Coffee?")
    bob.see("hi bob. Coffee?")
    bob.type("/me fetches two cups")
    ann.see("** bob fetches")
    ann.type("/join #coffee")
    ann.see("in #coffee")
    bob.type("/join #coffee")
    ann.see("* bob joined")
    ann.type("/topic black, no sugar")
    ann.see("* ann set the topic")
    bob.type("/msg ann psst, milk?")
    ann.see("psst, milk?")
    ann.type("/reply never")
    ann.see("-> sent to bob")
    bob.type("/part")
    ann.see("bob left #coffee")
    bob.type("/quit back to work")
    ann.see("back to work")
    pipe(server.port, b"build 512 is green\n")
    ann.see("left: connection closed")
    ann.type("/quit")
    ann.see("-> goodbye")
    assert same_guests(ann.everything()) == same_guests(expected)


def test_the_conversation_of_the_readme_happens(server: Server, terminals: Terminals) -> None:
    """What netcat shows there, line for line, with alice in the lobby."""
    [page] = re.findall(r"\$ nc localhost 9000\n(hello.*?)```", README, re.DOTALL)
    pipe(server.port, b"/nick alice\nanybody here?\n")
    alice = netcat(terminals, server.port, name="alice")
    alice.type("/nick alice")
    alice.see("You are alice")
    mako = netcat(terminals, server.port, "localhost", name="mako")
    mako.type("hello from netcat")
    mako.see("anybody here?")
    alice.type("hello! where are you?")
    mako.see("where are you?")
    bob = netcat(terminals, server.port, name="bob")
    bob.type("/nick bob")
    mako.see("* bob joined")
    mako.type("/me waves")
    alice.see("waves")
    shown = re.sub(r"said on [-\d]+", "said on 2026-11-22", mako.everything())
    assert same_guests(shown) == same_guests(page)


@pytest.mark.parametrize(
    ("name", "program", "package", "home"),
    [
        ("irssi", "irssi", "irssi", "--home"),
        ("WeeChat", "weechat", "weechat-curses", "--dir"),
    ],
)
def test_ways_to_join_with_irc_clients(
    server: Server, terminals: Terminals, name: str, program: str, package: str, home: str
) -> None:
    """What the README says for each is typed into it as it comes, without settings of ours."""
    nc = person(terminals, server)
    [row] = re.findall(rf"^\| {name} \| (.*) \|$", README, re.MULTILINE)
    client = terminals.open("client", need(program, package), home, terminals.home / "client")
    client.see("[")
    for command in re.findall(r"`([^`]*)`", row):
        client.type(command.replace("9000", str(server.port)))
        if "/connect" in command:
            client.see("There is no message of the day")
    client.see("nora")
    client.type("hello, I am new here")
    nc.see("] hello, I am new here")


def commands(page: str) -> list[str]:
    """Return the commands of a page that say one thing and end, for the shell."""
    typed = re.findall(
        r"^(?:\$ )?((?:echo|printf|chatclient) .*?)(?: {2,}#.*)?$", page, re.MULTILINE
    )
    named = re.findall(r"`((?:echo|printf|chatclient) [^`]*)`", page)
    found = [command.replace("\\|", "|") for command in typed + named]
    return [command for command in found if "nc -N" in command or "--send" in command]


@pytest.mark.parametrize("command", commands(README) + commands(PLAIN_TEXT))
def test_commands_for_scripts_work(server: Server, terminals: Terminals, command: str) -> None:
    """Each, as it is written, ends by itself and has said something."""
    ears = netcat(terminals, server.port)
    ears.type("/nick ears")
    ears.see("You are ears")
    for room in ("#ops", "#builds"):
        ears.type(f"/join {room}")
        ears.see(f"you are in {room}")
    typed = command.replace("chat.example.org", "localhost").replace("9000", str(server.port))
    typed = typed.replace("chatclient localhost ", f"{CHATCLIENT} localhost {server.port} ")
    shell = terminals.shell(width=200)
    shell.type(f"{typed}; echo status $?")
    shell.see("status 0")
    ears.see(next(word for word in ("deployed", "build 512 is green", "green") if word in command))


def test_every_link_leads_somewhere() -> None:
    """In the README and in docs/, to files of the repository."""
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for link in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text()):
            assert "://" in link or (page.parent / link).exists(), f"{page.name}: {link}"
