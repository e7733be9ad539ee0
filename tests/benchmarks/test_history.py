"""The long history that is measured, and what is asked of it."""

from pathlib import Path
from random import Random

import pytest

from benchmarks.corpus import Corpus
from benchmarks.history import (
    Figures,
    Questions,
    build,
    last_indexed,
    measure,
    page_of_figures,
)
from chatserver.storage.sqlite import SqliteStore


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    """Return the history that is measured; making its words takes a moment."""
    return Corpus()


def test_the_same_history_each_time(corpus: Corpus) -> None:
    """Message by message, numbered from 1, and in every script."""
    one, other = ([*made.messages(500)] for made in (corpus, Corpus()))
    assert one == other
    (batch,) = one
    assert [record.event.seq for record in batch] == [*range(1, 501)]
    assert 0.2 < sum(record.target == "#room-0" for record in batch) / 500 < 0.4
    for language in corpus.languages:
        assert len(set(language.words)) == len(language.words)


def test_every_kind_of_question_is_measured(corpus: Corpus, tmp_path: Path) -> None:
    """On a file that is made once, and used again."""
    build(tmp_path, 2_000)
    assert last_indexed(tmp_path) == 2_000
    size = (tmp_path / "chat.db").stat().st_size
    build(tmp_path, 2_000)
    assert (tmp_path / "chat.db").stat().st_size == size
    store = SqliteStore(tmp_path)
    store.open()
    figures = {name: measure(store, ask, 3) for name, ask in Questions(corpus, 2_000).kinds()}
    store.close()
    assert all(len(one.seconds) == 3 for one in figures.values())
    assert figures["latest page, the big room"].found == 50
    assert figures["two frequent words, the big room"].found > 1


def test_questions_differ(corpus: Corpus) -> None:
    """One that was asked before would be answered from memory."""
    random = Random(1)
    for name, ask in Questions(corpus, 10_000).kinds():
        asked = {str(ask(random)) for _ in range(20)}
        assert len(asked) > 5 or name == "latest page, the big room"


def test_figures_are_told_in_ms() -> None:
    """Percentiles of all questions of a kind."""
    seconds = [number / 1000 for number in range(1, 101)]
    figures = Figures(seconds, [0.002, 0.001], 12.5, 0.25)
    row = page_of_figures({"a page": figures}).splitlines()[2]
    assert row == "| a page | 50.00 | 95.00 | 99.00 | 2.00 | 12.5 | 25% |"
