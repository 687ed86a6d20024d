"""Who is from another workspace gets nowhere, whatever their id is to the desk; who is from here does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from handlers.strangers import NOT_FROM_HERE, is_from
from tests.databases import SqliteFiles
from tests.handlers.sent import COMPANY, ELSEWHERE, Sent
from tests.handlers.test_permissions import ROWS
from tests.handlers.whole_desk import WholeDesk, whole_desk

ANSWERED = ("action", "view", "shortcut", "command")
WITHOUT_WORDS = ("event", "options", "view_closed")


@pytest.fixture(scope="module")
def desk(sqlite: SqliteFiles) -> Iterator[WholeDesk]:
    with whole_desk(sqlite.new()) as desk:
        yield desk


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.kind} {row.id} {row.value}".strip())
def test_a_lead_of_another_workspace_is_refused_kindly(desk: WholeDesk, row) -> None:
    said = desk.answers(Sent(row, "a lead", ELSEWHERE))
    told = NOT_FROM_HERE.partition(". ")[0] in said
    assert told == (row.kind in ANSWERED), said
    assert "HC-" not in said


@pytest.mark.parametrize("company", [each for each in COMPANY if each != ELSEWHERE])
def test_a_lead_of_the_desks_own_workspace_is_let_in(desk: WholeDesk, company: str) -> None:
    row = next(row for row in ROWS if row.kind == "command" and row.value == "help")
    said = desk.answers(Sent(row, "a lead", company))
    assert "another one" not in said
    assert "/complaint" in said


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"user": {"id": "U1", "team_id": "T1"}}, True),
        ({"user": {"id": "U1", "team_id": None}}, True),
        ({"user": {"id": "U1"}}, True),
        ({"user": {"id": "U1", "team_id": "T2"}}, False),
        ({"user": {"id": "U1", "team_id": "T2"}, "team": {"id": "T1"}}, False),
        ({"team_id": "T2", "event": {"user_team": "T1"}}, True),
        ({"team_id": "T1", "event": {"user_team": "T2"}}, False),
        ({"team_id": "T2", "command": "/complaint"}, False),
        ({}, True),
    ],
)
def test_slack_says_whose_somebody_is(body, expected) -> None:
    assert is_from(body, "T1") is expected
