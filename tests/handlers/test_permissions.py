"""Everything the desk listens to, by everybody: allowed or refused as `bot.roles` says."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from slack_bolt import BoltRequest
from slack_sdk import WebClient

import handlers
from blocks.home import home
from bot import roles
from bot.connectors.slack_home import SlackHomes
from bot.people import Strangers
from bot.ports import Memory
from bot.redrawing import Redrawer
from bot.roles import Act
from bot.sop.organisation import Roles
from bot.stored import Letter, Posted, StoredCase
from handlers.front import Front
from tests.bot.casework import CLEO, Casework, casework
from tests.bot.desk import NOW
from tests.databases import Databases
from tests.handlers.listeners import CASE, Hearing, Row, action, command, form, payload, typed
from tests.handlers.slack import AtOnce, ListeningSlack, listening

OWNER = "U0OWNER001"
PEOPLE = {
    "an outsider": "U0OUTSIDE1",
    "a confirmer": CLEO,
    "another agent": "U0AGENT001",
    "the owner": OWNER,
    "a trained agent": "U0TRAINED1",
    "a clerk": "U0CLERK001",
    "a specialist": "U0SPECIAL1",
    "a lead": "U0LEAD0001",
    "an admin": "U0ADMIN001",
}
SECRETS = ("Zelda", "Hidden Lane", "555-0123", "zelda@example.test", "secret leak")
REFUSED = re.compile(r"you are not among them|\b[Oo]nly [^.]*? can ")


INTAKE = "no-such-intake"
WISH = "away|U0CLEO0005|2026-12-24T00:00:00-05:00|2026-12-25T00:00:00-05:00|2026-12-24|2026-12-24||"
MORE = ("timeline", "note", "facts", "hand_over", "more", "reopen")
MORE_ACTS = {"timeline": Act.SEE, "note": Act.NOTE}
DO = ("take", "release", "hand_over", "reassign", "away", "report", "close", "timeline", "note", "escalate")
DO_ACTS = {**MORE_ACTS, "escalate": Act.NOTE}

ROWS: list[Row] = [
    # Commands and shortcuts.
    command("", Act.OPEN),
    command("help", Act.ASK),
    command("sop ppa after m3", Act.ASK),
    command("mine", Act.SEE),
    command("find zelda", Act.SEE),
    command("resume", Act.OPEN),
    command("next", Act.TAKE),
    command(f"show HC-{CASE}", Act.SEE),
    command("oncall", Act.SEE_ROTA),
    command("undelivered", Act.MEND_DELIVERY),
    command("report", Act.SEE_TEAM),
    command("no such word", Act.ASK),
    Row("command", "", None, sent="/elsewhere"),
    Row("shortcut", "open_complaint", Act.OPEN, ""),
    Row("shortcut", "complaint_from_message", Act.OPEN, "A message"),
    Row("shortcut", "", None, "", "nobody_listens"),
    # Cases.
    action("^answer:", Act.WORK, f"{CASE}|homeowner_heard", "answer:homeowner_not_heard"),
    action("^step:", Act.WORK, f"{CASE}|email_installer", "step:email"),
    *(action("case_more", MORE_ACTS.get(each, Act.WORK), f"{CASE}|{each}") for each in MORE),
    action("case_open", Act.SEE),
    action("case_release", Act.DECIDE),
    action("open_link", None),
    form("email_sent", Act.WORK, f"{CASE}|email_installer", subject="s", text="t"),
    form("record_made", Act.WORK, f"{CASE}|open_ticket", reference="EBH-1"),
    form("step_done", Act.WORK, f"{CASE}|open_ticket"),
    form("facts_learned", Act.WORK),
    # What connected systems do.
    form("ordered", Act.WORK, f"{CASE}|email_installer", subject="s", text="t"),
    form("record_updated", Act.WORK, f"{CASE}|ho_ticket"),
    action("order_form_by_hand", Act.WORK, f"{CASE}|email_installer"),
    action("order_form", Act.WORK, f"{CASE}|email_installer"),
    action("order_by_hand", Act.WORK, f"{CASE}|1"),
    action("order_again", Act.WORK, f"{CASE}|1"),
    action("record_update", Act.WORK, f"{CASE}|ho_ticket"),
    form("snoozed", Act.WORK, until="2026-11-25", reason="why"),
    form("noted", Act.NOTE, note="a note"),
    form("reported", Act.WORK, event="homeowner_not_heard"),
    form("closed", Act.WORK, closure_comments="done"),
    # Who has a case.
    action("case_take", Act.TAKE),
    action("entry_read", Act.SEE, f"{CASE}|0"),
    *(action("^case_do:", DO_ACTS.get(each, Act.WORK), f"{CASE}|{each}", f"case_do:{each}") for each in DO),
    form("released", Act.WORK, reason="why"),
    Row(
        "view", "handed_over", Act.WORK, f"{CASE}|", values={"to": {"value": {"selected_user": "U0AGENT001"}}}
    ),
    Row(
        "view",
        "reassigned",
        Act.WORK,
        f"{CASE}|",
        values={
            "team": {"value": {"selected_option": {"value": "back_office"}}},
            **typed(reason="why"),
        },
    ),
    form("taken_over", Act.TAKE),
    form("owner_away", Act.WORK),
    form("escalated", Act.NOTE, reason="why"),
    action("queue_next", Act.TAKE, ""),
    action("^confirmation:", Act.CONFIRM, CASE, "confirmation:cannot_tell"),
    # Intake and drafts.
    action("home_open_complaint", Act.OPEN, "new"),
    *(form(each, Act.OPEN, INTAKE) for each in ("intake_who", "intake_what", "intake_says")),
    Row("view_closed", "^intake_(who|what|says)$", None, INTAKE, "intake_who"),
    action("intake_another", Act.OPEN, INTAKE),
    action("^intake_more:", Act.OPEN, INTAKE, "intake_more:general_concern"),
    action("intake_back", Act.OPEN, "who"),
    action("intake_join", Act.OPEN, CASE),
    action("redrawn field", Act.OPEN, INTAKE, "value"),
    action("kept field", Act.OPEN, INTAKE, "value"),
    action("draft_resume", Act.OPEN, INTAKE),
    action("draft_hand_over", Act.OPEN, INTAKE),
    action("draft_discard", Act.OPEN, INTAKE),
    Row(
        "view",
        "draft_hand_over_form",
        Act.OPEN,
        INTAKE,
        values={"to": {"value": {"selected_user": "U0LEAD0001"}}},
    ),
    Row("options", "listed_homeowner", None, "Zel"),
    Row("options", "listed_installer", None, "Sun"),
    action("listed_homeowner", Act.OPEN, "1"),
    action("listed_installer", Act.OPEN, "1"),
    action("questions_open", Act.OPEN, "{}"),
    # Home.
    Row("event", "app_home_opened", None),
    Row("event", "message", Act.ASK, "ppa after m3"),
    Row("event", "message", Act.NOTE, "a note", sent="below the post"),
    Row("event", "user_change", None),
    Row("event", "subteam_members_changed", None),
    action("^home_page:", Act.SEE_ROTA, "1", "home_page:due:1"),
    action("^home_filter:", Act.SEE_TEAM, "beam", "home_filter:program"),
    Row("options", "home_filter:installer", None, "Sun"),
    action("home_clear", Act.SEE_TEAM, "all"),
    action("home_summary", Act.SEE, "on"),
    action("home_resume", Act.OPEN, "resume"),
    action("undelivered_again", Act.MEND_DELIVERY, "1"),
    action("undelivered_drop", Act.MEND_DELIVERY, "1"),
    action("undelivered_order_again", Act.MEND_DELIVERY, "1"),
    action("undelivered_order_drop", Act.MEND_DELIVERY, "1"),
    # Who is on call.
    action("^oncall_form:", Act.CHANGE_ROTA, "away", "oncall_form:away"),
    action("oncall_back", Act.CHANGE_ROTA, WISH),
    action("oncall_undo", Act.CHANGE_ROTA, "1"),
    form("oncall_wished", Act.CHANGE_ROTA, "away", day="2026-12-24"),
    form("oncall_saved", Act.CHANGE_ROTA, WISH, reason="why"),
    form("oncall_undone", Act.CHANGE_ROTA, "1"),
    # What nobody listens to.
    Row("action", "", None, sent="nobody_listens"),
    Row("view", "", None, sent="nobody_listens"),
    Row("view_closed", "", None, sent="nobody_listens"),
    Row("options", "", None, sent="nobody_listens"),
    Row("event", "", None, sent="reaction_added"),
]


@dataclass(frozen=True)
class Acquaintances(Strangers):
    """Who is not known has to be asked about in Slack, and nobody waits for that within a transaction."""

    memory: Memory
    known: set[str] = field(default_factory=lambda: set(PEOPLE.values()))

    def name_of(self, user_id: str) -> str:
        if user_id not in self.known:
            self.refresh([user_id], ())
        return user_id

    def refresh(self, user_ids: Collection[str], group_ids: Collection[str]) -> frozenset[str]:
        with self.memory.read():
            self.known.update(user_ids)
        return frozenset()


@dataclass
class Everything:
    """A desk behind Bolt, with a Slack that only listens."""

    work: Casework
    app: Hearing
    slack: ListeningSlack

    def case(self) -> StoredCase:
        """A case of the owner's, full of what an outsider must not learn."""
        homeowner = {
            "name": "Zelda (homeowner)",
            "address": "1 Hidden Lane",
            "phone": "555-0123",
            "email": "zelda@example.test",
        }
        case = self.work.open(homeowner=homeowner, description="A secret leak")
        with self.work.desk.memory.write() as memory:
            memory.outbox.put([Letter(f"{case.name}/post", "queued", case.number, to="C1")], NOW)
            for delivery in memory.outbox.claim("test", NOW, NOW + timedelta(hours=1), most=9):
                memory.outbox.settle(delivery, Posted("C1", str(case.number)), NOW)
            return memory.cases.save(replace(memory.cases.get(case.number), owner=OWNER), NOW)

    def now(self, case: StoredCase) -> tuple[StoredCase, int]:
        """The case as it is now, and how many lines its timeline has."""
        with self.work.desk.memory.read() as memory:
            return memory.cases.get(case.number), len(memory.timeline.of(case.number))

    def told(self, row: Row, user: str, case: StoredCase) -> str:
        """Everything that Slack was told when this person did this."""
        self.slack.heard()
        body = payload(row, user, str(case.number), self.slack.response_url)
        answer = self.app.dispatch(BoltRequest(body=body, mode="socket_mode"))
        return f"{answer.body}\n{self.slack.heard()}"


