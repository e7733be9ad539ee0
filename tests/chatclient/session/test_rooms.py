"""Who is where."""

import pytest

from chatclient.model import Delivery, Kind, MembersChanged
from tests.chatclient.session.wire import MODERN, Wire, last, texts


def _nicks(wire: Wire, name: str) -> list[str]:
    return [member.prefixes[:1] + member.nick for member in wire.room(name).members]


def test_joining() -> None:
    """Our own JOIN opens the room, NAMES fills it, operators stand first."""
    wire = Wire().start()
    room = wire.join("#ops", "zoe", "@bob", "+carl")
    assert room.joined
    assert room.wanted
    assert _nicks(wire, "#ops") == ["@bob", "+carl", "alice", "zoe"]
    assert texts(room) == ["you joined #ops"]


def test_names_with_everything() -> None:
    """multi-prefix and userhost-in-names: all prefixes, user and host."""
    wire = Wire().start(MODERN, "PREFIX=(qaohv)~&@%+")
    room = wire.join("#ops", "~@bob!b@host.example", "%+carl!c@h")
    bob = room.members.get("BOB")
    assert bob
    assert (bob.nick, bob.prefixes, bob.user, bob.host) == ("bob", "~@", "b", "host.example")
    assert _nicks(wire, "#ops") == ["~bob", "%carl", "alice"]


def test_names_in_many_lines() -> None:
    """A long list comes in several lines, and counts when it is complete."""
    wire = Wire().start()
    wire.hear(":alice!a@h JOIN #ops", ":srv 353 alice = #ops :alice bob")
    assert _nicks(wire, "#ops") == ["alice"]
    wire.hear(":srv 353 alice = #ops :carl", ":srv 366 alice #ops :End")
    assert _nicks(wire, "#ops") == ["alice", "bob", "carl"]


def test_names_of_another_room() -> None:
    """Who is in a room that we are not in is told where the user looks."""
    wire = Wire().start()
    wire.hear(":srv 353 alice = #x :bob carl", ":srv 366 alice #x :End")
    assert last(wire.world.active).text == "in #x: bob carl"
    assert wire.world.find("#x") is None


def test_others_come_and_go() -> None:
    """JOIN, PART and QUIT change the members, and are told with their reasons."""
    wire = Wire().start(MODERN)
    room = wire.join("#ops")
    changes = wire.hear(":bob!b@h JOIN #ops acc :Bob Real")
    assert MembersChanged(room) in changes
    bob = room.members.get("bob")
    assert bob
    assert (bob.account, bob.realname, bob.host) == ("acc", "Bob Real", "h")
    wire.hear(":bob!b@h PART #ops :lunch", ":carl!c@h JOIN #ops * :Carl", ":carl!c@h QUIT :sleep")
    assert texts(room)[1:] == [
        "bob joined",
        "bob left: lunch",
        "carl joined",
        "carl left the chat: sleep",
    ]
    assert _nicks(wire, "#ops") == ["alice"]


def test_quit_is_told_in_every_room_and_conversation() -> None:
    """Whoever talks with somebody sees that they are gone; other rooms do not."""
    wire = Wire().start()
    first, second, other = wire.join("#a", "bob"), wire.join("#b", "bob"), wire.join("#c")
    wire.hear(":bob!b@h PRIVMSG alice :psst", ":bob!b@h QUIT :bye")
    for buffer in (first, second, wire.room("bob")):
        assert last(buffer).text == "bob left the chat: bye"
    assert last(other).kind is Kind.JOIN


def test_quits_without_a_reason() -> None:
    """The server's own "Quit:" is no reason."""
    wire = Wire().start()
    room = wire.join("#a", "ann", "bob", "carl")
    wire.hear(":ann!a@h QUIT :Quit", ":bob!b@h QUIT :Quit: ", ":carl!c@h QUIT :Quit: tired")
    assert texts(room)[-3:] == [
        "ann left the chat",
        "bob left the chat",
        "carl left the chat: tired",
    ]


