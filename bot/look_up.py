"""Looking a homeowner up in a live list while somebody types: quickly, or not at all.

Slack gives up on a menu after three seconds, and whoever types has the homeowner on the phone. So an answer
has a budget; one that takes longer is kept for the next key. A list that fails is left alone for a while, and
what was imported stands in for it.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import time
import unicodedata
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeVar

from bot import folding
from bot.errors import DeliveryError, NotLetIn, RateLimited
from bot.listings import Found, HomeownerSource, ListedHomeowner

logger = logging.getLogger(__name__)

BUDGET: Final = 1.2
"""How many seconds somebody who types waits for an answer."""
SHORTEST: Final = 3
"""From how many letters and digits on the list is asked."""
AT_ONCE: Final = 4
WAITING: Final = 8
"""How many may wait at once: the desk has threads for twenty-four things (`handlers.busy`)."""
A_MINUTE: Final = 100
"""How often the list is asked in a minute. Power BI takes 120 queries of one account."""
MINUTE: Final = 60.0
FAILURES: Final = 3
"""After so many in a row the list is left alone."""
REST: Final = 30.0
LONGEST_REST: Final = 300.0
ANSWERS_KEPT: Final = 100
OFFERED_KEPT: Final = 2000
LIVE: Final = "live:"
"""How the key of a homeowner begins who is not in the directory yet."""
Seconds = Callable[[], float]
K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Looked:
    """Who was found. `answered` is False where the list was to be asked and did not answer in time."""

    homeowners: tuple[ListedHomeowner, ...] = ()
    answered: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What the list said of these words, and how long that is good for."""

    words: tuple[str, ...]
    found: Found
    until: float

    def narrowed(self, words: Iterable[str]) -> Answer | None:
        """The answer to these words, where it follows from this one."""
        bare = tuple(map(_bare, words))
        if not self.found.complete or not all(
            any(_bare(ours) in each for each in bare) for ours in self.words
        ):
            return None
        fitting = tuple(each for each in self.found.homeowners if _holds(each, bare))
        return Answer(tuple(words), Found(fitting), self.until)


@dataclass(slots=True)
class Query:
    """A question that is under way; whoever types the same words waits for the same one."""

    words: tuple[str, ...]
    done: threading.Event = field(default_factory=threading.Event)
    answer: Answer | None = None


class Patience:
    """Whether a list may be asked just now. After failures it rests, for as long as it asks for itself."""

    def __init__(self) -> None:
        self.resting = False
        self._failures = 0
        self._until = 0.0
        self._asked: deque[float] = deque()

    def may_ask(self, now: float) -> bool:
        """Whether there is room for a question, which then counts."""
        while self._asked and self._asked[0] <= now - MINUTE:
            self._asked.popleft()
        if now < self._until or len(self._asked) >= A_MINUTE:
            return False
        self._asked.append(now)
        return True

    def failed(self, error: Exception, now: float) -> bool:
        """A question went wrong; True where the list begins to rest, which is to be told once."""
        self._failures += 1
        match error:
            case RateLimited():
                wait = min(error.seconds, LONGEST_REST)
            case NotLetIn():
                wait = LONGEST_REST
            case _ if self._failures < FAILURES:
                return False
            case _:
                wait = min(REST * 2 ** min(self._failures - FAILURES, 4), LONGEST_REST)
        self._until = max(self._until, now + wait)
        begins, self.resting = not self.resting, True
        return begins

    def answered(self) -> bool:
        """A question was answered; True where the list had been resting."""
        rested, self.resting, self._failures = self.resting, False, 0
        return rested


