"""Judges what was said, confirmed, shown and kept: pure.

Rules: every line is unique, as it is who says it and a number that rises. The log is the measure: each
view must agree with it, and it with what was confirmed. A finding names who was affected and the line.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class View:
    """What one reader was shown, in its order."""

    reader: str
    shown: Sequence[str]
    whole: bool = True
    """Whether it must have all of the log; else it has to be one stretch of it, wherever that begins."""
    blind: str = ""
    """A speaker whose lines it need not be shown: plain peers do not hear themselves."""


@dataclass(slots=True)
class Findings:
    """What is wrong, by kind; nothing in them is how it should be."""

    lost: list[str] = field(default_factory=list)
    """Confirmed but not in the log, or in the log and not shown to who must see it."""
    duplicate: list[str] = field(default_factory=list)
    """Twice in the log, or twice in front of one reader."""
    misplaced: list[str] = field(default_factory=list)
    """Out of the speaker's order in the log, or out of the log's order in front of a reader."""
    unkept: list[str] = field(default_factory=list)
    """Shown but not in the log, or refused and yet there."""

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.lost or self.duplicate or self.misplaced or self.unkept)

    def counts(self) -> dict[str, int]:
        """Return how many of each kind there are."""
        return {
            "lost": len(self.lost),
            "duplicate": len(self.duplicate),
            "out of order": len(self.misplaced),
            "shown but not kept": len(self.unkept),
        }

    def examples(self) -> Iterator[str]:
        """Yield the first few of each kind, one line each."""
        kinds = zip(
            self.counts(), (self.lost, self.duplicate, self.misplaced, self.unkept), strict=True
        )
        for kind, found in kinds:
            for each in found[:_EXAMPLES]:
                yield f"{kind}: {each}"


def judge(
    log: Sequence[str],
    views: Iterable[View],
    *,
    confirmed: Collection[str] = (),
    refused: Collection[str] = (),
) -> Findings:
    """Compare what was confirmed, refused and shown with what is in the log."""
    findings = Findings()
    _judge_log(findings, log)
    places = {text: place for place, text in enumerate(log)}
    findings.lost += [f"{text} was confirmed" for text in confirmed if text not in places]
    findings.unkept += [f"{text} was refused, and is kept" for text in refused if text in places]
    for view in views:
        _judge_view(findings, log, places, view)
    return findings


def speaker_of(text: str) -> str:
    """Return who says a line."""
    return text.partition(" ")[0]


def _judge_log(findings: Findings, log: Sequence[str]) -> None:
    seen: set[str] = set()
    newest: dict[str, str] = {}
    for text in log:
        speaker = speaker_of(text)
        if text in seen:
            findings.duplicate.append(f"{text} in the log")
        elif text < newest.get(speaker, ""):
            findings.misplaced.append(f"{text} after {newest[speaker]} in the log")
        else:
            newest[speaker] = text
        seen.add(text)


def _judge_view(findings: Findings, log: Sequence[str], places: dict[str, int], view: View) -> None:
    seen: set[str] = set()
    highest = -1
    lowest = len(log)
    for text in view.shown:
        place = places.get(text)
        if place is None:
            findings.unkept.append(f"{text} at {view.reader}")
        elif text in seen:
            findings.duplicate.append(f"{text} at {view.reader}")
        elif place < highest:
            findings.misplaced.append(f"{text} after {log[highest]} at {view.reader}")
        if place is not None:
            highest, lowest = max(highest, place), min(lowest, place)
        seen.add(text)
    due = log if view.whole else log[lowest : highest + 1]
    findings.lost += [
        f"{text} at {view.reader}"
        for text in due
        if text not in seen and speaker_of(text) != view.blind
    ]
