"""What stands in the teams' channels: queues, threads, alerts, what nobody answered."""

from __future__ import annotations

from sandbox.person import Staff
from tests.e2e.robot import settle
from tests.page.gallery.people import NOT_FOUND, homeowner
from tests.page.gallery.tour import BACK_OFFICE, CHECKS, LEADS, Tour

DAMAGE = {
    "category": "Property damage",
    "extra.damaged": ["Roof"],
    "product": "RIC",
    "milestones.m1": "2029-11-20",
    "milestones.not_yet": ["M3"],
}


def back_office(tour: Tour) -> None:
    """The front line sends a case over; a clerk takes it and writes a note; the thread tells of it."""
    ada, bo, camera = tour.office.ada, tour.office.bo, tour.camera
    case = tour.open(ada, homeowner("Wim", 10), DAMAGE)
    camera.message("card: to be reassigned", ada, tour.card(ada, case))
    tour.form(ada, "form: reassign", "How …", tour.card(ada, case))
    ada.click("How …", tour.card(ada, case))
    ada.wait_for_view("Next step")
    tour.done(ada)
    camera.message("back office: queue", bo, tour.post(bo, BACK_OFFICE, case))
    bo.click("Take it", tour.post(bo, BACK_OFFICE, case))
    settle(tour.office)
    camera.message("back office: yours", bo, tour.post(bo, BACK_OFFICE, case, "is yours"))
    post = next(each for each in tour.office.bea.messages(BACK_OFFICE) if case in each.all_text)
    camera.message("back office: taken", tour.office.bea, post)
    camera.message("front line: the case is gone", ada, tour.post(ada, None, case, "has it"))
    camera.message("card: the back office’s", bo, tour.card(bo, case))
    bo.click("Add a note or file", tour.card(bo, case))
    bo.wait_for_view("noted")
    tour.done(bo, {"note": "The roof is open. Ask for the manager."})
    replies = [each for each in bo.messages(BACK_OFFICE) if each.thread_ts == post.ts and each.ts != post.ts]
    camera.message("back office: thread", bo, *replies)
    bo.click("Read it", replies[-1])
    bo.wait_for_view("entry")
    camera.modal("back office: what was written", bo)
    bo.close()


def trained_agents(tour: Tour) -> None:
    """Ben is not trained: what he takes down goes to those who are."""
    ben, lea, camera = tour.office.ben, tour.office.lea, tour.camera
    what = {"category": "Fraud", "agrees_to_wait": "Yes", "extra.callback_number": "202-555-0142"}
    tour.last_page(ben, homeowner("Rosa", 5), what)
    camera.modal("intake: for the trained agents", ben)
    ben.submit()
    opened = ben.wait_for_view("is open.")
    camera.modal("intake: opened for the trained agents", ben)
    ben.close()
    case = next(word.strip("*") for word in opened.all_text.split() if "HC-" in word)
    camera.message("trained agents: queue", lea, tour.post(lea, LEADS, case, "waits for"))
    camera.message("trained agents: the caller’s agent is told", ben, tour.post(ben, None, case))


def an_agent_asks(tour: Tour, case: str) -> None:
    """The leads are asked to look at a case."""
    ada, lea = tour.office.ada, tour.office.lea
    ada.click("More …", tour.card(ada, case))
    ada.wait_for_view("more")
    ada.click("Ask the leads …")
    ada.wait_for_view("escalated")
    ada.fill({"reason": "They threaten to call the press"})
    ada.submit()
    settle(tour.office)
    if ada.views:
        ada.close(everything=True)
    tour.camera.message("leads: asked to look", lea, tour.post(lea, LEADS, case, "asks a lead"))


def three_of_one_installer(tour: Tour) -> None:
    """Several homeowners complain about Bright Roofs."""
    lea = tour.office.lea
    tour.camera.message("leads: installer alert", lea, tour.post(lea, LEADS, "Bright Roofs", "complaints"))
    reply = tour.post(lea, LEADS, "concerns the same installer")
    tour.camera.message("leads: another one of that installer", lea, reply)


def nobody_answers(tour: Tour) -> str:
    """A Concert check in the night: nobody is on shift, and nobody answers. Answers the case's name."""
    ada, cora, lea, camera = tour.office.ada, tour.office.cora, tour.office.lea, tour.camera
    tour.office.clock.to("2030-01-15T22:30:00-05:00")
    case = tour.open(ada, homeowner("Yara", 12, **NOT_FOUND))
    camera.message("check: untagged", cora, tour.post(cora, CHECKS, case))
    tour.office.clock.to("2030-01-16T09:00:00-05:00")
    camera.message("check: tagged in the morning", cora, tour.post(cora, CHECKS, case))
    tour.office.clock.to("2030-01-16T09:30:00-05:00")
    camera.message("leads: nobody answers the check", lea, tour.post(lea, LEADS, case))
    camera.message("check: the agent hears that nobody answers", ada, tour.post(ada, None, case))
    return case


def left_unanswered(tour: Tour, case: str) -> None:
    """Ada does not answer a reminder for four working hours (D-24)."""
    tour.office.clock.to("2030-01-11T14:10:00-05:00")
    ben = tour.office.ben
    tour.camera.message("team: can be taken", ben, tour.post(ben, CHECKS, case, "can be taken"))
    tour.camera.message("team: the owner is told", tour.office.ada, tour.post(tour.office.ada, None, case))


def the_owner_leaves(tour: Tour) -> None:
    """Ada is deactivated in Slack: her cases go to the queue, and the leads are told."""
    lea, camera = tour.office.lea, tour.camera
    Staff(tour.office.sandbox.url).deactivate(tour.office.ada.user_id)
    orphan = lea.wait_for_message("has lost its owner", LEADS)
    camera.message("leads: a case without its owner", lea, orphan)
    Staff(tour.office.sandbox.url).reactivate(tour.office.ada.user_id)
