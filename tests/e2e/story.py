"""What people do in more than one story."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.person import Person

WHO: Mapping[str, object] = {
    "homeowner.name": "Hanna (homeowner)",
    "homeowner.address": "1 Sunny Side, Springfield",
    "homeowner.phone": "555-0100",
    "homeowner.email": "hanna@example.test",
    "homeowner.best_time": "Weekdays after 4 PM",
    "channel": "Phone",
    "found_on_platform": "Yes, found",
    "program": "EverBright",
}
WHAT: Mapping[str, object] = {
    "category": "Installer is not replying",
    "installer.name": "Bright Roofs",
    "installer.email": "office@bright-roofs.example.test",
    "description": "Three calls, no answer. The inverter hums.",
    "milestones.m1": "2029-11-20",
}


def open_complaint(agent: Person, who: Mapping[str, object] = {}, what: Mapping[str, object] = {}) -> str:
    """Type a complaint from the command to the open case; answers the case's name."""
    agent.command("/complaint")
    agent.wait_for_view("Who is calling")
    agent.fill({**WHO, **who})
    agent.submit()
    agent.wait_for_view("What happened")
    agent.fill({**WHAT, **what})
    agent.submit()
    agent.wait_for_view("What the SOP says")
    agent.submit()
    opened = agent.wait_for_view("is open")
    agent.close()
    return next(word.strip("*") for word in opened.all_text.split() if "HC-" in word)


def send_email(agent: Person) -> None:
    """Read the draft, and mark it as sent."""
    agent.click("Read and send …")
    agent.wait_for_view("E-mail")
    agent.submit()
    agent.wait_for_no_view()
