"""Parties: who is meant by a name, and since when what was said is somebody's."""

from chatserver.core.commands import ChangeNick, Quit, Say
from chatserver.core.parties import Party, find_party, name_party, reads_since
from tests.chatserver.core.chat import Chat


def test_who_is_meant_by_a_name() -> None:
    """Who has the nick; else the account; else whom one talked with under that nick; else a guest."""
    chat = Chat()
    ann, _ = chat.add("ann"), chat.add("rob")
    chat.log_in("rob", "bob")
    chat.do("ann", Say("rob", "hi"))
    assert find_party(chat.state, ann, "ROB") == Party("bob", "rob")
    chat.do("rob", ChangeNick("robert"))
    assert find_party(chat.state, ann, "rob") == Party("bob", "rob")
    assert find_party(chat.state, ann, "Bob") == Party("bob", "bob")
    chat.add("rob")
    assert find_party(chat.state, ann, "rob") == Party("rob", "rob")
    assert find_party(chat.state, ann, "Nobody") == Party("nobody", "Nobody")


def test_by_which_name_somebody_is_found() -> None:
    """By the nick that they had if that leads to them, else by their account."""
    chat = Chat()
    ann, _ = chat.add("ann"), chat.add("rob")
    chat.log_in("rob", "bob")
    assert name_party(chat.state, ann, "bob", "Rob") == "rob"
    chat.do("rob", Quit())
    assert name_party(chat.state, ann, "bob", "rob") == "bob"
    assert name_party(chat.state, ann, "guest", "Guest") == "Guest"


def test_since_when_it_is_theirs() -> None:
    """An account's since it was made, a guest's since they have the nick."""
    chat = Chat()
    ann = chat.add("ann")
    assert reads_since(chat.state, ann) == ann.named_seq
    made = chat.seq
    chat.log_in("ann")
    chat.do("ann", ChangeNick("anna"))
    assert reads_since(chat.state, ann) == made < ann.named_seq
