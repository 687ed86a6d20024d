"""Taking a complaint: the three pages, what is open already, drafts."""

from __future__ import annotations

from tests.page.gallery.people import HANNA, SILENT, homeowner
from tests.page.gallery.tour import Tour

HOMEOWNER = "Find the homeowner"


def the_pages(tour: Tour) -> str:
    """From the command to the open case; answers its name."""
    ada, camera = tour.office.ada, tour.camera
    ada.command("/complaint")
    ada.wait_for_view("Who is calling")
    camera.modal("intake: who, empty", ada)
    hanna = next(each for each in ada.suggest(HOMEOWNER, "hanna sunny") if each.startswith("Hanna"))
    ada.choose(HOMEOWNER, hanna)
    ada.wait_for(lambda one: "202-555-0100" in str(one.view.values), what="what the export knows")
    ada.fill({"channel": "Phone"})
    camera.modal("intake: who, found", ada)
    ada.submit()
    ada.wait_for_view("What happened")
    camera.modal("intake: what, empty", ada)
    tour.fill_in(ada, {"category": SILENT["category"], "description": SILENT["description"]})
    camera.modal("intake: what, with its fields", ada)
    ada.submit()
    ada.wait_for_view("What the SOP says")
    camera.modal("intake: what the SOP says", ada)
    ada.submit()
    opened = ada.wait_for_view("is open.")
    camera.modal("intake: opened", ada)
    ada.close()
    return next(word.strip("*") for word in opened.all_text.split() if "HC-" in word)


def what_is_open_already(tour: Tour) -> None:
    """The same homeowner calls again; a colleague is shown the case."""
    ben = tour.office.ben
    tour.last_page(ben, HANNA, {"description": "They called again."})
    tour.camera.modal("intake: open already", ben)
    ben.close()


def what_is_refused(tour: Tour) -> None:
    """Nothing is filled in, and somebody goes on."""
    amy = tour.office.person("U0AMY00011")
    amy.command("/complaint")
    amy.wait_for_view("Who is calling")
    amy.submit(strict=False)
    tour.camera.modal("intake: refused", amy)
    amy.close()


def drafts(tour: Tour) -> None:
    """Ben's draft of before is offered; two are a list; one is handed over."""
    ben, camera = tour.office.ben, tour.camera
    amy = tour.office.person("U0AMY00011")
    ben.command("/complaint")
    ben.wait_for_view("You left a complaint half written down")
    camera.modal("intake: a draft is offered", ben)
    ben.fill({key: value for key, value in homeowner("Nora", 20).items() if key != "program"})
    ben.close()
    ben.command("/complaint", "resume")
    ben.wait_for_view("Your drafts")
    ben.wait_for(lambda one: "Nora" in one.view.all_text, what="both drafts")
    camera.modal("drafts: the list", ben)
    ben.click("Hand over …", ben.view)
    ben.wait_for_view("Who goes on with it?")
    camera.modal("drafts: hand over", ben)
    ben.fill({"to": amy.user_id, "note": "She calls back at noon."})
    ben.submit()
    ben.wait_for_view("has it now")
    camera.modal("drafts: handed over", ben)
    ben.close(everything=True)
    camera.message("drafts: what the colleague gets", amy, tour.post(amy, None, "hands you a complaint"))
    camera.message("drafts: none", tour.office.ada, tour.asked(tour.office.ada, "resume"))
