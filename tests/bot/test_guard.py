"""The guard: who may receive what, and that nothing leaves the desk which it has not cleared."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.guard import Cleared, Refused, Standing, clear
from bot.sop import Facts
from bot.systems import UPDATE, Addressee, Draft, Place
from tests.bot.desk import facts

HANA, HANAS_NEW = "hana@example.test", "hana.new@example.test"
INSTALLER, MANAGER = "office@sunny.example.test", "amal@example.test"
SUPPORT, RISK = "concert.support@example.test", "risk@example.test"
COMPLIANCE = "concert.compliance@example.test"
ROLES = {
    MANAGER: ("account_manager",),
    SUPPORT: ("concert_support",),
    RISK: ("risk",),
    COMPLIANCE: ("concert_compliance_contact",),
}
ADDRESSES = {"homeowner": HANA, "installer": INSTALLER, **{roles[0]: who for who, roles in ROLES.items()}}
R_035 = "DO NOT add the homeowner in the CC field"
R_072 = "The homeowner is NOT to be copied on any communication with Concert Support or Risk"
FRAUD = "Fraud and compliance go to Risk"
ALONE = ("homeowner",)


def of(program: str = "everbright", **changes: object) -> Facts:
    """The facts of a case with this program, of Hana's."""
    return facts(
        **{
            "program": program,
            "homeowner": {"name": "Hana (homeowner)", "address": "1 Example Street", "email": HANA},
            "installer": {"name": "Sunny Roofs", "email": INSTALLER},
            "extra": {"new_email": HANAS_NEW},
            **changes,
        }
    )


def judged_by(known: Facts, **changes: object) -> Standing:
    return replace(Standing(known, roles=ROLES), **changes)


def somebody(role: str, place: Place = "to", address: str | None = None, name: str = "") -> Addressee:
    return Addressee(role, ADDRESSES[role] if address is None else address, name, place)


def mail(*people: Addressee, text: str = "Hello,", subject: str = "A concern [HC-1001]") -> Draft:
    return Draft("HC-1001", "email", "email", "email_installer", None, subject, text, {}, people)


def on_ticket(verb: str, *people: Addressee, on: str = "installer_ticket", **changes: object) -> Draft:
    return replace(Draft("HC-1001", "ebh", verb, verb, on, addressees=people), **changes)


def refusal(draft: Draft, standing: Standing, **more: object) -> Refused:
    with pytest.raises(Refused) as caught:
        clear(draft, standing, **more)  # type: ignore[arg-type]
    return caught.value


INSTALLER_AND_HANA = (somebody("installer"), somebody("homeowner", "cc"))
NEVER = {
    "Concert: copied on the installer's mail": (of("concert"), mail(*INSTALLER_AND_HANA), R_035),
    "Beam: copied on the installer's mail": (of("beam"), mail(*INSTALLER_AND_HANA), R_035),
    "unknown: copied on the installer's mail": (of("unknown"), mail(*INSTALLER_AND_HANA), R_035),
    "EverBright: with Risk": (of(), mail(somebody("risk"), somebody("homeowner", "cc")), R_072),
    "EverBright: with Concert Support": (
        of(),
        mail(somebody("homeowner"), somebody("concert_support")),
        R_072,
    ),
    "EverBright: with the Compliance contact": (
        of(),
        mail(somebody("homeowner"), somebody("concert_compliance_contact", "cc")),
        R_072,
    ),
    "Risk under another role": (
        of(),
        mail(somebody("other", address=RISK.upper()), somebody("homeowner", "cc")),
        R_072,
    ),
    "Concert: participant": (
        of("concert"),
        on_ticket("add_participant", somebody("homeowner", "participant")),
        R_072,
    ),
    "fraud: participant": (
        of(category="fraud"),
        on_ticket("add_participant", somebody("homeowner", "participant"), on="ho_ticket"),
        FRAUD,
    ),
    "compliance: a reply on the ticket": (
        of(category="compliance"),
        on_ticket("email", somebody("homeowner"), on="ho_ticket"),
        FRAUD,
    ),
    "fraud: copied on the installer's mail": (of(category="fraud"), mail(*INSTALLER_AND_HANA), FRAUD),
    "Concert: the linked ticket": (
        of("concert"),
        on_ticket("open_linked_ticket", somebody("installer"), somebody("homeowner", "participant")),
        R_035,
    ),
    "Concert: the new address": (
        of("concert"),
        mail(somebody("installer"), somebody("other", "cc", HANAS_NEW)),
        R_035,
    ),
    "Concert: the installer's address is the homeowner's": (
        of("concert"),
        mail(somebody("installer", address=HANA)),
        R_035,
    ),
    "EverBright: the installer's address is the homeowner's": (
        of(),
        mail(somebody("installer", address="Hana+solar@Example.Test")),
        "One e-mail address is given for both the homeowner and the installer",
    ),
    "EverBright: Risk's address is the homeowner's": (of(), mail(somebody("risk", address=HANA)), R_072),
    "Concert: named on a ticket that reaches nobody": (
        of("concert"),
        on_ticket("open_ticket", somebody("homeowner"), on="ho_ticket"),
        R_072,
    ),
    "a stranger as the homeowner": (
        of("concert"),
        mail(somebody("homeowner", address="stranger@example.test"), somebody("other", "cc", HANA)),
        "not one that the case’s facts know",
    ),
    "a field of the installer's ticket": (
        of("concert"),
        on_ticket(UPDATE, fields={"Installer’s email address": f"Sunny <{HANA}>"}),
        "One e-mail address is given for both the homeowner and the installer",
    ),
    "a field of the installer's ticket that is all address": (
        of("concert"),
        on_ticket("open_linked_ticket", somebody("installer"), fields={"Contact": HANA}),
        "One e-mail address is given for both the homeowner and the installer",
    ),
}


