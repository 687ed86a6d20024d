"""App Home: what is due and what waits, by who looks at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from blocks import case_lines, confirmations, drafts, home_team, kit, undelivered, words
from blocks.case_lines import counted
from blocks.oncall import period
from blocks.queue import NEXT, TAKE
from bot.confirmations import Tagging
from bot.desk import Desk
from bot.home import HomeView, Line, Listed, Mine, OnCall
from bot.overview import MOST_COUNTED, CaseLine
from bot.ports import Message
from bot.sop.rota import Person
from bot.timeline import TEAMS

NEW = "home_open_complaint"
RESUME = "home_resume"
SUMMARY = "home_summary"
TITLES: Final[Mapping[str, str]] = {
    "due": "Due today and before",
    "waiting": "Waiting",
    "with_lead": "With a lead, to decide",
    "drafts": "Half written down",
    "queue": "Waiting to be taken",
    "checks": "Concert checks without an answer",
    **home_team.TITLES,
}
NOTHING = (
    "*Nothing waits for you.* When somebody calls with a complaint, press *Open a complaint*: the desk asks "
    "what the SOP needs to know, and tells you what to say and do. A question about the SOP? Write it to me "
    "under *Messages*. `/complaint help` lists the rest."
)
SUMMARY_OFF = "You get no morning summary any more. The Home tab of this app turns it on again."
OUTSIDER = (
    "Hello! Complaint Desk is for the people who work on homeowners’ complaints. If you are one of them, ask "
    "a lead to add you."
)


def home(seen: HomeView, desk: Desk) -> kit.Block:
    """The Home tab of one person."""
    if seen.outsider:
        return {"type": "home", "blocks": [kit.section(OUTSIDER)]}
    blocks = [
        kit.section(_greeting(seen)),
        *_buttons(seen),
        *(home_team.urgent(seen) if seen.team else []),
        *_undelivered(seen, desk),
        *(_mine(seen.mine, seen.titles, seen.now) if seen.mine else []),
        *_queue(seen),
        *_checks(seen),
        *(home_team.everybody(seen) if seen.team else []),
        *_rota(seen, desk),
        *_footer(seen),
    ]
    return {"type": "home", "blocks": blocks}


def mine_message(mine: Mine, titles: Mapping[int, str], now: datetime) -> Message:
    """The same list, as an answer to `/complaint mine`."""
    blocks = list(_mine(mine, titles, now, paged=False)) or [kit.section(NOTHING)]
    more = sum(each.total - len(each.lines) for each in (mine.due, mine.waiting, mine.with_lead, mine.drafts))
    if more > 0:
        blocks.append(kit.context(f"{more} more {'is' if more == 1 else 'are'} in the Home tab of this app."))
    return Message(sentence(mine), tuple(blocks))


def on_call_message(tagging: Tagging, desk: Desk) -> Message:
    """The answer to `/complaint oncall`."""
    return Message("Who answers Concert checks now.", (kit.section(_answering(tagging, desk)),))


def _greeting(seen: HomeView) -> str:
    """The one line that says how things stand."""
    if seen.mine is None:
        return "*Complaint Desk*"
    others = (seen.queue, seen.team.cases if seen.team else None)
    if seen.mine.empty and not any(each.total for each in others if each) and not _wanting(seen):
        return NOTHING
    return f"{_wanting(seen)}{sentence(seen.mine)}"


def _wanting(seen: HomeView) -> str:
    """What needs a lead or an admin before anything else."""
    decisions = seen.team.decision.total if seen.team else 0
    dead = sum(each.total for each in (seen.undelivered, seen.undone) if each)
    parts = [
        f"{counted(decisions, MOST_COUNTED)} need{'s' if decisions == 1 else ''} a decision"
        if decisions
        else "",
        f"{counted(dead, MOST_COUNTED)} not delivered" if dead else "",
    ]
    said = ", ".join(part for part in parts if part)
    return f"*The team: {said}.* " if said else ""


def sentence(mine: Mine) -> str:
    """What is due and what waits, in a sentence with the numbers alone."""
    today = mine.due.total - mine.overdue
    parts = [
        f"{counted(mine.overdue, MOST_COUNTED)} overdue" if mine.overdue else "",
        f"{counted(today, MOST_COUNTED)} due today" if today > 0 else "",
        f"{counted(mine.waiting.total, MOST_COUNTED)} waiting" if mine.waiting.total else "",
        f"{mine.with_lead.total} with a lead" if mine.with_lead.total else "",
        f"{mine.drafts.total} half written down" if mine.drafts.total else "",
    ]
    said = ", ".join(part for part in parts if part)
    return f"Your cases: {said}." if said else "You have no open case."


def _buttons(seen: HomeView) -> Iterator[kit.Block]:
    buttons = [kit.button("Open a complaint", NEW, "new", style="primary")] if seen.may_open else []
    if seen.queue and seen.queue.total:
        buttons.append(kit.button("Next from the queue", NEXT, "any"))
    if seen.mine and seen.mine.drafts.total:
        count = seen.mine.drafts.total
        buttons.append(kit.button("Resume" if count == 1 else f"Resume ({count})", RESUME, "drafts"))
    if buttons:
        yield kit.actions(*buttons, block_id="home_new")


def _mine(mine: Mine, titles: Mapping[int, str], now: datetime, *, paged: bool = True) -> Iterator[kit.Block]:
    for listed in (mine.due, mine.with_lead, mine.waiting):
        if not listed.lines:
            continue
        yield kit.header(_titled(listed))
        for case in listed.lines:
            why = mine.whys.get(case.number, "") if listed.name == "waiting" else ""
            text = case_lines.line(case, now, title=titles.get(case.number, ""), why=_shortly(why))
            yield case_lines.section(case, listed.name, text)
        yield from case_lines.pager(listed, TITLES) if paged else ()
    if mine.drafts.lines:
        yield kit.header(_titled(mine.drafts))
        for draft in mine.drafts.lines:
            yield kit.section(drafts.line(draft, str(now.tzinfo)))
            yield kit.actions(*drafts.buttons(draft), block_id=f"draft_{draft.id}")
        yield from case_lines.pager(mine.drafts, TITLES) if paged else ()


def _queue(seen: HomeView) -> Iterator[kit.Block]:
    """What waits to be taken, the oldest first."""
    if not seen.queue or not seen.queue.total:
        return
    names = {str(team): name for team, name in TEAMS.items()}
    yield kit.header(_titled(seen.queue))
    counts = [f"{counted(n, MOST_COUNTED)} for {names[team]}" for team, n in seen.queues.items() if n]
    yield kit.context(f"{', '.join(counts)}. The one that has waited longest first.")
    for case in seen.queue.lines:
        text = case_lines.line(case, seen.now, owner=True)
        yield kit.section(
            text, kit.button("Take it", TAKE, str(case.number)), block_id=f"queue_{case.number}"
        )


def _checks(seen: HomeView) -> Iterator[kit.Block]:
    """Concert checks, which a confirmer may answer here too: name and address, as in the channel (D-23)."""
    if seen.checks is None:
        return
    yield kit.header(TITLES["checks"])
    if not seen.checks.lines:
        yield kit.section("None. New ones are asked in the channel, and tag who is on call.")
    for case in seen.checks.lines:
        yield kit.section(_check(case))
        answers = confirmations.ANSWERS.items()
        buttons = [
            kit.button(title, f"{confirmations.ACTION}:{event}", str(case.number)) for event, title in answers
        ]
        yield kit.actions(*buttons, block_id=f"check_{case.number}")
    yield from case_lines.pager(seen.checks, TITLES)


def _check(case: CaseLine) -> str:
    asks = kit.mention(case.opened_by)
    who = " · ".join(kit.escape(kit.clip(text, 200)) for text in (case.homeowner, case.address) if text)
    cites = words.cited(["R-057", "D-23"])
    return f"*{case.name}* · {who}\nIs this a Concert customer? Asked by {asks}. {cites}"


def _undelivered(seen: HomeView, desk: Desk) -> Iterator[kit.Block]:
    if seen.undelivered and seen.undelivered.lines:
        yield kit.header(_titled(seen.undelivered))
        yield from undelivered.listed(seen.undelivered.lines, desk)
        yield from case_lines.pager(seen.undelivered, TITLES)
    if seen.undone and seen.undone.lines:
        yield kit.header(_titled(seen.undone))
        yield from undelivered.listed_orders(seen.undone.lines, desk)
        yield from case_lines.pager(seen.undone, TITLES)


def _rota(seen: HomeView, desk: Desk) -> Iterator[kit.Block]:
    if seen.on_call is None:
        return
    yield kit.divider()
    yield kit.section(on_call(seen.on_call, desk))


def on_call(rota: OnCall, desk: Desk) -> str:
    """Who answers Concert checks now and next, and the gaps ahead."""
    lines = [f"*Concert checks now:* {_people(rota.now)}  {words.cited(['R-058', 'R-059', 'D-11'])}"]
    if rota.next is not None:
        then = _people(rota.next.people)
        if not rota.next.people:
            then = f"nobody, until {kit.moment(rota.next.ends, desk.zone)}"
        lines.append(f"*From {kit.moment(rota.next.starts, desk.zone)}:* {then}")
    for starts, ends in rota.gaps[:3]:
        when = period(kit.local(starts, desk.zone), kit.local(ends, desk.zone))
        lines.append(f":warning: {when}: *nobody can be reached*")
    if len(rota.gaps) > 3:
        lines.append(f"… and {len(rota.gaps) - 3} more gaps within seven days: `/complaint oncall`.")
    return "\n".join(lines)


def _footer(seen: HomeView) -> Iterator[kit.Block]:
    if seen.mine is None:
        return
    on = seen.home.summary
    text = "Turn the morning summary off" if on else "Turn the morning summary on"
    yield kit.actions(kit.button(text, SUMMARY, "off" if on else "on"), block_id="home_summary")
    yield kit.context(
        "The summary comes at 9 AM your time, when there is something to say."
        if on
        else "You get no morning summary. Reminders still come when something is due."
    )


def _titled(listed: Listed[Line]) -> str:
    return f"{TITLES[listed.name]} ({counted(listed.total, MOST_COUNTED)})"


def _people(people: Iterable[Person]) -> str:
    names = [kit.mention(each.slack_id) if each.slack_id else kit.escape(each.name) for each in people]
    return ", ".join(names) or "nobody"


def _shortly(why: str) -> str:
    """Why a date is what it is, without the working hours that everybody knows."""
    return why.partition(";")[0]


def _answering(tagging: Tagging, desk: Desk) -> str:
    if tagging.people:
        return f"*Concert checks now:* {_people(tagging.people)}  {words.cited(['R-058', 'R-059', 'D-11'])}"
    starts = (
        kit.moment(tagging.cover_starts, desk.zone) if tagging.cover_starts else "never: the roster is empty"
    )
    return f"*Concert checks now:* nobody. Cover starts {starts}.  {words.cited(['D-11'])}"
