"""By hand: what stands in for a system of record that is not connected. A person does it, the desk helps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.systems import OPENS, ByHand, Draft, Manual

TICKET_FORM = r"[A-Z][A-Z0-9]{1,9}-[1-9][0-9]{0,9}"
CASE_FORM = r"[A-Za-z0-9-]{1,40}"


@dataclass(frozen=True, slots=True)
class WorkedByHand(Manual):
    """A system that people work in themselves. `link` opens it, `asks` and `form` describe its numbers."""

    link: str = ""
    asks: str = ""
    form: str = ""

    def by_hand(self, draft: Draft) -> ByHand:
        fields = dict(draft.fields)
        if draft.subject:
            fields = {"Subject": draft.subject, **fields}
        asks, form = (self.asks, self.form) if draft.verb in OPENS else ("", "")
        return ByHand(fields, draft.text, asks, form, self.link)


def by_hand(links: Mapping[str, str]) -> dict[str, Manual]:
    """Every system of record, by hand; `links` has their addresses as in desk.yaml."""
    return {
        "ebh": WorkedByHand(links.get("jira", ""), "Jira key, such as EBH-12", TICKET_FORM),
        "salesforce": WorkedByHand(links.get("salesforce", ""), "Salesforce case number", CASE_FORM),
        "outlook": WorkedByHand(),
        "email": WorkedByHand(),
        "power_bi": WorkedByHand(links.get("power_bi", "")),
    }
