"""Logging in, before the welcome and after it, against a server that plays its part by hand."""

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scramp import ScramMechanism

from chatclient.model import PasswordProven, Question, ReconnectWanted
from chatclient.session.login import PATIENCE
from chatclient.session.sasl import MOST_ITERATIONS, KeptKeys, Scram
from tests.chatclient.session.wire import Wire, texts

ITERATIONS = 4096


def _begin(wire: Wire, mechanisms: str, *, private: bool = True, secure: bool = False) -> list[str]:
    """Connect to a server that offers these, and return what is sent after the capabilities."""
    wire.world.set_status(replace(wire.world.status, private=private, secure=secure))
    wire.session.start()
    wire.sent()
    value = f"sasl={mechanisms}" if mechanisms else "sasl"
    wire.hear(f":srv CAP * LS :{value}")
    assert wire.sent() == ["CAP REQ sasl"]
    wire.hear(":srv CAP * ACK :sasl")
    return wire.sent()


def _ask(wire: Wire) -> Question:
    question = wire.world.question
    assert question is not None
    return question


def _encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


def test_plain() -> None:
    """Account and password, where nobody else can read them; then the negotiation ends."""
    wire = Wire(account="alice", password="sesame")
    assert _begin(wire, "PLAIN") == ["AUTHENTICATE PLAIN"]
    wire.hear("AUTHENTICATE +")
    assert wire.sent() == [f"AUTHENTICATE {_encoded(chr(0) + 'alice' + chr(0) + 'sesame')}"]
    wire.hear(
        ":srv 900 alice alice!a@h Alice :You are now logged in as Alice",
        ":srv 903 alice :SASL authentication successful",
    )
    assert wire.sent() == ["CAP END"]
    assert wire.world.status.account == "Alice"


def _scram(wire: Wire, password: str, *, lie: bool = False) -> Sequence[str]:
    """Play the server of SCRAM that knows `password`; return what the client says last."""
    server = ScramMechanism("SCRAM-SHA-256").make_server(
        lambda _name: ScramMechanism("SCRAM-SHA-256").make_auth_info(
            password, iteration_count=ITERATIONS
        )
    )
    wire.hear("AUTHENTICATE +")
    (first,) = wire.sent()
    server.set_client_first(b64decode(first.partition(" ")[2]).decode())
    wire.hear(f"AUTHENTICATE {_encoded(server.get_server_first())}")
    (final,) = wire.sent()
    try:
        server.set_client_final(b64decode(final.partition(" ")[2]).decode())
    except Exception:  # noqa: BLE001 - whatever it is, the server says no
        wire.hear(":srv 904 alice :Wrong")
        return wire.sent()
    told = "v=bm90IGl0" if lie else server.get_server_final()
    wire.hear(f"AUTHENTICATE {_encoded(told)}")
    return wire.sent()


def test_scram() -> None:
    """The password is proven and not told, although others can read; the server has to know it too."""
    wire = Wire(account="alice", password="sesame")
    assert _begin(wire, "PLAIN,SCRAM-SHA-256", private=False) == ["AUTHENTICATE SCRAM-SHA-256"]
    assert _scram(wire, "sesame") == ["AUTHENTICATE +"]
    wire.hear(":srv 903 alice :ok")
    assert wire.sent() == ["CAP END"]
    assert wire.world.status.account == "alice"


def test_a_server_that_does_not_know_the_password() -> None:
    """Who cannot prove that it knows the account is left, whatever it says."""
    wire = Wire(account="alice", password="sesame")
    _begin(wire, "SCRAM-SHA-256")
    assert _scram(wire, "sesame", lie=True) == ["AUTHENTICATE *", "QUIT"]
    wire = Wire(account="alice", password="sesame")
    _begin(wire, "SCRAM-SHA-256")
    wire.hear(":srv 903 alice :of course you are")
    assert wire.sent() == ["QUIT"]
    assert "did not prove" in wire.session.fatal


def test_a_typed_password_that_was_right_may_be_remembered() -> None:
    """Once the server has taken it, once; one that was not typed is known somewhere already."""
    wire = Wire(account="alice", password="wrong")
    _begin(wire, "PLAIN")
    wire.hear("AUTHENTICATE +", ":srv 904 alice :Wrong")
    wire.session.end("bye", wire.now)
    wire.world.answer("sesame")
    assert not [change for change in wire.changes() if isinstance(change, PasswordProven)]
    for expected in ([PasswordProven("alice", "sesame")], []):
        _begin(wire, "PLAIN")
        wire.hear("AUTHENTICATE +")
        changes = wire.hear(":srv 903 alice :ok")
        assert [change for change in changes if isinstance(change, PasswordProven)] == expected
        assert "sesame" not in repr(changes)


