"""What several tests of the use cases share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.bot.casework import Casework, casework
from tests.databases import Databases


@pytest.fixture
def work(databases: Databases) -> Iterator[Casework]:
    """A desk with an empty database."""
    with casework(databases) as desk:
        yield desk
