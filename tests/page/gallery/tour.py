"""What the acts of the tour share: the people, the camera, and a way to find what was said last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.person import Person, SeenMessage
from tests.e2e.conftest import Office
from tests.e2e.robot import settle
from tests.page.gallery.camera import Camera
from tests.page.gallery.people import HANNA, SILENT

CHECKS, BACK_OFFICE, LEADS = "support-and-cs-team-members-only", "complaint-back-office", "complaint-leads"
Fields = Mapping[str, object]


@dataclass(frozen=True)
class Tour:
    """One desk, and somebody with a camera."""

    office: Office
    camera: Camera

    def last_page(self, agent: Person, who: Fields = HANNA, what: Fields = SILENT) -> None:
        """Take a complaint as far as what the SOP says."""
        agent.command("/complaint")
        agent.wait_for_view("Who is calling")
        agent.fill(dict(who))
        agent.submit()
        agent.wait_for_view("What happened")
        self.fill_in(agent, {**SILENT, **what})
        agent.submit()
        agent.wait_for_view("What the SOP says")

    def fill_in(self, agent: Person, values: Fields) -> None:
        """One field after the other, each once it has come: some follow what is chosen before."""
        for field, value in values.items():
            agent.wait_for(lambda one, wanted=field: wanted in one.view.values, what=field)
            agent.fill({field: value})

    def open(self, agent: Person, who: Fields = HANNA, what: Fields = SILENT) -> str:
        """Take a complaint to its end; answers the case's name."""
        self.last_page(agent, who, what)
        agent.submit()
        opened = agent.wait_for_view("is open.")
        agent.close()
        settle(self.office)
        return next(word.strip("*") for word in opened.all_text.split() if "HC-" in word)

    def asked(self, person: Person, words: str, channel: str | None = None) -> SeenMessage:
        """What a word after `/complaint` is answered with."""
        before = len(person.messages(channel))
        person.command("/complaint", words, channel)
        person.wait_for(lambda one: len(one.messages(channel)) > before, what=f"the answer to {words}")
        return person.messages(channel)[-1]

    def card(self, person: Person, case: str) -> SeenMessage:
        """The case's newest card in somebody's messages."""
        settle(self.office)
        return [each for each in person.dm() if each.text.startswith(f"{case}: ") and _is_card(each)][-1]

    def question(self, person: Person, case: str) -> SeenMessage:
        """The newest reminder that asks about the homeowner."""
        settle(self.office)
        asked = f"{case}: it is time to ask the homeowner."
        person.wait_for(lambda one: any(each.text == asked for each in one.dm()), what=asked)
        return [each for each in person.dm() if each.text == asked][-1]

    def post(self, person: Person, channel: str | None, *words: str) -> SeenMessage:
        """The newest message that says all of this, as soon as there is one."""
        settle(self.office)

        def said(one: Person) -> SeenMessage | None:
            posts = [each for each in one.messages(channel) if all(word in each.all_text for word in words)]
            return posts[-1] if posts else None

        message: SeenMessage = person.wait_for(said, what=" … ".join(words))
        return message

    def written_to(self, agent: Person, who: Fields, what: Fields = SILENT) -> str:
        """Open a case of a silent installer, record its ticket and send the mail; answers its name."""
        case = self.open(agent, who, what)
        agent.click("Fields and key …", self.card(agent, case))
        agent.wait_for_view("Homeowner Support Queue")
        self.done(agent, {"reference": f"EBH-{case[3:]}"})
        self.send(agent, case)
        return case

    def send(self, agent: Person, case: str) -> None:
        """Mark the mail that is due as sent."""
        agent.click("Read and send …", self.card(agent, case))
        agent.wait_for_view("E-mail")
        self.done(agent)

    def form(self, person: Person, name: str, button: str, on: SeenMessage) -> None:
        """Open a form, look at it, and close it."""
        person.click(button, on)
        person.wait_for(lambda one: one.view, what=button)
        self.camera.modal(name, person)
        person.close(everything=True)

    def done(self, person: Person, values: Fields | None = None) -> None:
        """Fill in the form on top and send it, until no form is left."""
        if values:
            person.fill(dict(values))
        person.submit()
        settle(self.office)
        if person.views:
            person.close(everything=True)


def _is_card(message: SeenMessage) -> bool:
    return bool(message.blocks) and message.blocks[0]["type"] == "header"