@pytest.mark.parametrize("override", ["", "I know better."], ids=["nobody", "a lead"])
@pytest.mark.parametrize(("known", "draft", "words"), NEVER.values(), ids=NEVER)
def test_nobody_can_have_it_sent(known: Facts, draft: Draft, words: str, override: str) -> None:
    error = refusal(draft, judged_by(known), override=override)
    assert words in str(error)
    assert not error.may_override
    assert "D-13" in error.cites
    assert HANA not in str(error).casefold()


def test_a_case_whose_program_is_not_known_says_why_it_is_treated_so() -> None:
    for program in ("unknown", "concert"):
        said = str(refusal(mail(*INSTALLER_AND_HANA), judged_by(of(program))))
        assert ("The program is not known yet" in said) is (program == "unknown")


GROUPS = {"team@example.test": (INSTALLER, "Hana <HANA+x@example.test>"), "all@example.test": (RISK,)}


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        pytest.param(mail(somebody("installer", address="team@example.test")), R_035, id="as installer"),
        pytest.param(mail(somebody("other", address="Team@Example.test ")), R_035, id="as somebody else"),
        pytest.param(
            mail(somebody("homeowner"), somebody("other", "cc", "all@example.test")),
            R_072,
            id="Risk in a group",
        ),
        pytest.param(
            on_ticket("add_participant", somebody("other", "participant", "team@example.test")),
            R_035,
            id="a group of participants",
        ),
    ],
)
def test_a_group_is_everybody_in_it(draft: Draft, words: str) -> None:
    error = refusal(draft, judged_by(of("concert")), members=lambda address: GROUPS.get(address.lower(), ()))
    assert words in str(error)


def test_a_group_without_the_homeowner_is_written_to() -> None:
    draft = mail(somebody("other", address="all@example.test"))
    assert clear(draft, judged_by(of("concert")), members=lambda _: (RISK,)).draft == draft


def test_no_system_is_asked_who_is_behind_the_homeowners_address() -> None:
    """A system may be asked by a URL, where an address of theirs does not belong."""
    asked: list[str] = []
    clear(mail(*INSTALLER_AND_HANA), judged_by(of()), lambda who: (asked.append(who), ())[1], "They asked.")
    assert asked == [INSTALLER]


FORWARDED = "See below.\n\n> From: Hana <Hana@Example.test>\n> To: us"
TO_INSTALLER = mail(somebody("installer"), text=FORWARDED)


