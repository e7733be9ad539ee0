"""What happened in a room is printed, for people and for programs."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from msgspec import structs

from chatserver.cli import main
from chatserver.core.events import Identity, Redacted, RoomRenamed, Said
from chatserver.core.records import RoomRecord
from chatserver.ports import Record, Writing
from chatserver.storage.migrations import MIGRATIONS, migrate
from chatserver.tools import export
from tests.chatserver.storage.samples import ANN, OTHERS, record, records, said
from tests.chatserver.tools.servers import keep, make_data, running

EVERYTHING = [
    record(said(1, text="hi \x02there\x02")),
    *OTHERS[:5],
    *OTHERS[5:],
    record(structs.replace(said(20, text="one\ntwo"), notice=True)),
    record(said(21, text="\x01ACTION waves\x01")),
    Record("#ops", Redacted(22, 1_022, ANN, "#ops", 1, "Eve", 1_001, 1, "spam")),
]


def lines(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """Return what an export prints."""
    assert main(["history", "export", "--room", "#ops", *arguments]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out.splitlines()


@pytest.fixture
def data(tmp_path: Path) -> str:
    """Return the directory of a server that runs no more, where one of everything happened."""
    with running(tmp_path) as store:
        keep(store, *EVERYTHING)
    return str(tmp_path)


def test_for_people(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A line for what happened, in its order, and times in UTC."""
    begin = "1970-01-01 00:00:01 "
    assert lines(capsys, "--data", data) == [
        begin + line
        for line in (
            "[Ann] hi there",
            "* Bob joined",
            "* Ann set +o Bob",
            "* Ann set the topic: Be kind — 日本",
            "* Ann set +b *!*@x",
            "* Bob is now Bobby",
            "* Bob left (tea)",
            "* Ann put out Eve",
            "* Bob quit (Quit: bye)",
            "-Ann- one",
            "-Ann- two",
            "* Ann waves",
            "* Ann removed a message of Eve (spam)",
        )
    ]


def test_a_renamed_room_is_found_by_its_present_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With all that was said before; its former name is another room's, or what is left of it."""
    with running(tmp_path) as store:
        renamed = RoomRenamed(2, 1_002, "#old", ANN, "#Ops", "clearer")
        kept = [Record("#old", said(1, "#old")), Record("#old", renamed)]
        store.keep(Writing(kept, [RoomRecord("#old", "#Ops", 1)], ["#ops"]))
    begin = "1970-01-01 00:00:01 "
    assert lines(capsys, "--data", str(tmp_path)) == [
        begin + "[Ann] message 1",
        begin + "* Ann renamed the room to #Ops (clearer)",
    ]


