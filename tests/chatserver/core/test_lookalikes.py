"""Which names look alike."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatserver.core.lookalikes import Lookalikes, skeleton, skeletons
from chatwire.names import fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("paypal", "раураl"),
        ("bob", "ВОВ"),
        ("scope", "ѕсоре"),
        ("modern", "rnodern"),
        ("bill", "BiII"),
        ("O0", "oo"),
        ("strasse", "straße"),
        ("Αθηνα", "Aθηνa"),
        ("co-op", "co\u2cbaop"),
        ("un\u0131que", "unique"),
    ],
)
def test_lookalikes(one: str, other: str) -> None:
    """Letters of other scripts, and pairs within ASCII, in small or in capital letters."""
    assert {*skeletons(one)} & {*skeletons(other)}


@pytest.mark.parametrize(
    ("one", "other"), [("ann", "anna"), ("zoë", "zoe"), ("алекс", "alex"), ("日本", "日木")]
)
def test_no_lookalikes(one: str, other: str) -> None:
    """Another mark or another letter is seen."""
    assert not {*skeletons(one)} & {*skeletons(other)}


@given(st.text())
def test_a_skeleton_depends_on_the_fold_alone(name: str) -> None:
    """So a name is found and removed by its fold, however it was spelled."""
    assert skeletons(name) == skeletons(fold(name))


@given(st.text())
def test_a_skeleton_has_a_skeleton_no_other(text: str) -> None:
    """What something looks like looks like itself."""
    assert unicodedata.is_normalized("NFD", skeleton(text))
    assert skeleton(skeleton(text)) == skeleton(text)


def test_names_are_found_by_their_looks() -> None:
    """Each as long as it is known, whoever else looks like it."""
    names = Lookalikes()
    for name in ("bob", "вов", "bob"):
        names.add(name)
    assert {*names.find("ВОВ")} == {"bob", "вов"}
    names.discard("bob")
    assert {*names.find("bob")} == {"вов"}
    names.discard("вов")
    names.discard("вов")
    assert not [*names.find("bob")]
