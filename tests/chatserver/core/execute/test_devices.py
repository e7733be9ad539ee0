"""Devices of one person: who they are, what each is told, and who hears of their coming and going."""

from chatserver.core.accounts import Account, Verifier
from chatserver.core.commands import (
    ABSENT,
    Connect,
    DropAccount,
    Join,
    Login,
    Logout,
    Part,
    Quit,
    Register,
    RenameRoom,
    Say,
    SetAlwaysOn,
    SetAway,
)
from chatserver.core.effects import (
    Aside,
    Attached,
    AwaySet,
    Close,
    Effect,
    Emission,
    Entered,
    Gathered,
    LoggedIn,
    Reason,
    Recall,
    Refused,
    Welcomed,
)
from chatserver.core.events import AwayChanged, Departed, Joined, Parted, Renamed
from chatserver.core.execute import Stamp, execute
from chatserver.core.execute.devices import MISSED_MOST, bring_back
from chatserver.core.execute.people import REPLACED
from chatserver.core.members import GONE, User
from tests.chatserver.core.chat import Chat, all_of, seen, watchers

PROOF = Verifier(b"salt", 4096, b"stored", b"server")
KEY = b"key"


class Crowd(Chat):
    """A chat in which sessions are told apart."""

    def ask(self, session: int, command: object) -> list[Effect]:
        """Let a session ask for something."""
        self.seq += 1
        return [*execute(self.state, Stamp(self.seq, self.at), session, command)]  # type: ignore[arg-type]

    def register(self, nick: str, *rooms: str) -> User:
        """Let somebody come who makes an account under their nick."""
        user = self.add(nick, *rooms)
        self.do(nick, Register(nick, PROOF))
        return user

    def arrive(
        self, account: str, *, key: bytes = b"", away: str = "", version: int = 0
    ) -> tuple[int, list[Effect]]:
        """Connect with an account; return the session, and what it leads to."""
        known = self.state.accounts.find(account)
        assert known is not None
        session = self.seq + 1
        command = Connect(
            ("x",), "u", "r", "h2", "h2:1", secure=True, face="plain", key=key,
            account=account, version=version or known.version, away=away,
        )  # fmt: skip
        return session, self.ask(session, command)


def kinds(effects: list[Effect]) -> list[str]:
    """Return the types of effects, of emissions those of their events."""
    return [
        type(effect.event if isinstance(effect, Emission) else effect).__name__
        for effect in effects
    ]


def test_who_proves_an_account_that_is_there_is_who_has_it() -> None:
    """The session becomes a device; it alone is told where that is, and nobody else hears of it."""
    chat = Crowd()
    chat.add("bob", "#a")
    ann = chat.register("ann", "#a", "#b")
    session, effects = chat.arrive("ANN")
    assert [*ann.devices] == [ann.id, session]
    assert chat.state.sessions[session] is ann
    assert len(chat.state.users) == 2
    assert all_of(Attached, effects) == [Attached(ann, ann.identity, chat.seq, ("#a", "#b"))]
    assert all_of(Welcomed, effects) == [Welcomed(ann.identity, resumed=True)]
    assert kinds(effects) == [
        "Attached", "Welcomed", "Joined", "Entered", "Joined", "Entered", "Gathered",
    ]  # fmt: skip
    assert {emission.session for emission in all_of(Emission, effects)} == {session}
    assert all(entered.gathered for entered in all_of(Entered, effects))
    assert all_of(Gathered, effects) == [Gathered(ann.identity, ("#a", "#b"), "", "")]
    assert (ann.address, ann.face, ann.secure) == ("h2:1", "plain", False)


def test_a_proof_of_before_is_none() -> None:
    """The record has changed since; or it is gone."""
    chat = Crowd()
    chat.register("ann")
    _, effects = chat.arrive("ann", version=1)
    assert effects == [Refused(Reason.PROOF_OUTDATED, "ann")]
    chat.add("bob")
    assert chat.do("bob", Login("nobody", 1)) == [Refused(Reason.NO_SUCH_ACCOUNT, "nobody")]
    assert chat.do("bob", Login("ann", 1)) == [Refused(Reason.PROOF_OUTDATED, "ann")]


