"""What the user wants to be called for: by the level of a buffer, or what its kind has usually.

Rules: a conversation calls for everything, a room for what is said to the user. What is muted never
calls, and counts as nothing when one looks for what matters.
"""

import enum

from chatclient.model.buffers import Buffer, BufferKind, Level
from chatclient.model.lines import CONVERSATION, Line


class Urgency(enum.IntEnum):
    """How much what is unread in a buffer matters."""

    NOTHING = 0
    UNREAD = 1
    WANTED = 2
    """The user wants to be called for all that is said there."""
    CALLED = 3
    """They were called, or written to alone."""


def usual_level(buffer: Buffer) -> Level:
    """Return the level that a buffer of its kind has unless the user says so."""
    return Level.ALL if buffer.kind is BufferKind.DIRECT else Level.MENTIONS


def level_of(buffer: Buffer) -> Level:
    """Return what the user wants to be called for in a buffer."""
    return buffer.level or usual_level(buffer)


def is_muted(buffer: Buffer) -> bool:
    """Say whether nothing that is said in a buffer matters."""
    return level_of(buffer) is Level.NOTHING


def urgency(buffer: Buffer) -> Urgency:
    """Say how much what is unread in a buffer matters."""
    level = level_of(buffer)
    if level is Level.NOTHING or not buffer.unread:
        return Urgency.NOTHING
    if buffer.mentions or buffer.kind is BufferKind.DIRECT:
        return Urgency.CALLED
    return Urgency.WANTED if level is Level.ALL else Urgency.UNREAD


def calls(buffer: Buffer, line: Line) -> bool:
    """Say whether a line is one that the user wants to be called for."""
    level = level_of(buffer)
    if level is Level.NOTHING or not (line.mention or level is Level.ALL):
        return False
    return not line.own and not line.history and line.kind in CONVERSATION