@pytest.mark.parametrize(
    ("known", "draft", "words"),
    [
        pytest.param(of("concert"), TO_INSTALLER, R_035, id="Concert: the installer"),
        pytest.param(of("beam"), replace(TO_INSTALLER, text="", subject=f"Re: {HANA}"), R_035, id="subject"),
        pytest.param(of(), mail(somebody("risk"), text=FORWARDED), R_072, id="EverBright: Risk"),
        pytest.param(
            of("concert"), on_ticket("email", somebody("installer"), text=FORWARDED), R_035, id="public reply"
        ),
        pytest.param(of(category="fraud"), TO_INSTALLER, FRAUD, id="fraud"),
    ],
)
def test_a_forwarded_thread_goes_to_nobody_who_may_not_have_it(
    known: Facts, draft: Draft, words: str
) -> None:
    error = refusal(draft, judged_by(known), override="A lead's reason.")
    assert "The words of this hold the homeowner’s e-mail address" in str(error)
    assert words in str(error)
    assert HANA not in str(error).casefold()


ALLOWED = {
    "a mail of their own": (of("concert"), mail(somebody("homeowner"), text=f"We write to {HANA}.")),
    "both addresses of their own": (
        of("concert"),
        mail(somebody("homeowner"), somebody("other", "cc", HANAS_NEW)),
    ),
    "their own address, added by a person": (of("concert"), mail(somebody("other", address=HANA))),
    "an internal comment (R-071)": (
        of("concert"),
        on_ticket("internal_comment", text=f"E-mail: {HANA}", on="ho_ticket"),
    ),
    "an internal comment on fraud": (
        of(category="fraud"),
        on_ticket("internal_comment", text=f"E-mail: {HANA}", on="ho_ticket"),
    ),
    "a ticket's fields": (
        of("concert"),
        on_ticket("open_ticket", fields={"Internal Comment": f"E-mail: {HANA}"}, on="ho_ticket"),
    ),
    "a linked ticket's description": (
        of("concert"),
        on_ticket("open_linked_ticket", somebody("installer"), fields={"Description": FORWARDED}),
    ),
    "a Salesforce case": (
        of(),
        Draft("HC-1001", "salesforce", "open_case", "open_case", "case", fields={"Web Email": HANA}),
    ),
    "EverBright: the installer may read the address": (of(), TO_INSTALLER),
    "Concert: Risk": (of("concert"), mail(somebody("risk"), somebody("concert_support", "cc"))),
    "fraud: Risk": (of(category="fraud"), on_ticket("add_participant", somebody("risk", "participant"))),
}


def shared(verb: str, on: str) -> Draft:
    return on_ticket(verb, on=on, fields={"Organization": "Sunny Roofs"})


@pytest.mark.parametrize("program", ["everbright", "concert"])
@pytest.mark.parametrize(
    "draft",
    [
        pytest.param(shared("open_ticket", "ho_ticket"), id="the homeowner's ticket"),
        pytest.param(shared("open_linked_ticket", "installer_ticket"), id="the installer's ticket"),
        pytest.param(shared(UPDATE, "installer_ticket"), id="a change"),
    ],
)
def test_a_ticket_is_not_shared_with_an_organisation_that_has_the_homeowner(
    draft: Draft, program: str
) -> None:
    def members(name: str) -> tuple[str, ...]:
        return {"Sunny Roofs": (INSTALLER, HANA.upper())}.get(name, ())

    error = refusal(draft, judged_by(of(program)), members=members)
    assert "belongs to the organisation" in str(error)
    assert error.may_override == (program == "everbright")
    if program == "everbright":
        assert clear(draft, judged_by(of()), members, "They work there.").draft == draft
    assert clear(draft, judged_by(of(program)), lambda _: (INSTALLER,)).draft == draft


@pytest.mark.parametrize("verb", ["email", "add_participant"])
def test_a_ticket_that_the_homeowner_came_to_read_in_jira_is_written_on_by_nobody(verb: str) -> None:
    place: Place = "to" if verb == "email" else "participant"
    draft = on_ticket(verb, somebody("concert_compliance_contact", place))
    judged = judged_by(of("concert"), tickets={"installer_ticket": "EBH-2"})
    error = refusal(draft, judged, members=lambda name: (HANA,) if name == "EBH-2" else ())
    assert "on this ticket already" in str(error)
    assert clear(draft, judged).draft == draft


@pytest.mark.parametrize(("known", "draft"), ALLOWED.values(), ids=ALLOWED)
def test_what_the_rules_allow_is_cleared_as_it_is(known: Facts, draft: Draft) -> None:
    assert clear(draft, judged_by(known)).draft == draft


