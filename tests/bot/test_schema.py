"""The schema of a playbook: what the loader takes, an editor accepts; what it refuses, an editor marks."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

from bot.errors import PlaybookError
from bot.playbooks import DIRECTORY, playbooks_from, sops_of
from bot.playbooks.forms import FORMS
from bot.playbooks.schema import COMMENT, FILE, schema
from bot.sop_commands import app
from tests.bot.desk import playbooks

VALIDATOR = jsonschema.Draft202012Validator(schema())
SOPS = [spot.file for spot in sops_of(playbooks().files)]
INSTALLER = "installer_complaints.yaml"


def as_an_editor_reads(node: yaml.Node) -> Any:
    """A YAML node as an editor reads it, in YAML 1.2: only true, false and whole numbers are no texts."""
    if isinstance(node, yaml.MappingNode):
        own = {key.value: as_an_editor_reads(value) for key, value in node.value}
        return {**own.pop("<<", {}), **own}
    if isinstance(node, yaml.SequenceNode):
        return [as_an_editor_reads(item) for item in node.value]
    plain = isinstance(node, yaml.ScalarNode) and node.style is None
    if plain and (node.value in ("true", "false") or node.value.isdecimal()):
        return json.loads(node.value)
    return node.value


def problems(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(as_an_editor_reads(yaml.compose(text)))]


def test_the_schema_is_a_schema_and_stands_beside_the_playbooks() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert json.loads((DIRECTORY / FILE).read_text(encoding="utf-8")) == schema()
    assert json.loads(CliRunner().invoke(app, ["schema"]).stdout) == schema()


@pytest.mark.parametrize("file", SOPS)
def test_each_playbook_names_the_schema_and_follows_it(file: str) -> None:
    text = playbooks().files[f"playbooks/{file}"]
    assert text.splitlines()[0] == COMMENT
    assert problems(text) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("verb: email\n", "verb: emial\n", id="verb"),
        pytest.param("to: [installer]", "to: [instaler]", id="role"),
        pytest.param("business_days: 2", "business_days: two", id="number of days"),
        pytest.param("business_days: 2", "busy_days: 2", id="kind of days"),
        pytest.param("{channel: phone}", "{chanel: phone}", id="fact in a condition"),
        pytest.param("{channel: phone}", "{channel: fax}", id="its word"),
        pytest.param("state: open", "state: opened", id="state"),
        pytest.param("title: First attempt to", "titel: First attempt to", id="key"),
        pytest.param("          installer_email_sent: {", "          mail_sent: {", id="event"),
        pytest.param("cites: [R-003,", "cites: [Rule 3,", id="citation"),
    ],
)
def test_what_the_loader_refuses_an_editor_marks(old: str, new: str) -> None:
    text = playbooks().files[f"playbooks/{INSTALLER}"]
    assert old in text
    broken = text.replace(old, new, 1)
    assert problems(broken)
    with pytest.raises(PlaybookError):
        playbooks_from({**playbooks().files, f"playbooks/{INSTALLER}": broken}, playbooks().organisation)


def test_every_form_and_key_says_what_it_is() -> None:
    for form in FORMS.values():
        assert form.says.endswith(".")
        assert all(key.says.endswith(".") or "see rules.yaml" in key.says for key in form.keys.values())
    parts = {
        key.part for form in FORMS.values() for key in form.keys.values() if key.shape in ("form", "forms")
    }
    assert parts <= set(FORMS)
