"""The ids that facts, plans, events and playbooks use. A person sees their titles, never the ids."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Final

CATEGORIES: Final = (
    "general_concern",
    "welcome_call",
    "cancellation",
    "cancellation_mail_unanswered",
    "installer_unresponsive",
    "installer_conduct",
    "pto_delay",
    "missing_equipment",
    "not_connected",
    "property_damage",
    "wrong_meter",
    "fraud",
    "compliance",
)
PROGRAMS: Final = ("everbright", "beam", "concert", "unknown")
PRODUCTS: Final = ("ric", "ppa")
CHANNELS: Final = ("phone", "chat", "email")
MILESTONES: Final = ("m1", "m2", "m3", "pto")
OMNIDIAN: Final = ("spoke_with", "transferred_by")
SENSITIVE: Final = (
    "lawyer",
    "fraudulent_claims",
    "illegal_actions",
    "agreement_violations",
    "falsified_records",
    "mischaracterization",
    "nonregistered_company",
    "slander",
    "bbb_complaint",
    "social_media_complaint",
    "unlicensed_contractor",
    "foreclosure_notice",
    "lien_requests",
)
FLAGS: Final = ("found_on_platform", "wants_leadership", "agrees_to_wait", "resolved_on_call")
NEEDS: Final = ("installation_issue", "cancellation", "other")
DAMAGED: Final = ("roof", "home", "vehicle", "system")
FOUND_BY: Final = ("homeowner", "support")

ROLES: Final = (
    "homeowner",
    "installer",
    "account_manager",
    "concert_compliance_contact",
    "concert_support",
    "risk",
    "resolution_specialist",
    "omnidian",
    "back_office_queue",
    "lead",
    "agent",
    "owner",
)
SYSTEMS: Final = ("slack", "ebh", "salesforce", "outlook", "email", "phone", "power_bi")
VERBS: Final = (
    "say",
    "ask",
    "confirm_program",
    "open_ticket",
    "open_linked_ticket",
    "open_case",
    "reassign",
    "email",
    "internal_comment",
    "referral_comment",
    "add_participant",
    "warm_transfer",
    "refer_to_sop",
    "follow_up",
    "inform_homeowner",
    "ask_lead",
    "close",
)
HANDLERS: Final = ("front_line", "trained_agent", "back_office", "lead")
STATES: Final = ("awaiting_confirmation", "open", "waiting", "needs_decision", "ready_to_close", "closed")
ON: Final = ("ho_ticket", "installer_ticket", "case")

EVENTS: Final = (
    "concert_confirmed",
    "not_concert",
    "cannot_tell",
    "confirmation_posted",
    "installer_email_sent",
    "initial_email_sent",
    "attempt_logged",
    "am_email_sent",
    "homeowner_not_heard",
    "homeowner_contacted_satisfied",
    "homeowner_contacted_unsatisfied",
    "homeowner_unreachable",
    "installer_replied",
    "installer_confirmed_receipt",
    "installer_refused",
    "meter_corrected",
    "referral_posted",
    "cancellation_email_unanswered",
    "milestone_learned",
    "milestone_changed",
    "product_learned",
    "omnidian_transferred_back",
    "recipient_added",
    "participant_added",
    "close_requested",
    "same_complaint_again",
    "facts_learned",
    "owner_away",
    "lead_released",
    "snoozed",
    "reopened",
    "step_done",
    "reference_recorded",
    "clock",
)


def allowed(word: object, words: tuple[str, ...]) -> str:
    """The rest of a sentence about a word that is not in `words`: the nearest one, and all of them."""
    near = get_close_matches(str(word), words, n=1)
    hint = f"Did you mean {near[0]}? " if near else ""
    return f"{hint}Allowed: {', '.join(words)}."
