"""Starting that fails, stopping in order, and starting again at once. With real processes."""

import os
import pty
import re
import select
import signal
import socket
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.server import SECONDS, Peer, Server, command, fail

STOPPING = "server is stopping"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_in_order(number: int) -> None:
    """Everyone is told, also who has not spoken yet; then comes the end, with exit status 0."""
    with Server("--port", "0", "--ephemeral") as server:
        silent = server.connect()
        half = server.connect()
        half.sock.sendall(b"NICK hal")
        with silent, half, server.join("::1") as plain, server.join_irc("irene") as irene:
            server.signal(number)
            assert plain.rest()[-1] == f"-> goodbye: {STOPPING}"
            assert STOPPING in irene.read_until("ERROR")
            assert irene.rest() == []
            assert silent.rest()[-1] == f"-> goodbye: {STOPPING}"
            assert half.rest()[-1] == f"-> goodbye: {STOPPING}"
            for peer in (plain, irene, silent, half):
                peer.close()
            assert server.wait() == 0


def test_a_unix_socket_is_gone_with_its_server(tmp_path: Path) -> None:
    """Nobody finds a file that leads nowhere."""
    path = tmp_path / "chat.sock"
    with Server("--port", "0", "--ephemeral", "--unix", path) as server:
        assert path.is_socket()
        assert server.stop() == 0
        assert not path.exists()


def test_peers_that_do_not_close_do_not_hold_it_up() -> None:
    """Within 5 s, whatever they do."""
    with Server("--port", "0", "--ephemeral") as server, server.join(), server.join_irc("irene"):
        before = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - before < 5


def test_peers_that_read_nothing_do_not_hold_it_up(tmp_path: Path) -> None:
    """Their buffers are full, so that no farewell fits: they are reset in time."""
    log = tmp_path / "log"
    arguments = ("--port", "0", "--ephemeral", "--log-level", "debug")
    with Server(*arguments, log=log) as server, socket.socket() as stalled:
        stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stalled.connect(("127.0.0.1", server.port))
        stalled.sendall(b"/help\n" * 10_000)
        wait_for(log, "the kernel takes no more")
        before = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - before < 5
        assert "close: reset (RST)" in log.read_text()


def test_nobody_needs_to_read_what_it_prints(tmp_path: Path) -> None:
    """`chatserver | head -1`, or a full disk: it serves, and the log has what it had to say."""
    log = tmp_path / "log"
    reader, broken = os.pipe()
    os.close(reader)
    for output in (broken, os.open("/dev/full", os.O_WRONLY)):
        with (
            log.open("w") as errors,
            subprocess.Popen(
                command("--ephemeral", "--port", "0", "--log-level", "info"),
                stdout=output,
                stderr=errors,
            ) as process,
        ):
            os.close(output)
            wait_for(log, "join with:")
            found = re.search(r":(\d+),", log.read_text())
            assert found
            with Peer(socket.create_connection(("127.0.0.1", int(found[1])))) as peer:
                peer.send("hello")
                peer.read_until("welcome")
            process.terminate()
            assert process.wait(10) == 0
        assert "Traceback" not in log.read_text()
        assert "Exception" not in log.read_text()


def test_a_second_signal_stops_at_once() -> None:
    """Nobody is waited for any more."""
    with Server("--port", "0", "--ephemeral") as server, server.join() as peer:
        server.signal(signal.SIGTERM)
        peer.read_until(STOPPING)
        before = time.monotonic()
        server.signal(signal.SIGTERM)
        assert server.wait() == 0
        assert time.monotonic() - before < 0.9


def test_it_starts_again_at_once_on_the_same_port(tmp_path: Path) -> None:
    """Although its end of a connection is in TIME_WAIT."""
    with Server("--port", "0", "--data", tmp_path) as server:
        port = server.port
        with server.join() as peer:
            server.signal(signal.SIGTERM)
            peer.rest()
        assert server.wait() == 0
    with Server("--port", str(port), "--data", tmp_path) as server:
        server.join().close()
        assert server.stop() == 0


def test_what_was_seen_survives_a_kill(tmp_path: Path) -> None:
    """`kill -9` right after a message was shown: who joins the next server reads it."""
    with (
        Server("--port", "0", "--data", tmp_path) as server,
        server.join() as alice,
        server.join() as bob,
    ):
        alice.send("nothing that anyone has seen is ever lost")
        bob.read_until("is ever lost")
        server.kill()
    with Server("--port", "0", "--data", tmp_path) as server, server.connect() as peer:
        peer.send("hello")
        assert peer.read_until("is ever lost").endswith(
            f"[{alice.nick}] nothing that anyone has seen is ever lost"
        )


def test_what_is_sent_again_after_a_kill_is_said_once(tmp_path: Path) -> None:
    """By its nonce: it is answered with the echo of the first, which has the same id."""
    echoes = []
    for _ in range(2):
        with Server("--port", "0", "--data", tmp_path) as server, server.connect() as alice:
            alice.send("CAP REQ :message-tags echo-message batch draft/chathistory")
            alice.send("NICK alice", "USER alice 0 * :alice", "CAP END", "JOIN #lobby")
            alice.read_until(" 366 ")
            alice.send("@+chatserver.dev/nonce=TWN2bd9FyCTW6v8fVo0Vlw PRIVMSG #lobby :once")
            echoes.append(alice.read_until("PRIVMSG"))
            server.kill()
    assert echoes[0] == echoes[1]
    assert "msgid=" in echoes[0]


