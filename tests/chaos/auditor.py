"""Compares what was promised with what was said. It trusts the workspace's own log and the database alone.

A post that stands twice is `doubled`; one whose double the desk took away again is told apart, as `healed`.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Final

from bot.sop import Case, Facts, Playbooks, Timer, advance, begin
from bot.sop.rota import on_shift
from tests.chaos.evidence import Evidence, FollowUp, Letter, Post

IN_HOURS: Final = frozenset({"reminder", "prompt", "put_up"})
"""What is asked in working hours only; what somebody hands over is asked whenever they do."""
CONFIRMED: Final = frozenset({"concert_confirmed", "not_concert"})
HANDED: Final = "/handed/"
PERSONAL: Final = frozenset({"card", "reminder", "notice", "digest", "draft"})
"""What stands in one person's messages alone."""
TO_LEADS: Final = frozenset({"decision", "review", "escalated", "orphaned"})
TO_TEAMS: Final = frozenset({"queued", "put_up"})
EITHER: Final = frozenset({"prompt", "unconfirmed"})
"""What goes to the leads' channel, and to one person besides."""
MORE: Final = "more: all of them stand in your Home"
"""Where a message that speaks for many stops naming them."""
OWES: Final[Mapping[str, tuple[str, ...]]] = {
    "follow_up": ("reminder", "queued"),
    "prompt": ("prompt", "queued"),
    "lead_prompt": ("prompt", "queued"),
    "tag_confirmers": ("confirmation",),
    "repeat_confirmation": ("confirmation",),
    "tell_lead": ("unconfirmed",),
}
"""By the kind of a timer: the kinds of letters of which its ring owes one."""


@dataclass(frozen=True)
class Verdict:
    """What was found, a sentence each; `healed` is no fault."""

    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    out_of_hours: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    halves: tuple[str, ...] = ()
    healed: tuple[str, ...] = ()

    @property
    def faults(self) -> tuple[str, ...]:
        """Everything that must not be."""
        return (
            *(f"lost: {each}" for each in self.lost),
            *(f"doubled: {each}" for each in self.doubled),
            *(f"out of hours: {each}" for each in self.out_of_hours),
            *(f"forbidden: {each}" for each in self.forbidden),
            *(f"private: {each}" for each in self.private),
            *(f"half done: {each}" for each in self.halves),
        )


