"""docs/irc.md tells what the tables of the face say."""

from pathlib import Path

import pytest

from chatserver.docs import IRC_TABLES
from chatserver.faces.irc.isupport import tokens
from chatwire.caps import CAPABILITIES, Capability
from tests.conformance.harness import FACTS

PAGE = (Path(__file__).parents[2] / "docs" / "irc.md").read_text(encoding="utf-8")


TESTS = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py")]


def test_tables_are_made() -> None:
    """Each has its marks on the page: what is in between is compared in tests/chatserver/test_docs.py."""
    for name in IRC_TABLES:
        assert f"<!-- {name}: made" in PAGE
        assert f"<!-- end of {name} -->" in PAGE


@pytest.mark.parametrize("capability", CAPABILITIES, ids=lambda capability: capability.name)
def test_every_capability_is_tried(capability: Capability) -> None:
    """A test of this directory asks for it."""
    assert any(capability.name in text for text in TESTS)


def test_every_token_is_described() -> None:
    """Each token of RPL_ISUPPORT is a row, and there are no other rows."""
    described = PAGE.partition("## RPL_ISUPPORT")[2].partition("\n## ")[0]
    rows = [line.split("`")[1] for line in described.splitlines() if line.startswith("| `")]
    assert rows == [token.partition("=")[0] for token in tokens(FACTS)]
