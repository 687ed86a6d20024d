"""Every step of the playbooks as a passage that can be found: its title, its words, its rules, its places."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import log
from typing import Final

from bot.maps.words import condition_words
from bot.questions.said import SAID
from bot.questions.text import STOP, terms, words
from bot.sop import Playbooks
from bot.sop.playbook import Path, Stage, StepRule
from bot.sop.stages import rules_of
from bot.sop.vocabulary import SENSITIVE

_JINJA: Final = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_BLANK: Final = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_SUBJECT: Final = re.compile(r"^Subject:.*\n+")
_WEIGHTS: Final = {"title": 2.0, "quotes": 2.0, "said": 3.0, "said_beside": 1.0, "words": 0.7, "where": 0.7}
"""How much a word counts by where it stands: in a step's title it says more than in its template."""
NO_COPY: Final = StepRule(
    "no_copy",
    "inform_homeowner",
    "Never copy the homeowner on anything to Concert, or on an installer's e-mail of a Beam or Concert case",
    cites=("R-072", "R-035", "D-13"),
)
"""What every e-mail is held to: a rule that no step is made of."""
_SATURATION: Final = 1.2
_LENGTH: Final = 0.4
"""The two constants of BM25 (Robertson and others, 1994)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step stands: the SOP, the path (`sop/branch`; empty beside or before the paths), and the stage.

    `when` says on which facts the path is taken, `only` on which of them the step is owed, `wait` how long
    after what it falls due.
    """

    sop: str
    path: str
    title: str
    stage: str = ""
    when: str = ""
    only: str = ""
    wait: str = ""


@dataclass(slots=True)
class Passage:
    """A step of the SOPs, wherever it stands; the same step of several paths is one passage."""

    rule: StepRule
    text: str
    quotes: tuple[tuple[str, str], ...]
    places: list[Place] = field(default_factory=list)
    weights: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Index:
    """The passages with how much each term tells them apart; `known` are all words of the playbooks."""

    passages: Sequence[Passage]
    rarity: Mapping[str, float]
    known: frozenset[str]
    length: float

    def score(self, passage: Passage, asked: Mapping[str, float]) -> float:
        """How well a passage answers the terms asked for, after BM25."""
        long = sum(passage.weights.values()) / self.length
        norm = _SATURATION * (1 - _LENGTH + _LENGTH * long)
        found = ((self.rarity[term] * weight, passage.weights[term]) for term, weight in self._there(asked))
        return sum(worth * often * (_SATURATION + 1) / (often + norm) for worth, often in found if often)

    def quote(self, passage: Passage, asked: Collection[str]) -> tuple[str, str]:
        """The rule of a passage that the terms asked for are about, and its words; else its first one."""

        def about(quote: tuple[str, str]) -> float:
            there = {term for _, term in terms(f"{quote[1]} {SAID.get(quote[0], '')}")}
            return sum(self.rare(term) for term in there.intersection(asked))

        return max(passage.quotes, key=about, default=("", ""))

    def rare(self, term: str) -> float:
        """How much a term says; one that stands nowhere in the SOPs says the most."""
        return self.rarity.get(term, log(1 + len(self.passages) * 2))

    def _there(self, asked: Mapping[str, float]) -> Iterator[tuple[str, float]]:
        return ((term, weight) for term, weight in asked.items() if term in self.rarity)


_BUILT: Final[dict[str, Index]] = {}


def index_of(playbooks: Playbooks) -> Index:
    """The index of these playbooks, built once for each version."""
    if playbooks.version not in _BUILT:
        _BUILT.clear()
        _BUILT[playbooks.version] = _built(playbooks)
    return _BUILT[playbooks.version]


def _built(playbooks: Playbooks) -> Index:
    passages: dict[tuple[str, tuple[str, ...]], Passage] = {}
    for rule, place in _steps(playbooks):
        passage = passages.setdefault((rule.title, _rules(rule.cites)), _passage(rule, playbooks))
        passage.places.append(place)
    found = list(passages.values())
    for passage in found:
        _weigh(passage, playbooks)
    often = Counter(term for passage in found for term in passage.weights)
    rarity = {term: log(1 + (len(found) - n + 0.5) / (n + 0.5)) for term, n in often.items()}
    length = sum(sum(passage.weights.values()) for passage in found) / len(found)
    return Index(found, rarity, frozenset(_vocabulary(found, playbooks)), length)


