"""The message that is picked, and what one is about to do with it.

Rules: a message is picked in the view that is on the screen; elsewhere nothing is. What the server
cannot do is said before one is asked anything. Whatever is done ends the picking, but going
elsewhere in the conversation.
"""

from collections.abc import Sequence

from chatclient.keys import Mode
from chatclient.model import CONVERSATION, Delivery, Line
from chatclient.ui.cells import Fragment, Row, clip
from chatclient.ui.links import links
from chatclient.ui.quotes import quote
from chatclient.ui.view import View

FREQUENT = ("👍", "❤️", "😂", "🎉", "😮", "😢", "🙏", "👀", "🚀")
"""What one can react with by a digit."""

KEYS = "↑↓ · r reply · e react · c copy · o open · d delete · j answered · Esc"
LACKS = {
    "reply": "this server does not tell what a message answers",
    "react": "this server carries no reactions",
    "redact": "this server removes no messages",
}


class Selection:
    """What is picked, if anything."""

    def __init__(self) -> None:
        self._view: View | None = None
        self._followed = False  # whether the view was at its end before
        self.step = Mode.PICKED
        """What is being done: `PICKED` is nothing yet."""

    def mode(self, view: View) -> Mode:
        """Return what keys mean in a view."""
        picked = self._view is view and view.picked is not None
        return self.step if picked else Mode.ANY

    def line(self, view: View) -> Line | None:
        """Return what is picked in a view."""
        return view.picked if self._view is view else None

    def move(self, view: View, by: int) -> bool:
        """Pick another message, or the first one; say whether there is one."""
        if self._view is not view:
            self.end()
            self._followed = view.at_end
        found = view.pick(by)
        if found:
            self._view, self.step = view, Mode.PICKED
        return found

    def go_to_answered(self, view: View) -> bool:
        """Pick what the picked message answers; say whether it is known."""
        line = self.line(view)
        found = line is not None and bool(line.reply_to) and view.pick_message(line.reply_to)
        self._followed = self._followed and not found
        return found

    def end(self) -> None:
        """Pick nothing, and follow the end again if that was so before."""
        if self._view is not None:
            self._view.unpick()
            if self._followed:
                self._view.to_end()
        self._view, self.step = None, Mode.PICKED

    def urls(self, view: View) -> list[str]:
        """Return the addresses in what is picked, at most nine, each once."""
        line = self.line(view)
        found = (link.url for link in links(line.text)) if line else ()
        return [*dict.fromkeys(found)][:9]

    def notes(self, view: View, cells: int) -> Sequence[Row]:
        """Return what to know for the next key, over the input."""
        line = self.line(view)
        if line is None:
            return ()
        match self.step:
            case Mode.REACTING:
                signs = "  ".join(f"{number} {sign}" for number, sign in enumerate(FREQUENT, 1))
                other = "or type one, :name: too · Esc"
                return [_note("react to ", quote(line), cells), Row([("", f"  {signs}  {other}")])]
            case Mode.DELETING:
                keys = Row([("", "  d or Enter deletes it for all · Esc keeps it")])
                return [_note("delete ", quote(line), cells), keys]
            case Mode.LINKING:
                urls = enumerate(self.urls(view), 1)
                return [
                    _note("open which one? ", "Esc goes back", cells),
                    *(
                        Row([("class:key", f"  {n} "), ("", clip(url, cells - 4))])
                        for n, url in urls
                    ),
                ]
            case _:
                return ()


def _note(what: str, text: str, cells: int) -> Row:
    """Return a row that says what is done with what."""
    shown: list[Fragment] = [("class:prompt", what), ("class:quote", clip(text, cells - len(what)))]
    return Row(shown)


def replying(line: Line, cells: int) -> Row:
    """Return the row over the input that says what is answered."""
    way = " · Esc: no"
    what = "replying to "
    text = clip(quote(line), cells - len(what) - len(way))
    return Row([("class:prompt", what), ("class:quote", text), ("class:hint", way)])


def why_not(line: Line, feature: str) -> str:
    """Return why something cannot be done with a line on any server, "" if it can."""
    if line.kind not in CONVERSATION:
        return "this is no message"
    if line.own and line.delivery is not Delivery.CONFIRMED:
        return "the server does not have this message yet"
    if feature == "redact" and not line.msgid:
        return "this is no message that the server can name"
    return ""
