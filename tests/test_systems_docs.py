"""docs/systems.md against the code: what it names is there, and what is there it names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from bot.connectors.jira_examine import PERMISSIONS, QUEUE
from bot.connectors.jira_fields import label_of, trace_of
from bot.connectors.outlook import SENDING
from bot.connectors.salesforce_examine import TYPE
from bot.doctor import mail_steps
from bot.system_access import Access
from bot.systems_file import CHOICES, NEEDED
from tests.bot.casework import PLAYBOOKS

ROOT = Path(__file__).parents[1]
DOCS = (ROOT / "docs" / "systems.md").read_text()
MARK = "3f2a9c1d" + "0" * 24


@pytest.mark.parametrize("name", [name.upper() for name in Access.model_fields])
def test_every_variable_is_named(name):
    assert f"`{name}`" in DOCS


def test_every_variable_that_is_named_is_one():
    """Those of other programs stand beside them."""
    named = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", DOCS))
    assert named - {name.upper() for name in Access.model_fields} == {"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"}


@pytest.mark.parametrize("named", [*PERMISSIONS.values(), QUEUE, TYPE])
def test_what_the_doctor_wants_is_named(named):
    assert f"*{named}*" in DOCS


@pytest.mark.parametrize("permission", SENDING)
def test_mail_needs_what_is_given_in_exchange(permission):
    assert f'-Role "Application {permission}"' in DOCS


def test_every_step_that_mails_is_named():
    paragraph = DOCS.partition("The steps that mail are")[2].partition("\n")[0]
    assert set(re.findall(r"`(\w+)`", paragraph)) == mail_steps(PLAYBOOKS)


def test_every_choice_is_shown():
    [shown] = re.findall(r"```yaml\n(.*?)```", DOCS, re.DOTALL)
    use = yaml.safe_load(shown)["systems"]["use"]
    assert set(use) == set(CHOICES)
    assert set(use.values()) | {"smtp"} == set(NEEDED)


def test_the_marks_look_as_they_are_shown():
    assert trace_of("HC-1042", MARK) in DOCS
    assert label_of("") in DOCS


def test_the_buttons_are_called_so():
    drawn = (ROOT / "blocks" / "systems.py").read_text()
    for button in ("Try again", "By hand …", "Do it by hand instead …"):
        assert f"*{button}*" in DOCS
        assert f'"{button}"' in drawn
