"""Who has a case: one person, or the queue of a team; everybody concerned is told, and its posts follow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import cases, follow_ups, hands
from bot.errors import CaseError, NotAllowed, WrongColleague
from bot.people import Strangers
from bot.sop.organisation import Roles
from bot.stored import Letter, Posted, StoredCase
from tests.bot.casework import ADA, BEN, LEA, Casework, casework
from tests.bot.desk import NOW, at
from tests.databases import Databases
from tests.storage.samples import all_at_once

BO, BEA, TESS, GONE, OTTO = "U0BO000003", "U0BEA00012", "U0TESS0014", "U0GONE0015", "U0OTTO0010"
BACK_OFFICE, LEADS, FRONT = "complaint-back-office", "complaint-leads", "support-and-cs-team-members-only"


HOUR = timedelta(hours=1)


class Colleagues(Strangers):
    """One of them has left."""

    def is_active(self, user_id: str) -> bool:
        return user_id != GONE


class Hands(Casework):
    """Short words for changes of hands."""

    def does(self, change: Callable[..., StoredCase | None], *args: object, **more: object) -> StoredCase:
        with self.desk.memory.write() as work:
            done = change(work, self.desk, *args, **{"now": NOW, **more})
        assert done is not None
        return done

    def now(self, case: StoredCase) -> StoredCase:
        with self.desk.memory.read() as work:
            return work.cases.get(case.number)

    def queued(self, **changes: object) -> StoredCase:
        """A case that waits in the back office's queue."""
        case = self.open(**changes)
        return self.does(hands.hand_to_team, case.number, "back_office", ADA, cites=("R-045",))

    def letters(self) -> list[Letter]:
        """What has to be said since this was last asked, in its order; it counts as sent then."""
        sent: list[Letter] = []
        with self.desk.memory.write() as work:
            while claimed := work.outbox.claim("test", NOW, NOW + HOUR, most=1):
                work.outbox.settle(claimed[0], Posted("C0TEST0001", str(len(sent))), NOW)
                sent.append(claimed[0].letter)
        return sent


@pytest.fixture
def work(databases: Databases) -> Iterator[Hands]:
    with casework(databases) as plain:
        roles = Roles(
            leads=(LEA,),
            agents=(ADA, BEN, GONE),
            trained_agents=(TESS,),
            back_office=(BO, BEA),
            resolution_specialists=(LEA,),
        )
        organisation = replace(plain.desk.organisation, roles=roles)
        playbooks = replace(plain.desk.playbooks, organisation=organisation)
        yield Hands(replace(plain.desk, playbooks=playbooks, people=Colleagues()))


def kinds(letters: list[Letter], to: str) -> list[str]:
    return [letter.kind for letter in letters if letter.to == to]


def test_a_case_sent_to_a_team_waits_there_for_whoever_takes_it(work: Hands) -> None:
    case = work.queued()
    assert (case.owner, case.team) == ("", "back_office")
    last = work.timeline(case)[-1]
    assert (last.by, last.event, last.text) == (ADA, "reassigned", "Sent it to the queue of the back office.")
    assert last.cites == ("R-045",)
    assert kinds(work.letters(), BACK_OFFICE) == ["queued"]


def test_an_owner_who_works_in_the_team_keeps_the_case(work: Hands) -> None:
    case = work.queued()
    work.does(hands.take, case.number, BO)
    with work.desk.memory.write() as open_work:
        stored = open_work.cases.get(case.number)
        open_work.cases.save(replace(stored, team="front_line"), NOW)
    kept = work.does(hands.hand_to_team, case.number, "back_office", BO)
    assert (kept.owner, kept.team) == (BO, "back_office")


@pytest.mark.parametrize(
    ("sensitive", "team"),
    [
        pytest.param([], "front_line", id="the front line's"),
        pytest.param(["lawyer"], "trained_agent", id="a sensitive one, the trained agents'"),
    ],
)
def test_a_new_case_is_of_the_team_that_the_sop_names(work: Hands, sensitive: list[str], team: str) -> None:
    assert work.open(sensitive=sensitive).team == team


def test_a_case_that_becomes_sensitive_becomes_one_for_trained_agents(work: Hands) -> None:
    case = work.open()
    work.report(case, "facts_learned", NOW, sensitive=["lawyer"])
    assert work.now(case).team == "trained_agent"


def refused(work: Hands, why: type[Exception], words: str, *args: object, **more: object) -> None:
    """The change is refused in these words, and the case stays as it was."""
    before = work.now(args[1])  # type: ignore[arg-type]
    with pytest.raises(why, match=words):
        work.does(args[0], before.number, *args[2:], **more)  # type: ignore[arg-type]
    assert work.now(before) == before


