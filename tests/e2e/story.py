"""What people do in more than one story."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sandbox.person import Person, SeenMessage

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
}


def open_complaint(agent: Person, who: Mapping[str, object] = {}, what: Mapping[str, object] = {}) -> str:
    """Type a complaint from the command to the open case; answers the case's name."""
    agent.command("/complaint")
    agent.wait_for_view("Who is calling")
    agent.fill({**WHO, **who})
    agent.submit()
    agent.wait_for_view("What happened")
    fill_what(agent, {**WHAT, **what})
    agent.submit()
    agent.wait_for_view("What the SOP says")
    return finish(agent)


def finish(agent: Person) -> str:
    """Open the case from the last page, with a reason where the same complaint is open already."""
    if "link.reason" in agent.view.values:
        agent.fill({"link.reason": "Another one of the same."})
    agent.submit()
    opened = agent.wait_for_view("is open.")
    agent.close()
    return next(word.strip("*") for word in opened.all_text.split() if "HC-" in word)


def fill_what(agent: Person, values: Mapping[str, object]) -> None:
    """Choose the category first, and fill in the rest once the fields that follow it have come."""
    agent.fill({"category": values["category"]})
    rest = {field: value for field, value in values.items() if field != "category"}
    agent.wait_for(lambda person: set(rest) <= set(person.view.values), what=f"the fields {sorted(rest)}")
    agent.fill(rest)


def send_email(agent: Person) -> None:
    """Read the draft, and mark it as sent."""
    open_email(agent)
    agent.submit()
    agent.wait_for_no_view()


def open_email(agent: Person) -> str:
    """Open the draft as soon as it can be; answers all of it, what stands in the inputs too."""
    agent.wait_for(lambda person: any("Read and send …" in post.buttons for post in person.dm()))
    agent.click("Read and send …")
    view = agent.wait_for_view("E-mail")
    typed = [str(block["element"].get("initial_value", "")) for block in view.blocks if "element" in block]
    return "\n".join([view.all_text, *typed])


def newest_question(agent: Person, case: str) -> SeenMessage:
    """The reminder of this hour that asks whether the installer has been in touch."""

    def asked(person: Person) -> SeenMessage | None:
        hour_ago = datetime.fromisoformat(person.state["now"]).timestamp() - 3600
        posts = [post for post in person.dm() if post.text == f"{case}: it is time to ask the homeowner."]
        return next((post for post in posts if float(post.ts) > hour_ago), None)

    question: SeenMessage = agent.wait_for(asked, what=f"the reminder of {case}")
    return question


def timeline(agent: Person) -> list[str]:
    """The case's timeline, without who and when."""
    agent.click("Timeline")
    view = agent.wait_for_view("timeline")
    agent.close()
    sections = [block["text"]["text"] for block in view.blocks if block["type"] == "section"]
    return [text.partition("\n")[2] for text in sections]
