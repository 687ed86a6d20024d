"""Facts that a question states: the program, the product, milestones, the category, and what is sensitive."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.questions.text import plain
from bot.sop import Facts, facts_from_json

_MILESTONE: Final = r"(m\s?-?[123]|pto)\b(?:\s+(?:approv\w*|date|milestone))?"
_BEFORE: Final = (
    rf"\b(?:before|pre|prior to|until|no|not past|not yet)[ -]*(?:the )?{_MILESTONE}",
    rf"\b{_MILESTONE}\s*(?:is|was|has)?\s*(?:been )?(?:not|n't|isnt|hasnt|wasnt)\b",
    rf"\b{_MILESTONE}\s*(?:isn't|hasn't|wasn't)\b",
)
_AFTER: Final = (
    rf"\b(?:after|post|past|since|beyond|has|have|with|reached)[ -]*(?:the )?{_MILESTONE}",
    rf"\b{_MILESTONE}\s*(?:is|was|has)?\s*(?:been )?(?:approved|done|complete\w*|granted|reached|passed)\b",
)
_LONG_AGO: Final = r"(?:beyond|over|more than|>|older than|past)\s*(?:30|thirty)\s*days"
_NOT_LONG_AGO: Final = r"(?:within|under|less than|<)\s*(?:30|thirty)\s*days"
_INSTALLER: Final = r"(?:installers?|insta?llers?|they|company|he|she)"
_NEVER: Final = (
    r"(?:no|not|never|won't|wont|doesn't|doesnt|didn't|didnt|isn't|isnt|aren't|can't|cant|stopped)"
)

CATEGORIES: Final[Mapping[str, str]] = {
    "wrong_meter": r"\b(?:(?:wrong|correct|incorrect|other) )?meters?\b",
    "property_damage": (
        r"\b(?:car|truck|vehicle|wall|window|garage|fence)\b.{0,15}\b(?:hit|dented|scratched|cracked|broken)\b|"
        r"\bdamag\w*|\broofs?\b|\bleak\w*|\bshingles?\b|\bceilings?\b|\bgutters?\b|\bdriveway\b"
        r"|\b(?:cracked|broke|dented|scratched|hit)\b.*\b(?:car|truck|vehicle|wall|window|garage"
        r"|fence|house|home)\b"
    ),
    "welcome_call": r"\bwelcome calls?\b",
    "cancellation_mail_unanswered": (
        r"\bcancel\w* (?:email|mail|message)s?\b.*\b(?:unanswered|no (?:answer|reply|response)"
        r"|didn't|didnt|never"
        r"|not (?:been )?(?:answer|repl|respon)\w*|ignor\w*|hasn't|hasnt)"
        r"|\b(?:not|never|no|didn't|didnt|hasn't|hasnt|won't|wont)\b.{0,25}\bcancel\w* (?:email"
        r"|mail|message)"
    ),
    "cancellation": r"\bcancel\w*|\bbacks? out of\b|\bend (?:the|their) contract\b",
    "missing_equipment": (
        r"\bmissing\b(?: \w+){0,3} (?:equipment|panels?|parts?|batter\w+|inverters?|pieces?|optimizers?)"
        r"|\b(?:equipment|panels?|parts?|batter\w+|inverters?)\b(?: \w+){0,2} (?:missing"
        r"|never (?:came|installed|delivered))"
        r"|\bmissing equip\w*"
    ),
    "not_connected": (
        r"\b(?:not|isn't|isnt|never|wasn't|un) ?(?:yet |been |being )?(?:connected|hooked up"
        r"|turned on|activated|energized|switched on)"
        r"|\bnot up and running\b"
    ),
    "pto_delay": (
        r"\bpto\b.*\b(?:late|delay\w*|slow|overdue|taking|waiting|stuck|behind)\b"
        r"|\b(?:late|delay\w*|slow|overdue|waiting (?:for|on)|stuck)\b.*\bpto\b"
    ),
    "installer_conduct": (
        r"\brude\w*|\byell\w*|\bscream\w*|\bswear\w*|\bswore\b|\bcurs(?:e|ed|ing)\b"
        r"|\bunprofessional|\bvulgar|"
        r"\bdisrespect\w*|\binappropriate|\binsult\w*|\bbehav\w*|\bmisconduct\b|\bconduct complaint"
    ),
    "installer_unresponsive": (
        rf"\bunresponsive\b|\bghost\w*|\bno (?:call ?back|answer|response|reply"
        rf"|replies) from (?:the |their )?installer"
        rf"|\bno call ?backs?\b|\bnot? (?:getting )?calls? back\b|\b{_NEVER} call\w* (?:\w+ )?back\b"
        rf"|\b{_INSTALLER}\b.{{0,20}}\b{_NEVER}\b.{{0,12}}\b(?:return|answer|repl|respon|pick|call)\w*"
        rf"|\b{_NEVER}\b (?:hear\w*|get\w*|reach\w*) .{{0,25}}\binstallers?\b|\bsilent\b"
        rf"|\binstallers?\b.{{0,12}}\bignor\w*"
        rf"|\bignor\w*\b.{{0,20}}\binstallers?\b|\binstallers? silence\b|\breach\w* (?:the"
        rf"|their) installer\b"
    ),
    "fraud": r"\bfraud\w*|\bscam\w*|\bforg(?:ed|ery|ing)\b",
    "compliance": (
        r"\bcompliance (?:issues?|complaints?|concerns?|problem)|\b(?:issue|matter) of compliance\b"
    ),
    "general_concern": r"\bgeneral (?:concerns?|inquir\w+|questions?)\b",
}
"""How people speak of each category; what stands first wins."""
SENSITIVE: Final[Mapping[str, str]] = {
    "lawyer": (
        r"\blawyers?\b|\battorneys?\b|\blegal (?:counsel|action|team)|\bsue[sd]?\b|\bsuing\b"
        r"|\blaw ?suit"
    ),
    "fraudulent_claims": r"\bfraudulent claims?\b",
    "illegal_actions": r"\billegal\w*",
    "agreement_violations": (
        r"\b(?:agreement|contract) violations?|\bbreach(?:ed)? (?:of )?(?:the )?(?:contract"
        r"|agreement)"
    ),
    "falsified_records": r"\bfalsif\w*|\bforg(?:ed|ery)\b",
    "mischaracterization": r"\bmischaracteri\w*|\bmisrepresent\w*",
    "nonregistered_company": r"\b(?:non-?|not |un)registered\b",
    "slander": r"\bslander\w*",
    "bbb_complaint": r"\bbbb\b|\bbetter business\b",
    "social_media_complaint": (
        r"\bsocial media\b|\bfacebook\b|\btwitter\b|\byelp\b|\btiktok\b|\binstagram\b|\b(?:google"
        r"|bad|online) reviews?\b"
    ),
    "unlicensed_contractor": r"\bunlicen[sc]ed\b|\bno licen[sc]e\b|\bwithout a licen[sc]e\b",
    "foreclosure_notice": r"\bforeclos\w*",
    "lien_requests": r"\bliens?\b",
}
_PROGRAMS: Final[Mapping[str, str]] = {
    "everbright": r"\bever ?brights?\b|\beb\b",
    "beam": r"\bbeam\b",
    "concert": r"\bconcert\b(?! (?:compliance|support|check|confirm))",
}
_PRODUCTS: Final = {"ric": r"\bric\b", "ppa": r"\bppas?\b"}
_CHANNELS: Final[Mapping[str, str]] = {
    "chat": (
        r"\b(?:by|via|in|on|over|from|through) (?:a |the )?(?:live )?chat\b|\bchat (?:customer"
        r"|request|homeowner)"
    ),
    "email": r"\b(?:by|via|through) email\b|\bemail(?:ed|s) (?:us|in)\b|\bwr(?:ote|ites) (?:us|in)\b",
    "phone": (
        r"\b(?:by|via|on|over) (?:the )?phone\b|\bphones? (?:us|in)\b|\bcall(?:s|ed)? (?:us|in)\b"
        r"|\bon (?:the|a) call\b"
    ),
}
_DAMAGED: Final[Mapping[str, str]] = {
    "roof": r"\broofs?\b|\bshingles?\b|\broof leak",
    "vehicle": r"\bvehicles?\b|\bcars?\b|\btrucks?\b",
    "home": (
        r"\bhomes?\b(?! ?owner)|\bhouses?\b|\bceilings?\b|\bwalls?\b|\bgutters?\b|\bwindows?\b"
        r"|\bgarage\b|\bdriveway\b"
    ),
}
_FLAGS: Final[Mapping[str, Mapping[bool, str]]] = {
    "found_on_platform": {
        False: (
            r"\bnot (?:found |listed |showing |exist\w* )?(?:in|on) (?:the )?(?:power ?bi"
            r"|dashboard|(?:eb|everbright)? ?platform)"
            r"|\b(?:cant|can't|cannot|don't|dont) (?:find|locate|see) (?:the |a |them|him"
            r"|her)?.{0,20}\b(?:power ?bi|dashboard|platform)"
        )
    },
    "wants_leadership": {
        True: (
            r"\b(?:wants?|asks?|asking|demands?|speak|talk)\b.{0,25}\b(?:supervisor|leadership"
            r"|(?<!account )manager|boss)\b"
        )
    },
    "agrees_to_wait": {
        False: r"\b(?:refus\w*|won't|wont|doesn't want|doesnt want|not willing|unwilling) (?:to )?wait",
        True: r"\bagree\w* to wait|\b(?:will|ok to|okay to|willing to) wait\b",
    },
    "resolved_on_call": {True: r"\b(?:resolved|solved|fixed) (?:on|during|in) (?:the|that) (?:same )?call"},
}
_OMNIDIAN: Final[Mapping[str, str]] = {
    "transferred_by": (
        r"\b(?:comes?|came|sent|transferred|back)\b.{0,15}\b(?:from|by) omnidian"
        r"|\bomnidian (?:transfer|sent|sends|send)\w*"
    ),
    "spoke_with": r"\b(?:spoken?|talked|called|contacted)\b.{0,15}\bomnidian",
}
_CALLER: Final = r"\b(?:home ?owners?|ho|customers?|cx|cust|clients?|callers?)\b"
_SHOUTING: Final = (
    r"(?:yelling|screaming|shouting|swearing|cursing|insulting|rude|abusive|vulgar|aggressive)\b"
)
_SHOUTS: Final = (
    r"(?:yells|yelled|screams|screamed|shouts|shouted|swears|swore|curses|cursed)\b(?:(?: out)? at\b)?"
)
_BETWEEN: Final = (
    r"(?:(?:'s| who| that's| is| was| are| gets?| got| keeps?| starts?| started| very| really| so| just"
    r"| being| on| the| phone| line| upset| angry| mad| and),?)*"
)
_IRATE: Final = rf"{_CALLER}{_BETWEEN} {_SHOUTING}|{_CALLER}(?: who| just| keeps?)* {_SHOUTS}"
_IRATE_AT_US: Final = (
    rf"\b{_SHOUTING} {_CALLER}"
    rf"|\b(?:{_SHOUTING}|yells?|yelled|screams?|screamed|shouts?|shouted|swears?|swore)"
    r" (?:at|to) (?:me|us|the agent)\b"
)
_AT_THE_HOME: Final = r"\b(?:insta?llers?|crew|contractors?|technicians?|sales ?(?:rep|man|person)\w*)\b"


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a question states, as the JSON of the vocabulary has it, and which of its words said so.

    A milestone that is approved has a made-up day: `approved` names those, for which the day is not known.
    """

    data: Mapping[str, object]
    said: frozenset[str]
    approved: tuple[str, ...] = ()

    @property
    def facts(self) -> Facts:
        """The same as facts."""
        return facts_from_json(dict(self.data))

    @property
    def category(self) -> str:
        """The complaint that the question is about; empty where it names none."""
        return str(self.data.get("category") or "")