def test_whoever_takes_a_case_has_it_and_its_card(work: Hands) -> None:
    case = work.queued()
    work.letters()
    taken = work.does(hands.take, case.number, BO)
    assert (taken.owner, taken.team) == (BO, "back_office")
    last = work.timeline(case)[-1]
    assert (last.by, last.text) == (BO, "Took it from the queue of the back office.")
    letters = work.letters()
    assert kinds(letters, BO) == ["card"]
    assert kinds(letters, ADA) == ["notice"], "the front line hears that the back office has it"


def test_the_second_who_takes_a_case_is_told_who_has_it(work: Hands) -> None:
    case = work.queued()
    work.does(hands.take, case.number, BO)
    refused(work, CaseError, f"{BO} has it", hands.take, case, BEA)
    refused(work, CaseError, "is yours already", hands.take, case, BO)


def test_of_two_who_take_a_case_at_once_one_has_it_and_the_other_is_told(work: Hands) -> None:
    case = work.queued()
    told: list[str] = []

    def take(who: str) -> None:
        try:
            work.does(hands.take, case.number, who)
        except CaseError as error:
            told.append(str(error))

    all_at_once([lambda: take(BO), lambda: take(BEA)])
    assert len(told) == 1
    assert f"{work.now(case).owner} has it" in told[0]
    assert [entry.event for entry in work.timeline(case)].count("taken") == 1


@pytest.mark.parametrize(
    ("who", "words"),
    [
        pytest.param(BEN, "only the back office or leads can take a case", id="an agent"),
        pytest.param(OTTO, "you are not among them", id="an outsider"),
    ],
)
def test_a_queue_is_for_its_team(work: Hands, who: str, words: str) -> None:
    refused(work, NotAllowed, words, hands.take, work.queued(), who)


def test_a_lead_may_take_over_what_somebody_has(work: Hands) -> None:
    case = work.open()
    work.letters()
    assert work.does(hands.take, case.number, LEA).owner == LEA
    assert kinds(work.letters(), ADA) == ["notice"], "the old owner is told"


def test_next_is_what_has_waited_longest_in_ones_own_queues(work: Hands) -> None:
    first, second = work.queued(), work.queued()
    work.does(hands.hand_to_team, work.open().number, "trained_agent", ADA)
    assert work.does(hands.take_next, BO).number == first.number
    assert work.does(hands.take_next, BEA).number == second.number
    with work.desk.memory.write() as memory:
        assert hands.take_next(memory, work.desk, BO, NOW) is None


def test_next_of_a_queue_that_is_not_ones_own_is_refused(work: Hands) -> None:
    work.queued()
    with pytest.raises(NotAllowed, match="the back office are not yours to take"):
        work.does(hands.take_next, BEN, wanted=["back_office"])
    with pytest.raises(NotAllowed, match="you are not among them"):
        work.does(hands.take_next, OTTO)


def test_what_is_put_back_waits_in_its_queue_with_the_reason_in_the_timeline(work: Hands) -> None:
    case = work.queued()
    work.does(hands.take, case.number, BO)
    work.letters()
    released = work.does(hands.release, case.number, BO, "I am away from noon")
    assert (released.owner, released.team) == ("", "back_office")
    assert work.timeline(case)[-1].data["reason"] == "I am away from noon"
    letters = work.letters()
    assert [(each.kind, bool(each.edits)) for each in letters if each.kind == "queued"] == [
        ("queued", True),
        ("queued", False),
    ]
    assert [each.data for each in letters if each.kind == "card"] == [{"former": "yes"}]


def test_a_colleague_gets_the_case_with_the_note_and_the_card(work: Hands) -> None:
    case = work.open()
    work.letters()
    handed = work.does(hands.hand_over, case.number, BEN, ADA, "Call after 4 PM.")
    assert handed.owner == BEN
    letters = work.letters()
    assert sorted(kinds(letters, BEN)) == ["card", "notice"]
    assert [each.data for each in letters if each.edits == f"{case.name}/card"] == [{"former": "yes"}]
    assert "Call after 4 PM." in work.timeline(case)[-1].text


def test_an_open_question_goes_along_with_the_case(work: Hands) -> None:
    case = work.open()
    work.report(case, "installer_email_sent", NOW)
    follow_ups.ring(work.desk, at("2026-11-20 09:00"))
    work.letters()
    work.does(hands.hand_over, case.number, BEN, ADA, "", now=at("2026-11-20 10:00"))
    assert sorted(kinds(work.letters(), BEN)) == ["card", "notice", "reminder"]


@pytest.mark.parametrize(
    ("to", "words"),
    [
        pytest.param(ADA, "has HC-1001 already", id="who has it"),
        pytest.param(GONE, "is deactivated in Slack", id="who has left"),
        pytest.param(BO, "cannot work on cases of the front line", id="of another team"),
        pytest.param(OTTO, "cannot work on cases of the front line", id="an outsider"),
    ],
)
def test_a_case_goes_only_to_who_may_have_it(work: Hands, to: str, words: str) -> None:
    refused(work, WrongColleague, words, hands.hand_over, work.open(), to, ADA, "")


