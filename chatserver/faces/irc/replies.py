"""What became of a client's commands: one row for each reply, and for each reason to refuse."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from chatserver.core import effects
from chatserver.core.effects import Reason, Refused, Reply
from chatserver.core.state import State
from chatserver.faces.contract import Lookup
from chatserver.faces.irc import accounts, metadata, redaction, services
from chatserver.faces.irc.away import away_set
from chatserver.faces.irc.markers import marker_kept
from chatserver.faces.irc.monitor import listed, monitored
from chatserver.faces.irc.registration import welcome
from chatserver.faces.irc.rooms import RENAME_CODES, entered, refuse_rename, relocated
from chatserver.faces.irc.session import Inquiry, Session
from chatserver.faces.irc.talk import repeated
from chatwire import caps


class Refusal(Struct, frozen=True):
    """How a reason is said: its numeric, which fields of `Refused` are its parameters, the text."""

    code: str
    fields: tuple[str, ...]
    text: str


_SUBJECT, _BOTH = ("subject",), ("subject", "detail")

REFUSALS: Mapping[Reason, Refusal] = {
    Reason.NICK_INVALID: Refusal("432", _SUBJECT, "Erroneous nickname"),
    Reason.NICK_IN_USE: Refusal("433", _SUBJECT, "Nickname is already in use"),
    Reason.NICK_RESERVED: Refusal(
        "433", _SUBJECT, "Nickname is reserved by an account: log in first"
    ),
    Reason.NICK_TOO_SIMILAR: Refusal("433", _SUBJECT, "Nickname looks like {detail}"),
    Reason.ACCOUNT_EXISTS: Refusal("400", _SUBJECT, "There is such an account"),
    Reason.ACCOUNT_INVALID: Refusal(
        "400", _SUBJECT, "That can't be the name of an account of yours"
    ),
    Reason.NO_SUCH_ACCOUNT: Refusal("904", (), "There is no such account: {subject}"),
    Reason.NO_ACCOUNT: Refusal("400", (), "You are not logged in"),
    Reason.HAS_ACCOUNT: Refusal("400", _SUBJECT, "You are logged in already"),
    Reason.SHARES_ACCOUNT: Refusal(
        "400", _SUBJECT, "Your other devices are logged in too, or it stays when you leave"
    ),
    Reason.PROOF_OUTDATED: Refusal("904", (), "The account has just changed: try again"),
    Reason.INVITATION_USED: Refusal("400", _SUBJECT, "The invitation code was used already"),
    Reason.CERTIFICATE_TAKEN: Refusal("400", _SUBJECT, "The certificate opens an account already"),
    Reason.TOO_MANY_CERTIFICATES: Refusal("400", _SUBJECT, "The account has too many certificates"),
    Reason.LAST_PROOF: Refusal("400", _SUBJECT, "Nothing else would open the account"),
    Reason.ALREADY_CONNECTED: Refusal("462", (), "You may not reregister"),
    Reason.NO_SUCH_NICK: Refusal("401", _SUBJECT, "No such nick/channel"),
    Reason.NO_SUCH_ROOM: Refusal("403", _SUBJECT, "No such channel"),
    Reason.ROOM_NAME_INVALID: Refusal("476", _SUBJECT, "That can't be the name of a channel"),
    Reason.NOT_IN_ROOM: Refusal("442", _SUBJECT, "You're not on that channel"),
    Reason.TARGET_NOT_IN_ROOM: Refusal("441", _BOTH, "They aren't on that channel"),
    Reason.TARGET_IN_ROOM: Refusal("443", _BOTH, "is already on channel"),
    Reason.TOO_MANY_ROOMS: Refusal("405", _SUBJECT, "You have joined too many channels"),
    Reason.ROOM_FULL: Refusal("471", _SUBJECT, "Cannot join channel (+l)"),
    Reason.INVITE_ONLY: Refusal("473", _SUBJECT, "Cannot join channel (+i)"),
    Reason.BANNED: Refusal("474", _SUBJECT, "Cannot join channel (+b)"),
    Reason.BAD_KEY: Refusal("475", _SUBJECT, "Cannot join channel (+k)"),
    Reason.CANNOT_SEND: Refusal("404", _SUBJECT, "Cannot send to channel: {detail}"),
    Reason.TOO_LONG: Refusal(
        "417", (), "Not sent: {detail} bytes too long for others to get it whole"
    ),
    Reason.NOT_ROOM_OPERATOR: Refusal("482", _SUBJECT, "You're not channel operator"),
    Reason.NOT_SERVER_OPERATOR: Refusal(
        "481", (), "Permission denied, you're not a server operator"
    ),
    Reason.UNKNOWN_ROOM_MODE: Refusal("472", _SUBJECT, "is unknown mode char to me"),
    Reason.UNKNOWN_USER_MODE: Refusal("501", (), "Unknown MODE flag {subject}"),
    Reason.MODE_PARAMETER_MISSING: Refusal(
        "696", ("subject", "detail", "*"), "A parameter is missing"
    ),
    Reason.MODE_PARAMETER_INVALID: Refusal(
        "696", ("subject", "letter", "parameter"), "Invalid parameter"
    ),
    Reason.KEY_INVALID: Refusal("696", ("subject", "k", "*"), "That can't be a key"),
    Reason.LIST_FULL: Refusal("478", _BOTH, "The list of the channel is full"),
    Reason.OTHER_USERS_MODES: Refusal("502", (), "Can't change modes of other users"),
    Reason.SERVER_SETS_MODE: Refusal(
        "468", ("detail",), "Nobody sets that mode: ChanServ registers a channel"
    ),
    Reason.ROOM_NAME_IN_USE: Refusal("400", _BOTH, "The channel name is already taken"),
    Reason.RENAMED_LATELY: Refusal("400", _BOTH, "The channel was renamed a moment ago"),
    Reason.LOBBY_STAYS: Refusal("400", _BOTH, "The channel is the server's, and stays as it is"),
    Reason.ROOM_REGISTERED: Refusal("400", _SUBJECT, "The channel belongs to an account already"),
    Reason.ROOM_UNREGISTERED: Refusal("400", _SUBJECT, "The channel belongs to no account"),
    Reason.NOT_ROOM_FOUNDER: Refusal("482", _SUBJECT, "The channel belongs to somebody else"),
    Reason.FOUNDER_STAYS: Refusal("400", _BOTH, "The channel belongs to that account"),
    Reason.TOO_MANY_FOUNDED: Refusal("400", _SUBJECT, "Too many channels belong to that account"),
    Reason.NOT_YOUR_MESSAGE: Refusal("482", _SUBJECT, "It is not yours to remove"),
    Reason.TOO_LATE: Refusal("482", _SUBJECT, "You can't remove it any more"),
    Reason.METADATA_TARGET_INVALID: Refusal("401", _SUBJECT, "No such nick/channel"),
    Reason.METADATA_FORBIDDEN: Refusal("482", _SUBJECT, "That is not yours to set"),
    Reason.METADATA_FULL: Refusal("478", _SUBJECT, "There are as many keys as there may be"),
    Reason.BUSY: Refusal("904", (), "Too many passwords are being checked: try again in a moment"),
    Reason.NOT_KEPT: Refusal(
        "404", _SUBJECT, "It could not be kept, and was shown to nobody: try again"
    ),
}
"""How each reason is said; a field that `Refused` does not have stands for itself."""

_VERBS = {
    "ChangeRoomModes": "MODE",
    "Redact": "REDACT",
    "RenameRoom": "RENAME",
    "Say": "PRIVMSG",
    "SetTopic": "TOPIC",
}
"""The verbs of commands that can fail to be kept."""


def _refused(inquiry: Inquiry, reply: Refused) -> Sequence[bytes]:
    return refuse(inquiry.session, inquiry.user.nick, reply, inquiry.state)


def refuse(session: Session, nick: str, reply: Refused, state: State) -> Sequence[bytes]:
    """Return a refusal for who is called `nick`, "" when they are nobody yet."""
    if reply.reason is Reason.NICK_RESERVED:
        session.reserved = reply.subject
    if session.voice == accounts.REGISTER or reply.command == "Register":
        return [accounts.registration_refused(session, state, reply, _sentence(reply))]
    if session.voice:
        return [services.notice(session, nick, _sentence(reply))]
    if reply.reason is Reason.NOT_KEPT and session.has(caps.STANDARD_REPLIES):
        verb = _VERBS.get(reply.command, "PRIVMSG")
        return session.fail(
            verb, "CANNOT_KEEP", reply.subject or "*", text=REFUSALS[reply.reason].text
        ).lines
    if reply.reason in RENAME_CODES and reply.detail and session.has(caps.STANDARD_REPLIES):
        return refuse_rename(session, reply, REFUSALS[reply.reason].text)
    if reply.reason in redaction.CODES and session.has(caps.MESSAGE_REDACTION):
        return redaction.refuse(session, reply)
    if reply.reason in metadata.CODES and session.has(caps.METADATA):
        return metadata.refuse(session, reply)
    row, known = REFUSALS[reply.reason], _known(reply)
    params = (known.get(name, name) for name in row.fields)
    return [session.numeric(row.code, nick, *params, text=row.text.format_map(known))]


def _known(reply: Refused) -> dict[str, str]:
    """Return what the rows of `REFUSALS` may name."""
    letter, _, parameter = reply.detail.partition(" ")
    return {
        "subject": reply.subject,
        "detail": reply.detail,
        "letter": letter,
        "parameter": parameter,
    }


def _sentence(reply: Refused) -> str:
    """Return a refusal as a service says it: about whom or what, and why."""
    row, known = REFUSALS[reply.reason], _known(reply)
    about = " ".join(filter(None, (known.get(name, name) for name in row.fields)))
    text = row.text.format_map(known)
    return f"{about}: {text}" if about else text


def _inviting(inquiry: Inquiry, reply: effects.Inviting) -> Sequence[bytes]:
    lines = [inquiry.numeric("341", reply.nick, reply.room)]
    if reply.away:
        lines.append(inquiry.numeric("301", reply.nick, text=reply.away))
    return lines


def _target_away(inquiry: Inquiry, reply: effects.TargetAway) -> Sequence[bytes]:
    return [inquiry.numeric("301", reply.nick, text=reply.message)]


def _gathered(inquiry: Inquiry, reply: effects.Gathered) -> Sequence[bytes]:
    lines = [inquiry.numeric("221", f"+{reply.modes}")] if reply.modes else []
    return [*lines, *away_set(inquiry, effects.AwaySet(True))] if reply.away else lines


def _operator_granted(inquiry: Inquiry, _reply: effects.OperatorGranted) -> Sequence[bytes]:
    return [inquiry.numeric("381", text="You are now a server operator")]


def _registered(inquiry: Inquiry, reply: effects.Registered) -> Sequence[bytes]:
    return accounts.registered(inquiry.session, inquiry.user, reply)


REPLIES: Mapping[type[Reply], Callable[[Inquiry, Any], Sequence[bytes] | Lookup]] = {
    effects.AccountSettled: accounts.settled,
    effects.AwaySet: away_set,
    effects.Entered: entered,
    effects.Gathered: _gathered,
    effects.Inviting: _inviting,
    effects.LoggedIn: accounts.logged_in,
    effects.LoggedOut: accounts.logged_out,
    effects.MarkerKept: marker_kept,
    effects.Followed: metadata.followed,
    effects.MetadataCleared: metadata.metadata_cleared,
    effects.MetadataSet: metadata.metadata_set,
    effects.Synchronized: metadata.synchronized,
    effects.Unfollowed: metadata.unfollowed,
    effects.Monitored: monitored,
    effects.MonitorListed: listed,
    effects.OperatorGranted: _operator_granted,
    effects.Refused: _refused,
    effects.Registered: _registered,
    effects.Relocated: relocated,
    effects.Repeated: repeated,
    effects.TargetAway: _target_away,
    effects.Welcomed: welcome,
}
"""How each reply to a user is said."""
