"""What a terminal says of itself is heard, and never typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.input.vt100_parser import Vt100Parser
from prompt_toolkit.key_binding import KeyPress

from chatclient.ui.reports import ReportParser, ground_of, hinted
from chatclient.ui.theme import Ground

LIGHT = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\"
DARK = "\x1b]11;rgb:1e/1e/1e\x07"


def _read(*parts: str) -> tuple[str, list[Ground]]:
    keys: list[KeyPress] = []
    heard: list[Ground] = []
    parser = ReportParser(keys.append, heard.append)
    for part in parts:
        parser.feed(part)
    parser.flush()
    return "".join(key.data for key in keys), heard


@pytest.mark.parametrize("report", [LIGHT, "\x1b[?997;2n"])
@given(at=st.integers(0, 40))
def test_a_report_may_come_in_parts(report: str, at: int) -> None:
    """Wherever it is cut, and among keys: it is heard once, and nothing of it is typed."""
    assert _read(f"a{report}b"[:at], f"a{report}b"[at:]) == ("ab", [Ground.LIGHT])


def test_grounds_follow_one_another() -> None:
    """With either end that terminals write, and colours of two digits."""
    assert _read(LIGHT + DARK, "\x1b[?997;2n", "\x1b[?997;1n") == (
        "",
        [Ground.LIGHT, Ground.DARK, Ground.LIGHT, Ground.DARK],
    )


def test_an_answer_may_be_late() -> None:
    """Longer than Esc waits for a key: still not typed."""
    heard: list[Ground] = []
    keys: list[KeyPress] = []
    parser = ReportParser(keys.append, heard.append)
    parser.feed("\x1b]11;rgb:00")
    parser.flush()
    parser.feed("/00/00\x07x")
    assert [key.data for key in keys] == ["x"]
    assert heard == [Ground.DARK]


@given(st.lists(st.sampled_from(["\x1b", "]", "[", "a", "1", "?", "é", "\x1b[A", "\x1b]1", "\r"])))
def test_all_else_is_typed_as_ever(parts: list[str]) -> None:
    """Keys that begin as a report does go on, to the last."""
    ours: list[KeyPress] = []
    usual: list[KeyPress] = []
    for parser in (ReportParser(ours.append, lambda _: None), Vt100Parser(usual.append)):
        for part in parts:
            parser.feed(part)
            parser.flush()
    assert ours == usual


@pytest.mark.parametrize(
    ("colour", "ground"),
    [("000", Ground.DARK), ("fff", Ground.LIGHT), ("055", Ground.DARK), ("ffd", Ground.LIGHT)],
)
def test_a_ground_is_light_when_black_is_read_better_on_it(colour: str, ground: Ground) -> None:
    """By the luminance that eyes have, not by the mean of the three."""
    assert ground_of(*colour) is ground


def test_the_environment_hints() -> None:
    """`COLORFGBG` names the background last; what is no number hints at nothing."""
    assert hinted("15;0") is Ground.DARK
    assert hinted("0;default;15") is Ground.LIGHT
    assert hinted("0;default") is hinted("") is Ground.UNKNOWN


def test_what_is_no_text_is_read_as_a_sign() -> None:
    """A byte that is no UTF-8 could neither be searched for, nor kept, nor sent."""
    assert _read("a\udc82b") == ("a\ufffdb", [])
