"""Commands about rooms: going into them, leaving them, who is there and what they are about."""

from chatclient.commands.calls import Call, UsageError, needed
from chatclient.model import BufferKind, FocusWanted, Level
from chatclient.model.levels import level_of, usual_level


def join(call: Call) -> None:
    """Go into rooms, made where they are not there yet."""
    names, key = call.words(2)
    for written in needed(names).split(","):
        if not written:
            continue
        name = written if call.session.is_room(written) else f"#{written}"
        try:
            room = call.session.join(name, key)
        except ValueError as error:
            raise UsageError(str(error)) from error
        call.session.world.want(FocusWanted(room))


def part(call: Call) -> None:
    """Leave a room."""
    room, reason = call.room_first()
    call.session.part(room, reason)


def close(call: Call) -> None:
    """Leave a room or end a conversation, and close its buffer."""
    if call.buffer.kind is BufferKind.SERVER:
        raise UsageError("this is the server's own page, which stays; /quit ends the program")
    call.session.close(call.buffer)


def topic(call: Call) -> None:
    """Show or set what a room is about."""
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


def names(call: Call) -> None:
    """Show who is in a room."""
    name, _ = call.words(2)
    if call.session.is_room(name) and call.session.world.find(name) is None:
        call.send("NAMES", name)
        return
    room, _ = call.room_first()
    listed = " ".join(member.prefixes[:1] + member.nick for member in room.members)
    call.tell(f"{len(room.members)} in {room.name}: {listed}")


def list_rooms(call: Call) -> None:
    """List the rooms of the server."""
    call.send("LIST", call.argument)


def invite(call: Call) -> None:
    """Invite somebody into a room."""
    nick, name = call.words(2)
    if not name and call.buffer.kind is not BufferKind.ROOM:
        raise UsageError("this is no room; name one")
    call.send("INVITE", needed(nick), name or call.buffer.target)


def kick(call: Call) -> None:
    """Remove somebody from a room."""
    room, rest = call.room_first()
    nick, _, reason = rest.partition(" ")
    call.send("KICK", room.target, needed(nick), reason.strip())


def mode(call: Call) -> None:
    """Show or change modes of a room, or of the user."""
    target, rest = call.words(2)
    if target[:1] in ("", "+", "-"):
        in_room = call.buffer.kind is BufferKind.ROOM
        name = call.buffer.target if in_room else call.session.world.status.nick
        target, rest = name, call.argument
    call.send("MODE", target, *rest.split())


def rename(call: Call) -> None:
    """Give a room another name."""
    call.need_server()
    if not call.session.renames_rooms:
        raise UsageError("this server cannot rename a room")
    is_room = call.session.is_room
    _, second, _ = call.words(3)
    room, rest = call.room_first() if is_room(second) else (call.buffer, call.argument)
    if room.kind is not BufferKind.ROOM:
        raise UsageError("this is no room; name one, and its new name after it")
    name, _, reason = rest.partition(" ")
    new = needed(name) if is_room(name) else f"#{needed(name)}"
    call.send("RENAME", room.target, new, reason.strip())


def notify(call: Call) -> None:
    """Tell what one is called for here, or change it."""
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
