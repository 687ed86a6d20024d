"""Who is on call for a week, what a lead may change about it, and what is told to whom (D-11)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bot import oncall, rota_watch
from bot.errands import run
from bot.errors import CaseError, MovedOn
from bot.people import Strangers
from bot.rota_wishes import Wish, change_of, problems_of, wished
from bot.stored import RotaChange
from tests.bot.casework import ADA, BEN, CLEO, CORA, LEA, Casework
from tests.bot.desk import NOW, at, day

CYD = "U0CYD00009"
APP = "U0DESK0099"
SAT, SUN, MON = "2026-11-21", "2026-11-22", "2026-11-23"


@dataclass(frozen=True, slots=True)
class Known(Strangers):
    """People by name; some of them have left."""

    left: set[str] = field(default_factory=set)

    def name_of(self, user_id: str) -> str:
        return {BEN: "Ben (agent)", LEA: "Lea (lead)", APP: "Complaint Desk"}.get(user_id, user_id)

    def is_active(self, user_id: str) -> bool:
        return user_id not in self.left

    def is_person(self, user_id: str) -> bool:
        return user_id != APP


@pytest.fixture
def people(work: Casework) -> Known:
    known = Known()
    work.desk = replace(work.desk, people=known)
    return known


def wish(work: Casework, kind: str, now=NOW, **typed: object) -> dict[str, str] | RotaChange:
    """What a form leads to: what is wrong, by field, or the change, saved."""
    with work.desk.memory.write() as transaction:
        today = work.desk.today(transaction, now)
        fields = {"people": (), "person": "", "other": "", "until": "", "from": "", "to": "", **typed}
        wanted = wished(kind, fields, today.organisation.rota, now)
        if not isinstance(wanted, Wish):
            return wanted
        change = change_of(wanted, today)
        problems = problems_of(transaction, today, change, now)
        if problems:
            return problems
        return oncall.save(transaction, work.desk, change, LEA, "a reason", now)[0]


def saved(work: Casework, kind: str, now=NOW, **typed: object) -> RotaChange:
    made = wish(work, kind, now, **typed)
    assert isinstance(made, RotaChange), made
    return made


def outlook(work: Casework, now=NOW, first=None) -> oncall.Outlook:
    with work.desk.memory.read() as transaction:
        return oncall.outlook(transaction, work.desk, now, first)


def letters(work: Casework, kind: str) -> list[tuple[str, str]]:
    """Every letter of a kind that waits, sent now: to whom, or which one it rewrites."""
    found = []
    for delivery in work.waiting():
        with work.desk.memory.write() as transaction:
            transaction.outbox.settle(delivery, None, NOW)
        if delivery.letter.kind == kind:
            found.append((delivery.letter.to or delivery.letter.edits, delivery.letter.key))
    return found


OVERRIDE = {"people": (BEN,), "day": SAT}
AWAY = {"people": (CLEO,), "day": SAT}
PAIR = {"person": CORA, "other": CYD, "day": "2026-11-19"}


@pytest.mark.parametrize(
    ("kind", "typed", "field", "says"),
    [
        ("override", {**OVERRIDE, "people": ()}, "people", "Choose at least one person."),
        ("override", {**OVERRIDE, "day": ""}, "day", "Choose the day."),
        ("override", {**OVERRIDE, "day": "2026-11-17"}, "day", "This day is over."),
        ("override", {**OVERRIDE, "from": "20:00", "to": "19:00"}, "to", "This ends before it begins."),
        ("override", {**OVERRIDE, "from": "20:00", "to": "20:00"}, "to", "This ends before it begins."),
        ("override", {**OVERRIDE, "day": "2026-11-18", "to": "08:30"}, "to", "This is over already."),
        ("override", {**OVERRIDE, "day": "2028-11-18"}, "to", "more than a year ahead"),
        ("override", {**OVERRIDE, "people": (APP,)}, "people", "Complaint Desk is an app, not a person."),
        ("override", {**OVERRIDE, "people": ("U0LEFT",)}, "people", "U0LEFT is deactivated in Slack."),
        ("away", {**AWAY, "until": "2026-11-20"}, "to", "This ends before it begins."),
        ("away", {**AWAY, "people": (BEN,)}, "people", "Ben (agent) is not on the rota"),
        ("swap", {**PAIR, "other": CORA}, "other", "That is the same person."),
        ("swap", {**PAIR, "other": ""}, "other", "Choose a person."),
        ("swap", {**PAIR, "day": SAT}, "other", "Cyd (confirmer) is not on shift then"),
        ("swap", {**PAIR, "person": BEN}, "person", "Ben (agent) is not on the rota"),
        ("swap", {**PAIR, "other": CLEO}, "other", "swapping them changes nothing"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    work: Casework, people: Known, kind: str, typed: dict, field: str, says: str
) -> None:
    people.left.add("U0LEFT")
    problems = wish(work, kind, **typed)
    assert isinstance(problems, dict)
    assert list(problems) == [field]
    assert says in problems[field]


@pytest.mark.parametrize(
    ("first", "kind", "second", "field", "says"),
    [
        (OVERRIDE, "override", {**OVERRIDE, "people": (CYD,)}, "day", "Somebody else was put on by Lea"),
        (OVERRIDE, "override", {**OVERRIDE, "from": "23:00"}, "day", "to Sunday, November 22, 12 AM."),
        (OVERRIDE, "away", {"people": (BEN,), "day": SUN}, None, ""),
        (AWAY, "override", {**OVERRIDE, "people": (BEN, CLEO)}, "people", "Cleo (confirmer) is away then."),
        (AWAY, "away", {**AWAY, "day": "2026-11-20", "until": SUN}, "people", "is away then. Marked away"),
        (AWAY, "away", {**AWAY, "day": SUN}, None, ""),
        (PAIR, "swap", {**PAIR, "other": "U0CYRUS007"}, "person", "is swapped then already"),
    ],
    ids=[
        "two overrides of a day",
        "overrides that meet",
        "who was put on may be away",
        "away people cannot be put on",
        "away twice",
        "away on another day",
        "swapped twice",
    ],
)  # fmt: skip
def test_changes_that_meet_are_named(
    work: Casework, people: Known, first: dict, kind: str, second: dict, field: str | None, says: str
) -> None:
    saved(work, "override" if first is OVERRIDE else "away" if first is AWAY else "swap", **first)
    problems = wish(work, kind, **second)
    if field is None:
        assert isinstance(problems, RotaChange)
    else:
        assert isinstance(problems, dict)
        assert says in problems[field]


def test_midnight_as_an_end_is_the_end_of_the_day(work: Casework, people: Known) -> None:
    made = saved(work, "override", **OVERRIDE, **{"from": "20:00", "to": "00:00"})
    assert (made.change.starts, made.change.ends) == (at(f"{SAT} 20:00"), at(f"{SUN} 00:00"))


def test_what_began_before_now_begins_now(work: Casework, people: Known) -> None:
    now = NOW + timedelta(hours=1, seconds=40)
    made = saved(work, "override", now, people=(BEN,), day="2026-11-18")
    assert made.change.starts == at("2026-11-18 10:00")


def test_the_outlook_says_who_is_on_until_when_and_who_is_next(work: Casework, people: Known) -> None:
    seen = outlook(work, at("2026-11-20 19:00"))
    assert [person.slack_id for person in seen.people] == [CLEO, CORA]
    assert seen.next is not None
    assert (seen.next.starts, seen.next.people) == (at("2026-11-20 21:00"), ())
    assert [each.day for each in seen.days][::6] == [day("2026-11-20"), day("2026-11-26")]
    assert outlook(work, first=day("2026-12-24")).days[0].day == day("2026-12-24")


def test_a_change_shows_in_the_days_and_among_the_changes_until_it_is_over(
    work: Casework, people: Known
) -> None:
    made = saved(work, "override", **OVERRIDE)
    saturday = outlook(work).days[3]
    assert [[person.name for person in span.people] for span in saturday.spans] == [["Ben (agent)"]]
    assert outlook(work).changes == (made,)
    assert outlook(work, at(f"{SUN} 00:00")).changes == ()


def test_everybody_concerned_is_told_but_who_made_the_change(work: Casework, people: Known) -> None:
    saved(work, "override", **{**OVERRIDE, "people": (BEN, LEA)})
    assert letters(work, oncall.CHANGED) == [
        ("complaint-leads", "rota/1/made/complaint-leads"),
        (BEN, f"rota/1/made/{BEN}"),
        (CLEO, f"rota/1/made/{CLEO}"),
        (CORA, f"rota/1/made/{CORA}"),
    ]


def test_undoing_tells_the_same_people_and_happens_once(work: Casework, people: Known) -> None:
    made = saved(work, "override", **OVERRIDE)
    letters(work, oncall.CHANGED)
    with work.desk.memory.write() as transaction:
        told = oncall.undo(transaction, work.desk, made.id, LEA, NOW)
    assert [person.slack_id for person in told.effects[0].after] == [CLEO, CORA]
    assert [to for to, _ in letters(work, oncall.CHANGED)] == ["complaint-leads", BEN, CLEO, CORA]
    with work.desk.memory.write() as transaction:
        with pytest.raises(MovedOn, match=r"Lea \(lead\) has undone this already"):
            oncall.undo(transaction, work.desk, made.id, ADA, NOW)
        with pytest.raises(CaseError, match="There is no such change"):
            oncall.undo(transaction, work.desk, 99, ADA, NOW)


def test_what_is_over_cannot_be_undone(work: Casework, people: Known) -> None:
    made = saved(work, "override", **OVERRIDE)
    with work.desk.memory.write() as transaction, pytest.raises(MovedOn, match="This change is over"):
        oncall.undo(transaction, work.desk, made.id, ADA, at(f"{SUN} 00:00"))


def test_a_letter_tells_what_the_change_made_different(work: Casework, people: Known) -> None:
    saved(work, "override", **OVERRIDE)
    letter = next(each.letter for each in work.waiting() if each.letter.kind == oncall.CHANGED)
    with work.desk.memory.read() as transaction:
        told = oncall.told(transaction, work.desk, letter, NOW)
    (effect,) = told.effects
    assert ([p.slack_id for p in effect.before], [p.slack_id for p in effect.after]) == ([CLEO, CORA], [BEN])
    assert (effect.starts, effect.ends) == (at(f"{SAT} 00:00"), at(f"{SUN} 00:00"))


# --- told ahead -----------------------------------------------------------------------------------


def look(work: Casework, now=NOW) -> list[tuple[str, str]]:
    with work.desk.memory.write() as transaction:
        rota_watch.look(transaction, work.desk, now)
    return letters(work, rota_watch.TROUBLE)


def test_a_gap_is_told_once_and_rewritten_when_it_is_mended(work: Casework, people: Known) -> None:
    assert look(work) == []
    saved(work, "away", **{**AWAY, "people": (CLEO, CORA)})
    assert letters(work, rota_watch.TROUBLE) == [("complaint-leads", "rota_trouble/1")]
    assert look(work) == look(work, NOW + timedelta(days=2)) == []
    saved(work, "override", **OVERRIDE)
    assert letters(work, rota_watch.TROUBLE) == [("rota_trouble/1", "rota_trouble/1/mended")]


def test_a_gap_that_opens_again_is_told_again(work: Casework, people: Known) -> None:
    saved(work, "away", **{**AWAY, "people": (CLEO, CORA)})
    made = saved(work, "override", **OVERRIDE)
    letters(work, rota_watch.TROUBLE)
    with work.desk.memory.write() as transaction:
        oncall.undo(transaction, work.desk, made.id, LEA, NOW)
    assert ("complaint-leads", "rota_trouble/2") in letters(work, rota_watch.TROUBLE)


def test_a_gap_is_told_seven_days_ahead(work: Casework, people: Known) -> None:
    saved(work, "away", **{**AWAY, "people": (CLEO, CORA), "day": "2026-11-28"})
    assert letters(work, rota_watch.TROUBLE) == []
    assert look(work, at("2026-11-20 09:00")) == []
    assert look(work, at("2026-11-21 09:00")) == [("complaint-leads", "rota_trouble/1")]


def test_long_gaps_are_told_one_by_one_as_they_come_within_the_week(work: Casework, people: Known) -> None:
    everybody = tuple(person.slack_id for person in work.desk.organisation.rota.roster)
    saved(work, "away", people=everybody, day="2026-11-24", until="2026-12-10")
    told = [letters(work, rota_watch.TROUBLE), *(look(work, at(f"2026-11-{n} 09:00")) for n in range(19, 24))]
    assert [len(each) for each in told] == [1, 1, 1, 2, 0, 0]
    assert all(to == "complaint-leads" for each in told for to, _ in each)
    with work.desk.memory.read() as transaction:
        found = [(each.starts, each.ends) for each in transaction.troubles.open()]
    assert found[-2:] == [
        (at("2026-11-27 09:00"), at("2026-11-27 21:00")),
        (at("2026-11-28 00:00"), at("2026-11-30 00:00")),
    ]


def test_a_gap_that_has_passed_is_no_trouble_any_more(work: Casework, people: Known) -> None:
    saved(work, "away", **{**AWAY, "people": (CLEO, CORA)})
    letters(work, rota_watch.TROUBLE)
    assert look(work, at("2026-11-23 09:00")) == [("rota_trouble/1", "rota_trouble/1/mended")]


def test_somebody_who_left_is_told_once_and_their_cases_are_looked_after(
    work: Casework, people: Known
) -> None:
    people.left.add(CLEO)
    assert look(work) == [("complaint-leads", "rota_trouble/1")]
    with work.desk.memory.write() as transaction:
        (errand,) = transaction.errands.take_due(NOW)
    assert (errand.key, errand.kind, errand.person) == ("person_left/1", rota_watch.LEFT, CLEO)
    assert look(work) == []
    people.left.clear()
    assert look(work) == [("rota_trouble/1", "rota_trouble/1/mended")]
    people.left.add(CLEO)
    assert look(work) == [("complaint-leads", "rota_trouble/2")]


def test_an_owner_without_a_role_counts_too(work: Casework, people: Known) -> None:
    case = work.open()
    with work.desk.memory.write() as transaction:
        transaction.cases.save(replace(case, owner="U0TEMP"), NOW)
    people.left.add("U0TEMP")
    assert [to for to, _ in look(work)] == ["complaint-leads"]


def test_a_rota_without_any_slack_id_is_one_trouble_and_not_many(work: Casework, people: Known) -> None:
    rota = work.desk.organisation.rota
    bare = tuple(
        replace(window, people=tuple(replace(p, slack_id="") for p in window.people))
        for window in rota.windows
    )
    organisation = replace(work.desk.organisation, rota=replace(rota, windows=bare))
    work.desk = replace(work.desk, playbooks=replace(work.desk.playbooks, organisation=organisation))
    assert look(work) == [("complaint-leads", "rota_trouble/1")]


def test_the_look_is_promised_for_nine_of_every_business_day(work: Casework, people: Known) -> None:
    kinds = {rota_watch.LOOK: rota_watch.run}
    with work.desk.memory.write() as transaction:
        rota_watch.promise(transaction, work.desk, at("2026-11-20 08:00"))
    dues = []
    for _ in range(3):
        with work.desk.memory.read() as transaction:
            due = transaction.errands.next_due()
        assert due is not None
        dues.append(due)
        assert run(work.desk, due + timedelta(minutes=5), kinds) == 1
    assert dues == [at("2026-11-20 09:00"), at("2026-11-23 09:00"), at("2026-11-24 09:00")]
