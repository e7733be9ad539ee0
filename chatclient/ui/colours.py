"""The colours of a screen: the theme that is wanted, on the ground that the terminal has.

Rules: what the user has set goes before what the terminal says, that before what the environment
hints at. A change shows with the next frame: styles are another ink then, and all is drawn anew.
"""

import os
from collections.abc import Callable

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

    def __init__(self, wanted: Callable[[], Theme], source: Input, output: Output) -> None:
        """`source` is what the terminal reports on, among the keys."""
        self._wanted = wanted
        self._source, self._output = source, output
        self._colours = output.get_default_color_depth() is not ColorDepth.DEPTH_1_BIT
        self.ground = hinted(os.environ.get("COLORFGBG", ""))
        """What the terminal's background is known to be."""

    @property
    def style(self) -> BaseStyle:
        """The style that is always the one of now."""
        return DynamicStyle(self._sheet)

    def listen(self, changed: Callable[[], None]) -> None:
        """Take the terminal's reports out of what is read; `changed` is called after each."""
        parser = getattr(self._source, "vt100_parser", None)
        if parser is None:
            return  # not a terminal that reports anything

        def heard(ground: Ground) -> None:
            self.ground = ground
            changed()

        vars(self._source)["vt100_parser"] = ReportParser(parser.feed_key_callback, heard)

    def ask(self) -> None:
        """Ask the terminal what its ground is."""
        self._send(ASK)

    def cease(self) -> None:
        """Have the terminal tell nothing any longer."""
        self._send(CEASE)

    def _send(self, words: str) -> None:
        reports = hasattr(self._source, "vt100_parser")
        if reports and self._colours and not os.environ.get("TERM", "dumb").startswith(_DEAF):
            self._output.write_raw(words)
            self._output.flush()

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
