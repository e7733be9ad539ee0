"""Writes the pages of docs/ that come from the client's tables: `python -m chatclient.docs`.

Rules: a page is the same each time that it is made of the same tables; a test compares what is in
docs/ with it.
"""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path

from chatclient import options
from chatclient.commands.calls import usage
from chatclient.commands.table import COMMANDS
from chatclient.keys import grouped
from chatclient.networks import Network
from chatclient.settings import Settings

KEYS_HEAD = """\
# Keys of chatclient

This page is made from the table in `chatclient/keys.py` by `make docs`; F1 shows the same in the
client. [Commands](commands.md) have a page of their own.
"""


def keys_page() -> str:
    """Return docs/keys.md."""
    parts = [KEYS_HEAD]
    for name, keys in grouped():
        rows = "".join(f"| {key.label} | {key.help} |\n" for key in keys)
        parts.append(f"\n## {name}\n\n| key | what it does |\n|---|---|\n{rows}")
    return "".join(parts)


COMMANDS_HEAD = """\
# Commands of chatclient

This page is made from the table in `chatclient/commands/table.py` by `make docs`; `/help` shows the same
in the client. What does not start with `/` is said; `//text` says `/text`. Only a single line can be
a command: a pasted text is said, whatever is in it.

| command | or | what it does |
|---|---|---|
"""


def commands_page() -> str:
    """Return docs/commands.md."""
    parts = [COMMANDS_HEAD]
    for command in COMMANDS:
        others = ", ".join(f"`/{alias}`" for alias in command.aliases)
        parts.append(f"| `{usage(command)}` | {others} | {command.summary} |\n")
    return "".join(parts)


CONFIGURATION_HEAD = """\
# Configuration of chatclient

This page is made from the tables in `chatclient/settings.py` and `chatclient/networks.py` by
`make docs`. The file is `config.toml` in the platform's directory for configuration
(`~/.config/chatclient` on Linux), or what `--config FILE` names; `--no-config` reads and writes none.
It is made at the first start, and changed by `/set` and `/network`, which leave comments as they are;
or by you. What is wrong in it is told with its line.

```toml
[settings]
theme = "light"
paste-guard = 10

[networks.libera]                 # chatclient libera
host = "irc.libera.chat"
tls = true
nick = "alice"
account = "alice"
keyring = true                    # the password is in the system's keyring
rooms = ["#python", "#libera"]

[networks.work]
host = "chat.example.org"
autoconnect = false               # only when it is named
password-command = "pass show work/chat"
proxy = "socks5://localhost:1080"
```

No password stands in this file: [chatclient.md](chatclient.md) says where it comes from.
"""


def configuration_page() -> str:
    """Return docs/configuration.md."""
    parts = [CONFIGURATION_HEAD]
    tables = (
        ("[settings]", Settings, "`/set NAME VALUE` changes one at once, and saves it."),
        ("[networks.NAME]", Network, "`/network set NAME KEY VALUE` saves one."),
    )
    for head, table, how in tables:
        parts.append(f"\n## {head}\n\n{how}\n\n| key | default | what it is |\n|---|---|---|\n")
        for each in fields(table):
            expected = options.types(table)[each.name]
            words = ", ".join(
                f"`{word}`" for word in options.words(expected) if expected is not bool
            )
            text = each.metadata["text"] + (f" ({words})" if words else "")
            text += "; from the next start on" if each.metadata["at_start"] else ""
            default = json.dumps(options.plain(each.default))
            parts.append(f"| `{options.key_of(each.name)}` | `{default}` | {text} |\n")
    return "".join(parts)


PAGES: Mapping[str, Callable[[], str]] = {
    "keys": keys_page,
    "commands": commands_page,
    "configuration": configuration_page,
}
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
