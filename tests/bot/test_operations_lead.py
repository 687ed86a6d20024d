"""A trial: somebody of operations changes a playbook by hand, and asks `sop check` what she did."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot import rulebook_commands
from bot.playbooks import DIRECTORY, load_playbooks
from bot.playbooks.gaps import lost_steps
from bot.proof import places_of, prove
from bot.sop_commands import app
from bot.word_check import wrong_words
from tests.bot.desk import NOW, playbooks

FILE = "installer_complaints.yaml"
SILENT = ("installer_unresponsive", "cancellation_mail_unanswered")


class Folder:
    """Her copy of the playbooks and of their words."""

    def __init__(self, path: Path) -> None:
        ignored = shutil.ignore_patterns("*.py", "__*")
        self.path = Path(shutil.copytree(DIRECTORY, path / "changed", ignore=ignored))
        shutil.copytree(DIRECTORY.parent / "templates", self.path / "templates")

    def edit(self, old: str, new: str, file: str = FILE) -> int:
        """Change the first `old`; the line in which it stands."""
        text = (self.path / file).read_text(encoding="utf-8")
        assert old in text
        (self.path / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1

    def check(self) -> Result:
        """What `sop check` says."""
        return CliRunner().invoke(app, ["check", "--with", str(self.path)], env={"DESK_CONFIG": ""})

    def findings(self) -> list[str]:
        """What `sop check` finds on the complaints of her playbook, which it looks at first."""
        changed = load_playbooks(playbooks().organisation, self.path)
        places = places_of(changed.files)
        found = prove(changed, places, NOW, SILENT).findings
        return [*wrong_words(changed, places), *map(str, found)]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_what_is_shipped_holds(folder: Folder) -> None:
    assert folder.findings() == []


def test_a_changed_day_count_is_held_against_the_rule_it_cites(folder: Folder) -> None:
    line = folder.edit("after: {business_days: 2}", "after: {business_days: 3}")
    (first, *_) = folder.findings()
    named = int(first.split(f"{FILE}, line ")[1].split(":")[0])
    assert abs(line - named) < 10
    assert "waits 3 business days, but R-004, which it cites, says “After 2 business days" in first
    assert "change its words in rules.yaml" in first


def test_a_changed_day_count_is_held_against_the_worked_examples(folder: Folder) -> None:
    folder.edit("after: {business_days: 2}", "after: {business_days: 3}")
    (first, *_, hint) = rulebook_commands.wrong_examples(folder.path)
    assert first.startswith("installer_complaints.examples.yaml, line ")
    assert "“The installer calls within two business days and the homeowner is satisfied”" in first
    assert "next_due is 2026-11-23T15:10:00-05:00, the example says 2026-11-20T15:10:00-05:00" in first
    assert hint.startswith("If that is what you meant, write what comes out now into these examples")


def test_a_mistyped_field_is_named_at_once(folder: Folder) -> None:
    line = folder.edit("handled_by: front_line", "handeled_by: front_line")
    result = folder.check()
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{FILE}, line {line}: 'handeled_by' is not known here.")
    assert "Did you mean handled_by?" in result.stderr


def test_a_recipient_who_is_always_forbidden_is_refused_at_once(folder: Folder) -> None:
    line = folder.edit(
        "participants: [concert_compliance_contact]",
        "participants: [concert_compliance_contact, homeowner]",
    )
    result = folder.check()
    assert result.exit_code == 2
    assert "the homeowner is never written to together with Concert or Risk (R-072, D-13)." in result.stderr
    assert abs(line - int(result.stderr.split("line ")[1].split(":")[0])) < 10


def test_a_recipient_who_is_sometimes_forbidden_is_shown_by_an_example(folder: Folder) -> None:
    folder.edit("to: [installer]\n", "to: [installer]\n            copied: [homeowner]\n")
    (first, *_) = folder.findings()
    assert "would put the homeowner on an e-mail of a Beam case" in first
    assert "`when: {program: everbright}` (R-035, D-13)" in first
    example = json.loads(first.split("For example: ")[1])
    assert example["facts"] == {"category": "installer_unresponsive", "program": "beam"}
    assert "then" not in example


def test_a_recipient_who_is_allowed_passes(folder: Folder) -> None:
    folder.edit("to: [installer]\n", "to: [installer]\n            copied: [account_manager]\n")
    assert folder.findings() == []


def test_a_lost_step_that_is_filled_in_is_no_gap_any_more(folder: Folder) -> None:
    before = len(list(lost_steps(playbooks())))
    folder.edit("            lost: true\n", "            text: referred_to_legal\n")
    assert "there is no template installer_complaints/referred_to_legal.txt" in folder.check().stderr
    words = folder.path / "templates" / "installer_complaints" / "referred_to_legal.txt"
    words.write_text("Ask {{ installer.nmae }} once more.\n", encoding="utf-8")
    (wrong,) = folder.findings()
    assert wrong.startswith("templates/installer_complaints/referred_to_legal.txt, line 1: ")
    assert "has no attribute 'nmae'" in wrong
    words.write_text("Ask {{ installer.name }} once more.\n", encoding="utf-8")
    assert folder.findings() == []
    changed = load_playbooks(playbooks().organisation, folder.path)
    assert len(list(lost_steps(changed))) == before - 1
