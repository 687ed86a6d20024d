"""Whatever comes in, the desk answers or says in its log what went wrong, and keeps nothing by halves.

FUZZ_EXAMPLES is how many payloads are sent to each kind of database; FUZZ_SEED throws other dice. What fails
is printed with the line that runs it again.
"""

from __future__ import annotations

import os
from typing import Final

from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from tests.handlers.sent import COMPANY, ELEMENTS, INPUTS, JUNK, Sent
from tests.handlers.test_permissions import PEOPLE, ROWS
from tests.handlers.whole_desk import whole_desk
from tests.invariants import broken

EXAMPLES: Final = int(os.environ.get("FUZZ_EXAMPLES", "200"))
SEED: Final = int(os.environ.get("FUZZ_SEED", "20261118"))
SENT = st.builds(
    Sent,
    row=st.sampled_from(ROWS),
    person=st.sampled_from(sorted(PEOPLE)),
    company=st.sampled_from(sorted(COMPANY)),
    changes=st.lists(st.tuples(st.integers(0, 60), st.sampled_from(JUNK)), max_size=3).map(tuple),
    typed=st.dictionaries(st.sampled_from(INPUTS), st.sampled_from(ELEMENTS), max_size=3),
)


def test_whatever_comes_in_is_answered_and_nothing_is_kept_by_halves(url: str) -> None:
    with whole_desk(url) as desk:

        @seed(SEED)
        @settings(max_examples=EXAMPLES, phases=[Phase.generate], print_blob=True, report_multiple_bugs=False)
        @given(SENT)
        def send(sent: Sent) -> None:
            desk.answers(sent)

        send()
        assert broken(desk.database, desk.desk) == []
