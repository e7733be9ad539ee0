"""Runs one seed, and says what came of it."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from msgspec import Struct

from tests.simulation.scenario import Scenario
from tests.simulation.universe import Violation

_EXPECTED = ("cannot keep messages: ", "the store failed: ", "the store could not be read: ")
"""What injected faults explain."""


class Outcome(Struct, frozen=True):
    """What came of a seed."""

    seed: int
    failure: str
    """Which promise was broken and how, "" if none was."""
    digest: str
    """A hash of the trace: the same for the same seed."""
    counts: dict[str, int]


class _Alarm(logging.Handler):
    """Remembers errors in the log that no fault explains."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.alarms: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record."""
        text = record.getMessage()
        if record.exc_info and record.exc_info[1]:
            text += f" ({record.exc_info[1]!r})"
        if not text.startswith(_EXPECTED) or record.exc_info:
            self.alarms.append(text)


@contextmanager
def _listening() -> Iterator[_Alarm]:
    alarm = _Alarm()
    names = ("chatserver", "chatclient", "asyncio")
    before = [(logging.getLogger(name), logging.getLogger(name).propagate) for name in names]
    for logger, _ in before:
        logger.addHandler(alarm)
        logger.propagate = False
    try:
        yield alarm
    finally:
        for logger, propagate in before:
            logger.removeHandler(alarm)
            logger.propagate = propagate


def run_seed(seed: int, tell: Callable[[str], None] | None = None) -> Outcome:
    """Run a seed; `tell` gets the trace, line by line."""
    scenario = Scenario(seed, tell)
    failure = ""
    with _listening() as alarm:
        try:
            scenario.run()
        except Violation as violation:
            failure = str(violation)
            scenario.abandon()
        if alarm.alarms and not failure:
            failure = f"promise 5: the log has {alarm.alarms[0]}"
    universe = scenario.universe
    return Outcome(seed, failure, universe.digest, dict(universe.counts))