@pytest.fixture(scope="module")
def everything(databases: Databases) -> Iterator[Everything]:
    with casework(databases) as work, listening() as slack:
        staff = Roles(
            leads=(PEOPLE["a lead"],),
            agents=(OWNER, PEOPLE["another agent"]),
            trained_agents=(PEOPLE["a trained agent"],),
            back_office=(PEOPLE["a clerk"],),
            resolution_specialists=(PEOPLE["a specialist"],),
            admins=(PEOPLE["an admin"],),
        )
        organisation = replace(work.desk.organisation, roles=staff)
        people = Acquaintances(work.desk.memory)
        playbooks = replace(work.desk.playbooks, organisation=organisation)
        work.desk = replace(work.desk, playbooks=playbooks, people=people)
        client = WebClient(token="xoxb-test", base_url=slack.url)
        app = Hearing(
            client=client,
            token_verification_enabled=False,
            process_before_response=True,
            listener_executor=AtOnce(),
            request_verification_enabled=False,
        )
        homes = Redrawer(work.desk, SlackHomes(client), home, lambda: NOW, lambda: NOW)
        handlers.register(app, Front(work.desk, lambda: NOW, people, lambda: None, homes))
        yield Everything(work, app, slack)


def test_the_table_names_everything_that_the_desk_listens_to(everything: Everything) -> None:
    assert {(row.kind, row.listens) for row in ROWS} == set(everything.app.heard)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.kind} {row.id} {row.value}".strip())
