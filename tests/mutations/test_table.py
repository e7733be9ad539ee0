"""The table of mutations fits the sources, whenever they change."""

import pytest

from tests.mutations.mutation import Mutation
from tests.mutations.table import MUTATIONS
from tests.mutations.trial import ROOT


@pytest.mark.parametrize("mutation", MUTATIONS, ids=[each.name for each in MUTATIONS])
def test_a_mutation_can_be_applied(mutation: Mutation) -> None:
    """Its text stands once in its file, is Python when it is replaced, and its tests are there."""
    text = (ROOT / mutation.path).read_text(encoding="utf-8")
    assert mutation.applied(text) != text
    assert all((ROOT / test).is_file() for test in mutation.tests)
