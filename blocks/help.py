"""What `/complaint help` says, and what an unknown word gets."""

from __future__ import annotations

from difflib import get_close_matches

from blocks import kit
from bot.ports import Message

COMMANDS = {
    "/complaint": "open a complaint: a form asks, the SOP answers",
    "/complaint resume": "a complaint half written down, at the page where you left it",
    "/complaint mine": "your open cases and what is due next",
    "/complaint next": "take the case that has waited longest in your queues",
    "/complaint find hanna sunny": "cases by number, homeowner, phone, installer, ticket or what was said",
    "/complaint show HC-1001": "one case, with its steps and timeline",
    "/complaint sop PPA, damage after M3": "what the SOPs say to a question; or send it to me as a message",
    "/complaint oncall": "who answers Concert checks now and in the next seven days",
    "/complaint report": "how the desk is doing, in numbers, for leads",
    "/complaint undelivered": "what Slack or other systems would not take, for leads and admins to decide",
    "/complaint help": "this page",
}


def unknown(text: str) -> Message:
    """The answer to a word that the desk does not know: what was probably meant, and where help is."""
    word = kit.escape(kit.clip(text, 80))
    known = [command.split()[1] for command in COMMANDS if len(command.split()) > 1]
    near = get_close_matches(text.lower().split()[0] if text.split() else "", known, n=1)
    meant = f"Did you mean `/complaint {near[0]}`?" if near else "`/complaint help` lists what I know."
    return Message("I do not know this command.", (kit.section(f"I do not know “{word}”. {meant}"),))


def help_page() -> Message:
    """The help."""
    lines = [f"`{command}` – {what}" for command, what in COMMANDS.items()]
    blocks = (
        kit.section(
            "*Complaint Desk* keeps a homeowner’s complaint on the SOP’s track, "
            "and comes back to you when something is due."
        ),
        kit.section("\n".join(lines)),
        kit.context("Reminders come in your messages with the desk. A person closes a case, never the desk."),
        kit.context("The menu of any message has *Complaint from message*: it begins one with its words."),
        kit.context("R-… is a rule of the SOP, D-… a default of this desk. Ask: `/complaint sop R-004`."),
    )
    return Message("What Complaint Desk can do.", blocks)
