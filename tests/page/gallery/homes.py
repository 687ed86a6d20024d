"""App Home by who looks at it, the morning summary, and what is asked for by a word after `/complaint`."""

from __future__ import annotations

from sandbox.person import Trouble
from tests.e2e.robot import settle
from tests.page.gallery.people import homeowner
from tests.page.gallery.tour import LEADS, Tour


def empty(tour: Tour) -> None:
    """Before anything has happened."""
    for who in ("ada", "lea"):
        tour.camera.home(f"home: {who}, empty", getattr(tour.office, who))


def in_the_week(tour: Tour) -> None:
    """With cases in every state: an agent, a clerk, a confirmer, somebody from outside."""
    office, camera = tour.office, tour.camera
    camera.home("home: agent", office.ada)
    camera.home("home: agent, not trained", office.ben)
    camera.home("home: clerk", office.bea)
    camera.home("home: confirmer", office.cora)
    camera.home("home: outsider", office.otto)


def of_a_lead(tour: Tour) -> None:
    """Everybody's cases, with filters, and what could not be delivered."""
    office, camera = tour.office, tour.camera
    trouble = Trouble(office.sandbox.url)
    trouble.cause("error", target="chat.postMessage", error="is_archived", times=1)
    tour.open(office.ada, homeowner("Nora", 20), {"installer.name": "Dim Roofs"})
    trouble.end()
    camera.home("home: lead", office.lea)
    office.lea.choose("home_filter:when", "Overdue", "home")
    settle(office)
    camera.home("home: lead, filtered", office.lea)
    camera.message("undelivered: one", office.lea, tour.asked(office.lea, "undelivered"))
    office.lea.click("Send again", office.lea.dm()[-1])
    office.lea.wait_for_message("Everything was delivered")
    camera.message("undelivered: sent again", office.lea, tour.post(office.lea, None, "Everything was deliv"))


def the_morning(tour: Tour) -> None:
    """The summary of an agent and of a lead."""
    for who in ("ada", "bo", "lea"):
        person = getattr(tour.office, who)
        tour.camera.message(f"morning summary: {who}", person, tour.post(person, None, "Good morning"))


def answers(tour: Tour) -> None:
    """What a word after `/complaint` is answered with."""
    ada, lea, camera = tour.office.ada, tour.office.lea, tour.camera
    for name, words in {
        "help": "help",
        "mine": "mine",
        "find: some": "find maple",
        "find: none": "find nobody at all",
        "find: nothing typed": "find",
        "sop: an answer": "sop PPA, damage after M3",
        "sop: a rule": "sop R-045",
        "sop: none": "sop how do I bake bread",
        "unknown word": "fnid hanna",
        "on call": "oncall",
        "no such case": "show HC-9999",
        "next: a case": "next",
        "next: none": "next",
    }.items():
        camera.message(name, ada, tour.asked(ada, words))
    camera.message("report", lea, tour.asked(lea, "report"))
    camera.message("report: refused", ada, tour.asked(ada, "report"))
    camera.message("outsider: refused", tour.office.otto, tour.asked(tour.office.otto, "mine"))
    otto = tour.office.otto
    otto.shortcut("open_complaint")
    otto.wait_for_view("sorry")
    camera.modal("outsider: refused in a modal", otto)
    otto.close()
    ada.message("What do I do about roof damage after M3?")
    camera.message("sop: in a direct message", ada, ada.wait_for_message("This is what the SOPs say"))


def on_call(tour: Tour) -> None:
    """A lead changes who is on call."""
    lea, cleo, camera = tour.office.lea, tour.office.cleo, tour.camera
    page = tour.asked(lea, "oncall")
    camera.message("on call: a lead", lea, page)
    for button, name in {"Override a day …": "override", "Swap two people …": "swap"}.items():
        tour.form(lea, f"on call: {name}", button, page)
    lea.click("Someone is away …", page)
    lea.wait_for_view("Someone is away")
    camera.modal("on call: away", lea)
    lea.fill({"people": [cleo.user_id, tour.office.cora.user_id], "day": "2030-01-13"})
    lea.submit()
    lea.wait_for_view("This leaves hours")
    camera.modal("on call: what it changes", lea)
    lea.fill({"reason": "A family feast"})
    lea.submit()
    lea.wait_for_view("Who is on call")
    camera.modal("on call: saved", lea)
    lea.close()
    settle(tour.office)
    camera.message("on call: the people concerned are told", cleo, tour.post(cleo, None, "changed the"))
    camera.message("leads: the rota was changed", lea, tour.post(lea, LEADS, "changed the Concert rota"))
    camera.message("leads: a gap ahead", lea, tour.post(lea, LEADS, "Nobody is on call"))
    changed = tour.asked(lea, "oncall")
    camera.message("on call: changed", lea, changed)
    tour.form(lea, "on call: undo", "Undo …", changed)
