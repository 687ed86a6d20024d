"""Every point at which a desk can die, and what has to be so afterwards: what is so when nobody dies.

    python -m tests.e2e.crash_points [--database sqlite|postgresql] [--story STORY] [--point after:7]

plays all of them, or the one that is named, and says of each that fails how to play it again.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from sqlalchemy import make_url

from sandbox.person import Person, PersonError, Trouble
from sandbox.server import Sandbox
from sandbox.timing import Timing
from tests.databases import Databases, SqliteFiles
from tests.e2e.crash_nursery import KILLED, Nursery, Running
from tests.e2e.crash_outcome import Outcome, differences, outcome_of
from tests.e2e.crash_stories import OPENED, STORIES, Act, Story, prepare
from tests.e2e.crashing_desk import ROOT, Desk
from tests.postgres import Postgres, shared, stopped

Point = tuple[str, int]
"""A moment, `before` or `after`, and the number of a step."""
KINDS = ("sqlite", "postgresql")
TRIES = 12
LOOKS = 2.5
TRUSTS = 10.0
"""Seconds for which a person looks for what they did; and where it was refused, `LOOKS`."""
LEAP = 600.0
"""Seconds by which the machine's clock goes on between one desk and the next: every lease is over."""


@dataclass
class Workplace:
    """A workspace of its own, and a database in which the story has come to where the desk starts."""

    story: Story
    databases: Databases
    prepared: str
    nursery: Nursery
    folder: Path
    lost_reply: str = ""
    started: list[Running] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.url = self.databases.copy(self.prepared)
        self.sandbox = Sandbox(manifest=ROOT / "manifest.json", timing=Timing(ack_seconds=2.0))
        self.sandbox.start()
        self.sandbox.clock.move_to(OPENED + self.story.after)
        self.leaps, self.stays = self.folder / "leaps", self.folder / "stays"
        self.leaps.write_text("0")
        if self.lost_reply:
            Trouble(self.sandbox.url).cause("lost_reply", target=self.lost_reply)
        return self

    def __exit__(self, *_: object) -> None:
        for each in self.started:
            each.end()
        self.sandbox.stop()
        self.databases.drop(self.url)

    def start(self, dies: Point | None = None, hangs: Point | None = None) -> Running:
        """Start a desk. By the machine's clock, the leases of those that died or hang are over."""
        self.end_leases()
        self.stays.touch()
        slack = self.sandbox
        ahead = slack.clock.offset.total_seconds()
        tokens = (slack.bot_token, slack.app_token)
        files = (str(self.leaps), str(self.stays))
        self.started.append(
            self.nursery.start(Desk(self.url, *tokens, slack.api_url, ahead, *files, dies=dies, hangs=hangs))
        )
        return self.started[-1]

    def end_leases(self) -> None:
        """Let the machine's clock go on, once for every desk that has died or hangs."""
        gone = [each for each in self.started if each.hangs or not each.is_alive]
        self.leaps.write_text(str(LEAP * len(gone)))

    def play(self, dies: Point | None = None) -> Running:
        """Play the story with a desk that dies, and another one afterwards; answers the first."""
        first = self.start(dies)
        for act in self.story.acts:
            self._act(act)
        self.finish()
        return first

    def play_beside(self, dies: Point) -> Running:
        """Two desks at once, of which one dies; nobody is started in its place. Answers the one that died."""
        first, second = self.start(dies), self.start()
        for each in (first, second):
            self.nursery.wait_for_beginning(each)
        self.nursery.wait_a_while(lambda: not first.is_alive, LOOKS)
        self.end_leases()
        self.stays.unlink()
        for each in (first, second):
            self.nursery.wait_for_end(each)
        assert second.code == 0, f"the other desk ended with {second.code}"
        return first

    def play_hanging(self, hangs: Point) -> Running:
        """A desk hangs at a post past its lease, another sends the letter, and the first wakes up.

        Answers the first, which has taken away what it said too late.
        """
        first = self.start(hangs=hangs)
        self.nursery.wait(lambda: first.hangs or not first.is_alive, "the step at which a desk hangs")
        self._let_go()
        second = self.start()
        self.nursery.wait_for_beginning(second)
        self.stays.unlink()
        self.nursery.wait_for_end(second)
        assert second.code == 0, f"the other desk ended with {second.code}"
        self.stays.touch()
        first.go_on()
        self.nursery.wait_a_while(lambda: "chat.delete" in first.steps or hangs[0] == "after", TRUSTS)
        self.stays.unlink()
        self.nursery.wait_for_end(first)
        assert first.code == 0, f"the desk that hung ended with {first.code}"
        return first

    def _let_go(self) -> None:
        """What a desk that hangs has locked is free again: the server ends its connections after a while."""
        assert isinstance(self.databases, Postgres)
        database = make_url(self.url).database
        of_it = f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{database}'"
        self.databases.run(of_it)

    def finish(self) -> None:
        """Let the desk do what it owes, and go; where it dies of that, another one does."""
        for _ in range(2):
            running = self.present()
            self.nursery.wait_for_beginning(running)
            self.stays.unlink(missing_ok=True)
            self.nursery.wait_for_end(running)
            if running.code == 0:
                return
            assert running.code == KILLED, f"a desk ended with {running.code}"
        raise AssertionError("the second desk died too")

    def present(self) -> Running:
        """The desk that runs; where the last one died, another is started."""
        self.nursery.listen()
        if self.started[-1].is_alive:
            return self.started[-1]
        assert self.started[-1].code == KILLED, f"a desk ended with {self.started[-1].code}"
        return self.start()

    def _act(self, act: Act) -> None:
        """Have somebody do something, until they see that it is done; what was refused, they do once more."""
        person, told = Person(self.sandbox.url, act.who), ""
        for _ in range(TRIES):
            self.nursery.wait_for_beginning(self.present())
            looks = LOOKS
            try:
                if not self._sees(act, person, 0.0):
                    act.does(person)
                    looks = TRUSTS
            except PersonError as error:
                told = str(error)
            # Who was told of no trouble trusts the desk that comes after one that died.
            for _ in range(2):
                self.nursery.wait_for_beginning(self.present())
                if self._sees(act, person, looks):
                    return
        raise AssertionError(f"After {TRIES} tries: {told} {person.screen()}")

    def _sees(self, act: Act, person: Person, seconds: float) -> bool:
        """Whether it is done, in this time and while the desk lives."""
        running = self.started[-1]

        def done() -> bool:
            try:
                return bool(act.is_done(person))
            except PersonError:
                return False

        self.nursery.wait_a_while(lambda: not running.is_alive or done(), seconds)
        return done()


