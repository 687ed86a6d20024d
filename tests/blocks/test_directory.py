"""The menus of the directory, and what is found: within Slack's limits, whatever stands in the export."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks import find
from blocks.directory import (
    NOT_FOUND,
    dashboard,
    homeowner_menu,
    homeowner_options,
    imported_options,
    installer_options,
    name_in,
    on_who,
)
from blocks.kit import typed
from bot.desk import Desk
from bot.directory import HOMEOWNER, Filled, Offered
from bot.listings import ListedHomeowner, ListedInstaller
from bot.stored import StoredCase
from sandbox import block_kit
from tests.bot.casework import PLAYBOOKS
from tests.storage.samples import ADA, MINUTE, NOW, a_case, a_timer

HANNA = ListedHomeowner("Hanna (homeowner)", "1 Sunny Side, Springfield", program="beam", id=7)
DESK = Desk(None, PLAYBOOKS, {})
ANY = st.text(max_size=120)


def page(*blocks):
    return {"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": list(blocks)}


@given(ANY, ANY, st.sampled_from(["", "beam", "everbright", "last year’s"]))
def test_an_option_fits_and_holds_no_personal_data_as_its_value(name, address, program):
    options = homeowner_options([ListedHomeowner(name or "x", address, program=program, id=7)] * 150)
    assert (len(options), options[-1]) == (100, NOT_FOUND)
    assert all(0 < len(each["text"]["text"]) <= 75 for each in options)
    assert {each["value"] for each in options} == {"7", "none"}


def test_an_option_shows_name_address_and_program():
    assert homeowner_options([HANNA])[0]["text"]["text"] == (
        "Hanna (homeowner) · 1 Sunny Side, Springfield · Beam"
    )
    long = homeowner_options([replace(HANNA, name="n" * 90, address="a" * 90)])[0]["text"]["text"]
    assert long.endswith("… · Beam")


@given(ANY, ANY)
def test_somebody_of_a_live_list_has_no_personal_data_in_the_value(name, address):
    [option, _] = homeowner_options([ListedHomeowner(name or "x", address)])
    assert re.fullmatch("live:[0-9a-f]{32}", option["value"])


NAMES = {"a name": "Hanna (homeowner)", "a long name": "n" * 90, "no address": "x"}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_the_name_is_found_again_in_an_option(name):
    [option, _] = homeowner_options([ListedHomeowner(name, "1 Sunny Side" if len(name) > 1 else "")])
    assert name_in(option) == name[:33]


GROUPS = {
    "imported": (
        [HANNA],
        date(2029, 11, 18),
        "From the import of Nov 18, 2029: Power BI does not answer just now.",
    ),
    "imported long ago": ([HANNA], None, "From the import: Power BI does not answer just now."),
    "nobody imported": ([], date(2029, 11, 18), "Look in the dashboard: Power BI does not answer just now."),
}


@pytest.mark.parametrize(("found", "day", "title"), GROUPS.values(), ids=GROUPS)
def test_who_was_imported_says_so_where_the_live_list_is_silent(found, day, title):
    [group] = imported_options(found, day, "Power BI")
    assert group == {
        "label": {"type": "plain_text", "text": title, "emoji": True},
        "options": homeowner_options(found),
    }
    assert list(block_kit.check_suggestions({"option_groups": [group]})) == []


def test_the_dashboard_is_linked_where_desk_yaml_knows_it():
    [context] = dashboard(DESK)
    said = context["elements"][0]["text"]
    assert "|Power BI Homeowner Dashboard>" in said
    assert "R-055" in said
    bare = replace(PLAYBOOKS, organisation=replace(PLAYBOOKS.organisation, links={}))
    assert dashboard(replace(DESK, playbooks=bare)) == []


@given(ANY, ANY)
def test_an_installer_fits(name, email):
    [option] = installer_options([ListedInstaller(name or "x", email, id=3)])
    assert len(option["text"]["text"]) <= 75


@pytest.mark.parametrize(
    ("offered", "menu"),
    [(Offered(), []), (Offered(homeowners=True), [HOMEOWNER])],
    ids=["nothing imported", "homeowners imported"],
)
def test_the_menu_stands_on_top_where_there_is_anybody(offered, menu):
    view = on_who(page(typed("homeowner.name", "Name")), offered)
    assert [block["block_id"] for block in view["blocks"]] == [*menu, "homeowner.name"]
    assert list(block_kit.check_view({**view, "submit": view["title"]}, "modal")) == []


def test_what_was_filled_in_is_another_input():
    filled = Filled(4, {"homeowner.name": ("Hanna", 3), "homeowner.phone": ("", 0)})
    view = on_who(page(typed("homeowner.name", "N"), typed("homeowner.phone", "P")), Offered(filled=filled))
    assert [block["element"]["action_id"] for block in view["blocks"]] == ["value.3", "value"]


def test_the_menu_shows_what_was_chosen():
    chosen = [
        homeowner_menu(each)["element"].get("initial_option", {}).get("value")
        for each in (Offered(homeowner=HANNA), Offered(not_found=True), Offered())
    ]
    assert chosen == ["7", "none", None]


@given(
    ANY, st.text(max_size=3000), st.integers(1, 101), st.sampled_from(["open", "closed", "needs_decision"])
)
def test_what_is_found_fits_a_message_and_says_nothing_in_its_notification(name, text, count, state):
    stored = StoredCase(1042, a_case(f"Xenia {name}", text, state), "", ADA, team="back_office")
    message = find.found([stored] * count, DESK, NOW)
    assert list(block_kit.check_blocks(list(message.blocks), "message")) == []
    assert sum(len(block["text"]["text"]) for block in message.blocks if "text" in block) < 12_000
    assert "Xenia" not in message.text


def test_what_is_found_says_that_an_answer_is_due_as_its_card_does():
    asked = replace(a_case(state="waiting"), timers=(a_timer(due=NOW + MINUTE, rung_at=NOW + MINUTE),))
    said = [
        find.found([StoredCase(1042, case, ADA, ADA)], DESK, NOW + 2 * MINUTE).blocks[1]["text"]["text"]
        for case in (asked, replace(asked, timers=(a_timer(due=NOW + 3 * MINUTE),)))
    ]
    assert ["An answer is due" in each for each in said] == [True, False]


@given(st.text(max_size=3000))
def test_nothing_found_says_what_to_try(typed_text):
    message = find.nothing(typed_text)
    assert "Try fewer words" in message.blocks[0]["text"]["text"]
    assert len(message.blocks[0]["text"]["text"]) <= 3000
