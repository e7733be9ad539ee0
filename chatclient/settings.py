"""What the user likes: how it looks, what rings, what is kept. One frozen object, from the file.

Rules: every setting has a default that suits who has never heard of it. The file is
`config.toml` in the platform's config directory (networks.py reads it, and writes it back).
"""

import enum
from dataclasses import dataclass


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


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set, for all networks."""

    theme: Theme = Theme.AUTO
    stock_rendering: bool = False
    """Whether prompt_toolkit draws the screen by itself, instead of our faster drawing."""
    mouse: bool = False
    """Whether the mouse scrolls and picks (the terminal's own selection needs Shift then)."""
    typing: bool = True
    """Whether others are told that the user is typing."""
    show_typing: bool = True
    ring: Ring = Ring.AUTO
    archive: bool = True
    """Whether what was said is kept on this machine."""
    logs: str = ""
    """The directory for logs as text, "" for none."""
    paste_guard: int = 5
    """Pastes of so many lines or more are shown before they are sent; 0: never."""
    plain: bool = False
    """Whether there is no screen but one line after another."""
