"""Where lines of the past belong among those that are there.

Rules: lines come in the order of the server, and keep it; those that are there already say where
the others belong, for they stand before or after them; where nothing else says it, time does. What
is there keeps its order, whatever its clocks say. The words of this client have its own clock, and
say nothing about what the server told.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence

from chatclient.model.lines import CONVERSATION, Kind, Line

_OWN_WORDS = frozenset({Kind.INFO, Kind.ERROR, Kind.GAP})
"""Kinds whose time is that of this client's clock."""


def is_twin(line: Line, other: Line) -> bool:
    """Say whether two lines are one message, as far as can be told where one has no id."""
    return (
        line.kind in CONVERSATION
        and line.time == other.time
        and line.kind is other.kind
        and line.source == other.source
        and line.text == other.text
        and not (line.msgid and other.msgid)
    )


def place(
    there: Sequence[Line], past: Iterable[Line], known: Collection[str], start: int = 0
) -> tuple[list[Line], list[Line]]:
    """Return `there` with those of `past` in it that were not, and these.

    `known` are the ids of all lines that are there. Nothing is put before `start`.
    """
    seen: set[str] = set()
    where = {line.msgid: at for at, line in enumerate(there) if at >= start and line.msgid}
    times: dict[float, list[int]] = {}
    for at in range(start, len(there)):
        times.setdefault(there[at].time, []).append(at)
    merged = list(there[:start])
    fresh: list[Line] = []
    run: list[Line] = []
    at = start
    for line in past:
        if line.msgid and (line.msgid in known or line.msgid in seen):
            found = where.get(line.msgid)
        else:
            found = next((i for i in times.get(line.time, ()) if is_twin(there[i], line)), None)
            if found is None:
                run.append(line)
                seen.add(line.msgid)
                fresh.append(line)
                continue
        if found is not None and found >= at:
            merged += _woven(there[at : found + 1], run, last=True)
            run, at = [], found + 1
    merged += _woven(there[at:], run, last=False)
    return merged, fresh


def _woven(there: Sequence[Line], run: Sequence[Line], *, last: bool) -> Iterator[Line]:
    """Yield both, each in its order: by time where that says it, `run` first where it does not.

    With `last`, the last of `there` is after all of them.
    """
    at, end = 0, len(there) - last
    for line in run:
        before = at
        for index in range(at, end):
            if there[index].kind not in _OWN_WORDS:
                if there[index].time >= line.time:
                    break
                before = index + 1
        while before < end and there[before].time < line.time:
            before += 1
        yield from there[at:before]
        at = before
        yield line
    yield from there[at:]
