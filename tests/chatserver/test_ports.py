"""What a store is given to keep."""

import pytest

from chatserver.ports import Writing

FIELDS = Writing.__struct_fields__


def test_nothing_writes_nothing() -> None:
    """A batch of questions goes past the disk."""
    assert not Writing().writes
    assert not Writing().changes


@pytest.mark.parametrize("field", FIELDS)
def test_whatever_it_has_is_written(field: str) -> None:
    """Each thing that it can have counts, those too that will be added; all but records are changes."""
    writing = Writing(**{field: ["something"]})  # type: ignore[arg-type]
    assert writing.writes
    assert writing.changes is (field != "records")