@dataclass
class Auditor:
    """Looks through the evidence. `private` are words that stand in no notification and no metadata."""

    rules: Playbooks
    evidence: Evidence
    private: tuple[str, ...] = ()
    _posts: dict[str, list[Post]] = field(default_factory=lambda: defaultdict(list), init=False)

    def __post_init__(self) -> None:
        for post in self.evidence.posts:
            if post.method == "chat.postMessage":
                self._posts[post.mark].append(post)

    def verdict(self) -> Verdict:
        """Everything that is otherwise than promised."""
        return Verdict(
            lost=(*self._lost(), *self._unasked(), *self._unnamed()),
            doubled=(*self._doubled(), *self._asked_twice()),
            out_of_hours=tuple(self._out_of_hours()),
            forbidden=(*self._forbidden(), *self._wrongly_tagged()),
            private=tuple(self._private()),
            halves=(*self._halves(), *self._unlike_the_rules()),
            healed=tuple(self._healed()),
        )

    @cached_property
    def _standing(self) -> dict[str, list[tuple[str, str]]]:
        found: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for each in self.evidence.standing:
            found[each.mark].append((each.channel, each.ts))
        return found

    @cached_property
    def _originals(self) -> tuple[Letter, ...]:
        """Letters that are posts of their own, and no edits."""
        return tuple(each for each in self.evidence.letters if not each.edits)

    @cached_property
    def _by_mark(self) -> dict[str, Letter]:
        return {each.mark: each for each in self._originals}

    # --- lost, doubled ---

    def _lost(self) -> Iterator[str]:
        for letter in self.evidence.letters:
            if letter.state in ("waiting", "dead"):
                yield f"{letter.key} is {letter.state}"
        for letter in self._originals:
            if letter.state == "sent" and letter.ts:
                if not self._posts[letter.mark]:
                    yield f"{letter.key} was never posted"
                elif (letter.channel, letter.ts) not in self._standing[letter.mark]:
                    yield f"{letter.key} does not stand where the desk says"

    def _unasked(self) -> Iterator[str]:
        """An appointment that rang has led to a letter; one that is over and did not ring is lost."""
        letters = {(each.case, each.kind) for each in self._originals}
        keys = {each.key for each in self._originals}
        last = max((post.at for post in self.evidence.posts), default=None)
        for each in self.evidence.follow_ups:
            if each.state == "open" and last is not None and each.due < last:
                yield f"{_name(each)} was due at {each.due} and did not ring"
            if each.state == "rung" and not self._is_asked(each, letters, keys):
                yield f"{_name(each)} rang, and nothing was promised for it"

    def _is_asked(self, rung: FollowUp, letters: set[tuple[int | None, str]], keys: set[str]) -> bool:
        for kind in OWES[rung.kind]:
            if (rung.case, kind) in letters:
                start = f"HC-{rung.case}/{kind}/{rung.timer}"
                if start in keys or any(key.startswith(f"{start}/") for key in self._keys_of(rung.case)):
                    return True
        return False

    @cached_property
    def _keys(self) -> dict[int | None, list[str]]:
        found: dict[int | None, list[str]] = defaultdict(list)
        for each in self._originals:
            found[each.case].append(each.key)
        return found

    def _keys_of(self, case: int) -> list[str]:
        return self._keys[case]

    def _unnamed(self) -> Iterator[str]:
        """What went together with others is named in the message that speaks for it."""
        sent = {each.key: each for each in self._originals}
        for letter in self._originals:
            if letter.state == "merged":
                speaks = sent.get(letter.merged_into)
                if speaks is None or speaks.state != "sent" or not self._names(speaks, letter):
                    yield f"{letter.key} was merged into {letter.merged_into}, which does not name it"

    def _names(self, speaks: Letter, letter: Letter) -> bool:
        if speaks.ts is None:
            return self._is_answered(letter)
        said = " ".join(post.blocks for post in self._posts[speaks.mark])
        return f"HC-{letter.case}:" in said or MORE in said or self._is_answered(letter)

    def _is_answered(self, letter: Letter) -> bool:
        """Whether something has happened to its case since it fell due."""
        case = self._cases.get(letter.case or 0)
        events = case.history if case is not None else ()
        return any(each.name != "clock" and each.at > letter.due for each in events)

    @cached_property
    def _cases(self) -> dict[int, Case]:
        return dict(self.evidence.cases)

    def _doubled(self) -> Iterator[str]:
        for mark, places in self._standing.items():
            if mark and len(places) > 1:
                name = self._by_mark[mark].key if mark in self._by_mark else f"what bears the mark {mark}"
                yield f"{name} stands {len(places)} times"

    def _asked_twice(self) -> Iterator[str]:
        for name, count in Counter(each.key for each in self.evidence.letters).items():
            if count > 1:
                yield f"{name} was promised {count} times"

    def _healed(self) -> Iterator[str]:
        for mark, posts in self._posts.items():
            if mark and len(posts) > 1 and len(self._standing[mark]) == 1:
                yield f"{self._by_mark[mark].key} was posted {len(posts)} times, and stands once"

    # --- when, to whom, with what ---

    def _out_of_hours(self) -> Iterator[str]:
        calendar = self.rules.organisation.calendar
        for letter, post in self._said():
            if letter.kind in IN_HOURS and HANDED not in letter.key:
                if not calendar.is_working_time(post.at):
                    yield f"{letter.key} was posted at {post.at}"
                elif post.at < letter.due:
                    yield f"{letter.key} was posted at {post.at}, before {letter.due}"

    def _said(self) -> Iterator[tuple[Letter, Post]]:
        for mark, posts in self._posts.items():
            if mark in self._by_mark:
                yield from ((self._by_mark[mark], post) for post in posts)

    def _forbidden(self) -> Iterator[str]:
        ids = dict(self.evidence.conversations)
        for mark, posts in self._posts.items():
            for post in posts:
                # Without a mark it answers whoever pressed something, in their own messages.
                if mark not in self._by_mark and (mark or post.channel not in self._staff):
                    yield f"{post.text!r}, in {post.channel}, was promised by nobody"
        for letter, post in self._said():
            if post.channel not in (letter.to, ids.get(letter.to)):
                yield f"{letter.key} was posted in {post.channel}"
            if not self._may_have(letter):
                yield f"{letter.key} went to {letter.to}"

    def _may_have(self, letter: Letter) -> bool:
        channels = self.rules.organisation.channels
        teams = {channels.front_line, channels.back_office, channels.trained_agents or channels.leads}
        if letter.kind in PERSONAL:
            return letter.to in self._staff
        if letter.kind == "confirmation":
            return letter.to == channels.confirmations
        if letter.kind in TO_LEADS:
            return letter.to == channels.leads
        if letter.kind in TO_TEAMS:
            return letter.to in teams
        if letter.kind in EITHER:
            return letter.to == channels.leads or letter.to in self._staff
        return letter.to in self._staff | teams | {channels.leads, channels.confirmations}

    @cached_property
    def _staff(self) -> frozenset[str]:
        roles = self.rules.organisation.roles
        return frozenset(
            (
                *roles.leads,
                *roles.agents,
                *roles.trained_agents,
                *roles.back_office,
                *roles.resolution_specialists,
            )
        )

    @cached_property
    def _agents(self) -> frozenset[str]:
        """Who asks for a Concert check: its post names them."""
        roles = self.rules.organisation.roles
        return frozenset((*roles.agents, *roles.trained_agents))

    def _wrongly_tagged(self) -> Iterator[str]:
        rota = self.rules.organisation.rota
        for letter, post in self._said():
            if letter.kind == "confirmation":
                off = post.mentions - {each.slack_id for each in on_shift(rota, post.at)} - self._agents
                if off:
                    yield f"{letter.key} tagged {', '.join(sorted(off))}, who were not on shift at {post.at}"

    def _private(self) -> Iterator[str]:
        for post in self.evidence.posts:
            for word in self.private:
                if word in post.text or word in post.metadata:
                    yield f"{word!r} stands in the notification or metadata of {post.text!r}"

    # --- whole ---

    def _halves(self) -> Iterator[str]:
        numbers = [number for number, _ in self.evidence.cases]
        for name, count in Counter(self.evidence.intakes).items():
            if count > 1:
                yield f"{count} forms became HC-{name}"
        for number in {*self.evidence.acknowledged, *self.evidence.intakes}:
            if numbers.count(number) != 1:
                yield f"people were told of HC-{number}, which is there {numbers.count(number)} times"
        for number in self.evidence.acknowledged:
            if number not in self.evidence.intakes:
                yield f"HC-{number} was acknowledged, and no form became it"

    def _unlike_the_rules(self) -> Iterator[str]:
        """Each case must be what the rules core alone makes of what happened to it."""
        kept: dict[int, list[FollowUp]] = defaultdict(list)
        for each in self.evidence.follow_ups:
            kept[each.case].append(each)
        for number, case in self.evidence.cases:
            again = replayed(case, self.rules)
            for what in ("path", "stage", "state", "attempts"):
                kept_as, ruled = getattr(case, what), getattr(again, what)
                if kept_as != ruled:
                    yield f"HC-{number}: {what} is {kept_as}, the rules say {ruled}"
            if _timers(again.timers) != _timers(case.timers):
                yield f"HC-{number}: its timers are not those of the rules"
            running = set() if case.state == "closed" else {timer.id for timer in case.running}
            open_ones = {each.timer for each in kept[number] if each.state == "open"}
            if running != open_ones:
                yield f"HC-{number} owes {sorted(running)} and keeps {sorted(open_ones)}"
            rang = {timer.id for timer in case.timers if timer.rung_at is not None}
            if not rang <= {each.timer for each in kept[number] if each.state == "rung"}:
                yield f"HC-{number} says that {sorted(rang)} rang, the appointments do not"


def replayed(case: Case, rules: Playbooks) -> Case:
    """The case that the rules core makes of these facts and this history."""
    again = begin(_first_facts(case), rules, case.opened_at).case
    for event in case.history:
        again = advance(again, event, rules, event.at).case
    return replace(again, playbook=case.playbook)


def _first_facts(case: Case) -> Facts:
    """The facts before a confirmer answered; of what else is learned, these runs have nothing."""
    answered = any(each.name in CONFIRMED for each in case.history)
    return replace(case.facts, program="unknown") if answered else case.facts


def _timers(timers: tuple[Timer, ...]) -> list[tuple[str, datetime, bool]]:
    return sorted((each.id, each.due, each.rung_at is not None) for each in timers)


def _name(each: FollowUp) -> str:
    return f"HC-{each.case}/{each.timer}"


def dump(verdict: Verdict) -> str:
    """A verdict as JSON, for a file beside a failing run."""
    return json.dumps({name: getattr(verdict, name) for name in Verdict.__dataclass_fields__}, indent=1)
