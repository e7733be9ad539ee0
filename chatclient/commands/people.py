"""Commands about people: talking to one of them, who they are, and how one is known to them."""

from chatclient.commands.calls import Call, UsageError, needed
from chatclient.commands.program import order
from chatclient.model import BufferKind, FocusWanted


def _must_be_name(nick: str) -> str:
    from chatclient.session.state import is_name  # noqa: PLC0415 - a screen has no session at first

    if not is_name(nick):
        raise UsageError(f"{nick} is no name")
    return nick


def msg(call: Call) -> None:
    """Say something to one person, or in a room that one is in."""
    target, text = call.words(2)
    needed(text)
    if call.session.is_room(target):
        buffer = call.session.world.find(target)
        if buffer is None:
            raise UsageError(f"you are not in {target}: /join {target}")
    else:
        buffer = call.session.converse(_must_be_name(target))
    call.session.say(buffer, text, call.now)


def query(call: Call) -> None:
    """Open a conversation with one person."""
    nick, text = call.words(2)
    if call.session.is_room(needed(nick)):
        raise UsageError(f"{nick} is a room: /join {nick}")
    buffer = call.session.converse(_must_be_name(nick))
    call.session.world.want(FocusWanted(buffer))
    if text:
        call.session.say(buffer, text, call.now)


def notice(call: Call) -> None:
    """Send a notice."""
    target, text = call.words(2)
    call.send("NOTICE", target, needed(text))
    call.tell(f"notice to {target}: {text}")


def nick(call: Call) -> None:
    """Change the user's name."""
    nick, _ = call.words(2)
    if " " in call.argument:
        raise UsageError("a nick has no spaces")
    try:
        call.session.set_nick(needed(nick))
    except ValueError as error:
        raise UsageError(str(error)) from error
    if not call.session.online:
        call.tell(f"you will be {nick} when connected")


def whois(call: Call) -> None:
    """Ask who somebody is."""
    nick, _ = call.words(2)
    direct = call.buffer.target if call.buffer.kind is BufferKind.DIRECT else ""
    call.send("WHOIS", needed(nick or direct))


def ignore(call: Call) -> None:
    """Hear nothing more of somebody, or list those of whom one does not."""
    world, masks = call.session.world, call.argument.split()
    if not masks:
        call.tell(f"you ignore: {' '.join(world.ignores.masks) or 'nobody'}")
        return
    if len(masks) > 1:
        raise UsageError("")
    mask = masks[0]
    if call.session.is_room(mask):
        raise UsageError(f"{mask} is a room; /notify nothing mutes it")
    if "!" not in mask and "@" not in mask and world.fold(mask) == world.fold(world.status.nick):
        raise UsageError("that is you")
    if not world.ignores.add(mask, world.fold):
        raise UsageError(f"you ignore {mask} already")
    call.tell(f"nothing of {mask} is shown from now on; /unignore {mask} ends that")
    order("ignore")(call)


def unignore(call: Call) -> None:
    """Hear somebody again."""
    world, mask = call.session.world, needed(call.argument)
    if not world.ignores.remove(mask, world.fold):
        raise UsageError(f"you do not ignore {mask}; /ignore lists whom you do")
    call.tell(f"what {mask} says is shown again; what was said meanwhile is not")
    order("ignore")(call)


def away(call: Call) -> None:
    """Tell others that the user is away."""
    is_away = call.session.world.status.away
    call.session.set_away(call.argument or ("" if is_away else "away"))


def back(call: Call) -> None:
    """Tell others that the user is back."""
    call.session.set_away("")
