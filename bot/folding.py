"""Text as it is compared and searched: words without accents, punctuation or capitals.

What is stored for searching and what somebody types go through the same folding, so they meet.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import chain
from typing import Final

LONGEST_WORD: Final = 60
MOST_TYPED: Final = 12
"""How many words of what is typed are looked for."""
PHONE_DIGITS: Final = 7

_WORD: Final = re.compile(r"[^\W_]+")
_APOSTROPHE: Final = re.compile("['’‘ʼ`´]")
_PHONE: Final = re.compile(r"\+?[\d\s().\-/‐‑–]+")
_EXTENSION: Final = re.compile(
    r"(?<=[\d\s).,;])(?:x|e(?:xt(?:ension|n)?)?)\W*\d.*", re.IGNORECASE | re.DOTALL
)
"""What follows a number for the switchboard: `x12`, `ext. 4`. The words before a number are none of it."""
_LETTERS: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)


def words(text: str) -> tuple[str, ...]:
    """The words of a text: `O’Brien-Muñoz` has `obrien` and `munoz`."""
    joined = _APOSTROPHE.sub("", text)
    return tuple(word[:LONGEST_WORD] for word in _WORD.findall(_folded(joined)))


@lru_cache(maxsize=10_000)
def folded(text: str) -> str:
    """A text by which two spellings of one name are told to be the same; never empty for visible text."""
    return " ".join(words(text)) or " ".join(text.split()).casefold()


def findable(*texts: str) -> tuple[str, ...]:
    """The words under which texts are found, each once: `O’Brien` under `obrien`, `o` and `brien`."""
    both = chain.from_iterable((*words(text), *words(_APOSTROPHE.sub(" ", text))) for text in texts)
    return tuple(dict.fromkeys(both))


def findable_phone(text: str) -> tuple[str, ...]:
    """The words under which a phone number is found: all of it, and how its parts begin."""
    digits = national_digits(text)
    return tuple(dict.fromkeys(part for part in (digits, digits[-7:], digits[-4:]) if part))


def national_digits(phone: str) -> str:
    """The digits of a whole number, without the country's 1 and without an extension."""
    return _national(_EXTENSION.sub("", phone))


def typed_words(text: str) -> tuple[str, ...]:
    """The beginnings of words that somebody who typed this looks for; a phone number is one."""
    digits = _national(text) if _PHONE.fullmatch(text.strip()) else ""
    if len(digits) >= PHONE_DIGITS:
        return (digits[:LONGEST_WORD],)
    return tuple(dict.fromkeys(words(text)))[:MOST_TYPED]


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    letters = (each for each in decomposed if not unicodedata.category(each).startswith("M"))
    return "".join(letters).translate(_LETTERS)


def _national(text: str) -> str:
    """The digits of a number, without the 1 of the United States before the ten of a whole one."""
    digits = "".join(each for each in text if each.isdecimal())
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