def test_what_cannot_be_started_is_one_clear_line(tmp_path: Path) -> None:
    """Exit status 2, what is wrong, what to do, and no traceback."""
    with Server("--port", "0", "--data", tmp_path / "data") as server:
        port = str(server.port)
        assert re.search(rf":{port}: .*in use.*--port", fail("--port", port, "--ephemeral"))
        assert "--data" in fail("--port", "0", "--data", tmp_path / "data")
    assert "no such address" in fail("--host", "203.0.113.7", "--port", "0", "--ephemeral")
    assert "nowhere.invalid" in fail("--host", "nowhere.invalid", "--port", "0", "--ephemeral")
    (tmp_path / "file").write_text("")
    assert "file" in fail("--port", "0", "--data", tmp_path / "file")
    assert "file" in fail("--port", "0", "--ephemeral", "--unix", tmp_path / "file")


def test_a_failed_start_leaves_the_port_free(tmp_path: Path) -> None:
    """The second server on the same data has listened for a moment."""
    with Server("--port", "0", "--data", tmp_path) as server:
        assert "--data" in fail("--port", "0", "--data", tmp_path)
        server.join().close()


def test_the_configuration_is_read_again(tmp_path: Path) -> None:
    """On SIGHUP, for those who come then; what is wrong changes nothing, and is logged."""
    config, log = tmp_path / "chat.toml", tmp_path / "log"
    config.write_text('motd = "one"\n')
    with Server("--port", "0", "--ephemeral", "--config", config, log=log) as server:
        with server.connect() as peer:
            peer.send("NICK a", "USER a 0 * :a")
            assert peer.read_until(" 372 ").endswith("one")
        for text, mark in [
            ('motd = "two"\nping_timeout = 5\n', "need a restart: ping_timeout"),
            ("motd = 3\n", "stays as it was"),
        ]:
            config.write_text(text)
            server.signal(signal.SIGHUP)
            wait_for(log, mark)
        with server.connect() as peer:
            peer.send("NICK a", "USER a 0 * :a")
            assert peer.read_until(" 372 ").endswith("two")


def test_it_ends_with_its_terminal(tmp_path: Path) -> None:
    """SIGHUP is for the configuration as long as the terminal is there; then the server stops in order."""
    log = tmp_path / "log"
    ours, theirs = pty.openpty()
    with Server("--port", "0", "--ephemeral", log=log, stdin=theirs) as server:
        os.close(theirs)
        server.signal(signal.SIGHUP)
        wait_for(log, "the configuration was read again")
        with server.join() as peer:
            os.close(ours)
            server.signal(signal.SIGHUP)
            assert "stopping" in peer.read_until("goodbye")
        assert server.process.wait(SECONDS) == 0


def test_an_operator_hears_what_is_wrong_with_the_configuration(tmp_path: Path) -> None:
    """REHASH answers with the line of the file, as the log does; put right, it is taken."""
    config = tmp_path / "chat.toml"
    operator = '[[operator]]\nname = "root"\npassword = "sesame"\n'
    config.write_text(operator)
    with (
        Server("--port", "0", "--ephemeral", "--config", config) as server,
        server.join_irc("ann") as ann,
    ):
        config.write_text(f"motd = 3\n{operator}")
        ann.send("OPER root sesame", "REHASH")
        assert f"{config}, line 1: motd must be text" in ann.read_until(" NOTICE ")
        config.write_text(f'motd = "three"\n{operator}')
        ann.send("REHASH", "MOTD")
        ann.read_until(" 382 ")
        assert ann.read_until(" 372 ").endswith("three")


def test_without_descriptors_it_keeps_serving(tmp_path: Path) -> None:
    """The newest is told that there is no room; when others leave, there is room again."""
    limit = ["sh", "-c", 'ulimit -n 48; exec "$@"', "sh"]
    log = tmp_path / "log"
    with Server("--port", "0", "--ephemeral", wrapper=limit, log=log) as server:
        with server.join() as first, ExitStack() as others:
            # What checks passwords is loaded in the background: then no file of its own is open.
            first.send("/login nobody wrong-horse")
            first.read_until("-> ")
            newest = [others.enter_context(server.connect()) for _ in range(48)][-1]
            assert "the server is full" in newest.line()
            assert newest.line() == ""
            before = cpu_seconds(server)
            first.send("/names")
            first.read_until("#lobby (")
            assert not select.select([first.sock], [], [], 0.3)[0]
            assert cpu_seconds(server) - before < 0.1, "it spins"
            others.close()
            first.send("/quit")
            first.rest()
            with server.connect() as peer:
                peer.send("hello")
                peer.read_until("welcome")
        assert "out of file descriptors" in log.read_text()


def test_an_idle_server_does_nothing() -> None:
    """With people and programs connected, nothing wakes it up while nothing is due."""
    with Server("--port", "0", "--ephemeral", "--registration-timeout", "1") as server:
        peers = [server.join() for _ in range(20)]
        peers += [server.join_irc(f"nick{number}") for number in range(20)]
        # Registration is checked, and what happened is written down.
        assert not select.select([peers[-1].sock], [], [], 1.9)[0]
        before = wakeups(server)
        assert not select.select([peers[-1].sock], [], [], 0.5)[0]
        assert wakeups(server) == before
        for peer in peers:
            peer.close()


def wait_for(log: Path, text: str) -> None:
    """Return when the log has `text`."""
    deadline = time.monotonic() + 10
    while text not in log.read_text():
        assert time.monotonic() < deadline, f"no {text!r} in {log.read_text()}"
        select.select([], [], [], 0.01)


def cpu_seconds(server: Server) -> float:
    """Return how much CPU time it has used."""
    fields = Path(f"/proc/{server.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wakeups(server: Server) -> int:
    """Return how often it went to sleep so far."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    found = re.search(r"\nvoluntary_ctxt_switches:\s+(\d+)", status)
    assert found
    return int(found[1])
