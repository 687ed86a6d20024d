"""What every use case is handed: the memory, the rulebook, and the systems of record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.ports import Memory, System
from bot.sop import Playbooks
from bot.sop.organisation import Organisation


@dataclass(frozen=True, slots=True)
class Desk:
    """The desk, ready to work. `systems` is by the names of the vocabulary."""

    memory: Memory
    playbooks: Playbooks
    systems: Mapping[str, System]

    @property
    def organisation(self) -> Organisation:
        """Whom to reach, when and where."""
        return self.playbooks.organisation

    @property
    def zone(self) -> str:
        """The zone in which the desk says when something is due."""
        return self.organisation.calendar.timezone

    def is_lead(self, user: str) -> bool:
        """Whether this Slack user leads."""
        return user in self.organisation.roles.leads
