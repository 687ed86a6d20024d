"""The proof of the rulebook: what is broken by hand is found, with file, line and a smallest example."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, fields
from pathlib import Path

import pytest

from bot.plan_json import question_from_json
from bot.playbooks import DIRECTORY, load_playbooks
from bot.proof import Finding, Proof, places_of, prove
from bot.proof.forbidden import guard_breaches
from bot.simulation import simulate
from bot.sop.case import Case
from tests.bot.desk import NOW, playbooks

INSTALLER = "installer_complaints.yaml"
DAMAGE = "property_damage.yaml"
SILENT = ("installer_unresponsive", "cancellation_mail_unanswered")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped playbooks, to be broken."""
    return Path(
        shutil.copytree(DIRECTORY, tmp_path / "playbooks", ignore=shutil.ignore_patterns("*.py", "__*"))
    )


@dataclass(frozen=True)
class Broken:
    """One edit by hand: the first `old` of `file` becomes `new`; the finding stands in the line of `at`."""

    old: str
    new: str
    says: str
    at: str
    file: str = INSTALLER
    found_in: str = ""
    categories: tuple[str, ...] = SILENT
    facts: str = "{}"
    events: tuple[str, ...] | None = ()

    def edit(self, folder: Path) -> None:
        path = folder / self.file
        text = path.read_text(encoding="utf-8")
        assert self.old in text
        path.write_text(text.replace(self.old, self.new, 1), encoding="utf-8")


def proof_of(folder: Path, categories: tuple[str, ...]) -> Proof:
    changed = load_playbooks(playbooks().organisation, folder)
    return prove(changed, places_of(changed.files), NOW, categories)


def line_of(folder: Path, file: str, text: str) -> int:
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