COPIED = {
    "on the installer's mail": mail(*INSTALLER_AND_HANA),
    "with the account manager": mail(somebody("homeowner"), somebody("account_manager")),
    "within a group": mail(somebody("other", address="team@example.test")),
    "as a participant": on_ticket("add_participant", somebody("homeowner", "participant")),
    "on the linked ticket": on_ticket("open_linked_ticket", *INSTALLER_AND_HANA),
    "on a ticket that reaches nobody": on_ticket("open_ticket", somebody("homeowner"), on="ho_ticket"),
}


@pytest.mark.parametrize("draft", COPIED.values(), ids=COPIED)
def test_a_lead_may_have_an_everbright_homeowner_copied(draft: Draft) -> None:
    def members(address: str) -> tuple[str, ...]:
        return GROUPS.get(address, ())

    for blank in ("", "  "):
        error = refusal(draft, judged_by(of()), members=members, override=blank)
        assert "not copied by default (D-13)" in str(error)
        assert (error.may_override, error.cites) == (True, ("D-13",))
    assert clear(draft, judged_by(of()), members, "They asked for it.").draft == draft


@pytest.mark.parametrize(
    ("draft", "held"),
    [
        pytest.param(mail(somebody("installer")), True, id="the installer"),
        pytest.param(mail(somebody("account_manager")), True, id="the account manager"),
        pytest.param(mail(somebody("other", address=INSTALLER.upper())), True, id="the installer as another"),
        pytest.param(on_ticket("open_linked_ticket", somebody("installer")), True, id="the linked ticket"),
        pytest.param(on_ticket("email", somebody("risk")), True, id="a reply on the installer's ticket"),
        pytest.param(on_ticket(UPDATE, fields={"Summary": "New"}), True, id="what the installer reads"),
        pytest.param(on_ticket("internal_comment", text="Called."), False, id="an internal comment"),
        pytest.param(
            on_ticket("add_participant", somebody("concert_compliance_contact", "participant")),
            False,
            id="the Compliance contact on the installer's ticket",
        ),
        pytest.param(on_ticket(UPDATE, on="ho_ticket"), False, id="the homeowner's ticket"),
        pytest.param(mail(somebody("homeowner")), False, id="the homeowner"),
        pytest.param(mail(somebody("risk")), False, id="Risk"),
    ],
)
def test_a_lawyer_holds_what_goes_to_the_installer_until_a_lead_releases_it(draft: Draft, held: bool) -> None:
    standing = judged_by(of(sensitive=["lawyer"]))
    if held:
        error = refusal(draft, standing, override="A reason is no release.")
        assert str(error).startswith("A lawyer is involved")
        assert (error.cites, error.may_override) == (("D-09",), False)
    assert clear(draft, replace(standing, released=True), override="Both.").draft == draft


READERS = {"installer_ticket": (somebody("installer"), somebody("other", "participant", HANA))}


@pytest.mark.parametrize(
    ("known", "draft", "refused"),
    [
        pytest.param(of("concert"), on_ticket("email", somebody("installer")), True, id="became Concert"),
        pytest.param(of(), on_ticket("add_participant", somebody("risk", "participant")), True, id="Risk"),
        pytest.param(of(), on_ticket("email", somebody("installer")), False, id="a lead allowed it"),
        pytest.param(of("concert"), on_ticket("internal_comment", text="x"), False, id="an internal comment"),
        pytest.param(
            of("concert"), on_ticket("email", somebody("installer"), on="ho_ticket"), False, id="another"
        ),
        pytest.param(of("concert"), mail(somebody("installer")), False, id="a mail"),
    ],
)
def test_those_who_read_a_ticket_already_receive_its_replies(
    known: Facts, draft: Draft, refused: bool
) -> None:
    standing = judged_by(known, readers=READERS)
    if refused:
        assert "The homeowner is on this ticket already" in str(refusal(draft, standing, override="Please."))
    else:
        assert clear(draft, standing).draft == draft


