"""Rules of formatting codes: the text is free of them, and the spans say what they meant."""

import pytest

from chatclient.model import Span
from chatclient.model.formatting import read
from chatwire.text import plain


@pytest.mark.parametrize(
    ("written", "text", "spans"),
    [
        ("plain", "plain", ()),
        ("a \x02b\x02 c", "a b c", (Span(2, 3, bold=True),)),
        ("\x1db\x0fc", "bc", (Span(0, 1, italic=True),)),
        ("\x1fu\x1f\x1es\x1e", "us", (Span(0, 1, underline=True), Span(1, 2, strike=True))),
        ("\x11m\x16r", "mr", (Span(0, 1, mono=True), Span(1, 2, mono=True, reverse=True))),
        ("\x02bold", "bold", (Span(0, 4, bold=True),)),
        ("\x02\x02none", "none", ()),
        ("\x02a\x02\x02b", "ab", (Span(0, 2, bold=True),)),
        ("\x034red\x03 no", "red no", (Span(0, 3, colour=4),)),
        (
            "\x0304,01x\x039y",
            "xy",
            (Span(0, 1, colour=4, ground=1), Span(1, 2, colour=9, ground=1)),
        ),
        ("\x034,x", ",x", (Span(0, 2, colour=4),)),
        ("\x03041", "1", (Span(0, 1, colour=4),)),
        ("\x0399x", "x", ()),
        ("\x04FF8000,000000x\x04y", "xy", (Span(0, 1, colour="ff8000", ground="000000"),)),
        ("\x04nothex", "nothex", ()),
        ("\x02a\nb", "a\nb", (Span(0, 1, bold=True),)),
        ("\x02a\x07\x1bb", "a␇␛b", (Span(0, 4, bold=True),)),
    ],
)
def test_codes_are_spans(written: str, text: str, spans: tuple[Span, ...]) -> None:
    """Each code says how what follows looks, up to its end; what it stood in is gone."""
    assert read(written) == (text, spans)


@pytest.mark.parametrize(
    "written", ["\x02\x1b[31m\x03", "👩\u200d\x02🚀", "\u202e\x1fx", "a\tb\x7f"]
)
def test_the_text_is_what_a_plain_reader_gets(written: str) -> None:
    """What could control a terminal is shown or dropped as it is without codes."""
    assert read(written)[0].replace("\u200d", "") == plain(written).replace("\u200d", "")


def test_a_text_of_nothing_but_codes_costs_little() -> None:
    """What a hostile line is made of is read up to a bound; the rest is shown plain."""
    text, spans = read("\x02a" * 20_000)
    assert text == "a" * 20_000
    assert len(spans) == 500
