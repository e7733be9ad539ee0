"""From the first byte to the welcome: capabilities (CAP 302), nick, user, features.

Rules: CAP END is sent once all requests are answered; a server without CAP welcomes us all the
same.
"""

from dataclasses import replace

from chatclient.model import BufferKind, ConnectionState, Kind
from chatclient.session.catchup import PLAYBACK, find_conversations, follow
from chatclient.session.login import conclude, log_in
from chatclient.session.multiline import MULTILINE, limits
from chatclient.session.nicks import take_nick
from chatclient.session.outbox import NONCE
from chatclient.session.people import watch_all
from chatclient.session.saying import open_all
from chatclient.session.state import Heard, State
from chatclient.session.sts import STS, heed
from chatwire import caps
from chatwire.text import plain

WANTED = frozenset(
    {
        caps.ACCOUNT_NOTIFY,
        caps.ACCOUNT_REGISTRATION,
        caps.ACCOUNT_TAG,
        caps.AWAY_NOTIFY,
        caps.BATCH,
        caps.CAP_NOTIFY,
        caps.CHATHISTORY,
        caps.CHGHOST,
        caps.ECHO_MESSAGE,
        caps.EVENT_PLAYBACK,
        caps.EXTENDED_JOIN,
        caps.EXTENDED_MONITOR,
        caps.INVITE_NOTIFY,
        caps.LABELED_RESPONSE,
        caps.MESSAGE_REDACTION,
        caps.MESSAGE_TAGS,
        caps.MULTILINE,
        caps.MULTI_PREFIX,
        caps.NAMES_ASKED_FOR,
        caps.NAMES_ASKED_FOR_DRAFT,
        NONCE,
        caps.CHANNEL_RENAME,
        PLAYBACK,
        caps.PRE_AWAY,
        caps.READ_MARKER,
        caps.SASL,
        caps.SERVER_TIME,
        caps.SESSION,
        caps.SETNAME,
        caps.STANDARD_REPLIES,
        caps.USERHOST_IN_NAMES,
    }
)
"""The capabilities that this client makes use of."""

_HISTORY_NEEDS = {caps.BATCH, caps.SERVER_TIME}

_REQUEST_LENGTH = 400  # of 510 bytes of a line


def begin(state: State) -> None:
    """Send what opens a connection."""
    identity = state.identity
    state.past.resumed = False
    state.set_status(
        replace(state.status, state=ConnectionState.REGISTERING, nick=state.nick, retry_at=None)
    )
    state.send("CAP", "LS", "302")
    if identity.password and not identity.account:
        state.send("PASS", identity.password)
    state.send("NICK", state.nick)
    state.send("USER", identity.user, "0", "*", identity.realname or identity.nick)


# --- CAP ---------------------------------------------------------------------------------------


def on_cap(state: State, heard: Heard) -> None:
    """Follow the negotiation (IRCv3 capability-negotiation)."""
    subcommand = heard.text(1).upper()
    written = heard.last if len(heard.message.params) > 2 else ""
    listed = {name: value for name, _, value in (each.partition("=") for each in written.split())}
    match subcommand:
        case "LS" | "NEW":
            state.offered |= listed
            if STS in listed and heed(state, listed[STS]):
                return
            if subcommand == "LS" and heard.text(2) == "*" and len(heard.message.params) > 3:
                return  # more lines follow
            _request(state, [*(state.offered if subcommand == "LS" else listed)])
        case "ACK":
            state.enabled |= {name for name in listed if not name.startswith("-")}
            state.enabled -= {name[1:] for name in listed if name.startswith("-")}
            _answered(state)
            if caps.SASL in listed and state.registered and not state.status.account:
                _log_in_if_wanted(state)
        case "NAK":
            _answered(state)
        case "DEL":
            state.enabled -= listed.keys()
            for name in listed:
                state.offered.pop(name, None)
        case _:
            pass


def _request(state: State, offered: list[str]) -> None:
    wanted = WANTED.intersection(offered) - state.enabled
    if not state.offered.keys() >= _HISTORY_NEEDS:
        # Who says that it asks for history is told none by itself: it has to be able to place it.
        wanted -= {caps.CHATHISTORY, caps.EVENT_PLAYBACK}
    if caps.CHATHISTORY in wanted:
        wanted -= {PLAYBACK}
    names = sorted(wanted)
    while names:
        line = names.pop(0)
        while names and len(line) + len(names[0]) < _REQUEST_LENGTH:
            line += " " + names.pop(0)
        state.send("CAP", "REQ", line)
        state.requests += 1
    if not state.requests and not state.registered:
        _log_in_if_wanted(state)


