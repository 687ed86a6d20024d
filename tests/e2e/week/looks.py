"""What people look at: their Home, their cases, somebody else's; and the summary that comes at nine."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sandbox.person import SeenMessage, SeenView
from tests.e2e.week.acts import Acts
from tests.e2e.week.eyes import Player
from tests.e2e.week.office import Week
from tests.e2e.week.staff import CASEWORKERS

CASE = re.compile(r"HC-\d+")
FITS = 4
"""So many cases stand on the first page of any list."""
WORK = ("step:", "answer:")


@dataclass
class Looks:
    """Everybody's eyes."""

    week: Week
    acts: Acts

    def something(self, who: Player) -> None:
        self.week.dice.choice((self.home, self.home, self.mine, self.show))(who)

    def home(self, who: Player) -> None:
        """One's Home shows every case one has, at once, whatever was done to it a moment ago."""
        mine = set(self.week.open_cases(who.user_id))
        who.open_home()
        must = mine if len(mine) <= FITS else set()
        who.wait_for(lambda one: one.home and must <= shown(one.home), what=f"a Home with {sorted(must)}")
        home = who.home
        assert home is not None
        opens = [spot for spot in home.spots if spot.element["action_id"] == "case_open"]
        if opens:
            spot = self.week.dice.choice(opens)
            assert self.acts.open_form(who, spot) is not None
            who.clear_desk()
        self.week.tried["home"] += 1

    def mine(self, who: Player) -> None:
        """`/complaint mine` names one's cases."""
        mine = set(self.week.open_cases(who.user_id))
        answer = self._told(who, "mine")
        assert len(mine) > FITS or mine <= shown(answer), f"{who.name}: {sorted(mine)} in {shown(answer)}"
        self.week.tried["mine"] += 1

    def show(self, who: Player) -> None:
        """`/complaint show`: the work on a case is for its owner and the leads, the rest for colleagues."""
        case = self.week.dice.choice(list(self.week.mirror.cases))
        answer = self._told(who, f"show {case}")
        works = [spot for spot in answer.spots if str(spot.element["action_id"]).startswith(WORK)]
        assert case in answer.all_text
        assert not works or self.acts.may_work(who, case), f"{who.name} may not work on {case}"
        self.week.tried["show"] += 1

    def _told(self, who: Player, words: str) -> SeenMessage:
        told = who.told
        who.command("/complaint", words)
        who.wait_for(lambda one: one.told > told, what=f"an answer to {words}")
        return [post for post in who.messages() if post.ephemeral][-1]

    def expect_summaries(self) -> None:
        """Nine o'clock on somebody's own clock on a working day: who has open cases is told of them."""
        for name, user in CASEWORKERS.items():
            if self.week.is_here(user) and self._is_nine(user) and list(self.week.open_cases(user)):
                self.week.summaries.add((name, self.week.local(user).date()))

    def _is_nine(self, user: str) -> bool:
        local = self.week.local(user)
        return local.hour == 9 and local.weekday() < 5


def shown(where: SeenMessage | SeenView) -> set[str]:
    """The cases that are named there."""
    return set(CASE.findall(where.all_text))
