"""What keys do in the input: sending, history, paste, completion."""

import pytest

from chatclient.model import Member
from tests.chatclient.ui.rig import BACK_TAB, CTRL_C, DOWN, ENTER, ESC, LEFT, RIGHT, TAB, UP, rig


@pytest.mark.asyncio
async def test_enter_sends_and_keeps_the_place_clean() -> None:
    """What is typed goes to the active room; blanks alone go nowhere."""
    async with rig() as seen:
        seen.press("hello all" + ENTER)
        await seen.until(lambda: seen.client.entered == [("#lobby", "hello all")])
        seen.press("   " + ENTER + "x")
        await seen.until(lambda: seen.rows[-1] == "#lobby > x")
        assert len(seen.client.entered) == 1


@pytest.mark.asyncio
async def test_history_is_walked_with_up_and_down() -> None:
    """Up brings back what was sent, newest first; Down comes back to what was being typed."""
    async with rig() as seen:
        seen.press("one" + ENTER + "two" + ENTER)
        await seen.until(lambda: len(seen.client.entered) == 2)
        seen.press(UP)
        await seen.until(lambda: seen.rows[-1] == "#lobby > two")
        seen.press(UP)
        await seen.until(lambda: seen.rows[-1] == "#lobby > one")
        seen.press(DOWN + DOWN)
        await seen.until(lambda: seen.rows[-1].startswith("#lobby > type here"))


@pytest.mark.asyncio
async def test_a_paste_of_many_lines_waits_for_enter() -> None:
    """Nothing is sent by pasting; the status says what Enter will do; Ctrl+C clears it."""
    async with rig() as seen:
        text = "\r\n".join(f"line {number}" for number in range(30))
        seen.paste(text + "\r\n")
        await seen.shows("line 29")
        assert seen.client.entered == []
        assert "Enter sends 30 messages" in seen.text
        seen.press(ENTER)
        await seen.until(lambda: seen.client.entered)
        assert seen.client.entered == [("#lobby", text.replace("\r\n", "\n"))]
        seen.paste("a\nb")
        await seen.shows("Enter sends 2 messages")
        seen.press(CTRL_C)
        await seen.shows("type here")
        assert seen.client.quits == 0


@pytest.mark.asyncio
async def test_what_is_pasted_is_made_safe() -> None:
    """A web page can put control characters into what one copies."""
    async with rig() as seen:
        seen.paste("a\x1b]0;t\x07b\u202ec")
        await seen.shows("␛]0;t␇b<U+202E>c")


@pytest.mark.asyncio
async def test_an_emoji_of_several_is_one_step_and_one_delete() -> None:
    """Left, right, backspace and delete go by what is seen, and the cursor stands where it is."""
    async with rig() as seen:
        seen.press("a👨\u200d👩\u200d👧b" + LEFT + LEFT + "x")
        await seen.until(lambda: seen.screen.editor.buffer.text == "ax👨\u200d👩\u200d👧b")
        await seen.until(lambda: seen.paper.screen.cursor.x == len("#lobby > ax"))
        seen.press(RIGHT)
        await seen.until(lambda: seen.paper.screen.cursor.x == len("#lobby > ax") + 2)
        seen.press("\x7f")
        await seen.until(lambda: seen.screen.editor.buffer.text == "axb")
        seen.press(LEFT + "\x1b[3~\x1b[3~")
        await seen.until(lambda: seen.screen.editor.buffer.text == "a")


@pytest.mark.asyncio
async def test_alt_enter_begins_another_line() -> None:
    """Several lines can be typed, and go together."""
    async with rig() as seen:
        seen.press("one" + ESC + ENTER + "two")
        await seen.shows("two")
        seen.press(ENTER)
        await seen.until(lambda: seen.client.entered == [("#lobby", "one\ntwo")])


@pytest.mark.asyncio
async def test_tab_completes_the_last_speaker_first() -> None:
    """At the start of the line a nick is followed by a colon, elsewhere by a blank."""
    async with rig() as seen:
        lobby = seen.world.active
        lobby.members.replace([Member(n) for n in ("anna", "alan", "albert", "alice")])
        seen.say(lobby, "alice", "hi")
        seen.say(lobby, "albert", "hi")
        await seen.shows("albert: hi")
        seen.press("al" + TAB)
        await seen.until(lambda: seen.rows[-1] == "#lobby > albert:")
        seen.press(TAB)
        await seen.until(lambda: seen.rows[-1] == "#lobby > alice:")
        seen.press(BACK_TAB)
        await seen.until(lambda: seen.rows[-1] == "#lobby > albert:")
        seen.press("hi ala" + TAB + "!")
        await seen.until(lambda: seen.rows[-1] == "#lobby > albert: hi alan !")


@pytest.mark.asyncio
async def test_a_slash_shows_the_commands_with_help() -> None:
    """Who types / sees what there is, before pressing anything else; Enter keeps a choice."""
    async with rig() as seen:
        seen.press("/")
        await seen.shows("/join <room>")
        assert seen.rows[-2].startswith(" ● connected")
        seen.press("qui")
        await seen.hides("/join <room>")
        await seen.shows("/quit")
        seen.press(TAB)
        await seen.until(lambda: seen.rows[-1].startswith("#lobby > /quit"))
        seen.press(ENTER)
        await seen.until(lambda: seen.client.entered == [("#lobby", "/quit ")])


@pytest.mark.asyncio
async def test_esc_closes_the_menu() -> None:
    """And takes back what was tried of it."""
    async with rig() as seen:
        seen.press("/m")
        await seen.shows("/msg <nick>")
        seen.press(TAB)
        await seen.until(lambda: seen.rows[-1] == "#lobby > /msg")
        seen.press(ESC)
        await seen.until(lambda: seen.rows[-1] == "#lobby > /m")
        assert "/msg <nick>" not in seen.text


@pytest.mark.asyncio
async def test_enter_in_the_menu_chooses_and_does_not_send() -> None:
    """The first Enter takes the completion, the second sends."""
    async with rig() as seen:
        seen.press("/m")
        await seen.shows("/msg <nick>")
        seen.press(TAB)
        await seen.until(lambda: seen.rows[-1] == "#lobby > /msg")
        seen.press(ENTER + "bob hi")
        await seen.until(lambda: seen.rows[-1] == "#lobby > /msg bob hi")
        assert seen.client.entered == []
        seen.press(ENTER)
        await seen.until(lambda: seen.client.entered == [("#lobby", "/msg bob hi")])


@pytest.mark.asyncio
async def test_sending_again() -> None:
    """Alt+R is /resend in the room, whatever is being typed."""
    async with rig() as seen:
        seen.press("draft" + ESC + "r")
        await seen.until(lambda: seen.client.entered == [("#lobby", "/resend")])
        assert seen.rows[-1] == "#lobby > draft"
