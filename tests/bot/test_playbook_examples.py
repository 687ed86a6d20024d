"""Every worked example beside the playbooks comes out as written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.examples import Example, differences, load_examples
from tests.bot.desk import playbooks

EXAMPLES = load_examples()


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.name for example in EXAMPLES])
def test_example(example: Example) -> None:
    assert differences(example, playbooks()) == []


def test_an_example_that_does_not_hold_says_where() -> None:
    wrong = replace(EXAMPLES[0], plan={"covered": False})
    assert differences(wrong, playbooks()) == ["plan: covered is true, the example says false"]
