"""Settings and keys as people write them, and the page that lists them."""

import tomllib
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from chatclient import options
from chatclient.config import ArgumentError
from chatclient.configfile import ConfigFile
from chatclient.docs import CONFIGURATION_HEAD, configuration_page
from chatclient.networks import Network, configure
from chatclient.settings import Settings, Theme

TABLES = (Settings, Network)


def test_the_page_is_that_of_the_tables() -> None:
    """docs/configuration.md is made by `make docs`; when this fails, make it again."""
    page = Path(__file__).parents[2] / "docs" / "configuration.md"
    assert page.read_text(encoding="utf-8") == configuration_page()


def test_the_example_of_the_page_works(tmp_path: Path) -> None:
    """What one copies from it is taken."""
    example = CONFIGURATION_HEAD.partition("```toml\n")[2].partition("```")[0]
    (tmp_path / "config.toml").write_text(example)
    saved = ConfigFile(tmp_path / "config.toml").read()
    assert saved.settings.theme is Theme.LIGHT
    assert [configure(name, network).name for name, network in saved.networks.items()] == [
        "libera",
        "work",
    ]


@pytest.mark.parametrize("table", TABLES)
def test_every_option_is_told_of(table: type) -> None:
    """It has a default that is a value of it, and a phrase that says what it is for."""
    for each in fields(table):
        assert each.default is not MISSING
        assert options.take(table, each.name, options.plain(each.default)) == each.default
        text = each.metadata["text"]
        assert text[0].islower()
        assert not text.endswith(".")
        assert options.description(options.types(table)[each.name])


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("mouse", "yes", True),
        ("mouse", "OFF", False),
        ("paste_guard", "12", 12),
        ("theme", "light", Theme.LIGHT),
        ("logs", "~/logs", "~/logs"),
    ],
)
def test_values_that_are_typed(name: str, typed: str, value: object) -> None:
    """As people write them; what is shown can be typed again."""
    taken = options.parse(Settings, name, typed)
    assert taken == value
    assert options.parse(Settings, name, options.shown(taken)) == value


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("mouse", "1"),
        ("mouse", ""),
        ("paste_guard", "-1"),
        ("paste_guard", "x"),
        ("theme", "Dark "),
    ],
)
def test_values_that_are_none(name: str, typed: str) -> None:
    """It is told what would be one."""
    with pytest.raises(ArgumentError, match=f"{options.key_of(name)} is "):
        options.parse(Settings, name, typed)


def test_a_list() -> None:
    """With commas, blanks or both."""
    assert options.parse(Network, "rooms", "#a, #b #c") == ("#a", "#b", "#c")
    assert options.shown(("#a", "#b")) == "#a, #b"


@pytest.mark.parametrize("written", ["paste-guard", "paste_guard", "Paste-Guard"])
def test_names_are_found_however_they_are_written(written: str) -> None:
    """By people; the file has one way to write them."""
    assert options.find(Settings, written) == "paste_guard"


def test_numbers_are_no_truth() -> None:
    """TOML tells `true` from 1, and so do we."""
    data = tomllib.loads("a = true\nb = 1")
    with pytest.raises(ArgumentError):
        options.take(Settings, "paste_guard", data["a"])
    with pytest.raises(ArgumentError):
        options.take(Settings, "mouse", data["b"])
