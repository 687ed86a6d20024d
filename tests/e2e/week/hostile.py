"""What goes wrong in an office: twice, too late, by the wrong person, made up, and Slack in a bad mood."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.person import SeenMessage
from sandbox.screen import Spot
from tests.e2e.week.acts import Acts
from tests.e2e.week.eyes import Player, at_once
from tests.e2e.week.office import Week
from tests.e2e.week.staff import AGENTS, CLERKS, CONFIRMERS, LEAD, OUTSIDER

FORMS = ("email_sent", "step_done", "record_made", "closed", "reported", "noted")
GARBAGE = ("", "|", "0|x", "-1|x", "99999|close", "1001; DROP TABLE cases|x", "۱۰۰۱|x", "HC-1001", "9" * 2900)
VALUES = {
    "reference": {"value": {"type": "plain_text_input", "value": "EBH-1"}},
    "closure_comments": {"value": {"type": "plain_text_input", "value": "It is over."}},
    "note": {"value": {"type": "plain_text_input", "value": "Somebody was here."}},
    "event": {"value": {"type": "radio_buttons", "selected_option": {"value": "installer_replied"}}},
}
FAULTS: tuple[tuple[str, dict[str, object]], ...] = (
    ("lost_reply", {"target": "chat.postMessage"}),
    ("rate_limited", {"target": "chat.postMessage"}),
    ("error", {"target": "chat.postMessage", "status": 503}),
    ("lost_reply", {"target": "chat.update"}),
    ("error", {"target": "chat.update", "status": 500}),
    ("rate_limited", {"target": "chat.update"}),
)


@dataclass
class Hostile:
    """Everything that should not happen, and does."""

    week: Week
    acts: Acts

    def __post_init__(self) -> None:
        self._faults = list(FAULTS)

    def something(self) -> None:
        """One of them, by the dice."""
        kinds: tuple[Callable[[], None], ...] = (
            self.double_click,
            self.double_click,
            self.old_click,
            self.old_click,
            self.old_click,
            self.intruder,
            self.intruder,
            self.made_up_click,
            self.made_up_form,
            self.made_up_form,
            self.wrong_confirmer,
            self.overtaken_form,
            self.overtaken_form,
            self.too_slow,
            self.delivered_twice,
            self.form_delivered_twice,
        )
        act = self.week.dice.choice(kinds)
        self.week.tried[act.__name__] += 1
        act()

    # --- twice ---

    def double_click(self) -> None:
        """An impatient finger: the same button twice at the same moment."""
        if found := self._live("answer:"):
            who, case, spot = found
            self._twice(who, case, spot, lambda: at_once(lambda: who.use(spot), lambda: who.use(spot)))

    def delivered_twice(self) -> None:
        """Slack hands the same click over twice."""
        if found := self._live("answer:"):
            who, case, spot = found
            self.week.trouble.cause("double_delivery", target="interactive")
            self._twice(who, case, spot, lambda: who.use(spot))

    def _twice(self, who: Player, case: str, spot: Spot, act: Callable[[], object]) -> None:
        event, step_id = _event(spot), str(spot.element["value"]).partition("|")[2]
        told = who.told
        taken = [self.acts.predict_answer(who, case, event, step_id) for _ in range(2)]
        act()
        self.week.settle()
        assert who.told - told == taken.count(False), f"{event} twice on {case}: {taken}"
        self.week.check(case)

    def form_delivered_twice(self) -> None:
        """Slack hands the same form over twice: it is one report."""
        if found := self._live("step:"):
            who, case, spot = found
            view = self.acts.open_form(who, spot)
            if view is not None and view.submit is not None:
                given = self.acts.values(who, case, view)
                if given:
                    who.fill(given)
                self.week.trouble.cause("double_delivery", target="interactive")
                self.acts.send(who, case, view, given)
            who.clear_desk()

    # --- too late ---

    def old_click(self) -> None:
        """A button of a card as it was hours ago, pressed on a phone that had no reception."""
        if self.week.old:
            case, where, spot = self.week.dice.choice(self.week.old)
            self._forged(self.week.owner_of(case), case, where, spot)

    def overtaken_form(self) -> None:
        """A form is sent after a lead has moved the case on, or closed it, meanwhile."""
        found, clicks = self._live("step:"), self._live("answer:")
        if not found or not clicks:
            return
        who, case, spot = found
        lea = self.week.people["lea"]
        view = self.acts.open_form(who, spot)
        card = who.card(case)
        if view is not None and view.submit is not None and card is not None and who is not lea:
            given = self.acts.values(who, case, view)
            if given:
                who.fill(given)
            answers = [one for one in card.spots if str(one.element["action_id"]).startswith("answer:")]
            if answers:
                self._forged(lea, case, card, self.week.dice.choice(answers))
            else:
                self._close(lea, case, card)
            self.acts.send(who, case, view, given)
        who.clear_desk()

    def _close(self, lea: Player, case: str, card: SeenMessage) -> None:
        values = {"closure_comments": "Closed by the lead."}
        taken = self.week.mirror.report(case, "close_requested", values, lea.user_id, self.week.now)
        number = case.removeprefix("HC-")
        ack = self.week.forger.submit(lea.user_id, "closed", f"{number}|", VALUES)
        assert ack.failure is None
        assert (ack.payload is None) == taken, (case, ack.payload)
        self.week.settle()

    def too_slow(self) -> None:
        """The trigger of a click has expired: the person is told to do it once more."""
        if found := self._live("step:"):
            who, _, spot = found
            self.week.expected.add(("views.open", "expired_trigger_id"))
            self.week.caused.append("Slack answered expired_trigger_id")
            self.week.trouble.expire_trigger()
            told = who.told
            assert self.acts.open_form(who, spot) is None
            assert who.told == told + 1

    # --- by the wrong person ---

    def intruder(self) -> None:
        """Somebody else presses the button of a card."""
        if self.week.old:
            case, where, spot = self.week.dice.choice(self.week.old[-40:])
            everybody = [*AGENTS, *CLERKS, *CONFIRMERS, *OUTSIDER]
            self._forged(self.week.people[self.week.dice.choice(everybody)], case, where, spot)

    def wrong_confirmer(self) -> None:
        """An agent, a lead or an outsider answers a Concert check, or a confirmer one that is answered."""
        who = self.week.people[self.week.dice.choice([*AGENTS, *LEAD, *OUTSIDER, *CONFIRMERS])]
        cases = [name for name, one in self.week.mirror.cases.items() if one.case.confirmation is not None]
        if not cases:
            return
        case, told = self.week.dice.choice(cases), who.told
        taken = self.acts.predict_confirmation(who, case, "not_concert")
        number = case.removeprefix("HC-")
        where = self._somewhere()
        self.week.forger.click(who.user_id, where, "confirmation:not_concert", number)
        self.week.settle()
        assert (who.told == told) == taken, f"{who.name} on {case}: {taken}"
        self.week.check(case)

    # --- made up ---

    def made_up_click(self) -> None:
        """A value that no button ever had."""
        who = self.week.people[self.week.dice.choice([*AGENTS, *CLERKS, *LEAD, *OUTSIDER])]
        told, value = who.told, self.week.dice.choice(GARBAGE)[:2000]
        action = self.week.dice.choice(
            ("answer:homeowner_not_heard", "step:email", "case_open", "case_release")
        )
        self.week.forger.click(who.user_id, self._somewhere(), action, value)
        who.wait_for(lambda one: one.told > told, what=f"an answer to {action} {value[:40]}")

    def made_up_form(self) -> None:
        """A form with somebody else's case behind it, or with nothing that makes sense."""
        who = self.week.people[self.week.dice.choice([*AGENTS, *CLERKS, *OUTSIDER])]
        theirs = [name for name, one in self.week.mirror.cases.items() if one.owner != who.user_id]
        case = self.week.dice.choice(theirs) if theirs and self.week.dice.random() < 0.6 else ""
        metadata = f"{case.removeprefix('HC-')}|close" if case else self.week.dice.choice(GARBAGE)
        form = self.week.dice.choice(FORMS)
        ack = self.week.forger.submit(who.user_id, form, metadata, VALUES)
        assert ack.failure is None
        noted = bool(case) and form == "noted" and who.name not in OUTSIDER
        assert (ack.payload is None) == noted, f"{who.name} {form} on {metadata[:40]}: {ack.payload}"

    # --- Slack in a bad mood ---

    def bad_mood(self) -> None:
        """Slack loses an answer, is too busy, or breaks: whatever was to be said is said all the same."""
        if self._faults:
            fault, more = self._faults.pop()
            self.week.expected |= {(str(more["target"]), code) for code in ("ratelimited", "internal_error")}
            self.week.tried["bad_mood"] += 1
            self.week.trouble.cause(fault, **more)

    # --- within ---

    def _live(self, prefix: str) -> tuple[Player, str, Spot] | None:
        """A button that stands on somebody's card at this moment."""
        names = [name for name, one in self.week.mirror.cases.items() if one.case.state != "closed"]
        self.week.dice.shuffle(names)
        for case in names[:12]:
            who = self.week.owner_of(case)
            card = who.card(case)
            spots = (
                [one for one in card.spots if str(one.element["action_id"]).startswith(prefix)]
                if card
                else []
            )
            if spots:
                return who, case, self.week.dice.choice(spots)
        return None

    def _somewhere(self) -> SeenMessage:
        case = self.week.dice.choice([name for name, one in self.week.mirror.cases.items() if one.owner])
        card = self.week.owner_of(case).card(case)
        assert card is not None
        return card

    def _forged(self, who: Player, case: str, where: SeenMessage, spot: Spot) -> None:
        """Press a button, whether it still stands there or not, and hold the answer to the oracle's."""
        action, value = str(spot.element["action_id"]), str(spot.element["value"])
        told, step_id = who.told, value.partition("|")[2]
        if action.startswith("step:"):
            shown = self.acts.may_work(who, case) and self.week.mirror.step(case, step_id, self.week.now)
            self.week.forger.click(who.user_id, where, action, value)
            who.wait_for(lambda one: one.told > told or one.views, what=f"an answer to {action}")
            assert bool(who.views) == bool(shown), f"{who.name} {action} {value}"
            who.clear_desk()
            return
        taken = self.acts.predict_answer(who, case, _event(spot), step_id)
        self.week.forger.click(who.user_id, where, action, value)
        self.week.settle()
        assert (who.told == told) == taken, f"{who.name} {action} {value}: taken must be {taken}"
        self.week.check(case)


def _event(spot: Spot) -> str:
    return str(spot.element["action_id"]).removeprefix("answer:")
