"""The switcher: a few letters of a room or a person, and Enter goes there."""

from functools import partial

import pytest

from chatclient.model import Kind, Level
from chatclient.ui.switcher import Switcher
from tests.chatclient.ui.rig import (
    CTRL_C,
    CTRL_N,
    DOWN,
    ENTER,
    ESC,
    NOON,
    PAGE_DOWN,
    TAB,
    UP,
    Rig,
    ScriptedClient,
    join,
    make_world,
    rig,
)
from tests.steps import steps

ALT_G, F3 = "\x1bg", "\x1bOR"
HOME, END = "\x1b[H", "\x1b[F"


def listed(seen: Rig) -> list[str]:
    """Return the names that are offered, from the top."""
    rows = [row[17:64].strip() for row in seen.rows[1:-2]]
    return [row.removeprefix("> ").split("  ")[0] for row in rows if row]


@pytest.mark.asyncio
@pytest.mark.parametrize("key", [ALT_G, F3])
async def test_letters_and_enter_go_to_a_room(key: str) -> None:
    """The draft of the room that was left stays there."""
    world = make_world()
    python = join(world, "#python")
    async with rig(world=world) as seen:
        seen.press("half")
        seen.press(key)
        await seen.shows("go to > ")
        seen.press(f"pyth{ENTER}")
        await seen.until(lambda: world.active is python)
        await seen.shows("#python > ")
        assert "half" not in seen.text
        seen.press(f"{key}lob{ENTER}")
        await seen.shows("#lobby > half")


@pytest.mark.asyncio
async def test_esc_leaves_all_as_it_was() -> None:
    """What was typed for the switcher is nowhere."""
    async with rig() as seen:
        seen.press("half")
        seen.press(f"{ALT_G}xy")
        await seen.shows("go to > xy")
        seen.press(ESC)
        await seen.shows("#lobby > half")
        assert "xy" not in seen.text


@pytest.mark.asyncio
async def test_ctrl_c_closes_it_and_does_not_leave() -> None:
    """Whoever wants out of here does not want out of everything."""
    async with rig() as seen:
        seen.press(f"{ALT_G}xy{CTRL_C}")
        await seen.shows("#lobby > ")
        assert not seen.client.quits


@pytest.mark.asyncio
async def test_the_same_key_closes_it() -> None:
    """As it does with the help."""
    async with rig() as seen:
        seen.press(ALT_G)
        await seen.shows("go to > ")
        seen.press(ALT_G)
        await seen.hides("go to > ")


@pytest.mark.asyncio
async def test_what_calls_comes_first_then_where_one_was() -> None:
    """While nothing is typed; what is in view comes last."""
    world = make_world()
    for name in ("#a", "#b", "#c", "#d"):
        join(world, name)
    async with rig(world=world) as seen:
        room = {buffer.name: buffer for buffer in world.buffers}
        for name in ("#a", "#b"):
            seen.client.activate(room[name])
        seen.say(room["#c"], "bob", "hello")
        seen.say(room["#d"], "bob", "anna: hello", mention=True)
        seen.press(ALT_G)
        await seen.shows("go to > ")
        assert listed(seen)[:4] == ["#d !1", "#c 1", "#a", "#lobby"]
        assert listed(seen)[-1] == "#b"
        seen.press(ENTER)
        await seen.until(lambda: world.active is room["#d"])


@pytest.mark.asyncio
async def test_a_person_is_found_and_spoken_to() -> None:
    """Who is in any room; in a conversation, which the client opens."""
    async with rig() as seen:
        seen.press(f"{ALT_G}ope")
        await seen.shows("> oper")
        assert "person" in seen.text
        seen.press(ENTER)
        await seen.until(lambda: ("chat.example:9000", "/query oper") in seen.client.entered)
        await seen.hides("go to > ")


@pytest.mark.asyncio
async def test_people_are_called_as_they_write_themselves() -> None:
    """They are looked for in any case of letters."""
    world = make_world()
    join(world, "#x", "BobTheBuilder")
    async with rig(world=world) as seen:
        seen.press(f"{ALT_G}THEBUIL")
        await seen.shows("> BobTheBuilder")
        seen.press(ENTER)
        await seen.until(
            lambda: seen.client.entered[-1:] == [(world.server.name, "/query BobTheBuilder")]
        )


@pytest.mark.asyncio
async def test_a_room_that_the_server_has_is_joined() -> None:
    """If it was in a list of rooms."""
    world = make_world()
    world.note_listed("#gardening")
    async with rig(world=world) as seen:
        seen.press(f"{ALT_G}gard")
        await seen.shows("#gardening  join this room")
        seen.press(ENTER)
        await seen.until(
            lambda: seen.client.entered[-1:] == [(world.server.name, "/join #gardening")]
        )


