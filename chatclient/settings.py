"""What the user likes: how it looks, what rings, what is kept. One frozen object, from the file.

Rules: every setting has a default that suits who has never heard of it, is of a type that
`options` knows, and says in a line what it is for. The file is `config.toml` in the platform's
config directory, where `_` is written `-`.
"""

import enum

from chatclient.model.values import value
from chatclient.options import option


class Theme(enum.StrEnum):
    """Which colours."""

    AUTO = "auto"
    """Dark or light, as the terminal is."""
    DARK = "dark"
    LIGHT = "light"
    CONTRAST = "contrast"
    """High contrast."""


class Ring(enum.StrEnum):
    """How the user is called when they look elsewhere."""

    AUTO = "auto"
    """As the terminal can."""
    OSC9 = "osc9"
    OSC777 = "osc777"
    BELL = "bell"
    NOTHING = "nothing"


@value
class Settings:
    """Everything that can be set, for all networks."""

    theme: Theme = option(
        Theme.AUTO, "which colours: those that suit the terminal, or always the same"
    )
    stock_rendering: bool = option(
        default=False,
        text="whether prompt_toolkit draws the screen, which is slower",
        at_start=True,
    )
    mouse: bool = option(
        default=False,
        text="whether the mouse scrolls and picks; the terminal's own selection needs Shift then",
    )
    typing: bool = option(default=True, text="whether others are told that you are typing")
    show_typing: bool = option(default=True, text="whether you are told that others are")
    ring: Ring = option(Ring.AUTO, "how you are called when you look elsewhere")
    title: bool = option(
        default=True, text="whether the terminal's title tells where you are, and what is unread"
    )
    archive: bool = option(
        default=True, text="whether what was said is kept on this machine", at_start=True
    )
    logs: str = option("", "the directory for logs as text; empty: none")
    paste_guard: int = option(
        5, "pastes of so many lines or more are shown before they are sent; 0: never"
    )
    plain: bool = option(
        default=False,
        text="whether there is no screen, but one line after another",
        at_start=True,
    )
