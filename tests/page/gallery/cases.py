"""Working a case: its card, every short form, the reminder, the prompt, what is held, what is closed."""

from __future__ import annotations

from datetime import timedelta

from tests.e2e.robot import settle
from tests.page.gallery.people import NOT_FOUND, homeowner
from tests.page.gallery.tour import CHECKS, LEADS, Tour

SILENCE = {"milestones.m1": "2029-11-20", "extra.need": "Resolving an installation issue"}


def the_card(tour: Tour, case: str) -> None:
    """The card of a case that was just opened, and the forms behind its buttons."""
    ada, camera = tour.office.ada, tour.camera
    card = tour.card(ada, case)
    camera.message("card: new", ada, card)
    tour.form(ada, "form: words to say", "Show the words …", card)
    tour.form(ada, "form: ticket", "Fields and key …", card)
    tour.form(ada, "form: e-mail", "Read and send …", card)
    tour.form(ada, "form: note, link, file", "Add a note or file", card)
    tour.form(ada, "form: facts", "Change facts", card)
    tour.form(ada, "form: hand over", "Hand over …", card)
    tour.form(ada, "form: more", "More …", card)
    for what, button in {
        "put it back": "Put it back …",
        "send to a team": "Send to a team …",
        "ask the leads": "Ask the leads …",
        "close, too early": "Close the case",
    }.items():
        ada.click("More …", card)
        ada.wait_for_view("more")
        ada.click(button)
        ada.wait_for(lambda one: one.view.callback_id != "more", what=button)
        camera.modal(f"form: {what}", ada)
        ada.close(everything=True)
    seen = tour.asked(tour.office.ben, f"show {case}")
    camera.message("card: as a colleague sees it", tour.office.ben, seen)


def facts_change(tour: Tour, case: str) -> None:
    """It turns out to be a Concert case, and what follows from it is said."""
    ada = tour.office.ada
    ada.click("Change facts", tour.card(ada, case))
    ada.wait_for_view("facts_learned")
    ada.fill({"program": "Concert"})
    ada.submit()
    ada.wait_for_view("What changed")
    tour.camera.modal("form: what changed", ada)
    ada.close()


def in_the_middle(tour: Tour) -> tuple[str, str]:
    """Ticket and mail are done, and the reminder rings. Answers the names of two such cases."""
    ada, camera, office = tour.office.ada, tour.camera, tour.office
    case = tour.written_to(ada, homeowner("Petra", 3), SILENCE)
    other = tour.written_to(ada, homeowner("Viola", 9), SILENCE)
    ada.click("Add a note or file", tour.card(ada, case))
    ada.wait_for_view("noted")
    ada.fill({"note": "She is at home on Fridays.", "link": "https://example.test/utility-bill"})
    ada.fill({"link_title": "The utility bill"})
    ada.attach("files", "meter.txt", "4711")
    tour.done(ada)
    camera.message("card: waiting", ada, tour.card(ada, case))
    ada.click("Timeline", tour.card(ada, case))
    ada.wait_for_view("timeline")
    camera.modal("timeline", ada)
    ada.close()
    office.clock.to("2030-01-11T10:05:00-05:00")
    question = tour.question(ada, case)
    camera.message("reminder", ada, question)
    tour.form(ada, "form: ask later", "Ask later …", question)
    return case, other


def not_heard(tour: Tour, case: str, other: str) -> None:
    """Nothing was heard of either: the second attempt."""
    ada, camera = tour.office.ada, tour.camera
    for each in (case, other):
        ada.click("Not heard from the installer", tour.question(ada, each))
        settle(tour.office)
    camera.message("reminder: answered", ada, tour.post(ada, None, f"{case}: answered."))
    camera.message("card: in the middle", ada, tour.card(ada, case))
    tour.form(ada, "form: participant", "Who, and why …", tour.card(ada, case))
    tour.send(ada, case)
    tour.send(ada, other)


