"""The organisation of a desk.yaml: read strictly, with the dotted key of every mistake."""

from __future__ import annotations

from datetime import time

import pytest

from bot.errors import SettingsError
from bot.sop.organisation import Contact, organisation_from

ROTA = {"people": {"ada": {"name": "Ada (confirmer)", "slack_id": "U1"}}}
WINDOW = {"days": ["mon"], "from": "09:00", "to": "18:00", "people": ["ada"]}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param({"chanels": {}}, "chanels is not a setting", id="section"),
        pytest.param({"channels": {"lead": "x"}}, "channels.lead is not a setting", id="key"),
        pytest.param({"channels": ["x"]}, "channels is", id="a list for a section"),
        pytest.param({"rota": {"timezone": "EST5"}}, "rota.timezone is 'EST5'", id="time zone"),
        pytest.param(
            {"rota": {"people": {"ada": {}}}}, "rota.people.ada.name is empty", id="a nameless person"
        ),
        pytest.param(
            {"rota": {**ROTA, "windows": [{**WINDOW, "days": ["monday"]}]}},
            "rota.windows[0].days holds 'monday'",
            id="day",
        ),
        pytest.param(
            {"rota": {**ROTA, "windows": [{**WINDOW, "people": ["bob"]}]}},
            "rota.windows[0].people holds 'bob'",
            id="person",
        ),
        pytest.param(
            {"rota": {**ROTA, "windows": [{**WINDOW, "from": 540}]}}, "in quotation marks", id="a bare time"
        ),
        pytest.param(
            {"rota": {**ROTA, "windows": [{**WINDOW, "to": "24:01"}]}}, "rota.windows[0].to is", id="24:01"
        ),
        pytest.param(
            {"rota": {**ROTA, "windows": [{**WINDOW, "to": "08:00"}]}}, "has to be later", id="ends early"
        ),
        pytest.param({"rota": {"holidays": ["soon"]}}, "rota.holidays[0] is 'soon'", id="holiday"),
        pytest.param({"timers": {"prompts": 0}}, "timers.prompts is 0", id="zero"),
        pytest.param({"timers": {"prompts": True}}, "timers.prompts is True", id="a flag for a number"),
        pytest.param({"contacts": {"risk": {"email": "no"}}}, "contacts.risk.email is 'no'", id="e-mail"),
        pytest.param(
            {"contacts": {"risk": {"email": "a@example.test, b@example.test"}}}, "not one e-mail", id="two"
        ),
        pytest.param(
            {"contacts": {"account_managers": {"Sunny": {"mail": "x"}}}},
            "contacts.account_managers.Sunny.mail",
            id="account manager",
        ),
        pytest.param(
            {"calendar": {"hours": {"from": "17:00", "to": "09:00"}}}, "calendar.hours.to", id="hours"
        ),
    ],
)
def test_a_mistake_is_named_by_its_dotted_key(data: dict[str, object], says: str) -> None:
    with pytest.raises(SettingsError) as error:
        organisation_from(data, frozenset())
    assert says in str(error.value)


def test_nothing_said_means_the_defaults() -> None:
    organisation = organisation_from({}, frozenset())
    assert (organisation.calendar.opens, organisation.calendar.closes) == (time(9), time(17))
    assert organisation.channels.confirmations == "support-and-cs-team-members-only"
    assert organisation.timers.prompts == 3


def test_a_window_may_last_until_midnight() -> None:
    window = {**WINDOW, "from": "00:00", "to": "24:00"}
    organisation = organisation_from({"rota": {**ROTA, "windows": [window]}}, frozenset())
    assert organisation.rota.windows[0].closes == 1440


@pytest.mark.parametrize("installer", ["Sunny Roofs", "sunny roofs", "  SUNNY   Roofs "])
def test_an_account_manager_is_found_by_the_installer_however_it_is_written(installer: str) -> None:
    managers = {"Sunny Roofs": {"name": "Bea (account manager)", "email": "bea@example.test"}}
    organisation = organisation_from({"contacts": {"account_managers": managers}}, frozenset())
    assert organisation.account_manager(installer) == Contact("Bea (account manager)", "bea@example.test")
    assert organisation.account_manager("Rainy Roofs") is None


def test_one_account_manager_may_stand_for_all_others() -> None:
    managers = {"*": {"email": "any@example.test"}}
    organisation = organisation_from({"contacts": {"account_managers": managers}}, frozenset())
    assert organisation.account_manager("Rainy Roofs") == Contact("", "any@example.test")
