"""The table of commands: one row each, with usage, help and handler."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from chatclient.commands import accounts, messages, people, program, rooms
from chatclient.commands.calls import Call, Command, UsageError, usage
from chatclient.model import CommandWanted


def _help(call: Call) -> None:
    name = call.argument.removeprefix("/").lower()
    if name and name not in BY_NAME:
        raise UsageError(f"there is no /{name}; /help lists the commands")
    canonical = BY_NAME[name].name if name else ""
    call.session.world.want(CommandWanted(call.buffer, "help", canonical))


def help_lines(name: str = "") -> Iterator[str]:
    """Iterate over what there is to know of a command by its name, or of all of them."""
    if name:
        yield f"{usage(BY_NAME[name])}: {BY_NAME[name].summary}"
        yield from (f"/{alias} is the same" for alias in BY_NAME[name].aliases)
        return
    yield "type to talk in the room; a line that starts with / is a command:"
    yield from (f"{usage(command)}: {command.summary}" for command in COMMANDS)
    yield "//text says /text"


COMMANDS: Final[Sequence[Command]] = (
    Command("join", "<room> [password]", "go into a room, or make it", rooms.join, ("j",), "r"),
    Command("part", "[room] [reason]", "leave a room", rooms.part, ("leave",), "r"),
    Command(
        "close", "", "leave the room or end the conversation, and close it", rooms.close, ("wc",)
    ),
    Command("msg", "<nick> <text>", "say something to one person", people.msg, ("m",), "n"),
    Command(
        "query", "<nick> [text]", "open a conversation with one person", people.query, ("q",), "n"
    ),
    Command("me", "<what you do>", "say what you do: * alice waves", messages.me),
    Command(
        "reply", "<nick> <text>", "answer what somebody said last", messages.reply, ("re",), "n"
    ),
    Command(
        "react",
        "<emoji> [nick]",
        "react to what was said last; again: take it back",
        messages.react,
        (),
        "-n",
    ),
    Command(
        "notice", "<nick> <text>", "send a notice, which nothing answers", people.notice, (), "n"
    ),
    Command("nick", "<name>", "change your name", people.nick),
    Command(
        "topic", "[room] [text]", "show or set what the room is about", rooms.topic, ("t",), "r"
    ),
    Command("rename", "[room] <name> [reason]", "give a room another name", rooms.rename, (), "r"),
    Command("names", "[room]", "show who is in a room", rooms.names, ("who",), "r"),
    Command("list", "[pattern]", "list the rooms of the server", rooms.list_rooms, ("rooms",)),
    Command("whois", "[nick]", "show who somebody is", people.whois, (), "n"),
    Command(
        "ignore",
        "[nick or mask]",
        "show nothing more of somebody: /ignore *!*@host; list them",
        people.ignore,
        (),
        "n",
    ),
    Command("unignore", "<nick or mask>", "show again what somebody says", people.unignore),
    Command("away", "[reason]", "tell others that you are away; again: you are back", people.away),
    Command("back", "", "tell others that you are back", people.back),
    Command("register", "[account]", "make an account, called as you are", accounts.register),
    Command("verify", "<code>", "confirm a new account by the code you were sent", accounts.verify),
    Command(
        "login", "[account]", "log in to your account; the password is asked for", accounts.login
    ),
    Command("logout", "", "log out, and connect again as a guest", accounts.logout),
    Command("password", "", "have another password for your account", accounts.password),
    Command("invite", "<nick> [room]", "invite somebody into a room", rooms.invite, (), "nr"),
    Command("kick", "[room] <nick> [reason]", "remove somebody from a room", rooms.kick, (), "n"),
    Command(
        "mode", "[target] [changes]", "show or change modes: /mode +o bob", rooms.mode, (), "rn"
    ),
    Command("raw", "<line>", "send a line of IRC as it is", program.raw, ("quote",)),
    Command(
        "resend",
        "[all or words]",
        "send failed lines again: the newest, all, or by words",
        messages.resend,
    ),
    Command("cancel", "", "take back what waits to be sent here", messages.cancel),
    Command("history", "", "show a page of what was said before the oldest line", messages.history),
    Command(
        "clear",
        "",
        "show only what comes from now on; scroll up for the rest",
        program.order("clear"),
    ),
    Command(
        "forget",
        "[all]",
        "delete what is kept of this room on this machine, or of all",
        program.order("forget"),
    ),
    Command(
        "delete", "[words]", "delete your newest message, or the newest with words", messages.delete
    ),
    Command("reconnect", "[all]", "connect again, now; or to all networks", program.reconnect),
    Command(
        "network",
        "[what to do with it]",
        "list your networks, and tell what can be done with them",
        program.order("network"),
        ("networks",),
        "aw",
    ),
    Command(
        "connect",
        "<host or URL> [port]",
        "connect to one more network",
        program.order("connect"),
        (),
        "w",
    ),
    Command(
        "disconnect",
        "[network]",
        "leave a network, until /reconnect",
        program.order("disconnect"),
        (),
        "w",
    ),
    Command(
        "notify",
        "[all|mentions|nothing]",
        "say what you want to be called for here; nothing mutes it",
        rooms.notify,
    ),
    Command(
        "search",
        "[words]",
        "search what was said, in all rooms",
        program.order("search"),
        ("find",),
    ),
    Command("mentions", "", "show where you were called, in all rooms", program.order("mentions")),
    Command(
        "set",
        "[name] [value]",
        "list the settings, tell of one, or change it",
        program.order("set"),
        (),
        "sv",
    ),
    Command(
        "upgrade",
        "",
        "start the newest version here, with all as it is now",
        program.order("upgrade"),
    ),
    Command("help", "[command]", "show the commands", _help, ("h",), "c"),
    Command("quit", "[reason]", "leave the chat", program.quit_chat, ("exit", "bye")),
)
"""All commands, in the order of help."""

BY_NAME: Final[Mapping[str, Command]] = MappingProxyType(
    {name: command for command in COMMANDS for name in (command.name, *command.aliases)}
)
"""Each command by its name and by its aliases."""