def test_an_account_that_is_not_there_comes_as_anybody() -> None:
    """Under the nick that it asks for, if that is free; its own is nobody else's."""
    chat = Crowd()
    chat.register("ann")
    chat.do("ann", Quit())
    session, effects = chat.arrive("ann")
    user = chat.state.sessions[session]
    assert kinds(effects) == ["Attached", "Welcomed"]
    assert (user.nick, user.identity.account) == ("x", "ann")
    assert chat.state.find_online("Ann") is user


def test_that_one_of_several_devices_goes_is_nobodys_business() -> None:
    """With the last, they leave."""
    chat = Crowd()
    chat.add("bob", "#a")
    ann = chat.register("ann", "#a")
    session, _ = chat.arrive("ann")
    assert chat.ask(ann.id, Quit("bye")) == [Close(ann.id, "bye")]
    assert [*ann.devices] == [session]
    effects = chat.ask(session, Quit("bye"))
    assert watchers(effects, Departed) == {"bob"}
    assert all_of(Close, effects) == [Close(session, "bye", whole=True)]


def test_a_device_with_the_same_key_is_replaced() -> None:
    """Nobody sees anybody leave; a guest's connection with that key ends as it always did."""
    chat = Crowd()
    chat.add("bob", "#a")
    chat.register("ann", "#a")
    dead, _ = chat.arrive("ann", key=KEY)
    alive, effects = chat.arrive("ann", key=KEY)
    assert effects[0] == Close(dead, REPLACED)
    assert all(watchers == {"ann"} for _, watchers in seen(effects))
    assert dead not in chat.state.sessions
    assert chat.state.keys == {KEY: alive}
    chat.ask(alive, Quit())
    guest = chat.seq + 1
    chat.ask(guest, Connect(("eve",), "u", "r", "h", key=KEY))
    chat.ask(guest, Join("#a"))
    _, effects = chat.arrive("ann", key=KEY)
    assert watchers(effects, Departed) == {"bob", "ann"}
    assert chat.state.find_user("eve") is None


def test_the_last_device_is_replaced_without_leaving() -> None:
    """Though there is no other that keeps them there meanwhile."""
    chat = Crowd()
    chat.register("ann", "#a")
    chat.do("ann", Quit())
    dead, _ = chat.arrive("ann", key=KEY)
    ann = chat.state.sessions[dead]
    chat.ask(dead, Join("#a"))
    alive, effects = chat.arrive("ann", key=KEY)
    assert "Departed" not in kinds(effects)
    assert chat.state.sessions == {alive: ann}
    assert [*ann.rooms] == ["#a"]


def test_what_one_device_enters_the_others_are_told_of() -> None:
    """With who is there and the topic, but nothing comes to the front there."""
    chat = Crowd()
    ann = chat.register("ann")
    session, _ = chat.arrive("ann")
    effects = chat.ask(ann.id, Join("#a"))
    (aside,) = all_of(Aside, effects)
    assert aside.session == session
    assert isinstance(aside.reply, Entered)
    assert aside.reply.elsewhere


def test_somebody_is_away_for_what_they_said_last() -> None:
    """On whichever device; the others are told."""
    chat = Crowd()
    chat.add("bob", "#a")
    ann = chat.register("ann", "#a")
    session, _ = chat.arrive("ann")
    effects = chat.ask(ann.id, SetAway("lunch"))
    assert watchers(effects, AwayChanged) == {"bob"}
    assert all_of(Aside, effects) == [Aside(session, AwaySet(True))]
    assert ann.away == "lunch"
    assert all_of(Gathered, chat.arrive("ann")[1])[0].away == "lunch"
    effects = chat.ask(session, SetAway())
    assert len(all_of(Aside, effects)) == 2
    assert ann.away == ""


