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
        " 'prompt_toolkit.widgets', 'prompt_toolkit.key_binding.bindings.vi',"
        " 'xml.dom.expatbuilder', 'chatclient.session.session', 'sqlite3', 'tomlkit', 'keyring')"
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


def test_tables_of_widths_are_loaded_for_the_first_letter_that_needs_them() -> None:
    """A frame of letters that are one cell each is drawn without; any other is measured by them."""
    code = (
        "import sys; from chatclient.ui.toolkit import import_toolkit; import_toolkit();"
        "from prompt_toolkit.utils import get_cwidth; from chatclient.ui.cells import width;"
        "loaded = lambda: 'wcwidth.table_wide' in sys.modules;"
        "print(get_cwidth('│'), width('○ é'), loaded(), get_cwidth('漢'), width('漢字'), loaded())"
    )
    assert printed_by(code) == "1 3 False 2 4 True"


def test_a_screen_is_drawn_before_there_is_a_session() -> None:
    """What it shows of a server is there without; the session comes when it is used."""
    code = (
        "import asyncio, sys; from chatclient.ui.toolkit import import_toolkit; import_toolkit();"
        "from prompt_toolkit.application.current import set_app;"
        "from prompt_toolkit.input import create_pipe_input;"
        "from prompt_toolkit.output import DummyOutput;"
        "from chatclient.client import Client; from chatclient.config import build;"
        "from chatclient.hub import Hub; from chatclient.ui.screen import ChatScreen;"
        "client = Client(build(['localhost'], nick='ann', rooms=['#ops']));"
        "pipe = create_pipe_input().__enter__();"
        "screen = ChatScreen(Hub([client]), input=pipe, output=DummyOutput());"
        "late = lambda: 'chatclient.session.session' in sys.modules\n"
        "async def draw(): screen.app.renderer.render(screen.app, screen.app.layout)\n"
        "with set_app(screen.app): asyncio.run(draw())\n"
        "print(screen.desk.active.target, late(), client.session.online, late())"
    )
    assert printed_by(code) == "#ops False False True"
