"""What terminals and programs disagree about: the widths of letters, in real tmux.

Rule: whatever is said, the edges of the columns stay where they are, in every row, as the terminal's own
cells tell, not as we count them: tmux is asked for the column of cells in which an edge is.
"""

import re
import time
from collections.abc import Sequence
from functools import partial

import pytest

from tests.e2e.server import Server
from tests.interop.programs import chatclient
from tests.interop.terminals import Pane, Terminals

pytestmark = pytest.mark.interop

_ZALGO = "".join(letter + "\u0300\u0327\u0353\u030a\u0489\u0316\u033f" for letter in "ZALGO")
_ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"

SHEET = {
    "families": "👨‍👩‍👧‍👦 👩‍👩‍👧 👨‍👦 👩‍❤️‍💋‍👨 🧑‍🤝‍🧑 ",
    "professions": "👩🏽‍🚀 🧑‍🍳 👨🏿‍🦯‍➡️ 🕵🏻‍♀️ 🏃‍♂️‍➡️ ",
    "skin tones": "👋🏻 👋🏼 👋🏽 👋🏾 👋🏿 🏽 ",
    "flags": "🇩🇪 🇯🇵 🇺🇳 🏴‍☠️ 🏳️‍🌈 🏳️‍⚧️ ",
    "tag flags": f"{_ENGLAND} {_ENGLAND}{_ENGLAND} ",
    "half flags": "🇩 🇩🇪🇫 🇦🇧🇨🇩🇪 ",
    "keycaps": "1️⃣ 2️⃣ #️⃣ *️⃣ 0⃣ ",
    "plain emoji": "😀😃🚀🔥✅❌⚡⏰🀄🃏 ",
    "emoji of late": "🫨 🫠 🫷🏽 🪿 🫩 🫆 🪾 ",
    "text or emoji": "☺︎ ☺️ ❤︎ ❤️ ❤ ✈️ ✈︎ ☎️ ™️ ©️ ℹ️ ▶️ ",
    "selectors alone": "a\ufe0f b\ufe0e \ufe0f c\u200d d\u200d\u200d ",
    "Chinese": "你好世界，這是一個測試。",
    "Japanese": "こんにちは世界。カタカナと漢字、ﾊﾝｶｸ ",
    "Korean": "안녕하세요 세계 ",
    "jamo": "\u1112\u1161\u11ab\u1100\u1173\u11af \u1112\u1161 ㅋㅋㅋ ",
    "rare ideographs": "𠮷野家 𪚥 𰻞 ",
    "full width": "ＦＵＬＬ ｗｉｄｔｈ　（！） ",
    "half width": "ｶﾞｷﾞｸﾞ ｱｲｳ ￫￬ ",
    "combining": "e\u0301 n\u0303 o\u0308\u0304 a\u20dd q\u0307\u0323 ",
    "Zalgo": f"{_ZALGO} ",
    "Vietnamese": "Tiếng Việt Tie\u0302\u0301ng Vie\u0323\u0302t ",
    "Arabic": "السلام عليكم ورحمة الله مَرْحَبًا ",
    "Arabic ligatures": "ﷺ ﷽ لا لله ",
    "Hebrew": "שלום עולם שָׁלוֹם ",
    "mixed directions": "abc שלום def مرحبا 123 ",
    "overrides": "\u202eabc\u202c \u2067def\u2069 \u200fghi\u200e ",
    "Thai": "สวัสดีชาวโลก น้ำ ผู้ใหญ่ ",
    "Lao": "ສະບາຍດີ ນໍ້າ ",
    "Devanagari": "नमस्ते दुनिया क्षत्रिय र्‍या ",
    "Bengali": "হ্যালো বিশ্ব ক্ষ ",
    "Tamil": "வணக்கம் ஸ்ரீ கௌ ",
    "Telugu": "హలో ప్రపంచం క్ష్మ ",
    "Malayalam": "ഹലോ ലോകം ന്റെ ",
    "Sinhala": "ආයුබෝවන් ක්‍ෂ ",
    "Khmer": "សួស្តីពិភពលោក ក្រុម ",
    "Myanmar": "မင်္ဂလာပါ ကမ္ဘာ ",
    "Tibetan": "བཀྲ་ཤིས་བདེ་ལེགས ཧྐྵྨླྺྼྻྂ ",
    "Mongolian": "ᠮᠣᠩᠭᠣᠯ \u180e ",
    "zero width": "a\u200bb\u200cc\u2060d\ufeffe\u00adf ",
    "ambiguous": "①②③ … · ° ± × ÷ § ¶ α Ω ж я → ⇒ ★ ☆ ♥ ♪ ",
    "boxes": "│┃║┼═ ▀▄█▌▐░▒▓ ⠿⣿ ",
    "private use": "\ue0b0 \uf115 \U000f0001 ",
    "unassigned": "\u0378 \U0001faff \ufdd0 ",
    "mathematics": "𝒜𝓑𝔠 ∑∫√∞≠≤ ℵ𝟘 ",
    "music": "𝄞 𝅘𝅥𝅮 ♫ ",
    "cuneiform": "𒀀𒈙 𓀀𓂀 ",
    "Yi and others": "ꀀꁀ ㈱ ㍿ ㎏ 〰 〽 ",
    "hangul fillers": "a\u115fb\u1160c\u3164d\uffa0e ",
    "tabs": "a\tb\tc\td\t",
    "controls": "\x1b[31mred\x07 \x9b2J \x08\x08 \x0e ",
    "a long word": "日本語" * 20,
}


