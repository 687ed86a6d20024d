"""What the connectors for mail share: what may go out as a mail, and what is kept of one that did."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Final

from bot.errors import Rejected
from bot.systems import Addressee, Draft, Receipt

MESSAGE_ID: Final = "message_id"
"""The name in a receipt's data of what a later mail answers to: the mail's Message-ID, in angle brackets."""
BREAKS: Final = frozenset({"Cc", "Zl", "Zp"})
"""Unicode categories of what has no place in a line: control characters and line breaks."""
PLACES: Final[Mapping[str, str]] = {"to": "To", "cc": "Cc", "participant": "request participants"}


def require_sendable(draft: Draft) -> None:
    """A mail has somebody in To, an address for each, and headers of one line. Raises Rejected."""
    if not draft.at("to"):
        raise Rejected("The mail names nobody in To. Add somebody, and send it again.")
    if not draft.subject.strip():
        raise Rejected("The mail has no subject. Write one, and send it again.")
    if _breaks(draft.subject):
        raise Rejected(
            "The mail’s subject has a line break or a control character in it. Write it in one line."
        )
    for each in draft.addressees:
        _require_reachable(each)


def whom(addressee: Addressee) -> str:
    """Somebody by role and place, as messages may name them: without name and address."""
    return f"the {addressee.role.replace('_', ' ')} in {PLACES[addressee.place]}"


def receipt(draft: Draft, message_id: str) -> Receipt:
    """What is kept of a mail that went out: the next one answers to it."""
    sent = {place: ", ".join(each.address for each in draft.at(place)) for place in ("to", "cc")}
    return Receipt(message_id, data={MESSAGE_ID: message_id, **sent})


def _require_reachable(addressee: Addressee) -> None:
    if addressee.place == "participant":
        raise Rejected("A mail has no request participants. Put them in To or Cc, or add them to the ticket.")
    if "@" not in addressee.address:
        raise Rejected(f"There is no address for {whom(addressee)}. Fill it in, and send it again.")
    if _breaks(addressee.address) or _breaks(addressee.name):
        raise Rejected(f"There is a line break or a control character in what stands for {whom(addressee)}.")


def _breaks(line: str) -> bool:
    return any(unicodedata.category(letter) in BREAKS for letter in line)
