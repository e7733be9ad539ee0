"""Who is where: joins, leaves, nicks, topics, modes, and the lists of members."""

from collections.abc import Sequence
from dataclasses import replace

from chatclient.model import Buffer, Kind, Member
from chatclient.session.catchup import follow, unfollow
from chatclient.session.narration import narrate, with_reason
from chatclient.session.nicks import regain, take_nick
from chatclient.session.people import watch_as
from chatclient.session.roster import name_members, name_next
from chatclient.session.saying import open_all
from chatclient.session.state import Heard, State, is_name
from chatclient.session.whereabouts import look_around
from chatwire.text import plain

_LISTED_MOST = 200_000
_LISTS_MOST = 200
"""Members that a server may list and that a room may have, and rooms whose lists may be open."""


def _user_and_host(source: str) -> tuple[str, str]:
    user, _, host = source.partition("!")[2].partition("@")
    return plain(user), plain(host)


def on_join(state: State, heard: Heard) -> None:
    """Somebody comes into a room, or we do (with extended-join: account and real name)."""
    name = heard.text(0)
    if state.is_me(heard.nick):
        _join_self(state, heard, name)
    elif buffer := state.joined(name):
        user, host = _user_and_host(heard.message.source or "")
        account = plain(heard.text(1))
        member = Member(
            heard.nick,
            user=user,
            host=host,
            account="" if account == "*" else account,
            realname=plain(heard.text(2)),
        )
        if len(buffer.members) < _LISTED_MOST:
            buffer.members.put(member)
        state.world.members_changed(buffer)
        state.note(heard, *narrate(state, heard), buffer)


def _join_self(state: State, heard: Heard, name: str) -> None:
    if "!" in (heard.message.source or ""):
        state.source = heard.message.source or ""
    if not state.may_open(name):
        return
    buffer = state.world.open_room(name)
    buffer.wanted = True
    if buffer.joined:  # told again: another device of ours came in
        return
    state.world.set_joined(buffer, joined=True)
    state.looked.discard(buffer)
    buffer.members.put(Member(heard.nick, account=state.status.account))
    if buffer.topic.text:
        state.world.set_topic(buffer, "")  # a room without one says nothing about it
    name_members(state, buffer)
    follow(state, buffer, heard.time)
    state.note(heard, *narrate(state, heard), buffer, own=True)


def on_part(state: State, heard: Heard) -> None:
    """Somebody leaves a room, or we do."""
    buffer = state.room(heard.text(0))
    if buffer is None:
        return
    if state.is_me(heard.nick):
        state.note(heard, *narrate(state, heard), buffer, own=True)
        _leave(state, buffer)
    elif buffer.members.remove(heard.nick):
        state.world.set_typing(buffer, heard.nick, None)
        state.world.members_changed(buffer)
        state.note(heard, *narrate(state, heard), buffer)


def on_kick(state: State, heard: Heard) -> None:
    """Somebody is removed from a room. We do not come back by ourselves."""
    buffer = state.room(heard.text(0))
    if buffer is None:
        return
    victim = plain(heard.text(1))
    state.note(heard, *narrate(state, heard), buffer)
    if state.is_me(victim):
        _leave(state, buffer)
    else:
        buffer.members.remove(victim)
        state.world.set_typing(buffer, victim, None)
        state.world.members_changed(buffer)


def _leave(state: State, buffer: Buffer) -> None:
    """Be in a room no longer, without wanting to be back; unless the user does already."""
    if buffer not in state.parting:
        buffer.wanted = False
    state.parting.discard(buffer)
    state.world.set_joined(buffer, joined=False)
    unfollow(state, buffer)
    open_all(state)  # if we do not come back, what waits to be said there is refused


def on_quit(state: State, heard: Heard) -> None:
    """Somebody leaves the server."""
    buffers = state.rooms_of(heard.nick)
    for buffer in buffers:
        buffer.members.remove(heard.nick)
        state.world.members_changed(buffer)
    direct = state.conversation(heard.nick)
    for buffer in [*buffers, direct] if direct else buffers:
        state.world.set_typing(buffer, heard.nick, None)
        state.note(heard, *narrate(state, heard), buffer)
    regain(state, heard.nick)


def on_nick(state: State, heard: Heard) -> None:
    """Somebody changes their nick, or we do, or the server does it to us."""
    old, new = heard.nick, plain(heard.text(0))
    if not new:
        return
    mine = state.is_me(old)
    told = narrate(state, heard)
    buffers = state.rooms_of(old)
    for buffer in buffers:
        buffer.members.rename(old, new)
        state.world.members_changed(buffer)
    direct = None if mine else state.conversation(old)
    if direct and is_name(new):
        buffers.append(direct)
        state.world.rename(direct, new)
        watch_as(state, old, new)
    if mine:
        take_nick(state, new)
        buffers = buffers or [state.world.server]
    for buffer in buffers:
        state.world.set_typing(buffer, old, None)
        state.note(heard, *told, buffer, own=mine)
    regain(state, old)


def on_topic(state: State, heard: Heard) -> None:
    """Somebody sets the topic."""
    if buffer := state.room(heard.text(0)):
        state.world.set_topic(buffer, heard.text(1), heard.nick, heard.time)
        state.note(heard, *narrate(state, heard), buffer)


def on_topic_reply(state: State, heard: Heard) -> None:
    """The topic of a room, in answer to JOIN or TOPIC (RPL_TOPIC, RPL_NOTOPIC)."""
    text = heard.text(2) if heard.message.command == "332" else ""
    if buffer := state.joined(heard.text(1)):
        state.world.set_topic(buffer, text)
    else:
        state.tell(heard, f"topic of {heard.text(1)}: {text or '(none)'}")