@dataclass
class Ground:
    """One kind of database, on which every story is prepared and played undisturbed once."""

    databases: Databases
    nursery: Nursery
    folder: Path
    _prepared: dict[str, str] = field(default_factory=dict)
    _undisturbed: dict[str, tuple[tuple[str, ...], Outcome]] = field(default_factory=dict)

    def at(self, story: str, lost_reply: str = "") -> Workplace:
        """A workplace in which this story begins."""
        if story not in self._prepared:
            self._prepared[story] = self.databases.new()
            prepare(STORIES[story], self._prepared[story])
        places = (self.databases, self._prepared[story], self.nursery, self.folder)
        return Workplace(STORIES[story], *places, lost_reply=lost_reply)

    def undisturbed(self, story: str) -> tuple[tuple[str, ...], Outcome]:
        """The steps of a story, and how it ends, when nobody dies."""
        if story not in self._undisturbed:
            with self.at(story) as workplace:
                told = workplace.play()
                self._undisturbed[story] = tuple(told.steps), outcome_of(workplace.url, workplace.sandbox.url)
        return self._undisturbed[story]

    def points(self, story: str) -> Iterator[Point]:
        """Before every step; after what cannot be undone, and after the last.

        What a desk leaves behind after a commit is what it leaves before its next step.
        """
        steps, _ = self.undisturbed(story)
        for number, step in enumerate(steps, start=1):
            yield "before", number
            if "." in step or step == "acknowledge" or number == len(steps):
                yield "after", number

    def differs(
        self,
        story: str,
        point: Point | None,
        lost_reply: str = "",
        play: Callable[[Workplace, Any], Running] = Workplace.play,
    ) -> str:
        """What is otherwise than undisturbed when a desk dies there; empty when nothing is."""
        _, expected = self.undisturbed(story)
        with self.at(story, lost_reply) as workplace:
            try:
                play(workplace, point)
            except (AssertionError, TimeoutError) as error:
                return f"{type(error).__name__}: {error}"
            outcome = outcome_of(workplace.url, workplace.sandbox.url)
        return "\n".join(differences(expected, outcome))


def main() -> int:
    """Play crash points, and answer how many differ."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    asked.add_argument("--database", choices=KINDS, action="append")
    asked.add_argument("--story", choices=tuple(STORIES), action="append")
    asked.add_argument("--point", help="as in after:7")
    asked.add_argument("--lost-reply", default="", help="a method whose first reply is lost")
    options = asked.parse_args()
    # Told to go, it does so as after Ctrl-C, and leaves nothing running.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    failures = 0
    with tempfile.TemporaryDirectory() as name, Nursery() as nursery:
        folder = Path(name)
        for kind in options.database or KINDS:
            databases = SqliteFiles(folder) if kind == "sqlite" else shared(folder / "postgresql")
            ground = Ground(databases, nursery, folder)
            try:
                for story in options.story or STORIES:
                    failures += _play(ground, kind, story, options.point, options.lost_reply)
            finally:
                stopped(folder / "postgresql")
    return failures


def _play(ground: Ground, kind: str, story: str, only: str | None, lost_reply: str) -> int:
    failures = played = 0
    for moment, number in ground.points(story):
        if only in (None, f"{moment}:{number}"):
            played += 1
            if problem := ground.differs(story, (moment, number), lost_reply):
                failures += 1
                again = f'--database {kind} --story "{story}" --point {moment}:{number}'
                say(f"{again}\n    {problem}\n")
    say(f"{kind}: {story}: {played} points, {failures} failed")
    return failures


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(min(main(), 1))