def test_a_device_that_nobody_is_at_makes_nobody_present() -> None:
    """Who has only such ones is away; one that somebody is at ends that (draft/pre-away)."""
    chat = Crowd()
    chat.add("bob", "#a")
    ann = chat.register("ann", "#a")
    chat.arrive("ann", away=ABSENT)
    assert ann.away == ""
    effects = chat.ask(ann.id, SetAway(ABSENT))
    assert ann.away == GONE
    assert watchers(effects, AwayChanged) == {"bob"}
    _, effects = chat.arrive("ann")
    assert watchers(effects, AwayChanged) == {"bob"}
    assert ann.away == ""
    _, effects = chat.arrive("ann", away="out")
    assert ann.away == "out"


def test_what_one_says_to_oneself_is_echoed_to_one_device() -> None:
    """All have it already, as from others."""
    chat = Crowd()
    ann = chat.register("ann")
    session, _ = chat.arrive("ann")
    effects = all_of(Emission, chat.ask(session, Say("ann", "note")))
    assert [(one.session, one.origin) for one in effects] == [(0, None), (session, ann)]
    effects = all_of(Emission, chat.ask(session, Say("ann", "note")))
    chat.add("bob")
    effects = all_of(Emission, chat.ask(session, Say("bob", "hi")))
    assert [(one.session, one.origin) for one in effects] == [(0, None), (0, ann)]


# --- logging in as who is there -------------------------------------------------------------------


def test_who_logs_in_as_who_is_there_leaves_as_who_they_were() -> None:
    """The session goes on: it hears its new nick, and of the rooms; those that it is in need no JOIN."""
    chat = Crowd()
    chat.add("bob", "#both", "#eve")
    ann = chat.register("ann", "#both", "#ann")
    eve = chat.add("eve", "#both", "#eve")
    effects = chat.do("eve", Login("ann", version(chat, "ann")))
    assert chat.state.sessions[eve.id] is ann
    assert chat.state.find_user("eve") is None
    assert not all_of(Close, effects)
    assert watchers(effects, Departed) == {"bob", "ann"}
    renamed = [
        (one.session, one.event.who.nick, one.event.nick)
        for one in all_of(Emission, effects)
        if isinstance(one.event, Renamed)
    ]
    assert renamed == [(eve.id, "eve", "ann")]
    assert [reply.identity for reply in all_of(LoggedIn, effects)] == [ann.identity]
    joined = {
        (one.event.room, one.session)
        for one in all_of(Emission, effects)
        if isinstance(one.event, Joined)
    }
    assert joined == {("#eve", 0), ("#ann", eve.id)}
    assert {*ann.rooms} == {"#both", "#ann", "#eve"}
    assert {entered.room for entered in all_of(Entered, effects)} == {"#both", "#ann", "#eve"}


def test_rooms_that_they_may_not_enter_are_left() -> None:
    """The session alone is told so."""
    chat = Crowd()
    chat.add("bob", "#closed")
    eve = chat.add("eve", "#closed")
    chat.mode("bob", "#closed", "+i")
    ann = chat.register("ann")
    effects = chat.do("eve", Login("ann", version(chat, "ann")))
    parted = [one for one in all_of(Emission, effects) if isinstance(one.event, Parted)]
    assert [(one.event.room, one.session) for one in parted] == [("#closed", eve.id)]  # type: ignore[attr-defined]
    assert not ann.rooms


def test_devices_of_a_dropped_account_have_no_other_together() -> None:
    """Whoever has one of them may be who the account was dropped for: each has to come anew."""
    chat = Crowd()
    ann = chat.register("ann")
    chat.register("bob")
    known = version(chat, "bob")
    chat.do("bob", Quit())
    session, _ = chat.arrive("ann")
    chat.do("ann", DropAccount())
    assert [*ann.devices] == [ann.id, session]
    refusal = [Refused(Reason.SHARES_ACCOUNT, "ann")]
    assert chat.do("ann", Register("new", PROOF)) == refusal
    assert chat.do("ann", Login("bob", known)) == refusal
    chat.ask(session, Quit())
    assert chat.do("ann", Login("bob", known)) != refusal
    assert ann.identity.account == "bob"


