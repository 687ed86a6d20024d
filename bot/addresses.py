"""Mail addresses: which one can be written to, and which stand for the same mailbox.

`deliverable` is narrow: one plain address, or nothing. `mailboxes` is wide: it finds everybody whom a text
could mean, in whatever disguise, so that the guard may compare. Where it errs it takes two people for one,
never one for two.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

MOST_CHARACTERS: Final = 254
"""The longest address that can be delivered to (RFC 3696, erratum 1690)."""
_ATOM: Final = r"[A-Za-z0-9#$&'*+/=^_{}~-]+"
"""RFC 5322's, without %, ! and ?, by which relays and decoders read another address into it, and without the
shell's | and `."""
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS: Final = re.compile(rf"(?=.{{1,64}}@){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+(?=.*[A-Za-z]){_LABEL}")
_ANYBODY: Final = re.compile(r"([^\s\"(),:;<>@\[\]\\]{1,128})@([^\W_]{1,63}(?:[-.]+[^\W_]{1,63}){0,30})")
_DEEPEST_COMMENT: Final = 20
_GOOGLE: Final = ("gmail.com", "googlemail.com")
_MARKS: Final = "_*'~`{}|!#$&^?"
"""What stands around an address in a text without being a part of it, as in _name@example.test_."""


def deliverable(text: str) -> str:
    """The one address that `text` is, in a form that every mail server takes; empty where it is not that.

    Names, groups, lists, comments, quotation marks and letters outside ASCII are not taken (a domain of
    other letters has an ASCII form).
    """
    address = text.strip(" ")
    fits = len(address) <= MOST_CHARACTERS and _ADDRESS.fullmatch(address)
    return address if fits else ""


def mailboxes(text: str) -> frozenset[str]:
    """Every mailbox that can be read out of `text`, each in the one form that stands for all its spellings.

    The same mailbox are: other cases of letters, a plus tag, Gmail's dots and its second domain, a name or
    comment beside the address, quotation marks, full-width and invisible characters, percent and HTML
    escapes, spaces and line breaks around the @, a domain in Unicode or in Punycode, and trailing dots.
    """
    return frozenset(
        mailbox
        for reading in _readings(text)
        for found in _ANYBODY.finditer(reading)
        for mailbox in _meant(found[1], found[2])
    )


def breaks_the_line(text: str) -> bool:
    """Whether a mail's header would end within `text`: by a line break or another control character."""
    return any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in text)


def _readings(text: str) -> set[str]:
    """The ways in which software may read a text: escapes taken as such or not, comments kept or dropped."""
    readings = {_plain(text), _plain(unquote(html.unescape(text)))}
    for change in (_without_comments, _without_quotes, _drawn_together):
        readings |= {change(reading) for reading in readings}
    return readings


def _plain(text: str) -> str:
    normal = unicodedata.normalize("NFKC", text).replace("。", ".")
    return "".join(c for c in normal if unicodedata.category(c) != "Cf" and not "\ufe00" <= c <= "\ufe0f")


def _without_comments(text: str) -> str:
    for _ in range(_DEEPEST_COMMENT):
        text, dropped = re.subn(r"\([^()]*\)", "", text)
        if not dropped:
            break
    return text


def _without_quotes(text: str) -> str:
    return text.replace('"', "").replace("\\", "")


def _drawn_together(text: str) -> str:
    """Without the spaces, line breaks and quotation signs of an answered mail around @ and dots."""
    return re.sub(r"[\s>]*([@.])[\s>]*", r"\1", text)


def _meant(local: str, domain: str) -> Iterator[str]:
    """The mailbox, and the one that is left when signs of the text around it are taken off."""
    domain = _domain(domain)
    for each in {local, re.split(r"[=/|]", local)[-1].lstrip(_MARKS)}:
        person = each.casefold().strip(".")
        person = person.partition("+")[0] or person
        if domain in _GOOGLE:
            person = person.replace(".", "")
        if person:
            yield f"{person}@{_GOOGLE[0] if domain in _GOOGLE else domain}"


def _domain(domain: str) -> str:
    labels = (_label(label) for label in domain.casefold().split(".") if label)
    return unicodedata.normalize("NFKC", ".".join(labels)).casefold()


def _label(label: str) -> str:
    """A label in its own letters, where it is written in Punycode (RFC 3492)."""
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, ValueError):
        return label