def test_a_wrong_password_is_asked_for_again() -> None:
    """It ends the connection; the answer is tried on the next, and no other mechanism before."""
    wire = Wire(account="alice", password="wrong")
    _begin(wire, "SCRAM-SHA-256,PLAIN")
    assert _scram(wire, "sesame") == ["QUIT"]
    question = _ask(wire)
    assert question.hidden
    assert question.holds
    assert "refuses the login as alice: Wrong" in question.text[0]
    assert "refuses the login" in wire.session.fatal
    wire.session.end("bye", wire.now)
    wire.world.answer("sesame")
    assert not wire.session.fatal
    assert ReconnectWanted() in wire.changes()
    _begin(wire, "SCRAM-SHA-256")
    assert _scram(wire, "sesame") == ["AUTHENTICATE +"]


def test_nothing_is_said_while_a_password_is_checked() -> None:
    """Whoever types it again at once would say it to a room; when it is known, they can go on."""
    wire = Wire().start("sasl=PLAIN")
    wire.world.set_status(replace(wire.world.status, private=True))
    for numeric, asked in (("904", "password of alice"), ("903", "")):
        if numeric == "904":
            wire.session.login("alice")
        wire.world.answer("sesame")
        checking = _ask(wire)
        assert (checking.label, checking.hidden) == ("checking the password", True)
        wire.world.answer("sesame")
        assert _ask(wire) is checking
        wire.hear("AUTHENTICATE +", f":srv {numeric} alice :that is how it is")
        assert (wire.world.question.label if wire.world.question else "") == asked


def test_a_check_that_ends_with_the_connection_or_is_not_waited_for() -> None:
    """There is nothing to wait for then."""
    wire = Wire().start("sasl=PLAIN")
    wire.world.set_status(replace(wire.world.status, private=True))
    wire.session.login("alice")
    wire.world.answer("sesame")
    wire.session.end("cut", wire.now)
    assert wire.world.question is None
    wire.start("sasl=PLAIN")
    wire.session.login("alice")
    wire.world.answer("sesame")
    wire.world.answer(None)
    assert wire.world.question is None


@pytest.mark.parametrize("closed", [False, True])
def test_nothing_is_said_before_a_password_is_checked_on_another_connection(
    *, closed: bool
) -> None:
    """Nor while it comes, whether the one before is over or not: until it is known or given up."""
    wire = Wire(account="alice", password="wrong")
    _begin(wire, "PLAIN")
    wire.hear("AUTHENTICATE +", ":srv 904 alice :no")
    if closed:
        wire.session.end("bye", wire.now)
    wire.world.answer("wrong")
    checking = _ask(wire)
    assert checking.closed
    if not closed:
        wire.session.end("bye", wire.now)
    _begin(wire, "PLAIN")
    wire.session.end("cut", wire.now)
    _begin(wire, "PLAIN")
    assert _ask(wire) is checking
    wire.hear("AUTHENTICATE +", ":srv 904 alice :no")
    assert _ask(wire).label == "password of alice"
    wire.session.end("bye", wire.now)
    wire.world.answer("sesame")
    _begin(wire, "PLAIN")
    assert _ask(wire).closed
    wire.hear("AUTHENTICATE +", ":srv 903 alice :ok")
    assert wire.world.question is None


def test_the_first_password_is_checked_before_anything_is_said() -> None:
    """Esc goes on; an end that no other connection helps against does too."""
    wire = Wire(account="alice")
    wire.session.prepare()
    wire.world.answer("sesame")
    assert _ask(wire).closed
    wire.world.answer(None)
    assert wire.world.question is None
    wire = Wire(account="alice")
    wire.session.prepare()
    wire.world.answer("sesame")
    wire.session.start()
    wire.hear(":srv FAIL * ACCOUNT_REQUIRED :You have to log in")
    wire.session.end("bye", wire.now)
    assert wire.world.question is None


def test_login_while_there_is_no_connection() -> None:
    """It makes one, and what is typed meanwhile is said to nobody either."""
    wire = Wire()
    wire.session.login("alice")
    wire.world.answer("sesame")
    assert ReconnectWanted() in wire.changes()
    assert _ask(wire).closed


