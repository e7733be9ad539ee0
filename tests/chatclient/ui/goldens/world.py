"""The world that is drawn: two networks, and a room in which everything happens that a line can be."""

from dataclasses import replace

from chatclient.model import Buffer, ConnectionState, Delivery, Kind, Line, World
from chatclient.model.reactions import Sign
from tests.chatclient.ui.rig import NOON, join, make_world

MINUTE, DAY = 60.0, 86_400.0

FIELD = "#field-notes-日本"
TOPIC = (
    "Field notes 日本 · write down what you see, when, and where; photographs go to the album, "
    "questions about gear to #gear · next meeting: Thursday, 19:00, at the old mill"
)


def worlds() -> list[World]:
    """Return the worlds, the first one in view."""
    world = make_world("home")
    room = join(
        world, FIELD, "anna", "@oper", "+bob", "björn", "日向", "Ζωή", "a-very-long-nick-indeed"
    )
    world.set_topic(room, TOPIC, by="oper", time=NOON - DAY)
    world.activate(room)
    _others(world)
    _past(world, room)
    room.read_id = room.lines[-1].id
    _present(world, room)
    world.take_changes()
    other = make_world("libera", "irc.libera.example:6697")
    other.set_status(replace(other.status, state=ConnectionState.WAITING, reason="connection lost"))
    other.take_changes()
    return [world, other]


def _others(world: World) -> None:
    """Fill the list of rooms: news, a mention, a room that was left, people one talks to."""
    lobby = world.buffers[1]
    for text in ("morning", "anyone here?", "anna: look at this"):
        _say(world, lobby, "bob", text, mention="anna" in text)
    busy = join(world, "#busy", "anna", "eve")
    for number in range(120):
        _say(world, busy, "eve", f"line {number}")
    world.set_joined(join(world, "#left", "anna"), joined=False)
    _say(world, world.open_direct("björn"), "björn", "psst")
    world.open_direct("日向")


def _past(world: World, room: Buffer) -> None:
    """What was there when the user looked away, from yesterday on."""
    yesterday = NOON - DAY
    _tell(world, room, Kind.JOIN, "björn joined", yesterday, "björn")
    _say(world, room, "björn", "The kingfisher is back at the lower pond.", yesterday, msgid="king")
    _say(
        world,
        room,
        "日向",
        "カワセミですか？写真はありますか？ 🐦",
        yesterday + MINUTE,
        reply_to="king",
    )
    _say(world, room, "Ζωή", "Πού ακριβώς; It was on the west bank in May.", yesterday + 2 * MINUTE)
    _tell(world, room, Kind.TOPIC, f"oper set the topic: {TOPIC}", yesterday + 3 * MINUTE, "oper")
    _tell(world, room, Kind.ACTION, "packs the long lens", yesterday + 4 * MINUTE, "bob")


def _present(world: World, room: Buffer) -> None:
    """What is new, of today."""
    now = NOON - 30 * MINUTE
    photo = _say(
        world,
        room,
        "björn",
        "Two of them! https://album.example/2023/11/kingfishers/lower-pond/IMG_2041.jpg 👨‍👩‍👧‍👦 🇩🇪 👍🏽",
        now,
        msgid="photo",
    )
    for nick, sign in (("bob", "👍"), ("oper", "👍"), ("anna", "❤️"), ("日向", "👍")):
        own = nick == "anna"
        world.react(room, Sign(photo.msgid, sign, nick, now, own=own))
    _say(
        world,
        room,
        "oper",
        "\x02Please\x02 keep \x1dsome\x1d distance, \x034nesting\x03 begins in April.",
        now,
    )
    _say(world, room, "bob", "anna: were you there? 写真を撮りましたか", now + MINUTE, mention=True)
    _own(world, room, "I was, at dawn. Fog, then sun.", now + 2 * MINUTE, reply_to="photo")
    _tell(
        world, room, Kind.NOTICE, "the album is full again", now + 3 * MINUTE, "album-bot", bot=True
    )
    _say(world, room, "a-very-long-nick-indeed", "unbrokenwords" * 9, now + 4 * MINUTE)
    _tell(world, room, Kind.QUIT, "Ζωή left: Ping timeout", now + 5 * MINUTE, "Ζωή")
    _tell(world, room, Kind.DELETED, "deleted by oper: the wrong room", now + 6 * MINUTE, "bob")
    _tell(world, room, Kind.ERROR, "disconnected: connection lost", now + 7 * MINUTE)
    _own(world, room, "this one did not get through", now + 8 * MINUTE, failed="too long")
    _own(world, room, "first line of two\nand the second one 日本", now + 9 * MINUTE, pending=True)
    world.set_typing(room, "björn", NOON + MINUTE)


def _say(
    world: World,
    room: Buffer,
    nick: str,
    text: str,
    time: float = NOON - DAY,
    *,
    msgid: str = "",
    reply_to: str = "",
    mention: bool = False,
) -> Line:
    line = world.make_line(
        Kind.MESSAGE, text, time=time, source=nick, msgid=msgid, reply_to=reply_to, mention=mention
    )
    world.add(room, line)
    return line


def _own(
    world: World,
    room: Buffer,
    text: str,
    time: float,
    *,
    reply_to: str = "",
    failed: str = "",
    pending: bool = False,
) -> None:
    delivery = Delivery.PENDING if pending or failed else Delivery.CONFIRMED
    line = world.make_line(
        Kind.MESSAGE, text, time=time, source="anna", own=True, delivery=delivery, reply_to=reply_to
    )
    world.add(room, line)
    if failed:
        world.settle(room, replace(line, delivery=Delivery.FAILED, reason=failed))


def _tell(
    world: World,
    room: Buffer,
    kind: Kind,
    text: str,
    time: float,
    who: str = "",
    *,
    bot: bool = False,
) -> None:
    world.add(room, world.make_line(kind, text, time=time, source=who, bot=bot))
