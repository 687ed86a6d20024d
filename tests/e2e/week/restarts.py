"""The desk stops, dies and starts again in the middle of the week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sandbox.outcome import TROUBLE
from tests.e2e.crash_nursery import KILLED, Nursery
from tests.e2e.crashing_desk import Desk
from tests.e2e.week.office import Week

DEATHS = (("after", 3), ("before", 5), ("after", 2))
"""At which of its steps the desk dies, three times in a row: with a letter posted, or leased, or neither."""


@dataclass
class Restarts:
    """Somebody pulls the plug."""

    week: Week

    def while_it_is_down(self) -> None:
        """A click that nobody hears, and a desk that comes back an hour later."""
        week = self.week
        owned = [name for name, one in week.mirror.cases.items() if one.owner and one.case.state != "closed"]
        cards = [(week.owner_of(name), week.owner_of(name).card(name)) for name in owned]
        who, spot = next(
            (who, spot) for who, card in cards if card for spot in card.spots if "value" in spot.element
        )
        week.stop_desk()
        assert who.use(spot).notice == TROUBLE
        week.start_desk()
        week.tried["while_it_is_down"] += 1

    def killed(self) -> bool:
        """The desk dies again and again while it handles what falls due in this hour, if anything does."""
        week = self.week
        dues = week.mirror.due_within(week.now, timedelta(minutes=59))
        if not dues:
            return False
        week.expected.add(("events_api", "operation_timeout"))
        week.stop_desk()
        week.office.clock.to(max(dues[0] + timedelta(seconds=1), week.now))
        leaps = week.office.folder / "leaps"
        leaps.write_text("0")
        with Nursery() as nursery:
            for moment, step in DEATHS:
                sandbox = week.office.sandbox
                desk = nursery.start(
                    Desk(
                        database=week.office.database,
                        bot_token=sandbox.bot_token,
                        app_token=sandbox.app_token,
                        api_url=sandbox.api_url,
                        ahead=sandbox.clock.offset.total_seconds(),
                        leaps=str(leaps),
                        stays=str(leaps.with_name("nowhere")),
                        dies=(moment, step),
                    )
                )
                nursery.wait_for_end(desk)
                if desk.code == KILLED:
                    week.tried["killed"] += 1
        week.start_desk()
        week.settle()
        return True
