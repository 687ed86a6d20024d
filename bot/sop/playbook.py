"""A playbook: one SOP as data, checked when it is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Playbooks:
    """All playbooks and the organisation they act in. `version` is the content hash of the files."""

    version: str
