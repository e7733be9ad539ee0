"""Words are found in any script, however they are written, and no word is lost to an index."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chatserver.core.words import WORDS_MOST, Needle, fold_text, terms


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("disk", "the DISK is full"),
        ("full DISK", "the disk is full"),
        ("deploy", "redeployed? no: deployments"),  # the beginning of a word
        ("deployment", "deployments"),
        ("go", "let's go!"),  # a short word, as it stands
        ("strasse", "Die Straße"),
        ("STRASSE", "Die Straße"),
        ("lodz", "Łódź"),
        ("Łódź", "lodz"),
        ("angstrom", "A\u030angström"),
        ("cafe", "CAFÉ"),
        ("σοφος", "ΣΟΦΌΣ"),
        ("елка", "Ёлка"),
        ("istanbul", "İstanbul"),
        ("half", "ｈａｌｆ width"),
        ("file", "a ﬁle"),
        ("학교", "오늘 학교에서 만나요"),  # what a Korean word grows stays with it
        ("만나", "오늘 학교에서 만나요"),
        ("밥", "밥을 먹었다"),
        ("学校", "今日は学校に行った"),
        ("犬", "白い犬がいる"),
        ("東京都", "東京都に住む"),
        ("ハンカク", "ﾊﾝｶｸ"),
        ("が", "か\u3099"),
        ("ありがとう", "どうもありがとうございます"),
        ("中文", "我会说中文"),
        ("第3回", "第3回目"),
        ("ครับ", "สวัสดีครับ"),
        ("हिन्दी", "हिन्दी में"),
        ("مرحبا", "مَرْحَبًا بكم"),
        ("שלום", "שָׁלוֹם"),
        ("\U0001f44d", "well done \U0001f44d\U0001f3fd"),
        ("\U0001f602", "\U0001f602\U0001f602\U0001f602"),
        ("\u2764", "\u2764\ufe0f"),
        ("\U0001f1e9\U0001f1ea", "from \U0001f1e9\U0001f1ea"),
        ("example.org", "see https://example.org/a_b?q=1"),
        ("https://example.org/a_b", "see https://example.org/a_b?q=1"),
        ("example", "see https://example.org/a_b?q=1"),
        ("#ops", "ask in #ops"),
        ("ops", "ask in #ops"),
        ("@ann", "thanks @Ann!"),
        ("c++", "C++ is fine"),
        ("don't", "I DON'T know"),
        ("10.0.0.1", "ping 10.0.0.1"),
        ("bold", "\x02bo\x0304ld\x0f"),
        ("waves", "\x01ACTION waves\x01"),
        ("second", "first line\nsecond line"),
        ("?!", "what?!"),
        ("", "anything"),
        (" \t ", "anything"),
    ],
)
def test_a_text_has_what_is_looked_for(words: str, text: str) -> None:
    """In any case, width, accent and script; an index by terms finds it too."""
    needle = Needle(words)
    assert needle.fits(text)
    assert needle.terms <= terms(fold_text(text))


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("ploy", "deploy"),  # the middle of a word
        ("go", "going"),  # few letters are a word, not a beginning
        ("disk full", "the disk"),  # each word counts
        ("example.com", "example.org"),
        ("#ops", "the ops"),
        ("c++", "c is fine"),
        ("3回", "第13回"),
        ("学校", "学問と校庭"),
        ("東京都", "東京と京都"),  # all pairs of letters, but not in a row
        ("action", "\x01ACTION waves\x01"),
        ("04", "\x0304red"),
        ("?!", "?"),
        ('"', "x"),
        ("*", "x"),
        ("か", "が"),
    ],
)
def test_a_text_lacks_what_is_looked_for(words: str, text: str) -> None:
    """What only looks alike is not found."""
    assert not Needle(words).fits(text)


def test_signs_have_no_meaning_to_an_index() -> None:
    """Whatever is typed: the terms are letters, digits and symbols."""
    needle = Needle("NEAR( \"x* OR col:abc ^d -e {f} 'g' ) ; --")
    assert needle.terms == {"near", "x", "or", "col", "abc", "d", "e", "f", "g"}


def test_how_many_words_count_is_bounded() -> None:
    """So the time that a search takes is, too."""
    needle = Needle(" ".join(f"w{number}" for number in range(1000)))
    assert len(needle.terms) == WORDS_MOST


def test_long_words_have_few_terms() -> None:
    """A word of a thousand letters fills no index."""
    assert len(terms("x" * 1000)) == 6
    assert Needle("x" * 1000).fits("x" * 1000)
    assert not Needle("x" * 1001).fits("x" * 1000)


LETTERS = st.sampled_from(
    [*"aA bB1_.#@'-\n", *"éßØ学校가각カが\u3099\u0301ไทยी\u200d\ufe0f", "\U0001f44d"]
)


@given(st.text(LETTERS), st.data())
@example("\u3099a", None)
def test_no_index_misses_what_fits(text: str, data: st.DataObject | None) -> None:
    """Whatever part of a text is looked for: if it fits, its terms are among those of the text."""
    start = data.draw(st.integers(0, len(text))) if data else 0
    end = data.draw(st.integers(start, len(text))) if data else 1
    needle = Needle(text[start:end])
    if needle.fits(text):
        assert needle.terms <= terms(fold_text(text))


@given(st.text(), st.text())
def test_any_text_can_be_searched(text: str, words: str) -> None:
    """Nothing raises, and a text has its own words, unless they are too many."""
    needle = Needle(words)
    if needle.fits(text):
        assert needle.terms <= terms(fold_text(text))
    assert Needle(text).fits(text) or len(fold_text(text).split()) > WORDS_MOST