def test_leaving() -> None:
    """After an own PART nobody is known to be in the room, and it is not joined again."""
    wire = Wire().start()
    room = wire.join("#ops", "bob")
    wire.session.part(room, "done")
    assert wire.sent() == ["PART #ops done"]
    wire.hear(":alice!a@h PART #ops :done")
    assert not room.joined
    assert not room.wanted
    assert len(room.members) == 0
    assert last(room).text == "you left #ops"


def test_closing_a_room_leaves_it() -> None:
    """A closed room is left; the PART that comes back opens nothing."""
    wire = Wire().start()
    room = wire.join("#ops")
    wire.session.close(room)
    assert wire.sent() == ["PART #ops"]
    wire.hear(":alice!a@h PART #ops")
    assert wire.world.find("#ops") is None


def test_a_closed_room_stays_closed() -> None:
    """What was on its way when the user closed a room does not open it again."""
    wire = Wire().start(MODERN)
    wire.session.close(wire.join("#ops", "bob"))
    wire.hear(
        ":bob!b@h PRIVMSG #ops :wait",
        ":srv BATCH +h chathistory #ops",
        "@batch=h :bob!b@h PRIVMSG #ops :old",
        ":srv BATCH -h",
        ":alice!a@h PART #ops",
    )
    assert wire.world.find("#ops") is None


def test_kicks() -> None:
    """Who is removed is told with by whom and why; we do not go back by ourselves."""
    wire = Wire().start()
    room = wire.join("#ops", "bob", "carl")
    wire.hear(":bob!b@h KICK #ops carl :spam", ":bob!b@h KICK #ops alice :you too")
    assert texts(room)[1:] == ["bob removed carl: spam", "bob removed you from #ops: you too"]
    assert not room.wanted
    assert not room.joined


def test_nicks_change() -> None:
    """A new nick is told in shared rooms, keeps its prefix, and its conversation follows."""
    wire = Wire().start()
    room = wire.join("#ops", "@bob")
    wire.hear(":bob!b@h PRIVMSG alice :hi")
    direct = wire.room("bob")
    wire.hear(":bob!b@h NICK robert")
    assert _nicks(wire, "#ops") == ["@robert", "alice"]
    assert last(room).text == "bob is now robert"
    assert wire.world.find("bob") is None
    assert wire.room("robert") is direct
    assert direct.name == "robert"


def test_own_nick_changes() -> None:
    """Our own new nick is known at once, whether we or the server changed it."""
    wire = Wire().start()
    room = wire.join("#ops")
    wire.session.set_nick("al")
    assert wire.sent() == ["NICK al"]
    wire.hear(":alice!a@h NICK al")
    assert wire.world.status.nick == "al"
    assert last(room).text == "you are now al"
    assert last(room).own


def test_a_chosen_nick_is_asked_for_again() -> None:
    """After a reconnect we ask for the nick that the user chose last."""
    wire = Wire().start()
    wire.session.set_nick("al")
    wire.hear(":alice!a@h NICK al")
    wire.session.end("lost", wire.now)
    wire.sent()
    wire.session.start()
    assert "NICK al" in wire.sent()


def test_a_refused_nick_is_forgotten() -> None:
    """A nick that is in use when asked for later is told, and not asked for again."""
    wire = Wire().start()
    wire.session.set_nick("bob")
    wire.hear(":srv 433 alice bob :Nickname is already in use")
    assert last(wire.world.active).text == "bob: Nickname is already in use"
    wire.hear(":bob!b@h QUIT :bye")
    assert "NICK bob" not in wire.sent()[1:]


