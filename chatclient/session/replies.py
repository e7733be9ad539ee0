"""Answers and refusals of the server, as sentences that need no manual.

Rules: a numeric with a row in `SENTENCES` is told as that sentence, one in `SILENT` not at all, and
any other as the server wrote it. A refusal that is about an own message fails it; one that is about
a room is told in that room.
"""

from collections.abc import Mapping
from typing import Final

from chatclient.model import Buffer, Kind
from chatclient.session.catchup import on_history_refused, on_sign_of_life
from chatclient.session.nicks import on_nick_refused, regain_now
from chatclient.session.outbox import NONCE
from chatclient.session.roster import name_next
from chatclient.session.saying import open_all
from chatclient.session.state import Heard, State
from chatwire import numerics as n
from chatwire.text import plain

SENTENCES: Final[Mapping[str, str]] = {
    n.RPL_AWAY: "{p[1]} is away: {p[2]}",
    n.RPL_WHOISUSER: "{p[1]} is {p[2]}@{p[3]} ({p[5]})",
    n.RPL_WHOWASUSER: "{p[1]} was {p[2]}@{p[3]} ({p[5]})",
    n.RPL_WHOISSERVER: "{p[1]} is on {p[2]} ({p[3]})",
    n.RPL_WHOISOPERATOR: "{p[1]} {p[2]}",
    n.RPL_WHOISIDLE: "{p[1]} has been silent for {p[2]} s",
    n.RPL_WHOISCHANNELS: "{p[1]} is in {p[2]}",
    n.RPL_WHOISACCOUNT: "{p[1]} {p[3]} {p[2]}",
    n.RPL_WHOISBOT: "{p[1]} {p[2]}",
    n.RPL_WHOISREGNICK: "{p[1]} {p[2]}",
    n.RPL_WHOISSECURE: "{p[1]} {p[2]}",
    n.RPL_WHOISSPECIAL: "{p[1]} {p[2]}",
    n.RPL_WHOISHOST: "{p[1]} {p[2]}",
    n.RPL_WHOISMODES: "{p[1]} {p[2]}",
    "276": "{p[1]} {p[2]}",  # RPL_WHOISCERTFP
    n.RPL_WHOISACTUALLY: "{p[1]} connects from {p[2]}",
    n.RPL_LIST: "{p[1]} ({p[2]}): {p[3]}",
    n.RPL_INVITING: "{p[1]} is invited to {p[2]}",
    n.RPL_WHOREPLY: "{p[5]} is {p[2]}@{p[3]} in {p[1]}",
    n.RPL_BANLIST: "{p[1]} bans {p[2]}",
    n.RPL_EXCEPTLIST: "{p[1]} excepts {p[2]} from its bans",
    n.RPL_INVEXLIST: "{p[1]} lets {p[2]} in",
    n.RPL_UMODEIS: "your modes: {p[1]}",
}
"""How a numeric is told; `p` are its parameters, our nick first."""

SILENT: Final = frozenset(
    {
        n.RPL_MYINFO,
        n.RPL_CREATIONTIME,
        n.RPL_ENDOFWHOIS,
        n.RPL_LISTSTART,
        n.RPL_ENDOFWHOWAS,
        n.RPL_ENDOFBANLIST,
        n.RPL_ENDOFEXCEPTLIST,
        n.RPL_ENDOFINVEXLIST,
        n.RPL_ENDOFHELP,
        n.RPL_ENDOFINFO,
        n.RPL_ENDOFLINKS,
        "734",  # ERR_MONLISTFULL: then some are not watched
    }
)
"""Numerics that tell a person nothing."""

_SAID_TWICE = frozenset({n.RPL_LOCALUSERS, n.RPL_GLOBALUSERS})
"""Numerics whose last parameter has all the others in it."""

_OF_THE_SERVER = frozenset(
    {n.RPL_YOURHOST, n.RPL_CREATED, n.RPL_MOTDSTART, n.RPL_MOTD, n.RPL_LUSERCLIENT, n.RPL_LUSEROP}
    | {n.RPL_LUSERUNKNOWN, n.RPL_LUSERCHANNELS, n.RPL_LUSERME, n.RPL_LOCALUSERS}
    | {n.RPL_GLOBALUSERS, n.RPL_UMODEIS, "042", "396"}
)

_SENDING = frozenset({"PRIVMSG", "NOTICE", "BATCH"})

_CANNOT_JOIN = frozenset(
    {n.ERR_NOSUCHCHANNEL, n.ERR_TOOMANYCHANNELS, n.ERR_CHANNELISFULL, n.ERR_INVITEONLYCHAN}
    | {
        n.ERR_BANNEDFROMCHAN,
        n.ERR_BADCHANNELKEY,
        n.ERR_BADCHANMASK,
        "437",
        "470",
        "477",
        "480",
        "489",
    }
)

_NOT_ABOUT_MESSAGES = frozenset(
    {n.ERR_UNKNOWNCOMMAND, n.ERR_NOSUCHSERVER, n.ERR_NOMOTD, n.ERR_UNKNOWNMODE}
    | {n.ERR_NEEDMOREPARAMS, n.ERR_USERNOTINCHANNEL, n.ERR_USERONCHANNEL, n.ERR_CHANOPRIVSNEEDED}
    | {n.ERR_WASNOSUCHNICK, n.ERR_UMODEUNKNOWNFLAG, n.ERR_USERSDONTMATCH, n.ERR_HELPNOTFOUND}
)

_WHAT_TO_DO: Final[Mapping[str, str]] = {
    n.ERR_BADCHANNELKEY: "it has a password: /join {p[1]} PASSWORD",
    n.ERR_INVITEONLYCHAN: "somebody in it has to invite you",
    n.ERR_UNKNOWNCOMMAND: "/help lists the commands",
}


