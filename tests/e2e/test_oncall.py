"""A lead changes who is on call, and everything that asks follows at once (D-11, D-12)."""

from __future__ import annotations

from sandbox.person import Person, SeenMessage, Staff
from tests.e2e.conftest import Office
from tests.e2e.story import open_complaint

CHANNEL = "support-and-cs-team-members-only"
LEADS = "complaint-leads"
NOT_FOUND = {"found_on_platform": "No, not found", "program": "Not known"}
HUGO = {
    "homeowner.name": "Hugo (homeowner)",
    "homeowner.address": "22 Shady Lane, Springfield",
    "homeowner.phone": "555-0122",
    "homeowner.email": "hugo@example.test",
}
SATURDAY_EVENING = "2030-01-12T20:00:00-05:00"


def form(lead: Person, button: str, title: str) -> None:
    lead.command("/complaint", "oncall")
    lead.wait_for_message("Concert checks now")
    lead.click(button)
    lead.wait_for_view(title)


def saved(lead: Person) -> str:
    """See what changes, and save it; answers what the second page said."""
    lead.submit()
    lead.wait_for(lambda person: "Why" in str(person.view and person.view.blocks), what="the second page")
    shown = lead.view.all_text
    lead.fill({"reason": "A birthday & a cake"})
    lead.submit()
    lead.wait_for_view("Who is on call")
    lead.close()
    return shown


def tags(post: SeenMessage) -> set[str]:
    question = post.all_text.partition("*Is this a Concert customer?*")[0]
    return {word.strip("<@>") for word in question.split() if word.startswith("<@")}


def test_an_override_a_swap_and_people_away(office: Office) -> None:
    office.clock.to(SATURDAY_EVENING)
    lea, ben, ada = office.lea, office.ben, office.ada
    with office.desk():
        form(lea, "Override a day …", "Override a day")
        lea.fill({"people": [ben.user_id], "from": "20:00"})
        assert "*<@U0BEN00002>* instead of <@U0CLEO0005>, <@U0CORA0006>" in saved(lea)
        ben.wait_for_message("<@U0LEA00004> changed the Concert rota")
        office.cleo.wait_for_message("<@U0LEA00004> changed the Concert rota")
        lea.wait_for_message("A birthday &amp; a cake", LEADS)

        case = open_complaint(ada, who=NOT_FOUND)
        post = ben.wait_for_message(f"{case} needs a Concert confirmation", CHANNEL)
        assert tags(post) == {"U0BEN00002"}
        ben.click("Not Concert", post)
        ada.wait_for_message("Ben (agent): not a Concert customer")

        form(lea, "Swap two people …", "Swap two people")
        lea.fill({"person": office.cora.user_id, "other": office.cyd.user_id, "day": "2030-01-15"})
        saved(lea)
        office.cyd.wait_for_message("and <@U0CYD00009> swap")
        office.clock.to("2030-01-15T19:00:00-05:00")
        case = open_complaint(ada, who={**NOT_FOUND, **HUGO})
        post = office.cyd.wait_for_message(f"{case} needs a Concert confirmation", CHANNEL)
        assert {"U0CLEO0005", "U0CYD00009"} <= tags(post)
        assert "U0CORA0006" not in tags(post)

        form(lea, "Someone is away …", "Someone is away")
        lea.fill({"people": ["U0CLEO0005", "U0CORA0006"], "day": "2030-01-19"})
        assert "This leaves hours in which nobody is on call" in saved(lea)
        gap = lea.wait_for_message("Nobody is on call for Concert checks: Sat, Jan 19, all day.", LEADS)
        for day in (16, 17, 18):
            office.clock.to(f"2030-01-{day}T10:00:00-05:00")
        assert len([one for one in lea.messages(LEADS) if "Nobody is on call" in one.text]) == 1
        lea.click("Override a day …", gap)
        lea.wait_for_view("Override a day")
        lea.fill({"people": [ben.user_id, office.cyd.user_id], "day": "2030-01-19"})
        saved(lea)
        lea.wait_for_message("Mended, or otherwise by now", LEADS)

        lea.command("/complaint", "oncall")
        page = lea.wait_for_message("*Sat, Jan 19*\nall day: <@U0BEN00002>, <@U0CYD00009>")
        lea.click("Undo …", page)
        lea.wait_for_view("Undo a change")
        lea.submit()
        lea.wait_for_view("Who is on call")
        lea.close()
        lea.wait_for_message("<@U0LEA00004> undid a change of the Concert rota", LEADS)


def test_whoever_is_deactivated_is_told_to_the_leads_and_not_tagged(office: Office) -> None:
    office.clock.to(SATURDAY_EVENING)
    with office.desk():
        Staff(office.sandbox.url).deactivate("U0CLEO0005")
        office.lea.wait_for_message("<@U0CLEO0005> *is deactivated in Slack*", LEADS)
        case = open_complaint(office.ada, who=NOT_FOUND)
        post = office.cora.wait_for_message(f"{case} needs a Concert confirmation", CHANNEL)
        assert tags(post) == {"U0CORA0006"}
        Staff(office.sandbox.url).reactivate("U0CLEO0005")
        office.lea.wait_for_message("No longer so.", LEADS)
        assert len([one for one in office.lea.messages(LEADS) if "is deactivated" in one.all_text]) == 1


def test_only_leads_and_admins_change_it_and_a_stranger_sees_nothing(office: Office) -> None:
    with office.desk():
        office.ben.command("/complaint", "oncall")
        page = office.ben.wait_for_message("Concert checks now")
        assert page.buttons == []
        otto = office.person("U0OTTO0010")
        otto.command("/complaint", "oncall")
        otto.wait_for_message("you are not among them yet")
        form(office.lea, "Override a day …", "Override a day")
        office.lea.fill({"people": ["U0BEN00002"], "from": "09:00", "to": "08:00"})
        told = office.lea.submit(strict=False)
        assert told.errors == {"to": "This ends before it begins. Choose a later end."}
