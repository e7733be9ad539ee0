"""The pages that are made from tables are those in docs/."""

from pathlib import Path

import pytest

from chatserver.config.settings import Config
from chatserver.config.table import rows
from chatserver.config.tables import Listen, Operator
from chatserver.docs import PAGES, main, settings_page

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_current(name: str) -> None:
    """Who changes a table makes its page again: `make docs`."""
    assert (DOCS / f"{name}.md").read_text(encoding="utf-8") == PAGES[name]()


def test_every_setting_is_on_the_page() -> None:
    """With its flag and its variable, and each key of the tables."""
    page = settings_page()
    for setting in rows(Config).values():
        assert f"| `{setting.key}`" in page
        assert f"`{setting.flag}`" in page or not setting.flag
    for table in (Listen, Operator):
        assert all(f"| `{key}`" in page for key in rows(table))


def test_pages_are_written_to_docs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them, or those that are named; a name that is none writes nothing."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docs").mkdir()
    assert main(["nothing"]) == 2
    assert not list((tmp_path / "docs").iterdir())
    assert main([]) == 0
    assert {path.stem for path in (tmp_path / "docs").iterdir()} == set(PAGES)
