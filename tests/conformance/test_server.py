"""The server: ISUPPORT, MOTD, LUSERS, VERSION, TIME, INFO, ADMIN, LINKS, HELP (Modern IRC)."""

import re

import pytest
from msgspec.structs import replace

from chatserver.core.limits import Limits
from chatserver.faces.irc.facts import Admin
from tests.conformance.harness import FACTS, OPERATOR, SERVER, IrcClient, Network, commands, params


async def isupport(client: IrcClient) -> dict[str, str]:
    """Return the tokens that VERSION shows."""
    lines = [message for message in await client.ask("VERSION") if message.command == "005"]
    assert all(len(line.params) <= 15 for line in lines)
    return dict(token.partition("=")[::2] for line in lines for token in line.params[1:-1])


@pytest.mark.asyncio
async def test_isupport_tells_the_limits_that_hold() -> None:
    """Thirteen tokens a line at most, ASCII alone, values from the settings ("RPL_ISUPPORT")."""
    limits = Limits(
        nick=20, room=50, topic=100, away=40, reason=60, list_entries=7, rooms_per_user=5
    )
    network = Network(replace(FACTS, limits=limits, network="Net = \\ é x"))
    found = await isupport(await network.connect("foo"))
    assert found == {
        "ACCOUNTEXTBAN": "a", "AWAYLEN": "40", "BOT": "B", "CASEMAPPING": "ascii", "CHANLIMIT": "#:5",
        "CHANMODES": "beI,k,l,Cimnrst", "CHANNELLEN": "50", "CHANTYPES": "#",
        "CHATHISTORY": "100", "ELIST": "CMNTU",
        "EXCEPTS": "e", "EXTBAN": ",am", "HOSTLEN": "63", "INVEX": "I", "KEYLEN": "32", "KICKLEN": "60",
        "MAXLIST": "b:7,e:7,I:7", "MAXTARGETS": "20", "MODES": "20", "MONITOR": "100",
        "MSGREFTYPES": "msgid,timestamp", "NAMELEN": "150",
        "NETWORK": r"Net\x20\x3D\x20\x5C\x20\x20x", "NICKLEN": "20", "PREFIX": "(ov)@+",
        "SAFERATE": "", "STATUSMSG": "@+",
        "TARGMAX": "JOIN:,KICK:20,LIST:,NAMES:,NOTICE:20,PART:,PRIVMSG:20,TAGMSG:20,WHOIS:1",
        "TOPICLEN": "100", "USERLEN": "16", "UTF8MAPPING": "rfc8265", "UTF8ONLY": "", "WHOX": "",
        "draft/ICON": "https://chat.example.org/icon.svg?size\\x3D64",
    }  # fmt: skip


@pytest.mark.asyncio
async def test_what_is_not_configured_is_not_told() -> None:
    """No icon without its address; no mapping of letters that no name has."""
    facts = replace(FACTS, icon="", limits=Limits(unicode_names=False))
    found = await isupport(await Network(facts).connect("foo"))
    assert not {"draft/ICON", "UTF8MAPPING"} & {*found}


@pytest.mark.asyncio
async def test_motd_has_each_line() -> None:
    """RPL_MOTDSTART, RPL_MOTD, RPL_ENDOFMOTD; ERR_NOMOTD without one."""
    foo = await Network().connect("foo")
    answer = await foo.ask("MOTD")
    assert commands(answer) == ["375", "372", "372", "372", "376"]
    assert [m.params[1] for m in answer[1:4]] == ["- Be kind.", "- ", "- Have fun."]
    bar = await Network(replace(FACTS, motd=())).connect("bar")
    assert commands(await bar.ask("MOTD")) == ["422"]


@pytest.mark.parametrize("verb", ["MOTD", "VERSION", "TIME", "INFO", "ADMIN"])
@pytest.mark.asyncio
async def test_a_target_may_be_named(verb: str) -> None:
    """This server, by name or mask, or somebody on it; ERR_NOSUCHSERVER for others."""
    foo = await Network().connect("foo")
    expected = commands(await foo.ask(verb))
    for target in (SERVER, "*.example.org", "foo"):
        assert commands(await foo.ask(f"{verb} {target}")) == expected
    assert params(await foo.ask(f"{verb} other.server"), "402")[:2] == ("foo", "other.server")


@pytest.mark.asyncio
async def test_version_names_software_and_server() -> None:
    """RPL_VERSION, then what is supported."""
    foo = await Network().connect("foo")
    answer = await foo.ask("VERSION")
    assert answer[0].params[:3] == ("foo", "chatserver-test", SERVER)
    assert {*commands(answer[1:])} == {"005"}


