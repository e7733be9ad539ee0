"""The IRC grammar: the shared vectors, round trips, and that no input breaks it."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from parser_tests import data as vectors

from chatwire.message import (
    EncodingError,
    GrammarError,
    Message,
    escape_tag,
    format_line,
    format_tags,
    parse,
    parse_tags,
    parse_text,
    split_tags,
    unescape_tag,
)

# Valid parts of a line, as the specification has them.
printable = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]))
words = st.text(
    st.characters(exclude_characters="\r\n\0 ", exclude_categories=["Cs"]), min_size=1
).filter(lambda word: not word.startswith(":"))
commands = st.text("ABYZ", min_size=1, max_size=12) | st.integers(0, 999).map("{:03}".format)
sources = st.none() | words
keys = st.builds(
    "{}{}{}".format,
    st.sampled_from(("", "+")),
    st.sampled_from(("", "vendor/", "a.example-9.org/")),
    st.text("azAZ09-", min_size=1, max_size=9),
)
values = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
tag_sets = st.dictionaries(keys, values, max_size=5)
messages = st.builds(
    lambda command, middle, last, source, tags: Message(command, (*middle, *last), source, tags),
    commands,
    st.lists(words, max_size=5).map(tuple),
    st.lists(printable, max_size=1).map(tuple),
    sources,
    tag_sets,
)


def write(message: Message) -> str:
    """Return the line that `message` is."""
    return format_line(message.command, message.params, source=message.source, tags=message.tags)


@pytest.mark.parametrize("case", vectors.msg_split["tests"], ids=lambda case: case["input"])
def test_splits_as_the_shared_vectors_say(case: Mapping[str, Any]) -> None:
    """Every line of irc-parser-tests splits into its atoms."""
    atoms = case["atoms"]
    assert parse(case["input"].encode()) == Message(
        atoms["verb"].upper(),
        tuple(atoms.get("params", ())),
        atoms.get("source"),
        {key: value or "" for key, value in atoms.get("tags", {}).items()},
    )


@pytest.mark.parametrize("case", vectors.msg_join["tests"], ids=lambda case: case["desc"])
def test_joins_as_the_shared_vectors_say(case: Mapping[str, Any]) -> None:
    """Every set of atoms of irc-parser-tests becomes one of the lines that are right for it."""
    atoms = case["atoms"]
    line = format_line(
        atoms["verb"],
        atoms.get("params", ()),
        source=atoms.get("source"),
        tags=atoms.get("tags"),
    )
    assert line in case["matches"]


@pytest.mark.parametrize("case", vectors.userhost_split["tests"], ids=lambda case: case["source"])
def test_the_nick_of_a_source(case: Mapping[str, Any]) -> None:
    """The nick is what stands before `!` and `@`, as in the shared vectors."""
    assert Message("PING", source=case["source"]).nick == case["atoms"].get("nick", "")


@given(messages)
def test_what_is_written_is_read_again(message: Message) -> None:
    """Parsing undoes formatting, whatever the parameters, the source and the tags are."""
    assert parse(write(message).encode()) == message


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_a_grammar_error(line: bytes) -> None:
    """No input from the network raises anything but GrammarError."""
    try:
        message = parse(line)
    except GrammarError:
        return
    assert message.command
    assert message.command == message.command.upper()


@given(st.text(alphabet="@:;=+ \\sa1\r\n\0é", max_size=60))
@example(":\r a")  # a source of which nothing is left
def test_what_is_read_is_written_and_read_the_same(text: str) -> None:
    """Reading is a projection: a line read, written and read again is the same message."""
    try:
        message = parse_text(text)
        written = write(message)
    except ValueError:
        return
    again = parse_text(written)
    assert write(again) == written


@given(
    st.text(),
    st.lists(st.text()),
    st.none() | st.text(),
    st.dictionaries(st.text(), st.none() | st.text()),
)
def test_no_text_becomes_a_second_line(
    command: str, params: list[str], source: str | None, tags: dict[str, str | None]
) -> None:
    """Whatever is formatted, CR, LF and NUL never get through."""
    try:
        line = format_line(command, params, source=source, tags=tags)
    except ValueError:
        return
    assert not set("\r\n\0") & set(line)


@given(st.dictionaries(st.text(), st.none() | st.text()))
def test_tags_are_one_word_on_the_wire(tags: dict[str, str | None]) -> None:
    """Whatever keys and values are, the only space is the one at the end."""
    written = format_tags(tags)
    assert not written or (written.startswith("@") and written.index(" ") == len(written) - 1)


@pytest.mark.parametrize(
    "line", [b"", b" ", b"@a=b", b"@a=b ", b":nick", b":nick ", b"@", b":", b"@ :"]
)
def test_a_line_without_a_command_is_no_message(line: bytes) -> None:
    """Tags and source alone say nothing."""
    with pytest.raises(GrammarError, match="no command"):
        parse(line)


@pytest.mark.parametrize(
    "line", [b"12", b"1234", b"JOIN1", b"J\xc3\xa9", b"/join", b"\x03JOIN", b"\t"]
)
def test_a_command_is_letters_or_three_digits(line: bytes) -> None:
    """Anything else in the place of the command is no message."""
    with pytest.raises(GrammarError, match="letters or three digits"):
        parse(line)


def test_bytes_that_are_not_utf8_are_told_apart() -> None:
    """The face answers them differently (UTF8ONLY), so they raise an error of their own."""
    with pytest.raises(EncodingError, match="byte 8"):
        parse(b"PRIVMSG \xff :x")


def test_commands_are_read_in_any_case() -> None:
    """Commands are case-insensitive, and `Message` has them in upper case."""
    assert parse(b"PrivMsg").command == "PRIVMSG"


def test_missing_parameters_have_a_default() -> None:
    """A handler asks for a parameter without counting first."""
    message = parse(b"JOIN #a")
    assert (message.param(0), message.param(1)) == ("#a", "")


@pytest.mark.parametrize("params", [("", "x"), ("a b", "x"), (":a", "x")])
def test_only_the_last_parameter_may_need_a_colon(params: tuple[str, ...]) -> None:
    """A middle parameter that would be read as something else is refused, never mangled."""
    with pytest.raises(ValueError, match="only the last"):
        format_line("PRIVMSG", params)


def test_a_break_in_a_text_loses_nothing_of_it() -> None:
    """A break becomes a space, and the text stays one parameter."""
    assert format_line("PRIVMSG", ["#a", "one\ntwo"]) == "PRIVMSG #a :one two"
    with pytest.raises(ValueError, match="only the last"):
        format_line("PRIVMSG", ["#a\nb", "text"])


@given(values)
def test_escaping_is_undone(value: str) -> None:
    """A tag value survives the wire, and its escaped form has nothing that ends a tag or a line."""
    escaped = escape_tag(value)
    assert unescape_tag(escaped) == value
    assert not set("; \r\n") & set(escaped)


@pytest.mark.parametrize(
    ("escaped", "value"),
    [(r"a\:b", "a;b"), (r"\s\\\r\n", " \\\r\n"), (r"a\bc", "abc"), ("tail\\", "tail"), ("", "")],
)
def test_unescaping(escaped: str, value: str) -> None:
    """The five escapes; an unknown one loses its backslash, and so does a lone one at the end."""
    assert unescape_tag(escaped) == value


def test_the_last_of_a_repeated_tag_counts() -> None:
    """IRCv3 message-tags: with two values for a key, the last one is used."""
    assert parse_tags("a=1;b;a=2;;=x") == {"a": "2", "b": ""}


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        (b"@a=b PING x", (b"@a=b ", b"PING x")),
        (b"PING x", (b"", b"PING x")),
        (b"@a=b", (b"@a=b", b"")),
        (b"@a  PING", (b"@a ", b" PING")),
    ],
)
def test_the_tag_section_is_split_off(line: bytes, parts: tuple[bytes, bytes]) -> None:
    """Tags have a size limit of their own, so their bytes are told apart from those of the rest."""
    assert split_tags(line) == parts
