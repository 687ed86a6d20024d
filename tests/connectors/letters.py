"""Mails that the guard has cleared, for the connectors that send them."""

from __future__ import annotations

from dataclasses import replace

from bot import guard
from bot.guard import Cleared, Standing
from bot.systems import Addressee, Draft
from tests.bot.desk import facts

MARK = "3f2a9c1d" + "0" * 24
OTHER_MARK = "77aa0011" + "f" * 24
INSTALLER = Addressee("installer", "office@bright-roofs.example.test", "Bright Roofs, Inc.")
MANAGER = Addressee("account_manager", "manager@ever.example.test", "Mia Müller", "cc")
TEXT = "Please call them – today.\n\n.A line that begins with a dot\n" + "long " * 300 + "\nThe desk"
DRAFT = Draft(
    "HC-1042",
    "email",
    "email",
    "email_installer",
    subject="Homeowner Concern – Hanna Ö. [HC-1042]",
    text=TEXT,
    addressees=(INSTALLER, MANAGER),
)


def cleared(draft: Draft = DRAFT, **changes: object) -> Cleared:
    """A draft past the guard, of an EverBright case without anything sensitive."""
    return guard.clear(replace(draft, **changes), Standing(facts()))  # type: ignore[arg-type]