class LookUp:
    """The live list, for whoever types. Its methods may be called by any thread, and none of them raises.

    `clock` counts seconds; `budget` is how many of them a caller waits at most.
    """

    def __init__(
        self,
        source: HomeownerSource,
        cached_seconds: float,
        clock: Seconds = time.monotonic,
        budget: float = BUDGET,
    ) -> None:
        self._source = source
        self._cached_seconds = cached_seconds
        self._clock = clock
        self._budget = budget
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(WAITING)
        self._patience = Patience()
        self._under_way: dict[tuple[str, ...], Query] = {}
        self._answers: OrderedDict[tuple[str, ...], Answer] = OrderedDict()
        self._offered: OrderedDict[str, ListedHomeowner] = OrderedDict()

    @property
    def title(self) -> str:
        """What people call the list."""
        return self._source.title

    @property
    def stated(self) -> frozenset[str]:
        """The fields that the list states of a homeowner."""
        return self._source.stated

    def find(self, typed: str, most: int, today: date) -> Looked:
        """Who fits what is typed so far, those first whose names do; nobody where that is too short."""
        words = asked_words(typed)
        if sum(len(_bare(word)) for word in words) < SHORTEST:
            return Looked()
        with self._lock:
            answer = self._kept(words)
            query = None if answer else self._under_way.get(words) or self._begun(words, most, today)
        if answer is None and query is not None:
            answer = self._waited_for(query)
        if answer is None:
            return Looked(answered=False)
        return Looked(self._to_offer(in_line(answer.found.homeowners, words)[:most]))

    def chosen(self, key: str, name: str, most: int, today: date) -> ListedHomeowner | None:
        """The homeowner of that key; None where the list does not answer.

        Perhaps another replica offered them: then the list is asked for the name.
        """
        if key not in self._offered:
            self.find(name, most, today)
        with self._lock:
            return self._offered.get(key)

    def _kept(self, words: tuple[str, ...]) -> Answer | None:
        """What is known already: the very answer, or one to fewer letters that holds this one."""
        now = self._clock()
        for each in [each for each, answer in self._answers.items() if answer.until <= now]:
            del self._answers[each]
        if words in self._answers:
            return self._answers[words]
        narrowed = (each.narrowed(words) for each in reversed(self._answers.values()))
        return next((each for each in narrowed if each is not None), None)

    def _begun(self, words: tuple[str, ...], most: int, today: date) -> Query | None:
        """The question, asked by a thread of its own; None where the list is busy or rests."""
        if len(self._under_way) >= AT_ONCE or not self._patience.may_ask(self._clock()):
            return None
        query = self._under_way[words] = Query(words)
        asking = threading.Thread(target=self._ask, args=(query, most, today), name="look-up", daemon=True)
        asking.start()
        return query

    def _ask(self, query: Query, most: int, today: date) -> None:
        try:
            found = self._source.find(query.words, most, today)
        except Exception as error:  # noqa: BLE001 - Whatever is wrong with the list, the import stands in for it.
            self._failed(query, error)
        else:
            self._answered(query, found)
        finally:
            query.done.set()

    def _answered(self, query: Query, found: Found) -> None:
        with self._lock:
            query.answer = Answer(query.words, found, self._clock() + self._cached_seconds)
            _remember(self._answers, query.words, query.answer, ANSWERS_KEPT)
            rested = self._patience.answered()
            self._under_way.pop(query.words, None)
        if rested:
            logger.info("%s answers again", self.title)

    def _failed(self, query: Query, error: Exception) -> None:
        with self._lock:
            begins = self._patience.failed(error, self._clock())
            self._under_way.pop(query.words, None)
        if begins:
            said = str(error) if isinstance(error, DeliveryError) else type(error).__name__
            logger.warning(
                "%s is left alone for a while, and what was imported is offered: %s", self.title, said
            )

    def _waited_for(self, query: Query) -> Answer | None:
        if not self._places.acquire(blocking=False):
            return None
        try:
            query.done.wait(self._budget)
        finally:
            self._places.release()
        return query.answer

    def _to_offer(self, homeowners: Sequence[ListedHomeowner]) -> tuple[ListedHomeowner, ...]:
        """These, remembered until one of them is chosen."""
        with self._lock:
            for each in homeowners:
                _remember(self._offered, key_of(each), each, OFFERED_KEPT)
        return tuple(homeowners)


def asked_words(typed: str) -> tuple[str, ...]:
    """The words of what is typed, as a list is asked for them: nothing else of it gets there.

    What is neither letter nor digit, and a letter with an accent, is any one character: `?`. A whole phone
    number is one word of digits.
    """
    number = folding.typed_words(typed)
    if len(number) == 1 and number[0].isdecimal():
        return number
    words = ("".join(map(_asked, word)).strip("?") for word in unicodedata.normalize("NFC", typed).split())
    cut = (word[: folding.LONGEST_WORD] for word in words)
    return tuple(dict.fromkeys(filter(None, cut)))[: folding.MOST_TYPED]


def key_of(listed: ListedHomeowner) -> str:
    """By what the menu calls a homeowner whom the directory may not have yet; the name is not to be read in
    it.
    """
    known_by = f"account {listed.account}" if listed.account else f"place {listed.place}"
    return LIVE + hashlib.sha256(known_by.encode()).hexdigest()[:32]


def in_line(homeowners: Iterable[ListedHomeowner], words: Sequence[str]) -> list[ListedHomeowner]:
    """Who is found by name, then whose name begins so, then by name, as in the imported directory."""
    bare = tuple(map(_bare, words))

    def place(each: ListedHomeowner) -> tuple[bool, bool, str]:
        name = _bare(each.name)
        return (
            not all(word in name for word in bare),
            not name.startswith(bare[:1]),
            folding.folded(each.name),
        )

    return sorted(homeowners, key=place)


def _asked(character: str) -> str:
    """The character itself, or `?`."""
    base = unicodedata.normalize("NFD", character)[0]
    accented = base != character and base.isascii()
    return character if character.isalnum() and not accented else "?"


def _bare(text: str) -> str:
    """A text's letters and digits alone, without accents."""
    return "".join(folding.words(text))


def _holds(listed: ListedHomeowner, bare: Iterable[str]) -> bool:
    """Whether what is told of a homeowner holds all these words, in the fields that a list is searched by."""
    told = [*map(_bare, (listed.name, listed.address, listed.phone, listed.email, listed.account))]
    return all(any(word in text for text in told) for word in bare)


def _remember(kept: OrderedDict[K, V], key: K, value: V, most: int) -> None:
    """Keep a value, and of all of them the newest."""
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