@pytest.mark.asyncio
async def test_a_room_that_nobody_has_heard_of_can_be_joined() -> None:
    """By its whole name."""
    async with rig() as seen:
        seen.press(f"{ALT_G}#nowhere")
        await seen.shows("join this room, or make it")
        seen.press(ENTER)
        await seen.until(lambda: ("chat.example:9000", "/join #nowhere") in seen.client.entered)


@pytest.mark.asyncio
async def test_when_nothing_fits_it_says_so_and_enter_stays() -> None:
    """With what one can do."""
    async with rig() as seen:
        seen.press(f"{ALT_G}qqq")
        await seen.shows("Nothing is called qqq. #qqq joins it.")
        seen.press(ENTER)
        seen.press("#")
        await seen.shows("go to > qqq#")
        assert not seen.client.entered


@pytest.mark.asyncio
async def test_one_chooses_by_keys() -> None:
    """From one end one comes to the other; Tab is Down."""
    world = make_world()
    rooms = [join(world, f"#room{number}") for number in range(40)]
    async with rig(world=world) as seen:
        seen.press(f"{ALT_G}room")
        await seen.shows("> #room0 ")
        seen.press(f"{DOWN}{TAB}")
        await seen.shows("> #room2 ")
        seen.press(f"{UP}{UP}{UP}")
        await seen.shows("> #room39 ")
        seen.press(HOME)
        await seen.shows("> #room0 ")
        seen.press(PAGE_DOWN)
        await seen.until(lambda: "> #room19" in seen.text or "> #room20" in seen.text)
        seen.press(END)
        await seen.shows("> #room39 ")
        seen.press(ENTER)
        await seen.until(lambda: world.active is rooms[39])


@pytest.mark.asyncio
async def test_the_letters_that_were_typed_are_marked() -> None:
    """So that one sees why a name is there."""
    world = make_world()
    join(world, "#xylophone")
    async with rig(world=world) as seen:
        seen.press(f"{ALT_G}#xylo")
        await seen.shows("> #xylophone")
        assert seen.cell("#xylophone ").underscore
        assert not seen.cell("phone ").underscore


@pytest.mark.asyncio
async def test_all_networks_are_searched() -> None:
    """Each name says of which it is."""
    other = make_world("work")
    room = join(other, "#deploys")
    async with rig(more=[other]) as seen:
        seen.press(f"{ALT_G}depl")
        await seen.shows("#deploys  work")
        seen.press(ENTER)
        await seen.until(lambda: other.active is room and seen.client.world is other)


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(40, 12), (20, 5), (200, 60)])
async def test_it_works_at_every_size(size: tuple[int, int]) -> None:
    """The chosen name is always seen."""
    world = make_world()
    rooms = [join(world, f"#room{number}") for number in range(30)]
    async with rig(*size, world=world) as seen:
        seen.press(f"{ALT_G}room{DOWN * 17}")
        await seen.shows("> #room17")
        seen.press(ENTER)
        await seen.until(lambda: world.active is rooms[17])


@pytest.mark.asyncio
async def test_going_elsewhere_closes_it() -> None:
    """By any other key."""
    async with rig() as seen:
        seen.press(ALT_G)
        await seen.shows("go to > ")
        seen.press(CTRL_N)
        await seen.hides("go to > ")


@pytest.mark.asyncio
async def test_a_muted_room_counts_as_read() -> None:
    """It does not come before where one was."""
    world = make_world()
    loud, quiet = join(world, "#loud"), join(world, "#quiet")
    loud.level = Level.NOTHING
    async with rig(world=world) as seen:
        seen.client.activate(quiet)
        seen.say(loud, "bob", "anna: hello", mention=True)
        seen.press(ALT_G)
        await seen.shows("muted")
        assert listed(seen)[0] == "#lobby"


def _work(people: int) -> list[int]:
    """Return the steps of opening the switcher, and of each key, with so many people in a room."""
    world = make_world()
    for number in range(20):
        join(world, f"#room{number}", *(f"nick{number}x{each}" for each in range(people)))
    client = ScriptedClient(world)
    opened: list[Switcher] = []

    def show() -> None:
        opened.append(Switcher(client, [world.active], lambda _: None))
        opened[0].rows(60, 20)

    def type_(typed: str) -> None:
        opened[0].type(typed)
        opened[0].rows(60, 20)

    keys = ("n", "ni", "nick", "nick1", "nick1x", "room", "nobody")
    return [steps(show), *(steps(partial(type_, typed)) for typed in keys)]


def test_thousands_of_people_are_no_more_work_than_hundreds() -> None:
    """They are not gone through one by one, and rows are made for what is seen alone."""
    few, many = _work(20), _work(200)
    assert all(more <= 1.1 * less for less, more in zip(few, many, strict=True))


def test_a_line_of_the_server_is_no_reason_to_go_there() -> None:
    """Only what people say is unread."""
    world = make_world()
    world.add(world.server, world.make_line(Kind.INFO, "hello", time=NOON))
    switcher = Switcher(ScriptedClient(world), [world.active], lambda _: None)
    assert "chat.example" in switcher.rows(40, 5)[0].text
