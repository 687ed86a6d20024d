"""Who is who where there is no Slack to ask: on the command line, and in tests of the rules."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.ports import People


@dataclass(frozen=True, slots=True)
class Strangers(People):
    """Everybody is known by their id alone, is active, and in no group."""

    def name_of(self, user_id: str) -> str:
        return user_id

    def members_of(self, group_id: str) -> frozenset[str]:
        del group_id
        return frozenset()

    def is_active(self, user_id: str) -> bool:
        del user_id
        return True

    def zone_of(self, user_id: str) -> str:
        del user_id
        return ""

    def is_person(self, user_id: str) -> bool:
        del user_id
        return True

    def refresh(self, user_ids: Collection[str], group_ids: Collection[str]) -> frozenset[str]:
        del user_ids, group_ids
        return frozenset()
