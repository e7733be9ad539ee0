"""What came of a run, as Markdown and as JSON: pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

from tests.reliability.ledger import Findings


@dataclass(frozen=True, slots=True)
class Report:
    """Facts of a run, and what is wrong."""

    title: str
    facts: Mapping[str, object]
    findings: Findings
    wrong: Sequence[str] = field(default_factory=list)
    """What else is not as it should be, one line each."""

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        return self.findings.clean and not self.wrong

    def problems(self) -> list[str]:
        """Return what is wrong, one line each, the first of each kind."""
        return [*self.findings.examples(), *self.wrong[:10]]

    def markdown(self) -> str:
        """Return a table."""
        rows = {**self.facts, **self.findings.counts()}
        lines = ["| | |", "| --- | ---: |", *(f"| {name} | {rows[name]} |" for name in rows)]
        return "\n".join([f"**{self.title}**", "", *lines, ""])

    def json(self) -> str:
        """Return one object."""
        return json.dumps(
            {
                "title": self.title,
                **self.facts,
                **self.findings.counts(),
                "problems": self.problems(),
                "clean": self.clean,
            },
            indent=2,
        )


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that a `share` (0 to 1) of `values` does not exceed; NaN of none."""
    if not values:
        return float("nan")
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]
