"""METADATA: what people and rooms say of themselves by key (IRCv3 draft/metadata-3).

Rules: members read what is said of their room, and everybody what somebody says of themselves; all of it
is visible to all of these. Who has not registered has `*` alone, and what they set and follow is theirs
when they are a user. What comes by itself, or as an answer with any number of lines, is a batch.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from chatserver.core.commands import (
    Adopt,
    ClearMetadata,
    Follow,
    SetMetadata,
    Synchronize,
    Unfollow,
)
from chatserver.core.effects import (
    Followed,
    MetadataCleared,
    MetadataSet,
    Reason,
    Refused,
    Synchronized,
    Unfollowed,
)
from chatserver.core.members import Room, User
from chatserver.core.metadata import (
    FOLLOWED_MOST,
    KEY_BYTES,
    KEYS_MOST,
    VALUE_BYTES,
    is_key,
    is_value,
)
from chatserver.core.parties import metadata_of
from chatserver.faces.contract import Answer, Item
from chatserver.faces.irc.history import batched
from chatserver.faces.irc.lines import BODY_LIMIT, as_middle, finish
from chatserver.faces.irc.session import Inquiry, Items, Session
from chatwire import caps
from chatwire.message import Message
from chatwire.names import fold, looks_like_room
from chatwire.text import pack

VERB = "METADATA"
EVERYTHING = "*ALL"
"""The target that stands for all whom and what one sees."""

MEMBERS_MOST = 500
"""Of a room with more members, who enters it asks for metadata by themselves."""


def offer(_session: Session) -> str:
    """Return the value of the capability: what is allowed."""
    limits = (
        f"max-subs={FOLLOWED_MOST}",
        f"max-keys={KEYS_MOST}",
        f"max-key-bytes={KEY_BYTES}",
        f"max-value-bytes={VALUE_BYTES}",
    )
    return ",".join(("before-connect", *limits))


def is_aware(session: Session) -> bool:
    """Say whether a client knows of metadata."""
    return session.has(caps.METADATA) and session.has(caps.BATCH)


def metadata(session: Session, message: Message) -> Items:
    """METADATA: read and set what people and rooms say of themselves, and follow keys."""
    if not session.has(caps.METADATA):
        return [session.tell("421", VERB, text="Unknown command without draft/metadata-3")]
    target, name = message.param(0), message.param(1).upper()
    row = SUBCOMMANDS.get(name)
    if row is None:
        return [
            _fail(session, "INVALID_PARAMS", _sayable(message.param(1)), text="Unknown subcommand")
        ]
    rest = message.params[2:]
    if not row.least <= len(rest) <= row.most:
        return [_fail(session, "INVALID_PARAMS", name, text="Wrong number of parameters")]
    if not session.registered:
        if target != "*":
            return [_fail(session, "INVALID_TARGET", _sayable(target), text="Connect first")]
        return row.early(session, rest)
    return row.handler(session, target, rest)


def _fail(session: Session, code: str, *context: str, text: str) -> Answer:
    return session.fail(VERB, code, *context, text=text)


def _sayable(word: str) -> str:
    """Return a word as a parameter, `*` if it can be none."""
    return as_middle(word) if word and " " not in word and not word.startswith(":") else "*"


def _warn(session: Session, code: str, *context: str, text: str) -> bytes:
    return finish(" ".join([f":{session.server.name} WARN", VERB, code, *context]) + f" :{text}")


def _bad_key(session: Session, key: str) -> bytes:
    return _warn(session, "INVALID_KEY", _sayable(key), text="That can't be a key")


def _says(session: Session, nick: str, target: str, key: str, value: str) -> bytes:
    """Return what a key says of a target, or that it says nothing."""
    if not value:
        return session.numeric("766", nick, target, key, text="Key not set")
    return session.numeric("761", nick, target, key, "*", text=value)


# --- asking -----------------------------------------------------------------------------------


def _find(inquiry: Inquiry, target: str) -> User | Room | None:
    """Return of whom or what the asker may read under the name `target`."""
    if target == "*":
        return inquiry.user
    if not looks_like_room(target):
        return inquiry.state.find_user(target)
    room = inquiry.state.find_room(target)
    if room is None or not (inquiry.user in room.members or inquiry.user.operator):
        return None
    return room


def _name(found: User | Room) -> str:
    return found.name if isinstance(found, Room) else found.nick


def _values(inquiry: Inquiry, found: User | Room) -> Mapping[str, str]:
    return found.metadata if isinstance(found, Room) else metadata_of(inquiry.state, found)


def _reading(
    session: Session, target: str, show: Callable[[Inquiry, User | Room], Sequence[bytes]]
) -> Items:
    """Answer with a batch of what `show` makes of the target, if the asker may read of it."""

    def query(inquiry: Inquiry) -> Sequence[bytes]:
        found = _find(inquiry, target)
        if found is None:
            text = "There is nobody and no room of yours with that name"
            return _fail(session, "INVALID_TARGET", _sayable(target), text=text).lines
        return batched(session, "metadata", _name(found), lines=show(inquiry, found))

    return [session.ask(query)]


def _get(session: Session, target: str, keys: Sequence[str]) -> Items:
    def show(inquiry: Inquiry, found: User | Room) -> Sequence[bytes]:
        values, nick = _values(inquiry, found), inquiry.user.nick
        return _tell_keys(session, nick, _name(found), values, keys)

    return _reading(session, target, show)


def _tell_keys(
    session: Session, nick: str, target: str, values: Mapping[str, str], keys: Sequence[str]
) -> Sequence[bytes]:
    return [
        _says(session, nick, target, key, values.get(key, ""))
        if is_key(key)
        else _bad_key(session, key)
        for key in keys
    ]


def _list(session: Session, target: str, _rest: Sequence[str]) -> Items:
    def show(inquiry: Inquiry, found: User | Room) -> Sequence[bytes]:
        values, nick = _values(inquiry, found), inquiry.user.nick
        return _tell_keys(session, nick, _name(found), values, [*values])

    return _reading(session, target, show)


def _sync(session: Session, target: str, _rest: Sequence[str]) -> Items:
    if target == EVERYTHING:
        return [Synchronize()]
    return _reading(session, target, lambda inquiry, found: [*_followed(inquiry, [found])])


def synchronized(inquiry: Inquiry, reply: Synchronized) -> Sequence[bytes]:
    """Return all that the asker follows of all that they see."""
    user, state = inquiry.user, inquiry.state
    rooms = [member.room for member in user.rooms.values()]
    watched = filter(None, map(state.find_user, reply.monitored))
    lines = [*_followed(inquiry, [user, *rooms, *watched])]
    return batched(inquiry.session, "metadata", EVERYTHING, lines=lines)


def _followed(inquiry: Inquiry, found: Sequence[User | Room]) -> Iterator[bytes]:
    """Yield what the asker follows of people and rooms, and of who is in these."""
    keys = inquiry.session.follows
    if not keys:
        return
    each: dict[User | Room, None] = {}
    for one in found:
        each[one] = None
        if isinstance(one, Room):
            each.update(dict.fromkeys(one.members))
    for one in each:
        values, name = _values(inquiry, one), _name(one)
        for key in keys:
            if key in values:
                yield _says(inquiry.session, inquiry.user.nick, name, key, values[key])


def of_room(inquiry: Inquiry, name: str) -> Sequence[bytes]:
    """Return what is told of a room that somebody enters, and of who is in it."""
    room = inquiry.state.find_room(name)
    if room is None or not is_aware(inquiry.session):
        return []
    if len(room.members) > MEMBERS_MOST:
        return [later(inquiry, room.name)]
    return batched(inquiry.session, "metadata", room.name, lines=[*_followed(inquiry, [room])])


def of_monitored(inquiry: Inquiry, nick: str) -> Sequence[bytes]:
    """Return what is told of somebody who is monitored and there."""
    user = inquiry.state.find_user(nick)
    if user is None or not is_aware(inquiry.session):
        return []
    return batched(inquiry.session, "metadata", user.nick, lines=[*_followed(inquiry, [user])])


def of_newcomer(inquiry: Inquiry) -> Sequence[bytes]:
    """Return all that is said of a new user, with what they set before they were one."""
    session, nick = inquiry.session, inquiry.user.nick
    if not is_aware(session):
        return []
    values = {**metadata_of(inquiry.state, inquiry.user), **session.metadata}
    lines = _tell_keys(session, nick, nick, values, [*values])
    return batched(session, "metadata", nick, lines=lines)


def in_whois(inquiry: Inquiry, user: User) -> Sequence[bytes]:
    """Return what WHOIS tells of it."""
    if not is_aware(inquiry.session):
        return []
    values = metadata_of(inquiry.state, user)
    return [inquiry.numeric("760", user.nick, key, "*", text=values[key]) for key in values]


def later(inquiry: Inquiry, target: str) -> bytes:
    """Return what asks the client to ask for it itself."""
    return inquiry.numeric("774", target, "0", text="Ask for it with METADATA SYNC")


# --- setting ----------------------------------------------------------------------------------


def _set(session: Session, target: str, rest: Sequence[str]) -> Items:
    refused = _refuse_value(session, rest)
    return [refused or SetMetadata(target, rest[0], "".join(rest[1:]))]


def _refuse_value(session: Session, rest: Sequence[str]) -> Item | None:
    if not is_key(rest[0]):
        return _fail(session, "INVALID_KEY", _sayable(rest[0]), text="That can't be a key")
    if not is_value("".join(rest[1:])):
        return _fail(session, "INVALID_VALUE", rest[0], text=f"{VALUE_BYTES} bytes at most")
    return None


def metadata_set(inquiry: Inquiry, reply: MetadataSet) -> Sequence[bytes]:
    """Return what who set something is told."""
    return [_says(inquiry.session, inquiry.user.nick, reply.target, reply.key, reply.value)]


def _clear(_session: Session, target: str, _rest: Sequence[str]) -> Items:
    return [ClearMetadata(target)]


def metadata_cleared(inquiry: Inquiry, reply: MetadataCleared) -> Sequence[bytes]:
    """Return what who removed everything is told."""
    session, nick = inquiry.session, inquiry.user.nick
    lines = [_says(session, nick, reply.target, key, "") for key in reply.keys]
    return batched(session, "metadata", reply.target, lines=lines)


CODES: Mapping[Reason, tuple[str, str]] = {
    Reason.METADATA_FORBIDDEN: ("KEY_NO_PERMISSION", "That is not yours to set"),
    Reason.METADATA_FULL: ("LIMIT_REACHED", "There are as many keys as there may be"),
    Reason.METADATA_TARGET_INVALID: (
        "INVALID_TARGET",
        "There is nobody and no room of yours so called",
    ),
}
"""The code and the words of each reason to refuse."""


def refuse(session: Session, reply: Refused) -> Sequence[bytes]:
    """Return why something is not set."""
    code, text = CODES[reply.reason]
    context = [_sayable(word) for word in (reply.subject, reply.detail) if word]
    if reply.reason is Reason.METADATA_FULL:
        context.insert(0, "SET")
    return _fail(session, code, *context, text=text).lines


# --- following --------------------------------------------------------------------------------


def _sub(session: Session, target: str, keys: Sequence[str]) -> Items:
    return [*_bad_keys(session, keys), *([Follow(target, good)] if (good := _good(keys)) else [])]


def _unsub(session: Session, target: str, keys: Sequence[str]) -> Items:
    return [*_bad_keys(session, keys), *([Unfollow(target, good)] if (good := _good(keys)) else [])]


def _good(keys: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(is_key, keys)))


def _bad_keys(session: Session, keys: Sequence[str]) -> Items:
    bad = tuple(_bad_key(session, key) for key in keys if not is_key(key))
    return [Answer(bad)] if bad else []


def followed(inquiry: Inquiry, reply: Followed) -> Sequence[bytes]:
    """Return which keys the client follows now."""
    session = inquiry.session
    news = [key for key in reply.keys if key not in session.follows]
    session.follows.update(dict.fromkeys(reply.keys))
    lines = _keys(session, inquiry.user.nick, "770", reply.keys)
    if reply.refused:
        lines += _too_many(session, reply.refused).lines
    return [*lines, later(inquiry, EVERYTHING)] if news else lines


def _too_many(session: Session, key: str) -> Answer:
    context = "SUB", key, str(FOLLOWED_MOST)
    return _fail(session, "LIMIT_REACHED", *context, text="You follow as many keys as you may")


def unfollowed(inquiry: Inquiry, reply: Unfollowed) -> Sequence[bytes]:
    """Return which keys the client does not follow now."""
    session = inquiry.session
    for key in reply.keys:
        session.follows.pop(key, None)
    return _keys(session, inquiry.user.nick, "771", reply.keys)


def forget(session: Session) -> Items:
    """Follow nothing any more: the client has given up what it needs for it."""
    session.follows.clear()
    return [Unfollow("*", ())] if session.registered else []


def _subs(session: Session, target: str, _rest: Sequence[str]) -> Items:
    def query(inquiry: Inquiry) -> Sequence[bytes]:
        nick = inquiry.user.nick
        if target != "*" and fold(target) != fold(nick):
            text = "One follows keys for oneself"
            return _fail(session, "INVALID_TARGET", _sayable(target), text=text).lines
        lines = _keys(session, nick, "772", [*session.follows])
        return batched(session, "metadata-subs", lines=lines)

    return [session.ask(query)]


def _keys(session: Session, nick: str, code: str, keys: Iterable[str]) -> list[bytes]:
    """Return numerics that name keys."""
    room = BODY_LIMIT - len(session.numeric(code, nick, "")) + len("\r\n")
    return [session.numeric(code, nick, *words.split()) for words in pack(keys, room)]


# --- before one is a user ---------------------------------------------------------------------


def adopt(session: Session) -> Sequence[Adopt]:
    """Return what makes what was set and followed before theirs who has become a user."""
    if not (session.metadata or session.follows):
        return ()
    return (Adopt(dict(session.metadata), tuple(session.follows)),)


def _early_batch(session: Session, keys: Sequence[str]) -> Items:
    lines = _tell_keys(session, "", "*", session.metadata, keys)
    return [Answer(tuple(batched(session, "metadata", "*", lines=lines)))]


def _early_list(session: Session, _rest: Sequence[str]) -> Items:
    return _early_batch(session, [*session.metadata])


def _early_set(session: Session, rest: Sequence[str]) -> Items:
    if refused := _refuse_value(session, rest):
        return [refused]
    key, value = rest[0], "".join(rest[1:])
    if value and key not in session.metadata and len(session.metadata) >= KEYS_MOST:
        return [Answer(tuple(refuse(session, Refused(Reason.METADATA_FULL, "*", str(KEYS_MOST)))))]
    if value:
        session.metadata[key] = value
    else:
        session.metadata.pop(key, None)
    return [Answer((_says(session, "", "*", key, value),))]


def _early_clear(session: Session, _rest: Sequence[str]) -> Items:
    keys = [*session.metadata]
    session.metadata.clear()
    return _early_batch(session, keys)


def _early_sub(session: Session, keys: Sequence[str]) -> Items:
    wanted = _good(keys)
    free = [key for key in wanted if key not in session.follows]
    excess = free[FOLLOWED_MOST - len(session.follows) :]
    good = wanted[: wanted.index(excess[0])] if excess else wanted
    session.follows.update(dict.fromkeys(good))
    told: list[Item] = [Answer(tuple(_keys(session, "", "770", good)))]
    return [*_bad_keys(session, keys), *told, *([_too_many(session, excess[0])] if excess else [])]


def _early_unsub(session: Session, keys: Sequence[str]) -> Items:
    for key in keys:
        session.follows.pop(key, None)
    told = Answer(tuple(_keys(session, "", "771", _good(keys))))
    return [*_bad_keys(session, keys), told]


def _early_subs(session: Session, _rest: Sequence[str]) -> Items:
    lines = _keys(session, "", "772", [*session.follows])
    return [Answer(tuple(batched(session, "metadata-subs", lines=lines)))]


def _early_sync(session: Session, _rest: Sequence[str]) -> Items:
    return _early_batch(session, [key for key in session.follows if key in session.metadata])


class Subcommand(Struct, frozen=True):
    """A subcommand: how many parameters it takes, and what it does once one is a user, and before."""

    least: int
    most: int
    handler: Callable[[Session, str, Sequence[str]], Items]
    early: Callable[[Session, Sequence[str]], Items]


_ANY = 1000

SUBCOMMANDS: Mapping[str, Subcommand] = {
    "CLEAR": Subcommand(0, 0, _clear, _early_clear),
    "GET": Subcommand(1, _ANY, _get, _early_batch),
    "LIST": Subcommand(0, 0, _list, _early_list),
    "SET": Subcommand(1, 2, _set, _early_set),
    "SUB": Subcommand(1, _ANY, _sub, _early_sub),
    "SUBS": Subcommand(0, 0, _subs, _early_subs),
    "SYNC": Subcommand(0, 0, _sync, _early_sync),
    "UNSUB": Subcommand(1, _ANY, _unsub, _early_unsub),
}
