"""The commands that a user can type: one row each, with usage, help and handler.

Rules: a line that starts with `/` is a command, `//` says a line that starts with `/`, anything
else is said in the buffer. Handlers are pure: they call the session, and tell the user through the
world. What the user did wrong is told where they typed it, with the usage.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from chatclient.calls import Call, Command, UsageError, usage
from chatclient.model import (
    CONVERSATION,
    Buffer,
    BufferKind,
    CommandWanted,
    Delivery,
    FocusWanted,
    Kind,
    Level,
    Line,
)
from chatclient.model.levels import level_of, usual_level
from chatclient.session import Session, Unable
from chatclient.session.confidential import hide, is_confidential
from chatclient.session.state import is_name


def _must(value: str) -> str:
    if not value:
        raise UsageError("")
    return value


# --- rooms -------------------------------------------------------------------------------------


def _join(call: Call) -> None:
    names, key = call.words(2)
    for written in _must(names).split(","):
        if not written:
            continue
        name = written if call.session.is_room(written) else f"#{written}"
        try:
            room = call.session.join(name, key)
        except ValueError as error:
            raise UsageError(str(error)) from error
        call.session.world.want(FocusWanted(room))


def _part(call: Call) -> None:
    room, reason = call.room_first()
    call.session.part(room, reason)


def _close(call: Call) -> None:
    if call.buffer.kind is BufferKind.SERVER:
        raise UsageError("this is the server's own page, which stays; /quit ends the program")
    call.session.close(call.buffer)


def _topic(call: Call) -> None:
    name, _ = call.words(2)
    if call.session.is_room(name) and call.session.world.find(name) is None:
        call.send("TOPIC", name)
        return
    room, topic = call.room_first()
    if topic:
        call.send("TOPIC", room.target, topic)
    else:
        by = f" (set by {room.topic.by})" if room.topic.by else ""
        call.tell(f"topic of {room.name}: {room.topic.text or '(none)'}{by}")


def _names(call: Call) -> None:
    name, _ = call.words(2)
    if call.session.is_room(name) and call.session.world.find(name) is None:
        call.send("NAMES", name)
        return
    room, _ = call.room_first()
    listed = " ".join(member.prefixes[:1] + member.nick for member in room.members)
    call.tell(f"{len(room.members)} in {room.name}: {listed}")


def _list(call: Call) -> None:
    call.send("LIST", call.argument)


def _invite(call: Call) -> None:
    nick, name = call.words(2)
    if not name and call.buffer.kind is not BufferKind.ROOM:
        raise UsageError("this is no room; name one")
    call.send("INVITE", _must(nick), name or call.buffer.target)


def _kick(call: Call) -> None:
    room, rest = call.room_first()
    nick, _, reason = rest.partition(" ")
    call.send("KICK", room.target, _must(nick), reason.strip())


def _mode(call: Call) -> None:
    target, rest = call.words(2)
    if target[:1] in ("", "+", "-"):
        in_room = call.buffer.kind is BufferKind.ROOM
        name = call.buffer.target if in_room else call.session.world.status.nick
        target, rest = name, call.argument
    call.send("MODE", target, *rest.split())


# --- people ------------------------------------------------------------------------------------


def _msg(call: Call) -> None:
    target, text = call.words(2)
    _must(text)
    if call.session.is_room(target):
        buffer = call.session.world.find(target)
        if buffer is None:
            raise UsageError(f"you are not in {target}: /join {target}")
    else:
        buffer = call.session.converse(_must_be_name(target))
    call.session.say(buffer, text, call.now)


def _must_be_name(nick: str) -> str:
    if not is_name(nick):
        raise UsageError(f"{nick} is no name")
    return nick


def _query(call: Call) -> None:
    nick, text = call.words(2)
    if call.session.is_room(_must(nick)):
        raise UsageError(f"{nick} is a room: /join {nick}")
    buffer = call.session.converse(_must_be_name(nick))
    call.session.world.want(FocusWanted(buffer))
    if text:
        call.session.say(buffer, text, call.now)


def _me(call: Call) -> None:
    _say(call, _must(call.argument), Kind.ACTION)


def _notice(call: Call) -> None:
    target, text = call.words(2)
    call.send("NOTICE", target, _must(text))
    call.tell(f"notice to {target}: {text}")


def _nick(call: Call) -> None:
    nick, _ = call.words(2)
    if " " in call.argument:
        raise UsageError("a nick has no spaces")
    try:
        call.session.set_nick(_must(nick))
    except ValueError as error:
        raise UsageError(str(error)) from error
    if not call.session.online:
        call.tell(f"you will be {nick} when connected")


def _whois(call: Call) -> None:
    nick, _ = call.words(2)
    direct = call.buffer.target if call.buffer.kind is BufferKind.DIRECT else ""
    call.send("WHOIS", _must(nick or direct))


def _away(call: Call) -> None:
    is_away = call.session.world.status.away
    call.session.set_away(call.argument or ("" if is_away else "away"))


def _back(call: Call) -> None:
    call.session.set_away("")


# --- the account -------------------------------------------------------------------------------


def _login(call: Call) -> None:
    account = _one_word(call, "the password is asked for then")
    session = call.session
    if session.online and not session.offers_login:
        raise UsageError(
            "this server has no login (SASL); if it has NickServ: "
            "/msg NickServ IDENTIFY ACCOUNT PASSWORD (the password is shown nowhere)"
        )
    session.login(account or session.account or session.world.status.nick)


def _logout(call: Call) -> None:
    call.session.logout()


def _register(call: Call) -> None:
    account = _one_word(call, "the password is asked for then")
    call.need_server()
    _try(lambda: call.session.register(account))


def _verify(call: Call) -> None:
    code = _must(call.argument)
    call.need_server()
    _try(lambda: call.session.verify(code))


def _password(call: Call) -> None:
    _one_word(call, "it is asked for then", most=0)
    call.need_server()
    _try(call.session.change_password)


def _one_word(call: Call, why: str, most: int = 1) -> str:
    if len(call.argument.split()) > most:
        raise UsageError(f"type no password here: {why}")
    return call.argument


def _try(do: Callable[[], None]) -> None:
    try:
        do()
    except Unable as error:
        raise UsageError(str(error)) from error


# --- the program -------------------------------------------------------------------------------


def _help(call: Call) -> None:
    name = call.argument.removeprefix("/").lower()
    if name:
        command = BY_NAME.get(name)
        if command is None:
            raise UsageError(f"there is no /{name}; /help lists the commands")
        call.tell(f"{usage(command)}: {command.summary}")
        for alias in command.aliases:
            call.tell(f"/{alias} is the same")
        return
    call.tell("type to talk in the room; a line that starts with / is a command:")
    for command in COMMANDS:
        call.tell(f"{usage(command)}: {command.summary}")
    call.tell("//text says /text")


def _raw(call: Call) -> None:
    command, rest = call.words(2)
    head, colon, last = f" {rest}".partition(" :")
    params = [*head.split(), last] if colon else head.split()
    call.send(_must(command), *params)


def _resend(call: Call) -> None:
    failed = [line for line in call.buffer.lines if line.delivery is Delivery.FAILED]
    if call.argument == "all":
        chosen = failed
    else:
        chosen = [line for line in failed if call.argument.lower() in line.text.lower()][-1:]
    if not [line for line in chosen if call.session.say_again(line.id, call.now)]:
        raise UsageError("there is no failed line to send again")


def _history(call: Call) -> None:
    call.need_server()
    if not call.session.find_older(call.buffer):
        raise UsageError("there is no older history to be had here")


def _delete(call: Call) -> None:
    said = [line for line in call.buffer.lines if line.own and line.kind in CONVERSATION]
    words = call.argument.lower()
    found = [line for line in said if line.msgid and words in line.text.lower()][-1:]
    if not found:
        raise UsageError("there is no message of yours like that")
    call.session.redact(call.buffer, found[0], call.now)


def _newest(call: Call, nick: str) -> Line:
    """Return what somebody said last, "" for anybody else. Raises `UsageError` if they did not."""
    fold = call.session.world.fold
    said = (line for line in reversed(call.buffer.lines) if line.kind in CONVERSATION)
    found = (line for line in said if (fold(line.source) == fold(nick) if nick else not line.own))
    line = next(found, None)
    if line is None:
        raise UsageError(f"{nick or 'nobody else'} has not said anything here")
    return line


def _reply(call: Call) -> None:
    nick, text = call.words(2)
    answered = _newest(call, _must(nick).rstrip(":,"))
    call.session.say(call.buffer, _must(text), call.now, reply_to=answered)


def _react(call: Call) -> None:
    text, nick = call.words(2)
    call.session.react(call.buffer, _newest(call, nick), _must(text), call.now)


def _cancel(call: Call) -> None:
    taken = call.session.cancel(call.buffer)
    if not taken:
        raise UsageError("nothing waits to be sent here")
    call.tell(f"not sent: {taken}")


def _rename(call: Call) -> None:
    call.need_server()
    if not call.session.renames_rooms:
        raise UsageError("this server cannot rename a room")
    is_room = call.session.is_room
    _, second, _ = call.words(3)
    room, rest = call.room_first() if is_room(second) else (call.buffer, call.argument)
    if room.kind is not BufferKind.ROOM:
        raise UsageError("this is no room; name one, and its new name after it")
    name, _, reason = rest.partition(" ")
    new = _must(name) if is_room(name) else f"#{_must(name)}"
    call.send("RENAME", room.target, new, reason.strip())


def _reconnect(call: Call) -> None:
    if call.argument == "all":
        _order("reconnect")(call)
    else:
        call.session.reconnect()


def _notify(call: Call) -> None:
    buffer, word = call.buffer, call.argument.lower()
    if buffer.kind is BufferKind.SERVER:
        raise UsageError("this is no room and no conversation")
    if word not in {"", *Level}:
        raise UsageError("")
    if word:
        level = Level(word)
        call.session.world.set_level(buffer, None if level is usual_level(buffer) else level)
    said = {
        Level.ALL: "all that is said",
        Level.MENTIONS: "what mentions you",
        Level.NOTHING: "nothing; it is muted",
    }
    call.tell(f"in {buffer.name} you are called for {said[level_of(buffer)]}")


def _order(name: str) -> Callable[[Call], None]:
    """Return what passes a command on to whoever owns networks, settings and the screen."""

    def order(call: Call) -> None:
        call.session.world.want(CommandWanted(call.buffer, name, call.argument))

    return order


def _quit(call: Call) -> None:
    call.session.quit(call.argument)


NETWORK_VERBS: Final = ("add", "connect", "disconnect", "list", "remove", "save", "set")
"""What can be done with networks, by /network."""

COMMANDS: Final[Sequence[Command]] = (
    Command("join", "<room> [password]", "go into a room, or make it", _join, ("j",), "r"),
    Command("part", "[room] [reason]", "leave a room", _part, ("leave",), "r"),
    Command("close", "", "leave the room or end the conversation, and close it", _close, ("wc",)),
    Command("msg", "<nick> <text>", "say something to one person", _msg, ("m",), "n"),
    Command("query", "<nick> [text]", "open a conversation with one person", _query, ("q",), "n"),
    Command("me", "<what you do>", "say what you do: * alice waves", _me),
    Command("reply", "<nick> <text>", "answer what somebody said last", _reply, ("re",), "n"),
    Command(
        "react",
        "<emoji> [nick]",
        "react to what was said last; again: take it back",
        _react,
        (),
        "-n",
    ),
    Command("notice", "<nick> <text>", "send a notice, which nothing answers", _notice, (), "n"),
    Command("nick", "<name>", "change your name", _nick),
    Command("topic", "[room] [text]", "show or set what the room is about", _topic, ("t",), "r"),
    Command("rename", "[room] <name> [reason]", "give a room another name", _rename, (), "r"),
    Command("names", "[room]", "show who is in a room", _names, ("who",), "r"),
    Command("list", "[pattern]", "list the rooms of the server", _list, ("rooms",)),
    Command("whois", "[nick]", "show who somebody is", _whois, (), "n"),
    Command("away", "[reason]", "tell others that you are away; again: you are back", _away),
    Command("back", "", "tell others that you are back", _back),
    Command("register", "[account]", "make an account, called as you are", _register),
    Command("verify", "<code>", "confirm a new account by the code you were sent", _verify),
    Command("login", "[account]", "log in to your account; the password is asked for", _login),
    Command("logout", "", "log out, and connect again as a guest", _logout),
    Command("password", "", "have another password for your account", _password),
    Command("invite", "<nick> [room]", "invite somebody into a room", _invite, (), "nr"),
    Command("kick", "[room] <nick> [reason]", "remove somebody from a room", _kick, (), "n"),
    Command("mode", "[target] [changes]", "show or change modes: /mode +o bob", _mode, (), "rn"),
    Command("raw", "<line>", "send a line of IRC as it is", _raw, ("quote",)),
    Command(
        "resend",
        "[all or words]",
        "send failed lines again: the newest, all, or by words",
        _resend,
    ),
    Command("cancel", "", "take back what waits to be sent here", _cancel),
    Command("history", "", "show a page of what was said before the oldest line", _history),
    Command(
        "forget",
        "[all]",
        "delete what is kept of this room on this machine, or of all",
        _order("forget"),
    ),
    Command("delete", "[words]", "delete your newest message, or the newest with words", _delete),
    Command("reconnect", "[all]", "connect again, now; or to all networks", _reconnect),
    Command(
        "network",
        "[what to do with it]",
        "list your networks, and tell what can be done with them",
        _order("network"),
        ("networks",),
        "aw",
    ),
    Command(
        "connect", "<host or URL> [port]", "connect to one more network", _order("connect"), (), "w"
    ),
    Command(
        "disconnect",
        "[network]",
        "leave a network, until /reconnect",
        _order("disconnect"),
        (),
        "w",
    ),
    Command(
        "notify",
        "[all|mentions|nothing]",
        "say what you want to be called for here; nothing mutes it",
        _notify,
    ),
    Command("search", "[words]", "search what was said, in all rooms", _order("search"), ("find",)),
    Command("mentions", "", "show where you were called, in all rooms", _order("mentions")),
    Command(
        "set",
        "[name] [value]",
        "list the settings, tell of one, or change it",
        _order("set"),
        (),
        "sv",
    ),
    Command(
        "upgrade",
        "",
        "start the newest version here, with all as it is now",
        _order("upgrade"),
    ),
    Command("help", "[command]", "show the commands", _help, ("h",), "c"),
    Command("quit", "[reason]", "leave the chat", _quit, ("exit", "bye")),
)
"""All commands, in the order of help."""

BY_NAME: Final[Mapping[str, Command]] = MappingProxyType(
    {name: command for command in COMMANDS for name in (command.name, *command.aliases)}
)
"""Each command by its name and by its aliases."""


def is_secret(session: Session, buffer: Buffer, text: str) -> bool:
    """Say whether what was typed has a password in it, so that no history should keep it."""
    if not text.startswith("/") or text.startswith("//"):
        return hide(buffer.target, text) != text
    name, _, argument = text[1:].partition(" ")
    command = BY_NAME.get(name.lower())
    first, _, rest = argument.strip().partition(" ")
    match command.name if command else "":
        case "login" | "register":
            return bool(rest)
        case "password" | "verify":
            return bool(argument)
        case "msg" | "query" | "notice":
            return hide(first, rest) != rest
        case "raw":
            target, _, last = rest.partition(" ")
            return is_confidential(first, *filter(None, (target, last.strip().removeprefix(":"))))
        case "":  # another client's way to say it, or a slip
            return is_confidential(name, argument.strip()) or hide("NickServ", text[1:]) != text[1:]
        case _:
            return False


def enter(session: Session, buffer: Buffer, text: str, now: float) -> None:
    """Do what the user typed in `buffer`: a command, or something to say, of one line or more.

    Only the first line can be a command, and then it is all: a pasted text cannot hide one.
    """
    call = Call(session, buffer, text, now)
    try:
        if text.startswith("//"):
            _say(call, text[1:], Kind.MESSAGE)
        elif text.startswith("/") and "\n" not in text.rstrip("\r\n"):
            _run(session, buffer, text[1:].rstrip("\r\n"), now)
        elif text.strip():
            _say(call, text, Kind.MESSAGE)
    except UsageError as error:
        call.tell(str(error), Kind.ERROR)


def _run(session: Session, buffer: Buffer, text: str, now: float) -> None:
    name, _, argument = text.partition(" ")
    command = BY_NAME.get(name.lower())
    if command is None:
        raise UsageError(f"there is no /{name}; /help lists the commands, //{name} says it")
    try:
        command.handler(Call(session, buffer, argument.strip(), now))
    except UsageError as error:
        raise UsageError(str(error) or f"usage: {usage(command)}") from None


def _say(call: Call, text: str, kind: Kind) -> None:
    if call.buffer.kind is BufferKind.SERVER:
        raise UsageError("nobody is here to hear it: /join a room, or /query a person, first")
    call.session.say(call.buffer, text, call.now, kind)
