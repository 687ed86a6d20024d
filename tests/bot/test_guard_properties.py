"""Whatever case, step, edit and spelling: no homeowner in what Concert, Risk and others receive.

What a mail server or Jira would deliver to is read here with the standard library and a few rules of its own,
not with the desk's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from email.utils import getaddresses
from functools import cache
from typing import TypeVar, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cases import CaseView
from bot.connectors.by_hand import by_hand
from bot.desk import Desk
from bot.drafting import drafted, standing
from bot.guard import Refused, clear
from bot.ports import Memory
from bot.proof.kinds import complaint
from bot.proof.space import facts_of, steps_in
from bot.sop import Case, Event, Facts, Plan, Step, advance, begin, vocabulary
from bot.sop.playbook import Path, StepRule
from bot.sop.routing import route
from bot.sop.steps import Setting, applies, build
from bot.stored import StoredCase
from bot.systems import ORDERED, Addressee, Draft
from tests.bot.desk import NOW, facts, playbooks

T = TypeVar("T")
GUARDED_ROLES = ("concert_support", "risk", "concert_compliance_contact")
NO_COPY = ("beam", "concert", "unknown")
HOMEOWNERS = ("hana@example.test", "h.ana@gmail.com", "hana+solar@bücher.example")
DESK = Desk(cast(Memory, None), playbooks(), by_hand({}))
CONTACTS = DESK.organisation.contacts
MANAGER, TEAM = "account.manager@example.test", "team@example.test"


def view_of(known: Facts, released: bool = False) -> CaseView:
    history = (Event("lead_released", NOW),) if released else ()
    case = Case(known, "", NOW, None, "", "open", history=history)
    manager = DESK.organisation.account_manager(known.installer.name)
    return CaseView(StoredCase(1001, case, "", ""), cast(Plan, None), (), account_manager=manager)


@cache
def ordered() -> tuple[StepRule, ...]:
    """Every step of every playbook that a connected system would do."""
    rules = steps_in((*playbooks().paths.values(), *playbooks().overlays))
    return tuple(rule for rule in rules if rule.verb in ORDERED.get(rule.system or "", ()))


def step_of(rule: StepRule, known: Facts, released: bool = False) -> Step:
    return build(rule, rule.id, 1, Setting(known, playbooks(), NOW.date(), released))


# The other way round: what the SOPs ask for passes.


def owed(category: str) -> Iterator[tuple[Facts, StepRule]]:
    """Each step that a complaint of this category can come to, on one set of facts of every kind."""
    one = complaint(category, playbooks(), NOW.date())
    for alike in one.sorted(playbooks(), NOW).values():
        known = facts_of(category, alike[0])
        path = route(known, playbooks(), NOW.date())
        if isinstance(path, Path):
            yield from ((known, rule) for rule in steps_in(path) if rule in ordered())


@pytest.mark.parametrize("category", vocabulary.CATEGORIES)
def test_what_the_sops_ask_for_is_cleared(category: str) -> None:
    for known, rule in owed(category):
        step = step_of(rule, known)
        if step.state != "available" or not applies(rule, Setting(known, playbooks(), NOW.date()))[0]:
            continue
        view = view_of(known)
        draft = drafted(view, step, DESK)
        assert clear(draft, standing(view, DESK)).draft == draft


def test_every_step_of_a_connected_system_is_among_them() -> None:
    seen = {
        rule.id
        for category in vocabulary.CATEGORIES
        for known, rule in owed(category)
        if step_of(rule, known).state == "available"
    }
    assert seen == {rule.id for rule in ordered()}


# What may never be.

TAKEN = {
    "case": lambda text: text.swapcase(),
    "plus tag": lambda text: text.replace("@", "+x@", 1),
    "second domain": lambda text: text.replace("gmail.com", "googlemail.com"),
    "no dots": lambda text: text.replace("h.ana", "hana"),
    "blank": lambda text: f" {text} ",
}
"""Spellings that every mail server takes."""
NOT_TAKEN = {
    "name": lambda text: f"Somebody Else <{text}>",
    "quotes": lambda text: re.sub(r"^([^@]*)@", r'"\1"@', text),
    "comment": lambda text: text.replace("@", "(at home)@", 1),
    "spaces": lambda text: text.replace("@", " @ ", 1),
    "dot": lambda text: f"{text}.",
    "mailto": lambda text: f"mailto:{text}",
    "group": lambda text: f"Team: {text}, office@example.test;",
    "list": lambda text: f"office@example.test, {text}",
    "full width": lambda text: text.replace("a", "ａ").replace("@", "＠"),
    "invisible": lambda text: text.replace("n", "n\u200b", 1),
    "smuggled": lambda text: f"office@example.test\r\nBcc: {text}",
}


@cache
def mostly(usual: T, *others: T) -> st.SearchStrategy[T]:
    """The usual value far more often than the others."""
    return st.sampled_from((usual,) * 3 * len(others) + others)


@cache
def some_of(names: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), max_size=2, unique=True)


@st.composite
def disguised(draw: st.DrawFn, address: str) -> str:
    """The address as somebody could write it, or a system could hand it on."""
    local, _, host = address.partition("@")
    address = f"{local}@{host.encode('idna').decode()}"
    for name in draw(some_of(tuple(TAKEN))):
        address = TAKEN[name](address)
    for name in draw(some_of(tuple(NOT_TAKEN))) if draw(mostly(False, True)) else ():
        address = NOT_TAKEN[name](address)
    return address


@cache
def addresses(homeowner: str) -> st.SearchStrategy[str]:
    """Mostly the homeowner's in disguise; else somebody's whom the desk knows, a group, or a stranger's."""
    known = [contact.email for contact in CONTACTS.values()]
    return disguised(homeowner) | st.sampled_from([*known, MANAGER, TEAM, "stranger@example.test"])


