"""`desk.yaml`: what it gives, and one sentence with the line for whatever is wrong in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml

from bot.desk_file import EXAMPLE, holiday_years, load_organisation
from bot.errors import SettingsError

ROOT = Path(__file__).parent.parent.parent
YEARS = holiday_years(date(2026, 11, 18))


def load(folder, text):
    path = folder / "desk.yaml"
    path.write_text(text)
    return load_organisation(path, YEARS)


def refusal(folder, text):
    with pytest.raises(SettingsError) as caught:
        load(folder, text)
    return str(caught.value).replace(f"{folder}/", "")


def test_holidays_are_known_from_last_year_to_five_years_ahead():
    assert list(YEARS) == [2025, 2026, 2027, 2028, 2029, 2030, 2031]


@pytest.mark.parametrize(
    ("day", "off"),
    [
        (date(2026, 11, 26), True),
        (date(2026, 7, 3), True),
        (date(2027, 7, 5), True),
        (date(2027, 12, 31), True),
        (date(2026, 11, 27), False),
        (date(2026, 7, 6), False),
        (date(2031, 12, 25), True),
        (date(2032, 11, 25), False),
    ],
    ids=[
        "Thanksgiving",
        "a Saturday's holiday on Friday",
        "a Sunday's on Monday",
        "next year's on the last Friday",
        "the day after Thanksgiving",
        "the Monday after a Saturday's",
        "the last year",
        "beyond the last year",
    ],
)
def test_federal_holidays_are_kept_as_observed(day, off):
    assert (day in load_organisation(EXAMPLE, YEARS).calendar.holidays) is off


def test_days_off_are_added_and_taken_out(tmp_path):
    text = "calendar: {holidays: {plus: [2026-11-27], minus: [2026-10-12, 2019-01-02]}}"
    holidays = load(tmp_path, text).calendar.holidays
    assert date(2026, 11, 27) in holidays
    assert date(2026, 10, 12) not in holidays
    assert date(2026, 11, 26) in holidays


def test_the_example_holds_the_sops_roster():
    organisation = load_organisation(EXAMPLE, YEARS)
    windows = [(len(w.days), w.opens, w.closes, len(w.people)) for w in organisation.rota.windows]
    assert windows == [(5, 540, 1080, 5), (5, 1080, 1260, 2), (2, 0, 1440, 2)]
    assert [person.name for person in organisation.rota.windows[1].people] == [
        "Cassie Mercado",
        "Alexander Cuesta",
    ]


def test_without_a_file_only_contacts_and_sops_differ_from_the_example():
    default, example = load_organisation(None, YEARS), load_organisation(EXAMPLE, YEARS)
    contacts, managers = default.contacts, default.account_managers
    assert default == replace(example, contacts=contacts, account_managers=managers, links=default.links)
    assert default.links.keys() == example.links.keys()
    placeholders = [*default.contacts.values(), default.account_manager("Sunny Roofs")]
    assert default.contacts.keys() == example.contacts.keys()
    assert all(c.email.endswith("@example.test") and c.name for c in placeholders)
    assert not any(contact.email for contact in example.contacts.values())


def test_the_sandboxs_file_names_the_sandboxs_people():
    workspace = yaml.safe_load((ROOT / "sandbox/people.yaml").read_text())
    ids = {person["id"] for person in workspace["people"]}
    channels = {channel["name"] for channel in workspace["channels"]}
    organisation = load_organisation(ROOT / "sandbox/desk.yaml", YEARS)
    roster = {person.slack_id for window in organisation.rota.windows for person in window.people}
    roles = organisation.roles
    assert len(roster) == 5
    assert roster | {*roles.leads, *roles.agents, *roles.back_office, *roles.trained_agents} <= ids
    assert {organisation.channels.leads, organisation.channels.confirmations} <= channels
    assert organisation.channels.back_office in channels
    assert all(contact.email.endswith("@example.test") for contact in organisation.contacts.values())


@pytest.mark.parametrize(
    "text", ["# nothing yet\n", "timers: {prompts: 3}\n"], ids=["an empty file", "a file of one section"]
)
def test_a_section_that_is_left_out_is_as_in_the_example(tmp_path, text):
    assert load(tmp_path, text) == load_organisation(EXAMPLE, YEARS)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("channels: [a\nrota: {}\n", "desk.yaml, line 2, column 5: "),
        ("channels:\n\tleads: x\n", "desk.yaml, line 2, column 1: "),
        ("timers: {prompts: 3}\ntimers: {}\n", "desk.yaml, line 2, column 1: timers stands here twice."),
        ("- a\n- b\n", "desk.yaml is not a list of settings. Begin as desk.example.yaml does."),
        ("a: \x07\n", "desk.yaml holds characters that YAML does not allow."),
        ("chanels: {}\n", "desk.yaml, line 1: chanels is not a setting."),
        ("links: {}\nchannels:\n  lead: x\n", "desk.yaml, line 3: channels.lead is not a setting."),
        ("timers:\n  prompts: many\n", "desk.yaml, line 2: timers.prompts is 'many'. Write a whole number"),
        ("calendar:\n  hours: {from: 9:00}\n", "desk.yaml, line 2: calendar.hours.from is 540."),
        (
            "rota:\n  people:\n    a: {name: A, slack_id: ada}\n",
            "desk.yaml, line 3: rota.people.a.slack_id is 'ada'",
        ),
        ("roles:\n  leads:\n    - U0LEA00004\n    - lea\n", "desk.yaml, line 4: roles.leads[1] is 'lea'."),
        ("roles: {agents: ['']}\n", "desk.yaml, line 1: roles.agents[0] is ''."),
        (
            "contacts:\n  rsk: {name: R}\n",
            "desk.yaml, line 2: contacts.rsk is not a setting. Did you mean risk?",
        ),
        (
            "contacts:\n  boss: {name: B}\n",
            "desk.yaml, line 2: contacts.boss is not a setting. Allowed here: ",
        ),
        (
            "contacts:\n  account_managers:\n    Sunny Roofs:\n      email: a b\n",
            "desk.yaml, line 4: contacts.account_managers.Sunny Roofs.email is 'a b'",
        ),
        ("channels: {leads: The Leads}\n", "desk.yaml, line 1: channels.leads is 'The Leads'."),
        ("links:\n  jira: jira.example.test\n", "desk.yaml, line 2: links.jira is 'jira.example.test'."),
        ("calendar: {holidays: [2026-11-27]}\n", "desk.yaml, line 1: calendar.holidays is no pair of lists."),
        (
            "calendar: {holidays: {pluss: []}}\n",
            "desk.yaml, line 1: calendar.holidays.pluss is not a setting.",
        ),
        (
            "calendar: {holidays: {plus: [soon]}}\n",
            "desk.yaml, line 1: calendar.holidays.plus is no list of days.",
        ),
        (
            "calendar: {holidays: {minus: [2026-11-27]}}\n",
            "desk.yaml, line 1: calendar.holidays.minus holds 2026-11-27",
        ),
        (
            "calendar:\n  holidays:\n    plus: [2026-02-30]\n",
            "desk.yaml, line 3, column 12: 2026-02-30 is no day",
        ),
    ],
    ids=lambda value: value.splitlines()[-1][:40] if "\n" in value else "",
)
def test_a_mistake_is_one_sentence_with_its_line(tmp_path, text, said):
    message = refusal(tmp_path, text)
    assert message.startswith(said)
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("chanels: {}\n", "channels"),
        ("channels: {confirmation: x}\n", "confirmations"),
        ("timers: {promts: 3}\n", "prompts"),
        ("rota: {people: {a: {name: A}}, windows: [{day: [mon], from: '09:00', to: '10:00'}]}\n", "days"),
    ],
    ids=["a section", "a key", "a number", "a key in a list"],
)
def test_a_slip_in_a_key_is_met_with_what_was_meant(tmp_path, text, meant):
    assert refusal(tmp_path, text).endswith(f"Did you mean {meant}?")


def test_every_mistake_of_a_kind_is_told_at_once(tmp_path):
    text = "roles:\n  leads: [lea]\n  agents: [ada]\nlinks: {jira: x}\n"
    assert [line.split(":")[0] for line in refusal(tmp_path, text).splitlines()] == [
        "desk.yaml, line 2",
        "desk.yaml, line 3",
        "desk.yaml, line 4",
    ]


@pytest.mark.parametrize("path", ["missing.yaml", "."], ids=["no file", "a folder"])
def test_what_cannot_be_read_is_refused(tmp_path, path):
    with pytest.raises(SettingsError, match="cannot be read"):
        load_organisation(tmp_path / path, YEARS)


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "desk.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="cannot be read"):
        load_organisation(tmp_path / "desk.yaml", YEARS)
