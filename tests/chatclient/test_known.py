"""What is remembered of servers."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from chatclient.known import KnownServers, Policy, UnusableError

POLICY = Policy(port=6697, duration=100, expires=1100.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file will be, in a directory that is not there yet."""
    return tmp_path / "data" / "servers.json"


def test_certificates(path: Path) -> None:
    """They are remembered for one server each, in any spelling, for its owner alone to read."""
    known = KnownServers(path)
    assert known.fingerprint("h:1") == ""
    known.pin("H:1", "sha256:aa")
    assert KnownServers(path).fingerprint("h:1") == "sha256:aa"
    assert KnownServers(path).fingerprint("h:2") == ""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["servers.json"]


def test_what_several_clients_remember_at_once(path: Path) -> None:
    """All of it is remembered."""
    code = (
        "import sys; from pathlib import Path; from chatclient.known import KnownServers\n"
        "for n in range(30): KnownServers(Path(sys.argv[1])).pin(f'{sys.argv[2]}:{n}', 'sha256:aa')"
    )
    clients = [subprocess.Popen([sys.executable, "-c", code, path, name]) for name in "abcd"]
    assert [client.wait(60) for client in clients] == [0] * 4
    assert len(json.loads(path.read_text())["certificates"]) == 4 * 30


def test_policies(path: Path) -> None:
    """They are remembered until they expire, or are taken back; certificates stay."""
    known = KnownServers(path)
    known.pin("h:1", "sha256:aa")
    known.keep_policy("Chat.Example", POLICY)
    assert KnownServers(path).policy("chat.example", 1099.0) == POLICY
    assert known.policy("chat.example", 1100.0) is None
    assert known.policy("other.example", 0.0) is None
    known.keep_policy("chat.example", None)
    assert known.policy("chat.example", 1000.0) is None
    assert known.fingerprint("h:1") == "sha256:aa"


def test_without_a_file() -> None:
    """It remembers all the same, while it is there."""
    known = KnownServers()
    known.pin("h:1", "sha256:aa")
    known.keep_policy("h", POLICY)
    assert known.fingerprint("h:1") == "sha256:aa"
    assert known.policy("h", 0.0) == POLICY


@pytest.mark.parametrize(
    "content",
    ["{", "[]", '{"sts": 1}', '{"certificates": []}', "\udcff", '{"sts": {"h": {"ports": 1}}}'],
)
def test_a_file_that_makes_no_sense(path: Path, content: str) -> None:
    """It is named, not taken for an empty one, and left as it is."""
    path.parent.mkdir()
    written = content.encode(errors="surrogateescape")
    path.write_bytes(written)
    with pytest.raises(UnusableError, match=r"cannot read .*servers\.json: .*; mend it"):
        KnownServers(path).policy("h", 0.0)
    assert path.read_bytes() == written


def test_a_place_that_cannot_be_written(path: Path) -> None:
    """It is said, with why."""
    path.parent.write_text("a file where a directory should be")
    with pytest.raises(UnusableError, match="cannot"):
        KnownServers(path).pin("h:1", "sha256:aa")


def test_what_others_wrote_stays(path: Path) -> None:
    """Two clients that remember something after another lose nothing."""
    one, two = KnownServers(path), KnownServers(path)
    one.pin("a:1", "sha256:aa")
    two.pin("b:1", "sha256:bb")
    assert sorted(json.loads(path.read_text())["certificates"]) == ["a:1", "b:1"]


def test_a_policy_that_makes_no_sense(path: Path) -> None:
    """It is an error that says so, and neither an old one nor a traceback."""
    path.parent.mkdir()
    policy = {"port": 6697, "duration": 1, "expires": "soon"}
    path.write_text(json.dumps({"sts": {"h": policy}}))
    with pytest.raises(UnusableError, match="not as it was written"):
        KnownServers(path).policy("h", 0.0)
