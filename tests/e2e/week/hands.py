"""Cases that change hands: taken from a queue, put back, handed over, sent to a team, shown to a lead."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.person import SeenMessage, SeenView
from tests.e2e.week.acts import Acts
from tests.e2e.week.eyes import Player
from tests.e2e.week.mirror import TAKERS
from tests.e2e.week.office import Week
from tests.e2e.week.staff import CASEWORKERS, CHANNEL, EVERYBODY

YOURS = "is yours. Its card is in your messages"
WORD = {"front_line": "front", "trained_agent": "trained", "back_office": "back"}
FORMS = {"release": "released", "hand_over": "handed_over", "reassign": "reassigned", "escalate": "escalated"}


@dataclass
class Hands:
    """Who has which case."""

    week: Week
    acts: Acts

    def change(self, who: Player) -> None:
        """Somebody does something about who has a case."""
        self.week.dice.choice((self.take, self.next_by_button, self.next_by_word, self.give, self.give))(who)

    # --- to take ---

    def take(self, who: Player) -> None:
        """The button on a post of a queue, whether it is still free or not."""
        offers = [
            (post, spot)
            for channel in {CHANNEL[team] for team in TAKERS}
            if channel in self._read_by(who)
            for post in who.messages(channel)
            for spot in post.spots
            if spot.element["action_id"] == "case_take"
        ]
        if offers:
            post, spot = self.week.dice.choice(offers[-6:])
            self._take(who, post, f"HC-{spot.element['value']}")

    def _take(self, who: Player, post: SeenMessage, case: str) -> None:
        told, may = who.told, self.week.mirror.may_take(case, who.user_id)
        if may:
            self.week.mirror.given(case, who.user_id, self.week.now)
        self.week.forger.click(who.user_id, post, "case_take", case.removeprefix("HC-"))
        self.week.settle()
        said = who.whispers()[told:]
        assert [YOURS in one for one in said] == [may], f"{who.name} takes {case}: {may} {said}"
        self.week.check(case)
        self.week.tried["take" if may else "take what is not theirs"] += 1

    def next_by_button(self, who: Player) -> None:
        """“Next oldest”, under a queue's post."""
        teams = [team for team in TAKERS if CHANNEL[team] in self._read_by(who)]
        if not teams:
            return
        team = self.week.dice.choice(teams)
        posts = [post for post in who.messages(CHANNEL[team]) if "Next oldest" in post.buttons]
        if posts:
            case = self._expected(who, (team,))
            told = who.told
            self.week.forger.click(who.user_id, posts[-1], "queue_next", team)
            who.wait_for(lambda one: one.told > told or one.views, what="the next case")
            shown = who.view.title if who.view else None
            assert shown == case, f"{who.name} gets {shown}; it must be {case}"
            self._taken(who, case)

    def next_by_word(self, who: Player) -> None:
        """`/complaint next`, with the word of a queue or none."""
        team = self.week.dice.choice((*TAKERS, ""))
        case = self._expected(who, (team,) if team else ())
        told = who.told
        who.command("/complaint", f"next {WORD[team]}" if team else "next")
        who.wait_for(lambda one: one.told > told, what="the next case")
        said = who.whispers()[-1]
        assert (f"{case} is yours" in said) if case else ("is yours" not in said), (
            f"{said}; it must be {case}"
        )
        self._taken(who, case)

    def _expected(self, who: Player, teams: tuple[str, ...]) -> str | None:
        case = self.week.mirror.next_in_queue(who.user_id, teams)
        if case is not None:
            self.week.mirror.given(case, who.user_id, self.week.now)
        return case

    def _taken(self, who: Player, case: str | None) -> None:
        self.week.settle()
        who.clear_desk()
        self.week.tried["next" if case else "next of nothing"] += 1
        if case is not None:
            self.week.check(case)

    # --- to give ---

    def give(self, who: Player) -> None:
        """One of one's own cases is put back, handed over, sent to a team, or shown to a lead."""
        mine = list(self.week.open_cases(who.user_id))
        if mine:
            what = self.week.dice.choice(tuple(FORMS))
            self.form(who, self.week.dice.choice(mine), what)

    def form(self, who: Player, case: str, what: str) -> None:
        """The form behind one of these, sent with what it asks for."""
        card = self.week.owner_of(case).card(case)
        assert card is not None
        number = case.removeprefix("HC-")
        self.week.forger.click(who.user_id, card, f"case_do:{what}", f"{number}|{what}")
        view = who.wait_for_view(FORMS[what])
        self.week.tried[what] += 1
        getattr(self, f"_{what}")(who, case, view)
        self.week.settle()
        who.clear_desk()
        self.week.check(case)

    def _release(self, who: Player, case: str, view: SeenView) -> None:
        self._with_reason(who, {})
        self.week.mirror.given(case, "", self.week.now)

    def _escalate(self, who: Player, case: str, view: SeenView) -> None:
        self._with_reason(who, {})

    def _reassign(self, who: Player, case: str, view: SeenView) -> None:
        mine = self.week.mirror.cases[case]
        team = self.week.dice.choice([each for each in TAKERS if each != mine.team])
        self._with_reason(who, {"team": team})
        self.week.mirror.given(case, mine.owner if mine.owner in TAKERS[team] else "", self.week.now, team)

    def _hand_over(self, who: Player, case: str, view: SeenView) -> None:
        """To somebody who may have it; whoever may not is named at the field."""
        mine = self.week.mirror.cases[case]
        able = [one for one in CASEWORKERS.values() if one in TAKERS[mine.team] and one != mine.owner]
        able = [one for one in able if self.week.is_here(one)]
        wrong = self.week.dice.choice([one for one in EVERYBODY.values() if one not in able])
        who.fill({"to": wrong})
        assert set(who.submit(strict=False).errors) == {"to"}, f"{case} of {mine.team} to {wrong}"
        if able:
            to = self.week.dice.choice(able)
            who.fill({"to": to, "note": f"Please go on with {case}."})
            answer = who.submit(strict=False)
            assert not answer.errors, (to, answer.errors)
            self.week.mirror.given(case, to, self.week.now)

    def _with_reason(self, who: Player, more: dict[str, object]) -> None:
        who.fill({**more, "reason": " \u200b "})
        assert set(who.submit(strict=False).errors) == {"reason"}
        who.fill({"reason": f"Reason number {self.week.dice.randrange(1000)}."})
        assert not who.submit(strict=False).errors

    def _read_by(self, who: Player) -> set[str]:
        return self.week.room.look(
            lambda site: {channel.name for channel in site.workspace.channels_of(who.user_id)}
        )
