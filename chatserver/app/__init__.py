"""The server as a whole: what the configuration asks for is built, started, and stopped again."""

from chatserver.app.server import CannotStart, run

__all__ = ["CannotStart", "run"]
