"""What does not hold: where it stands, in words, with the smallest example of it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.proof.places import Place
from bot.proof.shortest import Example


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold. `example` is None where no complaint shows it."""

    place: Place
    sentence: str
    example: Example | None = None

    def __str__(self) -> str:
        lines = f"{self.place}: {self.sentence}"
        return f"{lines}\n  For example: {self.example.to_json()}" if self.example else lines