def test_everybody_may_do_what_the_roles_say_and_no_more(everything: Everything, row: Row) -> None:
    allowed: dict[str, bool] = {}
    expected: dict[str, bool] = {}
    for person, user in PEOPLE.items():
        case = everything.case()
        about = case if row.act in (Act.WORK, Act.TAKE) and CASE in row.value else None
        expected[person] = row.act is None or roles.may(everything.work.desk, user, row.act, about)
        before = everything.now(case)
        said = everything.told(row, user, case)
        assert expected[person] or everything.now(case) == before
        allowed[person] = not REFUSED.search(said)
        if person == "an outsider":
            assert [secret for secret in SECRETS if secret in said] == []
            assert f"HC-{case.number}" not in said
        assert "Something went wrong" not in said, said
    assert allowed == expected


def test_slack_is_told_why_not(everything: Everything) -> None:
    """The words that the table looks for are those that people read."""
    row = command("next", Act.TAKE)
    said = everything.told(row, PEOPLE["an outsider"], everything.case())
    assert json.dumps("you are not among them")[1:-1] in said


def test_who_a_case_is_handed_to_is_asked_before_the_transaction(everything: Everything) -> None:
    """A Slack that takes its time would have everybody else's clicks wait for the one writer's turn."""
    stranger = {"to": {"value": {"selected_user": "U0STRANGER"}}}
    row = Row("view", "handed_over", Act.WORK, f"{CASE}|", values=stranger)
    said = everything.told(row, OWNER, everything.case())
    assert "cannot work on cases of the front line" in said, said
