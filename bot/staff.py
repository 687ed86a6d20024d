"""Who of the people the desk counts on is still there: read from Slack at the start, and again and again.

Within a transaction nobody is asked: what was read last answers there. Groups are read every time, people
once an hour, and at once when Slack says that somebody changed.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Final

from bot import oncall, rota_watch
from bot.desk import Desk
from bot.ports import Clock, Work
from bot.roles import Role, members

logger = logging.getLogger(__name__)

GROUPS_EVERY: Final = timedelta(minutes=5)
PEOPLE_EVERY: Final = timedelta(hours=1)
AT_ONCE: Final = 10
FIRST: Final = (Role.CONFIRMER, Role.LEAD, Role.ADMIN)
"""Who has to be known before the desk serves: who is tagged, and who may change that."""


@dataclass(slots=True)
class Staff:
    """Keeps `desk.people` fresh. Its calls talk to Slack, never within a transaction; one at a time, so that
    what was read first is never kept last.
    """

    desk: Desk
    now: Clock
    _read_at: dict[str, datetime] = field(default_factory=dict)
    _away: frozenset[str] = frozenset()
    _stopping: threading.Event = field(default_factory=threading.Event)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> None:
        """Before the desk serves: read the groups and who may be tagged, look ahead, promise to again."""
        now = self.now()
        self._read((), self._groups())
        with self.desk.memory.read() as work:
            today = self.desk.today(work, now)
        self._read(frozenset().union(*(members(today, role) for role in FIRST)), ())
        with self.desk.memory.write() as work:
            self._look(work, now)
            rota_watch.promise(work, self.desk, now)

    def stop(self) -> None:
        """Ask Slack for no one else."""
        self._stopping.set()

    def refresh(self) -> None:
        """Read the groups, and everybody who was not read for an hour; look ahead where somebody has gone.

        Never raises: it runs by itself, and the next round is minutes away.
        """
        try:
            with self._turn:
                self._refresh()
        except Exception:
            logger.exception("who is still there could not be seen anew; it is tried again in some minutes")

    def _refresh(self) -> None:
        now = self.now()
        before = self._memberships()
        self._read((), self._groups())
        with self.desk.memory.read() as work:
            people = rota_watch.staff(work, self.desk, now)
        self._read({user for user in people if self._is_due(user, now)}, ())
        if self._gone(people) != self._away or self._memberships() != before:
            self.changed()

    def person_changed(self, user: str) -> None:
        """Slack says that somebody is otherwise now: the desk looks at once, where it counts on them."""
        with self.desk.memory.read() as work:
            if user not in rota_watch.staff(work, self.desk, self.now()):
                return
        with self._turn:
            was_active = self.desk.people.is_active(user)
            self._read({user}, ())
            if self.desk.people.is_active(user) != was_active:
                self.changed()

    def changed(self) -> None:
        """Somebody was deactivated, or has come back: who is on call, and what lies ahead, is seen anew."""
        with self.desk.memory.write() as work:
            self._look(work, self.now())

    def _look(self, work: Work, now: datetime) -> None:
        self._away = self._gone(rota_watch.staff(work, self.desk, now))
        oncall.changed(work, self.desk, now)

    def _read(self, users: Collection[str], groups: Collection[str]) -> None:
        """A few at a time, so that stopping need not wait for all."""
        now, left = self.now(), sorted(users)
        self.desk.people.refresh((), sorted(groups))
        while left and not self._stopping.is_set():
            some, left = left[:AT_ONCE], left[AT_ONCE:]
            read = set(some) - self.desk.people.refresh(some, ())
            if not read:
                return
            self._read_at.update(dict.fromkeys(read, now))

    def _is_due(self, user: str, now: datetime) -> bool:
        """A sandbox's clock may have been moved either way since."""
        read_at = self._read_at.get(user)
        return read_at is None or abs(now - read_at) >= PEOPLE_EVERY

    def _groups(self) -> frozenset[str]:
        roles = self.desk.organisation.roles
        ids = (each for role in fields(roles) for each in getattr(roles, role.name))
        return frozenset(each for each in ids if each.startswith("S"))

    def _memberships(self) -> dict[str, frozenset[str]]:
        return {group: self.desk.people.members_of(group) for group in self._groups()}

    def _gone(self, people: Collection[str]) -> frozenset[str]:
        return frozenset(user for user in people if not self.desk.people.is_active(user))
