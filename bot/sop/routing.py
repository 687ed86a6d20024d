"""Which path the facts lead to: exactly one, or a question, or none (D-07, D-08, D-20)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.sop.facts import Facts
from bot.sop.playbook import Path, Playbooks


@dataclass(frozen=True, slots=True)
class Asking:
    """No way on before these facts (dotted ids) are known."""

    facts: tuple[str, ...]


Route = Literal["check", "uncovered"] | Asking | Path
"""The Concert check, not covered by any SOP, questions, or a path."""


def route(facts: Facts, playbooks: Playbooks, today: date, denied: bool = False) -> Route:
    """The way on for the facts of one complaint; `denied` once a confirmer said that they are no customer."""
    entry = playbooks.entry.when.judge(facts, today)
    if entry.holds:
        return "uncovered" if denied else "check"
    if entry.asks:
        return Asking(entry.asks)
    if facts.program == "unknown":
        return Asking(("program",))
    if not facts.categories:
        return Asking(("category",))
    return _path(facts, playbooks, today)


def _path(facts: Facts, playbooks: Playbooks, today: date) -> Route:
    asks: list[str] = []
    for path in playbooks.paths.values():
        verdict = path.when.judge(facts, today)
        if verdict.holds:
            return path
        asks += verdict.asks
    return Asking(tuple(dict.fromkeys(asks))) if asks else "uncovered"
