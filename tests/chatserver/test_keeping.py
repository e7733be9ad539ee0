"""What is refused while nothing can be kept, and what is told of that."""

from chatserver.core.commands import Command, Join, RegisterRoom, Say, SetAway, Speak
from chatserver.core.effects import Reason, Refused
from chatserver.core.nonces import TAG
from chatserver.keeping import needs_keeping, refuse_command
from tests.chatserver.core.chat import Chat

NONCE = "fMo5eSBXXPjWk5rOb8CK2w"


def test_only_what_must_outlive_the_process_needs_keeping() -> None:
    """Messages, and what is kept of rooms and accounts; not who comes, nor who is away."""
    chat = Chat()
    ann = chat.add("ann", "#a")
    kept: list[Command] = [Say("#a", "hi"), Speak("#a", ("hi",)), RegisterRoom("#a")]
    assert all(needs_keeping(chat.state, ann, command, chat.at) for command in kept)
    shown: list[Command] = [Join("#b"), SetAway("lunch")]
    assert not any(needs_keeping(chat.state, ann, command, chat.at) for command in shown)


def test_what_was_kept_before_needs_no_keeping_again() -> None:
    """Who sends it again is told that it is there, also while the disk fails."""
    chat = Chat()
    ann = chat.add("ann", "#a")
    said = Say("#a", "hi", tags={TAG: NONCE})
    chat.do("ann", said)
    assert not needs_keeping(chat.state, ann, said, chat.at)
    assert needs_keeping(chat.state, ann, Say("#a", "hi"), chat.at)


def test_who_asked_is_told_what_was_not_kept() -> None:
    """By command, and what it was about; of a notice nothing, as those are never answered."""
    (refused,) = refuse_command(RegisterRoom("#a"))
    assert refused == Refused(Reason.NOT_KEPT, "#a", command="RegisterRoom")
    assert refuse_command(Say("#a", "hi", notice=True)) == ()
    each = Refused(Reason.NOT_KEPT, "#a", command="Say")
    assert refuse_command(Speak("#a", ("hi", "again"))) == [each, each]
