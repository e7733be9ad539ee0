"""The questions of the first start."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from chatclient.config import Config
from chatclient.configfile import ConfigFile
from chatclient.networks import Network
from chatclient.wizard import ask


def _answering(
    answers: Sequence[str | BaseException], path: Path
) -> tuple[Config | None, str, ConfigFile]:
    """Give these answers, one after another; return what came of it, and all that was seen."""
    left, seen = [*answers], list[str]()
    file = ConfigFile(path / "made" / "config.toml")

    def read(prompt: str) -> str:
        seen.append(prompt)
        answer = left.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    config = ask(file, read, seen.append)
    assert not left
    return config, "\n".join(seen), file


@pytest.fixture(autouse=True)
def _user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "anna")


def test_enter_is_enough(tmp_path: Path) -> None:
    """All defaults make sense, and are saved in so many words."""
    config, seen, file = _answering(["", "", "", ""], tmp_path)
    assert config
    assert (config.name, config.address, config.rooms) == (
        "localhost",
        "localhost:9000",
        ("#lobby",),
    )
    assert file.read().networks == {
        "localhost": Network(host="localhost", port=9000, nick="anna", rooms=("#lobby",))
    }
    assert f"Saved in {file.path}, as localhost" in seen
    for label in ("server [localhost:9000]", "name [anna]", "rooms [#lobby]", "account [none]"):
        assert label in seen


def test_other_answers(tmp_path: Path) -> None:
    """A server elsewhere is asked about TLS; rooms stand with commas or blanks."""
    answers = ["irc.example.org:6697", "", "bob", "#a, b", "alice"]
    config, seen, file = _answering(answers, tmp_path)
    assert config
    assert "TLS [yes]" in seen
    assert file.read().networks["example"] == Network(
        host="irc.example.org", port=6697, tls=True, nick="bob", rooms=("#a", "#b"), account="alice"
    )
    assert config.identity.account == "alice"


def test_host_and_port_stand_as_on_the_command_line(tmp_path: Path) -> None:
    """The server tells people to come with `chatclient HOST PORT`."""
    config, _, file = _answering(["localhost 9001", "", "", ""], tmp_path)
    assert config
    assert config.address == "localhost:9001"
    assert file.read().networks["localhost"].port == 9001


def test_a_link_says_it_all(tmp_path: Path) -> None:
    """With encryption and rooms in it, these are not asked for."""
    config, seen, _ = _answering(["ircs://irc.libera.chat/#python", "", ""], tmp_path)
    assert config
    assert (config.name, config.tls, config.rooms) == ("libera", True, ("#python",))
    assert "TLS [" not in seen
    assert "rooms [" not in seen


def test_no_rooms(tmp_path: Path) -> None:
    """As some want to look around first."""
    config, _, _ = _answering(["", "", "-", ""], tmp_path)
    assert config
    assert config.rooms == ()


def test_what_makes_no_sense_is_asked_again(tmp_path: Path) -> None:
    """With what is wrong with it."""
    answers = ["a,b", "h", "perhaps", "no", "1x", "bob", "#a#\x01", "#a", "x y", "none"]
    config, seen, _ = _answering(answers, tmp_path)
    assert config
    assert (config.host, config.tls, config.identity.nick) == ("h", False, "bob")
    for word in ("is no name or address", "yes or no", "is no nick", "is no name of a room"):
        assert word in seen


@pytest.mark.parametrize("end", [KeyboardInterrupt(), EOFError()])
@pytest.mark.parametrize("after", range(4))
def test_breaking_off_leaves_nothing_behind(tmp_path: Path, end: BaseException, after: int) -> None:
    """Whichever question it is at: no file, no directory, and no network."""
    config, seen, _ = _answering([*[""] * after, end], tmp_path)
    assert config is None
    assert not list(tmp_path.iterdir())
    assert "Nothing was saved" in seen


def test_other_networks_stay(tmp_path: Path) -> None:
    """Who has settings, and no network yet, keeps them."""
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "config.toml").write_text('[settings]\ntheme = "dark"\n')
    _, _, file = _answering(["", "", "", ""], tmp_path)
    assert file.path.read_text().startswith('[settings]\ntheme = "dark"\n')
    assert [*file.read().networks] == ["localhost"]
