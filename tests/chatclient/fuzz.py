"""A server that says anything: random lines through session and world, and what must hold all the same.

Rules: nothing raises; no text of the world has a control character (but TAB, and the ends of lines
in what was said), nor one of direction; spans lie in their texts, in order; what is kept is bounded.
A seed makes the same run again. `python -m tests.chatclient.fuzz --lines 1000000` is the long one.
"""

import argparse
import re
import resource
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from random import Random

from chatclient.commands.entering import enter
from chatclient.model import (
    Buffer,
    BufferChanged,
    BufferOpened,
    Change,
    Kind,
    Line,
    LineAdded,
    LineChanged,
    LinesInserted,
    MembersChanged,
    Status,
    StatusChanged,
    WorkWanted,
    World,
)
from chatclient.model.window import trim
from chatclient.session import Identity, Session
from chatclient.session.handlers import HANDLERS
from chatclient.session.registration import WANTED
from chatclient.session.replies import SENTENCES

UNSAFE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""What no text of the world may have: C0 but TAB, DEL, C1, controls of direction, surrogates."""

BUFFERS_MOST = 2100
LINES_MOST = 12_000
_KEPT = 200  # lines of a buffer in memory, so that what grows otherwise is seen

_NICKS = (
    *("alice", "alice", "alice", "bob", "Carol", "dave[]", "eve|x", "üser", "srv", "NickServ"),
    *("", "*", "a b", ":x", "x" * 99),
)
_ROOMS = (
    *(
        "#r",
        "#r",
        "#R",
        "#other",
        "&local",
        "#ü",
        "#",
        "",
        "alice",
        "@#r",
        "+#r",
        "#a,#b",
        "#\x02b",
    ),
    *("bob", "#a b", "#{x}", "#[x]"),
)
_TEXTS = (
    *(
        "hi",
        "alice: hello",
        "\x01ACTION waves\x01",
        "\x01VERSION\x01",
        "\x02b\x02 \x0304,12red\x03",
    ),
    *(
        "\x04ff0000hex",
        "a\tb",
        "👩‍👩‍👧 漢字",
        "\u202eevil",
        "\x1b[2J\x9b31m",
        "",
        " ",
        ":",
        "x" * 600,
    ),
    *("timestamp=2023-11-14T22:13:20.000Z", "timestamp=*", "*", "+", "-", "0", "G", "acc", "100"),
    *("CHANTYPES=#&", "PREFIX=(ov)@+", "CASEMAPPING=ascii", "STATUSMSG=@+", "WHOX", "MONITOR=9"),
    *("CLIENTTAGDENY=*", "CHATHISTORY=50", "LINELEN=1024", "+o-v", "+b", "+nt", "-o+v", "907"),
    *("LS", "ACK", "NAK", "DEL", "NEW", "LIST", "RESUMED", "SUCCESS", "hello", "one", "two", "yes"),
    *("bob!b@h carol!c@h", "@bob +eve alice", "cj1uLHM9YWE9PSxpPTE=", "dj02", "PRIVMSG"),
)
_TAGS = (
    *("time=2023-11-14T22:13:20.123Z", "time=9999-99-99T99:99:99Z", "time=0001-01-01T00:00:00Z"),
    *("+typing=active", "+typing=paused", "+typing=done", "+draft/react=👍", "+draft/unreact=👍"),
    *("+draft/react=\x07\u202e", "account=bob", "account", "bot", "draft/multiline-concat", "="),
    *("+chatserver.dev/nonce=AAAAAAAAAAAAAAAAAAAAAA", "draft/chathistory-context", "msgid", ";"),
    *("msgid=a\\sb", "x=\\"),
)
_BATCHES = ("chathistory", "draft/multiline", "netsplit", "znc.in/playback", "labeled-response")
_COMMANDS = (*HANDLERS, *SENTENCES, *(f"{number:03}" for number in range(1000)))
_LIKELY = (
    *("PRIVMSG", "PRIVMSG", "NOTICE", "TAGMSG", "BATCH", "BATCH", "JOIN", "PART", "QUIT", "KICK"),
    *(
        "MODE",
        "MODE",
        "NICK",
        "TOPIC",
        "REDACT",
        "AWAY",
        "FAIL",
        "PONG",
        "CAP",
        "005",
        "315",
        "332",
    ),
    *("353", "353", "354", "366", "401", "404", "433", "ACCOUNT", "AUTHENTICATE", "903", "904"),
    *("CHATHISTORY", "MARKREAD", "ACK", "730", "731"),
)
_TYPED = (
    *("hello", "one\ntwo", "/me waves", "/join #r", "/part #r", "/react 👍", "/reply bob yes"),
    *("/cancel", "/delete", "/msg bob psst", "/close", "/nick other", "/resend all", "/history"),
    *("/topic x", "/login alice", "/logout", "/register", "/query :x", "/rename #new", "/away"),
)


_LABEL = re.compile("label=([a-z0-9]+)")


class Chaos:
    """A server that makes no sense, and a user who types now and then."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.world = World(Status("test:9000", nick="alice"))
        mine = (
            Identity("alice", account="alice", password="sesame") if seed % 2 else Identity("alice")
        )
        self.session = Session(self.world, mine, random=Random(seed))
        self.session.join("#r")
        self.now = 1_700_000_000.0
        self.asked: list[str] = []
        """The labels of what was asked last."""
        self.lines = 0
        self.slowest = 0.0
        """The longest step, in seconds of CPU."""

    def run(self, lines: int) -> None:
        """Let the server say so many lines."""
        end = self.lines + lines
        while self.lines < end:
            self._connection(min(2000, end - self.lines))

    def _connection(self, lines: int) -> None:
        self.session.start()
        self._hear([b":srv CAP * LS :" + " ".join(sorted(WANTED)).encode()])
        self._hear([b":srv CAP * ACK :" + " ".join(sorted(WANTED)).encode()])
        self._hear([b":srv 001 alice :hi", b":srv 422 alice :no", b":alice!a@h JOIN #r"])
        while lines > 0:
            burst = min(lines, self.random.choice((1, 1, 5, 50)))
            lines -= burst
            self._hear([self.line() for _ in range(burst)])
            if self.asked and self.random.random() < 0.2:
                self._hear(self._page())
            if self.random.random() < 0.2:
                self._user()
        self.session.end("lost", self.now)
        self._check(self.session.take_changes())

    def _user(self) -> None:
        buffer = self.random.choice(self.world.buffers)
        self.world.activate(buffer)
        self.session.typing(buffer, self.now, active=self.random.random() < 0.7)
        enter(self.session, buffer, self.random.choice(_TYPED), self.now)
        if self.world.question:
            self.world.answer(self.random.choice((None, "sesame", "yes", "no", "")))
        self.session.see(buffer, self.now)
        self.session.expire(self.now)
        for old in self.world.buffers:
            trim(old, _KEPT, lambda _: True)

    def _hear(self, lines: Iterable[bytes]) -> None:
        data = b"".join(line + b"\r\n" for line in lines)
        self.lines += data.count(b"\n")
        self.now += self.random.choice((0.0, 0.1, 5.0))
        before = time.process_time()
        if self.random.random() < 0.1:
            cut = self.random.randrange(len(data))
            self.session.receive(data[:cut], self.now)
            data = data[cut:]
        self.session.receive(data, self.now)
        self.slowest = max(self.slowest, time.process_time() - before)
        self.asked += _LABEL.findall(self.session.take_output().decode())
        del self.asked[:-9]
        self._check(self.session.take_changes())

    # --- lines -------------------------------------------------------------------------------

    def line(self) -> bytes:
        """Return one line that a server might say, or nearly, or hardly."""
        pick = self.random.choice
        rare = self.random.random() < 0.5
        command = pick(_COMMANDS) if rare else pick(_LIKELY)
        params = [self._param() for _ in range(self.random.randrange(6))]
        if command == "BATCH":
            params = [pick("+-") + str(self.random.randrange(9)), pick(_BATCHES), *params]
        elif not rare:
            params = [pick(_ROOMS), *params]
        source = (
            f":{pick(_NICKS)}!u@h " if self.random.random() < 0.9 else pick(("", ":srv ", ": "))
        )
        text = f"{self._tags()}{source}{command} {' '.join(params)}"
        return self._mutated(text.encode(errors="replace"))

    def _param(self) -> str:
        pick = self.random.choice
        text = pick(pick((_NICKS, _ROOMS, _TEXTS, _TEXTS)))
        return f":{text}" if self.random.random() < 0.3 else text

    def _tags(self) -> str:
        tags = [self.random.choice(_TAGS) for _ in range(self.random.choice((0, 0, 1, 2)))]
        number = self.random.randrange
        for name, most in (("batch", 9), ("msgid", 500), ("+reply", 500)):
            if self.random.random() < 0.3:
                tags.append(f"{name}={number(most)}")
        if self.asked and self.random.random() < 0.3:
            tags.append(f"label={self.random.choice(self.asked)}")
        return f"@{';'.join(tags)} " if tags else ""

    def _page(self) -> list[bytes]:
        """Return an answer to a question for history, of lines that may be of anything."""
        label = self.random.choice(self.asked)
        messages = (self.line() for _ in range(self.random.choice((0, 1, 9))))
        inside = (b"@batch=p;" + line.removeprefix(b"@") for line in messages)
        return [f"@label={label} :srv BATCH +p chathistory #r".encode(), *inside, b":srv BATCH -p"]

    def _mutated(self, line: bytes) -> bytes:
        for _ in range(self.random.choice((0, 0, 0, 1, 3))):
            at = self.random.randrange(len(line) + 1)
            match self.random.randrange(4):
                case 0:
                    line = (
                        line[:at] + self.random.randbytes(self.random.randrange(1, 4)) + line[at:]
                    )
                case 1:
                    line = line[:at] + line[at + self.random.randrange(1, 9) :]
                case 2:
                    line = line[:at] + bytes([self.random.randrange(32)]) + line[at:]
                case _:
                    line = line[:at] + line[at // 2 :]
        return line.replace(b"\n", b"") or b" "

    # --- what must hold ----------------------------------------------------------------------

    def _check(self, changes: Sequence[Change]) -> None:
        for change in changes:
            match change:
                case LineAdded(_, line) | LineChanged(_, line):
                    check_line(line)
                case LinesInserted(_, lines):
                    for line in lines:
                        check_line(line)
                case BufferOpened(buffer) | BufferChanged(buffer):
                    check_texts(_texts_of(buffer))
                case MembersChanged(buffer):
                    for member in buffer.members:
                        told = (member.nick, member.prefixes, member.user, member.host)
                        check_texts((*told, member.account, member.realname))
                case StatusChanged():
                    status = self.world.status
                    check_texts((status.nick, status.account, status.network, status.reason))
                case WorkWanted():
                    change.then(change.compute())
                case _:
                    pass
        assert len(self.world.buffers) <= BUFFERS_MOST
        assert all(len(buffer.lines) <= LINES_MOST for buffer in self.world.buffers)


def _texts_of(buffer: Buffer) -> Iterator[str]:
    yield from (buffer.name, buffer.topic.text, buffer.topic.by, buffer.modes, *buffer.typing)


def check_line(line: Line) -> None:
    """Check that a line is safe to show, and its spans are in order."""
    said = line.text.replace("\n", " ") if line.kind is not Kind.JOIN else line.text
    reactions = (text for each in line.reactions for text in (each.text, *each.nicks))
    check_texts((said, line.source, line.account, line.reason, *reactions))
    end = 0
    for span in line.spans:
        assert end <= span.start < span.end <= len(line.text), line
        end = span.end


def check_texts(texts: Iterable[str]) -> None:
    """Check that texts have nothing that controls a terminal."""
    for text in texts:
        assert not UNSAFE.search(text), ascii(text)


def main() -> None:
    """Run for as many lines as are asked for, and say what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chaos = Chaos(asked.seed)
    for _ in range(10):
        chaos.run(asked.lines // 10)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        sys.stdout.write(
            f"{chaos.lines} lines, {time.process_time():.0f} s of CPU, {memory} MiB, "
            f"{len(chaos.world.buffers)} buffers, slowest step {chaos.slowest * 1000:.0f} ms\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
