"""People who press what the desk offers them, until the case is closed: an agent, a lead and a confirmer.

They read the screen only, and wait for the desk to have said everything before they look again.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.person import Person, SeenMessage, SeenView
from sandbox.screen import Spot, Surface, label_of
from tests.e2e.conftest import Office

CHECKS = "support-and-cs-team-members-only"
LEADS = "complaint-leads"
BACK_OFFICE = "complaint-back-office"
TAKEN = " is yours. Its card is in your messages"
TROUBLE = ("has moved on", "went wrong", "can decide on this", "took too long", "cannot be closed")
LAST = (
    "homeowner_contacted_satisfied",
    "installer_confirmed_receipt",
    "meter_corrected",
    "step_done",
)
"""What is answered where the script has nothing to say: each leads towards the end."""
FACTS: Mapping[str, object] = {
    "extra.need": "Something else",
    "extra.damaged": ["Roof"],
    "extra.callback_number": "555-0142",
    "resolved_on_call": "No",
    "agrees_to_wait": "Yes",
    "product": "RIC",
    "channel": "Phone",
    "milestones.m1": "2029-11-20",
    "milestones.m2": "2029-12-03",
    "milestones.m3": "2029-12-20",
}
"""What is answered to a question of the desk, by the fact's id."""
AS_IT_IS = ("subject", "text", "text_continued", "copied", "homeowner", "reason")
"""The inputs of a mail, which are good as they come."""


def settle(office: Office) -> None:
    """Wait until nothing is due that was not handled, and nothing is promised that was not said."""
    deadline = time.monotonic() + 5
    pause = 0.005
    while owed := office.owed():
        assert time.monotonic() < deadline, f"the desk still owes {owed}"
        time.sleep(pause)


