"""docs/sockets.md says what the log says."""

import re
from pathlib import Path

import chatserver.net

NET = Path(chatserver.net.__file__).parent
PAGE = Path(__file__).parents[3] / "docs" / "sockets.md"


def templates() -> list[re.Pattern[str]]:
    """Return what a step of a connection may look like in the log, by the code that logs it."""
    paths = (*NET.glob("*.py"), NET.parent / "session.py", NET.parent / "catchup.py")
    code = "".join(path.read_text() for path in paths)
    texts = re.findall(r'(?:tell|note|_log\.debug)\(\s*"([^"]+)"', code)
    return [
        re.compile(re.sub(r"%[sdx]", ".*", re.escape(text).replace(r"\%", "%"))) for text in texts
    ]


def test_every_line_of_a_log_on_the_page_is_one_that_is_logged() -> None:
    """Who changes a step changes the page."""
    lines = re.findall(r"^(?:[\d:.]+ )?DEBUG (?:#\d+ )?(.+)$", PAGE.read_text(), re.MULTILINE)
    assert len(lines) > 20
    for line in lines:
        assert any(template.fullmatch(line) for template in templates()), line


def test_every_reason_on_the_page_is_given() -> None:
    """And every one that is given by the code is on the page."""
    page = PAGE.read_text()
    for reason in ("connection closed", "connection reset", "connection timed out", "ping timeout"):
        assert f"`{reason}" in page
    for reason in re.findall(
        r'^(?:CLOSED|BUG): Final = "(.+)"',
        (NET / "connection.py").read_text(),
        re.MULTILINE,
    ):
        assert f"`{reason}`" in page
