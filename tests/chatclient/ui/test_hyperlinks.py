"""An address from strangers becomes a link, and nothing but a link."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatclient.ui import hyperlinks


def test_an_address_is_opened_with_an_id() -> None:
    """The same address has the same id wherever it stands, so that parts of it are one link."""
    opened = hyperlinks.opening("https://example.org/a?b=c#d")
    assert re.fullmatch(r"\x1b\]8;id=[0-9a-f]+;https://example\.org/a\?b=c#d\x1b\\", opened)
    assert hyperlinks.opening("https://example.org/a?b=c#e").split(";")[1] not in opened


@given(st.text())
def test_no_address_can_end_its_link_and_go_on(text: str) -> None:
    """Whatever it is made of, no control character and no blank is in what is written of it."""
    opened = hyperlinks.opening(f"https://{text}")
    inside = opened.removeprefix("\x1b]8;").removesuffix("\x1b\\")
    assert all("\x20" < c < "\x7f" for c in inside)


@pytest.mark.parametrize(
    "url", ["", "example.org", "file:///etc/passwd", "javascript:alert(1)", "https://" + "a" * 3000]
)
def test_what_shows_nothing_is_no_link(url: str) -> None:
    """Other schemes are refused, and addresses that are too long to be opened."""
    assert hyperlinks.opening(url) == ""
