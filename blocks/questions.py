"""What the SOPs say to a question, as a message: the path, the steps with their rules, what is forbidden."""

from __future__ import annotations

from collections.abc import Iterator

from blocks import kit, words
from bot.ports import Message
from bot.questions import Answer, Finding

OPEN_WITH = "questions_open"
QUOTE_LIMIT = 400
TEXT_LIMIT = 450
QUESTION_LIMIT = 150
WHICH_LIMIT = 5
PLACES = {
    "mail": "on any e-mail to others",
    "participants": "as a request participant",
    "any": "on any of it",
}
HOW = "Ask in your own words, as in `/complaint sop PPA, damage after M3`."


def nothing_asked() -> Message:
    """What somebody gets who asks nothing."""
    return Message("What do you want to know?", (kit.section(f"What do you want to know? {HOW}"),))


def answered(answer: Answer) -> Message:
    """The answer for whoever asked, and nobody else. The notification holds nothing of the question."""
    if not answer.found:
        return Message("The SOPs do not say anything about that.", tuple(_nothing(answer)))
    return Message("This is what the SOPs say.", tuple(_found(answer)))


def about(answer: Answer) -> str:
    """The facts that were recognised in the question, in words; empty where none were."""
    facts, stones = answer.facts, answer.facts.milestones
    dates = {each: getattr(stones, each) for each in ("m1", "m2", "m3", "pto")}
    parts = [
        *(words.CATEGORIES[each] for each in facts.categories),
        words.PROGRAMS[facts.program] if facts.program != "unknown" else "",
        words.PRODUCTS[facts.product] if facts.product else "",
        *(f"{each.upper()} not yet" for each, said in dates.items() if said == "not_yet"),
        *(f"{each.upper()} approved" for each in answer.approved),
        words.CHANNELS[facts.channel] if facts.channel else "",
        words.OMNIDIAN[facts.omnidian] if facts.omnidian else "",
        *(words.SENSITIVE[each] for each in facts.sensitive),
        "asks for leadership" if facts.wants_leadership else "",
    ]
    return " · ".join(part for part in parts if part)


def _nothing(answer: Answer) -> Iterator[kit.Block]:
    asked = kit.escape(kit.clip(answer.question, QUESTION_LIMIT))
    text = f":grey_question: The SOPs do not say anything about “{asked}”. Ask your lead."
    yield kit.section(f"{text} {words.cited(['D-20'])}")
    yield kit.context(f"Perhaps other words find it. {HOW}")


def _found(answer: Answer) -> Iterator[kit.Block]:
    yield kit.context(f"You asked: {kit.escape(kit.clip(answer.question, QUESTION_LIMIT))}")
    yield from _leading(answer)
    for finding in answer.findings:
        yield kit.section(_finding(finding, answer))
    if answer.forbidden:
        yield kit.section(f":no_entry: {_forbidden(answer)}")
    if answer.asks:
        yield kit.context(f":pencil2: Still to be asked: {asks(answer)}")
    if answer.code:
        button = kit.button("Open a complaint with these facts", OPEN_WITH, answer.code)
        yield kit.actions(button, block_id="questions")


def _leading(answer: Answer) -> Iterator[kit.Block]:
    """What the plan says for exactly these facts, before any quotation."""
    known = kit.escape(about(answer))
    if answer.uncovered:
        text = f":grey_question: *The SOPs do not cover this.* A lead decides. {words.cited(['D-20'])}"
        yield kit.section(f"{text}\n{known}" if known else text)
    elif answer.path and answer.handled_by:
        who = words.HANDLED_BY[answer.handled_by]
        yield kit.section(f"*{kit.escape(answer.path)}* · {who} {words.cited(answer.cites)}\n{known}")
    elif known:
        yield kit.context(f"For: {known}")
    if answer.assumed:
        name = words.PROGRAMS[answer.assumed]
        yield kit.context(f"You named no program: this is for {name}. Beam and Concert may differ.")


def _finding(finding: Finding, answer: Answer) -> str:
    cites = words.cited(finding.cites) + (" _· wording: desk default_" if finding.our_wording else "")
    lines = [f"*{kit.escape(finding.title)}*  {cites}"]
    if finding.quote:
        lines.append(f">{finding.quoted}: “{kit.escape(kit.clip(finding.quote, QUOTE_LIMIT))}”")
    if finding.lost:
        lines.append(words.LOST)
    if text := _text(finding):
        lines += [f"> {kit.escape(line)}" for line in kit.clip(text, TEXT_LIMIT).splitlines()]
    lines.append(f"_{kit.escape(where(finding, answer))}_")
    return "\n".join(lines)


def _text(finding: Finding) -> str:
    """What is said or written; of the sensitive issues, their list."""
    if "R-021" in finding.cites:
        return "; ".join(words.SENSITIVE.values())
    return words.without_lost(finding.text)


def where(finding: Finding, answer: Answer) -> str:
    """Where a step stands and when it is owed; the SOP, path and facts that stand above are left out."""
    place, above = finding.place, bool(answer.path) and finding.place.title == answer.path
    whole = (place.stage,) if above else (place.sop, place.title, place.stage)
    parts = dict.fromkeys(part for part in whole if part)
    facts = "; ".join(part for part in ("" if above else place.when, place.only) if part)
    when = f" When: {facts}." if facts else ""
    wait = f" Due: {place.wait}." if place.wait else ""
    return f"{' › '.join(parts)}.{when}{wait}"


def _forbidden(answer: Answer) -> str:
    never = [
        f"Never the {words.roles([each.role])} {PLACES[each.where]} {words.cited(each.cites)}"
        for each in answer.forbidden
    ]
    return "; ".join(dict.fromkeys(never))


def asks(answer: Answer) -> str:
    """The facts that would still have to be asked, by their titles."""
    titles = [words.fact(each) for each in answer.asks]
    more = f" and {len(titles) - WHICH_LIMIT} more" if len(titles) > WHICH_LIMIT else ""
    return ", ".join(titles[:WHICH_LIMIT]) + more