def test_topics() -> None:
    """The topic is known from JOIN on, with who set it and when, and changes are told."""
    wire = Wire().start()
    room = wire.join("#ops")
    wire.hear(":srv 332 alice #ops :work", ":srv 333 alice #ops bob!b@h 1700000000")
    assert (room.topic.text, room.topic.by, room.topic.time) == ("work", "bob", 1_700_000_000.0)
    wire.hear(":carl!c@h TOPIC #ops :play")
    assert (room.topic.text, room.topic.by) == ("play", "carl")
    assert last(room).text == "carl set the topic to: play"
    wire.hear(":carl!c@h TOPIC #ops :")
    assert room.topic.text == ""
    assert last(room).text == "carl removed the topic"
    wire.hear(":srv 331 alice #ops :No topic is set")
    assert room.topic.text == ""


def test_modes() -> None:
    """Prefixes come and go with modes; flags of the room are kept."""
    wire = Wire().start(isupport="PREFIX=(ov)@+ CHANMODES=b,k,l,imnst")
    room = wire.join("#ops", "bob")
    wire.hear(":srv 324 alice #ops +nt")
    assert room.modes == "+nt"
    wire.hear(":srv MODE #ops +ov-t+b bob bob *!*@x")
    bob = room.members.get("bob")
    assert bob
    assert bob.prefixes == "@+"
    assert room.modes == "+n"
    assert last(room).text == "srv set mode +ov-t+b bob bob *!*@x"
    wire.hear(":srv MODE #ops -o bob")
    assert bob.prefixes == "+"


def test_own_modes() -> None:
    """Our own modes are a matter of the server's page."""
    wire = Wire().start()
    wire.hear(":alice MODE alice +i")
    assert last(wire.world.server).text == "alice set mode +i"


def test_away() -> None:
    """away-notify marks members; our own state is in the status."""
    wire = Wire().start(MODERN)
    room = wire.join("#ops", "bob")
    bob = room.members.get("bob")
    assert bob
    seen = []
    for line in (":bob!b@h AWAY :lunch", ":bob!b@h AWAY"):
        wire.hear(line)
        seen.append(bob.away)
    assert seen == [True, False]
    wire.hear(":srv 306 alice :You have been marked as being away")
    assert wire.world.status.away
    wire.hear(":srv 305 alice :You are no longer marked as being away")
    assert not wire.world.status.away


def test_away_lasts_over_connections() -> None:
    """Who is away stays so on the next connection, until they are back."""
    wire = Wire().start()
    wire.session.set_away("lunch")
    assert wire.sent() == ["AWAY lunch"]
    for expected in (["AWAY lunch"], []):
        wire.session.end("lost", wire.now)
        wire.session.start()
        wire.hear(":srv 001 alice :Welcome")
        wire.sent()
        wire.hear(":srv 422 alice :no MOTD")
        assert wire.sent() == expected
        wire.session.set_away("")


def test_names_keep_what_was_known() -> None:
    """Another NAMES does not forget who is away."""
    wire = Wire().start(MODERN)
    room = wire.join("#ops", "bob")
    wire.hear(":bob!b@h AWAY :lunch")
    wire.hear(":srv 353 alice = #ops :alice @bob", ":srv 366 alice #ops :End")
    bob = room.members.get("bob")
    assert bob
    assert bob.away
    assert bob.prefixes == "@"


def test_host_and_name_change() -> None:
    """With chghost and setname the server changes what is known of somebody, without a word."""
    wire = Wire().start(MODERN)
    room = wire.join("#ops", "bob")
    before = texts(room)
    wire.hear(":bob!b@h CHGHOST bb new.host", ":bob!bb@new.host SETNAME :The Bob")
    bob = room.members.get("bob")
    assert bob
    assert (bob.user, bob.host, bob.realname) == ("bb", "new.host", "The Bob")
    assert texts(room) == before


def test_invitations() -> None:
    """An invitation to us says what to type; one of others is told in the room."""
    wire = Wire().start(MODERN)
    room = wire.join("#ops")
    wire.hear(":bob!b@h INVITE alice #dev", ":bob!b@h INVITE carl #ops")
    line = last(wire.world.active)
    assert line.text == "bob invites you to #dev: /join #dev"
    assert line.mention
    assert last(room).text == "bob invited carl"


