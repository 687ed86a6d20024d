"""Every measurement still runs. How quick anything is, is measured by `make bench` alone."""

from __future__ import annotations

import pytest

from bench.registry import measurements
from bench.run import Run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return Run(tmp_path_factory.mktemp("bench"), rounds=1, small=True)


@pytest.mark.parametrize("name", measurements())
def test_a_measurement_runs_at_a_tiny_size(name, run):
    figures = list(measurements()[name](run))
    assert figures
    assert all(figure.value > 0 for figure in figures)
