"""The terminals that the other tests type in."""

import pytest

from tests.interop.terminals import Terminals, need

pytestmark = pytest.mark.interop


def test_a_missing_program_is_a_failure_that_says_what_to_install() -> None:
    """Never a skip: a machine without the programs has not tested them."""
    with pytest.raises(
        pytest.fail.Exception, match="no-such-program is not here: apt-get install nsp"
    ):
        need("no-such-program", "nsp")


def test_what_is_typed_is_seen_and_the_end_too(terminals: Terminals) -> None:
    """Text as it is, keys by name, a size, and the last screen of what has ended."""
    shell = terminals.shell()
    shell.type("echo 'a;b -l #{pane_id} 日本'")
    shell.see("\na;b -l #{pane_id} 日本")
    shell.resize(100, 30)
    shell.type("stty size; printf 'x\\033[31mred\\033[m\\n'")
    shell.see("30 100", "xred")
    assert "\x1b[31mred" in shell.screen(styled=True)
    shell.press("C-d")
    assert "xred" in shell.dead()