def on_topic_origin(state: State, heard: Heard) -> None:
    """Who set the topic, and when (RPL_TOPICWHOTIME)."""
    if buffer := state.joined(heard.text(1)):
        by, written = heard.text(2).partition("!")[0], heard.text(3)
        time = (
            float(written)
            if written.isascii() and written.isdigit() and len(written) < 12
            else None
        )
        state.world.set_topic_origin(buffer, by, time)


def on_names(state: State, heard: Heard) -> None:
    """Part of the list of who is in a room (RPL_NAMREPLY)."""
    listed = state.names.setdefault(state.world.fold(heard.text(2)), [])
    if len(state.names) > _LISTS_MOST or sum(map(len, state.names.values())) > _LISTED_MOST:
        return
    ranks = state.features.ranks
    listed.extend(_member(written, ranks) for written in heard.text(3).split(" ") if written)


def on_names_end(state: State, heard: Heard) -> None:
    """The list is complete (RPL_ENDOFNAMES)."""
    name = state.world.fold(heard.text(1))
    listed = state.names.pop(name, [])
    was_asked = state.naming is not None and state.world.fold(state.naming.target) == name
    if buffer := state.joined(name):
        _list(state, buffer, listed)
    elif not was_asked:  # else we asked, and are out again
        nicks = " ".join(member.prefixes + member.nick for member in listed)
        state.tell(heard, f"in {heard.text(1)}: {nicks or 'nobody that you can see'}")
    if was_asked:
        name_next(state)


def _list(state: State, buffer: Buffer, listed: Sequence[Member]) -> None:
    """Have exactly those in a room that were listed."""
    known = buffer.members
    for member in listed if len(known) > 1 else ():
        if before := known.get(member.nick):
            member.away = before.away
            member.account, member.realname = before.account, before.realname
    buffer.members.replace(listed)
    state.world.members_changed(buffer)
    look_around(state, buffer)


def _member(written: str, ranks: str) -> Member:
    """Return the member that NAMES means: prefixes, nick, and with userhost-in-names more."""
    source = written.lstrip(ranks)
    user, host = _user_and_host(source)
    prefixes = written[: len(written) - len(source)]
    return Member(plain(source.partition("!")[0]), prefixes, user, host)


def on_rename(state: State, heard: Heard) -> None:
    """A room has another name (draft/channel-rename)."""
    buffer, new = state.room(heard.text(0)), heard.text(1)
    if buffer is None or not state.features.is_room(new) or not is_name(new):
        return
    told = with_reason(f"{heard.nick} renamed {buffer.name} to {plain(new)}", heard.text(2))
    state.world.rename(buffer, new)
    state.note(heard, Kind.INFO, told, buffer)


def on_mode(state: State, heard: Heard) -> None:
    """Modes of a room or of ours change."""
    target, changes, params = heard.text(0), heard.text(1), heard.message.params[2:]
    told = narrate(state, heard)
    buffer = state.room(target)
    if buffer is None:
        state.tell(heard, told[1], state.world.server, Kind.MODE)
        return
    flags = set(buffer.modes.lstrip("+"))
    for given, letter, param in state.features.modes(changes, params):
        prefix = state.features.prefixes.get(letter)
        if prefix:
            buffer.members.set_prefix(plain(param), prefix, given=given)
        elif state.features.is_flag(letter):
            flags = flags | {letter} if given else flags - {letter}
    state.world.set_modes(buffer, "".join(sorted(flags)))
    state.world.members_changed(buffer)
    state.note(heard, *told, buffer)


def on_mode_reply(state: State, heard: Heard) -> None:
    """The modes of a room, in answer to MODE (RPL_CHANNELMODEIS)."""
    written = heard.message.params[2:]
    buffer = state.joined(heard.text(1))
    if buffer:
        state.world.set_modes(buffer, heard.text(2).replace("+", ""))
    state.tell(heard, f"modes of {heard.text(1)}: {' '.join(written)}")


def on_own_away(state: State, heard: Heard) -> None:
    """We are away, or back (RPL_NOWAWAY, RPL_UNAWAY)."""
    state.set_status(replace(state.status, away=heard.message.command == "306"))
    state.tell(heard, heard.text(1))


def on_chghost(state: State, heard: Heard) -> None:
    """Somebody's user name and host change (chghost)."""
    user, host = plain(heard.text(0)), plain(heard.text(1))
    if state.is_me(heard.nick):
        state.source = f"{heard.nick}!{user}@{host}"
    for buffer in state.rooms_of(heard.nick):
        member = buffer.members.get(heard.nick)
        if member:
            member.user, member.host = user, host


def on_setname(state: State, heard: Heard) -> None:
    """Somebody's real name changes (setname)."""
    for buffer in state.rooms_of(heard.nick):
        member = buffer.members.get(heard.nick)
        if member:
            member.realname = plain(heard.text(0))


def on_invite(state: State, heard: Heard) -> None:
    """Somebody is invited to a room (with invite-notify, not only we)."""
    invited, name = plain(heard.text(0)), heard.text(1)
    if state.ignores(heard.message.source):
        return
    if state.is_me(invited):
        sentence = f"{heard.nick} invites you to {name}: /join {name}"
        line = state.world.make_line(Kind.INVITE, sentence, time=heard.time, source=heard.nick)
        state.world.add(state.world.active, replace(line, mention=True))
    elif buffer := state.room(name):
        state.note(heard, Kind.INVITE, f"{heard.nick} invited {invited}", buffer)
