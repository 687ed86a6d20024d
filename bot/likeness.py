"""When two names, addresses, phone numbers or companies are likely the same one, however they were typed.

Capitals, accents, punctuation, blanks, titles and the usual abbreviations of streets make no difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.folding import national_digits, words
from bot.sop import Facts, Homeowner

TITLES: Final = frozenset({"mr", "mrs", "ms", "miss", "dr", "jr", "sr"})
LEGAL_FORMS: Final = frozenset(
    {"inc", "incorporated", "llc", "ltd", "limited", "corp", "corporation", "co", "company", "lp", "llp"}
)
ABBREVIATIONS: Final[Mapping[str, str]] = {
    "street": "st",
    "avenue": "ave",
    "av": "ave",
    "road": "rd",
    "drive": "dr",
    "lane": "ln",
    "boulevard": "blvd",
    "court": "ct",
    "circle": "cir",
    "place": "pl",
    "square": "sq",
    "terrace": "ter",
    "trail": "trl",
    "parkway": "pkwy",
    "highway": "hwy",
    "apartment": "apt",
    "unit": "apt",
    "suite": "ste",
    "north": "n",
    "south": "s",
    "east": "e",
    "west": "w",
    "northeast": "ne",
    "northwest": "nw",
    "southeast": "se",
    "southwest": "sw",
}
"""As the postal service abbreviates them: https://pe.usps.com/text/pub28/28apc_002.htm"""
SHORTEST_PHONE: Final = 7


def name_key(name: str) -> str:
    """What spellings of one person's name have in common: `Doe, Jane B.` as `Mrs Jane Doe`."""
    known = [word for word in words(name) if word not in TITLES]
    long = [word for word in known if len(word) > 1]
    return " ".join(sorted(long if len(long) > 1 else known))


def phone_key(phone: str) -> str:
    """The ten digits of a number, without the country's 1 and without an extension; empty for too few."""
    digits = national_digits(phone)
    return digits if len(digits) >= SHORTEST_PHONE else ""


def company_key(name: str) -> str:
    """What spellings of one company's name have in common: `Bright Roofs, LLC` as `bright roofs`."""
    known = words(name)
    return " ".join([word for word in known if word not in LEGAL_FORMS] or known)


def same_address(one: str, other: str) -> bool:
    """Whether two addresses are likely one property: the longer may go on with town, state and ZIP code."""
    shorter, longer = sorted((_address(one), _address(other)), key=len)
    return len(shorter) > 1 and longer[: len(shorter)] == shorter


def same_homeowner(one: Homeowner, other: Homeowner) -> bool:
    """Whether two of three signs agree: name, address, phone."""
    phone = phone_key(one.phone)
    signs = (
        bool(name_key(one.name)) and name_key(one.name) == name_key(other.name),
        same_address(one.address, other.address),
        bool(phone) and phone == phone_key(other.phone),
    )
    return sum(signs) >= 2


def same_complaint(one: Facts, other: Facts) -> bool:
    """Whether it is the same homeowner, address and category (D-22)."""
    return (
        same_homeowner(one.homeowner, other.homeowner)
        and same_address(one.homeowner.address, other.homeowner.address)
        and bool(set(one.categories) & set(other.categories))
    )


def _address(text: str) -> tuple[str, ...]:
    return tuple(ABBREVIATIONS.get(word, word) for word in words(text))
