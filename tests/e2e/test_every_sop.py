"""Every path of every SOP, worked to its end by pressing what the desk offers, row by row of the table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from blocks import words
from bot.sop.playbook import Playbooks
from sandbox.person import Person, Trouble
from tests.databases import SqliteFiles
from tests.e2e.conftest import WEDNESDAY, Office
from tests.e2e.robot import Robot, recipients
from tests.e2e.story import WHO, finish
from tests.postgres import Postgres

ADDRESS = re.compile(r"[^\s,]+@[^\s,]+")
OLD, RECENT = "2029-11-20", "2029-12-20"
WHAT: Mapping[str, object] = {
    "installer.name": "Bright Roofs",
    "installer.email": "office@bright-roofs.example.test",
    "description": "Three calls, no answer. The inverter hums.",
}
BEAM, CONCERT = {"program": "Beam"}, {"program": "Concert"}
NOT_FOUND = {"found_on_platform": "No, not found", "program": "Not known"}
MOST_ACTS = 70
INSTALLER = frozenset({"office@bright-roofs.example.test"})
SILENT = ["homeowner_not_heard", "homeowner_not_heard"]


@dataclass(frozen=True)
class Row:
    """A complaint as it is typed, and what is answered to the desk in turn.

    `acts` are among what has to be pressed on the way; with `case` there is a Salesforce case, with `lost`
    a step whose text is missing. `to` are those whom its mails go to, all of them.
    """

    what: Mapping[str, object]
    who: Mapping[str, object] = field(default_factory=dict)
    script: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    case: bool = False
    lost: bool = False
    check: str = "Concert"
    to: frozenset[str] | None = None


CONCERN = {"category": "General concern", "resolved_on_call": "No"}
SILENCE = {"category": "Installer is not replying"}
DAMAGE = {"category": "Property damage", "extra.damaged": ["Roof"]}
RIC_PRE = {**DAMAGE, "product": "RIC", "milestones.m1": OLD, "milestones.not_yet": ["M3"]}
RIC_POST = {**DAMAGE, "product": "RIC", "milestones.m1": OLD, "milestones.m3": RECENT}
PPA_PRE = {**RIC_PRE, "product": "PPA"}
PPA_POST = {**RIC_POST, "product": "PPA"}
METER = {"category": "System on the wrong meter"}
CHAT, EMAIL = {"channel": "Chat"}, {"channel": "E-mail"}
TWO_ATTEMPTS = ("Log attempt 1/2 …", "Log attempt 2/2 …")

ROWS: dict[str, Row] = {
    "01_not_on_the_platform_concert": Row(CONCERN, NOT_FOUND, acts=("Concert",), lost=True),
    "01_not_on_the_platform_not_concert": Row(CONCERN, NOT_FOUND, check="Not Concert"),
    "02_resolved_on_the_call": Row({**CONCERN, "resolved_on_call": "Yes"}),
    "03_welcome_call": Row({"category": "Welcome call", "resolved_on_call": "No"}, acts=("Which SOP …",)),
    "04_cancellation_everbright": Row({"category": "Homeowner wants to cancel"}, acts=("Which SOP …",)),
    "04_cancellation_concert": Row({"category": "Homeowner wants to cancel"}, CONCERT),
    "04_cancellation_beam_unanswered": Row(
        {"category": "Homeowner wants to cancel"},
        BEAM,
        ("cancellation_email_unanswered", "homeowner_contacted_satisfied"),
        lost=False,
    ),
    "05_cancellation_mail_unanswered": Row(
        {"category": "Installer did not answer a cancellation e-mail", "milestones.m1": OLD},
        script=("homeowner_not_heard",),
        lost=True,
    ),
    "05_cancellation_mail_before_m1": Row(
        {"category": "Installer did not answer a cancellation e-mail", "milestones.not_yet": ["M1"]}
    ),
    "06_silent_installer_twice": Row(
        {**SILENCE, "extra.need": "Resolving an installation issue"}, script=tuple(SILENT), lost=True
    ),
    "06_silent_installer_gate_fails": Row(
        SILENCE, script=("homeowner_unreachable", "homeowner_not_heard", "lead_released"), acts=("Answer …",)
    ),
    "06_silent_installer_beam": Row(
        {**SILENCE, "extra.need": "Resolving an installation issue"}, BEAM, tuple(SILENT), lost=True
    ),
    "07_pto_delay": Row({"category": "Delay in PTO"}, lost=True),
    "07_missing_equipment_before_m2": Row(
        {"category": "Equipment is missing", "milestones.m1": OLD, "milestones.not_yet": ["M2"]}, lost=True
    ),
    "08_conduct": Row({"category": "Installer was rude or worse"}, case=True, lost=True),
    "08_not_connected_after_m3": Row(
        {"category": "System is not connected", "milestones.m1": OLD, "milestones.m3": RECENT},
        script=("report:homeowner_not_heard",),
        acts=("report:homeowner_not_heard", "Read and copy …"),
        case=True,
        lost=True,
    ),
    "08_damage_to_the_system": Row(
        {**DAMAGE, "extra.damaged": ["The solar system itself"]}, case=True, lost=True
    ),
    "09_conduct_concert": Row({"category": "Installer was rude or worse"}, CONCERT, lost=True),
    "10_damage_ric_before_m3": Row(
        RIC_PRE, script=("homeowner_not_heard",), acts=("Take it",), case=True, lost=True
    ),
    "11_damage_ric_after_m3": Row(RIC_POST, CHAT, case=True),
    "12_damage_ppa_before_m3": Row(
        PPA_PRE, script=("homeowner_contacted_unsatisfied",), case=True, lost=True
    ),
    "13_damage_ppa_after_m3": Row(PPA_POST, acts=("Whom to call …",)),
    "13_damage_ppa_after_m3_in_writing": Row(PPA_POST, EMAIL),
    "13_damage_ppa_back_from_omnidian": Row(
        {**PPA_POST, "omnidian": "Omnidian transferred them to us"}, script=("lead_released",), lost=True
    ),
    "14_damage_by_email_product_asked": Row(
        {**RIC_PRE, "product": None}, EMAIL, acts=("Answer …",), case=True
    ),
    "15_damage_beam": Row(DAMAGE, BEAM, lost=True, to=INSTALLER | {"hanna@example.test"}),
    "16_wrong_meter": Row(METER, script=("homeowner_not_heard",), case=True, lost=True),
    "17_wrong_meter_concert": Row(METER, CONCERT, case=True, lost=True),
    "18_wrong_meter_corrected": Row(METER, script=("meter_corrected",), case=True, lost=True),
    "18_wrong_meter_installer_refuses": Row(METER, CONCERT, ("installer_refused",), case=True, lost=True),
    "19_fraud_agrees_to_wait": Row({"category": "Fraud", "agrees_to_wait": "Yes"}, lost=True),
    "19_fraud_refuses_to_wait": Row(
        {"category": "Fraud", "agrees_to_wait": "No"}, acts=("Whom to call …",), lost=True
    ),
    "19_compliance_by_email_asked": Row(
        {"category": "Compliance"}, {**EMAIL, **CONCERT}, acts=("Answer …",), lost=True
    ),
    "20_lawyer": Row(
        {**SILENCE, "sensitive": ["Retained or contacted a lawyer/legal counsel"], "agrees_to_wait": "Yes"},
        acts=("Release (leads)",),
        lost=True,
    ),
    "20_lawyer_concern": Row(
        {**CONCERN, "sensitive": ["Retained or contacted a lawyer/legal counsel"], "agrees_to_wait": "Yes"},
        script=("installer_confirmed_receipt",),
        acts=("Release (leads)",),
        lost=True,
    ),
    "20_asks_for_leadership": Row({**CONCERN, "wants_leadership": "Yes", "agrees_to_wait": "No"}, lost=True),
    "21_concern_everbright": Row(CONCERN, acts=TWO_ATTEMPTS, lost=True, to=INSTALLER | {"amal@example.test"}),
    "21_concern_installer_replies": Row(CONCERN, script=("installer_replied",), lost=True),
    "22_concern_concert": Row(CONCERN, CONCERT, acts=TWO_ATTEMPTS, lost=True, to=INSTALLER),
    "22_concern_beam_lead_decides": Row(CONCERN, BEAM, ("lead_released",), TWO_ATTEMPTS, lost=True),
}


TELLING = (
    "01_not_on_the_platform_concert",
    "04_cancellation_beam_unanswered",
    "20_lawyer_concern",
    "21_concern_everbright",
)
"""Gone on PostgreSQL too: a check, an unanswered mail, a hold, attempts. The rest differs by SOP alone."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, sqlite: SqliteFiles) -> Iterator[Office]:
    """One workspace and one desk for all: the cases come one after another."""
    with at_work(Office(tmp_path_factory.mktemp("every_sop"), sqlite)) as office:
        yield office


