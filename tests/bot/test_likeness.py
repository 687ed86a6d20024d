"""The same homeowner, address or company, however it was typed; and different ones that look alike."""

from __future__ import annotations

import pytest

from bot.folding import findable_phone
from bot.likeness import company_key, name_key, phone_key, same_address, same_homeowner
from bot.sop import Homeowner

NAMES = {
    "capitals and blanks": ("Hanna  Homeowner", "hanna homeowner", True),
    "order": ("Homeowner, Hanna", "Hanna Homeowner", True),
    "a title": ("Mrs. Hanna Homeowner", "Hanna Homeowner", True),
    "an initial": ("Hanna B. Homeowner", "Hanna Homeowner", True),
    "accents": ("Zoë Homeowner", "Zoe Homeowner", True),
    "another first name": ("Hanna Homeowner", "Hugo Homeowner", False),
    "one letter": ("H", "H", True),
    "nothing": ("", "", True),
}
ADDRESSES = {
    "capitals and commas": ("1 Sunny Side, Springfield", "1 SUNNY SIDE SPRINGFIELD", True),
    "an abbreviation": ("12 Oak Street", "12 Oak St.", True),
    "a compass point": ("12 North Oak Avenue", "12 N Oak Ave", True),
    "the town left out": ("12 Oak St", "12 Oak Street, Springfield, IL 62701", True),
    "another number": ("12 Oak St", "121 Oak St", False),
    "another street": ("12 Oak St", "12 Elm St", False),
    "another town": ("12 Oak St, Springfield", "12 Oak St, Shelbyville", False),
    "the number alone": ("12", "12 Oak St", False),
    "nothing": ("", "12 Oak St", False),
}
PHONES = {
    "marks": ("(212) 555-0100", "212.555.0100", True),
    "the country": ("+1 212 555 0100", "212-555-0100", True),
    "an extension": ("212-555-0100 ext. 4", "212-555-0100x12", True),
    "an extension in words": ("212-555-0100, extension 4", "212-555-0100 e12", True),
    "what kind it is": ("Mobile: 212-555-0100", "212-555-0100", True),
    "where it rings": ("home 212-555-0100 (evenings, ext 2)", "Office 212 555 0100", True),
    "another": ("212-555-0100", "212-555-0101", False),
    "another, of one kind": ("cell 212-555-0100", "cell 212-555-0101", False),
}
COMPANIES = {
    "a legal form": ("Bright Roofs, LLC", "bright roofs", True),
    "punctuation": ("Bright-Roofs Inc.", "BRIGHT ROOFS", True),
    "another": ("Bright Roofs", "Bright Roofing", False),
    "a legal form alone": ("Co", "Ltd", False),
}


@pytest.mark.parametrize(("one", "other", "same"), NAMES.values(), ids=NAMES)
def test_names(one: str, other: str, same: bool) -> None:
    assert (name_key(one) == name_key(other)) is same


@pytest.mark.parametrize(("one", "other", "same"), ADDRESSES.values(), ids=ADDRESSES)
def test_addresses(one: str, other: str, same: bool) -> None:
    assert same_address(one, other) is same
    assert same_address(other, one) is same


@pytest.mark.parametrize(("one", "other", "same"), PHONES.values(), ids=PHONES)
def test_phone_numbers(one: str, other: str, same: bool) -> None:
    assert (phone_key(one) == phone_key(other)) is same


@pytest.mark.parametrize("phone", ["fax: 212-555-0100", "next door 212-555-0100", "212-555-0100 ext 9"])
def test_a_number_is_found_whatever_stands_beside_it(phone: str) -> None:
    assert findable_phone(phone) == ("2125550100", "5550100", "0100")


def test_too_few_digits_are_no_phone_number() -> None:
    assert phone_key("call 911") == ""


@pytest.mark.parametrize(("one", "other", "same"), COMPANIES.values(), ids=COMPANIES)
def test_companies(one: str, other: str, same: bool) -> None:
    assert (company_key(one) == company_key(other)) is same


HANNA = Homeowner("Hanna Homeowner", "12 Oak St, Springfield", "212-555-0100")
HOMEOWNERS = {
    "name and address": (Homeowner("Hanna Homeowner", "12 Oak Street"), True),
    "name and phone": (Homeowner("Homeowner, Hanna", "3 Elm Rd", "2125550100"), True),
    "address and phone": (Homeowner("Hana Homeowner", "12 Oak St", "212 555 0100"), True),
    "a namesake": (Homeowner("Hanna Homeowner", "3 Elm Rd", "212-555-0199"), False),
    "who moved in": (Homeowner("Hugo Homeowner", "12 Oak St", "212-555-0199"), False),
    "nobody": (Homeowner(), False),
}


@pytest.mark.parametrize(("other", "same"), HOMEOWNERS.values(), ids=HOMEOWNERS)
def test_two_of_three_signs_make_the_same_homeowner(other: Homeowner, same: bool) -> None:
    assert same_homeowner(HANNA, other) is same
