"""What only you see, in plain text: what came of your command, and why not, and what to do then."""

import itertools
from collections.abc import Mapping, Sequence

from chatserver.core.effects import (
    AccountSettled,
    AwaySet,
    Entered,
    Inviting,
    LoggedIn,
    LoggedOut,
    OperatorGranted,
    Reason,
    Refused,
    Registered,
    Reply,
    TargetAway,
    Welcomed,
)
from chatserver.core.events import Said
from chatserver.faces.plain.dialect import clock, said
from chatwire.text import plain

BRIEF = 100
"""Characters of what was typed that are repeated in a refusal."""

NAMED_MOST = 20
"""Members that are named when one enters a room; of the others the number is told."""

REFUSALS: Mapping[Reason, str] = {
    Reason.NICK_INVALID: "{subject} can't be a nick: letters, digits and - _ [ ] \\ ` ^ {{ | }}, "
    "not beginning with a digit or -, not too long",
    Reason.NICK_IN_USE: "somebody else is {subject}; choose another nick",
    Reason.NICK_RESERVED: "{subject} belongs to an account; /login {subject} PASSWORD if it is yours",
    Reason.NICK_TOO_SIMILAR: "{subject} looks like {detail}; choose another nick",
    Reason.ACCOUNT_EXISTS: "there is an account {subject} already",
    Reason.ACCOUNT_INVALID: "{subject} can't be an account of yours",
    Reason.INVITATION_USED: "that invitation code was used already",
    Reason.NO_SUCH_ACCOUNT: "there is no account {subject}",
    Reason.NO_ACCOUNT: "you are not logged in; /login ACCOUNT PASSWORD",
    Reason.HAS_ACCOUNT: "you are logged in as {subject} already",
    Reason.SHARES_ACCOUNT: "{subject} has other devices here, or is always on: /quit ends this "
    "connection alone, then come back as whom you like",
    Reason.PROOF_OUTDATED: "the account has just changed; try again",
    Reason.CERTIFICATE_TAKEN: "that certificate opens an account already",
    Reason.TOO_MANY_CERTIFICATES: "{subject} has as many certificates as an account may have",
    Reason.LAST_PROOF: "nothing else opens {subject}; set a password first: /password NEW",
    Reason.ALREADY_CONNECTED: "you are here already",
    Reason.NO_SUCH_NICK: "nobody here is called {subject}; /names lists who is in the room",
    Reason.NO_SUCH_ROOM: "there is no room {subject}; /rooms lists them, /join makes one",
    Reason.ROOM_NAME_INVALID: "{subject} can't be a room: # and then letters or signs that show, "
    "no spaces, commas or colons, not too long",
    Reason.NOT_IN_ROOM: "you are not in {subject}; /join {subject} first",
    Reason.TARGET_NOT_IN_ROOM: "{subject} is not in {detail}",
    Reason.TARGET_IN_ROOM: "{subject} is in {detail} already",
    Reason.TOO_MANY_ROOMS: "you are in as many rooms as you may be; /part one first",
    Reason.ROOM_FULL: "{subject} is full",
    Reason.INVITE_ONLY: "{subject} is for invited people only; ask somebody inside",
    Reason.BANNED: "you are banned from {subject}",
    Reason.BAD_KEY: "{subject} has a password: /join {subject} PASSWORD",
    Reason.CANNOT_SEND: "not sent to {subject}: {detail}",
    Reason.TOO_LONG: "not sent: {detail} bytes too long",
    Reason.NOT_ROOM_OPERATOR: "only an operator of {subject} may do that",
    Reason.NOT_SERVER_OPERATOR: "only an operator of the server may do that",
    Reason.UNKNOWN_ROOM_MODE: "rooms have no mode {subject}",
    Reason.UNKNOWN_USER_MODE: "people have no mode {subject}",
    Reason.MODE_PARAMETER_MISSING: "mode {detail} needs a parameter",
    Reason.MODE_PARAMETER_INVALID: "mode {detail} is not valid",
    Reason.KEY_INVALID: "that can't be a password of {subject}",
    Reason.LIST_FULL: "the list of {subject} is full",
    Reason.OTHER_USERS_MODES: "you can change your own modes only",
    Reason.SERVER_SETS_MODE: "nobody sets mode {subject}: /register-room has the room belong to you",
    Reason.ROOM_NAME_IN_USE: "there is a room {detail} already",
    Reason.RENAMED_LATELY: "{subject} was renamed a moment ago; try again in a minute",
    Reason.LOBBY_STAYS: "{subject} is the server's, and stays as it is",
    Reason.ROOM_REGISTERED: "{subject} belongs to an account already",
    Reason.ROOM_UNREGISTERED: "{subject} belongs to nobody",
    Reason.NOT_ROOM_FOUNDER: "only whom {subject} belongs to may do that",
    Reason.FOUNDER_STAYS: "{detail} belongs to {subject}",
    Reason.TOO_MANY_FOUNDED: "too many rooms belong to {subject} already",
    Reason.NOT_YOUR_MESSAGE: "only who said it, or an operator of the room, can remove it",
    Reason.TOO_LATE: "it is too late to remove it",
    Reason.METADATA_TARGET_INVALID: "there is nobody and no room {subject} of yours",
    Reason.METADATA_FORBIDDEN: "that of {subject} is not yours to set",
    Reason.METADATA_FULL: "{subject} has as many keys as there may be",
    Reason.BUSY: "too many passwords are being checked right now; try again in a moment",
    Reason.NOT_KEPT: "not sent: the server can't write to its disk right now; try again in a moment",
}
"""Each refusal, in words that say what to do next."""


