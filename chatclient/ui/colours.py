"""The colours of a screen: the theme that is wanted, on the ground that the terminal has.

Rules: what the user has set goes before what the terminal says, that before what the environment
hints at. A change shows with the next frame: styles are another ink then, and all is drawn anew.
"""

import os
from collections.abc import Callable

from prompt_toolkit.application import Application
from prompt_toolkit.input import Input
from prompt_toolkit.output import ColorDepth, Output
from prompt_toolkit.styles import BaseStyle, DynamicStyle

from chatclient.settings import Theme
from chatclient.ui.reports import ASK, CEASE, ReportParser, hinted
from chatclient.ui.theme import Ground, sheet

_DEAF = ("linux", "dumb", "vt")
"""Beginnings of names of terminals that would show a question rather than answer it."""


class Colours:
    """Which style sheet is used now."""

    def __init__(self, wanted: Callable[[], Theme], output: Output) -> None:
        self._wanted = wanted
        self._output = output
        self._colours = output.get_default_color_depth() is not ColorDepth.DEPTH_1_BIT
        self.ground = hinted(os.environ.get("COLORFGBG", ""))
        """What the terminal's background is known to be."""

    @property
    def style(self) -> BaseStyle:
        """The style that is always the one of now."""
        return DynamicStyle(self._sheet)

    def listen(self, source: Input, changed: Callable[[], None]) -> None:
        """Take the terminal's reports out of what is read from `source`."""
        parser = getattr(source, "vt100_parser", None)
        if parser is None:
            return  # not a terminal that reports anything

        def heard(ground: Ground) -> None:
            self.ground = ground
            changed()

        vars(source)["vt100_parser"] = ReportParser(parser.feed_key_callback, heard)

    def ask(self, app: Application[None]) -> None:
        """Ask the terminal what its ground is."""
        if self._asks(app):
            self._output.write_raw(ASK)
            self._output.flush()

    def cease(self, app: Application[None]) -> None:
        """Have the terminal tell nothing any longer."""
        if self._asks(app):
            self._output.write_raw(CEASE)
            self._output.flush()

    def _asks(self, app: Application[None]) -> bool:
        term = os.environ.get("TERM", "dumb")
        return self._colours and hasattr(app.input, "vt100_parser") and not term.startswith(_DEAF)

    def _sheet(self) -> BaseStyle:
        match self._wanted():
            case Theme.DARK:
                return sheet(Ground.DARK, colours=self._colours)
            case Theme.LIGHT:
                return sheet(Ground.LIGHT, colours=self._colours)
            case Theme.CONTRAST:
                return sheet(Ground.UNKNOWN, contrast=True, colours=self._colours)
            case Theme.AUTO:
                return sheet(self.ground, colours=self._colours)
