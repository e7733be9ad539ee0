"""What of prompt_toolkit a start imports."""

import subprocess
import sys


def printed_by(code: str) -> str:
    """Return what a fresh interpreter prints."""
    return subprocess.check_output([sys.executable, "-c", code], text=True).strip()


def test_the_screen_is_made_without_dialogs_and_progress_bars() -> None:
    """Nor anything else that only some uses need: each start would wait for it."""
    code = (
        "import sys; from chatclient.ui.toolkit import import_toolkit; import_toolkit();"
        "from prompt_toolkit.input import create_pipe_input;"
        "from prompt_toolkit.output import DummyOutput;"
        "from chatclient.model import Status, World;"
        "from chatclient.ui.screen import ChatScreen;"
        "from tests.chatclient.ui.rig import ScriptedClient;"
        "client = ScriptedClient(World(Status('localhost:9000', nick='ann')));"
        "pipe = create_pipe_input().__enter__();"
        "ChatScreen(client, input=pipe, output=DummyOutput());"
        "print([each for each in ('prompt_toolkit', 'prompt_toolkit.shortcuts',"
        " 'prompt_toolkit.widgets', 'xml.dom.expatbuilder', 'sqlite3', 'tomlkit', 'keyring')"
        " if each in sys.modules])"
    )
    assert printed_by(code) == "['prompt_toolkit']"


def test_who_wants_them_can_still_import_them() -> None:
    """The import of the whole is only put off."""
    code = (
        "from chatclient.ui.toolkit import import_toolkit; import_toolkit();"
        "from prompt_toolkit.shortcuts import PromptSession; print(PromptSession.__name__)"
    )
    assert printed_by(code) == "PromptSession"


def test_nothing_is_taken_from_who_has_imported_it() -> None:
    """A program that uses prompt_toolkit and then opens a screen keeps what it has."""
    code = (
        "import prompt_toolkit.shortcuts; from chatclient.ui.toolkit import import_toolkit;"
        "import_toolkit(); import sys; print(prompt_toolkit.shortcuts.prompt.__name__,"
        " 'prompt_toolkit.shortcuts' in sys.modules)"
    )
    assert printed_by(code) == "prompt True"