EMPTY = {
    "installer": "the installer. Fill in the installer’s e-mail address among the case’s facts",
    "homeowner": "the homeowner. Fill in the homeowner’s e-mail address among the case’s facts",
    "account_manager": "the account manager. Fill in "
    'contacts.account_managers."Sunny Roofs".email in desk.yaml',
    "risk": "Risk. Fill in contacts.risk.email in desk.yaml",
    "concert_compliance_contact": "the Concert Compliance contact. Fill in "
    "contacts.concert_compliance_contact.email in desk.yaml",
    "other": "the person who was added. Fill in the address that was typed",
}


@pytest.mark.parametrize(("role", "words"), EMPTY.items(), ids=EMPTY)
def test_nothing_goes_to_nobody(role: str, words: str) -> None:
    error = refusal(mail(somebody(role, address=" ")), judged_by(of()))
    assert str(error) == f"There is no e-mail address for {words}; nothing was sent."


@pytest.mark.parametrize(
    ("draft", "words"),
    [
        pytest.param(mail(), "This mail goes to nobody", id="nobody at all"),
        pytest.param(mail(somebody("installer", "cc")), "This mail goes to nobody", id="only a copy"),
        pytest.param(on_ticket("add_participant"), "This adds nobody", id="no participant"),
        pytest.param(
            mail(somebody("installer", address=f"Office <{INSTALLER}>")), "not one plain address", id="a name"
        ),
        pytest.param(
            mail(somebody("other", address="a@x.test, b@x.test")), "not one plain address", id="two"
        ),
        pytest.param(
            mail(somebody("installer", name=f'" <{RISK}>, "')), "holds another e-mail address", id="in a name"
        ),
        pytest.param(mail(somebody("installer"), subject="Hi\r\nBcc: x@x.test"), "The subject", id="subject"),
        pytest.param(
            mail(somebody("installer", name="Sunny\nBcc: x")),
            "The name of the installer",
            id="a name's header",
        ),
        pytest.param(
            mail(somebody("risk", address=f"{RISK}\u2028Bcc: x")),
            "The e-mail address of Risk",
            id="an address",
        ),
    ],
)
def test_what_a_mail_server_would_not_take_or_take_otherwise_is_refused(draft: Draft, words: str) -> None:
    error = refusal(draft, judged_by(of()))
    assert words in str(error)
    assert "@" not in str(error).replace("name@example.com", "")


def test_the_same_person_twice_is_one() -> None:
    twice = mail(
        somebody("account_manager"), somebody("other", "cc", f" {MANAGER.upper()}"), somebody("risk")
    )
    cleared = clear(twice, judged_by(of())).draft
    assert [(each.role, each.place, each.address) for each in cleared.addressees] == [
        ("account_manager", "to", MANAGER),
        ("risk", "to", RISK),
    ]


def husk() -> Cleared:
    made = object.__new__(Cleared)
    for name in ("_draft", "draft"):
        with pytest.raises(AttributeError):
            object.__setattr__(made, name, TO_INSTALLER)
    return made


class Copycat:
    __slots__ = ("__weakref__",)


def disguised() -> Cleared:
    made = Copycat()
    made.__class__ = Cleared  # type: ignore[assignment]
    return made  # type: ignore[return-value]


FORGERIES: dict[str, Callable[[Cleared], object]] = {
    "its constructor": lambda _: Cleared(TO_INSTALLER),
    "a subclass": lambda _: type("Mine", (Cleared,), {}),
    "a copy": copy.copy,
    "a deep copy": copy.deepcopy,
    "a pickle": pickle.dumps,
    "object.__new__": lambda _: husk().draft,
    "another class": lambda _: disguised().draft,
    "replace": lambda real: replace(real, draft=TO_INSTALLER),  # type: ignore[type-var]
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_nothing_makes_what_is_cleared_but_the_guard(forgery: Callable[[Cleared], object]) -> None:
    with pytest.raises(TypeError):
        forgery(clear(mail(somebody("risk")), judged_by(of())))


def test_what_was_cleared_stays_as_it_was() -> None:
    fields = {"Summary": "Homeowner Concern"}
    cleared = clear(on_ticket("open_ticket", fields=fields), judged_by(of()))
    fields["Cc"] = HANA
    cleared.draft.fields["Cc"] = HANA  # type: ignore[index]
    assert cleared.draft.fields == {"Summary": "Homeowner Concern"}
    with pytest.raises(AttributeError):
        cleared.draft = TO_INSTALLER  # type: ignore[misc]
