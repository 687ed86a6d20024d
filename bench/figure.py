"""What every measurement comes to: a value beside its floor, and whether it stands where it should."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Of = Literal["ratio", "value"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A bound: of the ratio to the floor, or of the value itself in its unit; at most, or at least."""

    bound: float
    of: Of = "ratio"
    least: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A value and its floor, both in `unit`: medians of the rounds, measured in turns in one run.

    `what` is a line of the table, as in `/complaint acknowledged`, and `how` one of the ways in which it
    was measured, as in `Socket Mode, 16 at once`. `percentile` says which of the samples of a round it is,
    and is empty where a round is one sample. A value that needs no floor has none, and then no ratio.
    """

    what: str
    value: float
    unit: str
    floor: float | None = None
    floor_is: str = ""
    mark: Mark | None = None
    how: str = ""
    percentile: str = ""
    database: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times its floor the value is."""
        return self.value / self.floor if self.floor else None

    @property
    def judged(self) -> float | None:
        """The number that the mark bounds."""
        return self.ratio if self.mark is None or self.mark.of == "ratio" else self.value

    @property
    def holds(self) -> bool | None:
        """Whether it stands at its mark; None where there is nothing to judge."""
        if self.mark is None or self.judged is None:
            return None
        return self.judged >= self.mark.bound if self.mark.least else self.judged <= self.mark.bound