def closed(tour: Tour, case: str) -> None:
    """The installer came; the case is closed with comments."""
    ada, camera = tour.office.ada, tour.camera
    tour.office.clock.to("2030-01-15T14:30:00-05:00")
    ada.click("Contacted and satisfied", tour.question(ada, case))
    settle(tour.office)
    camera.message("card: ready to close", ada, tour.card(ada, case))
    tour.form(ada, "form: close", "Close the case …", tour.card(ada, case))
    ada.click("Close the case …", tour.card(ada, case))
    ada.wait_for_view("closed")
    tour.done(ada, {"closure_comments": "The installer came and mended it."})
    camera.message("card: closed", ada, tour.card(ada, case))


def unheard(tour: Tour, case: str) -> None:
    """The second attempt goes unheard too, and the SOP's next step is lost: a lead decides."""
    ada, camera = tour.office.ada, tour.camera
    ada.click("Not heard from the installer", tour.question(ada, case))
    settle(tour.office)
    camera.message("card: the SOP’s text is missing", ada, tour.card(ada, case))


def prompted(tour: Tour, case: str) -> None:
    """Nobody decides for two days: the owner and the leads are prompted (D-15)."""
    ada, lea, camera = tour.office.ada, tour.office.lea, tour.camera
    tour.office.clock.to("2030-01-17T14:40:00-05:00")
    camera.message("prompt: owner", ada, tour.post(ada, None, case, "still has no answer"))
    camera.message("prompt: leads", lea, tour.post(lea, LEADS, case, "still has no answer"))


def the_check(tour: Tour) -> str:
    """A homeowner whom nobody lists: the confirmers are asked, and one answers. Answers the case's name."""
    ada, cora, camera = tour.office.ada, tour.office.cora, tour.camera
    case = tour.open(ada, homeowner("Sven", 6, **NOT_FOUND))
    camera.message("card: waiting for the check", ada, tour.card(ada, case))
    camera.message("check: tagged", cora, tour.post(cora, CHECKS, case))
    cora.click("Can’t tell", tour.post(cora, CHECKS, case))
    settle(tour.office)
    camera.message("check: one cannot tell", cora, tour.post(cora, CHECKS, case))
    tour.office.cleo.click("Concert", tour.post(cora, CHECKS, case))
    settle(tour.office)
    camera.message("check: answered", cora, tour.post(cora, CHECKS, case))
    camera.message("check: the agent is told", ada, tour.post(ada, None, case, "Cleo"))
    return case


def held(tour: Tour) -> str:
    """A lawyer is involved: what the leads have to look at is held. Answers the case's name."""
    ada, lea, camera = tour.office.ada, tour.office.lea, tour.camera
    what = {
        "category": "General concern",
        "resolved_on_call": "No",
        "sensitive": ["Retained or contacted a lawyer/legal counsel"],
        "agrees_to_wait": "Yes",
        "extra.callback_number": "202-555-0142",
    }
    case = tour.open(ada, homeowner("Tilda", 7), what)
    camera.message("card: held", ada, tour.card(ada, case))
    review = tour.post(lea, LEADS, case, "for the leads to look at")
    camera.message("leads: review", lea, review)
    lea.click("Open the case", review)
    lea.wait_for_view("case")
    camera.modal("card: as a lead opens it", lea)
    lea.close()
    return case


def undecided(tour: Tour) -> None:
    """The SOP does not cover it: a lead decides."""
    ada, lea, camera = tour.office.ada, tour.office.lea, tour.camera
    what = {"category": "General concern", "resolved_on_call": "No", "milestones.pto": "2029-12-20"}
    case = tour.open(ada, homeowner("Uma", 8), what)
    camera.message("card: needs a decision", ada, tour.card(ada, case))
    camera.message("leads: decision", lea, tour.post(lea, LEADS, case, "decision"))


def caught_up(tour: Tour) -> None:
    """Nobody was asked for days; then the questions come together."""
    ben = tour.office.ben
    for number, name in enumerate(("Rosa", "Selma", "Thea", "Ursula"), start=41):
        tour.written_to(ben, homeowner(name, number), SILENCE)
    tour.office.clock.advance(timedelta(days=7))
    told = tour.post(ben, None, "that could not be asked in time")
    tour.camera.message("reminders: what could not be asked in time", ben, told)
