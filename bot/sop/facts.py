"""What is known about a complaint. The ids are those of the vocabulary; a person sees their titles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Program = Literal["everbright", "beam", "concert", "unknown"]
Product = Literal["ric", "ppa"]
Channel = Literal["phone", "chat", "email"]
Milestone = date | Literal["not_yet", "unknown"]


@dataclass(frozen=True, slots=True)
class Milestones:
    """Four separate facts (D-08): each the date it was approved, not yet, or unknown."""

    m1: Milestone = "unknown"
    m2: Milestone = "unknown"
    m3: Milestone = "unknown"
    pto: Milestone = "unknown"


@dataclass(frozen=True, slots=True)
class Homeowner:
    """The person who complains. Empty text means not known."""

    name: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    best_time: str = ""


@dataclass(frozen=True, slots=True)
class Installer:
    """The company that built the system. Empty text means not known."""

    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """One contact's facts. `categories` holds one id a complaint (D-21); None means not known."""

    categories: tuple[str, ...] = ()
    program: Program = "unknown"
    product: Product | None = None
    milestones: Milestones = Milestones()
    channel: Channel | None = None
    found_on_platform: bool | None = None
    omnidian: Literal["spoke_with", "transferred_by"] | None = None
    wants_leadership: bool | None = None
    agrees_to_wait: bool | None = None
    resolved_on_call: bool | None = None
    sensitive: tuple[str, ...] = ()
    homeowner: Homeowner = Homeowner()
    installer: Installer = Installer()
    description: str = ""
    extra: Mapping[str, object] = field(default_factory=dict)
