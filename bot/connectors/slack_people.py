"""Who is who in Slack: names, time zones, who has left, and who is in which user group.

Methods: `users.info`, `usergroups.users.list`. What was read is kept until it is read anew.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from slack_sdk import WebClient

from bot.connectors.slack import FAULTS
from bot.ports import People

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class SlackPeople(People):
    """The People port over a WebClient. Somebody who was never read is read when first asked for."""

    client: WebClient
    _users: dict[str, dict[str, Any]] = field(default_factory=dict)
    _groups: dict[str, frozenset[str]] = field(default_factory=dict)

    def name_of(self, user_id: str) -> str:
        user = self._user(user_id)
        profile = user.get("profile") or {}
        return str(profile.get("real_name") or user.get("real_name") or user_id)

    def members_of(self, group_id: str) -> frozenset[str]:
        if group_id not in self._groups:
            self._read_group(group_id)
        return self._groups.get(group_id, frozenset())

    def is_active(self, user_id: str) -> bool:
        return not self._user(user_id).get("deleted", False)

    def zone_of(self, user_id: str) -> str:
        return str(self._user(user_id).get("tz") or "")

    def refresh(self, user_ids: Collection[str], group_ids: Collection[str]) -> None:
        for group_id in group_ids:
            self._read_group(group_id)
        for user_id in user_ids:
            self._read_user(user_id)

    def _user(self, user_id: str) -> dict[str, Any]:
        if user_id not in self._users:
            self._read_user(user_id)
        return self._users.get(user_id, {})

    def _read_user(self, user_id: str) -> None:
        try:
            self._users[user_id] = dict(self.client.users_info(user=user_id)["user"])
        except FAULTS as error:
            logger.warning("who %s is could not be read (%s)", user_id, type(error).__name__)

    def _read_group(self, group_id: str) -> None:
        try:
            users = self.client.usergroups_users_list(usergroup=group_id)["users"]
            self._groups[group_id] = frozenset(map(str, users))
        except FAULTS as error:
            logger.warning("who is in the group %s could not be read (%s)", group_id, type(error).__name__)
