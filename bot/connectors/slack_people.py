"""Who is who in Slack: names, time zones, who has left, and who is in which user group.

Methods: `users.info` (https://docs.slack.dev/reference/methods/users.info), `usergroups.users.list`. What
was read is kept until it is read anew; `bot.staff` sees to that, off the transactions.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.connectors.slack import FAULTS
from bot.ports import People

logger = logging.getLogger(__name__)

SLACKBOT = "USLACKBOT"
UNREACHABLE = "unreachable"
ROUND_ENDS = ("ratelimited", UNREACHABLE)
NO_GROUP = "no_such_subteam"
"""What Slack answers for a group that was disabled: nobody is in it any more."""


@dataclass(slots=True)
class SlackPeople(People):
    """The People port over a WebClient.

    A name is read when it is first asked for. Whether somebody is still there, and who is in a group, is
    asked within transactions: that is answered from what `refresh` has read, and never by a call.
    """

    client: WebClient
    _users: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    _groups: dict[str, frozenset[str]] = field(default_factory=dict)

    def name_of(self, user_id: str) -> str:
        if user_id and user_id not in self._users:
            self._read_user(user_id)
        user = self._users.get(user_id, {})
        profile = user.get("profile") or {}
        return str(profile.get("real_name") or user.get("real_name") or user_id)

    def members_of(self, group_id: str) -> frozenset[str]:
        return self._groups.get(group_id, frozenset())

    def is_active(self, user_id: str) -> bool:
        return not self._users.get(user_id, {}).get("deleted", False)

    def is_person(self, user_id: str) -> bool:
        return user_id != SLACKBOT and not self._users.get(user_id, {}).get("is_bot", False)

    def zone_of(self, user_id: str) -> str:
        return str(self._users.get(user_id, {}).get("tz") or "")

    def refresh(self, user_ids: Collection[str], group_ids: Collection[str]) -> frozenset[str]:
        """Slack's rate limit, or a Slack out of reach, ends the round: what is left of it was not read."""
        left = [*group_ids, *user_ids]
        unread: set[str] = set()
        while left:
            code = self._read_group(left[0]) if left[0] in group_ids else self._read_user(left[0])
            if code in ROUND_ENDS:
                return frozenset(unread.union(left))
            if code:
                unread.add(left[0])
            del left[0]
        return frozenset(unread)

    def _read_user(self, user_id: str) -> str:
        """Read somebody; the code of what went wrong, empty where nothing did."""
        try:
            self._users[user_id] = dict(self.client.users_info(user=user_id)["user"])
        except FAULTS as error:
            return _code(error, f"who {user_id} is")
        return ""

    def _read_group(self, group_id: str) -> str:
        try:
            users = self.client.usergroups_users_list(usergroup=group_id)["users"]
            self._groups[group_id] = frozenset(map(str, users))
        except FAULTS as error:
            code = _code(error, f"who is in the group {group_id}")
            if code == NO_GROUP:
                self._groups[group_id] = frozenset()
            return code
        return ""


def _code(error: Exception, what: str) -> str:
    """Slack's word for what went wrong."""
    known = isinstance(error, SlackApiError) and error.response.get("error")
    logger.warning("%s could not be read (%s)", what, known or type(error).__name__)
    return str(known or UNREACHABLE)
