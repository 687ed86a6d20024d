"""Who is not there: a rota changed for a day, a confirmer away, an agent who has left for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sandbox.person import Staff
from tests.e2e.week.eyes import Player
from tests.e2e.week.office import Week
from tests.e2e.week.staff import AGENTS, CHANNEL, CONFIRMERS, LEAD

THURSDAY, FRIDAY, SATURDAY = date(2030, 1, 10), date(2030, 1, 11), date(2030, 1, 12)
AWAY = CONFIRMERS["cleo"]
INSTEAD = CONFIRMERS["cato"]
LEAVES = "amy"


@dataclass
class Absences:
    """What a lead does about it, and what the desk does by itself."""

    week: Week

    def change_the_rota(self) -> None:
        """A lead puts somebody else on call for the Saturday, and notes that somebody is away on Friday."""
        self._changed("override", {"people": [INSTEAD], "day": SATURDAY.isoformat()})
        self.week.mirror.instead[SATURDAY] = frozenset({INSTEAD})
        self._changed("away", {"people": [AWAY], "day": FRIDAY.isoformat()})
        self.week.mirror.away[FRIDAY] = frozenset({AWAY})

    def _changed(self, kind: str, wish: dict[str, object]) -> None:
        lea = self.week.people["lea"]
        page = self._oncall(lea)
        lea.click(f"oncall_form:{kind}", page)
        lea.wait_for_view("oncall_wished")
        lea.fill(wish)
        lea.submit()
        lea.wait_for_view("oncall_saved")
        lea.fill({"reason": "They told me this morning."})
        lea.submit()
        self.week.settle()
        lea.clear_desk()
        self.week.tried[kind] += 1

    def _oncall(self, who: Player) -> object:
        told = who.told
        who.command("/complaint", "oncall")
        who.wait_for(lambda one: one.told > told, what="who is on call")
        return who.messages()[-1]

    def somebody_else_tries(self) -> None:
        """Only leads and admins change who is on call."""
        who = self.week.people[self.week.dice.choice(("ada", "bo", "cora", "otto"))]
        told = who.told
        post = self.week.people["lea"].messages(CHANNEL["leads"])[-1]
        self.week.forger.click(who.user_id, post, "oncall_form:away", "away")
        who.wait_for(lambda one: one.told > told, what="that this is not theirs to change")
        self.week.tried["somebody_else_tries"] += 1

    def leave(self) -> None:
        """An agent is deactivated: what they have waits for their team at once, and the leads are told."""
        week, user = self.week, AGENTS[LEAVES]
        left = list(week.open_cases(user))
        lea, at = week.named(LEAD["lea"]), week.now
        Staff(week.office.sandbox.url).deactivate(user)

        def told(case: str) -> bool:
            return any("has lost its owner" in post.text for post in lea.about(case, CHANNEL["leads"]))

        lea.wait_for(lambda _: all(map(told, left)), what=f"that {left} have lost their owner")
        for case in left:
            week.mirror.given(case, "", at)
        week.settle()
        week.tried["left"] += len(left)