DRAWN_WITHIN = 3.0
"""Seconds in which a screen must be right: tmux can be asked in the middle of a frame."""

ROWS_OF_BARS = 3
"""The bar on top, the status line and the input: they have no columns."""


def edges(pane: Pane) -> list[int]:
    """Return the columns of the edges, as a row without other than plain letters shows them."""
    rows = pane.wait(lambda screen: bool(_plain(screen)), "a plain row between two edges")
    return [found.start() for found in re.finditer(r"\|", _plain(rows)[0])]


def _plain(screen: str) -> list[str]:
    rows = (row.replace("│", "|") for row in screen.splitlines())
    return [row for row in rows if row.isascii() and row.count("|") == 2]


def column(pane: Pane, number: int) -> str:
    """Return what stands in a column of cells, one letter a row, as tmux would copy it."""
    down = int(pane.state("pane_height")) - ROWS_OF_BARS - 1
    orders = (
        ("copy-mode",),
        ("send-keys", "-X", "top-line"),
        ("send-keys", "-X", "start-of-line"),
        ("send-keys", "-N", str(number), "-X", "cursor-right"),
        ("send-keys", "-X", "cursor-down"),
        ("send-keys", "-X", "rectangle-on"),
        ("send-keys", "-X", "begin-selection"),
        ("send-keys", "-N", str(down), "-X", "cursor-down"),
        ("send-keys", "-X", "copy-selection-and-cancel"),
    )
    words: list[str] = []
    for name, *rest in orders:
        words += [name, "-t", f"={pane.name}:", *rest, ";"]
    return pane._terminals.tmux(*words, "show-buffer")


def misplaced(pane: Pane, places: Sequence[int]) -> list[str]:
    """Return the rows of the screen in which an edge is not in its place, and stays so."""
    end = time.monotonic() + DRAWN_WITHIN
    while (wrong := _misplaced(pane, places)) and time.monotonic() < end:
        pass
    return wrong


def _misplaced(pane: Pane, places: Sequence[int]) -> list[str]:
    rows = pane.screen().splitlines()[1:]
    return [
        f"{number}, {cell!r}: {row}"
        for place in places
        for number, (row, cell) in enumerate(
            zip(rows, column(pane, place).split("\n"), strict=False), 1
        )
        if cell != "│"
    ]


@pytest.mark.parametrize(("width", "height"), [(80, 24), (120, 40)])
def test_no_edge_is_out_of_place(
    server: Server, terminals: Terminals, width: int, height: int
) -> None:
    """As each line comes, when all is drawn anew, and on every page back."""
    clara = chatclient(terminals, server.port, width=width, height=height)
    clara.see("connected", "│ clara")
    places = edges(clara)
    wrong = []
    with server.join_irc("peter") as peter:
        for number, (name, sample) in enumerate(SHEET.items()):
            text = f"{name}: {sample * (2 * width // len(sample))}"[:300]
            peter.send(f"PRIVMSG #lobby :{text}", f"PRIVMSG #lobby :end-{number}")
            clara.see(f"end-{number}")
            wrong += [f"{name}, drawn: {row}" for row in misplaced(clara, places)]
        clara.press("C-l")
        for page in range(4):
            wrong += [f"page {page}: {row}" for row in misplaced(clara, places)]
            before = clara.screen()
            clara.press("PageUp")
            clara.wait(partial(_is_another_page, before), "moved a page back")
    assert not wrong, "\n".join(wrong)


def test_no_edge_is_out_of_place_when_the_size_changes(
    server: Server, terminals: Terminals
) -> None:
    """Larger, smaller, and with and without the list of people."""
    clara = chatclient(terminals, server.port)
    clara.see("connected", "│ clara")
    with server.join_irc("peter") as peter:
        for sample in SHEET.values():
            peter.send(f"PRIVMSG #lobby :{(sample * 30)[:200]}")
        peter.send("PRIVMSG #lobby :that is all", "PRIVMSG #lobby :plain")
        clara.see("that is all", "plain")
        wrong = []
        for width, height in ((100, 30), (81, 25), (133, 50), (80, 24)):
            clara.resize(width, height)
            clara.wait(partial(_is_drawn, width), f"drawn {width} wide")
            wrong += [f"{width}x{height}: {row}" for row in misplaced(clara, edges(clara))]
    assert not wrong, "\n".join(wrong)


def _is_another_page(before: str, screen: str) -> bool:
    """Say whether that is no longer the page before, but one of what was said earlier."""
    return screen != before and "more lines below" in screen


def _is_drawn(width: int, screen: str) -> bool:
    """Say whether the bar on top, and the rows below it, are of that width."""
    rows = screen.splitlines()
    return len(rows[0]) in {width, width - 1} and any("plain" in row for row in rows)