def test_going_on_without_an_account_checks_nothing() -> None:
    """There is no password then that could be wrong."""
    wire = Wire(account="alice", password="sesame")
    wire.session.start()
    wire.hear(":srv CAP * LS :none/of/ours")
    wire.world.answer("yes")
    assert wire.world.question is None


def test_a_question_comes_before_what_is_only_waited_for() -> None:
    """As whether a certificate is right, before the password can be checked at all."""
    wire = Wire(account="alice")
    wire.session.prepare()
    wire.world.answer("sesame")
    checking = _ask(wire)
    asked = Question("once, always, no", lambda _: None)
    wire.world.ask(asked)
    assert _ask(wire) is asked
    wire.world.answer("once")
    assert _ask(wire) is checking


def test_devices_do_not_fight_for_a_nick() -> None:
    """Which an account has, it has for all: as it is on coming in, and as another device changes it."""
    wire = Wire(nick="bea", account="ann", password="sesame")
    _begin(wire, "PLAIN")
    wire.hear("AUTHENTICATE +", ":srv 900 bea bea!b@h ann :hi", ":srv 903 bea :ok")
    wire.hear(":srv 001 ann :Welcome", ":srv 422 ann :no MOTD")
    wire.sent()
    wire.hear(":srv PONG srv :alive-1", ":ann!a@h NICK anna", ":srv PONG srv :alive-2")
    assert [line for line in wire.sent() if line.startswith("NICK")] == []
    assert wire.world.status.nick == "anna"
    wire.session.set_nick("annie")
    wire.hear(":anna!a@h NICK annie")
    wire.sent()
    wire.hear(":srv PONG srv :alive-3")
    assert wire.sent() == []


def test_a_question_that_is_given_up() -> None:
    """Without an answer there is no other connection: nobody is let in as somebody else."""
    wire = Wire(account="alice", password="wrong")
    _begin(wire, "PLAIN")
    wire.hear(":srv 904 alice :no")
    wire.world.answer(None)
    assert wire.session.fatal
    assert wire.world.question is None


def test_the_first_password_is_asked_for() -> None:
    """Before the first connection; without anybody who answers, there is none."""
    wire = Wire(account="alice")
    wire.session.prepare()
    assert _ask(wire).label == "password of alice"
    wire.world.answer("sesame")
    assert not wire.session.fatal
    silent = Wire(account="alice", asks=False)
    silent.session.prepare()
    assert "password of alice is missing" in silent.session.fatal


def test_a_mechanism_that_the_server_cannot_use() -> None:
    """If it refuses before it took part, the next one is tried; 908 tells which there are."""
    wire = Wire(account="alice", password="sesame")
    _begin(wire, "")
    wire.hear(":srv 908 alice PLAIN :are available", ":srv 904 alice :no such mechanism")
    assert wire.sent() == ["AUTHENTICATE PLAIN"]
    wire.hear("AUTHENTICATE +", ":srv 904 alice :wrong")
    assert wire.sent()[-1] == "QUIT"


def test_no_password_in_the_clear() -> None:
    """PLAIN alone, and others can read: the user is asked, and remembered for this run."""
    wire = Wire(account="alice", password="sesame")
    assert _begin(wire, "PLAIN", private=False) == ["QUIT"]
    assert "others may read it" in " ".join(_ask(wire).text)
    wire.world.answer("y")
    assert ReconnectWanted() in wire.changes()
    assert _begin(wire, "PLAIN", private=False) == ["AUTHENTICATE PLAIN"]


def test_external() -> None:
    """The certificate comes first, over TLS; who has only that goes on without if it is unknown."""
    wire = Wire(account="alice", password="sesame", certificate=True)
    assert _begin(wire, "EXTERNAL,PLAIN", secure=True) == ["AUTHENTICATE EXTERNAL"]
    wire.hear("AUTHENTICATE +")
    assert wire.sent() == ["AUTHENTICATE +"]
    wire.hear(":srv 904 * :unknown")
    assert wire.sent() == ["AUTHENTICATE PLAIN"]
    wire = Wire(certificate=True)
    _begin(wire, "EXTERNAL", secure=True)
    wire.hear("AUTHENTICATE +")
    wire.hear(":srv 904 * :unknown")
    assert wire.sent() == ["AUTHENTICATE +", "CAP END"]
    assert "does not know your certificate" in texts(wire.world.server)[-1]


