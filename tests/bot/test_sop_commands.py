"""`sop plan`, `simulate`, `explain`, `gaps` and `check` on files."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.playbooks import DIRECTORY
from bot.sop_commands import app

FACTS: dict[str, object] = {
    "category": "installer_unresponsive",
    "program": "everbright",
    "found_on_platform": True,
    "channel": "phone",
    "homeowner": {"name": "Ada (homeowner)", "phone": "202-555-0101"},
    "installer": {"name": "Sunny Roofs", "email": "office@example.test"},
}
QUESTION: dict[str, object] = {
    "facts": FACTS,
    "now": "2026-11-18T09:00:00-05:00",
}
THEN = [
    {"at": "2026-11-18T10:00:00-05:00", "event": "installer_email_sent", "data": {}},
    {"at": "2026-11-20T10:00:00-05:00", "event": "clock"},
]
PLAN_KEYS = {
    "path",
    "overlays",
    "handled_by",
    "covered",
    "contradictions",
    "asks",
    "forbidden",
    "next_due",
    "steps",
}
STEP_KEYS = {
    "id",
    "verb",
    "system",
    "to",
    "participants",
    "copied",
    "by",
    "state",
    "due",
    "text",
    "fields",
    "channel",
    "cover_starts",
    "cites",
    "default",
    "lost",
    "on",
    "for",
}
ENTRY_KEYS = {"at", "event", "steps", "refused", "told", "next_due", "case_state"}


def run(*arguments: str, config: str = "") -> Result:
    return CliRunner().invoke(app, list(arguments), env={"DESK_CONFIG": config})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "case.json"
    path.write_text(json.dumps({**QUESTION, "then": THEN}), encoding="utf-8")
    return path


def test_plan_prints_the_plan(file: Path) -> None:
    made = json.loads(run("plan", str(file)).stdout)
    assert set(made) == PLAN_KEYS
    assert all(set(step) == STEP_KEYS for step in made["steps"])
    mail = next(step for step in made["steps"] if step["verb"] == "email")
    assert "202-555-0101" in mail["text"]
    assert mail["to"] == ["installer"]


def test_simulate_prints_plan_and_diary(file: Path) -> None:
    result = json.loads(run("simulate", str(file), "--json").stdout)
    assert set(result) == {"plan", "diary"}
    assert all(set(entry) == ENTRY_KEYS for entry in result["diary"])
    assert [entry["event"] for entry in result["diary"]] == ["installer_email_sent", "clock"]
    assert result["diary"][0]["next_due"] == "2026-11-20T10:00:00-05:00"


def test_simulate_reads_yaml_with_bare_dates(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(
        "facts: {category: cancellation_mail_unanswered, program: everbright, found_on_platform: true,\n"
        "  milestones: {m1: 2026-09-01}}\n"
        "now: 2026-11-18T09:00:00-05:00\n"
        "then: [{at: 2026-11-18T10:00:00-05:00, event: installer_email_sent}]\n",
        encoding="utf-8",
    )
    result = json.loads(run("simulate", str(path), "--json").stdout)
    assert result["diary"][0]["case_state"] == "waiting"


def test_the_diary_says_why_a_date_is_that_date(file: Path) -> None:
    text = run("simulate", str(file)).stdout
    assert "2 business days after Wednesday, November 18, 10 AM" in text
    assert "R-004" in text


def test_explain_quotes_the_rules(file: Path) -> None:
    text = run("explain", str(file)).stdout
    assert "R-004 (F0:9): “After 2 business days, reach out to the homeowner" in text
    assert "wording: desk default" in text


def test_explain_takes_the_facts_alone(tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(FACTS), encoding="utf-8")
    assert "Installer is not replying to the homeowner" in run("explain", str(path)).stdout


def test_gaps_lists_the_lost_steps_with_line_and_words() -> None:
    text = run("gaps").stdout
    assert "Ask your lead how to go on (installer_complaints.yaml, line " in text
    assert "R-083 (F4:107): “For Concert:”" in text
    assert "Asks for nothing: R-086" in text


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """A copy of the playbooks, as somebody makes it to try a change."""
    ignored = shutil.ignore_patterns("*.py", "__*")
    return Path(shutil.copytree(DIRECTORY, tmp_path / "changed", ignore=ignored))


def test_check_is_green() -> None:
    result = run("check")
    assert result.exit_code == 0, result.stdout
    assert "sound" in result.stdout
    assert "combinations of facts" in result.stdout


def test_check_names_what_does_not_hold(changed: Path) -> None:
    path = changed / "installer_complaints.yaml"
    text = path.read_text(encoding="utf-8").replace("to: [installer]\n", "to: [installer, homeowner]\n", 1)
    path.write_text(text, encoding="utf-8")
    result = run("check", "--with", str(changed))
    assert result.exit_code == 1
    line = 1 + text[: text.index("to: [installer, homeowner]")].count("\n")
    named = int(result.stdout.split("installer_complaints.yaml, line ", 1)[1].split(":")[0])
    assert 0 < line - named < 5  # The line of the step's id.
    assert '"program": "beam"' in result.stdout


def test_check_ends_with_2_where_a_playbook_cannot_be_read(changed: Path) -> None:
    (changed / "wrong_meter.yaml").write_text("sop: [\n", encoding="utf-8")
    result = run("check", "--with", str(changed))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("wrong_meter.yaml, line 2: this is not YAML")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("{", "is not JSON", id="not JSON"),
        pytest.param("[]", "holds no object", id="a list"),
        pytest.param('{"facts": {}, "now": "today"}', "Write an instant with its offset", id="no instant"),
        pytest.param('{"facts": {}, "now": "2026-11-18T09:00:00"}', "with its offset", id="no offset"),
        pytest.param('{"facts": {}}', "now is None", id="no now"),
        pytest.param('{"facts": {"program": "x"}, "now": "x"}', "program is 'x'", id="a fact"),
        pytest.param('{"fact": {}}', "fact is not known here", id="a key"),
        pytest.param(
            '{"facts": {}, "now": "2026-11-18T09:00:00Z", "then": [{"at": "x", "event": "clok"}]}',
            "Did you mean clock?",
            id="an event",
        ),
        pytest.param(
            '{"facts": {}, "now": "2026-11-18T09:00:00Z",'
            ' "then": [{"at": "2026-11-17T09:00:00Z", "event": "clock"}]}',
            "earlier than now",
            id="an event before now",
        ),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text, encoding="utf-8")
    result = run("simulate", str(path))
    assert result.exit_code == 2
    assert says in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert result.stdout == ""


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    result = run("plan", str(tmp_path / "none.json"))
    assert (result.exit_code, "cannot be read" in result.stderr) == (2, True)


def test_a_blank_contact_refuses_its_step_only(tmp_path: Path) -> None:
    config = tmp_path / "desk.yaml"
    config.write_text("contacts: {account_managers: {}}\n", encoding="utf-8")
    path = tmp_path / "case.json"
    known = {
        **FACTS,
        "category": "cancellation_mail_unanswered",
        "milestones": {"m1": "2026-09-01"},
    }
    path.write_text(json.dumps({**QUESTION, "facts": known}), encoding="utf-8")
    result = run("plan", str(path), config=str(config))
    states = {step["id"]: step["state"] for step in json.loads(result.stdout)["steps"]}
    assert states["add_account_manager"] == "refused"
    assert states["email_installer"] == "available"
    assert (
        'contacts.account_managers."Sunny Roofs".email'
        in run("explain", str(path), config=str(config)).stdout
    )
