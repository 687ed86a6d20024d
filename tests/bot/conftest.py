"""What several tests of the use cases share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bot.casework import Casework, casework


@pytest.fixture
def work() -> Iterator[Casework]:
    """A desk with an empty database in memory."""
    with casework() as desk:
        yield desk