EMAIL = "            to: [installer]\n            text: email_installer\n"
BROKEN = [
    pytest.param(
        Broken(
            EMAIL,
            f"            copied: [homeowner]\n{EMAIL}",
            says="would put the homeowner on an e-mail of a Beam case",
            at="id: email_installer",
            facts='{"category": "installer_unresponsive", "program": "beam"}',
        ),
        id="the homeowner is copied on the installer's mail",
    ),
    pytest.param(
        Broken(
            "participants: [concert_compliance_contact]",
            "participants: [homeowner]",
            says="would make the homeowner a request participant of a Beam case",
            at="id: add_compliance_contact",
            facts='{"category": "installer_unresponsive", "program": "beam",'
            ' "extra": {"need": "installation_issue"}}',
            events=("installer_email_sent", "homeowner_contacted_unsatisfied"),
        ),
        id="the homeowner becomes a participant",
    ),
    pytest.param(
        Broken(
            "      satisfied:\n",
            "      lonely:\n        title: Lonely\n        state: needs_decision\n      satisfied:\n",
            says="Nothing leads to the stage “Lonely” (lonely).",
            at="      lonely:",
            events=None,
        ),
        id="a dead stage",
    ),
    pytest.param(
        Broken(
            "            when: {channel: phone}\n",
            "            when: {channel: phone, category: fraud}\n",
            says="is never due: its `when` does not fit where it stands.",
            at="id: notified",
            events=None,
        ),
        id="a dead step",
    ),
    pytest.param(
        Broken(
            "          installer_email_sent: {go: first_wait, counts_attempt: true}\n",
            "          installer_email_sent: {go: trap, counts_attempt: true}\n"
            "          installer_refused: first_wait\n",
            says="From “Trap” nobody can ever close the case.",
            at="      trap:",
            facts='{"category": "installer_unresponsive", "program": "everbright"}',
            events=("installer_email_sent",),
        ),
        id="a stage that nobody can leave",
    ),
    pytest.param(
        Broken(
            "          then: lead_decides\n",
            "          then: prompting\n",
            says="never ends in a person's decision",
            at="      prompting:",
            events=None,
        ),
        id="prompts for ever",
    ),
    pytest.param(
        Broken(
            "      m3: not_yet\n",
            "      m3: [not_yet, approved]\n",
            says="The same facts fit “Property damage, RIC before M3” (property_damage/ric_pre_m3) and",
            at="  ric_post_m3:",
            file=DAMAGE,
            categories=("property_damage",),
            facts='{"category": "property_damage", "program": "everbright", "product": "ric",'
            ' "milestones": {"m3": "2026-11-10"}}',
        ),
        id="two paths for the same facts",
    ),
    pytest.param(
        Broken(
            "program: everbright, product: ppa, m3: not_yet}",
            "program: unknown, product: ppa, m3: not_yet}",
            says="No complaint leads to “Property damage, PPA before M3”",
            at="  ppa_pre_m3:",
            file=DAMAGE,
            categories=("property_damage",),
            events=None,
        ),
        id="a dead path",
    ),
    pytest.param(
        Broken(
            "cites: [R-066, D-09]",
            "cites: [R-066, D-09, R-086]",
            says="R-086 has a `no_step`, but a playbook cites it.",
            at="R-086:",
            found_in="rules.yaml",
            events=None,
        ),
        id="a rule that asks for nothing is cited",
    ),
    pytest.param(
        Broken(
            "          - id: steps_lost\n",
            "          - {id: sneaked_in, verb: open_case, title: Create a case, cites: [D-03]}\n"
            "          - id: steps_lost\n",
            says="would open a Salesforce case for missing equipment before M2 is approved",
            at="id: sneaked_in",
            categories=("missing_equipment",),
            facts='{"category": "missing_equipment", "program": "everbright",'
            ' "milestones": {"m2": "not_yet"}}',
        ),
        id="a Salesforce case that R-010 forbids",
    ),
    pytest.param(
        Broken(
            "  R-086:\n",
            "  R-087:\n    source: F4:6\n    quote: One more line.\n  R-086:\n",
            says="No playbook cites R-087 (“One more line.”).",
            at="  R-087:",
            file="rules.yaml",
            events=None,
        ),
        id="a rule that nobody follows",
    ),
    pytest.param(
        Broken(
            "            - homeowner_contacted_satisfied\n            - homeowner_contacted_unsatisfied\n"
            "            - homeowner_not_heard\n            - homeowner_unreachable\n            - snoozed\n",
            "            []\n",
            says="never ends in a person's decision",
            at="      first_wait:",
            facts='{"category": "installer_unresponsive", "program": "everbright"}',
            events=("installer_email_sent",),
        ),
        id="a wait that asks nobody",
    ),
]
TRAP = "      trap:\n        title: Trap\n        state: open\n"


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_broken_is_found_with_its_line_and_an_example(folder: Path, broken: Broken) -> None:
    if "trap" in broken.new:
        Broken("      satisfied:\n", f"{TRAP}      satisfied:\n", "", "").edit(folder)
    broken.edit(folder)
    found = [each for each in proof_of(folder, broken.categories).findings if broken.says in each.sentence]
    assert found, "nothing was found"
    file = broken.found_in or broken.file
    assert str(found[0]).startswith(f"{file}, line {line_of(folder, file, broken.at)}: ")
    if broken.events is not None:
        assert example_of(found[0]) == (json.loads(broken.facts), broken.events)


def example_of(finding: Finding) -> tuple[object, tuple[str, ...]]:
    """The example's facts and events, after it was played as a person would play it."""
    assert finding.example is not None
    shown = str(finding).split("For example: ", 1)[1]
    facts, now, then = question_from_json(json.loads(shown))
    assert not any(entry.refused for entry in simulate(facts, now, then, playbooks()).diary)
    return json.loads(shown)["facts"], tuple(event.name for event in then)


@pytest.mark.parametrize("category", ["installer_unresponsive", "welcome_call", "fraud"])
def test_the_shipped_playbooks_hold(category: str) -> None:
    proof = prove(playbooks(), places_of(playbooks().files), NOW, (category,))
    assert proof.findings == ()
    assert proof.combinations > proof.kinds > 5
    assert proof.moves > proof.states > 50


def test_the_walk_knows_everything_that_a_case_holds() -> None:
    """A case that remembers more than this could be in more states than the walk tells apart."""
    known = (
        "facts playbook opened_at path stage state attempts rounds timers confirmation history visits done"
    )
    assert [each.name for each in fields(Case)] == [*known.split(), "timers_made"]


def test_the_core_lets_nothing_pass_that_the_sops_forbid() -> None:
    assert list(guard_breaches()) == []
