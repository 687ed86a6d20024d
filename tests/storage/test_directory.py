"""The directory: loaded twice it is the same; found by any word's beginning; no text raises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.listings import ListedHomeowner, ListedInstaller
from bot.sop.organisation import Contact
from storage import Database
from tests.storage.samples import NOW

ALL = frozenset({"account", "name", "address", "phone", "email", "best_time", "program", "product"})
ALL |= {"installer", "m1", "m2", "m3", "pto", "manager_name", "manager_email", "manager_phone"}

HANNA = ListedHomeowner(
    "Hanna Muñoz-O’Brien (homeowner)",
    "12 Sunny Side, Unit 4, Springfield",
    "(202) 555-0101",
    "hanna@example.test",
    "mornings",
    "everbright",
    "ric",
    {"m1": "2026-10-31", "m2": "not_yet"},
    "Bright Roofs",
    "EB-1",
)
HANS = ListedHomeowner(
    "Hans Ålund (homeowner)", "7 Hanna Road, Springfield", "+1 202-555-0102", account="EB-2"
)
OLGA = ListedHomeowner("Olga Østby (homeowner)", "3 Elm Street", "555-0103 ext. 7")
ROOFS = ListedInstaller(
    "Bright Roofs, LLC", "office@roofs.example.test", "555-0110", Contact("Amal", "a@x.test")
)
SUN = ListedInstaller("Sun & Söhne", "office@sun.example.test")


@pytest.fixture(scope="module")
def filled(shared: Database) -> Database:
    with shared.write() as work:
        work.directory.put_homeowners([HANNA, HANS, OLGA], ALL, NOW)
        work.directory.put_installers([ROOFS, SUN], ALL, NOW)
    return shared


def put(database, *listed, stated=ALL):
    with database.write() as work:
        made = work.directory.put_homeowners(listed, stated, NOW)
    return made.new, made.changed, len(made.known)


def names(database, typed, most=100):
    with database.read() as work:
        return [each.name.split()[0] for each in work.directory.find_homeowners(typed, most)]


def changed(listed, **values):
    return ListedHomeowner(**{**{name: getattr(listed, name) for name in listed.__slots__}, **values})


class TestLoading:
    def test_twice_the_same_changes_nothing(self, database):
        assert put(database, HANNA, HANS, OLGA) == (3, 0, 0)
        assert put(database, HANNA, HANS, OLGA) == (0, 0, 3)

    @pytest.mark.parametrize(
        ("second", "becomes"),
        [
            (changed(HANNA, phone="555-0199"), (0, 1, 1)),
            (changed(HANNA, name="Hanna Lund (homeowner)", address="9 New Road"), (0, 1, 1)),
            (changed(OLGA, name="OLGA  Østby (homeowner)!", address="3, Elm Street"), (0, 1, 1)),
            (changed(OLGA, account="EB-3"), (0, 1, 1)),
            (changed(HANNA, account=""), (0, 0, 1)),
            (changed(HANNA, account="EB-9"), (1, 0, 0)),
            (changed(OLGA, address="4 Elm Street"), (1, 0, 0)),
        ],
        ids=[
            "another phone",
            "the same account elsewhere",
            "the same place, spelt otherwise",
            "now with an account",
            "now without its account",
            "another account at the same place",
            "another place without an account",
        ],
    )
    def test_a_homeowner_is_known_again(self, database, second, becomes):
        put(database, HANNA, HANS, OLGA)
        assert put(database, second) == becomes
        assert put(database, second) == (0, 0, 1)

    def test_who_changed_is_found_by_the_new_words_only(self, database):
        put(database, HANNA)
        put(database, changed(HANNA, name="Petra (homeowner)"))
        assert (names(database, "petra"), names(database, "muñoz")) == (["Petra"], [])

    def test_what_a_file_has_no_column_for_stays(self, database):
        put(database, HANNA)
        bare = ListedHomeowner(HANNA.name, HANNA.address, account="EB-1")
        assert put(database, bare, stated={"name", "address", "account"}) == (0, 0, 1)
        with database.read() as work:
            assert work.directory.homeowner(1) == changed(HANNA, id=1)

    def test_installers_are_known_by_name(self, database):
        with database.write() as work:
            first = work.directory.put_installers([ROOFS, SUN], ALL, NOW)
            again = work.directory.put_installers([ROOFS, SUN], ALL, NOW)
            other = work.directory.put_installers([ListedInstaller("bright roofs LLC")], ALL, NOW)
        assert [(each.new, each.changed) for each in (first, again, other)] == [(2, 0), (0, 0), (0, 1)]


class TestFinding:
    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            ("hanna", ["Hanna", "Hans"]),
            ("HAN", ["Hanna", "Hans"]),
            ("ha mun", ["Hanna"]),
            ("munoz", ["Hanna"]),
            ("o'brien", ["Hanna"]),
            ("brien", ["Hanna"]),
            ("aland", []),
            ("ålund", ["Hans"]),
            ("alu", ["Hans"]),
            ("ostby", ["Olga"]),
            ("springfield 12", ["Hanna"]),
            ("(202) 555-01", ["Hanna", "Hans"]),
            ("(202) 555-0101", ["Hanna"]),
            ("2025550102", ["Hans"]),
            ("+1 202 555 0102", ["Hans"]),
            ("5550103", ["Olga"]),
            ("0103", ["Olga"]),
            ("olga 0103", ["Olga"]),
            ("hanna nobody", []),
            ("", []),
            ("🙂 !", []),
            ('"* OR NEAR(', []),
            ("hanna* -hans", ["Hans"]),
        ],
    )
    def test_every_word_may_be_a_beginning(self, filled, typed, found):
        assert sorted(names(filled, typed)) == found

    def test_who_has_it_in_the_name_stands_first(self, filled):
        assert names(filled, "hanna") == ["Hanna", "Hans"]
        assert names(filled, "hanna", most=1) == ["Hanna"]

    def test_an_installer_is_found_and_named(self, filled):
        with filled.read() as work:
            assert [each.name for each in work.directory.find_installers("sohn", 10)] == ["Sun & Söhne"]
            named = work.directory.installer_named(" BRIGHT  roofs llc")
            assert named is not None
            assert named.account_manager == Contact("Amal", "a@x.test")


@given(st.text(max_size=60) | st.text("\"'*():^-+{}~&|!<>\\%_ aäΩ1٣", max_size=30))
def test_no_text_raises(filled, text):
    with filled.read() as work:
        work.directory.find_homeowners(text, 100)
        work.directory.find_installers(text, 100)
        work.directory.installer_named(text)
        work.cases.find(text, 10)


@given(st.text(min_size=1, max_size=40), st.integers(1, 40))
def test_whoever_is_listed_is_found_by_any_beginning_of_the_name(filled, name, end):
    with filled.write() as work:
        work.directory.put_homeowners([ListedHomeowner(name, "1 Any Road", account="EB-any")], ALL, NOW)
    with filled.read() as work:
        typed = name[:end]
        found = work.directory.find_homeowners(f"{typed} any", 100)
        assert not any(letter.isalpha() for letter in typed) or [each.account for each in found] == ["EB-any"]
