"""The configuration: one table of settings, read once into one frozen object that is passed down.

`settings` has them all, `sources` reads flags, file and environment. Only the application and its
command line import this package; everything else is given plain values.
"""

from chatserver.config.bounds import Face
from chatserver.config.settings import Config
from chatserver.config.sources import load
from chatserver.config.tables import Listen, Operator
from chatserver.config.values import ConfigError

__all__ = ["Config", "ConfigError", "Face", "Listen", "Operator", "load"]
