"""The directory at intake: what a choice fills in, and what it leaves as the agent typed it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.directory import (
    FILLED,
    HOMEOWNER,
    INSTALLER,
    NOBODY,
    choose_homeowner,
    choose_installer,
    filled_in,
    merged,
    offered,
    take_in,
)
from bot.intake_fields import NOT_YET
from bot.listings import Found, ListedHomeowner, ListedInstaller
from bot.look_up import LookUp, key_of
from tests.bot.desk import NOW

ROOFS = ListedInstaller("Bright Roofs", "office@roofs.example.test")
HANNA = ListedHomeowner(
    "Hanna (homeowner)",
    "1 Sunny Side",
    "202-555-0101",
    "hanna@example.test",
    "mornings",
    "beam",
    "ppa",
    {"m1": "2026-10-31", "m2": "not_yet"},
    "BRIGHT ROOFS",
    "EB-1",
)
OLGA = ListedHomeowner("Olga (homeowner)", "2 Elm Street", account="EB-2", installer="Nobody’s Solar")
ALL = frozenset({"account", "name", "address", "phone", "email", "best_time", "program", "product"})
ALL |= {"installer", "m1", "m2", "m3", "pto"}
BY_HANNA = {
    "homeowner.name": "Hanna (homeowner)",
    "homeowner.address": "1 Sunny Side",
    "homeowner.phone": "202-555-0101",
    "homeowner.email": "hanna@example.test",
    "homeowner.best_time": "mornings",
    "found_on_platform": "yes",
    "program": "beam",
    "product": "ppa",
    "milestones.m1": "2026-10-31",
    NOT_YET: ("m2",),
    "installer.name": "Bright Roofs",
    "installer.email": "office@roofs.example.test",
    INSTALLER: "3",
}
NOTHING = ("", (), "unknown")


@pytest.fixture
def choose(work):
    """Chooses somebody by id on top of what stands in the form."""
    with work.desk.memory.write() as memory:
        memory.directory.put_homeowners([HANNA, OLGA], ALL, NOW)
        memory.directory.put_installers([ROOFS], ALL, NOW)

    def chosen(who, values=(), field=HOMEOWNER):
        how = choose_homeowner if field == HOMEOWNER else choose_installer
        with work.desk.memory.read() as memory:
            return how(memory, {**dict(values), field: str(who)})

    return chosen


def standing(values):
    """What stands in the form, without the menu of homeowners and what is remembered beside it."""
    return {
        name: value
        for name, value in values.items()
        if name not in (HOMEOWNER, FILLED) and value not in NOTHING
    }


def test_a_homeowner_fills_in_what_the_export_says(choose):
    assert standing(choose(1)) == BY_HANNA


def test_another_one_takes_the_place_of_all_that_was_filled_in(choose):
    assert standing(choose(2, choose(1))) == {
        "homeowner.name": "Olga (homeowner)",
        "homeowner.address": "2 Elm Street",
        "found_on_platform": "yes",
        "installer.name": "Nobody’s Solar",
    }
    assert standing(choose(1, choose(2, choose(1)))) == BY_HANNA


@pytest.mark.parametrize("then", [1, 2, NOBODY, ""], ids=["the same", "another", "not found", "emptied"])
def test_what_the_agent_typed_stays(choose, then):
    typed = {"homeowner.phone": "202-555-0199", "channel": "chat"}
    later = {"homeowner.best_time": "evenings", "milestones.m1": "2026-10-30"}
    values = choose(then, {**choose(1, typed), **later})
    assert {name: values[name] for name in (*typed, *later)} == {**typed, **later}


def test_not_found_leads_to_the_concert_check_whatever_was_said_of_it(choose):
    values = choose(NOBODY, {**choose(1), "found_on_platform": "yes", "program": "everbright"})
    assert standing(values) == {"found_on_platform": "no"}
    assert values["program"] == "unknown"


def test_an_emptied_menu_takes_back_what_it_filled_in(choose):
    assert standing(choose("", choose(1))) == {}
    assert standing(choose("", {"found_on_platform": "no", "homeowner.name": "Ada"})) == {
        "found_on_platform": "no",
        "homeowner.name": "Ada",
    }


@pytest.mark.parametrize("who", ["99", "-1", "1e9", "9" * 30, "x", "١"])
def test_an_id_that_is_nobodys_fills_in_nothing(choose, who):
    assert standing(choose(who)) == ({} if who != "١" else BY_HANNA)


def test_an_installer_fills_in_name_and_email(choose):
    typed = {"installer.name": "bright", "description": "The inverter hums."}
    assert standing(choose(3, typed, INSTALLER)) == {
        **typed,
        "installer.email": "office@roofs.example.test",
        INSTALLER: "3",
    }


def test_a_field_is_another_one_once_it_was_filled_in_anew(choose):
    first = choose(1, {"homeowner.name": "typed"})
    second = choose(2, first)
    choices = {name: choice for name, (_, choice) in filled_in(second).fields.items()}
    assert "homeowner.name" not in choices
    assert (choices["homeowner.phone"], choices["found_on_platform"], choices["milestones.m3"]) == (2, 1, 0)


def test_what_is_offered_follows_what_was_imported(work, choose):
    values = choose(1)
    with work.desk.memory.read() as memory:
        pages = offered(memory, values)
    assert (pages.homeowners, pages.installers, pages.homeowner.account, pages.not_found) == (
        True,
        True,
        "EB-1",
        False,
    )
    assert pages.installer.name == "Bright Roofs"


def test_without_an_import_nothing_is_offered(work):
    with work.desk.memory.read() as memory:
        pages = offered(memory, {HOMEOWNER: "1"})
    assert (pages.homeowners, pages.installers, pages.homeowner) == (False, False, None)


class Live:
    """A live list that states a few fields only."""

    title = "Power BI"
    stated = frozenset({"account", "name", "address", "phone"})

    def find(self, words, most, today):
        return Found()


@pytest.fixture
def choose_live(work, choose):
    """Chooses somebody of the live list; `known` says whether they could be taken in."""
    source = LookUp(Live(), 300)

    def chosen(who, values=(), known=True):
        values = {**dict(values), HOMEOWNER: key_of(who)}
        with work.desk.memory.write() as memory:
            values = take_in(memory, values, who, source, NOW) if known else values
            return choose_homeowner(memory, values)

    return chosen


def test_who_is_new_comes_into_the_directory_when_chosen(work, choose_live):
    values = choose_live(ListedHomeowner("Nils (homeowner)", "9 New Road", phone="202-555-0109"))
    assert standing(values) == {
        "homeowner.name": "Nils (homeowner)",
        "homeowner.address": "9 New Road",
        "homeowner.phone": "202-555-0109",
        "found_on_platform": "yes",
    }
    with work.desk.memory.read() as memory:
        assert offered(memory, values).homeowner.name == "Nils (homeowner)"
        assert memory.directory.count_homeowners() == 3


def test_who_is_known_is_changed_in_what_the_live_list_states(choose_live):
    moved = replace(HANNA, address="7 Other Side", phone="", email="", program="")
    changed = {**BY_HANNA, "homeowner.address": "7 Other Side"}
    del changed["homeowner.phone"]
    assert standing(choose_live(moved)) == changed


def test_who_was_chosen_stays_known_whatever_is_chosen_after(work, choose, choose_live):
    values = choose(NOBODY, choose_live(replace(HANNA, phone="202-555-0177")))
    assert standing(values) == {"found_on_platform": "no"}
    with work.desk.memory.read() as memory:
        again = choose_homeowner(memory, {**values, HOMEOWNER: key_of(HANNA)})
    assert standing(again) == {**BY_HANNA, "homeowner.phone": "202-555-0177"}


def test_a_choice_that_could_not_be_looked_up_changes_nothing(work, choose, choose_live):
    before = choose(1)
    after = choose_live(ListedHomeowner("Nils (homeowner)", "9 New Road"), before, known=False)
    assert standing(after) == standing(before)
    with work.desk.memory.read() as memory:
        assert (offered(memory, after).lost, offered(memory, before).lost) == (True, False)


def test_with_a_live_list_there_is_a_menu_without_an_import(work):
    with work.desk.memory.read() as memory:
        assert offered(memory, {}, live=True).homeowners


MERGED = {
    "the same account": ([replace(HANNA, address="moved")], [HANNA], 1),
    "the same place, one without an account": ([replace(HANNA, account="")], [HANNA], 1),
    "the same place, written otherwise": ([replace(OLGA, name="OLGA homeowner", account="")], [OLGA], 1),
    "the same place, two accounts": ([replace(HANNA, account="EB-9")], [HANNA], 2),
    "others": ([HANNA], [OLGA], 2),
    "nobody live": ([], [HANNA, OLGA], 2),
}


@pytest.mark.parametrize(("live", "imported", "count"), MERGED.values(), ids=MERGED)
def test_the_import_stands_behind_the_live_list_without_doubles(live, imported, count):
    both = merged(live, imported, 9)
    assert both[: len(live)] == live
    assert len(both) == count
    assert merged(live, imported, 1) == both[:1]