@pytest.mark.asyncio
async def test_time_is_the_servers() -> None:
    """RPL_TIME with a timestamp and a text."""
    network = Network()
    foo = await network.connect("foo")
    answer = params(await foo.ask("TIME"), "391")
    assert answer[1:4] == (SERVER, str(network.world.clock.at // 1000), "0")
    assert answer[4] == "Thu 01 Jan 2026 00:00:00 UTC"


@pytest.mark.asyncio
async def test_info_ends() -> None:
    """RPL_INFO, RPL_ENDOFINFO."""
    answer = commands(await (await Network().connect("foo")).ask("INFO"))
    assert {*answer[:-1]} == {"371"}
    assert answer[-1] == "374"


@pytest.mark.asyncio
async def test_admin_says_who_answers_for_it() -> None:
    """RPL_ADMINME, RPL_ADMINLOC1, RPL_ADMINLOC2, RPL_ADMINEMAIL."""
    network = Network(replace(FACTS, admin=Admin("Here", "Us", "us@example.org")))
    answer = await (await network.connect("foo")).ask("ADMIN")
    assert commands(answer) == ["256", "257", "258", "259"]
    assert [m.params[1] for m in answer[1:]] == ["Here", "Us", "us@example.org"]


@pytest.mark.parametrize(("line", "mask"), [("LINKS", "*"), ("LINKS x", "x"), ("LINKS x y", "y")])
@pytest.mark.asyncio
async def test_no_servers_are_linked(line: str, mask: str) -> None:
    """RPL_ENDOFLINKS alone."""
    answer = await (await Network().connect("foo")).ask(line)
    assert commands(answer) == ["365"]
    assert answer[0].params[1] == mask


@pytest.mark.asyncio
async def test_lusers_counts() -> None:
    """Users, invisible ones, operators, rooms, the most at once; strangers if anybody counts."""
    network = Network(replace(FACTS, count_strangers=lambda: 3))
    foo, bar = await network.connect("foo"), await network.connect("bar")
    baz = await network.connect("baz")
    await foo.ask(OPERATOR, "JOIN #a,#b", "PART #b")
    await bar.ask("MODE bar +i")
    await baz.ask("QUIT")
    answer = await foo.ask("LUSERS")
    assert commands(answer) == ["251", "252", "253", "254", "255", "265", "266"]
    assert re.findall(r"\d+", answer[0].params[1]) == ["1", "1", "1"]
    assert [message.params[1] for message in answer[1:4]] == ["1", "3", "1"]
    assert answer[4].params[1] == "I have 2 clients and 0 servers"
    assert answer[5].params[1:3] == answer[6].params[1:3] == ("2", "3")


@pytest.mark.parametrize("verb", ["HELP", "HELPOP"])
@pytest.mark.asyncio
async def test_help_knows_every_command(verb: str) -> None:
    """RPL_HELPSTART, RPL_HELPTXT, RPL_ENDOFHELP with the subject; ERR_HELPNOTFOUND."""
    foo = await Network().connect("foo")
    index = await foo.ask(verb)
    assert {message.params[1] for message in index} == {"*"}
    for subject in [message.params[2] for message in index[3:-1]]:
        answer = await foo.ask(f"{verb} {subject.lower()}")
        assert commands(answer) == ["704", "705", "705", "706"]
        assert {message.params[1] for message in answer} == {subject}
    assert params(await foo.ask(f"{verb} THISISNOTACOMMAND"), "524")[1] == "THISISNOTACOMMAND"
    assert params(await foo.ask(f"{verb} :two words"), "524")[1] == "*"


@pytest.mark.asyncio
async def test_unknown_commands_are_named() -> None:
    """ERR_UNKNOWNCOMMAND; an empty line is none at all."""
    foo = await Network().connect("foo")
    assert params(await foo.ask("frobnicate x"), "421")[:2] == ("foo", "FROBNICATE")
    assert params(await foo.ask("NOT_A_COMMAND"), "421")[:2] == ("foo", "NOT_A_COMMAND")
    assert params(await foo.ask("001 foo"), "421")[:2] == ("foo", "001")
    assert await foo.ask("", " ", ":source", "@tag ") == []


@pytest.mark.asyncio
async def test_commands_are_the_same_in_any_case() -> None:
    """`join` is `JOIN`, and a source before it is ignored."""
    foo = await Network().connect("foo")
    assert commands(await foo.ask(":whoever jOiN   #chan"))[0] == "JOIN"


@pytest.mark.parametrize(
    ("line", "verb"),
    [
        (b"PRIVMSG bar hi\xaa", "PRIVMSG"),
        (b"@a=b :x topic #a :\xff", "TOPIC"),
        (b"\xfe", "*"),
        (b"what \xfe", "*"),
    ],
)
@pytest.mark.asyncio
async def test_what_is_not_utf8_is_refused_and_relayed_to_nobody(line: bytes, verb: str) -> None:
    """FAIL with the command, or `*`, and INVALID_UTF8 (IRCv3 utf8-only)."""
    network = Network()
    foo, bar = await network.connect("foo"), await network.connect("bar")
    assert params(await foo.ask(line), "FAIL")[:2] == (verb, "INVALID_UTF8")
    assert await bar.read() == []


@pytest.mark.parametrize("line", [b"USER foo 0 * :i\xe8rc\xe9", b"USER \xe8rc\xe9 0 * :Foo"])
@pytest.mark.asyncio
async def test_names_that_are_not_utf8_are_refused(line: bytes) -> None:
    """The client may try again."""
    client = Network().client()
    assert commands(await client.ask("NICK foo", line)) == ["FAIL"]
    assert "001" in commands(await client.ask("USER foo 0 * :Foo"))