def recognised(question: str, today: date) -> Recognised:
    """The facts that a question states; what it does not state is left out."""
    return _Reader(plain(question), today).read()


def with_irate(question: str) -> str:
    """The question with the SOP's own word, irate, where the homeowner is who shouts (R-017, D-14).

    The same words about somebody at the home are a complaint about the installer's conduct.
    """
    text = plain(question)
    patterns = (_IRATE,) if re.search(_AT_THE_HOME, text) else (_IRATE, _IRATE_AT_US)
    for pattern in patterns:
        text = re.sub(pattern, "irate homeowner", text)
    return text


class _Reader:
    """Reads one question, and keeps the words that it has understood."""

    def __init__(self, text: str, today: date) -> None:
        self._text, self._today = text, today
        self._said: set[str] = set()
        self._milestones: dict[str, str] = {}

    def read(self) -> Recognised:
        """Everything that the question states."""
        self._read_milestones()
        data: dict[str, object] = {
            "category": self._first(CATEGORIES),
            "program": self._only(_PROGRAMS),
            "product": self._only(_PRODUCTS),
            "channel": self._first(_CHANNELS),
            "omnidian": self._first(_OMNIDIAN),
            "sensitive": self._all(SENSITIVE),
            "milestones": self._milestones,
            **{flag: self._flag(patterns) for flag, patterns in _FLAGS.items()},
        }
        if data["category"] == "property_damage" and (damaged := self._all(_DAMAGED)):
            data["extra"] = {"damaged": damaged}
        if data["program"] is not None and data["found_on_platform"] is None:
            data["found_on_platform"] = True if data["program"] == "everbright" else None
        approved = tuple(each for each, day in self._milestones.items() if day != "not_yet")
        return Recognised(
            {name: value for name, value in data.items() if value not in (None, [], {})},
            frozenset(self._said),
            approved,
        )

    def _read_milestones(self) -> None:
        for pattern in _BEFORE:
            for each in re.finditer(pattern, self._text):
                self._note(each.group())
                self._milestones.setdefault(_name(each.group(1)), "not_yet")
        for pattern in _AFTER:
            for each in re.finditer(pattern, self._text):
                if _name(each.group(1)) not in self._milestones:
                    self._note(each.group())
                    self._milestones[_name(each.group(1))] = self._today.isoformat()
        if "m1" in self._text and self._hit(_LONG_AGO):
            self._milestones["m1"] = (self._today - timedelta(days=31)).isoformat()
        elif "m1" in self._text and self._hit(_NOT_LONG_AGO):
            self._milestones["m1"] = (self._today - timedelta(days=10)).isoformat()

    def _first(self, patterns: Mapping[str, str]) -> str | None:
        return next((name for name, pattern in patterns.items() if self._hit(pattern)), None)

    def _all(self, patterns: Mapping[str, str]) -> list[str]:
        return [name for name, pattern in patterns.items() if self._hit(pattern)]

    def _only(self, patterns: Mapping[str, str]) -> str | None:
        """The one that is named; two together are none that could be stated."""
        found = self._all(patterns)
        return found[0] if len(found) == 1 else None

    def _flag(self, patterns: Mapping[bool, str]) -> bool | None:
        return next((value for value, pattern in patterns.items() if self._hit(pattern)), None)

    def _hit(self, pattern: str) -> bool:
        found = [each.group() for each in re.finditer(pattern, self._text)]
        for text in found:
            self._note(text)
        return bool(found)

    def _note(self, text: str) -> None:
        self._said.update(re.findall(r"[a-z0-9]+", text.replace("'", "")))


def _name(milestone: str) -> str:
    return re.sub(r"[^a-z0-9]", "", milestone)
