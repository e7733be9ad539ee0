"""Writes the pages of docs/ that come from tables: `python -m chatserver.docs [PAGE …]`.

Rules: a page is the same each time that it is made of the same tables; a test compares what is in
docs/ with it.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from chatserver.config.settings import Config
from chatserver.config.sources import CONFIG_VARIABLE, describe_default
from chatserver.config.table import Setting, rows

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


def _table(heads: Sequence[str], lines: Iterator[Sequence[str]]) -> str:
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


PAGES: Mapping[str, Callable[[], str]] = {"settings": settings_page}
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