@pytest.fixture(scope="module")
def on_postgresql(tmp_path_factory: pytest.TempPathFactory, postgresql: Postgres) -> Iterator[Office]:
    """The same with a desk on PostgreSQL."""
    with at_work(Office(tmp_path_factory.mktemp("every_sop"), postgresql)) as office:
        yield office


@contextmanager
def at_work(office: Office) -> Iterator[Office]:
    try:
        office.clock.to(WEDNESDAY)
        with office.desk():
            yield office
    finally:
        office.sandbox.stop()


def opened(agent: Person, row: Row, address: str) -> str:
    """Type a complaint; what follows a choice is filled in once it stands there. Answers the case's name."""
    agent.command("/complaint")
    agent.wait_for_view("Who is calling")
    agent.fill({**WHO, "homeowner.address": address, **row.who})
    agent.submit()
    agent.wait_for_view("What happened")
    what = {**WHAT, **{name: value for name, value in row.what.items() if value is not None}}
    agent.fill({"category": what.pop("category")})
    while what:
        there = agent.wait_for(
            lambda one: [name for name in what if one.view and name in one.view.values], what=f"{list(what)}"
        )
        leading = [name for name in there if name in ("sensitive", "wants_leadership")]
        for name in leading or there:
            agent.fill({name: what.pop(name)})
    agent.submit()
    agent.wait_for_view("What the SOP says")
    return finish(agent)


