"""What a session can ask of the chat: one type per command.

A command is plain data that a journal can carry between machines. It has no answer in it and has been
checked for form only (a face does that); whether it is allowed is decided when it is executed.
"""

from msgspec import Struct, field

from chatserver.core.accounts import Verifier

ABSENT = "*"
"""An away message that says nothing of the person (IRCv3 draft/pre-away)."""


class Command(Struct, frozen=True, tag=True, gc=False):
    """The base of all commands."""


class Connect(Command, frozen=True):
    """Become a user. Of `nicks` the first that is valid and free is taken; refused if none is.

    Who is there with the same `key` leaves by it: what is theirs is free.
    """

    nicks: tuple[str, ...]
    username: str
    realname: str
    host: str
    """What others see: the remote address, in `[0-9a-z_:.-]+`."""
    address: str = ""
    """The remote address with its port, for operators."""
    secure: bool = False
    face: str = "irc"
    """How they joined: `irc` or `plain`."""
    key: bytes = b""
    """By which a guest comes back (see `core.guests`): a digest of what only they know; b"" if they can't."""
    account: str = ""
    """The account that they have proved to have, "" for none."""
    version: int = 0
    """The version of the account's record that it was proved against."""
    away: str = ""
    """Why they are away from the start, see `SetAway`."""
    certificate: str = ""
    """SHA-256 of the client's certificate, "" without one; for themselves and operators."""


class Quit(Command, frozen=True):
    """Leave the chat. Always executed, also for a connection that is gone."""

    reason: str = ""
    seen: bool = False
    """Whether they leave in order, and keep what they saw: who comes back soon is shown what came since."""


class ChangeNick(Command, frozen=True):
    """Take another nick."""

    nick: str


class Join(Command, frozen=True):
    """Enter a room, which comes to be if it was not there."""

    room: str
    key: str = ""


class Part(Command, frozen=True):
    """Leave a room."""

    room: str
    reason: str = ""


class Say(Command, frozen=True):
    """Say something to a person (`nick`), a room (`#room`), or its members of a status (`@#room`)."""

    target: str
    text: str
    """As on IRC: formatting codes and CTCP included (`/me waves` is `\\x01ACTION waves\\x01`).

    Lines are joined by a line feed.
    """
    notice: bool = False
    """A NOTICE: it is never answered by an error, and by no program."""
    tags: dict[str, str] = field(default_factory=dict)
    """Client-only tags (`+…`), relayed as they are."""
    most: int = 0
    """Refused if the sender's mask, the target and the text have more bytes together; 0 for no bound.

    For faces whose lines could not bring it to others whole.
    """
    cuts: tuple[int, ...] = ()
    """Where the sender cut a line that is too long for one of IRC: offsets in `text`, rising."""


class Speak(Command, frozen=True):
    """Say one text after the other in a room: as so many `Say`, with one number each, that come in a row.

    What many say most, so faces ask for it by the shortest way (`faces.contract.Face.hear`).
    """

    target: str
    """The room's name, `#` included."""
    texts: tuple[str, ...]
    most: int = 0
    """As in `Say`."""


class Redact(Command, frozen=True):
    """Remove a message from a room, or from what one wrote to a nick.

    Who submits it has found the message there: what it says of it is true.
    """

    target: str
    message: int
    """Its number."""
    author: str
    """The nick of who said it, at the time."""
    said_at: int
    """When (ms since 1970)."""
    lines: int = 1
    """As how many lines with an id of their own it was shown at most."""
    reason: str = ""
    author_account: str = ""
    """The account that they had, "" if they had none."""
    to_account: str = ""
    """The account of the person it was said to, likewise."""


class MarkRead(Command, frozen=True):
    """Say up to when (`read_at`, ms since 1970) one has read what was said in a room or with a nick."""

    target: str
    read_at: int


class Respond(Command, frozen=True):
    """Say something to whoever wrote to the asker last."""

    text: str


class Tag(Command, frozen=True):
    """Send client-only tags without text (TAGMSG), targets as in `Say`. They are not kept."""

    target: str
    tags: dict[str, str]


class SetTopic(Command, frozen=True):
    """Change a room's topic; "" removes it."""

    room: str
    topic: str


class Invite(Command, frozen=True):
    """Ask somebody into a room."""

    nick: str
    room: str


class Kick(Command, frozen=True):
    """Put somebody out of a room; without a reason, the kicker's nick is the reason."""

    room: str
    nick: str
    reason: str = ""


class RenameRoom(Command, frozen=True):
    """Give a room another name."""

    room: str
    name: str
    reason: str = ""


