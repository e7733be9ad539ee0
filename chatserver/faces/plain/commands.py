"""The commands of the plain face: one row each, from which /help and the documentation are made.

Rule: a handler turns what was typed after the command into items of a request, or into a line that
says what is wrong. It knows what the `Reader` remembers, nothing else.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from msgspec import Struct

from chatserver.core import commands, queries
from chatserver.core.events import KeptEvent, Said
from chatserver.core.history import Page, Scope, Search, conversation
from chatserver.core.members import Room, User
from chatserver.core.parties import find_party, reads_since
from chatserver.core.rights import manages
from chatserver.core.state import State
from chatserver.faces.contract import Ask, Lookup, Moment
from chatserver.faces.plain.accounts import (
    become_operator,
    change_password,
    login,
    logout,
    register,
)
from chatserver.faces.plain.dialect import clock
from chatserver.faces.plain.reader import NO_ROOM, REALNAME, Items, Reader, shown_lines
from chatserver.faces.plain.replies import brief, recalled
from chatserver.faces.plain.rooms import (
    ban,
    change_status,
    invite,
    kick,
    register_room,
    rename,
    unban,
)
from chatwire.names import fold, is_nick, tidy
from chatwire.text import pack, plain

HISTORY_USUAL = 20
"""Messages that /history shows when it is not told how many."""

HISTORY_MOST = 200
"""Messages that /history shows at most."""

SEARCH_MOST = 20
"""Messages that /search shows at most."""

ROOMS_MOST = 100
"""Rooms that /rooms lists at most."""

IGNORED_MOST = 100
"""People that one can ignore at once."""

WIDTH = 100
"""Bytes of a line of nicks: a long list is easier to read, and to cut, in several lines."""

INDENT = "   "
"""What the lines after the first begin with."""

FACES = {"plain": "plain text", "irc": "IRC"}
"""How people can be here."""


class Command(Struct, frozen=True):
    """A command: how it is written, what it does in one line, and its handler."""

    usage: str
    help: str
    handle: Callable[[Reader, str], Items]
    pipelined: bool = False
    """Whether it may be taken while answers are on their way: it has no long one, and changes no lines."""

    @property
    def name(self) -> str:
        """The word after the slash."""
        return self.usage.split()[0].removeprefix("/")


def _helped(face: Reader, rest: str) -> Items:
    if command := BY_NAME.get(rest.removeprefix("/").lower()):
        return (face.say(f"{command.usage}  {command.help}"),)
    width = max(len(command.usage) for command in COMMANDS)
    rows = [f"{command.usage:<{width}}  {command.help}" for command in COMMANDS]
    return (face.say(*rows, f"{'//text':<{width}}  say something that begins with a slash"),)


def _nick(_face: Reader, rest: str) -> Items:
    return (commands.ChangeNick(tidy(rest)),) if rest else "which nick? /nick NAME"


def _join(face: Reader, rest: str) -> Items:
    name, _, key = rest.partition(" ")
    if not name:
        return "which room? /join #ROOM"
    face.moving, face.entered = True, False
    room = name if name.startswith("#") else "#" + name
    return commands.Join(room, key.strip()), Ask(_front(face, room))


def _front(face: Reader, name: str) -> Callable[[State, User | None, Moment], Sequence[bytes]]:
    """Bring a room to the front that the asker was in already: the core says nothing about that."""

    def answer(state: State, user: User | None, _moment: Moment) -> Sequence[bytes]:
        room = state.find_room(name)
        if room is None or user not in room.members or face.entered:
            return ()
        face.go(room.key)
        return face.lines(f"you are in {plain(room.name)} already; what you type goes there")

    return answer


def _part(face: Reader, rest: str) -> Items:
    name, reason = face.split_room(rest)
    if not name:
        return NO_ROOM
    face.moving = True
    return commands.Part(name, reason), Ask(_elsewhere(face))


def _elsewhere(face: Reader) -> Callable[[State, User | None, Moment], Sequence[bytes]]:
    """Bring another room to the front when the asker left the one that was."""

    def answer(state: State, user: User | None, _moment: Moment) -> Sequence[bytes]:
        if user is None or face.here in user.rooms:
            return ()
        if not user.rooms:
            face.go("")
            return face.lines(NO_ROOM)
        room = state.rooms[next(reversed(user.rooms))]
        face.go(room.key)
        return face.lines(f"you are in {plain(room.name)} now; what you type goes there")

    return answer


def _rooms(face: Reader, _rest: str) -> Items:
    def answer(state: State, user: User | None, _moment: Moment) -> Sequence[bytes]:
        rooms = sorted(queries.rooms(state, user), key=lambda room: -len(room.members))
        if not rooms:
            return face.lines("nobody is in any room; /join #ROOM makes one")
        more = [f"and {len(rooms) - ROOMS_MOST} more"] if len(rooms) > ROOMS_MOST else []
        return face.lines(*map(_room_line, rooms[:ROOMS_MOST]), *more)

    return (Ask(answer),)


def _room_line(room: Room) -> str:
    topic = f": {plain(room.topic)}" if room.topic else ""
    return f"{plain(room.name)} ({len(room.members)}){topic}"


def _names(face: Reader, rest: str) -> Items:
    name, _ = face.split_room(rest)
    if not name:
        return NO_ROOM

    def answer(state: State, user: User | None, _moment: Moment) -> Sequence[bytes]:
        room = queries.find_room(state, user, name)
        if room is None:
            return face.lines(f"there is no room {brief(name)}; /rooms lists them")
        members = [entry.prefixes + entry.identity.nick for entry in queries.names(room, user)]
        head = f"{plain(room.name)} ({len(members)}):"
        first, *rest = pack([head, *members], WIDTH - len(INDENT))
        return face.lines(first, *(INDENT + line for line in rest))

    return (Ask(answer),)


def _msg(face: Reader, rest: str) -> Items:
    target, _, text = rest.partition(" ")
    if not text.strip():
        return "to whom, and what? /msg NICK TEXT"
    return (commands.Say(target, text.strip()),)


def _reply(_face: Reader, rest: str) -> Items:
    return (commands.Respond(rest),) if rest else "what? /reply TEXT answers who wrote to you last"


def _me(face: Reader, rest: str) -> Items:
    if not rest:
        return "what do you do? /me waves"
    return face.speak(f"\x01ACTION {rest}\x01")


def _topic(face: Reader, rest: str) -> Items:
    name, topic = face.split_room(rest)
    if not name:
        return NO_ROOM
    if topic:
        return (commands.SetTopic(name, "" if topic == "-" else topic),)

    def answer(state: State, user: User | None, _moment: Moment) -> Sequence[bytes]:
        room = queries.find_room(state, user, name)
        if room is None:
            return face.lines(f"there is no room {brief(name)}; /rooms lists them")
        if not room.topic:
            free = "t" not in room.flags or (user and manages(user, room, state.limits.lobby))
            hint = "; /topic TEXT sets one" if free else ""
            return face.lines(f"{plain(room.name)} has no topic{hint}")
        by = plain(room.topic_by.partition("!")[0])
        return face.lines(f"topic of {plain(room.name)}, set by {by}: {plain(room.topic)}")

    return (Ask(answer),)


def _whois(face: Reader, rest: str) -> Items:
    if not rest:
        return "who? /whois NICK"

    def answer(state: State, user: User | None, _moment: Moment) -> Sequence[bytes]:
        other = state.find_user(rest)
        if other is None:
            return face.lines(f"nobody here is called {brief(rest)}")
        who = other.identity
        unnamed = who.realname in {"", who.nick, REALNAME}
        known = "" if unnamed else f" ({plain(who.realname)})"
        host = who.host[who.host.startswith("0::") :]  # the digit is for the grammar of IRC alone
        rooms = [plain(member.room.name) for member in queries.memberships(user, other)]
        devices = other.devices.values()
        faces = sorted({FACES.get(device.face, device.face) for device in devices})
        how = f", by {' and '.join(faces)}" if faces else ""
        facts = [
            f"{who.nick}{known} is from {plain(host)}",
            f"here since {clock(other.connected_at)} (UTC){how}",
            f"in {' '.join(rooms)}" if rooms else "in no room that you may know of",
        ]
        if who.account:
            facts.append(f"has the account {plain(who.account)}")
        if other.away:
            facts.append(f"away: {plain(other.away)}")
        if other.operator:
            facts.append("an operator of this server")
        if user is other or (user is not None and user.operator):
            facts.extend(f"remote address {device.address}" for device in devices)
        return face.lines(*facts)

    return (Ask(answer),)


def _away(_face: Reader, rest: str) -> Items:
    return (commands.SetAway(rest),)


def _history(face: Reader, rest: str) -> Items:
    words = rest.split()
    nick = words.pop(0) if words and is_nick(words[0], face.facts.limits.nick) else ""
    number = " ".join(words) or str(HISTORY_USUAL)
    if not (number.isascii() and number.isdigit() and 0 < int(number[:9]) <= HISTORY_MOST):
        return f"how many? /history N, at most {HISTORY_MOST}"
    limit = int(number)

    def ask(state: State, user: User, moment: Moment) -> tuple[str, Page] | None:
        if not nick:
            room = _find_front(face, state, user)
            if room is None:
                return None
            return room.name, Page(room.log, room.created_seq, moment.seq, limit + 1)
        party = find_party(state, user, nick)
        target, since = conversation(user.identity.party, party.key), reads_since(state, user)
        return party.name, Page(target, since, moment.seq, limit + 1)

    def show(name: str, lines: list[str], *, more: bool) -> list[str]:
        if not lines and nick:
            return [f"-> you and {name} said nothing to each other yet"]
        if not lines:
            return [f"-> nothing was said in {name} yet"]
        of = f"what you and {name} said" if nick else name
        return lines if more else [f"-> nothing older is kept of {of}", *lines]

    return (Ask(_look_up(face, limit, ask, show)),)


def _search(face: Reader, rest: str) -> Items:
    if not rest:
        return "which words? /search WORDS"

    def ask(state: State, user: User, moment: Moment) -> tuple[str, Search] | None:
        room = _find_front(face, state, user)
        if room is None:
            return None
        scopes = (Scope(room.log, room.created_seq),)
        return room.name, Search(scopes, rest, SEARCH_MOST + 1, before=moment.seq)

    def show(name: str, lines: list[str], *, more: bool) -> list[str]:
        if not lines:
            return [
                f"-> nothing in {name} has all of that; try fewer words, or the beginning of one"
            ]
        told = f"the newest {SEARCH_MOST} in {name}; more words find less"
        return [*lines, f"-> that was {told}" if more else f"-> that was all in {name}"]

    return (Ask(_look_up(face, SEARCH_MOST, ask, show)),)


def _find_front(face: Reader, state: State, user: User) -> Room | None:
    """Return the room in front, if the reader is in it."""
    room = state.rooms.get(face.here)
    return room if room is not None and user in room.members else None


class _Show(Protocol):
    """Makes the answer of lines, and of whether there are more than were asked for; `name` is where."""

    def __call__(self, name: str, lines: list[str], *, more: bool) -> list[str]: ...


def _look_up(
    face: Reader,
    limit: int,
    ask: Callable[[State, User, Moment], tuple[str, Page | Search] | None],
    show: _Show,
) -> Callable[[State, User | None, Moment], Sequence[bytes] | Lookup]:
    """Return what asks for one more than `limit` messages, and shows `limit`.

    `ask` tells where they are, and how to find them; None if the reader is in no room.
    """

    def answer(state: State, user: User | None, moment: Moment) -> Sequence[bytes] | Lookup:
        asked = ask(state, user, moment) if user is not None else None
        if asked is None:
            return face.lines(NO_ROOM)
        name, question = plain(asked[0]), asked[1]

        def tell(found: Sequence[Sequence[KeptEvent]] | None) -> Sequence[bytes]:
            if found is None:
                return face.lines("the server can't read its disk right now; try again in a moment")
            said = [event for page in found for event in page if isinstance(event, Said)]
            heard = [one for one in said[-limit:] if fold(one.who.nick) not in face.ignored]
            lines = show(name, recalled(heard), more=len(said) > limit)
            return [shown_lines(lines, face.end)]

        return Lookup((question,), tell)

    return answer


def _ignore(face: Reader, rest: str) -> Items:
    if not rest:
        ignored = " ".join(sorted(face.ignored)) or "nobody; /ignore NICK hides what somebody says"
        return (face.say(f"you ignore {ignored}"),)
    if not is_nick(rest, face.facts.limits.nick):
        return f"{brief(rest)} can't be a nick; /ignore NICK hides what somebody says"
    nick = fold(rest)
    if nick not in face.ignored and len(face.ignored) >= IGNORED_MOST:
        return f"you ignore {IGNORED_MOST} people already; /ignore one of them ends that"
    face.ignore(face.ignored ^ {nick})
    shown = "you ignore" if nick in face.ignored else "you hear again from"
    return (face.say(f"{shown} {plain(rest)}"),)


def _quit(_face: Reader, rest: str) -> Items:
    return (commands.Quit(rest),)


COMMANDS: Sequence[Command] = (
    Command("/help [COMMAND]", "show this list, or what one of them does", _helped),
    Command("/nick NAME", "change what you are called", _nick, pipelined=True),
    Command("/join #ROOM [PASSWORD]", "enter a room; what you type goes there", _join),
    Command("/part [#ROOM] [REASON]", "leave a room", _part),
    Command("/rooms", "list the rooms", _rooms),
    Command("/names [#ROOM]", "list who is in the room", _names),
    Command("/msg NICK TEXT", "say something to one person", _msg, pipelined=True),
    Command("/reply TEXT", "answer who wrote to you last", _reply, pipelined=True),
    Command("/me TEXT", "say what you do: /me waves", _me, pipelined=True),
    Command("/topic [#ROOM] [TEXT]", "show or set the topic; - removes it", _topic, pipelined=True),
    Command("/rename #NAME [REASON]", "give the room another name", rename),
    Command("/invite NICK", "ask somebody into the room", invite, pipelined=True),
    Command("/kick NICK [REASON]", "put somebody out of the room", kick, pipelined=True),
    Command("/ban NICK", "put somebody out, and keep them out", ban),
    Command("/unban NICK", "let somebody in again", unban),
    Command("/op NICK", "make somebody an operator of the room",
            change_status("o", adding=True), pipelined=True),
    Command("/deop NICK", "take that from them",
            change_status("o", adding=False), pipelined=True),
    Command("/voice NICK", "let somebody speak where not everybody may",
            change_status("v", adding=True), pipelined=True),
    Command("/devoice NICK", "take that from them",
            change_status("v", adding=False), pipelined=True),
    Command("/register-room", "have the room belong to your account", register_room),
    Command("/whois NICK", "show who somebody is", _whois, pipelined=True),
    Command("/away [TEXT]", "say that you are away; without TEXT, back again", _away, pipelined=True),
    Command("/history [NICK] [N]", "show the last N messages of the room, or with NICK", _history),
    Command("/search WORDS", "show what was said in the room with these words", _search),
    Command("/ignore [NICK]", "hide what somebody says, or show it again", _ignore),
    Command("/register [NAME] PASSWORD", "make an account: nobody else has its name", register),
    Command("/login [ACCOUNT] PASSWORD", "be who has an account", login),
    Command("/logout", "have no account any more", logout),
    Command("/password NEW", "change your password; your other devices log out", change_password),
    Command("/oper NAME PASSWORD", "become an operator of this server", become_operator),
    Command("/quit [REASON]", "leave", _quit),
)  # fmt: skip
"""Every command, in the order of /help."""

BY_NAME = {command.name: command for command in COMMANDS}
