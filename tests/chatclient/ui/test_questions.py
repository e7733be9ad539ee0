"""Questions that the client asks."""

import pytest

from chatclient.model import Question
from tests.chatclient.ui.rig import CTRL_C, ENTER, ESC, PAGE_DOWN, PAGE_UP, UP, Rig, rig


def _ask(rig: Rig, *, hidden: bool = False, closed: bool = False) -> list[str | None]:
    """Ask, and return where the answer will be."""
    answers: list[str | None] = []
    label = "password of anna"
    text = ("Who goes there?",)
    question = Question(label, answers.append, text=text, hidden=hidden, closed=closed)
    rig.world.ask(question)
    rig.client.flush()
    return answers


@pytest.mark.asyncio
async def test_a_hidden_answer() -> None:
    """It is drawn as dots, sent nowhere but to who asked, and is in no history and no clipboard."""
    async with rig() as chat:
        chat.press("half a sent")
        await chat.shows("half a sent")
        answers = _ask(chat, hidden=True)
        await chat.shows("Who goes there?")
        await chat.shows("password of anna > type the answer")
        chat.press("sesame")
        await chat.shows("password of anna > ••••••")
        chat.press("\x15sesame2")  # Ctrl+U cuts what was typed
        await chat.shows("password of anna > •••••••")
        chat.press(ENTER)
        await chat.shows("#lobby > half a sent")
        assert answers == ["sesame2"]
        chat.press("\x19ence")  # Ctrl+Y would paste what was cut
        await chat.shows("#lobby > half a sentence")
        chat.press(CTRL_C + UP)
        await chat.hides("sentence")
        assert "sesame" not in chat.raw
        assert chat.client.entered == []


@pytest.mark.parametrize("key", [ESC, CTRL_C])
@pytest.mark.asyncio
async def test_giving_it_up(key: str) -> None:
    """Esc, or Ctrl+C with nothing typed, gives a question up, and does not leave."""
    async with rig() as chat:
        answers = _ask(chat)
        await chat.shows("Who goes there?")
        chat.press(key)
        await chat.hides("Who goes there?")
        assert answers == [None]
        assert chat.client.quits == 0


@pytest.mark.asyncio
async def test_what_is_only_waited_for() -> None:
    """What is typed then is shown to nobody and said nowhere; Esc goes on."""
    async with rig() as chat:
        answers = _ask(chat, hidden=True, closed=True)
        await chat.shows("password of anna > a moment")
        chat.press("sesame" + ENTER)
        await chat.shows("password of anna > ")
        chat.press(ESC)
        await chat.shows("#lobby > ")
        assert answers == [None]
        assert chat.client.entered == []
        assert "sesame" not in chat.raw


@pytest.mark.asyncio
async def test_a_pasted_answer() -> None:
    """Of what is pasted, the first line is the answer, and Enter sends it."""
    async with rig() as chat:
        answers = _ask(chat)
        await chat.shows("Who goes there?")
        chat.paste("sesame\nopen")
        await chat.shows("> sesame")
        chat.press(ENTER)
        await chat.hides("Who goes there?")
        assert answers == ["sesame"]


@pytest.mark.asyncio
async def test_what_is_secret_is_in_no_history() -> None:
    """A command with a password in it does not come back with the key for what one typed."""
    async with rig() as chat:
        chat.press("hello" + ENTER + "secret words" + ENTER)
        await chat.until(lambda: len(chat.client.entered) == 2)
        chat.press(UP)
        await chat.shows("#lobby > hello")


@pytest.mark.asyncio
async def test_a_long_question_on_a_small_screen() -> None:
    """PageDown shows the rest of it, PageUp its beginning, and no further."""
    async with rig(40, 12) as chat:
        text = tuple(f"word {number}" for number in range(1, 15))
        chat.world.ask(Question("well?", lambda _: None, text=text))
        chat.client.flush()
        await chat.shows("word 1\n")
        assert "word 14" not in chat.text
        chat.press(PAGE_DOWN * 5)
        await chat.shows("word 14")
        chat.press(PAGE_UP)
        await chat.hides("word 14")
        chat.press(PAGE_UP * 5)
        await chat.shows("word 1\n")