def test_names_fold_as_the_server_says() -> None:
    """With rfc1459 casemapping, #A[ and #a{ are one room, and so are nicks."""
    wire = Wire().start(isupport="CASEMAPPING=rfc1459")
    room = wire.join("#A[", "Bob[x]")
    wire.hear(":bob{X}!b@h PRIVMSG #a{ :hi")
    assert last(room).text == "hi"
    wire.hear(":BOB{x}!b@h PART #a{")
    assert _nicks(wire, "#A[") == ["alice"]


def test_strangers_change_nothing() -> None:
    """Events of rooms that we are not in, or of people who are not there, are harmless."""
    wire = Wire().start()
    room = wire.join("#ops")
    before = texts(room)
    wire.hear(
        ":bob!b@h JOIN #other",
        ":bob!b@h PART #ops",
        ":bob!b@h KICK #other carl",
        ":bob!b@h NICK rob",
        ":bob!b@h AWAY :x",
        ":bob!b@h TOPIC #other :x",
        ":srv MODE #other +o bob",
        ":srv MODE #ops +o nobody",
    )
    assert texts(room)[: len(before)] == before
    assert _nicks(wire, "#ops") == ["alice"]
    assert wire.world.find("#other") is None


def test_leaving_and_coming_back_at_once() -> None:
    """Who says /part and /join before the server has answered is in the room in the end."""
    wire = Wire().start()
    room = wire.join("#ops")
    wire.session.part(room)
    wire.session.join("#ops")
    assert wire.sent() == ["PART #ops", "JOIN #ops"]
    wire.hear(":alice!a@h PART #ops")
    assert (room.joined, room.wanted) == (False, True)
    wire.hear(":alice!a@h JOIN #ops")
    assert (room.joined, room.wanted) == (True, True)
    wire.hear(":alice!a@h PART #ops")  # now the server puts us out
    assert not room.wanted


def test_what_waits_to_be_said_where_we_are_no_longer() -> None:
    """It goes to the server, which says that it cannot be said: it does not wait for ever."""
    wire = Wire().start(f"{MODERN} draft/chathistory chatserver.dev/nonce")
    room = wire.join("#ops")
    assert wire.say(room, "hello") == []  # until the past is filled in
    wire.hear(":bob!b@h KICK #ops alice :out")
    assert wire.sent() == ["@label=m1 PRIVMSG #ops hello"]
    wire.hear("@label=m1 :srv 404 alice #ops :you are not in the room")
    assert last(room).delivery is Delivery.FAILED


def test_a_topic_that_was_removed_meanwhile() -> None:
    """Who comes back to a room that tells no topic does not go on showing the old one."""
    wire = Wire().start()
    room = wire.join("#ops")
    wire.hear(":srv 332 alice #ops :the old one")
    assert room.topic.text == "the old one"
    wire.session.end("lost", wire.now)
    wire.start()
    wire.join("#ops")
    assert room.topic.text == ""
    wire.hear(":srv 332 alice #ops :the new one")
    assert room.topic.text == "the new one"


def test_members_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server cannot fill the memory with people: neither by lists that it never ends, nor by joins."""
    monkeypatch.setattr("chatclient.session.rooms._LISTED_MOST", 1000)
    wire = Wire().start(MODERN)
    room = wire.join("#ops")
    many = " ".join(f"n{number}" for number in range(100))
    wire.hear(*(f":srv 353 alice = #r{room} :{many}" for room in range(100) for _ in range(2)))
    state = wire.session._state
    assert sum(map(len, state.names.values())) <= 1100
    wire.hear(*(f":n{number}!u@h JOIN #ops" for number in range(2000)))
    assert len(room.members) == 1000
