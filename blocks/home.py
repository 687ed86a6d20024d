"""App Home: what is mine, and what is due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from blocks import kit, words
from blocks.card import OPEN
from bot.confirmations import Tagging
from bot.desk import Desk
from bot.ports import Message, StoredCase

MOST = 25
NEW = "home_open_complaint"


def home(mine: Sequence[StoredCase], tagging: Tagging, desk: Desk) -> kit.Block:
    """The Home tab of one person."""
    blocks = [
        kit.actions(kit.button("Open a complaint", NEW, "new", style="primary"), block_id="home_new"),
        *_mine(mine, desk),
        kit.divider(),
        kit.section(_on_call(tagging, desk)),
    ]
    return {"type": "home", "blocks": blocks}


def mine_message(mine: Sequence[StoredCase], desk: Desk) -> Message:
    """The same list, as an answer to `/complaint mine`."""
    return Message("Your open cases.", tuple(_mine(mine, desk)))


def on_call_message(tagging: Tagging, desk: Desk) -> Message:
    """The answer to `/complaint oncall`."""
    return Message("Who answers Concert checks now.", (kit.section(_on_call(tagging, desk)),))


def _mine(mine: Sequence[StoredCase], desk: Desk) -> Iterator[kit.Block]:
    yield kit.header("Your open cases")
    if not mine:
        yield kit.section("None. A good moment for a glass of water.")
    for stored in sorted(mine, key=_urgency)[:MOST]:
        button = kit.button("Open", OPEN, str(stored.number))
        yield kit.section(_line(stored, desk), button, block_id=f"mine_{stored.number}")
    if len(mine) > MOST:
        yield kit.context(
            f"{len(mine) - MOST} more are not shown here. `/complaint show HC-n` opens any of them."
        )


def _urgency(stored: StoredCase) -> tuple[bool, float, int]:
    waiting = stored.case.state == "waiting"
    due = stored.case.running[0].due.timestamp() if waiting and stored.case.running else 0.0
    return waiting, due, stored.number


def _line(stored: StoredCase, desk: Desk) -> str:
    state = words.STATES[stored.case.state]
    running = [timer for timer in stored.case.running if timer.kind in ("follow_up", "prompt", "lead_prompt")]
    when = f" · next {kit.moment(running[0].due, desk.zone)}" if running else ""
    name = kit.clip(kit.escape(stored.case.facts.homeowner.name), 100)
    return f"*{stored.name}* · {name} · {words.category(stored.case.facts)}\n{state}{when}"


def _on_call(tagging: Tagging, desk: Desk) -> str:
    if tagging.people:
        who = ", ".join(
            kit.mention(each.slack_id) if each.slack_id else kit.escape(each.name) for each in tagging.people
        )
        return f"*Concert checks now:* {who}  {words.cited(['R-058', 'R-059', 'D-11'])}"
    starts = (
        kit.moment(tagging.cover_starts, desk.zone) if tagging.cover_starts else "never: the roster is empty"
    )
    return f"*Concert checks now:* nobody. Cover starts {starts}.  {words.cited(['D-11'])}"
