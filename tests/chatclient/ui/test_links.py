"""Addresses are found in what people write, with nothing of the sentence around them."""

import pytest

from chatclient.ui.links import Link, links

ENDLESS = 1 << 20  # letters: squared, they are more than can be looked at


def _urls(text: str) -> list[str]:
    return [link.url for link in links(text)]


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("see https://example.org/a.", "https://example.org/a"),
        ("http://example.org, and more", "http://example.org"),
        ("(https://example.org/x)", "https://example.org/x"),
        ("https://en.wikipedia.org/wiki/Chat_(disambiguation)",) * 2,
        ("(see https://en.wikipedia.org/wiki/Chat_(x))", "https://en.wikipedia.org/wiki/Chat_(x)"),
        ("what about https://example.org/?", "https://example.org/"),
        ("https://example.org/?a=b&c=d#e!", "https://example.org/?a=b&c=d#e"),
        ("<https://example.org/x>", "https://example.org/x"),
        ('"https://example.org/x"', "https://example.org/x"),
        ("“https://example.org/x”", "https://example.org/x"),
        ("**https://example.org/x**", "https://example.org/x"),
        ("[text](https://example.org/x)", "https://example.org/x"),
        ("https://[2001:db8::1]:8080/x]", "https://[2001:db8::1]:8080/x"),
        ("www.example.org/x.", "https://www.example.org/x"),
        ("irc://irc.example.org/#room", "irc://irc.example.org/#room"),
        ("ircs://irc.example.org:6697/#a,", "ircs://irc.example.org:6697/#a"),
        ("mailto:anna@example.org", "mailto:anna@example.org"),
        ("mailto:anna@example.org?attach=/etc/passwd&subject=x", "mailto:anna@example.org"),
        ("HTTPS://EXAMPLE.ORG", "HTTPS://EXAMPLE.ORG"),
        ("https://例え.jp/パス。", "https://例え.jp/パス"),
        ("（https://example.org）", "https://example.org"),
        ("https://example.org/a…", "https://example.org/a"),
    ],
)
def test_a_link_ends_where_the_address_ends(text: str, url: str) -> None:
    """Punctuation and brackets of the sentence are not of it; its own are."""
    assert _urls(text) == [url]


@pytest.mark.parametrize(
    "text",
    [
        "no link at all",
        "http://",
        "https://.",
        "www.",
        "www.x",
        "mailto:nobody",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "awww.example.org",
        "xhttps://example.org",
        "12:30",
    ],
)
def test_what_leads_nowhere_is_text(text: str) -> None:
    """Nor is anything a link that a terminal should not open."""
    assert _urls(text) == []


def test_links_say_where_they_stand() -> None:
    """In order, in code points."""
    assert list(links("ä https://a.example, www.b.example")) == [
        Link(2, 19, "https://a.example"),
        Link(21, 34, "https://www.b.example"),
    ]


def test_a_long_line_takes_no_longer_than_it_is() -> None:
    """Nobody stops the screen with brackets."""
    assert _urls("https://example.org/" + "(" * 50_000 + ")" * 50_000 + "." * 50_000) == [
        "https://example.org/" + "(" * 50_000 + ")" * 50_000
    ]


@pytest.mark.parametrize("bait", ["mailto:", "http://(", "http://)))))", "www.x/", "mailto:a@ "])
def test_beginnings_without_end_take_no_time(bait: str) -> None:
    """Each letter is looked at a few times, however often something begins as an address does.

    If all that follows were looked at each time, this would not end today.
    """
    list(links((bait * ENDLESS)[:ENDLESS]))
