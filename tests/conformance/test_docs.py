"""docs/irc.md tells what the tables of the face say."""

from collections.abc import Iterable
from pathlib import Path

from chatserver.faces.irc.isupport import tokens
from chatserver.faces.irc.verbs import VERBS
from chatwire.caps import CAPABILITIES
from tests.conformance.harness import FACTS

PAGE = (Path(__file__).parents[2] / "docs" / "irc.md").read_text(encoding="utf-8")


def table(*rows: Iterable[str]) -> str:
    """Return rows of a table of Markdown."""
    return "".join(
        f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |\n" for row in rows
    )


def commands_table() -> str:
    """Return the rows of the table of commands."""
    return table(
        *((f"`{name}`", f"<code>{verb.usage}</code>", verb.summary) for name, verb in VERBS.items())
    )


def capabilities_table() -> str:
    """Return the rows of the table of capabilities."""
    return table(*((f"[`{row.name}`]({row.specification})", row.summary) for row in CAPABILITIES))


def test_every_command_is_described() -> None:
    """With its parameters and its line of HELP."""
    assert commands_table() in PAGE


def test_every_capability_is_described() -> None:
    """With the address of its specification."""
    assert capabilities_table() in PAGE


def test_every_token_is_described() -> None:
    """Each token of RPL_ISUPPORT is a row, and there are no other rows."""
    described = PAGE.partition("## RPL_ISUPPORT")[2].partition("\n## ")[0]
    rows = [line.split("`")[1] for line in described.splitlines() if line.startswith("| `")]
    assert rows == [token.partition("=")[0] for token in tokens(FACTS)]
