"""What people do with a case. The oracle predicts every act, and what the desk answers is held to that."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.intake_fields import REASON
from bot.sop import Step, facts_to_json
from sandbox.person import SeenMessage, SeenView
from sandbox.screen import Spot
from tests.e2e.week.complaints import CATEGORY_LED, LATER, OLD, RECENT, Complaint, facts_of, wrong_values
from tests.e2e.week.eyes import Player
from tests.e2e.week.mirror import Mirror
from tests.e2e.week.office import Week
from tests.e2e.week.staff import LEAD, TRAINED

DISPATCHING = ("found_on_platform", "category", *CATEGORY_LED)
ANSWERS: Mapping[str, object] = {
    "extra.need": "installation_issue",
    "extra.damaged": ["roof"],
    "extra.callback_number": "555-0142",
    "resolved_on_call": "no",
    "agrees_to_wait": "yes",
    "product": "ric",
    "channel": "phone",
    "program": "everbright",
    "milestones.m1": OLD,
    "milestones.m2": RECENT,
    "milestones.m3": LATER,
}
"""What is answered to a question of the desk where the homeowner had not said it before."""
FLAGS = {"yes": True, "no": False}
CLOSABLE = ("ready_to_close", "needs_decision")


class Acts:
    """The hands of everybody."""

    def __init__(self, week: Week) -> None:
        self.week = week
        self.mirror = week.mirror
        self.dice = week.dice

    # --- a call ---

    def take_call(
        self,
        agent: Player,
        told: Complaint,
        *,
        hasty: bool = False,
        disturbed: bool = False,
        again: bool = False,
    ) -> str:
        """Type a complaint from the command to the open case.

        `disturbed`: it is left and gone on with. `again`: the same one is open, which asks for a reason.
        """
        agent.command("/complaint")
        agent.wait_for_view("intake_who")
        typed = self._fill(agent, told)
        if disturbed:
            self._leave_and_resume(agent, told)
        if hasty:
            self._mistype(agent, told)
        agent.submit()
        agent.wait_for_view("intake_what")
        self._pick(agent, "category", told.known["category"])
        typed |= {"category": told.known["category"], **self._fill(agent, told)}
        agent.submit()
        agent.wait_for_view("intake_says")
        if again:
            assert set(agent.submit(strict=False).errors) == {REASON}, f"{told.name} was taken twice"
            agent.fill({REASON: "They moved, and it began anew."})
            self.week.tried["again"] += 1
        at = self.week.now
        agent.submit()
        view = agent.wait_for_view("intake_opened")
        agent.clear_desk()
        name = next(word.strip("*") for word in view.all_text.split() if "HC-" in word)
        self.mirror.open(name, facts_of(typed, agent.user_id in TRAINED), agent.user_id, at)
        self.week.complaints[name] = told
        self.week.settle()
        self.week.check(name)
        return name

    def _fill(self, agent: Player, told: Complaint) -> dict[str, object]:
        """Whatever stands on the page and is known, leading questions first."""
        typed: dict[str, object] = {}
        while True:
            view = agent.view
            assert view is not None
            there = [one for one in view.values if one in told.known and one not in (*typed, "category")]
            if not there:
                return typed
            leading = next((one for one in there if one in DISPATCHING), None)
            if leading is not None:
                self._pick(agent, leading, told.known[leading])
                typed[leading] = told.known[leading]
            else:
                rest = {one: told.known[one] for one in there}
                agent.fill(rest)
                typed |= rest

    def _leave_and_resume(self, agent: Player, told: Complaint) -> None:
        """The form is closed half filled in; later everything that was kept stands there again."""
        agent.close(everything=True)
        self.week.settle()
        agent.command("/complaint", "resume")
        view = agent.wait_for_view("intake_who")
        kept = {name: next(iter(there.values())) for name, there in view.values.items()}
        lost = [name for name in ("homeowner.name", "homeowner.address") if not kept[name].get("value")]
        agent.fill({name: told.known[name] for name in lost})
        assert not lost, f"{lost} was typed before"
        self.week.tried["resumed"] += 1

    def _pick(self, agent: Player, field: str, value: object) -> None:
        """Choose what other fields follow, and wait for them."""
        before = agent.view
        assert before is not None
        agent.fill({field: value})
        agent.wait_for(lambda one: one.view and one.view.hash != before.hash, what=f"the page after {field}")

    def _mistype(self, agent: Player, told: Complaint) -> None:
        """Something wrong is sent; it is answered at its field, and mended."""
        wrong = wrong_values(told, self.dice)
        agent.fill(dict(wrong))
        answer = agent.submit(strict=False)
        assert answer.errors, f"{list(wrong)} was taken"
        assert set(answer.errors) <= set(wrong), answer.errors
        agent.fill({one: told.known[one] for one in wrong})

    # --- buttons ---

    def press(self, who: Player, case: str, spot: Spot) -> bool:
        """Press a button that reports something by itself. Answers whether it was taken."""
        event, value = _action(spot), str(spot.element["value"])
        taken = self.predict_answer(who, case, event, value.partition("|")[2])
        before = (who.told, len(who.views))
        answer = who.use(spot)
        assert answer.notice is None, answer.notice
        self.week.settle()
        refused = (who.told, len(who.views)) != before
        assert refused != taken, f"{who.name} {event} on {case}: taken must be {taken}. {who.whispers()[-1:]}"
        self.week.check(case)
        return taken

    def predict_answer(self, who: Player, case: str, event: str, step_id: str) -> bool:
        """Whether a button's event is to be taken; if so the oracle takes it."""
        step = self.mirror.step(case, step_id, self.week.now)
        if not self.may_work(who, case) or step is None or event not in step.events:
            return False
        if event == "lead_released" and who.user_id not in LEAD.values():
            return False
        return self._report_on(case, step, event, {}, who.user_id)

    def may_work(self, who: Player, case: str) -> bool:
        return who.user_id == self.mirror.cases[case].owner or who.user_id in LEAD.values()

    def _data(self, step: Step, event: str, data: dict[str, object]) -> dict[str, object]:
        if event == "step_done":
            return {**data, "step": step.id}
        if event == "attempt_logged" and step.attempt:
            return {**data, "n": step.attempt}
        return data

    def confirm(self, who: Player, case: str, spot: Spot, answer: str) -> bool:
        """Answer a Concert check; whoever is not on the roster is told that they cannot."""
        told = who.told
        taken = self.predict_confirmation(who, case, answer)
        answered = who.use(spot)
        assert answered.notice is None, answered.notice
        self.week.settle()
        assert (who.told > told) != taken, f"{who.name} {answer} on {case}: taken must be {taken}"
        self.week.check(case)
        return taken

    def predict_confirmation(self, who: Player, case: str, answer: str) -> bool:
        """Whether an answer to the Concert check is to be taken; if so the oracle takes it."""
        name = _named(who, self.mirror)
        by, now = who.user_id, self.week.now
        return bool(name) and self.mirror.report(case, answer, {"by": name}, by, now)

    def release(self, who: Player, case: str, spot: Spot) -> bool:
        """Let go what a lawyer holds."""
        leads, below = who.user_id in LEAD.values(), len(who.views)
        taken = leads and self.mirror.report(case, "lead_released", {}, who.user_id, self.week.now)
        who.use(spot)
        self.week.settle()
        assert (len(who.views) == below) == taken, f"release of {case}: taken must be {taken}"
        self.week.check(case)
        return taken

    # --- forms ---

    def form(self, who: Player, case: str, spot: Spot) -> None:
        """Press a button that opens a form, fill it in and send it."""
        if view := self.open_form(who, spot):
            self.fill_and_send(who, case, view)
        self.week.settle()

    def open_form(self, who: Player, spot: Spot, entry: str = "") -> SeenView | None:
        """The form behind a button or a menu's entry; None where the person is told why there is none."""
        told, below = who.told, who.view
        answer = who.choose_entry(spot, entry) if entry else who.use(spot)
        assert answer.notice is None, answer.notice

        def came(one: Player) -> bool:
            top = one.view
            return one.told > told or (top is not None and (below is None or top.id != below.id))

        who.wait_for(came, what=f"the form of {spot.element['action_id']} {entry}")
        top = who.view
        return top if top and (below is None or top.id != below.id) else None

    def fill_and_send(self, who: Player, case: str, view: SeenView) -> bool:
        """Every input with something that fits; what the oracle expects of it is what must come of it."""
        if view.submit is None:
            who.close()
            return False
        given = self.values(who, case, view)
        if self.dice.random() < 0.15:
            self.send_blank(who, view, given)
        if given:
            who.fill(given)
        return self.send(who, case, view, given)

    def send(self, who: Player, case: str, view: SeenView, given: Mapping[str, Any]) -> bool:
        """Send the form that is filled in, and hold the answer to what the oracle says."""
        taken = self.predict_form(who, case, view, given)
        below = len(who.views)
        answer = who.submit(strict=False)
        assert not answer.errors, (view.callback_id, answer.errors)
        assert answer.notice is None, answer.notice
        self.week.settle()
        top = who.view
        sorry = top is not None and top.callback_id == "sorry"
        assert sorry != taken, f"{who.name} {view.callback_id} on {case}: taken must be {taken}; {sorry=}"
        shows_what_follows = top is not None and top.submit is None and view.callback_id == "facts_learned"
        assert sorry or shows_what_follows or len(who.views) == below - 1
        if sorry or shows_what_follows:
            who.clear_desk()
        self.week.check(case)
        return taken

    def send_blank(self, who: Player, view: SeenView, given: Mapping[str, Any]) -> None:
        """What must be filled in is left blank, or holds nothing that can be read."""
        blank = {name: " \u200b " for name in given if name in ("reference", "closure_comments", "note")}
        if blank:
            who.fill(blank)
            assert set(who.submit(strict=False).errors) == set(blank), view.callback_id

    def values(self, who: Player, case: str, view: SeenView) -> dict[str, Any]:
        """Something that fits every input."""
        values = {
            str(spot.block["block_id"]): self._value(who, case, view, spot)
            for spot in view.spots
            if spot.block["type"] == "input"
        }
        return {name: value for name, value in values.items() if value is not None}

    def _value(self, who: Player, case: str, view: SeenView, spot: Spot) -> object:
        name, label, number = str(spot.block["block_id"]), spot.names[0], case.removeprefix("HC-")
        match name:
            case "reference":
                return f"EBH-{number}" if "Jira" in label else f"50{number}"
            case "answer" | "closure_comments" | "note" | "reason":
                return f"{label} of {case}, number {self.dice.randrange(1000)}"
            case "event":
                return self.dice.choice(spot.element["options"])["value"]
            case "until":
                return (self.week.wall + timedelta(days=self.dice.choice((1, 2, 3)))).date().isoformat()
        if view.callback_id != "facts_learned" or name.endswith(".not_yet"):
            return None
        return self._fact(who, case, view, name)

    def _fact(self, who: Player, case: str, view: SeenView, name: str) -> object:
        """A fact that is asked for; where nothing is asked, what has changed since."""
        if not who.step_of(view):
            return self.week.complaints[case].later.get(name)
        return self.week.complaints[case].known.get(name) or ANSWERS.get(name)

    def predict_form(self, who: Player, case: str, view: SeenView, given: Mapping[str, Any]) -> bool:
        """Whether a form is to be taken; if so the oracle takes it."""
        if view.callback_id == "noted":
            self.mirror.acted(case, who.user_id)
            return True
        if not self.may_work(who, case):
            return False
        now, by, mine = self.week.now, who.user_id, self.mirror.cases[case]
        leads = by in LEAD.values()
        match view.callback_id:
            case "record_made":
                step = self._any_step(case, who.step_of(view))
                data = {"on": step.on if step else "", "reference": given["reference"]}
                return step is not None and self.mirror.report(case, "reference_recorded", data, by, now)
            case "facts_learned":
                learned = self._learned(case, given)
                return not learned or self.mirror.report(case, "facts_learned", learned, by, now)
            case "snoozed":
                zone = self.week.wall.tzinfo
                until = f"{given['until']}T09:00:00"
                moment = {"until": self.week.wall.fromisoformat(until).replace(tzinfo=zone).isoformat()}
                return self.mirror.report(case, "snoozed", moment, by, now)
            case "reported":
                released = given["event"] == "lead_released" and not leads
                return not released and self.mirror.report(case, given["event"], {}, by, now)
            case "closed":
                if mine.case.state == "needs_decision" and not leads:
                    return False
                data = {"closure_comments": given["closure_comments"]}
                return self.mirror.report(case, "close_requested", data, by, now)
        return self._predict_step(case, who.step_of(view), given, by)

    def _predict_step(self, case: str, step_id: str, given: Mapping[str, Any], by: str) -> bool:
        step = self.mirror.step(case, step_id, self.week.now)
        if step is None:
            return False
        event = step.events[0] if step.events else "step_done"
        return self._report_on(case, step, event, dict(given), by)

    def _report_on(self, case: str, step: Step, event: str, data: dict[str, object], by: str) -> bool:
        now = self.week.now
        taken = self.mirror.report(case, event, self._data(step, event, data), by, now)
        if taken and event == "step_done" and step.verb == "reassign":
            self.mirror.sent_by_sop(case, step, now)
        return taken

    def _any_step(self, case: str, step_id: str) -> Step | None:
        return next((one for one in self.mirror.plan(case, self.week.now).steps if one.id == step_id), None)

    def _learned(self, case: str, given: Mapping[str, Any]) -> dict[str, object]:
        known = facts_to_json(self.mirror.cases[case].case.facts)
        learned: dict[str, object] = {}
        for name, typed in given.items():
            room, _, key = name.rpartition(".")
            within = known[room] if room else known
            assert isinstance(within, Mapping)
            said = FLAGS.get(typed, typed) if isinstance(typed, str) else typed
            if within.get(key) != said:
                learned[name] = said
        return learned

    # --- the menu behind the three dots ---

    def menu(self, who: Player, case: str, card: SeenMessage | SeenView, entry: str) -> None:
        """One of the menu's entries, if it stands there."""
        spot = next(one for one in card.spots if one.element["action_id"] == "case_more")
        value = f"{case.removeprefix('HC-')}|{entry}"
        if value not in [one["value"] for one in spot.element["options"]]:
            return
        if entry == "reopen":
            self._reopen(who, case, spot, value)
        elif view := self.open_form(who, spot, value):
            self.fill_and_send(who, case, view)
        who.clear_desk()

    def _reopen(self, who: Player, case: str, spot: Spot, value: str) -> None:
        told = who.told
        must = self.may_work(who, case) and self.mirror.report(
            case, "reopened", {}, who.user_id, self.week.now
        )
        who.choose_entry(spot, value)
        if must:
            shut = f"{case}: closed."
            owner = self.week.owner_of(case)
            owner.wait_for(lambda one: one.card(case).text != shut, what=f"{case} open again")
        else:
            who.wait_for(lambda one: one.told > told, what="why it is not reopened")
        self.week.settle()
        self.week.check(case)


def _action(spot: Spot) -> str:
    return str(spot.element["action_id"]).removeprefix("answer:")


def _named(who: Player, mirror: Mirror) -> str:
    """The name of a confirmer on the roster; empty for anybody else."""
    people = mirror.playbooks.organisation.rota.people
    return next((one.name for one in people if one.slack_id == who.user_id), "")
