"""Modules that are loaded late."""

import subprocess
import sys
from pathlib import Path

import pytest

MODULE = """
print('loaded', end=' ')
import late, sys
assert sys.modules[__name__] is late
VALUE = 42
def __getattr__(name):
    return f'made {name}'
"""


@pytest.fixture
def printed_by(tmp_path: Path) -> "Printed":
    """Have a module `late`."""
    (tmp_path / "late.py").write_text(MODULE)
    return Printed(tmp_path)


class Printed:
    """What a fresh interpreter prints that has the module put off."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, code: str) -> str:
        """Run code with it."""
        begin = f"import sys; sys.path.append({str(self._path)!r})\n"
        begin += "from chatclient.deferral import defer; defer('late', 'sqlite3')\n"
        return subprocess.check_output([sys.executable, "-c", begin + code], text=True).strip()


def test_it_is_loaded_when_something_of_it_is_used(printed_by: Printed) -> None:
    """Not when it is imported, however often; and once."""
    code = "import late; import late; print('imported', end=' '); print(late.VALUE, late.VALUE)"
    assert printed_by(code) == "imported loaded 42 42"


def test_it_is_loaded_at_once_for_a_name_of_it(printed_by: Printed) -> None:
    """That is a use."""
    assert printed_by("from late import VALUE; print(VALUE)") == "loaded 42"


def test_it_is_like_any_other_then(printed_by: Printed) -> None:
    """What it does not have is its own affair, and it knows where it is from."""
    code = "import late; late.VALUE; print(late.other, type(late).__name__, late.__file__[-7:])"
    assert printed_by(code) == "loaded made other module late.py"


def test_a_package_is_put_off_too(printed_by: Printed) -> None:
    """With the modules that it has."""
    code = (
        "import sqlite3; print('_sqlite3' in sys.modules, end=' ');"
        "import sqlite3.dbapi2; print(sqlite3.dbapi2 is sys.modules['sqlite3.dbapi2'],"
        " sqlite3.connect(':memory:').execute('select 1').fetchall())"
    )
    assert printed_by(code) == "False True [(1,)]"


def test_threads_wait_for_it(printed_by: Printed) -> None:
    """None of them sees half a module."""
    code = (
        "import late, threading; seen = []; start = threading.Barrier(8)\n"
        "def look(): start.wait(); seen.append(late.VALUE)\n"
        "threads = [threading.Thread(target=look) for _ in range(8)]\n"
        "for each in threads: each.start()\n"
        "for each in threads: each.join()\n"
        "print(seen == [42] * 8)"
    )
    assert printed_by(code) == "loaded True"
