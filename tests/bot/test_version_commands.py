"""`app.py sop replay` and `migrate`, as somebody who changed a playbook runs them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from bot import cases
from bot.desk import Desk
from bot.playbooks import DIRECTORY, playbooks_from
from storage import open_database
from tests.bot.casework import ADA, PLAYBOOKS
from tests.bot.desk import NOW, facts

ROOT = Path(__file__).parents[2]
FILE = "installer_complaints.yaml"
EARLIER = {**PLAYBOOKS.files, f"playbooks/{FILE}": PLAYBOOKS.files[f"playbooks/{FILE}"] + "# A remark.\n"}


@pytest.fixture
def database(url: str) -> str:
    """A database with one open case, which began under a version that differs by a remark."""
    with open_database(url, NOW) as memory:
        desk = Desk(memory, playbooks_from(EARLIER, PLAYBOOKS.organisation), {})
        desk.keep_version(NOW)
        with memory.write() as work:
            cases.open_case(work, desk, facts(), ADA, NOW)
    return url


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A changed copy of the playbooks: silent installers are no longer covered."""
    ignored = shutil.ignore_patterns("*.py", "__*")
    copy = Path(shutil.copytree(DIRECTORY, tmp_path / "changed", ignore=ignored))
    text = (copy / FILE).read_text(encoding="utf-8")
    gone = text.replace("        - category: installer_unresponsive\n", "        - category: fraud\n", 1)
    (copy / FILE).write_text(gone, encoding="utf-8")
    return copy


def sop(database: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    known = {"DATABASE_URL": database, "PATH": os.environ["PATH"]}
    command = [sys.executable, str(ROOT / "app.py"), "sop", *arguments]
    return subprocess.run(
        command, env=known, cwd=tempfile.gettempdir(), capture_output=True, text=True, timeout=60, check=False
    )


def test_a_replay_reads_while_a_desk_runs_and_changes_nothing(database: str, folder: Path) -> None:
    with open_database(database, NOW):
        result = sop(database, "replay", "--with", str(folder))
    assert (result.returncode, result.stderr) == (0, "")
    assert "HC-1001 (open)" in result.stdout
    assert "path: “Installer is not replying to the homeowner” → not covered" in result.stdout
    assert "would owe too: The SOP does not cover this. Ask your lead." in result.stdout
    assert "Cases replayed: 1. Decided otherwise: 1. Open, with other steps or dates: 1." in result.stdout


def test_cases_are_moved_only_when_that_is_meant(database: str) -> None:
    refused = sop(database, "migrate")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "Add --to-current if you mean it" in refused.stderr
    for expected in ("1 case(s) moved to version", "0 case(s) moved to version"):
        moved = sop(database, "migrate", "--to-current", "--case", "HC-1001")
        assert moved.returncode == 0, moved.stderr
        assert f"{expected} {PLAYBOOKS.version[:12]}." in moved.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["migrate", "--to-current", "--case", "HC-9"], "There is no case HC-9."),
        (["migrate", "--to-current", "--case", "nine"], "'nine' is no case number. Write it as in HC-1042."),
        (["replay", "--with", "nowhere"], "rules.yaml cannot be read"),
    ],
    ids=["no such case", "no number", "no folder"],
)
def test_what_cannot_be_done_is_one_sentence_and_exit_code_2(
    database: Path, arguments: list[str], says: str
) -> None:
    result = sop(database, *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert says in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_without_a_database_there_is_nothing_to_replay(tmp_path: Path, folder: Path) -> None:
    result = sop(f"sqlite:///{tmp_path / 'none.db'}", "replay", "--with", str(folder))
    assert result.returncode == 2
    assert "so there are no cases. Check DATABASE_URL." in result.stderr
