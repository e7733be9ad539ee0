"""What the user's world is: one server, its rooms and conversations, their members and lines.

Rules of this package: it is pure (no I/O, no clock, no randomness: times are arguments); only
`World` changes things, and records each change in `World.changes` for whoever shows it; every text
in it is safe to show in a terminal as it is (`chatwire.text.plain`; TAB may remain).
"""

from chatclient.model.archive import Archive, Hit, Kept, NoArchive
from chatclient.model.buffers import Buffer, BufferKind, Level, Topic
from chatclient.model.changes import (
    BufferChanged,
    BufferClosed,
    BufferOpened,
    Change,
    CommandWanted,
    FocusWanted,
    LineAdded,
    LineChanged,
    LineRemoved,
    LinesInserted,
    MembersChanged,
    NetworkRenamed,
    PasswordProven,
    PastChanged,
    PastFound,
    PolicyHeard,
    PongHeard,
    QuestionChanged,
    QuitWanted,
    ReconnectWanted,
    SettingsChanged,
    StatusChanged,
    UpgradeWanted,
    WorkWanted,
)
from chatclient.model.folding import CASEMAPPINGS, Fold
from chatclient.model.lines import CONVERSATION, Delivery, Kind, Line, Reaction, Span
from chatclient.model.members import Member, Members
from chatclient.model.question import Question
from chatclient.model.reactions import Sign
from chatclient.model.status import ConnectionState, Status
from chatclient.model.world import World

__all__ = [
    "CASEMAPPINGS",
    "CONVERSATION",
    "Archive",
    "Buffer",
    "BufferChanged",
    "BufferClosed",
    "BufferKind",
    "BufferOpened",
    "Change",
    "CommandWanted",
    "ConnectionState",
    "Delivery",
    "FocusWanted",
    "Fold",
    "Hit",
    "Kept",
    "Kind",
    "Level",
    "Line",
    "LineAdded",
    "LineChanged",
    "LineRemoved",
    "LinesInserted",
    "Member",
    "Members",
    "MembersChanged",
    "NetworkRenamed",
    "NoArchive",
    "PasswordProven",
    "PastChanged",
    "PastFound",
    "PolicyHeard",
    "PongHeard",
    "Question",
    "QuestionChanged",
    "QuitWanted",
    "Reaction",
    "ReconnectWanted",
    "SettingsChanged",
    "Sign",
    "Span",
    "Status",
    "StatusChanged",
    "Topic",
    "UpgradeWanted",
    "WorkWanted",
    "World",
]
