"""Conditions, waits and people as a chart names them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.sop.conditions import Condition
from bot.sop.playbook import Path, Stage, StepRule
from bot.sop.vocabulary import MILESTONES

WHO: Final[Mapping[str, tuple[str, str]]] = {
    "front_line": ("Front line", "#cfe2f3"),
    "trained_agent": ("Trained agent", "#fbd9b5"),
    "back_office": ("Back office", "#dcd0ec"),
    "lead": ("Lead", "#fff0b3"),
    "desk": ("Desk", "#d3ead2"),
}
"""Who does a step: the name, and the colour of the lane."""
_FLAGS: Final[Mapping[str, tuple[str, str]]] = {
    "found_on_platform": ("found on the EverBright platform", "not found on the EverBright platform"),
    "wants_leadership": ("wants leadership", "does not want leadership"),
    "agrees_to_wait": ("agrees to wait", "refuses to wait"),
    "resolved_on_call": ("resolved on the call", "not resolved on the call"),
    "extra.asks_association": ("asks how EverBright is associated", "does not ask about EverBright"),
    "extra.contact_details_current": ("contact details are current", "contact details have changed"),
    "extra.agent_trained": ("the agent is trained", "the agent is not trained"),
    "extra.photo": ("there is a photo", "there is no photo"),
}
"""A fact that is or is not so: how a chart says either."""
_WORDS: Final[Mapping[str, str]] = {
    "everbright": "EverBright",
    "beam": "Beam",
    "concert": "Concert",
    "ric": "RIC",
    "ppa": "PPA",
    "email": "e-mail",
    "approved": "approved",
    "not_yet": "not yet approved",
    "before": "not approved",
    "beyond_30_days": "more than 30 days ago",
    "within_30_days": "within 30 days",
    "not_beyond_30_days": "not more than 30 days ago",
    "only_system": "only the system",
    "property": "the roof, home or vehicle",
    "installation_issue": "an installation issue",
}
_LEADS_IN: Final[Mapping[str, str]] = {
    "extra.need": "needed for ",
    "extra.damaged": "damaged: ",
    "extra.found_by": "found by ",
    "sensitive": "sensitive issue: ",
    "omnidian": "Omnidian: ",
    "channel": "by ",
}


def condition_words(condition: Condition) -> str:
    """A condition as a line of a chart: `EverBright, PPA, M3 approved`."""
    parts = [_test(fact, words) for fact, words in condition.tests.items()]
    if condition.alternatives:
        parts.append("; or ".join(condition_words(one) for one in condition.alternatives))
    return ", ".join(part for part in parts if part)


def who_does(step: StepRule, holder: str) -> str:
    """Who does a step, where `holder` has the case: a key of `WHO`."""
    if step.by == "desk":
        return "desk"
    return "lead" if step.verb == "ask_lead" else holder


def holders(path: Path) -> dict[str, str]:
    """Who has the case in each stage: whom the stage names, or the back office once it was reassigned."""
    ahead = [name for name, stage in path.stages.items() if any(to_back_office(s) for s in stage.steps)]
    passed: set[str] = set()
    while ahead:
        for name in leads_to(path.stages[ahead.pop()]):
            if name not in passed and path.handled_by != "back_office":
                passed.add(name)
                ahead.append(name)
    return {
        name: str(stage.handled_by or ("back_office" if name in passed else path.handled_by))
        for name, stage in path.stages.items()
    }


def to_back_office(step: StepRule) -> bool:
    """Whether the back office has the case from this step on."""
    return step.verb == "reassign" and "back_office_queue" in step.to


def leads_to(stage: Stage) -> list[str]:
    """The stages that this one leads to."""
    ways = [choice.go for choice in stage.choose]
    ways += [each.go for each in stage.on.values() if each.go]
    ways += [step.then for step in stage.steps if step.then]
    return [*ways, stage.prompts.then] if stage.prompts else ways


def _test(fact: str, words: tuple[str, ...]) -> str:
    if fact in _FLAGS:
        return _flag(fact, words)
    if fact == "sensitive" and words in (("any",), ("none",)):
        return f"{'any' if words == ('any',) else 'no'} sensitive issue"
    named = [_word(fact, word) for word in words]
    if fact in MILESTONES:
        return f"{fact.upper()} {' or '.join(named)}"
    return f"{_LEADS_IN.get(fact, '')}{' or '.join(named)}"


def _flag(fact: str, words: tuple[str, ...]) -> str:
    is_so, is_not = _FLAGS[fact]
    if set(words) == {"no", "unknown"}:
        return f"{is_not}, as far as is known"
    said = {"no": is_not, "unknown": f"not known whether {is_so}"}
    return " or ".join(said.get(word, is_so) for word in words)


def _word(fact: str, word: str) -> str:
    if word == "unknown":
        return f"{fact.rpartition('.')[2]} not known"
    return _WORDS.get(word, word.replace("_", " "))
