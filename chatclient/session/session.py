"""The client's side of one server, over any number of connections one after another."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from chatclient.model import (
    Buffer,
    BufferKind,
    Change,
    CommandWanted,
    Kind,
    Line,
    QuitWanted,
    ReconnectWanted,
    World,
)
from chatclient.session.accounts import ask_secret, change_password, register, verify
from chatclient.session.batches import collect, label_of
from chatclient.session.catchup import find_older, unfollow
from chatclient.session.chatter import Chatter
from chatclient.session.credentials import Credentials
from chatclient.session.handlers import HANDLERS
from chatclient.session.handover import hand_over, take_over
from chatclient.session.identity import Identity
from chatclient.session.login import ask_first, check, check_anew, give_up
from chatclient.session.outbox import Outbox
from chatclient.session.past import Anchor, Past
from chatclient.session.people import PAUSE, converse, forget_presence, see, watch_as
from chatclient.session.reactions import can_react, can_redact, can_reply, react, redact
from chatclient.session.registration import begin
from chatclient.session.replies import on_numeric
from chatclient.session.saying import say, say_again, send_queued, take_back
from chatclient.session.snapshots import restore, snapshot
from chatclient.session.state import Heard, State, server_time
from chatclient.session.typing import can_tell, tell_stopped, tell_typing
from chatwire import caps
from chatwire.framing import Framer, Overlong
from chatwire.message import EncodingError, GrammarError, Message, parse, parse_text
from chatwire.text import plain

LEFT = "you left before it was sent"
"""Why a line failed that had no answer when the user left."""

LINE_LIMIT = 64 * 1024
"""The longest line, in bytes, that is taken from a server; a longer one is dropped, and said."""


class Session:
    """An IRC client without I/O.

    Whoever owns a connection calls `start` when it stands, `receive` with what comes, `end` when it
    is over, and after each call (also after one of the user's) sends `take_output()` and shows
    `take_changes()`. The world lives on over connections: the next `start` joins the same rooms.
    """

    def __init__(self, world: World, identity: Identity, *, random: Random) -> None:
        self.world = world
        self._identity = identity
        self._credentials = Credentials(
            identity.account, identity.password, certificate=identity.certificate
        )
        self._random = random
        self._framer = Framer(LINE_LIMIT)
        self._outbox = Outbox(world)
        self._past = Past()
        self._heard: float | None = None
        self._state = self._new_state()
        self._desired = identity.nick
        self._away = ""

    # --- the connection's side ---------------------------------------------------------------

    def start(self) -> None:
        """Begin on a new connection: negotiate capabilities and register."""
        self._framer = Framer(LINE_LIMIT)
        self._state = self._new_state()
        self._state.nick = self._state.desired = self._desired
        self._state.away = self._away
        begin(self._state)

    def receive(self, data: bytes, now: float) -> None:
        """Take what came from the server, in any cut. `now` is in seconds since 1970."""
        self._heard = self._state.now = now
        chatter = Chatter(self._state, now)
        for line in self._framer.feed(data):
            if self._state.moved:
                return
            if isinstance(line, Overlong):
                text = f"dropped a line of the server that was longer than {LINE_LIMIT} bytes"
                self.world.tell(self.world.server, text, time=now, kind=Kind.ERROR)
            elif line and not chatter.take(line):
                self._take(line, now)
                send_queued(self._state)
                chatter.forget()

    def end(self, reason: str, now: float) -> None:
        """Say that the connection is over: rooms are left, and pending lines wait for the next one.

        If the user wanted it to end, they have failed.
        """
        state = self._state
        if state.registered or state.fatal:
            state.end_attempt()
        state.attempt = None  # whose password is checked on the next connection
        self._desired = state.desired
        if state.leaving:
            state.outbox.fail_all(LEFT)
        state.outbox.shut_all()
        heard = now if self._heard is None else self._heard
        for buffer in self.world.buffers:
            if buffer.joined or (state.ready and buffer.kind is BufferKind.DIRECT):
                self._past.cut.setdefault(buffer, heard)
                unfollow(state, buffer)
            if buffer.joined:
                self.world.set_joined(buffer, joined=False)
                if not state.leaving:
                    self.world.tell(buffer, f"disconnected: {reason}", time=now, kind=Kind.ERROR)
        if state.ready:
            self._past.heard, self._past.nick = heard, state.nick
            self._past.account = state.status.account
        forget_presence(state)
        state.ready = state.registered = False

    def ping(self, token: str) -> None:
        """Ask the server for a sign of life; `PongHeard(token)` follows."""
        self._state.send("PING", token)

    def take_output(self) -> bytes:
        """Return what is to be sent, and forget it."""
        output = bytes(self._state.output)
        self._state.output.clear()
        return output

    def take_changes(self) -> Sequence[Change]:
        """Return what changed in the world since the last call, oldest first."""
        return self.world.take_changes()

    @property
    def online(self) -> bool:
        """Whether the server has welcomed the user on the present connection."""
        return self._state.ready

    @property
    def account(self) -> str:
        """The account that the user logs in to, "" for none."""
        return self._credentials.account

    @property
    def resumes(self) -> bool:
        """Whether the server lets a new connection take the place of one of the same user."""
        return self._state.has(caps.SESSION)

    @property
    def offers_login(self) -> bool:
        """Whether the server has accounts that one logs in to (SASL)."""
        return self._state.has(caps.SASL)

    @property
    def last_error(self) -> str:
        """What the server said before it closed the connection, "" if nothing."""
        return self._state.last_error

    @property
    def fatal(self) -> str:
        """Why it is no use to connect again as before, "" if it is."""
        return self._state.fatal

    # --- the user's side (what commands are made of) -----------------------------------------

    def is_room(self, target: str) -> bool:
        """Say whether a name is a room's, by the prefixes that this server uses."""
        return self._state.features.is_room(target)

    def say(
        self,
        buffer: Buffer,
        text: str,
        now: float,
        kind: Kind = Kind.MESSAGE,
        *,
        reply_to: Line | str = "",
    ) -> None:
        """Say something in a room or to a person; each line of `text` is a message.

        `kind` is MESSAGE, ACTION (/me) or NOTICE. What is too long for one message is cut at words.
        Each message is a pending line until the server confirms it, on this connection or, if it
        ends before, on the next. An answer to `reply_to`, a line or its msgid, calls who said that
        where the server cannot tell what it answers.
        """
        say(self._state, buffer, text, now, kind, reply_to)

    def react(self, buffer: Buffer, line: Line, text: str, now: float) -> None:
        """React to a message by a sign, or take it back if the user did so before.

        If that cannot be, the user is told why in the buffer.
        """
        react(self._state, buffer, line, text, now)

    def redact(self, buffer: Buffer, line: Line, now: float, reason: str = "") -> None:
        """Have a message removed; if that cannot be, the user is told why in the buffer."""
        redact(self._state, buffer, line, reason, now)

    def typing(self, buffer: Buffer, now: float, *, active: bool) -> None:
        """Tell others that the user is typing, or has given it up; as often as the user types."""
        tell_typing(self._state, buffer, now, active=active)

    def can(self, buffer: Buffer, feature: str) -> bool:
        """Say whether "reply", "react", "redact" or "typing" is possible in a buffer now.

        A reply is always possible; without this it is a message that calls a nick.
        """
        state = self._state
        if buffer.kind is BufferKind.SERVER:
            return False
        match feature:
            case "reply":
                return state.has(caps.MESSAGE_TAGS) and can_reply(state)
            case "react":
                return can_react(state)
            case "redact":
                return can_redact(state)
            case "typing":
                return can_tell(state, buffer)
            case _:
                return False

    @property
    def renames_rooms(self) -> bool:
        """Whether the server can give a room another name."""
        return self._state.has(caps.CHANNEL_RENAME)

    def expire(self, now: float) -> float | None:
        """Let be over what lasts for a time; return when to call this again, None for never."""
        state = self._state
        times = [self.world.expire(now), tell_stopped(state, now), give_up(state, now)]
        return min((time for time in times if time is not None), default=None)

    def say_again(self, line_id: int, now: float) -> bool:
        """Send a failed line again; say whether there is one with that `Line.id` that can be."""
        return say_again(self._state, line_id, now)

    def cancel(self, buffer: Buffer) -> str:
        """Take back what waits to be sent to a buffer; return it as it was typed, "" for nothing."""
        return take_back(self._state, buffer)

    def snapshot(self) -> str:
        """Return what waits to be said, and what failed, as text for `restore`; "" for nothing."""
        return snapshot(self._outbox)

    def restore(self, written: str, now: float) -> None:
        """Take what `snapshot` returned in an earlier life of the program, before the first `start`.

        The lines stand in their buffers, and are sent when these are open, once.
        """
        restore(self._outbox, self.world, written, now)

    def find_older(self, buffer: Buffer, line: Line | None = None, gap: Line | None = None) -> bool:
        """Ask for what was said before the oldest line of a buffer; say whether that can be asked.

        With a `line`, ask for what was said before that; `PastFound` follows. What the server has
        may fill a `gap` that stands before the line.
        """
        return find_older(self._state, buffer, line, gap)

    def hand_over(self) -> Mapping[str, object]:
        """Return who the user is here, where, and what waits to be said: for who comes after us."""
        return hand_over(self._state)

    def take_over(self, told: Mapping[str, Any]) -> None:
        """Be who `hand_over` told of, before the first `start`."""
        take_over(self._state, told)
        self._desired, self._away = self._state.desired, self._state.away
        self.world.set_status(replace(self.world.status, nick=self._desired))

    def know(self, buffer: Buffer, msgid: str, time: float) -> None:
        """Take all up to a message as known from an earlier life, before the first `start`."""
        self._past.know(buffer, Anchor(msgid, time))

    def known(self, buffer: Buffer) -> Anchor | None:
        """Return up to where a buffer is known that is not followed or not filled in, if it is."""
        return self._past.known.get(buffer)

    def converse(self, nick: str) -> Buffer:
        """Return the buffer of a conversation with somebody; open it if it is not there."""
        return converse(self._state, nick)

    def see(self, buffer: Buffer, now: float, *, soon: bool = False) -> None:
        """Take note that the user reads a buffer now, for their other devices too.

        They are told every other second; with `soon`, at once.
        """
        see(self._state, buffer, now, pause=0.0 if soon else PAUSE)

    def join(self, room: str, key: str = "") -> Buffer:
        """Join a room (when next online, if not now), and return its buffer."""
        buffer = self.world.open_room(room)
        buffer.wanted = True
        buffer.key = key or buffer.key
        if self._state.ready and (not buffer.joined or buffer in self._state.parting):
            self._state.send("JOIN", *filter(None, [room, key]))
        return buffer

    def part(self, buffer: Buffer, reason: str = "") -> None:
        """Leave a room; its buffer stays."""
        buffer.wanted = False
        if buffer.joined:
            self._state.parting.add(buffer)
            self._state.send("PART", *filter(None, [buffer.target, reason]))

    def close(self, buffer: Buffer) -> None:
        """Leave a room if in it, or end a conversation, and close the buffer."""
        if buffer.kind is BufferKind.ROOM:
            self.part(buffer)
        if buffer.kind is BufferKind.DIRECT and self._state.ready:
            watch_as(self._state, buffer.target, "")
        if buffer.kind is not BufferKind.SERVER:
            unfollow(self._state, buffer)
            self._past.follow(buffer)
            self._outbox.drop(buffer)
        self.world.close(buffer)

    def set_nick(self, nick: str) -> None:
        """Ask for another nick, now and on later connections.

        When we have it, or will when connected, an order "nick" follows, so that it is kept.
        """
        self._state.desired = self._desired = nick
        if self._state.ready:
            self._state.renaming = True
            self._state.send("NICK", nick)
        else:
            self.world.want(CommandWanted(self.world.active, "nick", nick))

    def set_away(self, reason: str) -> None:
        """Tell others that the user is away, or with "" that they are back; also later on."""
        self._away = self._state.away = reason
        if self._state.ready:
            self._state.send("AWAY", *filter(None, [reason]))

    # --- the user's account ------------------------------------------------------------------

    def prepare(self) -> None:
        """Ask for what is needed before the first connection: the password of the account."""
        mine = self._credentials
        if mine.account and not mine.password and not mine.certificate:
            ask_first(self._state)

    def set_password(self, password: str) -> None:
        """Log in by that password, at the next connection."""
        self._credentials.password = password

    def login(self, account: str) -> None:
        """Log in to an account: ask for its password, and log in by it, now and later on."""
        state = self._state

        def take(password: str) -> None:
            self._credentials.account, self._credentials.password = account, password
            self._credentials.typed = True
            if state is self._state and state.ready and state.has(caps.SASL):
                check(state)
            else:
                check_anew(state)

        ask_secret(state, f"password of {account}", take, twice=False)

    def logout(self) -> None:
        """Be nobody in particular, by another connection, which has nothing of this one."""
        self._credentials.account = self._credentials.password = ""
        self._credentials.certificate = False
        self._past.secret = ""
        self.reconnect()

    def register(self, account: str) -> None:
        """Make an account; asks for what it takes. Raises `Unable`."""
        register(self._state, account)

    def verify(self, code: str) -> None:
        """Verify the account that was made. Raises `Unable`."""
        verify(self._state, code)

    def change_password(self) -> None:
        """Ask for another password, and set it. Raises `Unable`."""
        change_password(self._state)

    def quit(self, reason: str = "") -> None:
        """Say good-bye to the server, which closes the connection then (`QuitWanted` follows)."""
        self._state.leaving = True
        self._state.send("QUIT", *filter(None, [reason]))
        self.world.want(QuitWanted())

    def leave(self, reason: str = "") -> None:
        """Say good-bye to the server for now: what is not said yet waits for the next connection."""
        self._state.send("QUIT", *filter(None, [reason]))

    def reconnect(self) -> None:
        """Ask for another connection in the place of this one (`ReconnectWanted` follows)."""
        self.world.want(ReconnectWanted())

    def find_rooms(self, beginning: str) -> None:
        """Ask which rooms have names that begin so; when the answer comes, `world` knows them.

        Nothing is shown of it. There is one such question at a time, and none to a server that
        would list all its rooms instead.
        """
        state = self._state
        plain_name = beginning.isprintable() and not set(beginning) & set("*?,")
        if state.ready and state.features.lists_by_name and plain_name and not state.finding:
            state.finding = True
            state.send("LIST", f"{beginning}*")

    def send(self, command: str, *params: str) -> None:
        """Send any command. Raises `ValueError` when it is not one line of IRC."""
        if command.upper() == "LIST":
            self._state.finding = False  # the user wants to read it
        self._state.send(command, *params)

    def _new_state(self) -> State:
        return State(
            self.world,
            self._identity,
            self._credentials,
            self._random,
            self._outbox,
            self._past,
        )

    # --- lines -------------------------------------------------------------------------------

    def _take(self, line: bytes, now: float) -> None:
        try:
            message = _parse(line)
        except GrammarError:
            return
        state = self._state
        if collect(state, message):
            return
        heard = Heard(
            message,
            plain(message.nick),
            server_time(message, now),
            label_of(state, message),
        )
        handler = HANDLERS.get(message.command)
        if handler is None and message.command.isdigit():
            handler = on_numeric
        if handler is not None:
            handler(state, heard)


def _parse(line: bytes) -> Message:
    """Return the message; bytes that are no UTF-8 are shown as such, not lost with the line."""
    try:
        return parse(line)
    except EncodingError:
        return parse_text(line.decode(errors="replace"))