@st.composite
def cases_of(draw: st.DrawFn) -> Facts:
    homeowner = draw(st.sampled_from(HOMEOWNERS))
    typed = draw(st.sampled_from(["homeowner", "new", "both"]))
    return facts(
        category=draw(st.sampled_from(vocabulary.CATEGORIES)),
        program=draw(st.sampled_from(("everbright", *vocabulary.PROGRAMS))),
        channel=draw(st.sampled_from(vocabulary.CHANNELS)),
        sensitive=list(draw(mostly((), ("lawyer",), ("bbb_complaint",)))),
        homeowner={"name": "Hana (homeowner)", "email": "" if typed == "new" else homeowner},
        installer={"name": "Sunny Roofs", "email": draw(mostly("office@example.test", homeowner, TEAM))},
        description=draw(st.sampled_from(["No answer.", f"I wrote from {homeowner}."])),
        extra={} if typed == "homeowner" else {"new_email": homeowner},
    )


@st.composite
def drafts(draw: st.DrawFn, known: Facts, released: bool) -> Draft:
    """A step of the SOPs as it was drafted, or as somebody has changed it."""
    rule = draw(st.sampled_from(ordered()))
    draft = drafted(view_of(known), step_of(rule, known, released), DESK)
    homeowner = known.homeowner.email or str(known.extra["new_email"])
    added = [
        Addressee(
            draw(mostly("other", "homeowner", "installer", *CONTACTS)),
            draw(addresses(homeowner)),
            draw(mostly("", "Hana (homeowner)", "Team", f'" <{homeowner}>, "')),
            draw(st.sampled_from(["to", "cc", "participant"])),
        )
        for _ in range(draw(st.integers(0, 2)))
    ]
    kept = draw(mostly(draft.addressees, ()))
    text = draw(mostly(draft.text, "Hello,", f"> From: Hana <{homeowner}>"))
    subject = draw(mostly(draft.subject, f"Re: {homeowner}", "Hello\nBcc: a@example.test"))
    return replace(draft, addressees=(*kept, *added), text=text, subject=subject)


def mailbox(address: str) -> str:
    local, _, host = address.strip().lower().rpartition("@")
    host = host.rstrip(".").encode("idna").decode().replace("googlemail.com", "gmail.com")
    local = local.partition("+")[0]
    return f"{local.replace('.', '') if host == 'gmail.com' else local}@{host}"


