"""By hand: what stands in for a system of record that is not connected. A person does it, the desk helps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.ports import ByHand, Order, System

TICKET_FORM = r"[A-Z][A-Z0-9]{1,9}-[1-9][0-9]{0,9}"
CASE_FORM = r"[A-Za-z0-9-]{1,40}"


@dataclass(frozen=True, slots=True)
class Manual:
    """A system that people work in themselves. `link` opens it, `asks` and `form` describe its numbers."""

    name: str
    link: str = ""
    asks: str = ""
    form: str = ""

    def carry_out(self, order: Order) -> ByHand:
        """Everything a person needs to do it: each field ready to copy."""
        fields = dict(order.fields)
        if order.subject:
            fields = {"Subject": order.subject, **fields}
        opens_record = order.verb in ("open_ticket", "open_linked_ticket", "open_case")
        asks, form = (self.asks, self.form) if opens_record else ("", "")
        return ByHand(fields, order.text, asks, form, self.link)


def by_hand(links: Mapping[str, str]) -> dict[str, System]:
    """Every system of record, by hand; `links` has their addresses as in desk.yaml."""
    return {
        "ebh": Manual("ebh", links.get("jira", ""), "Jira key, such as EBH-12", TICKET_FORM),
        "salesforce": Manual("salesforce", links.get("salesforce", ""), "Salesforce case number", CASE_FORM),
        "outlook": Manual("outlook"),
        "email": Manual("email"),
        "power_bi": Manual("power_bi", links.get("power_bi", "")),
    }
