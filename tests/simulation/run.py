"""Runs one seed, and says what came of it."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from msgspec import Struct

from tests.simulation.scenario import Scenario
from tests.simulation.universe import Violation

_EXPECTED = ("cannot keep messages: ", "the store failed: ", "the store could not be read: ")
"""What injected faults explain."""

VERBOSE = 25
"""One run in so many logs everything."""


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
        super().__init__()
        self.alarms: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record."""
        text = record.getMessage()
        if record.levelno < logging.ERROR:
            return
        if record.exc_info and record.exc_info[1]:
            text += f" ({record.exc_info[1]!r})"
        if not text.startswith(_EXPECTED) or record.exc_info:
            self.alarms.append(text)


@contextmanager
def _listening(level: int) -> Iterator[_Alarm]:
    """Listen to all that is logged, of at least that level."""
    alarm = _Alarm()
    loggers = [logging.getLogger(name) for name in ("chatserver", "chatclient", "asyncio")]
    before = [(logger, logger.propagate, logger.level) for logger in loggers]
    for logger in loggers:
        logger.addHandler(alarm)
        logger.propagate = False
        logger.setLevel(level)
    try:
        yield alarm
    finally:
        for logger, propagate, own_level in before:
            logger.removeHandler(alarm)
            logger.propagate = propagate
            logger.setLevel(own_level)


def run_seed(seed: int, tell: Callable[[str], None] | None = None) -> Outcome:
    """Run a seed; `tell` gets the trace, line by line."""
    scenario = Scenario(seed, tell)
    failure = ""
    # Now and then at level debug, where each step of each connection is a line.
    with _listening(logging.DEBUG if seed % VERBOSE == 0 else logging.ERROR) as alarm:
        try:
            scenario.run()
        except Violation as violation:
            failure = str(violation)
            scenario.abandon()
        except Exception as error:  # noqa: BLE001 - the seed must be known by which it is seen again
            failure = f"the simulation itself: {error!r}"
            scenario.abandon()
        if alarm.alarms and not failure:
            failure = f"promise 5: the log has {alarm.alarms[0]}"
    universe = scenario.universe
    return Outcome(seed, failure, universe.digest, dict(universe.counts))