def test_for_programs(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An object a line, always with the same keys, and what was said as it was said."""
    found = [json.loads(line) for line in lines(capsys, "--data", data, "--format", "jsonl")]
    assert {tuple(one) for one in found} == {
        ("time", "room", "kind", "from", "account", "to", "text", "msgid")
    }
    assert found[0] == {
        "time": "1970-01-01T00:00:01.001Z", "room": "#ops", "kind": "message", "from": "Ann",
        "account": "", "to": "", "text": "hi \x02there\x02", "msgid": "1",
    }  # fmt: skip
    assert [(one["kind"], one["from"], one["to"], one["text"]) for one in found[1:]] == [
        ("join", "Bob", "", ""),
        ("mode", "Ann", "", "+o Bob"),
        ("topic", "Ann", "", "Be kind — 日本"),
        ("mode", "Ann", "", "+b *!*@x"),
        ("nick", "Bob", "Bobby", ""),
        ("part", "Bob", "", "tea"),
        ("kick", "Ann", "Eve", ""),
        ("quit", "Bob", "", "Quit: bye"),
        ("notice", "Ann", "", "one\ntwo"),
        ("action", "Ann", "", "waves"),
        ("redact", "Ann", "Eve", "spam"),
    ]


def test_nothing_controls_a_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever was said; and programs get all of it."""
    text = "".join(map(chr, range(1, 0xA0))) + "\u202e\u2028\U000e0041\u200b é日\U0001f389 {nick}"
    with running(tmp_path) as store:
        keep(store, record(said(1, text=text)))
    for form in ("text", "jsonl"):
        assert (
            main(["history", "export", "--room", "#OPS", "--format", form, "--data", str(tmp_path)])
            == 0
        )
        printed = capsys.readouterr().out
        allowed = "\n\t" if form == "text" else "\n"
        assert [one for one in printed if not one.isprintable() and one not in allowed] == []
    assert json.loads(printed)["text"] == text


def test_from_and_until(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Days and moments, of UTC or of any other time; the end is left out."""
    begin = datetime(2026, 11, 20, tzinfo=UTC)
    with running(tmp_path) as store:
        for hour in range(72):
            at = round((begin + timedelta(hours=hour)).timestamp() * 1000)
            keep(store, record(structs.replace(said(hour + 1, text=f"hour {hour}"), at=at)))

    def hours(*arguments: str) -> list[int]:
        return [
            int(line.split()[-1]) for line in lines(capsys, "--data", str(tmp_path), *arguments)
        ]

    assert hours("--since", "2026-11-22") == [*range(48, 72)]
    assert hours("--until", "2026-11-21") == [*range(24)]
    assert hours("--since", "2026-11-21T03:00", "--until", "2026-11-21T05:00Z") == [27, 28]
    local = begin.astimezone(timezone(timedelta(hours=9))).isoformat()
    assert hours("--since", local, "--until", "2026-11-20T00:00:00.001") == [0]
    assert hours("--since", "2027-01-01") == []


def test_much_is_read_in_parts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each event once, also where a part ends between two of one number, and beside a server."""
    monkeypatch.setattr(export, "PART", 3)
    with running(tmp_path) as store:
        keep(store, *records(1), *OTHERS, *records(*range(20, 30)))
        found = lines(capsys, "--data", str(tmp_path), "--format", "jsonl")
        keep(store, *records(30))
    ids = [json.loads(line)["msgid"] for line in found]
    assert ids == [f"{seq:x}" for seq in (1, 3, 3, 5, 6, 7, 8, 10, 11, *range(20, 30))]


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["--room", "#none"], 1, "there is nothing of #none in {}/chat.db"),
        (["--room", "ops"], 2, "--room must be the name of a room, with its #, not 'ops'"),
        (
            ["--room", "#ops", "--since", "x"],
            2,
            "--since must be a time such as 2026-11-22T14:30, not 'x'",
        ),
        ([], 2, "the following arguments are required: --room (--help lists what there is)"),
    ],
)
def test_mistakes(
    data: str, arguments: list[str], status: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line that says what is wrong, and a status that tells by whom."""
    assert main(["history", "export", "--data", data, *arguments]) == status
    assert capsys.readouterr() == ("", f"chatserver: {message.format(data)}\n")


def test_nothing_is_made_where_nothing_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A slip in the name of a directory leaves no database there."""
    assert main(["history", "export", "--room", "#a", "--data", str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"chatserver: there is no {tmp_path}/chat.db\n"
    assert list(tmp_path.iterdir()) == []


def test_what_an_older_server_left_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A start of the server makes it readable."""
    with closing(sqlite3.connect(tmp_path / "chat.db", isolation_level=None)) as database:
        migrate(database, MIGRATIONS[:-1])
    arguments = ["history", "export", "--room", "#ops", "--data", str(tmp_path)]
    assert main(arguments) == 1
    assert "chat.db is of an older chatserver; start the server once" in capsys.readouterr().err
    make_data(tmp_path, "now")
    assert main(arguments) == 0


def test_it_is_export_that_is_meant(capsys: pytest.CaptureFixture[str]) -> None:
    """`history` alone is told what there is."""
    assert main(["history"]) == 2
    assert "chatserver history export" in capsys.readouterr().err


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    """Each command tells what it takes."""
    for command in (["history", "export"], ["backup"], ["restore"]):
        with pytest.raises(SystemExit) as ended:
            main([*command, "--help"])
        assert ended.value.code == 0
        assert f"chatserver {' '.join(command)}" in capsys.readouterr().out


def test_the_settings_tell_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As they tell the server: by variable or by file."""
    make_data(tmp_path / "data", "hello")
    monkeypatch.setenv("CHATSERVER_DATA", str(tmp_path / "data"))
    assert lines(capsys)[0].endswith("[Ann] hello")
    monkeypatch.setenv("CHATSERVER_DATA", str(tmp_path / "other"))
    config = tmp_path / "chat.toml"
    config.write_text(f'data = "{tmp_path}/data"\n', encoding="utf-8")
    assert lines(capsys, "--config", str(config))[0].endswith("[Ann] hello")
    config.write_text("ephemeral = true\n", encoding="utf-8")
    monkeypatch.delenv("CHATSERVER_DATA")
    assert main(["history", "export", "--room", "#ops", "--config", str(config)]) == 2
    assert "keeps nothing on disk" in capsys.readouterr().err


def test_a_reader_may_leave(tmp_path: Path) -> None:
    """As `head` does: quietly, and with status 0."""
    with running(tmp_path) as store:
        keep(store, *records(*range(1, 5_000)))
    command = [
        sys.executable,
        "-m",
        "chatserver.cli",
        "history",
        "export",
        "--room",
        "#ops",
        "--data",
        str(tmp_path),
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline().endswith("[Ann] message 1\n")
        process.stdout.close()
        assert process.stderr
        assert process.stderr.read() == ""
        assert process.wait(20) == 0


def test_a_nick_with_signs_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Braces of a nick or text mean nothing."""
    odd = Identity("{to}", "u", "h")
    with running(tmp_path) as store:
        keep(store, record(Said(1, 1_001, odd, "#ops", "{text} {0}")))
    assert lines(capsys, "--data", str(tmp_path)) == ["1970-01-01 00:00:01 [{to}] {text} {0}"]


def test_a_device_takes_it(data: str) -> None:
    """Standard output may be anything."""
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - it is no file
        done = subprocess.run(
            [sys.executable, "-m", "chatserver.cli", "history", "export", "--room", "#ops", "--data", data],
            stdout=nowhere, check=False,
        )  # fmt: skip
    assert done.returncode == 0


@pytest.mark.parametrize("event", ["'{}'", "cast(x'7bff' as text)"])
def test_what_is_damaged_is_told(
    event: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All that can be read is printed; one line says how much cannot, and the status that it is so."""
    with running(tmp_path, *["fine"] * 2 * export.PART, "damaged", "fine"):
        pass
    with closing(sqlite3.connect(tmp_path / "chat.db")) as database, database:
        number = 2 * export.PART + 1
        database.execute(f"update events set event = {event} where seq = {number}")  # noqa: S608
    assert main(["history", "export", "--room", "#ops", "--data", str(tmp_path)]) == 1
    printed = capsys.readouterr()
    assert printed.out.count("fine") == 2 * export.PART + 1
    assert "damaged" not in printed.out
    assert printed.err == (
        f"chatserver: {tmp_path / 'chat.db'}: 1 event is damaged, and left out: {number:x} is the first\n"
    )
