"""The live list while somebody types: within its budget, asked once, cached, and left alone when it fails."""

from __future__ import annotations

import logging
import threading
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import NotLetIn, OutcomeUnknown, RateLimited
from bot.listings import Found, ListedHomeowner
from bot.look_up import AT_ONCE, LookUp, asked_words, key_of

TODAY = date(2030, 1, 9)
HANS = ListedHomeowner("Hans (homeowner)", "2 Maple Street", phone="(202) 555-0101", account="EB-1")
HANNA = ListedHomeowner("Hanna (homeowner)", "1 Sunny Side", email="hanna@example.test")
JOSE = ListedHomeowner("José (homeowner)", "4 Hans Lane")
EVERYBODY = (JOSE, HANS, HANNA)
LONG = 5.0
"""A budget that a test never uses up."""


class Clock:
    """Seconds that pass when a test says so."""

    now = 1000.0

    def __call__(self):
        return self.now


class Source:
    """A list that answers everybody, fails with `error`, or waits until it is `let`."""

    title = "Power BI"
    stated = frozenset({"name", "address"})

    def __init__(self, homeowners=EVERYBODY, complete=True):
        self.found = Found(homeowners, complete)
        self.asked = []
        self.error = None
        self.let = threading.Event()
        self.let.set()

    def find(self, words, most, today):
        self.asked.append(words)
        self.let.wait(LONG)
        if self.error:
            raise self.error
        return self.found


class Typing:
    """Somebody who types into the menu."""

    def __init__(self, source, budget=LONG):
        self.source, self.clock = source, Clock()
        self.look_up = LookUp(source, 300, self.clock, budget)

    def __call__(self, text):
        return self.look_up.find(text, 99, TODAY)

    def names(self, text):
        return [each.name.split()[0] for each in self(text).homeowners]


def answered(typing):
    """Waits until all that was asked is answered."""
    for query in list(typing.look_up._under_way.values()):
        query.done.wait(LONG)


WORDS = {
    "a name": ("Hans Maple", ("Hans", "Maple")),
    "a phone number": ("+1 (202) 555-0101", ("2025550101",)),
    "part of a number": ("555-01", ("555?01",)),
    "an apostrophe": ("O’Brien", ("O?Brien",)),
    "an accent": ("José María", ("Jos", "Mar?a")),
    "an accent in two parts": ("Jose\u0301 B", ("Jos", "B")),
    "an e-mail address": ("hanna@example.test", ("hanna?example?test",)),
    "another script": ("Дом 2", ("Дом", "2")),
    "quotes and wildcards": ('a"b*c~d?e\nf', ("a?b?c?d?e", "f")),
    "the same word twice": ("elm elm", ("elm",)),
    "nothing that counts": ('" * 🙂', ()),
}


@pytest.mark.parametrize(("typed", "words"), WORDS.values(), ids=WORDS)
def test_of_what_is_typed_only_letters_and_digits_are_asked_for(typed, words):
    assert asked_words(typed) == words


@given(st.text(max_size=400))
def test_no_text_gets_anything_else_into_a_question(typed):
    words = asked_words(typed)
    assert len(words) <= 12
    assert all(0 < len(word) <= 60 for word in words)
    assert all(each.isalnum() or each == "?" for word in words for each in word)


@pytest.mark.parametrize("typed", ["", "h", "ha", "h a", "h!?", "é"])
def test_what_is_too_short_is_not_asked(typed):
    typing = Typing(Source())
    assert typing(typed).homeowners == ()
    assert typing(typed).answered
    assert typing.source.asked == []


def test_who_is_found_by_name_stands_first():
    assert Typing(Source()).names("hans") == ["Hans", "Hanna", "José"]


NARROWED = {
    "more letters": ("han", "hans", ["Hans", "José"]),
    "another word": ("han", "han maple", ["Hans"]),
    "another order": ("hans maple", "maple hans", ["Hans"]),
    "a phone number": ("202", "202 555", ["Hans"]),
    "an e-mail address": ("han", "hanna@exam", ["Hanna"]),
    "an accent": ("hans", "hans josé", ["José"]),
}


@pytest.mark.parametrize(("first", "then", "names"), NARROWED.values(), ids=NARROWED)
def test_a_longer_text_is_answered_from_the_shorter_one(first, then, names):
    typing = Typing(Source())
    typing(first)
    assert typing.names(then) == names
    assert len(typing.source.asked) == 1


ASKED_ANEW = {
    "another word": ("hans", "maple"),
    "fewer letters": ("hans", "han"),
    "one word fewer": ("hans maple", "hans"),
}


@pytest.mark.parametrize(("first", "then"), ASKED_ANEW.values(), ids=ASKED_ANEW)
def test_another_text_is_asked_anew(first, then):
    typing = Typing(Source())
    typing(first)
    typing(then)
    assert len(typing.source.asked) == 2


def test_an_answer_that_was_cut_off_is_not_narrowed_but_kept():
    typing = Typing(Source(complete=False))
    for typed in ("han", "hans", "han"):
        typing(typed)
    assert typing.source.asked == [("han",), ("hans",)]


