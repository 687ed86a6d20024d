"""The office of the week: who works there, the oracle beside it, and waiting until the desk has said all."""

from __future__ import annotations

import logging
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime, timedelta

from app import LOGGED_FROM
from blocks import words
from sandbox.person import SeenMessage, Trouble
from sandbox.screen import Spot
from tests.e2e.conftest import Office
from tests.e2e.week.complaints import Complaint
from tests.e2e.week.eyes import Player, Room, instant
from tests.e2e.week.forger import Forger
from tests.e2e.week.log import RACES, Log, channel_ids
from tests.e2e.week.mirror import CONFIRMATIONS, Mirror
from tests.e2e.week.staff import CHANNEL, EVERYBODY

PATIENCE = 20.0
SOON = timedelta(seconds=20)


class Ears(logging.Handler):
    """Listens to everything that the desk writes into its log."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []
        self.errors: list[str] = []

    @contextmanager
    def open(self) -> Iterator[None]:
        levels = {"": logging.INFO, **LOGGED_FROM}
        before = {name: logging.getLogger(name).level for name in levels}
        logging.getLogger().addHandler(self)
        try:
            for name, level in levels.items():
                logging.getLogger(name).setLevel(level)
            yield
        finally:
            logging.getLogger().removeHandler(self)
            for name, level in before.items():
                logging.getLogger(name).setLevel(level)

    def emit(self, record: logging.LogRecord) -> None:
        line = f"{record.name}: {record.getMessage()} {record.exc_text or record.exc_info or ''}".strip()
        self.lines.append(line)
        if record.levelno >= logging.ERROR:
            self.errors.append(line)


class Week:
    """The run of one week. `dice` decide what people do; the same seed plays the same week."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office = office
        self.dice = random.Random(seed)
        self.room = Room(office.sandbox)
        self.trouble = Trouble(office.sandbox.url)
        self.forger = Forger(self.room)
        self.mirror = Mirror(office.playbooks)
        self.log = Log(self.room)
        self.complaints: dict[str, Complaint] = {}
        self.tried: Counter[str] = Counter()
        self.old: list[tuple[str, SeenMessage, Spot]] = []
        self.people = {
            name: Player(self.room, office.sandbox, user, name) for name, user in EVERYBODY.items()
        }
        self.channels = self.room.look(channel_ids)
        self.summaries: set[tuple[str, date]] = set()
        self.ears = Ears()
        self.expected: set[tuple[str, str]] = set(RACES)
        self.caused: list[str] = []
        self.checks_seen = 0
        self._running = ExitStack()

    @property
    def now(self) -> datetime:
        return self.office.sandbox.clock.now()

    @property
    def wall(self) -> datetime:
        return self.now.astimezone(self.office.playbooks.organisation.calendar.zone)

    def name_of(self, user: str) -> str:
        return self.named(user).name

    def local(self, user: str) -> datetime:
        """What time it is on somebody's own clock."""
        return self.now.astimezone(self.named(user).zone)

    def start_desk(self) -> None:
        self._running.enter_context(self.office.desk())

    def stop_desk(self) -> None:
        self._running.close()

    def is_here(self, user: str) -> bool:
        """Whether somebody still works here."""
        return not self.room.look(lambda site: site.workspace.members[user].deleted)

    def owner_of(self, case: str) -> Player:
        """Who has the case; the lead, while it waits in a queue."""
        return self.named(self.mirror.cases[case].owner or EVERYBODY["lea"])

    def named(self, user: str) -> Player:
        return next(one for one in self.people.values() if one.user_id == user)

    def address(self, to: str) -> str:
        """Where a post goes, however it was named: a person's or a channel's id."""
        name = CHANNEL.get(to, to)
        return self.channels.get(name, name)

    def was_caused(self, line: str) -> bool:
        """Whether this line of the desk's log tells of a failure that the week made happen."""
        return any(words in line for words in self.caused)

    # --- time ---

    def to(self, when: datetime) -> None:
        """Go on to this instant, ringing on the way whatever falls due, each at its minute."""
        while (due := self.mirror.next_due()) is not None and due <= when + SOON:
            self._jump(due)
        self._jump(when)

    def _jump(self, when: datetime) -> None:
        """Move the clock, past anything that would fall due while people work."""
        target = max(when, self.now)
        while dues := self.mirror.due_within(target - SOON, 2 * SOON):
            if dues[-1] + timedelta(seconds=1) <= target:
                break
            target = dues[-1] + timedelta(seconds=1)
        self.office.clock.to(target)
        self.settle()

    def settle(self) -> None:
        """Wait until the desk owes nothing, and let the oracle see the same time pass."""
        deadline, pause = time.monotonic() + PATIENCE, 0.002
        while owed := self._owed():
            assert time.monotonic() < deadline, f"the desk still owes {owed}"
            time.sleep(pause)
            pause = min(2 * pause, 0.03)
        now = self.now
        self.mirror.tick(now)
        self._see_checks()
        self.log.read()

    def _owed(self) -> list[tuple[str, str]]:
        return self.office.owed() if self.office.running else []

    def _see_checks(self) -> None:
        """Every new request of the Concert check: whom it tags, and that these are who is on shift."""
        posts = self.room.posts(self.channels[CHANNEL[CONFIRMATIONS]])
        for post in posts[self.checks_seen :]:
            asks = [block for block in post.blocks if "Is this a Concert customer?" in str(block)]
            if post.by_app and not post.only_for and asks:
                at, case = instant(post.ts), post.text.split()[0].rstrip(":")
                tagged = tuple(one for one in post.mentions if f"<@{one}>" in str(asks[0]))
                assert frozenset(tagged) == self.mirror.on_shift(at), (case, at, tagged)
                self.mirror.asked(case, at, tagged)
        self.checks_seen = len(posts)

    # --- what must be so at once ---

    def check(self, name: str) -> None:
        """The card says where the case stands by the oracle."""
        mine = self.mirror.cases[name]
        if not mine.owner:
            return
        card = self.named(mine.owner).card(name)
        assert card is not None, f"{name} has no card"
        must = f"{name}: {words.state(mine.case)}."
        assert card.text == must, f"{card.text} must be {must} after {mine.said[-3:]}"

    def open_cases(self, owner: str) -> Iterator[str]:
        for name, mine in self.mirror.cases.items():
            if mine.owner == owner and mine.case.state != "closed":
                yield name
