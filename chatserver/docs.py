"""Writes the pages of docs/ that come from tables: `python -m chatserver.docs [PAGE …]`.

Rules: a page is the same each time that it is made of the same tables; a test compares what is in
docs/ with it.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from chatserver.config.settings import Config
from chatserver.config.sources import CONFIG_VARIABLE, describe_default
from chatserver.config.table import Setting, rows
from chatserver.faces.irc.staff import STAFF
from chatserver.faces.irc.verbs import VERBS
from chatwire import caps

SETTINGS_HEAD = f"""\
# Settings

This page is made from the table in `chatserver/config/settings.py` by `make docs`.

A setting comes from a flag, from the TOML file that `--config FILE` or `{CONFIG_VARIABLE}` names,
from an environment variable, or has its default: the first of these that gives a value wins. A
variable that is empty counts as not given. In a flag or a variable, commas separate several values.
What is marked ↻ is taken over by a running server when an operator says `REHASH`; the rest needs a
restart. Passwords have no flag, as everyone on a machine sees the flags of its processes. They may
be given as they are, or as the hash that `chatserver hash-password` prints.

A file with some of them:

```toml
name = "chat.example.org"
network = "Example"
host = ["::"]
motd = \"\"\"
Welcome.
Be kind.\"\"\"

[[operator]]
name = "ann"
password = "$scrypt$ln=15,r=8,p=1$…"

[[listen]]
port = 6667
face = "irc"
```

What is wrong is told in one line, and the server does not start:

```
chatserver: chat.toml, line 3: port must be a whole number from 0 to 65535, not 99999
```
"""

NONE = "\N{EN DASH}"
TABLES_NOTE = "Each is a table of its own, written `[[{key}]]`, with:"


def settings_page() -> str:
    """Return docs/settings.md."""
    return "\n".join([SETTINGS_HEAD, *_sections()])


def _sections() -> Iterator[str]:
    """Yield a section for each group, and one for each setting that is written as tables."""
    groups: dict[str, list[Setting]] = {}
    for setting in rows(Config).values():
        groups.setdefault(setting.about.group, []).append(setting)
    for name, settings in groups.items():
        yield f"## {name}\n"
        yield _table(["setting", "flag", "variable", "default", "what it is"], map(_row, settings))
        for setting in settings:
            if setting.table:
                yield f"### `[[{setting.key}]]`\n"
                yield f"{TABLES_NOTE.format(key=setting.key)}\n"
                yield _table(["key", "default", "what it is"], _inner_rows(setting.table))


def _table(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    written = [heads, ["---"] * len(heads), *lines]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in written)


def _row(setting: Setting) -> Sequence[str]:
    """Return the cells of one setting."""
    flag = f"`{setting.flag}`" if setting.flag else NONE
    variable = f"`{setting.variable}`" if setting.variable else NONE
    mark = " ↻" if setting.about.reload else ""
    return (f"`{setting.key}`{mark}", flag, variable, describe_default(setting), _what(setting))


def _inner_rows(table: type[Struct]) -> Iterator[Sequence[str]]:
    """Yield the cells of each key of a table."""
    for setting in rows(table).values():
        yield (f"`{setting.key}`", describe_default(setting), _what(setting))


def _what(setting: Setting) -> str:
    """Return what a setting is and what it may be."""
    unit = f", in {setting.about.unit}" if setting.about.unit else ""
    allowed = "" if setting.table or setting.allowed == "text" else f" ({setting.allowed}{unit})"
    return f"{setting.about.help}{allowed}".replace("|", "\\|")


def irc_page() -> str:
    """Return docs/irc.md: what people wrote, with the tables made anew between their marks."""
    page = (_DOCS / "irc.md").read_text(encoding="utf-8")
    for name, make in IRC_TABLES.items():
        start, end = f"<!-- {name}: made by `make docs` -->\n", f"<!-- end of {name} -->\n"
        before, _, rest = page.partition(start)
        after = rest.partition(end)[2]
        page = f"{before}{start}\n{make()}\n{end}{after}"
    return page


def _commands() -> str:
    """Return the table of the commands of IRC."""
    lines = (_usage(name, verb.usage, verb.summary) for name, verb in VERBS.items())
    return _table(["command", "parameters", "what it does"], lines)


def _orders() -> str:
    """Return the tables of what services do."""
    parts = []
    for service in STAFF.values():
        lines = (_usage(name, row.usage, row.summary) for name, row in service.orders.items())
        table = _table(["order", "parameters", "what it does"], lines)
        parts.append(f"**{service.name}**: {service.summary}\n\n{table}")
    return "\n".join(parts)


def _usage(name: str, usage: str, summary: str) -> Sequence[str]:
    cells = (f"`{name}`", f"<code>{usage}</code>" if usage else "", summary)
    return [cell.replace("|", "&#124;") for cell in cells]


def _capabilities() -> str:
    """Return the table of capabilities."""
    lines = ((f"[`{row.name}`]({row.specification})", row.summary) for row in caps.CAPABILITIES)
    return _table(["capability", "what it gives"], lines)


def _absent() -> str:
    """Return the table of extensions that there are not."""
    lines = ((f"[{row.name}]({row.specification})", row.reason) for row in caps.ABSENT)
    return _table(["extension", "why not"], lines)


_DOCS = Path(__file__).parents[1] / "docs"

IRC_TABLES: Mapping[str, Callable[[], str]] = {
    "commands": _commands,
    "orders": _orders,
    "capabilities": _capabilities,
    "absent": _absent,
}
"""The tables of docs/irc.md that are made, by the names in their marks."""

PAGES: Mapping[str, Callable[[], str]] = {"irc": irc_page, "settings": settings_page}
"""Every page that is made, by its name in docs/."""


def main(names: Sequence[str]) -> int:
    """Write the pages `names`, or all, to docs/ where we are."""
    unknown = [name for name in names if name not in PAGES]
    if unknown:
        sys.stderr.write(f"there is no page {unknown[0]}; there are {', '.join(PAGES)}\n")
        return 2
    for name in names or PAGES:
        Path("docs", f"{name}.md").write_text(PAGES[name](), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
