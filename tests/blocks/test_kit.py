"""The two rules for text: escape it, and keep it in bounds."""

from __future__ import annotations

import re
from datetime import datetime
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks import kit
from sandbox import block_kit

HOSTILE = st.text(st.sampled_from(list("&<>;amplt!@channel 👩‍👧مر\n*_~`x")), max_size=40)
LIMITS = st.integers(1, 20)
ENTITIES = re.compile(r"&(?!(amp|lt|gt);)")


@given(HOSTILE)
def test_what_is_escaped_holds_no_markup_and_reads_back_the_same(text: str) -> None:
    escaped = kit.escape(text)
    assert not set("<>") & set(escaped)
    assert not ENTITIES.search(escaped)
    assert escaped.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == text


@given(HOSTILE, LIMITS)
def test_a_clipped_text_is_never_over_the_limit(text: str, limit: int) -> None:
    clipped = kit.clip(text, limit)
    assert len(clipped) <= limit
    assert clipped == text or (clipped.endswith("…") and len(text) > limit)


@given(HOSTILE, LIMITS)
def test_a_clipped_escaped_text_never_holds_half_an_entity(text: str, limit: int) -> None:
    clipped = kit.clip(kit.escape(text), limit)
    assert not ENTITIES.search(clipped)
    assert clipped == kit.escape(text) or text.startswith(unescape(clipped[:-1]))


@given(HOSTILE, LIMITS)
def test_no_more_is_cut_than_must_be(text: str, limit: int) -> None:
    assert len(kit.clip(kit.escape(text), limit)) >= min(len(kit.escape(text)), limit - 4)


@given(st.text(max_size=9000))
def test_quoted_words_stand_there_whole(text: str) -> None:
    block = kit.quoted(text)
    assert not list(block_kit.check_blocks([block], "modal"))
    parts = block["elements"][0]["elements"]
    assert "".join(part["text"] for part in parts) == (text or " ")


def test_ten_full_fields_leave_room_for_the_rest_of_a_message() -> None:
    full = kit.fields([("Title", "&" * 3000)] * 10)
    assert block_kit.characters([full]) <= block_kit.MESSAGE_CHARACTERS_MAX / 2


BLOCKS = {
    "header": kit.header,
    "section": kit.section,
    "spoken": kit.spoken,
    "fields": lambda text: kit.fields([(text[:20], text)] * 12),
    "context": lambda text: kit.context(*[text] * 12),
    "button": lambda text: kit.actions(
        kit.button(text, "a", "1"), kit.link_button(text, "b", "https://example.test")
    ),
    "overflow": lambda text: kit.actions(kit.overflow("a", [(str(n), text) for n in range(7)])),
    "confirm": lambda text: kit.actions(
        kit.button("x", "a", "1", confirm=kit.confirm(text, text, text, text))
    ),
}
INPUTS = {
    "typed": lambda text: kit.typed("a", text or "x", text, hint=text, placeholder=text),
    "chosen": lambda text: kit.chosen("a", text or "x", {"k": text}, "k", hint=text, placeholder=text),
    "radio": lambda text: kit.chosen("a", text or "x", {"k": text}, "gone", kind="radio_buttons"),
    "ticked": lambda text: kit.ticked("a", text or "x", {"k": text}, ("k", "gone"), hint=text),
    "dated": lambda text: kit.dated("a", text or "x", "2026-11-18", hint=text),
}


@pytest.mark.parametrize("draw", [*BLOCKS.values(), *INPUTS.values()], ids=[*BLOCKS, *INPUTS])
@pytest.mark.parametrize(
    "text",
    ["", "x", "&" * 9000, "👩‍👩‍👧" * 3000, "&lt;" * 3000],
    ids=["empty", "short", "and", "emoji", "entity"],
)
def test_every_shape_stays_within_slacks_limits_whatever_its_text(draw: object, text: str) -> None:
    block = draw(text)  # type: ignore[operator]
    assert [str(each) for each in block_kit.check_blocks([block], "modal")] == []


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-11-18T14:00:00+00:00", "Wed, Nov 18, 9:00 AM EST"),
        ("2026-07-01T04:05:00+00:00", "Wed, Jul 1, 12:05 AM EDT"),
    ],
    ids=["winter", "summer"],
)
def test_a_moment_is_said_in_the_propertys_zone(at: str, said: str) -> None:
    assert kit.moment(datetime.fromisoformat(at), "America/New_York") == said
