"""Drafts: whatever was typed last is what is kept, in whatever order Slack delivers it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import drafts
from bot.drafts import Heard
from bot.errors import CaseError
from bot.stored import Intake, Sheet
from tests.bot.casework import ADA, BEN, LEA, Casework, casework
from tests.bot.desk import NOW
from tests.databases import Databases

SECOND = timedelta(seconds=1)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def key(intake: Intake, at: float, text: str, **changes: object) -> Heard:
    """A keystroke made `at` seconds past, delivered at once."""
    heard = Heard(
        intake.id, ADA, "who", "V1", intake.sheet.number, {"homeowner.name": text}, after(at), after(at)
    )
    return replace(heard, **changes)


def page(intake: Intake, at: float, text: str, **changes: object) -> Heard:
    """A submission received `at` seconds past."""
    return replace(key(intake, at, text), made_at=None, key=f"submit/{at}/{text}", **changes)


def begun(work: Casework) -> Intake:
    with work.desk.memory.write() as memory:
        return drafts.show(memory, drafts.begin(memory, ADA, NOW), "V1", NOW)


def hear(work: Casework, heard: Heard) -> str:
    with work.desk.memory.write() as memory:
        return drafts.hear(memory, heard, heard.received_at).verdict


def turn(work: Casework, intake: Intake, to: drafts.IntakePage = "what") -> Intake:
    with work.desk.memory.write() as memory:
        stored = memory.intakes.get(intake.id)
        assert stored is not None
        return drafts.turn(memory, stored, to, NOW)


def name(work: Casework, intake: Intake) -> object:
    with work.desk.memory.read() as memory:
        stored = memory.intakes.get(intake.id)
        assert stored is not None
        return stored.values.get("homeowner.name")


def test_a_late_keystroke_does_not_overwrite_a_newer_one(work: Casework) -> None:
    draft = begun(work)
    assert hear(work, key(draft, 2, "Hanna")) == "kept"
    assert hear(work, key(draft, 1, "Han", received_at=after(3))) == "late"
    assert hear(work, key(draft, 2, "Hanna", received_at=after(4))) == "late"
    assert name(work, draft) == "Hanna"


def test_a_late_keystroke_does_not_overwrite_the_page_that_was_sent(work: Casework) -> None:
    draft = begun(work)
    hear(work, key(draft, 1, "H"))
    hear(work, page(draft, 3, "Hanna"))
    turn(work, draft)
    assert hear(work, key(draft, 2, "Hann", received_at=after(4))) == "late"
    assert name(work, draft) == "Hanna"


def test_a_late_keystroke_does_not_overwrite_a_page_that_was_refused(work: Casework) -> None:
    draft = begun(work)
    hear(work, key(draft, 1, "H"))
    hear(work, page(draft, 3, "Hanna"))
    assert hear(work, key(draft, 2, "Hann", received_at=after(4))) == "late"
    assert hear(work, key(draft, 5, "Hanna B")) == "kept"
    assert name(work, draft) == "Hanna B"


def test_a_page_that_is_delivered_twice_is_kept_once(work: Casework) -> None:
    draft = begun(work)
    refused = page(draft, 3, "Han")
    assert hear(work, refused) == "kept"
    assert hear(work, page(draft, 4, "Hanna")) == "kept"
    assert hear(work, replace(refused, received_at=after(5))) == "late"
    assert name(work, draft) == "Hanna"


def test_a_page_that_was_slow_in_the_desk_does_not_overwrite_the_next(
    work: Casework,
) -> None:
    draft = begun(work)
    hear(work, key(draft, 1, "H"))
    assert hear(work, page(draft, 7, "Hanna")) == "kept"
    assert hear(work, page(draft, 3, "Han")) == "late"
    assert name(work, draft) == "Hanna"


def test_who_never_saw_the_next_page_goes_on_with_this_one(work: Casework) -> None:
    draft = begun(work)
    hear(work, key(draft, 1, "Han"))
    hear(work, page(draft, 2, "Han"))
    turn(work, draft)
    assert hear(work, key(draft, 6, "Hanna")) == "kept"
    assert hear(work, key(draft, 6.5, "Hanna B")) == "kept"
    assert hear(work, page(draft, 7, "Hanna Bo")) == "kept"
    assert name(work, draft) == "Hanna Bo"


def test_who_saw_the_next_page_does_not_go_on_with_this_one(work: Casework) -> None:
    draft = begun(work)
    hear(work, page(draft, 2, "Hanna"))
    there = turn(work, draft)
    assert hear(work, replace(key(there, 5, ""), page="what", typed={"description": "L"})) == "kept"
    assert hear(work, page(draft, 9, "Han")) == "late"
    assert name(work, draft) == "Hanna"


def test_the_newest_window_is_the_one_that_counts(work: Casework) -> None:
    draft = begun(work)
    hear(work, key(draft, 1, "Hanna"))
    with work.desk.memory.write() as memory:
        stored = memory.intakes.get(draft.id)
        assert stored is not None
        newer = drafts.show(memory, stored, "V2", NOW)
    assert hear(work, key(draft, 5, "Hannah")) == "elsewhere"
    assert hear(work, key(newer, 6, "Hanna H", window="V2")) == "kept"
    assert name(work, draft) == "Hanna H"


@pytest.mark.parametrize("skew", [-90_000.0, -1.0, 0.0, 1.0, 90_000.0])
def test_a_clock_that_is_wrong_loses_nothing(work: Casework, skew: float) -> None:
    draft = begun(work)
    wrong = timedelta(seconds=skew)

    def at_the_desk(heard: Heard) -> Heard:
        return replace(heard, received_at=heard.received_at + wrong)

    assert hear(work, at_the_desk(key(draft, 1, "Han", received_at=after(1.1)))) == "kept"
    assert hear(work, at_the_desk(page(draft, 3, "Hanna"))) == "kept"
    assert hear(work, at_the_desk(key(draft, 2, "Hann", received_at=after(3.5)))) == "late"
    assert hear(work, at_the_desk(key(draft, 4, "Hanna B"))) == "kept"


# --- any interleaving ---


@dataclass(frozen=True)
class Act:
    """What a person does at the form: `pause` seconds after the act before; its news take `way` seconds."""

    kind: str
    pause: float
    way: float
    repeated_after: float | None


WAYS = st.floats(0.01, 0.9)
ACTS = st.lists(
    st.builds(
        Act,
        st.sampled_from(["key", "key", "key", "refused", "next", "back"]),
        st.floats(0.05, 20),
        WAYS | st.floats(1, 8),
        st.none() | st.floats(0.01, 60),
    ),
    min_size=1,
    max_size=12,
)


class Window:
    """A modal as a person works in it: each act waits for the answers it needs, keystrokes for none."""

    def __init__(self, work: Casework, skew: float) -> None:
        self.work, self.skew = work, timedelta(seconds=skew)
        self.draft = begun(work)
        self.clock, self.typed = 1.0, 0
        self.page: drafts.IntakePage = "who"
        self.number = self.draft.sheet.number
        self.standing: dict[str, dict[str, str]] = {"who": {}, "what": {}}
        self.under_way: list[tuple[float, Heard]] = []

    def do(self, act: Act) -> None:
        self.clock += act.pause
        self._deliver(until=self.clock)
        match act.kind:
            case "key":
                self._type()
                self._send(act, self._heard(after(self.clock)))
            case "refused":
                self._type()
                self._submit(act)
            case "next" if self.page == "who":
                self._submit(act)
                self._turn("what")
            case "back" if self.page == "what":
                self._turn("who", self._heard(after(self.clock)), act)

    def finish(self) -> None:
        self._deliver(until=self.clock + 1000)

    def _type(self) -> None:
        self.typed += 1
        field = "homeowner.name" if self.page == "who" else "description"
        self.standing[self.page] = {field: f"{self.typed} keystrokes"}

    def _heard(self, made_at: datetime | None) -> Heard:
        unique = "" if made_at else f"submission {self.clock}"
        typed = dict(self.standing[self.page])
        return Heard(self.draft.id, ADA, self.page, "V1", self.number, typed, NOW, made_at, unique)

    def _send(self, act: Act, heard: Heard) -> None:
        self.under_way.append((self.clock + act.way, heard))
        if act.repeated_after is not None:
            self.under_way.append((self.clock + act.way + act.repeated_after, heard))

    def _submit(self, act: Act) -> None:
        """Slack waits for the answer to a submission, three seconds at most: here it always comes."""
        way = min(act.way, 0.9)
        self._send(replace(act, way=way), self._heard(None))
        self.clock += way
        self._deliver(until=self.clock)
        self.clock += 0.2

    def _turn(self, to: drafts.IntakePage, heard: Heard | None = None, act: Act | None = None) -> None:
        if heard is not None and act is not None:
            self._send(replace(act, way=min(act.way, 0.9)), heard)
            self.clock += min(act.way, 0.9)
            self._deliver(until=self.clock)
        self.number = turn(self.work, self.draft, to).sheet.number
        self.page = to
        self.clock += 0.2

    def _deliver(self, until: float) -> None:
        for at, heard in sorted(self.under_way, key=lambda each: each[0]):
            if at <= until:
                hear(self.work, replace(heard, received_at=after(at) + self.skew))
        self.under_way = [each for each in self.under_way if each[0] > until]

    def kept(self) -> dict[str, str]:
        with self.work.desk.memory.read() as memory:
            stored = memory.intakes.get(self.draft.id)
        assert stored is not None
        return {field: str(value) for field, value in stored.values.items()}


@pytest.fixture(scope="module")
def shared(databases: Databases) -> Iterator[Casework]:
    with casework(databases) as desk:
        yield desk


@given(acts=ACTS, skew=st.sampled_from([-100_000.0, -3.0, 0.0, 3.0, 100_000.0]), first=WAYS)
def test_in_any_order_of_delivery_what_stands_in_the_form_is_what_is_kept(
    shared: Casework, acts: list[Act], skew: float, first: float
) -> None:
    window = Window(shared, skew)
    window.do(Act("key", 0.1, min(first, 0.3), None))
    for act in (Act("key", 2, 0.2, None), *acts):
        window.do(act)
    window.finish()
    assert window.kept() == {**window.standing["who"], **window.standing["what"]}


# --- whose it is ---


def test_drafts_come_newest_first_and_an_empty_one_is_none(work: Casework) -> None:
    with work.desk.memory.write() as memory:
        drafts.begin(memory, ADA, NOW)
        drafts.begin(memory, ADA, NOW, {"program": "unknown", "homeowner.name": " "})
        older = drafts.begin(memory, ADA, NOW, {"homeowner.name": "Hanna"})
        newer = drafts.begin(memory, ADA, after(60), {"sensitive": ("lawyer",)})
        drafts.begin(memory, BEN, NOW, {"homeowner.name": "Hugo"})
        assert drafts.drafts_of(memory, ADA) == (newer, older)


@pytest.mark.parametrize(("hours", "recent"), [(0, True), (23.9, True), (24, False)])
def test_a_draft_is_recent_for_a_day(work: Casework, hours: float, recent: bool) -> None:
    with work.desk.memory.write() as memory:
        drafts.begin(memory, ADA, NOW, {"homeowner.name": "Hanna"})
        assert bool(drafts.recent_of(memory, ADA, NOW + timedelta(hours=hours))) is recent


def test_a_draft_that_was_handed_over_is_the_colleagues_alone(work: Casework) -> None:
    draft = begun(work)
    hear(work, key(draft, 1, "Hanna"))
    with work.desk.memory.write() as memory:
        given_away = drafts.hand_over(memory, drafts.own(memory, draft.id, ADA), BEN, "Please.", NOW)
        assert drafts.drafts_of(memory, ADA) == ()
        assert drafts.drafts_of(memory, BEN) == (given_away,)
        assert (given_away.given_by, given_away.note) == (ADA, "Please.")
    assert hear(work, key(draft, 5, "Hannah")) == "over"
    assert name(work, draft) == "Hanna"
    assert hear(work, replace(key(given_away, 6, "Hanna B"), user=BEN, window="V9")) == "kept"
    with pytest.raises(CaseError, match="another agent"):
        hear(work, replace(key(draft, 7, "Mine"), user=LEA))


def test_a_discarded_draft_takes_nothing_more(work: Casework) -> None:
    draft = begun(work)
    with work.desk.memory.write() as memory:
        drafts.discard(memory, draft.id, ADA, NOW)
        drafts.discard(memory, draft.id, ADA, NOW)
    assert hear(work, key(draft, 5, "Hanna")) == "over"
    with work.desk.memory.read() as memory, pytest.raises(CaseError, match="discarded"):
        drafts.to_go_on_with(memory, draft.id, ADA)


def test_an_intake_of_the_first_version_takes_what_comes(work: Casework) -> None:
    with work.desk.memory.write() as memory:
        memory.intakes.save(Intake("i1", ADA, sheet=Sheet()), NOW)
    assert hear(work, key(Intake("i1", ADA), 1, "Hanna", window="V7")) == "kept"


def test_forms_that_were_left_empty_for_a_week_go_and_drafts_stay(work: Casework) -> None:
    empty, draft = begun(work), begun(work)
    hear(work, key(draft, 1, "Hanna"))
    with work.desk.memory.write() as memory:
        drafts.begin(memory, ADA, NOW + drafts.LEFT_EMPTY - SECOND)
        assert empty.id in {each.id for each in memory.intakes.unfinished_of(ADA)}
        drafts.begin(memory, BEN, NOW + drafts.LEFT_EMPTY)
        assert empty.id in {each.id for each in memory.intakes.unfinished_of(ADA)}
        drafts.begin(memory, ADA, NOW + drafts.LEFT_EMPTY)
        left = {each.id for each in memory.intakes.unfinished_of(ADA)}
    assert empty.id not in left
    assert draft.id in left
