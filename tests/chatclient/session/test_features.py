"""What a server says about itself."""

import pytest

from chatclient.session.features import Features


def _features(*tokens: str) -> Features:
    features = Features()
    features.update(tokens)
    return features


def test_defaults_are_those_of_rfc_1459() -> None:
    """A server that says nothing is an old one."""
    features = Features()
    assert features.ranks == "@+"
    assert features.is_room("#a")
    assert features.is_room("&a")
    assert not features.is_room("a")
    assert features.fold("A[]\\~") == "a{}|^"
    assert features.line_length == 512
    assert features.network == ""


def test_prefixes_are_highest_first() -> None:
    """PREFIX gives modes and their prefixes in order of rank."""
    features = _features("PREFIX=(qaohv)~&@%+")
    assert features.ranks == "~&@%+"
    assert features.prefixes["h"] == "%"


@pytest.mark.parametrize("value", ["(ov)@", "ov@+", "(", "", "()"])
def test_bad_prefixes_are_harmless(value: str) -> None:
    """A PREFIX that makes no sense changes nothing; an empty one means that there are none."""
    assert _features(f"PREFIX={value}").ranks in {"@+", ""}


@pytest.mark.parametrize(
    ("name", "same"), [("ascii", False), ("rfc1459", True), ("rfc1459-strict", True), ("x", True)]
)
def test_casemapping(name: str, same: bool) -> None:  # noqa: FBT001 - a column of the table
    """Only the mappings of RFC 1459 hold {} to be the lower case of []; it is the default."""
    fold = _features(f"CASEMAPPING={name}").fold
    assert (fold("A[]") == fold("a{}")) is same


def test_room_types() -> None:
    """CHANTYPES says what a room's name begins with; it may be nothing at all."""
    assert _features("CHANTYPES=#+").is_room("+x")
    assert not _features("CHANTYPES=#").is_room("&x")
    assert not _features("CHANTYPES=").is_room("#x")
    assert not _features("CHANTYPES=#").is_room("")


def test_message_to_some_of_a_room() -> None:
    """A STATUSMSG prefix before a room is told apart from the room."""
    features = _features("STATUSMSG=@+")
    assert features.room_of("@#ops") == ("@", "#ops")
    assert features.room_of("#ops") == ("", "#ops")
    assert features.room_of("bob") == ("", "bob")
    assert features.room_of("@bob") == ("", "@bob")


def test_modes_take_parameters_by_their_class() -> None:
    """Lists and members always take a parameter, limits only when set, flags never."""
    features = _features("PREFIX=(ov)@+", "CHANMODES=beI,k,l,mnt")
    changes = [*features.modes("+ntlk-l+o-b", ["5", "key", "bob", "*!*@x"])]
    assert changes == [
        (True, "n", ""),
        (True, "t", ""),
        (True, "l", "5"),
        (True, "k", "key"),
        (False, "l", ""),
        (True, "o", "bob"),
        (False, "b", "*!*@x"),
    ]


def test_missing_parameters_are_empty() -> None:
    """A MODE with fewer parameters than it should have does not fail."""
    assert [*Features().modes("+ov", ["bob"])] == [(True, "o", "bob"), (True, "v", "")]


def test_tokens_can_be_taken_back() -> None:
    """-KEY withdraws a token."""
    features = _features("NETWORK=Example")
    features.update(["-NETWORK"])
    assert features.network == ""


@pytest.mark.parametrize("value", ["x", "", "-5", "9" * 20, "²"])
def test_numbers_that_are_none(value: str) -> None:
    """A length that is no sensible number leaves the default."""
    assert _features(f"LINELEN={value}").line_length == 512