def test_one_of_several_devices_can_become_somebody_else_who_is_there() -> None:
    """The others stay who they are; it can't become somebody who is not there, or a guest."""
    chat = Crowd()
    ann = chat.register("ann", "#a")
    carl = chat.register("carl")
    session, _ = chat.arrive("ann")
    effects = chat.ask(session, Login("carl", version(chat, "carl")))
    assert "Departed" not in kinds(effects)
    assert [*ann.devices] == [ann.id]
    assert chat.state.sessions[session] is carl
    assert {*carl.rooms} == {"#a"}
    chat.register("dan")
    chat.do("dan", Quit())
    refusal = [Refused(Reason.SHARES_ACCOUNT, "carl")]
    assert chat.ask(session, Login("dan", version(chat, "dan"))) == refusal
    assert chat.ask(session, Logout()) == refusal
    assert all_of(LoggedIn, chat.ask(session, Login("carl", version(chat, "carl"))))


# --- always on ------------------------------------------------------------------------------------


def lasting(*rooms: str) -> tuple[Crowd, User]:
    """Return a chat with bob in #a, and ann, who is always on, in `rooms`."""
    chat = Crowd()
    chat.add("bob", "#a")
    ann = chat.register("ann", *rooms)
    chat.do("ann", SetAlwaysOn(on=True))
    return chat, ann


def test_who_is_always_on_stays_without_a_device() -> None:
    """As somebody who is away; what they missed is shown to the device that comes first."""
    chat, ann = lasting("#a")
    effects = chat.do("ann", Quit("bye"))
    assert kinds(effects) == ["AwayChanged", "Close"]
    assert (ann.away, ann.left_seq) == (GONE, chat.seq)
    left = chat.seq
    assert chat.state.find_user("ann") is ann
    chat.do("bob", Say("#a", "hi"))
    _, effects = chat.arrive("ann")
    recalls = all_of(Recall, effects)
    asked = [(one.key, one.direct, one.after, one.limit) for one in recalls]
    assert asked == [("#a", False, left, MISSED_MOST), ("ann", True, left, MISSED_MOST)]
    assert watchers(effects, AwayChanged) == {"bob"}
    assert ann.left_seq == 0
    _, effects = chat.arrive("ann")
    assert {one.limit for one in all_of(Recall, effects)} == {chat.state.limits.history_on_join}


def test_where_they_stay_is_written_down() -> None:
    """With each change; for others it is not."""
    chat, _ = lasting("#a")
    chat.state.accounts.take_changed()
    chat.do("ann", Join("#b"))
    chat.do("ann", Part("#a"))
    ((account,), _) = chat.state.accounts.take_changed()
    assert (account.nick, account.rooms, account.left_seq) == ("ann", ("#b",), 0)
    chat.do("ann", RenameRoom("#b", "#c"))
    ((account,), _) = chat.state.accounts.take_changed()
    assert account.rooms == ("#c",)
    chat.register("dan")
    chat.state.accounts.take_changed()
    chat.do("dan", Join("#c"))
    assert chat.state.accounts.take_changed() == ([], [])


def test_they_are_brought_back_after_a_restart() -> None:
    """With their nick, and in the rooms that there still are; who never was there is not."""
    chat, _ = lasting("#a", "#gone")
    account = chat.state.accounts.find("ann")
    assert account is not None
    again = chat.restart()
    del again.state.rooms["#gone"]
    never = Account("never", 0, 0, 0, always_on=True)
    other = Account("other", 0, 0, 0, nick="other")
    again.state.accounts.restore([account, never, other])
    bring_back(again.state, [account, never, other], 77, again.at)
    (ann,) = again.state.users.values()
    assert (ann.identity.mask, ann.identity.account) == ("ann!u@h", "ann")
    assert ([*ann.rooms], ann.left_seq, ann.away) == (["#a"], 77, GONE)
    assert ann in again.room("#a").members
    assert "#a" not in again.state.empty_rooms


def version(chat: Chat, account: str) -> int:
    """Return the version of an account's record."""
    known = chat.state.accounts.find(account)
    assert known is not None
    return known.version