def _answered(state: State) -> None:
    state.requests = max(0, state.requests - 1)
    if not state.requests and not state.registered:
        _log_in_if_wanted(state)


def _log_in_if_wanted(state: State) -> None:
    if state.credentials.account or (state.credentials.certificate and state.has(caps.SASL)):
        log_in(state)
    else:
        conclude(state)


# --- welcome -----------------------------------------------------------------------------------


def on_welcome(state: State, heard: Heard) -> None:
    """Take the nick that the server gives (RPL_WELCOME)."""
    if state.credentials.account and not state.status.account:
        log_in(state)  # it did not wait: it knows neither CAP nor SASL
        return
    state.registered = True
    take_nick(state, heard.text(0) or state.nick)
    written = heard.text(1).rpartition(" ")[2]
    if "!" in written and "@" in written and state.is_me(written.partition("!")[0]):
        state.source = written
    state.set_status(
        replace(state.status, state=ConnectionState.ONLINE, reason="", retry_at=None, away=False)
    )
    state.tell(heard, heard.text(1), state.world.server)


def on_session(state: State, heard: Heard) -> None:
    """Take note whether the server knows us again, under the nick that we knew we had (SESSION)."""
    known = state.world.fold(state.past.nick) == state.world.fold(heard.text(1))
    state.past.resumed = heard.text(0) == "RESUMED" and known


def on_features(state: State, heard: Heard) -> None:
    """Take what the server says about itself (RPL_ISUPPORT)."""
    features = state.features
    features.update(heard.message.params[1:-1])
    world = state.world
    if world.fold is not features.fold or world.ranks != features.ranks:
        world.set_casemapping(features.fold, features.ranks)
    if features.network:
        state.set_status(replace(state.status, network=features.network))


def on_motd_end(state: State, heard: Heard) -> None:
    """Join the rooms: the server has said all about itself (RPL_ENDOFMOTD, ERR_NOMOTD)."""
    if state.ready:
        return
    state.ready, state.ready_at = True, heard.time
    most = limits(state.offered.get(MULTILINE, "")).lines if state.multiline else 0
    state.set_status(replace(state.status, multiline=most))
    if state.away and not state.has(caps.PRE_AWAY):
        state.send("AWAY", state.away)
    if state.has(PLAYBACK):
        state.send("PRIVMSG", "*playback", f"PLAY * {max(0.0, (state.past.heard or 0.0) - 60):.3f}")
    if state.has(caps.SESSION) and state.status.account:
        state.past.resumed |= state.status.account == state.past.account
    watch_all(state)
    join_all(state)
    for buffer in state.world.buffers:
        if buffer.kind is BufferKind.DIRECT:
            follow(state, buffer, heard.time)
    find_conversations(state, heard.time)
    open_all(state)


def join_all(state: State) -> None:
    """Join every room that is wanted, in few lines, those with a key first."""
    wanted = [buffer for buffer in state.world.rooms() if buffer.wanted and not buffer.joined]
    for buffer in wanted:
        if buffer.key:
            state.send("JOIN", buffer.target, buffer.key)
    names = [buffer.target for buffer in wanted if not buffer.key]
    while names:
        line = names.pop(0)
        while names and len((line + names[0]).encode()) < _REQUEST_LENGTH:
            line += "," + names.pop(0)
        state.send("JOIN", line)


def on_refused(state: State, heard: Heard) -> None:
    """Remember that connecting again will not help (wrong password, banned)."""
    state.fatal = state.fatal or f"the server refuses: {plain(heard.last)}"
    state.tell(heard, heard.last, state.world.server, Kind.ERROR)


def on_error(state: State, heard: Heard) -> None:
    """Remember why the server closes the connection (ERROR)."""
    state.last_error = state.last_error or plain(heard.text(0))
    if not state.leaving:
        text = f"the server closes the connection: {heard.text(0)}"
        state.tell(heard, text, state.world.server, Kind.ERROR)
