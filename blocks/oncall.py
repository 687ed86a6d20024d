"""Who is on call: now, next, the days ahead, what was changed; and the forms that change it (D-11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from blocks import kit, words
from bot.delivery import Drawing
from bot.desk import Desk
from bot.oncall import Day, Outlook, Told
from bot.ports import Message
from bot.sop.rota import Difference, Person
from bot.stored import RotaChange

FORM: Final = "oncall_form"
"""Action id before the kind of change: opens its form."""
UNDO: Final = "oncall_undo"
BACK: Final = "oncall_back"
WISHED: Final = "oncall_wished"
SAVED: Final = "oncall_saved"
UNDONE: Final = "oncall_undone"
CITES: Final = ("R-058", "R-059", "D-11")
BUTTONS: Final = {
    "override": "Override a day …",
    "swap": "Swap two people …",
    "away": "Someone is away …",
}
TITLES: Final = {"override": "Override a day", "swap": "Swap two people", "away": "Someone is away"}
MARKS: Final = {
    "override": ":pencil2: override",
    "swap": ":arrows_counterclockwise: swap",
    "away": ":palm_tree: away",
}
MOST_CHANGES: Final = 10
MOST_OF_A_DAY: Final = 800
"""Characters: seven days and ten changes stay below the 12 000 of a message."""
MOST_NAMED: Final = 7
MOST_EFFECTS: Final = 14
MOST_GAPS: Final = 8


def page(outlook: Outlook, *, may_change: bool) -> Message:
    """The answer to `/complaint oncall`."""
    blocks = [
        kit.section(now_and_next(outlook)),
        *_gaps(outlook),
        *([_buttons()] if may_change else []),
        *days(outlook),
        *_changes(outlook, may_change=may_change),
    ]
    return Message("Who answers Concert checks now and in the days ahead.", tuple(blocks))


def now_and_next(outlook: Outlook) -> str:
    """Who is on call, until when, and who comes next: for the page, and for App Home."""
    cites = words.cited(CITES)
    if not outlook.people:
        start = outlook.next
        first = f"Cover starts {_at(start.starts)}: {_who(start.people)}." if start else NEVER
        return f"*Concert checks now:* nobody. {first}  {cites}"
    lines = [f"*Concert checks now:* {_who(outlook.people)}  {cites}"]
    if outlook.next is not None:
        then = _who(outlook.next.people) if outlook.next.people else "nobody"
        lines.append(f"Until {_at(outlook.next.starts)}; then {then}.")
    return "\n".join(lines)


NEVER: Final = "There is no cover ahead: put people on the rota."


def gap_lines(outlook: Outlook) -> list[str]:
    """The gaps of the coming week, one a line: for the page, and for App Home."""
    return [f":rotating_light: {period(starts, ends)}: *nobody is on call*" for starts, ends in outlook.gaps]


def days(outlook: Outlook) -> Iterator[kit.Block]:
    """A section a day: who is on when, and what was changed."""
    zone = outlook.days[0].spans[0].starts.tzname() if outlook.days else ""
    yield kit.header("The next seven days" if _is_today(outlook) else f"From {_day(outlook.days[0].day)}")
    for each in outlook.days:
        yield kit.section("\n".join([_title(each), *_fitting(list(_rows(each)))]))
    yield kit.context(f"All times are the rota’s, {zone}. {words.cited(['D-11'])}")


def _fitting(rows: list[str]) -> list[str]:
    """As many rows of a day as leave room for the other days in one message."""
    shown = [row for at, row in enumerate(rows) if sum(map(len, rows[: at + 1])) <= MOST_OF_A_DAY]
    return shown if len(shown) == len(rows) else [*shown, f"… and {len(rows) - len(shown)} more"]


def _is_today(outlook: Outlook) -> bool:
    return outlook.at.astimezone(outlook.rota.zone).date() == outlook.days[0].day


def _title(each: Day) -> str:
    holiday = " · :calendar: holiday, as a weekend day" if each.holiday else ""
    return f"*{_day(each.day)}*{holiday}"


def _rows(each: Day) -> Iterator[str]:
    for span in each.spans:
        if not span.people and not span.planned:
            continue
        who = _who(span.people) if span.people else ":rotating_light: *nobody*"
        unreachable = " :rotating_light: *nobody can be tagged*" if span.people and span.uncovered else ""
        marks = dict.fromkeys(MARKS[change.kind] for change in span.changes)
        yield f"{hours(span.starts, span.ends)}: {who}{unreachable}{''.join(f' · {mark}' for mark in marks)}"
    if not any(span.people or span.planned for span in each.spans):
        yield "no cover"


def _gaps(outlook: Outlook) -> Iterator[kit.Block]:
    lines = gap_lines(outlook)
    if lines:
        more = [f"… and {len(lines) - MOST_GAPS} more"] if len(lines) > MOST_GAPS else []
        yield kit.section("\n".join(["*Gaps ahead*", *lines[:MOST_GAPS], *more]))


def _buttons() -> kit.Block:
    buttons = [kit.button(text, f"{FORM}:{kind}", kind) for kind, text in BUTTONS.items()]
    return kit.actions(*buttons, block_id="oncall_change")


def _changes(outlook: Outlook, *, may_change: bool) -> Iterator[kit.Block]:
    if outlook.changes:
        yield kit.header("Changes")
    for made in outlook.changes[:MOST_CHANGES]:
        undo = kit.button("Undo …", UNDO, str(made.id)) if may_change else None
        yield kit.section(f"{described(made, outlook.rota.timezone)}\n{_by(made)}", undo, f"oncall_{made.id}")
    if len(outlook.changes) > MOST_CHANGES:
        yield kit.context(f"… and {len(outlook.changes) - MOST_CHANGES} more that begin later.")


def described(made: RotaChange, timezone: str) -> str:
    """A change in a line."""
    people = made.change.people
    when = period(*(kit.local(at, timezone) for at in (made.change.starts, made.change.ends)))
    match made.change.kind:
        case "override":
            return f":pencil2: {when}: {_who(people)} instead of the rota"
        case "swap":
            return f":arrows_counterclockwise: {when}: {_who(people[:1])} and {_who(people[1:])} swap"
        case "away":
            return f":palm_tree: {when}: {_who(people)} away"


def _by(made: RotaChange) -> str:
    reason = f": {kit.clip(kit.escape(made.reason), 150)}" if made.reason else ""
    return f"_by {kit.mention(made.by)}{reason}_"


# --- forms ----------------------------------------------------------------------------------------


def form(kind: str, today: date, typed: Mapping[str, str | tuple[str, ...]] = {}) -> kit.Block:
    """Who and when; what it would change is shown next, before anything is saved."""

    def text(field: str) -> str:
        value = typed.get(field, "")
        return value if isinstance(value, str) else ""

    first = text("day") or today.isoformat()
    blocks: list[kit.Block] = []
    if kind == "swap":
        blocks += [
            kit.person("person", "Who", chosen=text("person")),
            kit.person("other", "Swaps with", chosen=text("other")),
        ]
    else:
        label = "Who is on call instead" if kind == "override" else "Who is away"
        people = typed.get("people", ())
        blocks.append(kit.people("people", label, people if isinstance(people, tuple) else ()))
    blocks.append(kit.dated("day", "Day" if kind == "override" else "First day", first, optional=False))
    if kind != "override":
        blocks.append(
            kit.dated("until", "Last day", text("until"), hint="Blank: that day alone. This day is included.")
        )
    if kind != "swap":
        blocks += [
            kit.timed("from", "From", text("from"), hint="Blank: from midnight."),
            kit.timed("to", "Up to", text("to"), hint="Blank: to the end of the day, nights too."),
        ]
    return kit.modal(
        WISHED, TITLES[kind], blocks, submit="See what changes", close="Cancel", private_metadata=kind
    )


def preview(told: Told, timezone: str, metadata: str) -> kit.Block:
    """What a change would make different, before it is saved. `metadata` holds its ids and times."""
    blocks = [
        kit.section(described_wish(told, timezone)),
        *effects(told.effects),
        kit.typed("reason", "Why", optional=True, multiline=True, hint="Shown with the change."),
        kit.actions(kit.button("Back", BACK, told.made.change.kind), block_id="oncall_back"),
    ]
    title = TITLES[told.made.change.kind]
    return kit.modal(SAVED, title, blocks, submit="Save", close="Cancel", private_metadata=metadata)


def described_wish(told: Told, timezone: str) -> str:
    """The change of a form, before anybody has made it."""
    return f"*{described(told.made, timezone)}*"


def undoing(told: Told, timezone: str) -> kit.Block:
    """What taking a change back would make different, before it is done."""
    blocks = [
        kit.section(f"Undo this change, from now on?\n{described(told.made, timezone)}\n{_by(told.made)}"),
        *effects(told.effects),
    ]
    metadata = str(told.made.id)
    return kit.modal(UNDONE, "Undo a change", blocks, submit="Undo", private_metadata=metadata)


def done(outlook: Outlook, said: str) -> kit.Block:
    """The form once it is saved: what was done, and who is on call now."""
    blocks = [kit.section(f":white_check_mark: {said}"), kit.section(now_and_next(outlook))]
    return kit.modal("oncall_done", "Who is on call", [*blocks, *_gaps(outlook), *days(outlook)])


def effects(found: Sequence[Difference]) -> Iterator[kit.Block]:
    """What is different, a line for each; what nobody covers stands out."""
    if not found:
        yield kit.section("Nobody else is on call because of this: the same people are on shift.")
        return
    lines = [_effect(each) for each in found[:MOST_EFFECTS]]
    if len(found) > MOST_EFFECTS:
        lines.append(f"… and {len(found) - MOST_EFFECTS} more")
    yield kit.section("\n".join(lines))
    if any(each.uncovered for each in found):
        yield kit.section(":rotating_light: *This leaves hours in which nobody is on call.* Put somebody on.")


def _effect(each: Difference) -> str:
    after = f"*{_who(each.after)}*" if each.after else "*nobody*"
    alarm = ":rotating_light: " if each.uncovered else ""
    before = _who(each.before) if each.before else "nobody"
    return (
        f"• {alarm}{_day(each.starts.date())}, {hours(each.starts, each.ends)}: {after} instead of {before}"
    )


# --- letters --------------------------------------------------------------------------------------


def letter(drawing: Drawing, desk: Desk) -> Message:
    """A change, or its end, for the people concerned and the leads."""
    told, timezone = drawing.about, desk.organisation.rota.timezone
    assert isinstance(told, Told)
    by = kit.mention(told.made.withdrawn_by if told.undone else told.made.by)
    what = "undid a change of the Concert rota" if told.undone else "changed the Concert rota"
    line = described(told.made, timezone)
    reason = f"\nWhy: {kit.escape(kit.clip(told.made.reason, 300))}" if told.made.reason else ""
    blocks = (
        kit.section(f"{by} {what}:\n{f'~{line}~' if told.undone else line}{'' if told.undone else reason}"),
        *effects(told.effects),
        kit.context(f"`/complaint oncall` shows the days ahead. {words.cited(['D-11'])}"),
    )
    return Message("Who is on call for Concert checks has changed.", blocks)


# --- words ----------------------------------------------------------------------------------------


def period(starts: datetime, ends: datetime) -> str:
    """From when to when, in local times: a day and its hours, whole days, or both ends."""
    last = _last_day(ends)
    if starts.date() == last:
        return f"{_day(starts.date())}, {hours(starts, ends)}"
    if (starts.hour, starts.minute, ends.hour, ends.minute) == (0, 0, 0, 0):
        return f"{_day(starts.date())} to {_day(last)}"
    return f"{_at(starts)} to {_at(ends)}"


def hours(starts: datetime, ends: datetime) -> str:
    """`9:00 AM–6:00 PM`, and `all day` from midnight to midnight."""
    whole = (starts.hour, starts.minute, ends.hour, ends.minute) == (0, 0, 0, 0)
    if whole and starts.date() == _last_day(ends):
        return "all day"
    end = "midnight" if (ends.hour, ends.minute) == (0, 0) else _clock(ends)
    return f"{_clock(starts)}–{end}"


def _last_day(ends: datetime) -> date:
    midnight = (ends.hour, ends.minute) == (0, 0)
    return date.fromordinal(ends.date().toordinal() - 1) if midnight else ends.date()


def _clock(at: datetime) -> str:
    return at.strftime("%I:%M %p").lstrip("0")


def _day(day: date) -> str:
    return f"{day:%a, %b} {day.day}"


def _at(at: datetime) -> str:
    return f"{_day(at.date())}, {_clock(at)} {at.tzname()}"


def _who(people: Sequence[Person]) -> str:
    """Mentions, and the names of those who have no Slack id yet."""
    named = [kit.mention(p.slack_id) if p.slack_id else kit.escape(p.name) for p in people[:MOST_NAMED]]
    return ", ".join([*named, *([f"{len(people) - MOST_NAMED} more"] if len(people) > MOST_NAMED else [])])
