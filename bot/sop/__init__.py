"""The rules core: facts in, a plan out. Standard library only; no I/O, no clock, no Slack, no database."""

from bot.sop.advance import Advance, Refusal, advance, begin
from bot.sop.as_json import case_from_json, case_to_json
from bot.sop.case import Case, Confirmation, Event, Timer
from bot.sop.contradictions import contradictions
from bot.sop.facts import Facts, Homeowner, Installer, Milestones
from bot.sop.facts_json import facts_from_json, facts_to_json
from bot.sop.plan import Forbidden, Plan, Step, plan, plan_of
from bot.sop.playbook import Playbooks

__all__ = [
    "Advance",
    "Case",
    "Confirmation",
    "Event",
    "Facts",
    "Forbidden",
    "Homeowner",
    "Installer",
    "Milestones",
    "Plan",
    "Playbooks",
    "Refusal",
    "Step",
    "Timer",
    "advance",
    "begin",
    "case_from_json",
    "case_to_json",
    "contradictions",
    "facts_from_json",
    "facts_to_json",
    "plan",
    "plan_of",
]
