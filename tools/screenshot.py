"""Makes docs/screenshot.svg: the real client on a real server, with people from everywhere.

Rules: nothing is drawn by hand. The server and the client are the installed programs; the others
are sockets that send what netcat and IRC clients send; the picture is what a terminal (pyte) holds.
Run it with `python -m tools.screenshot` in the repository.
"""

import fcntl
import os
import pty
import re
import select
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyte

from tools.svg import picture

COLUMNS, ROWS = 100, 28
DEADLINE = 10.0  # seconds for each thing to appear
PICTURE = Path("docs", "screenshot.svg")
COMMANDS = Path(sys.executable).parent


class Peer:
    """Somebody on a socket."""

    def __init__(self, port: int, *lines: str) -> None:
        self._socket = socket.create_connection(("localhost", port), DEADLINE)
        self.say(*lines)

    def say(self, *lines: str) -> None:
        """Send lines."""
        self._socket.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def close(self) -> None:
        """Go."""
        self._socket.close()


class Terminal:
    """A pseudo terminal with the client in it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self.screen)
        self._readable = select.poll()  # unlike select(), for descriptors of any number
        self._readable.register(descriptor, select.POLLIN)

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._descriptor, text.encode())

    def until(self, condition: Callable[[str], object]) -> None:
        """Read until the screen meets the condition. Raises `TimeoutError` if it never does."""
        end = time.monotonic() + DEADLINE
        while not condition("\n".join(self.screen.display)):
            left = end - time.monotonic()
            if left <= 0 or not self._readable.poll(left * 1000):
                raise TimeoutError("\n".join(self.screen.display))
            self._stream.feed(os.read(self._descriptor, 65536))

    def shows(self, *texts: str) -> None:
        """Read until all the texts are on the screen."""
        self.until(lambda screen: all(text in screen for text in texts))


@contextmanager
def serving() -> Iterator[int]:
    """Run a server on a free port, and give the port."""
    command = [str(COMMANDS / "chatserver"), "--port", "0", "--ephemeral"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            found = None
            while found is None and process.stdout is not None:
                found = re.search(r"localhost (\d+)", process.stdout.readline())
            yield int(found[1]) if found else 0
        finally:
            process.terminate()


@contextmanager
def chatting(port: int) -> Iterator[Terminal]:
    """Run the client in a terminal of its own."""
    inner, outer = pty.openpty()
    fcntl.ioctl(outer, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    with (
        tempfile.TemporaryDirectory() as home,  # a client that has never been used
        subprocess.Popen(  # noqa: S603
            [str(COMMANDS / "chatclient"), "localhost", str(port), "--nick", "anna"],
            stdin=outer,
            stdout=outer,
            stderr=outer,
            env={**os.environ, "TERM": "xterm-256color", "NO_COLOR": "", **_places(home)},
            start_new_session=True,
        ) as process,
    ):
        try:
            yield Terminal(inner)
        finally:
            process.terminate()
            os.close(outer)
            os.close(inner)
            process.wait()


def _places(home: str) -> dict[str, str]:
    """Return the variables that say where programs keep things."""
    return {f"XDG_{each}_HOME": home for each in ("CONFIG", "DATA", "STATE", "CACHE")}


def play(terminal: Terminal, port: int, stack: ExitStack) -> None:
    """Have people meet, talk, and leave the screen full of it."""

    def join(*lines: str) -> Peer:
        peer = Peer(port, *lines)
        stack.callback(peer.close)
        return peer

    terminal.shows("connected", "you joined #lobby")
    terminal.type("/join #team\r")
    terminal.shows("you joined #team")
    terminal.type("/topic Shipping on Friday · notes: https://example.org/notes\r")
    terminal.shows("#team · Shipping on Friday")
    bob = join("/nick bob", "/join #team")
    terminal.shows("bob joined")
    carol = join("NICK carol", "USER carol 0 * :Carol", "JOIN #team")
    terminal.shows("carol joined")
    terminal.type("\x1b2")  # the lobby, to leave the team's room unread for a moment
    terminal.until(lambda screen: "#lobby >" in screen)
    terminal.type("\x1b3")
    terminal.until(lambda screen: "#team >" in screen)
    bob.say("good morning! I am here with netcat alone, nothing installed")
    terminal.shows("alone, nothing")
    carol.say("PRIVMSG #team :and I with my IRC client, which works as always \N{PARTY POPPER}")
    terminal.shows("as always")
    terminal.type("おはよう! The fix for the queue is in, could somebody review it?\r")
    terminal.shows("review it?")
    carol.say("PRIVMSG #team :\x01ACTION has a look\x01")
    terminal.shows("has a look")
    bob.say(
        "anna: I read it yesterday. The retry could wait a little longer between the tries, "
        "else a server that comes back gets everybody at once"
    )
    terminal.shows("at once")
    terminal.type("bo\t")
    terminal.shows("#team > bob:")
    terminal.type("true, it will add some jitter\r")
    terminal.shows("jitter")
    terminal.type("/react \N{THUMBS UP SIGN} bob\r")
    terminal.shows("\N{THUMBS UP SIGN}")
    terminal.type("/reply carol thank you!\r")
    terminal.shows("thank you!")
    robot = join("/nick deploy", "/join #ops")
    carol.say("PRIVMSG anna :lunch at noon?")
    terminal.shows("4 carol")
    robot.say("/join #team", "version 1.4.2 is live, 0 errors")
    terminal.shows("is live")
    dora = join("/nick dora", "hello from the lobby", "is anna here?")
    terminal.until(lambda screen: re.search(r"2 #lobby +!2", screen))
    dora.say("/quit")
    terminal.type("great, so we have time for")
    terminal.shows("have time for")


def main() -> int:
    """Make the picture."""
    with ExitStack() as stack:
        port = stack.enter_context(serving())
        terminal = stack.enter_context(chatting(port))
        play(terminal, port, stack)
        PICTURE.write_text(picture(terminal.screen, "chatclient"), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
