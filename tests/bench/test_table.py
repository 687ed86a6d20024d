"""What becomes of figures: judged by their marks, in a table, in JSON, in a picture, in the README."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

import pytest

from bench import chart, keeping
from bench.figure import Figure, Mark
from bench.machine import Machine
from bench.table import lines, markdown

ON = Machine("a chip", 2, 24, "Linux", "3.11.7", "3.40.1", "18.4", "2026-11-22")
SLOW = Figure("a click", 6.0, "ms", 2.0, "a bare <click>", Mark(2), "64 at once", "p50", "SQLite")
QUICK = Figure("a click", 3.0, "ms", 2.0, "a bare <click>", Mark(2), "1 at once", "p50", "SQLite")
RATE = Figure("messages", 80.0, "/s", 100.0, "a loop", Mark(0.7, least=True))
ALONE = Figure("the proof", 10.0, "s", mark=Mark(30, "value"))
UNJUDGED = Figure("memory", 60.0, "MB")
EVERY = [QUICK, SLOW, RATE, ALONE, UNJUDGED]


@pytest.mark.parametrize(
    ("figure", "ratio", "holds"),
    [
        pytest.param(QUICK, 1.5, True, id="at most, by ratio"),
        pytest.param(SLOW, 3.0, False, id="over its mark"),
        pytest.param(RATE, 0.8, True, id="at least, by ratio"),
        pytest.param(Figure("few", 60.0, "/s", 100.0, "", Mark(0.7, least=True)), 0.6, False, id="under it"),
        pytest.param(ALONE, None, True, id="by value, without a floor"),
        pytest.param(Figure("late", 31.0, "s", 1.0, "", Mark(30, "value")), 31.0, False, id="by value"),
        pytest.param(UNJUDGED, None, None, id="without a mark"),
        pytest.param(Figure("lost", 6.0, "ms", mark=Mark(2)), None, None, id="a mark without a floor"),
    ],
)
def test_a_figure_is_judged_by_its_mark(figure, ratio, holds):
    assert (figure.ratio, figure.holds) == (ratio, holds)


def test_the_table_has_a_line_for_every_figure_and_says_what_does_not_hold():
    head, *rows = lines({"clicks": EVERY})
    assert head.split()[:3] == ["what", "how", "value"]
    assert [("NO" in row, "yes" in row) for row in rows] == [
        (False, True),
        (True, False),
        (False, True),
        (False, True),
        (False, False),
    ]


def test_the_readme_shows_the_worst_of_the_ways_in_which_a_thing_was_measured():
    _, _, click, *_ = markdown(EVERY)
    assert "64 at once, the worst of 2" in click
    assert "3.00x" in click
    assert "NO" in click


def test_the_table_of_the_readme_is_written_between_its_marks_and_nothing_else_changes(tmp_path):
    file = tmp_path / "README.md"
    file.write_text(f"before\n{keeping.BEGIN}\nlast week\n{keeping.END}\nafter\n")
    keeping.write_readme(file, EVERY, ON)
    text = file.read_text()
    assert text.startswith(f"before\n{keeping.BEGIN}\nMeasured on 2 cores of a chip")
    assert text.endswith(f"{keeping.END}\nafter\n")
    assert "last week" not in text
    keeping.write_readme(file, EVERY, ON)
    assert file.read_text() == text


def test_a_readme_without_the_marks_is_left_alone(tmp_path):
    file = tmp_path / "README.md"
    file.write_text("nothing of ours")
    with pytest.raises(ValueError, match="no place for the table"):
        keeping.write_readme(file, EVERY, ON)
    assert file.read_text() == "nothing of ours"


def test_the_json_keeps_every_figure_with_its_verdict():
    kept = json.loads(keeping.as_json({"clicks": EVERY}, ON, rounds=5))
    assert kept["machine"]["postgresql"] == "18.4"
    assert [(each["ratio"], each["holds"]) for each in kept["figures"]["clicks"]] == [
        (each.ratio, each.holds) for each in EVERY
    ]


def test_the_picture_has_a_bar_for_each_thing_that_has_a_mark():
    picture = ET.fromstring(chart.drawn(EVERY, str(ON)))
    bars = [each.get("class") for each in picture.findall(".//{*}rect")]
    assert (bars.count("misses"), bars.count("holds")) == (1, 2)
