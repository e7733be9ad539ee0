"""The table of capabilities holds together."""

import pytest

from chatwire import caps


def test_every_name_has_one_row() -> None:
    """A capability that has a constant is offered, once, and nothing is offered without one."""
    constants = {
        value for name, value in vars(caps).items() if name.isupper() and isinstance(value, str)
    } - {caps._SITE}
    rows = [capability.name for capability in caps.CAPABILITIES]
    assert sorted(rows) == sorted(constants)
    assert frozenset(rows) == caps.NAMES


@pytest.mark.parametrize("capability", caps.CAPABILITIES, ids=lambda capability: capability.name)
def test_rows_say_what_they_mean(capability: caps.Capability) -> None:
    """Each has the address of its specification and one line; its name fits in a `CAP LS`.

    Our own are specified in docs/irc.md, in a section of it.
    """
    assert capability.specification.startswith(("https://", "#"))
    assert capability.summary
    assert not set(" =\r\n") & set(capability.name)
