"""From a question to the steps that answer it, or to saying that the SOPs do not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.questions.index import Index, Passage, Place, index_of
from bot.questions.prefill import code_of
from bot.questions.recognition import Recognised, recognised, with_irate
from bot.questions.text import terms
from bot.sop import Facts, Plan, Playbooks, plan
from bot.sop.conditions import ALWAYS
from bot.sop.guard import Forbidden, forbidden
from bot.sop.playbook import HandledBy, StepRule
from bot.sop.steps import Setting, build
from bot.wording import Names, write

NOTHING: Final = Facts()
MOST: Final = 3
"""How many findings an answer shows."""
LONGEST: Final = 500
"""How many characters of a question are read."""
_COVERED: Final = 0.5
"""What share of what a question says has to stand in a step, by weight, for the step to answer it."""
_SAYS: Final = 1.0
"""From which weight on a word in a step, or of a question, says something."""
_TOLD: Final = 3
"""How many facts, the complaint among them, tell what a story is about, however long it is."""
_AS_GOOD: Final = 0.6
"""What share of the best finding's score a further one has to have."""
_ON_PATH, _MAYBE, _ELSEWHERE = 1.6, 1.3, 0.6
"""How much more a step counts on the path of the facts, on one they may lead to, and on one they do not."""
_LOST: Final = 0.85
"""How much a step counts whose text is missing, beside one that has it."""
_ASKED_FOR: Final = 1.4
"""How much more a step counts of whose kind the question asks."""
_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    r"\b(?:say|tell|script|wording|read to|words)\b": ("say", "inform_homeowner"),
    r"\b(?:when|how long|how soon|how often|how many days)\b": ("follow_up",),
}
"""How a question asks for words or for a date, and the verbs of the steps that have them."""
_LATER: Final = ("close", "ask")
"""The verbs of steps that do not stand first where only facts were given."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A step of the SOPs that answers: its title, the SOP's exact words, what is said or written, its rules.

    `quoted` is the rule that the quote is of; `place` says where the step stands, and on which facts; `lost`
    that the SOP's text is missing.
    """

    title: str
    quote: str
    quoted: str
    text: str
    cites: tuple[str, ...]
    lost: bool
    our_wording: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Answer:
    """What the SOPs say to a question. Without findings and not `uncovered`, they say nothing about it.

    `path` is the title of the path that the question's facts decide, with who has it and its rules;
    `uncovered` says that the SOPs have none for them. `assumed` is the program that the path was looked up
    for where the question names none. `code` holds the facts for intake.
    """

    question: str
    findings: tuple[Finding, ...] = ()
    path: str = ""
    handled_by: HandledBy | None = None
    cites: tuple[str, ...] = ()
    uncovered: bool = False
    assumed: str = ""
    facts: Facts = NOTHING
    approved: tuple[str, ...] = ()
    forbidden: tuple[Forbidden, ...] = ()
    asks: tuple[str, ...] = ()
    code: str = ""

    @property
    def found(self) -> bool:
        """Whether the SOPs say something about it, if only that they do not cover it."""
        return bool(self.findings) or self.uncovered


def answer(question: str, playbooks: Playbooks, now: datetime) -> Answer:
    """What the SOPs say to this question at `now` (aware), never the nearest thing to it (D-20)."""
    asked = " ".join(question.split())[:LONGEST]
    today = playbooks.organisation.calendar.today(now)
    read = with_irate(asked)
    return replace(_Search(read, recognised(read, today), playbooks, now).answer(), question=asked)


_RULE = re.compile(r"\b([RD])[- ]?([0-9]{2,3})\b")


