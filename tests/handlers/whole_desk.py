"""A desk behind Bolt and its line to Slack, over any database; Slack only listens."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from slack_bolt import App
from slack_sdk import WebClient

import handlers
from blocks.home import home
from bot import cases, roles
from bot.connectors.by_hand import by_hand
from bot.connectors.slack_home import SlackHomes
from bot.desk import Desk
from bot.redrawing import Redrawer
from bot.sop.organisation import Roles
from bot.stored import Letter, Posted
from handlers.front import Front
from handlers.line import Line
from handlers.wire import Wire
from storage import open_database
from storage.database import Database
from tests.bot.casework import PLAYBOOKS
from tests.bot.desk import NOW, facts
from tests.handlers.sent import ELSEWHERE, Sent
from tests.handlers.slack import AtOnce, ListeningSlack, listening
from tests.handlers.test_permissions import OWNER, PEOPLE, SECRETS, Acquaintances
from tests.invariants import broken


class Heard(logging.Handler):
    """What was logged."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[tuple[int, str]] = []
        self.setFormatter(logging.Formatter("%(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append((record.levelno, self.format(record)))


class DeadEnd(Wire):
    """A connection on which only acknowledgements go out, to be looked at."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def send(self, text: str) -> bool:
        self.said.append(text)
        return True


@dataclass
class WholeDesk:
    """A desk behind Bolt, over a database, with a Slack that only listens."""

    desk: Desk
    database: Database
    line: Line
    slack: ListeningSlack
    log: Heard

    def case(self) -> int:
        """A new case of the owner's, with a post in a channel."""
        homeowner = {"name": "Zelda (homeowner)", "address": "1 Hidden Lane", "phone": "555-0123"}
        said = facts(homeowner=homeowner, description="A secret leak")
        with self.desk.memory.write() as work:
            case = cases.open_case(work, self.desk, said, OWNER, NOW)
            work.outbox.put([Letter(f"{case.name}/post", "queued", case.number, to="C1")], NOW)
            for delivery in work.outbox.claim("test", NOW, NOW + timedelta(hours=1), most=9):
                work.outbox.settle(delivery, Posted("C1", str(case.number)), NOW)
        return case.number

    def state(self, number: int) -> tuple[object, int]:
        with self.desk.memory.read() as work:
            return work.cases.get(number), len(work.timeline.of(number))

    def answers(self, sent: Sent) -> str:
        """The payload is answered, or the log says why not; nothing leaks, and nothing is half done.

        Answers what Slack was told.
        """
        number = self.case()
        before = self.state(number)
        self.log.lines.clear()
        self.slack.heard()
        body = json.loads(json.dumps(sent.body(str(number), self.slack.response_url)))
        wire = DeadEnd()
        self.line._handle(
            wire, {"type": "interactive", "envelope_id": "E1", "payload": body}, time.monotonic()
        )
        said = f"{wire.said}\n{self.slack.heard()}"
        log = "\n".join(line for _, line in self.log.lines)
        failed = [line for level, line in self.log.lines if level >= logging.WARNING]
        assert wire.said or failed, "not acknowledged, and not a word in the log"
        assert [secret for secret in SECRETS if secret.lower() in log.lower()] == [], log
        from_here = sent.changes or sent.company != ELSEWHERE
        if not (from_here and roles.roles_of(self.desk, PEOPLE[sent.person])):
            assert self.state(number) == before, "an outsider has changed a case"
            assert [secret for secret in SECRETS if secret in said] == []
        assert broken(self.database, self.desk, number - 1) == []
        return said


@contextmanager
def whole_desk(url: str) -> Iterator[WholeDesk]:
    staff = Roles(
        leads=(PEOPLE["a lead"],),
        agents=(OWNER, PEOPLE["another agent"]),
        trained_agents=(PEOPLE["a trained agent"],),
        back_office=(PEOPLE["a clerk"],),
        resolution_specialists=(PEOPLE["a specialist"],),
        admins=(PEOPLE["an admin"],),
    )
    playbooks = replace(PLAYBOOKS, organisation=replace(PLAYBOOKS.organisation, roles=staff))
    log, root = Heard(), logging.getLogger()
    with open_database(url, NOW) as database, listening() as slack:
        people = Acquaintances(database)
        desk = Desk(database, playbooks, by_hand({}), people)
        client = WebClient(token="xoxb-test", base_url=slack.url)
        app = App(
            client=client,
            token_verification_enabled=False,
            process_before_response=True,
            listener_executor=AtOnce(),
            request_verification_enabled=False,
        )
        homes = Redrawer(desk, SlackHomes(client), home, lambda: NOW, lambda: NOW)
        handlers.register(app, Front(desk, lambda: NOW, people, lambda: None, homes))
        root.addHandler(log)
        try:
            yield WholeDesk(desk, database, Line(app, client, "xapp-test", 1), slack, log)
        finally:
            root.removeHandler(log)
