"""A playbook as a picture: everything that it says stands on it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.errors import MapError
from bot.maps import chart, draw
from bot.maps.chart import names
from bot.maps.words import WHO, condition_words, holders
from bot.playbooks.parsing import condition
from bot.playbooks.reading import parse
from bot.sop.plan import plan_of
from bot.sop_commands import app
from tests.bot.desk import playbooks
from tests.bot.walks import alone, walked

SOPS = names(playbooks())


def texts(svg: Path) -> str:
    """All words of a picture, in the order in which they are drawn."""
    found = ET.parse(svg).iter("{http://www.w3.org/2000/svg}text")
    return " ".join(" ".join(each.itertext()) for each in found)


@pytest.mark.parametrize("sop", SOPS)
def test_every_stage_and_step_of_a_playbook_stands_on_its_map(sop: str, tmp_path: Path) -> None:
    draw(chart(sop, playbooks()), tmp_path / "map.svg")
    drawn = texts(tmp_path / "map.svg")
    for path in playbooks().paths.values():
        if path.id.startswith(f"{sop}/"):
            for stage in path.stages.values():
                assert stage.id == "start" or all(word in drawn for word in stage.title.split())
                for step in stage.steps:
                    assert all(word in drawn for word in step.title.split())
                    assert ", ".join(step.cites) in drawn


def test_waits_people_gaps_and_what_is_forbidden_are_told_apart() -> None:
    dot = chart("property_damage", playbooks())
    assert "<b>Wait 2 calendar days</b>" in dot
    assert "<b>Every 2 days, 3 times</b>" in dot
    assert "Missing in the SOP:" in dot
    assert 'style="dashed"' in dot
    assert re.search(r'shape=note.*color="#b3261e".*Never copy the homeowner', dot)
    assert dot.count("A person closes the case") >= len(playbooks().paths) / 3
    assert all(f'bgcolor="{WHO[who][1]}"' in dot for who in ("front_line", "back_office", "lead"))


def test_one_path_can_be_drawn_alone() -> None:
    dot = chart("wrong_meter/everbright", playbooks())
    assert dot.count("subgraph") == 1


def test_what_the_call_and_the_escalation_add_is_drawn() -> None:
    assert "Locate the customer in the Power BI" in chart("concert_check", playbooks())
    assert "Beside any path" in chart("escalating_complaints", playbooks())


def test_each_stage_has_one_arrow_and_pointers_for_the_rest() -> None:
    dot = chart("installer_complaints/unresponsive", playbooks())
    assert len(re.findall(r"-> p0_satisfied( |$)", dot, re.MULTILINE)) == 1
    assert dot.count("→ 9. The homeowner is") > 3


def test_after_the_reassignment_the_back_office_has_the_case() -> None:
    held = holders(playbooks().paths["property_damage/ric_pre_m3"])
    assert (held["taken_in"], held["waiting"]) == ("front_line", "back_office")


@pytest.mark.parametrize("category", ["wrong_meter", "installer_conduct", "general_concern", "fraud"])
def test_the_map_says_who_has_the_case_as_the_plan_does(category: str) -> None:
    for node in walked(category).nodes.values():
        path = alone().paths.get(node.case.path or "")
        if path is not None and node.case.stage in path.stages:
            has = plan_of(node.case, alone(), node.now).handled_by
            assert (node.case.stage, has) == (node.case.stage, holders(path)[node.case.stage])


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("{program: [beam, concert], m3: approved}", "Beam or Concert, M3 approved"),
        ("{m1: beyond_30_days}", "M1 more than 30 days ago"),
        (
            "{found_on_platform: no, program: unknown}",
            "not found on the EverBright platform, program not known",
        ),
        ("{agrees_to_wait: [no, unknown]}", "refuses to wait, as far as is known"),
        ("{sensitive: any}", "any sensitive issue"),
        ("{any: [{category: fraud}, {product: ppa}]}", "fraud; or PPA"),
        ("{extra.need: cancellation}", "needed for cancellation"),
    ],
    ids=["programs", "milestone", "not known", "a flag", "sensitive", "alternatives", "need"],
)
def test_a_condition_reads_like_a_sentence(written: str, words: str) -> None:
    assert condition_words(condition(parse("a.yaml", written))) == words


@pytest.mark.parametrize("form", ["svg", "png", "dot"])
def test_a_map_is_drawn_in_each_format(form: str, tmp_path: Path) -> None:
    file = tmp_path / f"map.{form}"
    result = CliRunner().invoke(app, ["map", "wrong_meter", "-o", str(file)])
    assert (result.exit_code, result.stdout) == (0, f"{file} is drawn.\n")
    begins = {"svg": b"<?xml", "png": b"\x89PNG", "dot": b"digraph"}
    assert file.read_bytes().startswith(begins[form])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["wrong_metre"], "No playbook is called 'wrong_metre'. Did you mean wrong_meter?"),
        (["wrong_meter", "-o", "map.pdf"], "Write .svg, .png or .dot."),
        (["wrong_meter", "-o", "/nowhere/map.dot"], "/nowhere/map.dot cannot be written"),
    ],
    ids=["no such playbook", "no such format", "no such folder"],
)
def test_what_cannot_be_drawn_is_one_sentence(arguments: list[str], says: str) -> None:
    result = CliRunner().invoke(app, ["map", *arguments])
    assert result.exit_code == 2
    assert says in result.stderr


def test_what_graphviz_does_not_understand_is_said(tmp_path: Path) -> None:
    with pytest.raises(MapError, match="Graphviz could not draw this"):
        draw("digraph {", tmp_path / "map.svg")
