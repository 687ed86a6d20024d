"""Which room runs which errand, and which looks up what a letter without a case is about."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from bot import drafts, watch
from bot.cases import UNANSWERED
from bot.delivery import Subject
from bot.errands import Run

ERRANDS: Mapping[str, Run] = {UNANSWERED: watch.unanswered}
SUBJECTS: Mapping[str, Subject] = {drafts.LETTER: drafts.subject}
ROUTINE: Collection[str] = frozenset()
"""The kinds of errands that nobody waits for: they are no answer to what falls due next."""