@pytest.mark.parametrize("caps", ["server-time", "none/of/ours"])
def test_a_server_without_login(caps: str) -> None:
    """Who should be logged in is asked whether to go on without."""
    wire = Wire(account="alice", password="sesame")
    wire.session.start()
    wire.hear(f":srv CAP * LS :{caps}", f":srv CAP * ACK :{caps}")
    assert wire.sent()[-1] == "QUIT"
    wire.world.answer("yes")
    wire.changes()
    wire.session.start()
    wire.hear(":srv CAP * LS :none/of/ours")
    assert wire.sent()[-1] == "CAP END"


def test_a_server_that_knows_no_capabilities() -> None:
    """It welcomes us without waiting: that counts as no login."""
    wire = Wire(account="alice", password="sesame")
    wire.session.start()
    wire.hear(":srv 001 alice :Welcome")
    assert wire.sent()[-1] == "QUIT"
    assert not wire.session.online


def test_long_answers_come_in_pieces() -> None:
    """400 bytes a line; a last one that is full is followed by a plus."""
    wire = Wire(account="alice", password="x" * (300 - 7))
    _begin(wire, "PLAIN")
    wire.hear("AUTHENTICATE +")
    pieces = [line.partition(" ")[2] for line in wire.sent()]
    assert [len(piece) for piece in pieces] == [400, 1]
    assert pieces[1] == "+"
    wire = Wire(account="alice", password="x" * 500)
    _begin(wire, "PLAIN")
    wire.hear("AUTHENTICATE +")
    pieces = [line.partition(" ")[2] for line in wire.sent()]
    assert b64decode("".join(pieces)).endswith(b"x" * 500)


def test_login_comes_back() -> None:
    """When services return (CAP NEW), we log in on the connection that stands."""
    wire = Wire(account="alice", password="sesame")
    _begin(wire, "PLAIN")
    wire.hear("AUTHENTICATE +", ":srv 903 alice :ok", ":srv 001 alice :hi", ":srv 422 alice :no")
    wire.sent()
    wire.hear(":srv CAP alice DEL :sasl", ":srv 901 alice alice!a@h :You are logged out")
    assert wire.world.status.account == ""
    wire.hear(":srv CAP alice NEW :sasl=PLAIN")
    assert wire.sent() == ["CAP REQ sasl"]
    wire.hear(":srv CAP alice ACK :sasl")
    assert wire.sent() == ["AUTHENTICATE PLAIN"]


def test_login_while_connected() -> None:
    """/login asks, logs in at once, and asks again when it was wrong; rooms stay."""
    wire = Wire().start("sasl=PLAIN")
    wire.world.set_status(replace(wire.world.status, private=True))
    room = wire.join("#ops")
    wire.session.login("alice")
    wire.world.answer("wrong")
    assert wire.sent() == ["AUTHENTICATE PLAIN"]
    wire.hear("AUTHENTICATE +", ":srv 904 alice :no")
    wire.sent()
    assert not wire.session.fatal
    wire.world.answer("sesame")
    assert wire.sent() == ["AUTHENTICATE PLAIN"]
    wire.hear("AUTHENTICATE +", ":srv 903 alice :ok")
    assert wire.world.status.account == "alice"
    assert room.joined


def test_a_server_that_lets_one_log_in_once() -> None:
    """ERR_SASLALREADY: another connection does it."""
    wire = Wire().start("sasl=PLAIN")
    wire.world.set_status(replace(wire.world.status, private=True))
    wire.session.login("alice")
    wire.world.answer("sesame")
    assert ReconnectWanted() in wire.hear(":srv 907 alice :You have already authenticated")


def test_logout() -> None:
    """Nothing is left of the account, nor of the session that had it."""
    wire = Wire(account="alice", password="sesame")
    _begin(wire, "PLAIN")
    wire.hear("AUTHENTICATE +", ":srv 903 alice :ok", ":srv 001 alice :hi", ":srv 422 alice :no")
    wire.session.logout()
    assert ReconnectWanted() in wire.changes()
    wire.session.end("bye", wire.now)
    assert _begin(wire, "PLAIN") == ["CAP END"]


def test_no_password_is_shown() -> None:
    """In no line, whatever happens."""
    wire = Wire(account="alice", password="sesame")
    _begin(wire, "PLAIN")
    wire.hear("AUTHENTICATE +", ":srv 904 alice :no")
    wire.world.answer("open-it")
    shown = "".join(line.text for buffer in wire.world.buffers for line in buffer.lines)
    assert "sesame" not in shown
    assert "open-it" not in shown