class RegisterRoom(Command, frozen=True):
    """Have a room belong to the asker's account, and be kept for good."""

    room: str


class DropRoom(Command, frozen=True):
    """Have a room belong to nobody any more."""

    room: str


class TransferRoom(Command, frozen=True):
    """Have a room belong to another account."""

    room: str
    account: str


class SetStanding(Command, frozen=True):
    """Have a room keep a status (`o`, `v`, both) for an account, or none ("")."""

    room: str
    account: str
    status: str


class ModeChange(Struct, frozen=True, gc=False):
    """One change of a mode: `+` or `-` (`adding`), its letter, its parameter if it came with one."""

    adding: bool
    letter: str
    argument: str | None = None


class ChangeRoomModes(Command, frozen=True):
    """Change modes of a room, in order; each change is allowed or refused by itself."""

    room: str
    changes: tuple[ModeChange, ...]


class ChangeUserModes(Command, frozen=True):
    """Change one's own modes (`nick` must be one's own)."""

    nick: str
    changes: tuple[ModeChange, ...]


class SetAway(Command, frozen=True):
    """Go away with a message, or come back with "".

    With `ABSENT`, nobody is at this device: others of the same person may make them present.
    """

    message: str = ""


class SetRealname(Command, frozen=True):
    """Change one's real name."""

    realname: str


class BecomeOperator(Command, frozen=True):
    """Become a server operator. Who submits it has checked name and password before."""

    name: str


class Monitor(Command, frozen=True):
    """Be told, in this session, when those with the nicks `adding` come or go; not of `removing`."""

    adding: tuple[str, ...] = ()
    removing: tuple[str, ...] = ()
    clearing: bool = False
    """Whether nobody of before is to be told of."""


class ListMonitored(Command, frozen=True):
    """Be told which nicks are monitored in this session, or (`status`) which of them are there."""

    status: bool = False


class SendWallops(Command, frozen=True):
    """Tell something to all who listen to operators (`+w`)."""

    text: str


class Kill(Command, frozen=True):
    """End somebody's connection, as an operator."""

    nick: str
    reason: str


class ChangeHost(Command, frozen=True):
    """Change somebody's user name and host as others see them, as an operator."""

    nick: str
    username: str
    host: str


class Login(Command, frozen=True):
    """Have an account. Who submits it has seen the proof; refused if the record is another by now."""

    account: str
    version: int


class Logout(Command, frozen=True):
    """Have no account any more."""


class Register(Command, frozen=True):
    """Make an account, and have it; also of who is no user yet. Who submits it has seen that they may."""

    account: str
    """Its name, "" for the nick of the user."""
    verifier: Verifier | None
    email: str = ""
    certificate: str = ""
    """The fingerprint of the client certificate that opens it as well, "" for none."""
    invitation: str = ""
    """A digest of the invitation code that it is made with, if that is good for one account alone."""


class ChangePassword(Command, frozen=True):
    """Have another password for the asker's account.

    Whoever runs the server, and is no user, names whose.
    """

    verifier: Verifier
    account: str = ""


class ChangeCertificate(Command, frozen=True):
    """Let a client certificate (its SHA-256, hexadecimal) open the asker's account, or open it no more."""

    fingerprint: str
    adding: bool


class SetAlwaysOn(Command, frozen=True):
    """Stay in the rooms while no device of the asker's account is connected, or do so no more."""

    on: bool


class DropAccount(Command, frozen=True):
    """Give up the asker's account: it is nobody's then, and whatever belonged to it is gone.

    Whoever runs the server, and is no user, names whose.
    If a user names one that is not theirs, nothing is done.
    """

    account: str = ""


class SetMetadata(Command, frozen=True):
    """Set what a key says of the asker (`*` or their nick) or of a room; "" removes the key."""

    target: str
    key: str
    value: str


class ClearMetadata(Command, frozen=True):
    """Remove all keys of the asker or of a room, likewise."""

    target: str


class Follow(Command, frozen=True):
    """Be told, in this session, what keys say; the asker has to be the target."""

    target: str
    keys: tuple[str, ...]


class Unfollow(Command, frozen=True):
    """Be told so no more; without keys, of none at all, and without an answer."""

    target: str
    keys: tuple[str, ...]


class Adopt(Command, frozen=True):
    """Have metadata, and follow keys, as one said before one was a user: without an answer."""

    metadata: dict[str, str]
    keys: tuple[str, ...]


class Synchronize(Command, frozen=True):
    """Be told what the keys that one follows say of all that one sees."""