def test_an_answer_is_good_for_as_long_as_it_is_said():
    typing = Typing(Source())
    typing("hans")
    typing.clock.now += 299
    typing("hans")
    assert len(typing.source.asked) == 1
    typing.clock.now += 1
    typing("hans")
    assert len(typing.source.asked) == 2


def test_who_types_the_same_at_once_waits_for_one_question():
    typing = Typing(Source(), budget=0)
    typing.source.let.clear()
    for _ in range(5):
        assert not typing("hans").answered
    typing.source.let.set()
    answered(typing)
    assert typing.source.asked == [("hans",)]
    assert len(typing("hans").homeowners) == 3


def test_what_takes_too_long_is_given_up_and_kept_for_the_next_key():
    typing = Typing(Source(), budget=0)
    typing.source.let.clear()
    assert not typing("hans").answered
    typing.source.let.set()
    answered(typing)
    assert typing.names("hans") == ["Hans", "Hanna", "José"]
    assert len(typing.source.asked) == 1


def test_a_slow_list_is_asked_a_few_things_at_once_at_most():
    typing = Typing(Source(), budget=0)
    typing.source.let.clear()
    for number in range(AT_ONCE + 3):
        assert not typing(f"street {number}").answered
    typing.source.let.set()
    answered(typing)
    assert len(typing.source.asked) == AT_ONCE


def ask(typing, times, begin=0):
    """Type as often, each time something else; answers whether the list did."""
    return [typing(f"street {begin + number}").answered for number in range(times)]


RESTS = {
    "it fails again and again": (OutcomeUnknown("Power BI does not answer."), 3, 30),
    "it does not let the desk in": (NotLetIn("Power BI does not know the desk."), 1, 300),
    "it asks to wait": (RateLimited("Power BI asks the desk to wait.", 17), 1, 17),
    "it asks to wait for a day": (RateLimited("Power BI asks the desk to wait.", 86400), 1, 300),
    "something else is wrong with it": (ValueError("Hans lives here"), 3, 30),
}


@pytest.mark.parametrize(("error", "times", "seconds"), RESTS.values(), ids=RESTS)
def test_a_list_that_fails_is_left_alone_for_a_while(error, times, seconds, caplog):
    caplog.set_level(logging.INFO, "bot.look_up")
    typing = Typing(Source())
    typing.source.error = error
    assert ask(typing, times + 2) == [False] * (times + 2)
    assert len(typing.source.asked) == times
    typing.clock.now += seconds - 1
    ask(typing, 1)
    assert len(typing.source.asked) == times
    typing.clock.now += 1
    assert ask(typing, 1, begin=50) == [False]
    assert len(typing.source.asked) == times + 1
    [told] = caplog.messages
    assert told.startswith("Power BI is left alone for a while")
    assert "Hans" not in told


def test_a_list_that_is_well_again_is_asked_again_and_that_is_told(caplog):
    caplog.set_level(logging.INFO, "bot.look_up")
    typing = Typing(Source())
    typing.source.error = OutcomeUnknown("Power BI does not answer.")
    ask(typing, 3)
    typing.source.error = None
    typing.clock.now += 30
    assert ask(typing, 1, begin=50) == [True]
    assert [each.split(maxsplit=2)[2][:6] for each in caplog.messages] == ["is lef", "answer"]
    typing.source.error = OutcomeUnknown("Power BI does not answer.")
    assert ask(typing, 2, begin=60) == [False, False]
    typing.source.error = None
    assert ask(typing, 1, begin=70) == [True]


def test_what_is_known_is_offered_while_the_list_rests():
    typing = Typing(Source())
    typing("hans")
    typing.source.error = NotLetIn("Power BI does not know the desk.")
    typing("maple")
    assert typing("hans").answered
    assert not typing("elm").answered


def test_the_list_is_asked_a_hundred_times_a_minute_at_most():
    typing = Typing(Source(homeowners=()))
    answered = ask(typing, 101, begin=1000)
    assert (sum(answered), len(typing.source.asked)) == (100, 100)
    typing.clock.now += 60
    assert ask(typing, 1, begin=2000) == [True]


def test_who_was_offered_can_be_chosen():
    typing = Typing(Source())
    typing("hans")
    assert typing.look_up.chosen(key_of(HANS), "Hans (homeowner)", 99, TODAY) == HANS
    assert len(typing.source.asked) == 1


def test_who_was_offered_by_another_replica_is_asked_for_by_name():
    typing = Typing(Source())
    assert typing.look_up.chosen(key_of(HANNA), "Hanna (homeowner)", 99, TODAY) == HANNA
    assert typing.source.asked == [("Hanna", "homeowner")]
    assert typing.look_up.chosen("live:unknown", "Nobody", 99, TODAY) is None
    typing.source.error = OutcomeUnknown("Power BI does not answer.")
    assert typing.look_up.chosen("live:unknown", "Somebody", 99, TODAY) is None


def test_a_key_is_the_same_for_ever_and_holds_no_name():
    assert key_of(HANS) == key_of(ListedHomeowner("Another", "Elsewhere", account="EB-1"))
    assert key_of(HANNA) != key_of(HANS)
    assert len(key_of(HANNA)) <= 75
    assert "anna" not in key_of(HANNA)
