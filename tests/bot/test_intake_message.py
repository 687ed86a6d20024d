"""A complaint from a message: its words as people read them, and nothing of it lost."""

from __future__ import annotations

import pytest

from bot.intake_fields import LONGEST, MESSAGE_TEXT
from bot.intake_message import known_of, readable

TEXTS = {
    "plain": ("The roof leaks.", "The roof leaks."),
    "escapes": ("M1 &lt; M2 &amp;&amp; &amp;lt;", "M1 < M2 && &lt;"),
    "a person": ("<@U0BEN00002> said so", "@Ben (agent) said so"),
    "a named person": ("<@U0BEN00002|ben>", "@ben"),
    "a channel": ("see <#C123|general>", "see #general"),
    "everybody": ("<!channel> and <!subteam^S1|@clerks>", "@channel and @clerks"),
    "a link": ("<https://example.test/a?b=1&amp;c=2>", "https://example.test/a?b=1&c=2"),
    "a labelled link": ("<https://example.test|the photo>", "the photo (https://example.test)"),
    "a mail address": ("<mailto:hanna@example.test|hanna@example.test>", "hanna@example.test"),
    "lines": ("one\ntwo\n", "one\ntwo"),
    "half a mark": ("a < b and <", "a < b and <"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("text", "shown"), TEXTS.values(), ids=TEXTS)
def test_a_message_reads_as_it_was_seen(text: str, shown: str) -> None:
    assert readable(text, {"U0BEN00002": "Ben (agent)"}.__getitem__) == shown


def test_what_is_too_long_for_the_field_is_kept_whole_besides() -> None:
    long = "Loud. " * 2000
    known = known_of(long, str)
    assert len(known["description"]) <= LONGEST
    assert known[MESSAGE_TEXT] == long.strip()


def test_a_message_says_what_happened_and_not_who_is_calling() -> None:
    known = known_of("The roof leaks.", str)
    assert {field: value for field, value in known.items() if value} == {
        "channel": "chat",
        "description": "The roof leaks.",
    }
