"""People who work under the fire: they open complaints, answer, hand over, press twice, and try again."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from sandbox.person import Person, PersonError, SeenMessage
from tests.e2e.story import WHAT, WHO, fill_what

ADA, BEN, CORA = "U0ADA00001", "U0BEN00002", "U0CORA0006"
CHECKS = "support-and-cs-team-members-only"
LOOKS = 3.0
"""Seconds for which a person waits for a form before they do something else."""
STEPS = 12
"""So many forms a person meets at most, until a complaint is open."""
SATISFIED = "Contacted and satisfied"


@dataclass
class Crowd:
    """Three people, each on a thread of their own until `stop`. `opened` are the cases they were told of."""

    url: str
    seed: int
    opened: list[int] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    broken: list[BaseException] = field(default_factory=list)
    is_night: threading.Event = field(default_factory=threading.Event)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Let them begin."""
        does: dict[str, tuple[Callable[[Person, random.Random], None], ...]] = {
            ADA: (self._open, self._open, self._hand_over),
            BEN: (self._answer, self._answer_twice, self._note, self._answer),
            CORA: (self._confirm,),
        }
        for user, acts in does.items():
            args = (Person(self.url, user), acts, random.Random(f"{self.seed}/{user}"))
            thread = threading.Thread(target=self._live, args=args, name=user)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """Let each finish what they are at."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _live(
        self, who: Person, acts: tuple[Callable[[Person, random.Random], None], ...], dice: random.Random
    ) -> None:
        try:
            while not self._stopping.wait(dice.uniform(0.1, 0.6)):
                act = dice.choice(acts)
                try:
                    act(who, dice)
                    name = act.__name__.strip("_")
                    self.done[name] = self.done.get(name, 0) + 1
                except PersonError as error:
                    self.done["in vain"] = self.done.get("in vain", 0) + 1
                    self.troubles.append(f"{who.user_id} {act.__name__}: {error}")
        except BaseException as error:
            self.broken.append(error)
            raise

    def _open(self, ada: Person, dice: random.Random) -> None:
        """Type a complaint, and send each form again until it is open."""
        if ada.view is not None:
            ada.close(everything=True)
        house = dice.randrange(10**6)
        who = {
            **WHO,
            "homeowner.name": f"Hanna (homeowner of {house})",
            "homeowner.address": f"{house} Sunny Side",
            "homeowner.phone": f"555-{house:06}",
        }
        if dice.random() < 0.4:
            who |= {"program": "Not known", "found_on_platform": "No, not found"}
        ada.command("/complaint", strict=False)
        ada.wait_for(lambda person: person.view and "homeowner.phone" in person.view.values, LOOKS)
        for _ in range(STEPS):
            if self._stopping.is_set() and (ada.view is None or ada.view.callback_id == "intake_who"):
                return
            with suppress(PersonError):
                if (number := self._step(ada, who)) is not None:
                    self.opened.append(number)
                    return

    def _step(self, ada: Person, who: dict[str, object]) -> int | None:
        view = ada.wait_for(lambda person: person.view, LOOKS, "the form")
        if "is open." in view.all_text:
            ada.close(everything=True)
            name = next(word.strip("*") for word in view.all_text.split() if "HC-" in word)
            return int(name.removeprefix("HC-"))
        if view.callback_id == "intake_who":
            ada.fill(dict(who))
        elif view.callback_id == "intake_what":
            fill_what(ada, dict(WHAT))
        elif "link.reason" in view.values:
            ada.fill({"link.reason": "Another one of the same."})
        ada.submit(strict=False)
        with suppress(PersonError):
            ada.wait_for(lambda person: person.view is None or _turned(person.view, view), LOOKS)
        return None

    def _answer(self, ben: Person, dice: random.Random) -> None:
        ben.click(SATISFIED, _one_with(ben, SATISFIED, dice), strict=False)

    def _answer_twice(self, ben: Person, dice: random.Random) -> None:
        post = _one_with(ben, SATISFIED, dice)
        for _ in range(2):
            ben.click(SATISFIED, post, strict=False)

    def _note(self, ben: Person, dice: random.Random) -> None:
        _fill_form(ben, "Add a note or file", "noted", {"note": "Ask for the manager"}, dice)

    def _hand_over(self, ada: Person, dice: random.Random) -> None:
        if not self.is_night.is_set():
            _fill_form(ada, "Hand over …", "handed_over", {"to": BEN, "note": "Call after 4 PM"}, dice)

    def _confirm(self, cora: Person, dice: random.Random) -> None:
        posts = [each for each in cora.messages(CHECKS) if "Concert" in each.buttons]
        if posts:
            cora.click("Concert", dice.choice(posts[-20:]), strict=False)


def _turned(now: object, before: object) -> bool:
    """Whether another page stands there, or another word on it."""
    return getattr(now, "all_text", "") != getattr(before, "all_text", "")


def _one_with(person: Person, button: str, dice: random.Random) -> SeenMessage:
    posts = [each for each in person.dm()[-60:] if button in each.buttons]
    if not posts:
        raise PersonError(f"Nothing with the button {button} is near.")
    return dice.choice(posts)


def _fill_form(
    person: Person, button: str, form: str, values: dict[str, object], dice: random.Random
) -> None:
    if person.view is not None:
        person.close(everything=True)
    person.click(button, _one_with(person, button, dice), strict=False)
    person.wait_for_view(form, LOOKS)
    person.fill(values)
    person.submit(strict=False)
