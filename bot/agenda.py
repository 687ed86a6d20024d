"""Which room runs which errand, and which looks up what a letter without a case is about."""

from __future__ import annotations

from collections.abc import Mapping

from bot.delivery import Subject
from bot.errands import Run

ERRANDS: Mapping[str, Run] = {}
SUBJECTS: Mapping[str, Subject] = {}
