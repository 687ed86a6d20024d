"""Reading playbooks: what is wrong is named with file, line, and what may stand there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.errors import PlaybookError
from bot.playbooks import DIRECTORY, load_playbooks
from bot.playbooks.gaps import lost_steps, uncovered_categories
from bot.sop import Playbooks, plan, vocabulary
from bot.sop.playbook import Wait
from bot.sop.stages import rules_of
from tests.bot.desk import NOW, facts, playbooks

FILE = "installer_complaints.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped playbooks, to be edited."""
    return Path(
        shutil.copytree(DIRECTORY, tmp_path / "playbooks", ignore=shutil.ignore_patterns("*.py", "__*"))
    )


def edited(folder: Path, old: str, new: str, file: str = FILE) -> Playbooks:
    """The playbooks after one edit, as somebody would make it by hand."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return load_playbooks(playbooks().organisation, folder)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param("verb: email", "verb: emial", "Did you mean email?", id="verb"),
        pytest.param("to: [installer]", "to: [instaler]", "Did you mean installer?", id="role"),
        pytest.param("system: ebh", "system: jira", "Allowed: slack, ebh", id="system"),
        pytest.param("go: first_wait,", "go: firstwait,", "Did you mean first_wait?", id="stage"),
        pytest.param("installer_email_sent: {", "mail_sent: {", "'mail_sent' is not known", id="event"),
        pytest.param("cites: [R-003,", "cites: [R-903,", "there is no rule 'R-903'", id="citation"),
        pytest.param("quote: Create a Jira", "quote: Make a Jira", "none of the rules cited", id="quotation"),
        pytest.param("text: notified", "text: notify", "there is no template", id="template"),
        pytest.param("business_days: 2", "business_days: two", "not a whole number", id="number of days"),
        pytest.param("business_days: 2", "busy_days: 2", "Did you mean business_days?", id="kind of days"),
        pytest.param("after: {business_days: 2}", "after: soon", "Allowed: next_business_day", id="wait"),
        pytest.param(
            "{channel: phone}", "{chanel: phone}", "Did you mean channel?", id="fact in a condition"
        ),
        pytest.param("{channel: phone}", "{channel: fax}", "Allowed: phone, chat, email", id="its word"),
        pytest.param("m1: beyond_30_days", "m1: beyond_60_days", "beyond_30_days", id="milestone word"),
        pytest.param("      - go: first_attempt\n", "", "has to be without `when`", id="no way for the rest"),
        pytest.param("state: open", "state: opened", "Did you mean open?", id="state"),
        pytest.param("title: First attempt to", "titel: First attempt to", "Did you mean title?", id="key"),
        pytest.param("- snoozed", "- installer_refused", "does not say where it leads", id="answer"),
        pytest.param("paths:", "paths: [", "this is not YAML", id="YAML"),
    ],
)
def test_a_mistake_is_named_with_its_line(folder: Path, old: str, new: str, says: str) -> None:
    with pytest.raises(PlaybookError) as error:
        edited(folder, old, new)
    assert says in str(error.value)
    assert str(error.value).startswith(f"{FILE}, line ")


def test_the_line_is_the_one_of_the_mistake(folder: Path) -> None:
    lines = (folder / FILE).read_text(encoding="utf-8").splitlines()
    number = next(n for n, line in enumerate(lines, 1) if "verb: email" in line)
    with pytest.raises(PlaybookError, match=f"^{FILE}, line {number}: 'emial'"):
        edited(folder, "verb: email", "verb: emial")


def test_a_missing_key_and_a_doubled_key_are_named(folder: Path) -> None:
    with pytest.raises(PlaybookError, match="'title' is missing here"):
        edited(folder, "            title: Tell the homeowner that the installer will be written to\n", "")
    with pytest.raises(PlaybookError, match="stands here twice"):
        edited(folder, "sop: installer_complaints", "sop: installer_complaints\nsop: again")


def test_the_homeowner_is_never_written_to_with_concert(folder: Path) -> None:
    with pytest.raises(PlaybookError, match="R-072"):
        edited(
            folder,
            "participants: [concert_compliance_contact]",
            "participants: [risk]\n            to: [homeowner]",
        )


def test_a_lead_of_operations_can_change_a_day_count(folder: Path) -> None:
    changed = edited(folder, "business_days: 2", "business_days: 3")
    stage = changed.paths["installer_complaints/unresponsive"].stages["first_wait"]
    assert stage.follow_up is not None
    assert stage.follow_up.after == Wait("business_days", 3)
    assert changed.version != playbooks().version


def test_the_version_is_the_content(folder: Path) -> None:
    assert load_playbooks(playbooks().organisation, folder).version == playbooks().version


def test_a_missing_file_is_a_playbook_error(folder: Path) -> None:
    (folder / "rules.yaml").unlink()
    with pytest.raises(PlaybookError, match=r"rules\.yaml cannot be read"):
        load_playbooks(playbooks().organisation, folder)
    (folder / "rules.yaml").write_text("", encoding="utf-8")
    with pytest.raises(PlaybookError, match=r"rules\.yaml is empty"):
        load_playbooks(playbooks().organisation, folder)


def test_two_paths_of_the_same_name_are_refused(folder: Path) -> None:
    shutil.copy(folder / FILE, folder / "second.yaml")
    with pytest.raises(PlaybookError, match=r"second.yaml, line \d+: another playbook has the path"):
        load_playbooks(playbooks().organisation, folder)


def test_all_rules_and_decisions_are_there_to_cite() -> None:
    rules = playbooks().rules
    assert {f"R-{n:03d}" for n in range(1, 87)} | {f"D-{n:02d}" for n in range(1, 37)} == set(rules)
    rule = playbooks().rule("R-004")
    assert rule is not None
    assert rule.source == "F0:9"
    assert rule.quote.startswith("After 2 business days")


def test_every_event_and_question_has_words() -> None:
    assert all(event in playbooks().titles for event in vocabulary.EVENTS)
    assert playbooks().title("homeowner_not_heard") == "Not heard from the installer"
    assert playbooks().question("milestones.m1").startswith("Was M1 approved")


def test_a_lost_step_says_that_its_text_is_missing() -> None:
    lost = [gap.rule for gap in lost_steps(playbooks())]
    assert lost
    for rule in lost:
        words = playbooks().templates[rule.text or ""]
        assert "The SOP's text for this step is missing. Ask your lead." in words, rule.id


def test_a_lost_step_may_offer_words_of_the_desk_that_say_so(folder: Path) -> None:
    lost = "            lost: true\n"
    assert edited(folder, lost, f"{lost}            text: shared/lost\n")
    with pytest.raises(PlaybookError, match="so its text has to say: The SOP's text for this step"):
        edited(folder, "text: shared/lost", "text: thanks")


@pytest.mark.parametrize(
    "category",
    ["installer_unresponsive", "cancellation_mail_unanswered", "property_damage", "wrong_meter"],
)
def test_a_complaint_with_a_playbook_is_covered(category: str) -> None:
    assert category not in uncovered_categories(playbooks())


def test_every_step_cites_what_it_stands_on() -> None:
    for path in playbooks().paths.values():
        for stage in path.stages.values():
            assert all(rule.cites for rule in rules_of(stage))
    assert all(step.cites for step in plan(facts(), playbooks(), NOW).steps)