@pytest.mark.parametrize(
    "change",
    [
        pytest.param((hands.release, BEN, "why"), id="put back"),
        pytest.param((hands.hand_over, BEN, BEN, ""), id="hand over"),
        pytest.param((hands.reassign, "back_office", BEN, "why"), id="reassign"),
    ],
)
def test_a_colleague_does_not_give_away_what_they_do_not_have(
    work: Hands, change: tuple[object, ...]
) -> None:
    change_, *args = change
    refused(work, NotAllowed, "only leads or the case’s owner", change_, work.open(), *args)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param((hands.take, LEA), id="take"),
        pytest.param((hands.release, LEA, "why"), id="put back"),
        pytest.param((hands.hand_over, BEN, LEA, ""), id="hand over"),
        pytest.param((hands.hand_to_team, "back_office", LEA), id="send to a team"),
        pytest.param((hands.escalate, LEA, "why"), id="escalate"),
    ],
)
def test_a_closed_case_stays_where_it_is(work: Hands, change: tuple[object, ...]) -> None:
    case = work.open()
    work.report(case, "installer_email_sent", NOW)
    follow_ups.ring(work.desk, at("2026-11-20 09:00"))
    late = at("2026-11-20 10:00")
    work.report(case, "homeowner_contacted_satisfied", late)
    assert not work.report(case, "close_requested", late, closure_comments="Heard.").refused
    change_, *args = change
    refused(work, CaseError, "is closed", change_, case, *args)


def test_an_escalation_asks_the_leads_and_leaves_the_case_where_it_is(work: Hands) -> None:
    case = work.open()
    work.letters()
    assert work.does(hands.escalate, case.number, BEN, "They threaten to call the press").owner == ADA
    letters = work.letters()
    assert kinds(letters, LEADS) == ["escalated"]
    assert kinds(letters, ADA) == ["notice"]


def test_what_people_do_stands_in_the_thread_of_the_queues_post(work: Hands) -> None:
    case = work.queued()
    work.does(hands.take, case.number, BO)
    with work.desk.memory.write() as memory:
        cases.add_note(memory, case.number, "Hanna called twice", BO, NOW)
    work.report(work.now(case), "installer_email_sent", NOW, by=BO)
    threaded = [each for each in work.letters() if each.kind == "thread"]
    posts = {each.thread for each in threaded}
    lines = [work.timeline(case)[int(each.data["entry"])].event for each in threaded]
    assert lines == ["taken", "note", "installer_email_sent"]
    assert posts == {f"{case.name}/queued/v2"}


def test_who_opened_a_case_hears_of_its_end(work: Hands) -> None:
    case = work.open()
    work.does(hands.hand_over, case.number, BEN, ADA, "")
    work.report(case, "installer_email_sent", NOW, by=BEN)
    follow_ups.ring(work.desk, at("2026-11-20 09:00"))
    work.report(case, "homeowner_contacted_satisfied", at("2026-11-20 10:00"), by=BEN)
    work.letters()
    work.report(case, "close_requested", at("2026-11-20 10:00"), by=BEN, closure_comments="Heard.")
    assert "notice" in kinds(work.letters(), ADA)


def test_who_opened_a_case_hears_when_the_homeowner_has_to_be_told(work: Hands) -> None:
    case = work.open(category="general_concern", resolved_on_call=False)
    work.does(hands.hand_over, case.number, BEN, ADA, "")
    assert not work.report(case, "installer_email_sent", NOW, by=BEN).refused
    work.letters()
    assert not work.report(case, "installer_confirmed_receipt", NOW, by=BEN).refused
    assert kinds(work.letters(), ADA) == ["notice"]


def test_a_question_that_nobody_can_be_asked_is_told_in_the_queue(work: Hands) -> None:
    case = work.open()
    work.report(case, "installer_email_sent", NOW)
    work.does(hands.hand_to_team, case.number, "back_office", ADA)
    work.letters()
    follow_ups.ring(work.desk, at("2026-11-20 09:00"))
    letters = work.letters()
    assert kinds(letters, BACK_OFFICE) == ["queued"]
    assert kinds(letters, "") == ["queued"], "the older post says that a newer one stands below"


def test_a_sensitive_case_is_not_sent_to_who_may_not_handle_it(work: Hands) -> None:
    case = work.open(sensitive=["bbb_complaint"])
    with pytest.raises(NotAllowed, match="trained agents handle it"):
        work.does(hands.reassign, case.number, "front_line", ADA, "why")
    assert work.now(case).team == case.team