def test_the_proof_is_that_of_the_specification() -> None:
    """The example of RFC 7677, section 3, byte for byte."""
    scram = Scram("user", "pencil", "rOprNGfwEbeRWgbNEkqO", KeptKeys())
    assert scram.answer(b"") == b"n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
    told = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    assert scram.answer(told.encode()) == (
        b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
        b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    )
    assert not scram.proven
    assert scram.answer(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=") == b""
    assert scram.proven


def test_a_signature_that_is_wrong() -> None:
    """A server that does not know the password cannot sign."""
    scram = Scram("user", "pencil", "n" * 22, KeptKeys())
    scram.answer(b"")
    scram.answer(f"r={'n' * 22}x,s=c2FsdA==,i=1".encode())
    assert isinstance(scram.answer(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="), str)
    assert not scram.proven


def test_what_takes_long_is_computed_once() -> None:
    """With the same password, salt and iterations the next login is quick; with others it is not."""
    kept = KeptKeys()
    first = kept.salted(b"sesame", b"salt", 2)
    assert kept.salted(b"sesame", b"salt", 2) is first
    assert kept.salted(b"other", b"salt", 2) != first
    assert kept.salted(b"sesame", b"salt", 3) != first
    assert kept.salted(b"sesame", b"salt", 2) == first


def test_a_server_that_never_says_how_the_login_ended() -> None:
    """Who waits for that is asked again after a while, and can speak again."""
    wire = Wire().start("sasl=PLAIN")
    wire.world.set_status(replace(wire.world.status, private=True))
    wire.session.login("alice")
    wire.world.answer("sesame")
    assert [question.closed for question in [wire.world.question] if question] == [True]
    again = wire.session.expire(wire.now)
    assert again == wire.now + PATIENCE
    wire.session.expire(again)
    assert wire.sent()[-1] == "AUTHENTICATE *"
    assert [question.closed for question in [wire.world.question] if question] == [False]


def test_too_much_to_compute() -> None:
    """A server cannot have us compute for hours."""
    scram = Scram("alice", "sesame", "n" * 22, KeptKeys())
    scram.answer(b"")
    asked = f"r={'n' * 22}x,s=c2FsdA==,i={MOST_ITERATIONS + 1}".encode()
    assert scram.answer(asked) == "the server asks for a proof that takes too long to compute"


@given(st.lists(st.binary(max_size=80), max_size=4))
def test_no_challenge_raises(challenges: list[bytes]) -> None:
    """Whatever a server sends as a challenge, there is an answer or a reason why not."""
    scram = Scram("alice", "sesame", "n" * 22, KeptKeys())
    for challenge in challenges:
        assert isinstance(scram.answer(challenge), bytes | str)


@given(st.text(max_size=9), st.text(max_size=9), st.text("0123456789", max_size=3))
def test_no_proof_raises(nonce: str, salt: str, iterations: str) -> None:
    """Also when it looks as it should."""
    scram = Scram("alice", "sesame", "n" * 22, KeptKeys())
    scram.answer(b"")
    answer = scram.answer(f"r={'n' * 22}{nonce},s={salt},i={iterations}".encode())
    assert isinstance(answer, bytes | str)
    assert isinstance(scram.answer(f"v={salt}".encode()), bytes | str)


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=60)))
def test_no_line_raises(words: list[str]) -> None:
    """Whatever stands after AUTHENTICATE."""
    wire = Wire(account="alice", password="sesame")
    _begin(wire, "SCRAM-SHA-256")
    for word in words:
        wire.hear(f"AUTHENTICATE {word}")


def test_a_server_that_lets_in_only_accounts() -> None:
    """It is said what to do, and not tried again and again."""
    wire = Wire()
    wire.session.start()
    wire.hear(":srv FAIL * ACCOUNT_REQUIRED :You have to log in")
    assert "--account NAME or /login NAME" in wire.session.fatal


def test_services_that_are_away() -> None:
    """Where we were logged in before, login comes back: nobody is asked, and it is tried again."""
    wire = Wire(account="alice", password="sesame")
    _begin(wire, "PLAIN")
    wire.hear("AUTHENTICATE +", ":srv 903 alice :ok", ":srv 001 alice :hi", ":srv 422 alice :no")
    wire.session.end("restarted", wire.now)
    wire.session.start()
    wire.hear(":srv CAP * LS :none/of/ours")
    assert wire.sent()[-1] == "QUIT"
    assert wire.world.question is None
    assert not wire.session.fatal
    assert "no logins just now" in wire.session.last_error