def delivered(draft: Draft, groups: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Who receives it from a connector that writes its headers as simply as can be."""
    header = ", ".join(f"{each.name} <{each.address}>" for each in draft.addressees)
    people = [address for _, address in getaddresses([header])]
    people += [member for each in people for _, member in getaddresses(list(groups.get(each.lower(), ())))]
    return {mailbox(each) for each in people if each}


def refused_or_right(data: st.DataObject) -> str:
    """What became of one combination, which is held against what may be."""
    draw = data.draw
    known, released = draw(cases_of()), draw(st.booleans())
    draft = draw(drafts(known, released))
    override = draw(st.sampled_from(["", "They asked for it."]))
    homeowner = known.homeowner.email or str(known.extra["new_email"])
    groups = {TEAM: tuple(draw(st.lists(addresses(homeowner), max_size=2)))}
    judged_by = standing(view_of(known, released), DESK)
    try:
        cleared = clear(draft, judged_by, lambda address: groups.get(address.lower(), ()), override).draft
    except Refused as error:
        return "may be overridden" if error.may_override else "refused"
    hers, people = mailbox(homeowner), delivered(cleared, groups)
    shared = bool(people - {hers}) or (cleared.system == "ebh" and bool(people))
    guarded = (
        known.program in NO_COPY
        or bool({"fraud", "compliance"} & set(known.categories))
        or bool(people & {CONTACTS[role].email for role in GUARDED_ROLES})
    )
    assert not {"\n", "\r"} & set("".join((cleared.subject, *(each.address for each in cleared.addressees))))
    if "lawyer" in known.sensitive and not released:
        assert not people & {mailbox(known.installer.email), MANAGER}
    if hers in people and shared:
        assert not guarded
        assert override
        return "copied"
    if guarded and shared and cleared.verb == "email":
        assert homeowner not in cleared.text + cleared.subject
        return "guarded"
    return "cleared"


def test_no_combination_gets_a_homeowner_into_what_is_guarded() -> None:
    became: Counter[str] = Counter()

    @settings(max_examples=1000)
    @given(data=st.data())
    def every_combination(data: st.DataObject) -> None:
        became[refused_or_right(data)] += 1

    every_combination()
    assert set(became) == {"refused", "may be overridden", "copied", "guarded", "cleared"}


# The rules core and the guard agree.

OTHERS = ("installer", "account_manager", *GUARDED_ROLES)


def of(program: str, category: str) -> Facts:
    return facts(
        program=program,
        category=category,
        found_on_platform=program == "everbright",
        homeowner={"name": "Hana (homeowner)", "email": HOMEOWNERS[0]},
    )


def refused_by_the_guard(known: Facts, verb: str, *people: Addressee) -> Refused | None:
    system = "ebh" if verb == "add_participant" else "email"
    draft = Draft("HC-1001", system, verb, "step", None, "A concern", "Hello,", {}, people)
    try:
        clear(draft, standing(view_of(known), DESK), override="A lead's reason.")
    except Refused as error:
        return error
    return None


@pytest.mark.parametrize("category", ["installer_unresponsive", "general_concern", "fraud", "compliance"])
@pytest.mark.parametrize("program", vocabulary.PROGRAMS)
@pytest.mark.parametrize("other", OTHERS)
def test_the_core_and_the_guard_agree_on_mails(program: str, category: str, other: str) -> None:
    """Of fraud and compliance the guard refuses all that others receive too: Risk is among the readers."""
    known = of(program, category)
    told = Event("recipient_added", NOW, {"recipient": "homeowner", "field": "cc", "mail_to": other})
    core = advance(begin(known, playbooks(), NOW).case, told, playbooks(), NOW).refused
    homeowner = Addressee("homeowner", HOMEOWNERS[0], place="cc")
    guard = refused_by_the_guard(known, "email", Addressee(other, f"{other}@other.example.test"), homeowner)
    if core:
        assert guard is not None
        assert (str(guard), guard.cites) == (core[0].message, core[0].cites)
    else:
        assert (guard is not None) is (category in ("fraud", "compliance"))


@pytest.mark.parametrize("category", ["installer_unresponsive", "general_concern", "fraud", "compliance"])
@pytest.mark.parametrize("program", vocabulary.PROGRAMS)
def test_the_core_and_the_guard_agree_on_participants(program: str, category: str) -> None:
    known = of(program, category)
    told = Event("participant_added", NOW, {"participant": "homeowner", "on": "ho_ticket"})
    core = advance(begin(known, playbooks(), NOW).case, told, playbooks(), NOW).refused
    guard = refused_by_the_guard(
        known, "add_participant", Addressee("homeowner", HOMEOWNERS[0], place="participant")
    )
    found = None if guard is None else (str(guard), guard.cites)
    assert found == ((core[0].message, core[0].cites) if core else None)