ACCOUNT_COMMANDS = frozenset(
    {"Register", "ChangePassword", "ChangeCertificate", "SetAlwaysOn", "DropAccount"}
)
"""Commands that change the record of an account."""

SETTLED = {
    "ChangePassword": "the password of {} is changed",
    "ChangeCertificate": "the certificates of {} are changed",
    "SetAlwaysOn": "done",
    "DropAccount": "the account {} is gone",
}
"""What is told of each command that changed the record of an account."""


def refusal(refused: Refused) -> str:
    """Return why something was not done."""
    if refused.reason is Reason.NOT_KEPT and refused.command in ACCOUNT_COMMANDS:
        return "not done: the server can't write to its disk right now; try again in a moment"
    if refused.reason is Reason.NO_SUCH_NICK and not refused.subject:
        return "nobody wrote to you yet; /msg NICK TEXT writes to somebody"
    if refused.reason is Reason.NO_SUCH_NICK and refused.detail:
        return f"not sent: {refused.subject}, who wrote to you last, has left"
    subject, detail = brief(refused.subject), brief(refused.detail)
    return REFUSALS[refused.reason].format(subject=subject, detail=detail)


def brief(text: str) -> str:
    """Return what a peer wrote as part of a sentence: safe to show, and not long."""
    shown = plain(text)
    return shown if len(shown) <= BRIEF else shown[:BRIEF] + "…"


def entered(entry: Entered, nick: str) -> list[str]:
    """Return what somebody sees on entering a room: who is there, and the topic."""
    others = (member for member in entry.roster.entries if member.identity.nick != nick)
    named = [
        member.prefixes + member.identity.nick for member in itertools.islice(others, NAMED_MOST)
    ]
    more = len(entry.roster.entries) - 1 - len(named)  # oneself is among them
    if more > 0:
        named.append(f"{more} {'other' if more == 1 else 'others'}")
    company = listing(named) if named else "nobody else yet"
    if entry.gathered:
        return []
    if entry.elsewhere:
        return [f"you are in {plain(entry.room)} too, by another device; /join it to talk there"]
    lines = [f"you are in {plain(entry.room)} with {company}"]
    if entry.topic:
        lines.append(f"topic: {plain(entry.topic)}")
    return lines


def listing(names: Sequence[str]) -> str:
    """Return names as a sentence has them: `a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def reply_lines(reply: Reply, nick: str, network: str, motd: Sequence[str]) -> list[str]:
    """Return what `reply` says, a line each, to the asker, whose nick is `nick`."""
    match reply:
        case Welcomed():
            hint = "/nick NAME changes that, /help for more"
            return [*map(plain, motd), f"welcome to {plain(network)}. You are {nick}; {hint}"]
        case Entered():
            return entered(reply, nick)
        case Refused():
            return [refusal(reply)]
        case Inviting(nick=guest, room=room):
            away = f", but away: {plain(reply.away)}" if reply.away else ""
            return [f"{guest} was asked into {plain(room)}{away}"]
        case TargetAway(nick=absent, message=message):
            return [f"{absent} is away: {plain(message)}"]
        case AwaySet(away=is_away):
            return ["you are away; /away ends that" if is_away else "you are back"]
        case OperatorGranted():
            return ["you are an operator of this server now"]
        case _:
            return account_lines(reply)


def account_lines(reply: Reply) -> list[str]:
    """Return what `reply` says of an account, if it does."""
    match reply:
        case Registered(account=account):
            return [f"the account {plain(account)} is made"]
        case LoggedIn(identity=identity):
            return [f"you are logged in as {plain(identity.account)}"]
        case LoggedOut(identity=identity):
            return [f"you are logged out, and are {plain(identity.nick)}"]
        case AccountSettled(account=account, command=command):
            return [SETTLED[command].format(plain(account))]
        case _:
            return []


def recalled(events: Sequence[Said]) -> list[str]:
    """Return messages of before as lines, each with the time (UTC) in front; the day when it changes."""
    lines, day = [], ""
    for event in events:
        today, minute = clock(event.at).split(" ")
        texts = said(event.who.nick, "", event.text)
        if texts and today != day:
            lines.append(f"-> said on {today} (UTC):")
            day = today
        lines.extend(f"{minute} {text}" for text in texts)
    return lines
