"""Changed playbooks: a case goes on under the version it began under, until it is moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot import cases, versions
from bot.desk import Desk
from bot.errors import CaseError
from bot.playbooks import playbooks_from
from bot.sop import Playbooks
from bot.stored import StoredCase
from tests.bot.casework import PLAYBOOKS, Casework
from tests.bot.desk import NOW, at

FILE = "playbooks/installer_complaints.yaml"
WAITS_LONGER = ("          after: {business_days: 2}\n", "          after: {business_days: 3}\n")
RENAMED = ("first_wait", "waiting_for_the_installer")
GONE = ("        - category: installer_unresponsive\n", "        - category: fraud\n")
WORDS = ("templates/installer_complaints/email_installer.txt", "Thank you,", "With thanks,")
FIRST_WAIT = (
    "      first_wait:\n        title: Waiting to ask the homeowner, after the first attempt\n"
    "        state: waiting\n"
)
A_STEP_MORE = (
    FIRST_WAIT,
    FIRST_WAIT + "        steps:\n          - {id: note, verb: internal_comment, title: Note the call,"
    " cites: [D-25], done_by: [step_done]}\n",
)
NO_LONGER_READABLE = ("verb: email\n", "verb: pigeon\n")
MINUTE = timedelta(minutes=1)


def changed(old: str, new: str, file: str = FILE) -> Playbooks:
    """The playbooks after an edit: everywhere, where it is a name that stands in several places."""
    text = PLAYBOOKS.files[file]
    assert old in text
    return playbooks_from({**PLAYBOOKS.files, file: text.replace(old, new)}, PLAYBOOKS.organisation)


def today(work: Casework, playbooks: Playbooks) -> Casework:
    """The desk, started again with other playbooks."""
    work.desk.keep_version(NOW)
    desk = Desk(work.desk.memory, playbooks, work.desk.by_hand)
    desk.keep_version(NOW)
    return Casework(desk)


def waiting(work: Casework) -> StoredCase:
    """A case whose installer was written to."""
    case = work.open()
    return work.report(case, "installer_email_sent", NOW + MINUTE).stored


def view(work: Casework, case: StoredCase) -> cases.CaseView:
    with work.desk.memory.read() as read:
        return cases.view(read, work.desk, case.number, NOW + MINUTE)


def difference(work: Casework, case: StoredCase) -> versions.Difference | None:
    with work.desk.memory.write() as write:
        return versions.migrate(write, work.desk, case.number, NOW + MINUTE)


def test_a_version_is_kept_once_and_read_back_whole(work: Casework) -> None:
    work.desk.keep_version(NOW)
    work.desk.keep_version(NOW + MINUTE)
    with work.desk.memory.read() as read:
        files = read.versions.files_of(PLAYBOOKS.version)
        assert read.versions.files_of("another") is None
    assert files is not None
    assert playbooks_from(files, PLAYBOOKS.organisation).version == PLAYBOOKS.version


def test_a_case_goes_on_under_its_own_version(work: Casework) -> None:
    case = work.open()
    later = today(work, changed(*WAITS_LONGER))
    sent = later.report(case, "installer_email_sent", NOW + MINUTE).stored
    assert sent.case.next_due == at("2026-11-20 09:01")
    assert sent.case.playbook == PLAYBOOKS.version
    new = later.report(later.open(), "installer_email_sent", NOW + MINUTE).stored
    assert new.case.next_due == at("2026-11-23 09:01")
    assert new.case.playbook == later.desk.playbooks.version


def test_the_words_of_an_older_version_stay_its_own(work: Casework) -> None:
    case = work.open()
    later = today(work, changed(WORDS[1], WORDS[2], WORDS[0]))
    old = next(step for step in view(later, case).plan.steps if step.id == "email_installer")
    new = next(step for step in view(later, later.open()).plan.steps if step.id == "email_installer")
    assert ("With thanks," in old.source, "With thanks," in new.source) == (False, True)


def test_a_case_older_than_the_storing_of_versions_takes_todays(work: Casework) -> None:
    case = work.open()
    other = Desk(work.desk.memory, changed(*WAITS_LONGER), work.desk.by_hand)
    sent = Casework(other).report(case, "installer_email_sent", NOW + MINUTE).stored
    assert sent.case.next_due == at("2026-11-23 09:01")


def test_a_version_that_can_no_longer_be_read_is_said_so(work: Casework) -> None:
    case = work.open()
    work.desk.keep_version(NOW)
    with work.desk.memory.write() as write:
        broken = {**PLAYBOOKS.files, FILE: PLAYBOOKS.files[FILE].replace(*NO_LONGER_READABLE)}
        write.versions.keep("broken", broken, NOW)
        stored = write.cases.get(case.number)
        write.cases.save(replace(stored, case=replace(stored.case, playbook="broken")), NOW)
    with pytest.raises(
        CaseError, match=r"no longer be read .*installer_complaints\.yaml, line .*sop migrate"
    ):
        view(work, case)


@pytest.mark.parametrize(
    ("edit", "decisions", "owed", "dropped", "due"),
    [
        pytest.param(WAITS_LONGER, 0, (), (), (), id="a longer wait leaves a running appointment"),
        pytest.param(A_STEP_MORE, 0, ("Note the call",), (), (), id="a step more is owed"),
        pytest.param(
            GONE,
            1,
            ("The SOP does not cover this. Ask your lead.",),
            (
                "Create the ticket in the Homeowner Support Queue",
                "Has the installer contacted the homeowner?",
            ),
            ("Friday, November 20, 9:01 AM → no appointment",),
            id="a path that no longer fits",
        ),
    ],
)
def test_a_replay_says_what_would_be_otherwise_and_changes_nothing(
    work: Casework,
    edit: tuple[str, str],
    decisions: int,
    owed: tuple[str, ...],
    dropped: tuple[str, ...],
    due: tuple[str, ...],
) -> None:
    case = waiting(work)
    with work.desk.memory.read() as read:
        (found,) = versions.replay(read, work.desk, changed(*edit), NOW + MINUTE)
    assert (found.owed, found.dropped, found.due) == (owed, dropped, due)
    assert len(found.decisions) >= decisions
    assert found.is_none == (not (decisions or owed or dropped or due))
    assert view(work, case).stored == case


def test_a_closed_case_is_only_decided_anew(work: Casework) -> None:
    case = waiting(work)
    work.report(case, "homeowner_contacted_satisfied", NOW + MINUTE)
    closed = work.report(case, "close_requested", NOW + MINUTE).stored
    assert closed.case.state == "closed"
    found = versions.compared(closed, PLAYBOOKS, changed(*GONE), NOW)
    assert found.decisions[0] == "path: “Installer is not replying to the homeowner” → not covered"
    assert (found.owed, found.dropped, found.due) == ((), (), ())
    assert difference(today(work, changed(*WAITS_LONGER)), closed) is None


def test_moving_a_case_is_told_in_its_timeline_and_redraws_its_card(work: Casework) -> None:
    case = waiting(work)
    work.waiting()
    later = today(work, changed(*A_STEP_MORE))
    assert difference(later, case) is not None
    moved = view(later, case)
    assert moved.stored.case.playbook == later.desk.playbooks.version
    line = moved.timeline[-1]
    assert line.event == versions.MIGRATED
    assert line.text.startswith(f"Moved from version {PLAYBOOKS.version[:12]} of the playbooks to ")
    assert line.text.endswith("Now due too: Note the call.")
    assert difference(later, case) is None


def test_a_case_whose_stage_is_gone_begins_where_its_facts_lead(work: Casework) -> None:
    case = waiting(work)
    later = today(work, changed(*RENAMED))
    difference(later, case)
    moved = view(later, case).stored.case
    assert (moved.stage, moved.next_due) == ("first_attempt", None)
    sent = later.report(case, "installer_email_sent", NOW + MINUTE).stored
    assert sent.case.stage == "waiting_for_the_installer"


def test_a_case_that_nobody_covered_takes_the_path_that_now_does(work: Casework) -> None:
    uncovered = Casework(Desk(work.desk.memory, changed(*GONE), work.desk.by_hand))
    uncovered.desk.keep_version(NOW)
    case = uncovered.open()
    assert case.case.path is None
    difference(work, case)
    assert view(work, case).stored.case.path == "installer_complaints/unresponsive"


def test_an_appointment_goes_on_unchanged_and_a_new_one_is_made(work: Casework) -> None:
    case = waiting(work)
    assert versions.compared(case, PLAYBOOKS, PLAYBOOKS, NOW).is_none
    assert versions.migrated(case.case, changed(*WAITS_LONGER), NOW).running == case.case.running
    asks_nothing = replace(case.case, timers=())
    assert versions.migrated(asks_nothing, PLAYBOOKS, NOW).next_due == at("2026-11-20 09:00")