def _padded(heard: Heard) -> list[str]:
    return [*heard.message.params, "", "", "", "", "", ""]


def on_numeric(state: State, heard: Heard) -> None:
    """Tell an answer that has no handler of its own, or take a refusal."""
    command = heard.message.command
    if command[0] in "45" or command in {n.ERR_INVALIDMODEPARAM, n.ERR_INVALIDKEY}:
        _on_refusal(state, heard)
    elif command not in SILENT:
        sentence = SENTENCES.get(command)
        shown = heard.message.params[-1 if command in _SAID_TWICE else 1 :]
        text = sentence.format(p=_padded(heard)) if sentence else " ".join(shown)
        # A room without a topic, an absence without a reason, a person without a real name.
        text = text.removesuffix(": ").removesuffix(" ()")
        buffer = state.world.server if command in _OF_THE_SERVER or not state.ready else None
        if command == n.RPL_AWAY:
            buffer = state.world.find(heard.text(1))
        state.tell(heard, text, buffer)


def on_list(state: State, heard: Heard) -> None:
    """A room of the server, listed for the user or for completion."""
    state.world.note_listed(heard.text(1))
    if not state.finding:
        on_numeric(state, heard)


def on_list_end(state: State, heard: Heard) -> None:
    """That was all of the list."""
    state.finding = False


def on_unavailable(state: State, heard: Heard) -> None:
    """A nick or a room cannot be had for a while (ERR_UNAVAILRESOURCE, RFC 2812)."""
    if state.registered and state.features.is_room(heard.text(1)):
        _on_refusal(state, heard)
    else:
        on_nick_refused(state, heard)


def _on_refusal(state: State, heard: Heard) -> None:
    command, reason = heard.message.command, heard.last
    if not state.registered:
        state.tell(heard, reason, state.world.server, Kind.ERROR)
        return
    target = heard.text(1)
    if heard.label and on_history_refused(state, heard.label, "", heard.time):
        return
    entry = state.outbox.marked(heard.label) if heard.label else None
    if entry is None and not state.labels and command not in _NOT_ABOUT_MESSAGES:
        entry = state.outbox.about(target if len(heard.message.params) > 2 else "")
    if entry is not None:
        # Without labels, it may be the answer to something else about that nick.
        nobody = command == n.ERR_NOSUCHNICK and heard.label
        if not nobody or not state.outbox.redirect(entry):
            state.outbox.fail(entry, plain(reason))
        return
    room = state.room(target)
    if room and command in _CANNOT_JOIN and not room.joined:
        room.wanted = False
        open_all(state)  # what waits to be said there is refused, too
    subject = " ".join(heard.message.params[1:-1])
    hint = _WHAT_TO_DO.get(command, "").format(p=_padded(heard))
    text = ": ".join(filter(None, [subject, reason]))
    state.tell(heard, f"{text} ({hint})" if hint else text, room, Kind.ERROR)


def on_standard_reply(state: State, heard: Heard) -> None:
    """FAIL, WARN or NOTE: command, code, context, description (IRCv3 standard-replies)."""
    kind = Kind.INFO if heard.message.command == "NOTE" else Kind.ERROR
    context = heard.message.params[2:-1]
    if heard.text(0) == "MARKREAD":
        return  # the user asked for nothing
    if heard.text(1) == "ACCOUNT_REQUIRED" and not state.registered:
        told = f"the server lets in only who has an account: {plain(heard.last)}"
        state.fatal = f"{told}; --account NAME or /login NAME logs in"
    if heard.text(0) == "CHATHISTORY" and heard.message.command == "FAIL":
        target = context[-1] if context else ""
        if on_history_refused(state, heard.label, target, heard.time) or "TARGETS" in context:
            return
    room = _room_among(state, context)
    if heard.message.command == "FAIL":
        entry = state.outbox.marked(heard.label) if heard.label else None
        if entry is None and not state.labels and heard.text(0) in _SENDING:
            entry = state.outbox.about(context[0] if context else "")
        if entry is not None:
            if state.has(NONCE) and heard.text(1) == "MESSAGE_ERROR":
                state.outbox.postpone(entry)  # it was said; when, the server will know later
            else:
                state.outbox.fail(entry, plain(heard.last))
            return
        if room and heard.text(0) == "JOIN" and not room.joined:
            room.wanted = False
            open_all(state)
    subject = " ".join(each for each in context if each != "*")
    buffer = room or (None if state.ready else state.world.server)
    state.tell(heard, ": ".join(filter(None, [subject, heard.last])), buffer, kind)


def _room_among(state: State, context: tuple[str, ...]) -> Buffer | None:
    return next(filter(None, map(state.room, context)), None)


def on_ack(state: State, heard: Heard) -> None:
    """The server has done what has no other answer (labeled-response)."""
    if entry := state.outbox.marked(heard.label):
        state.outbox.confirm(entry)


def on_pong(state: State, heard: Heard) -> None:
    """An answer to an own PING: a sign of life, or that all before it was taken."""
    if not state.outbox.pass_barrier(heard.last):
        state.world.pong(heard.last)
        on_sign_of_life(state, heard.time)
        if state.naming:
            name_next(state)  # there was no answer
        open_all(state)
        regain_now(state)


def on_ping(state: State, heard: Heard) -> None:
    """The server wants a sign of life."""
    state.send("PONG", heard.last)


def on_wallops(state: State, heard: Heard) -> None:
    """An operator speaks to all operators."""
    state.tell(heard, f"{heard.nick} to all: {heard.last}", state.world.server)