@pytest.mark.parametrize("name", ROWS)
def test_a_path_is_worked_to_its_end(office: Office, name: str) -> None:
    worked(office, name)


@pytest.mark.parametrize("name", TELLING)
def test_a_path_is_worked_to_its_end_on_postgresql(on_postgresql: Office, name: str) -> None:
    worked(on_postgresql, name)


def worked(office: Office, name: str) -> None:
    row = ROWS[name]
    for person in (office.ada, office.bo, office.lea):
        if person.views:
            person.close(everything=True)
    case = opened(office.ada, row, f"{name}, Springfield")
    robot = Robot(office, case, list(row.script), row.check)
    robot.work(MOST_ACTS)

    told = "\n".join(robot.timeline())
    said = "\n".join(robot.read)
    assert [answer for answer in robot.typed if answer not in told] == []
    assert robot.script == []
    assert not [act for act in row.acts if act not in robot.pressed], robot.pressed
    assert ("Salesforce case number" in said) == row.case
    assert "Closed the case." in told
    assert "Closure comments" in told
    assert [mail for mail in robot.mails if not may_be_sent(mail)] == []
    if row.to is not None:
        assert {address for mail in robot.mails for address in ADDRESS.findall(recipients(mail))} == row.to
    assert missing_words(robot.read, office.playbooks) == []
    assert (words.LOST in said) == row.lost


def test_slack_took_everything(office: Office) -> None:
    refused = [entry for entry in Trouble(office.sandbox.url).traffic() if not entry["ok"]]
    assert refused == []


def may_be_sent(mail: str) -> bool:
    """A mail goes to somebody, and the homeowner does not stand beside anybody else."""
    lines = recipients(mail)
    to_homeowner = "*To:* Hanna (homeowner), hanna@example.test"
    if to_homeowner in lines:
        return lines == f"{to_homeowner}\n*Copied:* nobody"
    return lines.count("*To:*") == 1 and "@" in lines and "omeowner" not in lines and "hanna" not in lines


def missing_words(texts: list[str], playbooks: Playbooks) -> list[str]:
    """The due steps without the SOP's text that do not say so."""
    stages = [stage for path in playbooks.paths.values() for stage in path.stages.values()]
    rules = [rule for stage in stages for rule in stage.steps]
    rules += [rule for overlay in playbooks.overlays for rule in overlay.steps]
    titles = {f":arrow_forward: *{rule.title}*" for rule in rules if rule.lost}
    lines = [
        line for text in texts for line in zip(text.splitlines(), [*text.splitlines()[1:], ""], strict=True)
    ]
    return [line for line, below in lines if line.split("  _")[0] in titles and below != words.LOST]
