"""A crowd types `/complaint` at once: all are answered in time, and nothing is half begun.

BURST_COMMANDS is how many, BURST_AT_ONCE at a time; the long run sends 5,000 by 500, on a machine of its own:
the workspace that judges has to read its own post within the three seconds.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.e2e.bursts import bursts

COMMANDS = int(os.environ.get("BURST_COMMANDS", "300"))
AT_ONCE = int(os.environ.get("BURST_AT_ONCE", "100"))


@pytest.mark.timeout(120 + COMMANDS)
@pytest.mark.parametrize("http", [False, True], ids=["socket mode", "http"])
def test_a_burst_is_answered_in_time_and_leaves_nothing_half_done(
    url: str, tmp_path: Path, http: bool
) -> None:
    came = bursts(url, tmp_path, COMMANDS, http=http, at_once=AT_ONCE)
    assert came.is_kept, came
    assert came.opened > 0
