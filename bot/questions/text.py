"""From what people type to terms that can be compared: lower case, stems, abbreviations, typing errors."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Final

_WORD: Final = re.compile(r"[a-z0-9]+(?:/[0-9]+)?")
_ENDINGS: Final = ("ations", "ation", "ings", "ing", "ies", "ied", "ed", "es", "s")
_SHORTEST: Final = 3
"""How many letters a stem has at least."""
_MAY_BE_MISTYPED: Final = 5
"""From how many letters on a word may be a mistyped one."""
STOP: Final = frozenset(
    _WORD.findall(
        """
    a about after again all also am an and any anything are as at back be because been before being
    but by can could did do does doing done dont for from get gets getting give go goes going got
    had has have he her hers him his how i if im in into is isnt it its just know let lets like ll
    make may me might my need needs new no not now of off ok on once one only or our out please re
    really s she should so some someone something still such t tell than that thats the their them
    then there these they thing things this those to too up us ve very want wants was we were what
    whats when where which while who whom whos why will with would yes you your yours theyre theyve
    whats wheres hows until long soon often script wording happens happen supposed question sop sops
    rule rules step steps say says said does mean means
    """
    )
)
"""Words that say nothing of what a question is about."""
SHORT: Final[Mapping[str, str]] = {
    "acct": "account",
    "am": "account manager",
    "ams": "account manager",
    "appt": "appointment",
    "attorney": "lawyer",
    "attorneys": "lawyer",
    "bbb": "better business bureau",
    "bcc": "copy",
    "cc": "copy",
    "ccd": "copy",
    "cced": "copy",
    "cx": "customer",
    "cust": "customer",
    "customers": "homeowner",
    "customer": "homeowner",
    "client": "homeowner",
    "caller": "homeowner",
    "bo": "back office",
    "backoffice": "back office",
    "dept": "department",
    "eb": "everbright",
    "ebright": "everbright",
    "email": "mail",
    "emails": "mail",
    "emailed": "mail",
    "emailing": "mail",
    "fl": "front line",
    "frontline": "front line",
    "followup": "follow up",
    "ho": "homeowner",
    "hos": "homeowner",
    "inst": "installer",
    "jira": "ticket",
    "ebh": "ticket",
    "msg": "message",
    "pbi": "power bi",
    "powerbi": "power bi",
    "pic": "photo",
    "picture": "photo",
    "rs": "resolution specialist",
    "saturday": "weekend",
    "sunday": "weekend",
    "saturdays": "weekend",
    "sundays": "weekend",
    "sf": "salesforce",
    "sfdc": "salesforce",
    "tix": "ticket",
    "tkt": "ticket",
    "vm": "voicemail",
    "whos": "who",
}
"""What people write for short, and the words for it."""


def plain(text: str) -> str:
    """The text in lower case, with straight apostrophes, without accents, `e-mail` as `email`."""
    text = unicodedata.normalize("NFKD", text.replace("’", "'").replace("‘", "'")).lower()
    text = "".join(each for each in text if not unicodedata.combining(each))
    return re.sub(r"\s+", " ", re.sub(r"\be-?mail", "email", text)).strip()


def words(text: str) -> list[str]:
    """The words of a text, as they are written."""
    return _WORD.findall(plain(text).replace("'", ""))


def terms(text: str, known: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """The words of a text with the term that each stands for; words that say nothing are left out.

    With the `known` words, a mistyped one is taken for the known one that it is closest to.
    """
    for word in words(text):
        if known and word not in known and word not in SHORT and word not in STOP:
            mended = corrected(word, known)
        else:
            mended = word
        for each in SHORT.get(mended, mended).split():
            if each not in STOP and (len(each) > 1 or each.isdigit()):
                yield word, stem(each)


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The word without its ending: `damaged`, `damages` and `damage` are one term."""
    if not word.isalpha() or len(word) <= _SHORTEST:
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and not word.endswith("ss") and len(word) - len(ending) >= _SHORTEST:
            word = word.removesuffix(ending) + ("y" if ending in ("ies", "ied") else "")
            break
    if len(word) > _SHORTEST + 1 and word[-1] == word[-2] and word[-1] not in "ls":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > _SHORTEST else word


def corrected(word: str, known: Collection[str]) -> str:
    """The known word that was meant, if there is one that is close enough; else the word itself."""
    if len(word) < _MAY_BE_MISTYPED or not word.isalpha():
        return word
    most = 2 if len(word) >= 8 else 1
    near = [
        (distance, each)
        for each in known
        if each[:1] == word[:1]
        and abs(len(each) - len(word)) <= most
        and len(each) >= _MAY_BE_MISTYPED - 1
        and (distance := _apart(word, each, most)) <= most
    ]
    return min(near)[1] if near else word


def _apart(one: str, other: str, most: int) -> int:
    """How many letters have to be put in, left out, changed or swapped; more than `most` is `most + 1`."""
    above: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if above and i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        above, last = last, row
    return last[-1]
