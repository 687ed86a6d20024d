"""What people see instead of ids."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from bot.sop import Case, Facts, Forbidden, Step

CATEGORIES = {
    "installer_unresponsive": "Installer is not replying",
    "cancellation_mail_unanswered": "Installer did not answer a cancellation e-mail",
    "installer_conduct": "Installer was rude or worse",
    "not_connected": "System is not connected",
    "missing_equipment": "Equipment is missing",
    "pto_delay": "Delay in PTO",
    "property_damage": "Property damage",
    "wrong_meter": "System on the wrong meter",
    "general_concern": "General concern",
    "welcome_call": "Welcome call",
    "cancellation": "Homeowner wants to cancel",
    "fraud": "Fraud",
    "compliance": "Compliance",
}
PROGRAMS = {
    "everbright": "EverBright",
    "beam": "Beam",
    "concert": "Concert",
    "unknown": "Not known",
}
CHANNELS = {"phone": "Phone", "chat": "Chat", "email": "E-mail"}
NEEDS = {
    "installation_issue": "Resolving an installation issue",
    "cancellation": "Cancellation",
    "other": "Something else",
}
PRODUCTS = {"ric": "RIC", "ppa": "PPA"}
OMNIDIAN = {
    "spoke_with": "They have spoken with Omnidian",
    "transferred_by": "Omnidian transferred them to us",
}
FOUND_BY = {"homeowner": "The homeowner", "support": "Support"}
DAMAGED = {"roof": "Roof", "home": "Home", "vehicle": "Vehicle", "system": "The solar system itself"}
SENSITIVE = {
    "lawyer": "Retained or contacted a lawyer/legal counsel",
    "fraudulent_claims": "Fraudulent claims",
    "illegal_actions": "Illegal actions",
    "agreement_violations": "Agreement violations",
    "falsified_records": "Falsified records",
    "mischaracterization": "Mischaracterization",
    "nonregistered_company": "Nonregistered company",
    "slander": "Slander",
    "bbb_complaint": "Better Business Bureau complaint",
    "social_media_complaint": "Social media complaint",
    "unlicensed_contractor": "Unlicensed contractor",
    "foreclosure_notice": "Foreclosure notice",
    "lien_requests": "Lien requests from creditors against installers or homeowners",
}
LOST = ":grey_question: The SOP’s text for this step is missing. Ask your lead."
LOST_AS_WRITTEN = "The SOP's text for this step is missing. Ask your lead."
"""The same sentence as it stands in texts that offer something in place of what is missing."""
STATES = {
    "awaiting_confirmation": "Waiting for the Concert check",
    "open": "A step is due",
    "waiting": "Waiting",
    "needs_decision": "Needs a lead’s decision",
    "ready_to_close": "Ready to close",
    "closed": "Closed",
}
HANDLED_BY = {
    "front_line": "Front line",
    "trained_agent": "Trained agent",
    "back_office": "Back office",
    "lead": "Lead",
}
ROLES = {
    "homeowner": "homeowner",
    "installer": "installer",
    "account_manager": "account manager",
    "concert_compliance_contact": "Concert Compliance contact",
    "concert_support": "Concert Support",
    "risk": "Risk",
    "resolution_specialist": "Resolution Specialist",
    "omnidian": "Omnidian",
    "back_office_queue": "back-office queue",
    "lead": "lead",
    "agent": "agent",
    "owner": "case owner",
}
FACTS = {
    "milestones.m1": "M1 approval",
    "milestones.m2": "M2 approval",
    "milestones.m3": "M3 approval",
    "milestones.pto": "PTO",
    "extra.need": "What the homeowner needs from the installer",
    "extra.cancellation_email_sent": "When the cancellation e-mail was sent",
    "homeowner.name": "Homeowner’s name",
    "homeowner.address": "Property address",
    "homeowner.phone": "Homeowner’s phone",
    "homeowner.email": "Homeowner’s e-mail",
    "homeowner.best_time": "Best time to call",
    "installer.name": "Installer",
    "installer.email": "Installer’s e-mail",
    "program": "Program",
    "product": "Product",
    "channel": "Channel",
    "found_on_platform": "Listed in Power BI",
    "description": "What happened",
    "category": "What it is about",
    "sensitive": "Does any of this come up?",
    "wants_leadership": "Do they ask for leadership?",
    "agrees_to_wait": "Do they agree to wait for a follow-up?",
    "resolved_on_call": "Was it resolved on the call?",
    "omnidian": "Have they been in touch with Omnidian?",
    "extra.damaged": "What was damaged?",
    "extra.found_by": "Who found it?",
    "extra.meter_number": "Meter number, as on the utility bill",
    "extra.photo": "Is there a photo of the meter?",
    "extra.callback_number": "Number to call back",
    "extra.agent_trained": "Whether the agent is trained for escalations",
    "extra.contact_details_current": "Are e-mail and phone current?",
    "extra.new_phone": "New phone",
    "extra.new_email": "New e-mail",
    "extra.asks_association": "Whether they ask how EverBright is associated",
}


def without_lost(text: str) -> str:
    """A text beside which it is said already that the SOP's is missing."""
    return text.replace(LOST_AS_WRITTEN, "").strip()


def category(facts: Facts) -> str:
    """The title of what the complaint is about."""
    return ", ".join(CATEGORIES.get(each, each) for each in facts.categories) or "Complaint"


def state(case: Case) -> str:
    """Where a case stands, as it goes on in a sentence."""
    title = STATES[case.state]
    return title[0].lower() + title[1:]


def fact(dotted: str) -> str:
    """The title of a fact."""
    return FACTS.get(dotted, dotted)


def roles(ids: Iterable[str]) -> str:
    """Roles as people say them: `installer, account manager`."""
    return ", ".join(ROLES.get(each, each) for each in ids)


def never(each: Forbidden) -> str:
    """Who may not be written to, where, and by which rule."""
    place = {
        "mail": "any e-mail’s To, Cc or Bcc",
        "participants": "a ticket’s participants",
        "any": "any of it",
    }[each.where]
    return f"never the {roles([each.role])} in {place} {cited(each.cites)}"


def cited(cites: Iterable[str]) -> str:
    """The rules behind something, in small letters; a default of ours says that it is one."""
    ids = tuple(cites)
    if not ids:
        return ""
    ours = "" if any(each.startswith("R-") for each in ids) else "desk default · "
    return f"_{ours}{', '.join(ids)}_"


def step_cites(step: Step) -> str:
    """The rules behind a step, and whether its words are ours."""
    ours = " _· wording: desk default_" if step.our_wording else ""
    return f"{cited(step.cites)}{ours}"


def milestone(value: date | str) -> str:
    """A milestone as people read it."""
    if isinstance(value, date):
        return f"approved {value:%b} {value.day}, {value.year}"
    return {"not_yet": "not yet", "unknown": "not known"}[value]
