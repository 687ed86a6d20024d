"""A draft as a person wants it: other words, more to read it; what the guard refuses, at its field."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot import cases
from bot.approving import Edits, approved, may_be_overridden, refusal
from bot.cases import CaseView
from bot.drafting import drafted
from bot.systems import Draft
from tests.bot.casework import Casework
from tests.bot.desk import NOW

HOMEOWNER = "ada@homeowner.example.test"
WHO = {"name": "Ada (homeowner)", "address": "1 Example Street", "email": HOMEOWNER}


def mail(
    work: Casework, program: str = "everbright", step_id: str = "email_installer"
) -> tuple[CaseView, Draft]:
    """The mail to the installer, on a new case."""
    case = work.open(program=program, homeowner=WHO)
    with work.desk.memory.read() as memory:
        view = cases.view(memory, work.desk, case.number, NOW)
    step = next(step for step in view.plan.steps if step.id == step_id)
    return view, drafted(view, step, work.desk)


def test_what_is_typed_takes_the_place_of_the_draft(work: Casework) -> None:
    view, draft = mail(work)
    edits = Edits("Other subject", "Other words", {}, "boss@roofs.example.test, office2@roofs.example.test")
    made = approved(draft, edits, view, "Ben")
    assert (made.subject, made.text) == ("Other subject", "Other words")
    assert made.at("to") == draft.at("to")
    assert [(each.role, each.address, each.why) for each in made.at("cc")] == [
        ("other", "boss@roofs.example.test", "Added by Ben."),
        ("other", "office2@roofs.example.test", "Added by Ben."),
    ]


def test_what_is_left_alone_stays_as_it_was_drafted(work: Casework) -> None:
    view, draft = mail(work)
    assert approved(draft, Edits(), view, "Ben") == draft


FIELDS = {
    "the draft alone": (Edits(), None),
    "a colleague of the installer": (Edits(copied="boss@roofs.example.test"), None),
    "the homeowner under Cc": (Edits(copied=f"boss@roofs.example.test; {HOMEOWNER.upper()}"), "copied"),
    "what is no address": (Edits(copied="the boss"), "copied"),
    "the homeowner without a reason": (Edits(homeowner=True), "homeowner"),
    "the homeowner by a lead": (Edits(homeowner=True, reason="They asked for it."), None),
}


@pytest.mark.parametrize(("edits", "field"), FIELDS.values(), ids=FIELDS)
def test_a_refusal_names_the_field_where_it_can_be_mended(
    work: Casework, edits: Edits, field: str | None
) -> None:
    view, draft = mail(work)
    found = refusal(draft, edits, view, work.desk)
    assert (found and found[0]) == field


def test_an_address_that_is_missing_is_said_at_once(work: Casework) -> None:
    view, draft = mail(work)
    nobody = replace(draft, addressees=tuple(replace(each, address="") for each in draft.addressees))
    found = refusal(nobody, Edits(), view, work.desk)
    assert found is not None
    assert found[0] == "text"


@pytest.mark.parametrize(("program", "may"), [("everbright", True), ("beam", False), ("concert", False)])
def test_only_on_everbright_cases_may_a_lead_copy_the_homeowner(
    work: Casework, program: str, may: bool
) -> None:
    view, draft = mail(work, program)
    assert may_be_overridden(draft, view, work.desk) is may
