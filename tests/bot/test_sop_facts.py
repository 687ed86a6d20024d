"""Facts from JSON, conditions on them, and what contradicts what (D-08, D-29)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import FactsError
from bot.sop import contradictions, facts_from_json, facts_to_json
from bot.sop.conditions import Condition
from bot.sop.facts_json import with_facts
from tests.bot.desk import NOW, at, facts

TODAY = NOW.date()


@pytest.mark.parametrize(
    ("data", "fact", "says"),
    [
        pytest.param([], "facts", "object", id="a list"),
        pytest.param({"categori": "fraud"}, "categori", "Did you mean category?", id="a misspelt key"),
        pytest.param({"category": "fruad"}, "category", "Did you mean fraud?", id="a misspelt category"),
        pytest.param({"category": [1]}, "category", "Allowed:", id="a number for a category"),
        pytest.param({"program": "Concert"}, "program", "Did you mean concert?", id="a title for an id"),
        pytest.param({"milestones": {"m4": "not_yet"}}, "milestones.m4", "m1, m2, m3, pto", id="no such M"),
        pytest.param({"milestones": {"m1": "soon"}}, "milestones.m1", "not_yet", id="no date"),
        pytest.param({"milestones": {"m1": "2026-02-30"}}, "milestones.m1", "2026-02-30", id="no such day"),
        pytest.param({"milestones": {"m1": "20261101"}}, "milestones.m1", "Write a date", id="basic form"),
        pytest.param({"found_on_platform": "yes"}, "found_on_platform", "true, false", id="text for a flag"),
        pytest.param(
            {"homeowner": {"phone": 5}}, "homeowner.phone", "Write a text", id="a number for a phone"
        ),
        pytest.param({"homeowner": {"age": 5}}, "homeowner.age", "not a fact", id="unknown homeowner fact"),
        pytest.param({"extra": {"need": "help"}}, "extra.need", "installation_issue", id="unknown need"),
        pytest.param({"sensitive": ["laywer"]}, "sensitive", "Did you mean lawyer?", id="misspelt qualifier"),
    ],
)
def test_what_is_not_a_fact_is_refused_by_name(data: object, fact: str, says: str) -> None:
    with pytest.raises(FactsError, match=says) as error:
        facts_from_json(data)
    assert error.value.fact == fact


def test_facts_survive_json() -> None:
    known = facts(
        milestones={"m1": "2026-09-01", "m2": "not_yet"},
        sensitive=["lawyer"],
        extra={"need": "cancellation", "damaged": ["roof"], "cancellation_email_sent": "2026-09-02"},
        omnidian="spoke_with",
        product="ppa",
    )
    assert facts_from_json(facts_to_json(known)) == known


def test_empty_facts_are_not_known() -> None:
    nothing = facts_from_json({})
    assert (nothing.categories, nothing.program, nothing.found_on_platform) == ((), "unknown", None)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"extra.need": "other", "milestones.m1": "not_yet"}, id="dotted"),
        pytest.param({"extra": {"need": "other"}, "milestones": {"m1": "not_yet"}}, id="nested"),
    ],
)
def test_facts_are_changed_by_dotted_id_or_nested(changes: dict[str, object]) -> None:
    changed = with_facts(facts(), changes)
    assert changed.extra["need"] == "other"
    assert changed.milestones.m1 == "not_yet"
    assert changed.homeowner == facts().homeowner


@pytest.mark.parametrize(
    ("changes", "pairs"),
    [
        pytest.param({}, (), id="nothing known contradicts nothing"),
        pytest.param(
            {"milestones": {"m1": "2026-01-01", "m2": "2026-02-01", "m3": "2026-03-01"}}, (), id="in order"
        ),
        pytest.param({"milestones": {"m1": "2026-01-01", "m2": "2026-01-01"}}, (), id="on the same day"),
        pytest.param({"milestones": {"m3": "2026-03-01"}}, (), id="M3 approved, the others unknown"),
        pytest.param(
            {"milestones": {"m1": "not_yet", "m3": "2026-03-01"}},
            (("milestones.m1", "milestones.m3"),),
            id="M3 without M1",
        ),
        pytest.param(
            {"milestones": {"m2": "not_yet", "m3": "2026-03-01"}},
            (("milestones.m2", "milestones.m3"),),
            id="M3 without M2",
        ),
        pytest.param(
            {"milestones": {"m1": "2026-03-02", "m2": "2026-03-01"}},
            (("milestones.m1", "milestones.m2"),),
            id="M2 before M1",
        ),
        pytest.param(
            {"milestones": {"pto": "2026-01-01", "m3": "not_yet"}}, (), id="PTO and M3 have no stated order"
        ),
        pytest.param({"milestones": {"m1": "2026-11-18"}}, (), id="approved today"),
        pytest.param(
            {"milestones": {"m1": "2026-11-19"}}, (("milestones.m1", "now"),), id="approved tomorrow"
        ),
        pytest.param(
            {"found_on_platform": False}, (("found_on_platform", "program"),), id="EverBright but not found"
        ),
        pytest.param({"found_on_platform": True, "program": "concert"}, (), id="on both platforms"),
        pytest.param({"product": None}, (), id="a null product"),
    ],
)
def test_contradictions_are_pairs_of_facts(
    changes: dict[str, object], pairs: tuple[tuple[str, str], ...]
) -> None:
    assert contradictions(facts(**changes), NOW) == pairs


def test_the_future_begins_at_midnight_eastern() -> None:
    tomorrow = facts(milestones={"m1": "2026-11-19"})
    assert contradictions(tomorrow, at("2026-11-18 23:59:59"))
    assert not contradictions(tomorrow, at("2026-11-19 00:00:00"))


@pytest.mark.parametrize(
    ("days", "beyond"),
    [pytest.param(29, False, id="29"), pytest.param(30, False, id="30"), pytest.param(31, True, id="31")],
)
def test_beyond_30_days_is_strictly_more(days: int, beyond: bool) -> None:
    known = facts(milestones={"m1": (TODAY - timedelta(days=days)).isoformat()})
    assert Condition({"m1": ("beyond_30_days",)}).judge(known, TODAY).holds is beyond
    assert Condition({"m1": ("not_beyond_30_days",)}).judge(known, TODAY).holds is not beyond


def test_an_unknown_fact_is_asked_for_unless_another_decides() -> None:
    both = Condition({"m1": ("approved",), "extra.need": ("other",)})
    assert both.judge(facts(), TODAY).asks == ("milestones.m1", "extra.need")
    assert both.judge(facts(extra={"need": "cancellation"}), TODAY).holds is False
