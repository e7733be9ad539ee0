"""The commands that a user can type, in a module for each topic, and their table.

Rules: handlers are pure: they call the session, and tell the user through the world.
"""

from chatclient.commands.calls import Command, usage
from chatclient.commands.entering import enter, is_secret
from chatclient.commands.program import NETWORK_VERBS
from chatclient.commands.table import BY_NAME, COMMANDS

__all__ = ["BY_NAME", "COMMANDS", "NETWORK_VERBS", "Command", "enter", "is_secret", "usage"]
