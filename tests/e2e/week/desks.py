"""What people do by themselves: they look at their cards and work on what stands there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sandbox.person import SeenMessage, SeenView
from sandbox.screen import Spot
from tests.e2e.week.acts import Acts
from tests.e2e.week.eyes import Player
from tests.e2e.week.mirror import CONFIRMATIONS, LEADS
from tests.e2e.week.office import Week
from tests.e2e.week.staff import CHANNEL, CONFIRMERS

CHANCES = {
    "homeowner_contacted_satisfied": 2.0,
    "homeowner_not_heard": 3.0,
    "installer_refused": 0.6,
    "lead_released": 0.5,
    "step_done": 3.0,
}
"""How likely an answer is beside another one, 1 where nothing is said."""
MENU = ("timeline", "note", "facts", "report", "close", "close", "reopen")
Deed = Callable[[], object]


@dataclass
class Desks:
    """Everybody at work."""

    week: Week
    acts: Acts

    def __post_init__(self) -> None:
        self._read: set[tuple[str, str]] = set()

    def work(self, who: Player, case: str) -> bool:
        """One act on a case of one's own; False where nothing is due and nothing comes to mind."""
        card = who.card(case)
        assert card is not None, f"{case} has no card"
        asked = [post for post in who.about(case) if post.buttons and post.ts != card.ts]
        deeds = [*self._offered(who, case, card), *(d for a in asked for d in self._offered(who, case, a))]
        if not deeds or self.week.dice.random() < 0.08:
            if self.week.dice.random() < 0.75 and not deeds:
                return False
            deeds = [(1.0, lambda: self._menu(who, case, card))]
        chances, acts = zip(*deeds, strict=True)
        self.week.dice.choices(acts, chances)[0]()
        return True

    def _menu(self, who: Player, case: str, card: SeenMessage) -> None:
        self.acts.menu(who, case, card, self.week.dice.choice(MENU))

    def _offered(self, who: Player, case: str, where: SeenMessage | SeenView) -> Iterator[tuple[float, Deed]]:
        """What can be done on this card, question or modal, with how likely it is."""
        for spot in where.spots:
            action = str(spot.element["action_id"])
            if isinstance(where, SeenMessage) and action.startswith(("answer:", "step:")):
                self.week.old.append((case, where, spot))
            if action.startswith("answer:"):
                chance = CHANCES.get(action.removeprefix("answer:"), 1.0)
                yield chance, lambda spot=spot: self.acts.press(who, case, spot)
            elif action.startswith("step:"):
                yield self._chance(spot), lambda spot=spot: self._form(who, case, spot)
            elif action == "case_open" and isinstance(where, SeenMessage):
                yield 1.0, lambda spot=spot: self.open(who, case, spot)

    def _chance(self, spot: Spot) -> float:
        """Who reads a form once seldom reads it again."""
        action = str(spot.element["action_id"])
        if action in ("step:snooze", "step:close"):
            return 0.5 if action == "step:snooze" else 2.0
        return 0.2 if self._key(spot) in self._read else 6.0

    def _key(self, spot: Spot) -> tuple[str, str]:
        return str(spot.element["action_id"]), str(spot.element.get("value"))

    def _form(self, who: Player, case: str, spot: Spot) -> None:
        self._read.add(self._key(spot))
        self.acts.form(who, case, spot)

    def open(self, who: Player, case: str, spot: Spot) -> None:
        """The case in a modal, and one thing done there."""
        view = self.acts.open_form(who, spot)
        if view is None:
            return
        deeds = [*self._offered(who, case, view), *self._released(who, case, view)]
        if deeds:
            chances, acts = zip(*deeds, strict=True)
            self.week.dice.choices(acts, chances)[0]()
        who.clear_desk()

    def _released(self, who: Player, case: str, view: SeenView) -> Iterator[tuple[float, Deed]]:
        for spot in view.spots:
            if spot.element["action_id"] == "case_release":
                yield 3.0, lambda spot=spot: self.acts.release(who, case, spot)

    def lead(self, lea: Player) -> None:
        """A lead opens one of the cases that are told of in the leads' channel."""
        posts = [post for post in lea.messages(CHANNEL[LEADS]) if "Open the case" in post.buttons]
        if posts:
            post = self.week.dice.choice(posts[-8:])
            case = post.text.split()[0].rstrip(":")
            spot = next(one for one in post.spots if one.element["action_id"] == "case_open")
            self.open(lea, case, spot)

    def confirm(self, chance: float) -> None:
        """Somebody on the roster answers one of the requests, or nobody looks."""
        who = self.week.people[self.week.dice.choice(list(CONFIRMERS))]
        asked = [post for post in who.messages(CHANNEL[CONFIRMATIONS]) if "Concert" in post.buttons]
        if not asked or self.week.dice.random() > chance:
            return
        post = self.week.dice.choice(asked)
        case = post.text.split()[0]
        answer = self.week.dice.choices(("concert_confirmed", "not_concert", "cannot_tell"), (6, 2, 2))[0]
        spot = next(one for one in post.spots if one.element["action_id"] == f"confirmation:{answer}")
        self.acts.confirm(who, case, spot, answer)