class _Search:
    """One question against one index."""

    def __init__(self, question: str, known: Recognised, playbooks: Playbooks, now: datetime) -> None:
        self._question, self._known, self._playbooks, self._now = question, known, playbooks, now
        self._today = playbooks.organisation.calendar.today(now)
        self._index: Index = index_of(playbooks)
        self._rules = {f"{kind}-{number}" for kind, number in _RULE.findall(question.upper())}
        found = terms(question, self._index.known)
        self._terms = [each for each in found if each[1] in self._index.rarity or not each[1].isdigit()]
        self._assumed = bool(known.category) and self._program_is_open()
        self._facts = replace(known.facts, program="everbright") if self._assumed else known.facts
        self._plan: Plan | None = plan(self._facts, playbooks, now) if self._decides() else None
        self._possible = frozenset(self._candidates())

    def answer(self) -> Answer:
        """The answer; without findings where too little of the question stands in the SOPs."""
        if named := self._named():
            return self._made([self._finding(each) for each in named[:MOST]], uncovered=False)
        ranked = self._ranked()
        own = self._of_plan() if self._is_told() else []
        found = self._best(ranked) if ranked and self._answers(ranked[0]) else []
        passages = found if found and self._more_is_asked(found[0]) else own or found
        uncovered = self._plan is not None and not self._plan.covered and bool(own or found)
        if uncovered:
            passages = []
        if not passages and not uncovered:
            return Answer(self._question)
        return self._made([self._finding(each) for each in passages[:MOST]], uncovered)

    def _named(self) -> list[Passage]:
        """The steps behind the rules that the question names, as a card does: `R-045`."""
        kept: dict[str, Passage] = {}
        for each in self._index.passages:
            if self._rules & set(each.rule.cites):
                kept.setdefault(each.rule.title, each)
        return sorted(kept.values(), key=lambda each: not self._rules & dict(each.quotes).keys())

    def _made(self, findings: Sequence[Finding], uncovered: bool) -> Answer:
        made, path = self._plan, self._path
        decided = self._playbooks.paths.get(path)
        asks = tuple(dict.fromkeys((*(("program",) if self._assumed else ()), *(made.asks if made else ()))))
        return Answer(
            self._question,
            tuple(findings),
            path=decided.title if decided else "",
            handled_by=made.handled_by if made and decided else None,
            cites=decided.cites if decided else (),
            uncovered=uncovered,
            assumed="everbright" if self._assumed and (decided or uncovered) else "",
            facts=self._known.facts,
            approved=self._known.approved,
            forbidden=made.forbidden if made and not self._assumed else forbidden(self._known.facts),
            asks=asks if self._known.category else (),
            code=code_of(self._known) if self._known.category or self._known.facts.sensitive else "",
        )

    @property
    def _path(self) -> str:
        return (self._plan.path if self._plan else None) or ""

    def _program_is_open(self) -> bool:
        facts = self._known.facts
        return facts.program == "unknown" and facts.found_on_platform is not False

    def _decides(self) -> bool:
        """Whether the facts could decide a path: they name a complaint, or somebody who is not found."""
        return bool(self._known.category) or self._known.facts.found_on_platform is False

    def _candidates(self) -> Iterator[str]:
        """The paths that the facts may lead to, whatever is learned besides."""
        if self._known.category:
            for path in self._playbooks.paths.values():
                if path.when.judge(self._facts, self._today).holds is not False:
                    yield path.id

    def _ranked(self) -> list[Passage]:
        asked: dict[str, float] = {}
        for _, term in self._terms:
            asked[term] = 1.0
        scores = [(self._index.score(each, asked) * self._boost(each), each) for each in self._index.passages]
        best = max((score for score, _ in scores), default=0.0)
        kept = [(score, each) for score, each in scores if score and score >= best * _AS_GOOD]
        return [each for _, each in sorted(kept, key=lambda pair: -pair[0])]

    def _boost(self, passage: Passage) -> float:
        lost = _LOST if passage.rule.lost else 1.0
        return lost * self._by_kind(passage) * self._by_place(passage)

    def _by_kind(self, passage: Passage) -> float:
        wanted = (verbs for words, verbs in _KINDS.items() if re.search(words, self._question.lower()))
        return _ASKED_FOR if any(passage.rule.verb in verbs for verbs in wanted) else 1.0

    def _by_place(self, passage: Passage) -> float:
        paths = {place.path for place in passage.places}
        if not self._fits(passage):
            return _ELSEWHERE
        if self._path and self._path in paths:
            return _ON_PATH
        if paths & self._possible:
            return _MAYBE
        return _ELSEWHERE if self._possible and "" not in paths else 1.0

    def _best(self, ranked: Sequence[Passage]) -> list[Passage]:
        """The first, and those after it that answer too; what says the same by the same rules stands once."""
        kept: list[Passage] = []
        for each in ranked:
            same = any(each.rule.title == other.rule.title for other in kept)
            if not same and (not kept or self._answers(each)):
                kept.append(each)
        return kept[:MOST]

    def _answers(self, passage: Passage) -> bool:
        """Whether enough of the question stands in the passage, or is a fact that was recognised."""
        whole = sum(self._index.rare(term) for _, term in self._terms)
        there = [term for word, term in self._terms if passage.weights[term] or word in self._known.said]
        own = any(passage.weights[term] >= _SAYS for _, term in self._terms)
        return own and sum(self._index.rare(term) for term in there) >= whole * _COVERED

    def _is_told(self) -> bool:
        """Whether the question is made of facts, or names a complaint with further facts about it."""
        told = bool(self._known.category) and len(self._known.data) >= _TOLD
        return told or self._stated_share() >= _COVERED

    def _stated_share(self) -> float:
        """What share of the question is facts that were recognised."""
        whole = sum(self._index.rare(term) for _, term in self._terms)
        stated = sum(self._index.rare(term) for word, term in self._terms if word in self._known.said)
        return stated / whole if whole else 0.0

    def _more_is_asked(self, first: Passage) -> bool:
        """Whether the question asks for more than what its facts lead to, and the passage has that."""
        rest = [term for word, term in self._terms if word not in self._known.said]
        return not self._path or sum(self._index.rare(t) for t in rest if first.weights[t]) >= _SAYS

    def _of_plan(self) -> list[Passage]:
        """The steps for these facts: what is done before what is asked, what is theirs alone comes first."""
        paths = {self._path} if self._path else self._possible
        there = [
            each
            for each in self._index.passages
            if any(place.path in paths for place in each.places) and self._fits(each)
        ]

        def later(each: Passage) -> tuple[bool, bool, bool, bool, bool, int, bool]:
            rule, shared = each.rule, len({place.path for place in each.places})
            rules = any(cite.startswith("R-") for cite in rule.cites)
            other, last = self._by_kind(each) == 1, rule.verb in _LATER
            theirs = (
                not other and rule.when != ALWAYS and bool(rule.when.judge(self._facts, self._today).holds)
            )
            asks = rule.verb == "ask_lead" and shared > 1
            return not rules, other, last, asks, not theirs, shared, rule.verb == "say" and not rule.contact

        return sorted(there, key=later)

    def _fits(self, passage: Passage) -> bool:
        """Whether the step may be owed on these facts."""
        return passage.rule.when.judge(self._facts, self._today).holds is not False

    def _finding(self, passage: Passage) -> Finding:
        rule, place = passage.rule, self._place(passage)
        text = self._with_contact(rule) or passage.text
        quoted, quote = self._index.quote(passage, [term for _, term in self._terms])
        for name in sorted(self._rules & dict(passage.quotes).keys())[:1]:
            quoted, quote = name, dict(passage.quotes)[name]
        return Finding(rule.title, quote, quoted, text, rule.cites, rule.lost, rule.our_wording, place)

    def _with_contact(self, rule: StepRule) -> str:
        """The text of a step that gives somebody's details, where desk.yaml has them."""
        if rule.contact is None:
            return ""
        step = build(rule, rule.id, 0, Setting(self._facts, self._playbooks, self._today))
        return write(step, self._facts, Names()).text if step.state == "available" else ""

    def _place(self, passage: Passage) -> Place:
        """Where the step stands for these facts, or else where it stands first."""
        wanted = (self._path, *sorted(self._possible))
        for path in wanted:
            for place in passage.places:
                if path and place.path == path:
                    return place
        return passage.places[0]