def _vocabulary(passages: Sequence[Passage], playbooks: Playbooks) -> Iterator[str]:
    for passage in passages:
        for text in _fields(passage, playbooks).values():
            yield from (word for word in words(text) if word not in STOP)


def _passage(rule: StepRule, playbooks: Playbooks) -> Passage:
    cited = (playbooks.rule(cite) for cite in _rules(rule.cites))
    quotes = tuple((each.id, each.quote) for each in cited if each is not None and each.quote)
    return Passage(rule, spoken(playbooks.templates.get(rule.text or "", "")), quotes)


def spoken(template: str) -> str:
    """A template as it can be read before anything is filled in.

    A blank is an ellipsis: Slack takes underscores for italics.
    """
    text = _BLANK.sub("…", _JINJA.sub("", _SUBJECT.sub("", template)))
    return re.sub(r"[ \t]+", " ", re.sub(r"\n{2,}", "\n", text)).strip()


def _weigh(passage: Passage, playbooks: Playbooks) -> None:
    for name, text in _fields(passage, playbooks).items():
        for _, term in terms(text):
            passage.weights[term] += _WEIGHTS[name]  # type: ignore[assignment]


def _fields(passage: Passage, playbooks: Playbooks) -> dict[str, str]:
    cites = _rules(passage.rule.cites)
    cited = [found for cite in cites if (found := playbooks.rule(cite)) is not None]
    return {
        "title": passage.rule.title,
        "quotes": " ".join(each.quote for each in cited),
        "said": " ".join(SAID.get(cite, "") for cite in cites[:1]),
        "said_beside": " ".join(SAID.get(cite, "") for cite in cites[1:]),
        "words": " ".join((passage.text, *passage.rule.fields, *_list(cites))),
        "where": " ".join({part for each in passage.places for part in _words_of(each)}),
    }


def _words_of(place: Place) -> tuple[str, ...]:
    return place.title, place.when, place.only, place.wait


def _list(cites: Sequence[str]) -> Iterator[str]:
    """The qualifiers of R-021 by name."""
    return (each.replace("_", " ") for each in SENSITIVE if "R-021" in cites)


def _rules(cites: Sequence[str]) -> tuple[str, ...]:
    return tuple(cite for cite in cites if cite.startswith("R-"))


def _steps(playbooks: Playbooks) -> Iterator[tuple[StepRule, Place]]:
    """Every step with each of its places."""
    titles = dict(_titles(playbooks))
    entry = playbooks.entry
    for rule in (*entry.call, entry.check):
        place = Place(entry.title, "", "On every call", only=condition_words(rule.when))
        if rule is entry.check:
            place = Place(entry.title, entry.path, entry.title, when=condition_words(entry.when))
        yield rule, place
    for path in playbooks.paths.values():
        sop = titles.get(path.id.partition("/")[0], path.title)
        for stage in path.stages.values():
            for rule in rules_of(stage):
                yield rule, _place(sop, path, stage, rule)
    yield NO_COPY, Place(titles.get("general_concerns", ""), "", "Always")
    for overlay in playbooks.overlays:
        sop = titles.get((overlay.path or "").partition("/")[0], "")
        asked = [overlay.prompts.step] if overlay.prompts else []
        for rule in (*overlay.steps, *asked):
            when, only = condition_words(overlay.when), condition_words(rule.when)
            yield rule, Place(sop, "", "Beside any complaint", when=when, only=only)
            if (own := playbooks.paths.get(overlay.path or "")) is not None:
                theirs = condition_words(own.when)
                yield rule, Place(sop, own.id, own.title, "The escalation itself", theirs, only)


def _place(sop: str, path: Path, stage: Stage, rule: StepRule) -> Place:
    follow_up = stage.follow_up
    due = follow_up is not None and (rule is follow_up.step or rule.once_due)
    wait = f"{follow_up.after.words} after {follow_up.since}" if follow_up and due else ""
    when, only = condition_words(path.when), condition_words(rule.when)
    return Place(sop, path.id, path.title, stage.title, when, only, wait)


def _titles(playbooks: Playbooks) -> Iterator[tuple[str, str]]:
    """The titles of the SOPs, by their ids, as their files have them."""
    for text in playbooks.files.values():
        sop = re.search(r"^sop: (\w+)$", text, re.MULTILINE)
        title = re.search(r"^title: (.+)$", text, re.MULTILINE)
        if sop and title:
            yield sop.group(1), title.group(1).strip("\"'")