@dataclass
class Robot:
    """Works one case. `script` is what is answered to its questions in turn, by event.

    `pressed`, `read` and `typed` keep what was pressed, what every form and card said, and every answer.
    """

    office: Office
    case: str
    script: list[str]
    check: str = "Concert"
    pressed: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    reminder: SeenMessage | None = None
    in_back_office: bool = False

    @property
    def agent(self) -> Person:
        """Who has the case."""
        return self.office.bo if self.in_back_office else self.office.ada

    @property
    def lead(self) -> Person:
        return self.office.lea

    def work(self, most: int) -> None:
        """Act until the case is closed, `most` times at most."""
        settle(self.office)
        for _ in range(most):
            card = self.look()
            self.read.append(card.all_text)
            if card.text == f"{self.case}: closed.":
                self.unharmed(self.lead)
                return
            self.act(card)
            settle(self.office)
        raise AssertionError(f"After {most} acts {self.case} is still open. {self.agent.screen()}")

    def act(self, card: SeenMessage) -> None:
        """The next thing: what stands on the card, what the lead decides, or what the clock brings."""
        if "Waiting for the Concert check" in card.all_text and not self._due(card):
            self.confirm()
        elif spots := self._due(card):
            self.press(self.agent, spots[0])
        elif self.reminder:
            self.answer(self.agent, self.reminder)
        elif "Needs a lead’s decision" in card.all_text or "(leads)" in "".join(card.buttons):
            self.decide()
        elif "more is due." in card.all_text or "more are due." in card.all_text:
            self.everything(card)
        elif answers := self._answers(card):
            self.press_answer(self.agent, answers)
        else:
            self.pressed.append("clock")
            self.office.clock.next_due()

    def look(self) -> SeenMessage:
        """The case's card as it stands in the agent's messages; its open question is kept beside it."""
        messages = self.unharmed(self.agent)
        about = [post for post in messages if post.text.startswith(f"{self.case}: ")]
        texts = (f"{self.case}: it is time to ask the homeowner.", f"{self.case}: a follow-up is due.")
        asked = [post for post in about if post.text in texts and post.buttons]
        self.reminder = asked[-1] if asked else None
        cards = [post for post in about if post.blocks[0]["type"] == "header"]
        if cards:
            return cards[-1]
        self.take()
        return self.look()

    def take(self) -> None:
        """What was reassigned is taken from the back office's queue."""
        assert not self.in_back_office, self.agent.screen()
        self.in_back_office = True
        posts = [post for post in self.agent.messages(BACK_OFFICE) if self.case in post.all_text]
        self.pressed.append("Take it")
        self.agent.click("Take it", posts[-1])
        settle(self.office)

    def unharmed(self, person: Person) -> list[SeenMessage]:
        """Nobody was told that something did not work, and no form is left open. Answers all messages."""
        state = person.state
        assert not state["views"], person.screen()
        raw = [(one["id"], each) for one in state["conversations"] for each in one["messages"]]
        hidden = [each["text"] for _, each in raw if each["ephemeral"] and TAKEN not in each["text"]]
        assert not hidden, hidden
        return [SeenMessage.of(channel, each) for channel, each in raw if each["text"].startswith(self.case)]

    # --- what each of them does ---

    def confirm(self) -> None:
        """A confirmer answers the Concert check."""
        posts = [post for post in self.office.cora.messages(CHECKS) if self.case in post.all_text]
        self.pressed.append(self.check)
        self.office.cora.click(self.check, posts[-1])

    def decide(self) -> None:
        """A lead opens the case, and decides as the script says, or does what is left and closes."""
        posts = [post for post in self.lead.messages(LEADS) if self.case in post.all_text and post.buttons]
        self.lead.click("Open the case", posts[-1])
        view = self.lead.wait_for_view("case")
        self.read.append(view.all_text)
        answers = self._answers(view)
        decided = [spot for spot in answers if self.script and _event(spot) == self.script[0]]
        release = [spot for spot in view.spots if label_of(spot.element) == "Release (leads)"]
        closes = [spot for spot in view.spots if spot.element["action_id"] == "step:close"]
        if self.script and self.script[0].startswith("report:"):
            self.report(self.lead, view)
        elif decided:
            self.press_answer(self.lead, decided)
        elif release:
            self.press(self.lead, release[0])
        elif closes:
            self.press(self.lead, closes[0])
        else:
            self.lead.click("More …", view)
            self.lead.wait_for_view("more")
            self.lead.click("Close the case")
            self.fill_and_submit(self.lead, self.lead.wait_for_view("closed"))
        settle(self.office)
        if self.lead.views:
            self.lead.close(everything=True)

    def everything(self, card: SeenMessage) -> None:
        """What does not fit the card stands in the case's modal; one thing of it is done there."""
        self.agent.click("Open the case", card)
        view = self.agent.wait_for_view("case")
        spots = self._due(view)
        assert spots, view.all_text
        self.press(self.agent, spots[0])
        settle(self.office)
        self.agent.close(everything=True)

    def report(self, person: Person, surface: SeenMessage | SeenView) -> None:
        """Something happened that the desk did not ask for."""
        event = self.script.pop(0).removeprefix("report:")
        person.click("More …", surface)
        person.wait_for_view("more")
        person.click("Report …")
        view = person.wait_for_view("reported")
        self.read.append(view.all_text)
        person.fill({"event": event})
        person.submit()
        self.pressed.append(f"report:{event}")

    def answer(self, person: Person, question: SeenMessage) -> None:
        """What has to be written first, then an answer."""
        self.read.append(question.all_text)
        wanted = self.script[0] if self.script else ""
        forms = [spot for spot in question.spots if self._is_form(spot) and self._id(spot) not in self.seen]
        offered = {_event(spot) for spot in self._answers(question)}
        if forms and wanted not in offered:
            self.press(person, forms[0])
        else:
            self.press_answer(person, self._answers(question))

    def press_answer(self, person: Person, spots: list[Spot]) -> None:
        """The answer of the script if it is offered, else the one that leads to the end."""
        by_event = {_event(spot): spot for spot in spots}
        scripted = self.script[:1] if self.script and self.script[0] in by_event else []
        event = next(each for each in (*scripted, *LAST) if each in by_event)
        if scripted:
            self.script.pop(0)
        self.pressed.append(event)
        _press(person, by_event[event])

    def press(self, person: Person, spot: Spot) -> None:
        """A button that opens a form, filled in and sent; one that only shows words is closed again."""
        label = label_of(spot.element)
        self.pressed.append(label)
        self.seen.add(self._id(spot))
        _press(person, spot)
        if label != "Release (leads)":
            below = spot.container.get("view")
            self.fill_and_submit(person, person.wait_for(lambda one: _form(one, below), what=label))

    def fill_and_submit(self, person: Person, view: SeenView) -> None:
        """Every input with something plausible for its label."""
        self.read.append(view.all_text)
        assert not any(trouble in view.all_text for trouble in TROUBLE), view.all_text
        if view.callback_id == "email_sent" or "*Copied:*" in view.all_text:
            self.mails.append(view.all_text)
        if view.submit is None:
            person.close()
            return
        values = {name: value for name, value in self._values(view).items() if value is not None}
        if values:
            person.fill(values)
        person.submit()
        settle(self.office)

    def _values(self, view: SeenView) -> dict[str, object]:
        return {
            spot.block["block_id"]: self._value(spot) for spot in view.spots if spot.block["type"] == "input"
        }

    def _value(self, spot: Spot) -> object:
        name, label = str(spot.block["block_id"]), spot.names[0]
        if name == "reference":
            return f"EBH-{self.case[3:]}{len(self.pressed)}" if "Jira" in label else f"50{self.case[3:]}"
        if name in ("answer", "closure_comments"):
            self.typed.append(f"{label} {len(self.typed) + 1} of {self.case}")
            return self.typed[-1]
        if name in AS_IT_IS or name.endswith(".not_yet"):
            return None
        if name.startswith("field."):
            return "Roof damage"
        return FACTS[name]

    # --- what stands on the screen ---

    def _due(self, surface: SeenMessage | SeenView) -> list[Spot]:
        """The forms that are offered and were not read yet; closing waits until there is nothing else."""
        spots = [spot for spot in surface.spots if self._is_form(spot)]
        fresh = [spot for spot in spots if self._id(spot) not in self.seen]
        leads = "(leads)" in "".join(surface.buttons)
        closes = [spot for spot in fresh if spot.element["action_id"] == "step:close" and not leads]
        if self.reminder and surface.container.get("message"):
            return []
        return [spot for spot in fresh if spot.element["action_id"] != "step:close"] or closes

    def _is_form(self, spot: Spot) -> bool:
        action = str(spot.element["action_id"])
        return action.startswith("step:") and action != "step:snooze" and spot.element["type"] == "button"

    def _answers(self, surface: SeenMessage | SeenView) -> list[Spot]:
        return [spot for spot in surface.spots if str(spot.element["action_id"]).startswith("answer:")]

    def _id(self, spot: Spot) -> str:
        return f"{spot.element['action_id']} {spot.element.get('value')}"

    def timeline(self) -> list[str]:
        """The lines of the case's timeline, with who and when."""
        self.agent.click("Timeline", self.look())
        view = self.agent.wait_for_view("timeline")
        self.agent.close()
        return [block["text"]["text"] for block in view.blocks if block["type"] == "section"]


def _press(person: Person, spot: Spot) -> None:
    person.click(str(spot.element["action_id"]), Surface((spot.block,), spot.container))


def _form(person: Person, below: str | None) -> SeenView | None:
    """The modal on top, unless it is still the one from which it was opened."""
    view = person.view
    return view if view and view.id != below else None


def _event(spot: Spot) -> str:
    return str(spot.element["action_id"]).removeprefix("answer:")


def recipients(mail: str) -> str:
    """The lines of a mail's form that say who gets it."""
    return "\n".join(line for line in mail.splitlines() if re.match(r"\*(To|Copied|Request part)", line))
