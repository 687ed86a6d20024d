"""The sandbox's page in a real browser: what a person sees and does, and what the app gets of it."""

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from sandbox.person import Person
from sandbox.remote import Staff, call
from sandbox.server import Sandbox
from tests.page.showcase import (
    ADA,
    BEN,
    FORM,
    GENERAL,
    MESSAGE,
    SUPPORT,
    Showcase,
    element,
    field,
    marked,
    modal,
    options,
    plain,
)

Json = dict[str, Any]


def say(sandbox: Sandbox, who: str, channel: str, text: str, **more: Any) -> str:
    return str(call(sandbox.url, "message", {"as": who, "channel": channel, "text": text, **more})["ts"])


def composer(page: Page) -> Any:
    return page.get_by_label("Message #support-and-cs-team-members-only")


def open_form(page: Page) -> Any:
    composer(page).fill("/complaint")
    composer(page).press("Enter")
    form = page.get_by_role("dialog")
    expect(form).to_be_visible()
    return form


def choose(form: Any, label: str, option: str, typed: str = "") -> None:
    box = form.get_by_role("combobox", name=label)
    box.click()
    if typed:
        box.press_sequentially(typed)
    form.get_by_role("option", name=option, exact=True).click()


def value(view: Json, block_id: str) -> Any:
    held = dict(view["state"]["values"][block_id]["value"])
    held.pop("type")
    return next(iter(held.values()))


def values_of(chosen: list[Json]) -> list[str]:
    return [option["value"] for option in chosen]


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait, at most five seconds, for what the app hears of."""
    for _ in range(100):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError("the app has not heard of it within five seconds")


# Messages


def test_every_block_of_a_message_is_drawn(page: Page, app: Showcase):
    app.post(SUPPORT, "HC-1042", blocks=MESSAGE)
    card = page.get_by_role("article")
    expect(card.get_by_role("heading", name="HC-1042")).to_be_visible()
    for tag, text in {
        "strong": "bold",
        "em": "italic",
        "s": "strike",
        "code": "code",
        "blockquote": "quoted words",
    }.items():
        expect(card.locator(tag, has_text=text).first).to_be_visible()
    expect(card.get_by_role("link", name="a link")).to_have_attribute("href", "https://example.com/a?b=1&c=2")
    expect(card.get_by_text("5 < 6 & 7")).to_be_visible()
    expect(card.get_by_text("snake_case_name 2*3*4")).to_be_visible()
    expect(card.locator("time", has_text="Nov 18, 2026 at 10:00 AM")).to_be_visible()
    expect(card.locator(".pill.me")).to_have_text(["@Ada (agent)", "@here"])
    expect(card.get_by_role("img", name="telephone receiver")).to_have_text("📞")
    expect(card.get_by_role("img", name="A roof with panels")).to_be_visible()
    expect(card.locator("pre")).to_have_text(["x = 1", "Dear *installer*,"])
    expect(card.get_by_role("columnheader", name="Days")).to_be_visible()
    expect(card.get_by_role("heading", name="Heading")).to_be_visible()
    expect(card.locator(".unknown")).to_have_count(0)


def test_markup_that_could_run_stays_text(page: Page, app: Showcase, server: Sandbox):
    say(
        server,
        BEN,
        SUPPORT,
        "<img src=x onerror=alert(1)> & <script>alert(2)</script> <javascript:alert(3)|press me>",
    )
    said = page.get_by_role("article")
    expect(said.first).to_contain_text("<img src=x onerror=alert(1)> & <script>alert(2)</script>")
    link = {"type": "section", "text": marked("<javascript:alert(3)|press me>")}
    app.post(SUPPORT, "A link", blocks=[link])
    expect(said.nth(1)).to_contain_text("press me")
    expect(said.locator("img, script, a")).to_have_count(0)


def test_buttons_send_and_twice_when_clicked_twice(page: Page, app: Showcase):
    app.post(SUPPORT, "HC-1042", blocks=MESSAGE)
    page.get_by_role("button", name="Copy").dblclick()
    until(page, lambda: len(app.actions) == 2)
    assert [(done["action_id"], done["value"]) for done in app.actions] == [("copy", "HC-1042")] * 2


def test_a_confirm_dialog_is_asked_first(page: Page, app: Showcase):
    app.post(SUPPORT, "HC-1042", blocks=MESSAGE)
    page.get_by_role("button", name="Close the case").click()
    page.get_by_role("dialog", name="Are you sure?").get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Close the case").click()
    with page.expect_response("**/hands/action"):
        page.get_by_role("dialog").get_by_role("button", name="Close it").click()
    assert [done["value"] for done in app.actions] == ["1042"]


def test_menus_in_a_message_send_their_choice(page: Page, app: Showcase):
    app.post(SUPPORT, "HC-1042", blocks=MESSAGE)
    with page.expect_response("**/hands/action"):
        choose(page.get_by_role("article"), "Outcome", "Not heard")
    with page.expect_response("**/hands/action"):
        page.get_by_role("button", name="More options").click()
        page.get_by_role("menuitem", name="Timeline").click()
    with page.expect_response("**/hands/action"):
        page.get_by_label("Date").fill("2026-11-20")
    with page.expect_response("**/hands/action"):
        page.get_by_label("Wrote").check()
    outcome, overflow, day, ticks = app.actions
    assert (outcome["selected_option"]["value"], overflow["selected_option"]["value"]) == (
        "not heard",
        "timeline",
    )
    assert (day["selected_date"], values_of(ticks["selected_options"])) == ("2026-11-20", ["wrote"])


def test_an_open_menu_stays_open_when_something_is_said(page: Page, app: Showcase):
    app.post(SUPPORT, "HC-1042", blocks=MESSAGE)
    page.get_by_role("combobox", name="Outcome").click()
    app.post(SUPPORT, "By the way")
    expect(page.get_by_role("article")).to_have_count(2)
    expect(page.get_by_role("option", name="Contacted")).to_be_visible()


def test_an_edit_is_marked_and_leaves_the_draft_alone(page: Page, app: Showcase):
    ts = app.post(SUPPORT, "first")
    composer(page).press_sequentially("half a sen")
    app.client.chat_update(channel=SUPPORT, ts=ts, text="second")
    expect(page.get_by_role("article")).to_contain_text("second(edited)")
    composer(page).press_sequentially("tence")
    expect(composer(page)).to_have_value("half a sentence")


def test_an_ephemeral_message_is_for_one_person_only(page: Page, app: Showcase):
    app.client.chat_postEphemeral(channel=SUPPORT, user=ADA, text="Just so you know")
    expect(page.get_by_role("article")).to_contain_text("Only visible to you")
    page.get_by_label("Act as").select_option(BEN)
    expect(page.get_by_role("article")).to_have_count(0)


def test_a_thread_opens_at_the_side_and_takes_replies(page: Page, app: Showcase, server: Sandbox):
    app.post(SUPPORT, "Something else")
    ts = app.post(SUPPORT, "Is this a Concert customer?")
    say(server, BEN, SUPPORT, "I will look", thread_ts=ts)
    expect(page.get_by_role("link", name="1 reply")).to_be_visible()
    question = page.get_by_role("article").filter(has_text="Concert customer")
    question.hover()
    question.get_by_role("button", name="Reply in thread").click()
    thread = page.get_by_role("complementary", name="Thread")
    expect(thread.get_by_role("article")).to_have_count(2)
    expect(thread.get_by_role("article")).to_contain_text(["Concert customer", "I will look"])
    page.keyboard.type("Thanks")
    page.keyboard.press("Enter")
    expect(thread.get_by_role("article")).to_have_count(3)
    expect(page.get_by_role("main").get_by_role("link", name="2 replies")).to_be_visible()
    page.keyboard.press("Escape")
    expect(thread).to_be_hidden()


# People and places


def test_unread_conversations_stand_out_until_they_are_opened(page: Page, server: Sandbox):
    say(server, BEN, GENERAL, "Good morning")
    say(server, BEN, GENERAL, "@ada have a look")
    link = page.get_by_role("link", name="general")
    expect(link).to_contain_text("2 unread")
    expect(link).to_contain_text("1 mention")
    expect(page).to_have_title(re.compile(r"^\(1\)"))
    link.click()
    expect(page.get_by_role("separator", name="New messages")).to_be_visible()
    expect(link).not_to_contain_text("unread")


def test_acting_as_somebody_else_shows_what_they_see(page: Page):
    page.get_by_label("Act as").select_option(label="Lea (lead) · Lead, Resolution Specialist")
    expect(page.get_by_role("link", name="complaint-leads")).to_be_visible()
    page.reload()
    expect(page.get_by_label("Act as")).to_have_value("U0LEA00004")
    page.goto("about:blank")
    page.goto("/")
    expect(page.get_by_label("Act as")).to_have_value("U0LEA00004")
    page.get_by_label("Act as").select_option(label="Otto (outsider) · Outsider")
    page.get_by_role("link", name="Complaint Desk").click()
    expect(page.get_by_label("Act as")).to_have_value("U0OTTO0010")
    expect(page.get_by_role("heading", level=1)).to_have_text("Complaint Desk")
    page.get_by_role("link", name="general").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("general")


def test_an_empty_conversation_says_what_can_be_typed(page: Page):
    nothing = page.locator("#messages .nothing")
    expect(nothing).to_contain_text("Type /complaint to open a homeowner's complaint, or look one up.")
    expect(nothing).to_contain_text("Type @ to call somebody")
    page.get_by_role("link", name="Complaint Desk").click()
    page.get_by_role("link", name="Messages", exact=True).click()
    expect(nothing).to_contain_text("Type /complaint to open")
    expect(nothing).not_to_contain_text("Type @")


@pytest.mark.parametrize("width", [1280, 1440], ids=["laptop", "desktop"])
def test_the_top_bar_keeps_to_one_line(page: Page, width: int):
    page.set_viewport_size({"width": width, "height": 800})
    light = page.get_by_text("App connected")
    expect(light).to_be_visible()
    box, bar = light.bounding_box(), page.locator(".topbar").bounding_box()
    assert box
    assert bar
    assert (box["height"] < 24, bar["height"] <= 56) == (True, True)
    boxes = [one.bounding_box() for one in page.locator(".topbar > *:visible").all()]
    edges = [(one["x"], one["x"] + one["width"]) for one in boxes if one]
    assert all(left[1] <= right[0] for left, right in pairwise(edges))
    assert edges[-1][1] <= width


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)], ids=["desktop", "phone"])
def test_a_person_is_deactivated_and_taken_back(page: Page, app: Showcase, width: int, height: int):
    page.set_viewport_size({"width": width, "height": height})
    page.get_by_role("button", name="This person").click()
    menu = page.get_by_role("menu", name="Ada (agent)")
    expect(menu).to_contain_text("Agent, trained")
    expect(menu).to_contain_text("America/New York · @agents · @trained-agents")
    box = menu.bounding_box()
    assert box
    assert (box["x"] >= 0, box["x"] + box["width"] <= width) == (True, True)
    menu.get_by_role("menuitem", name="Deactivate Ada (agent)").click()
    told = page.get_by_text("Ada (agent) is deactivated and cannot act.")
    expect(told).to_be_visible()
    expect(page.locator("#client")).to_have_attribute("inert", "")
    assert app.client.users_info(user=ADA)["user"]["deleted"]
    page.get_by_role("button", name="Reactivate").click()
    expect(told).to_be_hidden()
    composer(page).fill("back again")
    composer(page).press("Enter")
    expect(page.get_by_role("article")).to_contain_text("back again")


def test_who_left_is_marked_and_not_offered(page: Page, app: Showcase, server: Sandbox):
    Staff(server.url).deactivate(BEN)
    expect(page.get_by_label("Act as").locator("option", has_text="Ben")).to_have_text(
        "Ben (agent) · Agent · deactivated"
    )
    composer(page).press_sequentially("@be")
    offers = page.get_by_role("listbox", name="Suggestions")
    expect(offers.get_by_role("option")).to_contain_text(["@bea"])
    expect(offers).not_to_contain_text("@ben")
    composer(page).fill("")
    app.form = modal("Form", [field("owner", "Owner", "users_select")], submit=plain("Save"))
    form = open_form(page)
    form.get_by_role("combobox", name="Owner").press_sequentially("be")
    expect(form.get_by_role("option", name="Bea")).to_be_visible()
    expect(form.get_by_role("option", name="Ben")).to_have_count(0)


def test_a_group_is_called_by_its_handle(page: Page, app: Showcase):
    app.post(SUPPORT, "<!subteam^S0AGENTS01> and <!subteam^S0BACKOFF3|@back> and <!subteam^S0OTHER0000>")
    pills = page.get_by_role("article").locator(".pill")
    expect(pills).to_have_text(["@agents", "@back-office", "@S0OTHER0000"])
    expect(page.locator(".pill.me")).to_have_text(["@agents"])
    composer(page).press_sequentially("@ag")
    page.keyboard.press("Tab")
    page.keyboard.type("look")
    page.keyboard.press("Enter")
    expect(page.get_by_role("article").nth(1)).to_contain_text("@agents look")


def test_a_permalink_leads_to_the_thread(page: Page, app: Showcase):
    ts = app.post(SUPPORT, "The case")
    reply = app.client.chat_postMessage(channel=SUPPORT, text="To both", thread_ts=ts, reply_broadcast=True)[
        "ts"
    ]
    expect(page.get_by_role("main").get_by_role("link", name="Replied to a thread")).to_be_visible()
    for stamp in (ts, reply):
        page.goto("about:blank")
        page.goto(str(app.client.chat_getPermalink(channel=SUPPORT, message_ts=stamp)["permalink"]))
        thread = page.get_by_role("complementary", name="Thread")
        expect(thread.get_by_role("article")).to_contain_text(["The case", "To both"])


def test_the_app_has_a_home_and_messages(page: Page, app: Showcase):
    page.get_by_role("link", name="Complaint Desk").click()
    home = page.get_by_role("region", name="Home")
    with page.expect_response("**/hands/action"):
        home.get_by_role("button", name="Open a complaint").click()
    assert app.actions[0]["value"] == "new"
    page.get_by_role("link", name="Messages", exact=True).click()
    page.get_by_label("Message Complaint Desk").fill("hello")
    page.keyboard.press("Enter")
    expect(page.get_by_role("article")).to_contain_text("hello")


def test_shortcuts_open_from_the_composer_and_from_a_message(page: Page, app: Showcase, server: Sandbox):
    page.get_by_role("button", name="Shortcuts").click()
    page.get_by_role("menuitem", name="Open a complaint").click()
    expect(page.get_by_role("dialog")).to_contain_text("Opened by a shortcut")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Shortcuts")).to_be_focused()
    say(server, BEN, SUPPORT, "The roof leaks")
    page.get_by_role("article").hover()
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Complaint from this message").click()
    expect(page.get_by_role("dialog")).to_contain_text("The roof leaks")


def test_a_command_is_suggested_and_an_unknown_one_is_refused(page: Page):
    composer(page).press_sequentially("/co")
    expect(page.get_by_role("option", name="/complaint")).to_be_visible()
    page.keyboard.press("Tab")
    expect(composer(page)).to_have_value("/complaint ")
    composer(page).fill("/complain")
    composer(page).press("Escape")
    composer(page).press("Enter")
    expect(page.get_by_text("/complain is not a command here")).to_be_visible()
    expect(composer(page)).to_have_value("/complain")


# Modals


def test_every_input_reaches_the_app(page: Page, app: Showcase):
    form = open_form(page)
    for label, text in {
        "Homeowner": "Hanna <b> & Co",
        "What happened": "one\ntwo",
        "Email": "hanna@example.test",
        "Website": "https://example.com/",
        "Panels": "12",
        "Approved on": "2026-11-18",
        "Best time": "16:30",
        "Call back at": "2026-11-20T09:15",
        "Formatted note": "Take *care*",
    }.items():
        form.get_by_label(label).fill(text)
    for label, option in {
        "Category": "Damage",
        "Region": "Utah",
        "Where": "Complaint Desk",
        "Channel": "# general",
    }.items():
        choose(form, label, option)
    choose(form, "Tags", "Roof")
    choose(form, "Tags", "Noise")
    choose(form, "City", "Albuquerque", typed="alb")
    choose(form, "Owner", "Ben (agent) Agent", typed="ben")
    choose(form, "Watchers", "Lea (lead) Lead, Resolution Specialist", typed="lea")
    form.get_by_label("Chat").check()
    form.get_by_label("M2").check()
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    [view] = app.views
    read = {block: value(view, block) for block in view["state"]["values"]}
    assert {
        key: read[key] for key in ("name", "story", "mail", "site", "panels", "day", "time", "moment")
    } == {
        "name": "Hanna <b> & Co",
        "story": "one\ntwo",
        "mail": "hanna@example.test",
        "site": "https://example.com/",
        "panels": "12",
        "day": "2026-11-18",
        "time": "16:30",
        "moment": 1795184100,
    }
    assert [read[key]["value"] for key in ("category", "region", "city", "how")] == [
        "damage",
        "utah",
        "albuquerque",
        "chat",
    ]
    assert (values_of(read["tags"]), values_of(read["missing"])) == (["roof", "noise"], ["m2"])
    assert (read["owner"], read["watchers"], read["channel"], read["file"]) == (
        BEN,
        ["U0LEA00004"],
        GENERAL,
        [],
    )
    assert read["where"].startswith("D")
    assert read["note"]["elements"][0]["elements"] == [{"type": "text", "text": "Take *care*"}]


def test_files_are_chosen_dropped_and_sent_with_the_form(page: Page, app: Showcase):
    app.form = modal(
        "Form",
        [field("proof", "Proof", "file_input", max_files=2, filetypes=["png", "pdf"])],
        submit=plain("Save"),
    )
    form = open_form(page)
    picker = form.get_by_label("Proof")
    picker.set_input_files({"name": "notes.txt", "mimeType": "text/plain", "buffer": b"x"})
    form.get_by_role("button", name="Save").click()
    expect(picker).to_have_accessible_description(
        "notes.txt is not of a kind that is accepted here: png, pdf."
    )
    form.get_by_role("button", name="Remove notes.txt").click()
    picker.set_input_files({"name": "empty.png", "mimeType": "image/png", "buffer": b""})
    expect(form).to_contain_text("empty.png is empty")
    picker.set_input_files(
        [{"name": f"{n}.pdf", "mimeType": "application/pdf", "buffer": b"x"} for n in "abc"]
    )
    expect(form).to_contain_text("At most 2 files can go with this form.")
    picker.set_input_files(
        [{"name": f"{n}.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"} for n in "ab"]
    )
    expect(form.get_by_role("link")).to_contain_text(["a.pdf4 bytes", "b.pdf4 bytes"])
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    files = value(app.views[0], "proof")
    assert [(one["name"], one["mimetype"]) for one in files] == [
        ("a.pdf", "application/pdf"),
        ("b.pdf", "application/pdf"),
    ]
    assert app.client.files_info(file=files[0]["id"])["file"]["size"] == 4


def test_a_shared_file_can_be_saved(page: Page, app: Showcase, server: Sandbox):
    Person(server.url, BEN).share("bill.pdf", "%PDF", SUPPORT)
    with page.expect_download() as saved:
        page.get_by_role("article").get_by_role("link", name="bill.pdf").click()
    assert saved.value.suggested_filename == "bill.pdf"


def test_refused_fields_say_so_and_keep_what_was_typed(page: Page, app: Showcase):
    app.form = modal(
        "Form",
        [field("name", "Homeowner", "plain_text_input"), field("mail", "Email", "email_text_input")],
        submit=plain("Save"),
    )
    app.answer = {"response_action": "errors", "errors": {"mail": "Nobody has that address."}}
    form = open_form(page)
    form.get_by_label("Email").fill("nobody@example.test")
    form.get_by_role("button", name="Save").click()
    name = form.get_by_label("Homeowner")
    expect(name).to_have_accessible_description("Please complete this required field.")
    expect(name).to_be_focused()
    page.keyboard.type("Hanna")
    expect(name).to_have_accessible_description("")
    page.keyboard.press("Enter")
    expect(form.get_by_label("Email")).to_have_accessible_description("Nobody has that address.")
    expect(form.get_by_label("Email")).to_have_attribute("aria-invalid", "true")
    expect(form.get_by_label("Email")).to_have_value("nobody@example.test")
    expect(name).to_have_value("Hanna")


def test_a_form_is_opened_filled_and_sent_without_a_mouse(page: Page, app: Showcase):
    app.form = modal(
        "Form",
        [
            field("name", "Homeowner", "plain_text_input"),
            field("category", "Category", "static_select", options=options("Silent installer", "Damage")),
            field("story", "What happened", "plain_text_input", multiline=True),
        ],
        submit=plain("Save"),
    )
    composer(page).focus()
    page.keyboard.type("/complaint")
    page.keyboard.press("Enter")
    form = page.get_by_role("dialog", name="Form")
    expect(form.get_by_label("Homeowner")).to_be_focused()
    page.keyboard.type("Hanna")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("one")
    page.keyboard.press("Enter")
    page.keyboard.type("two")
    for name in ("Cancel", "Save", "Close the window", "Homeowner"):
        page.keyboard.press("Tab")
        stop = form.get_by_label(name) if name == "Homeowner" else form.get_by_role("button", name=name)
        expect(stop).to_be_focused()
    page.keyboard.press("Enter")
    expect(form).to_have_count(0)
    expect(composer(page)).to_be_focused()
    [view] = app.views
    assert (value(view, "category")["value"], value(view, "story")) == ("damage", "one\ntwo")


HEARD = {
    "while one types": (["on_character_entered"], ["Hanna"]),
    "at Enter": (["on_enter_pressed"], ["Hanna"]),
    "at both": (["on_enter_pressed", "on_character_entered"], ["Hanna", "Hanna"]),
}


@pytest.mark.parametrize(("moments", "heard"), HEARD.values(), ids=HEARD)
def test_a_dispatching_input_tells_what_is_typed_without_sending_the_form(
    page: Page, app: Showcase, moments: list[str], heard: list[str]
):
    config = {"trigger_actions_on": moments}
    name = field("name", "Homeowner", "plain_text_input", dispatch_action_config=config)
    app.form = modal("Form", [name | {"dispatch_action": True}], submit=plain("Save"))
    form = open_form(page)
    form.get_by_label("Homeowner").fill("Hanna")
    if "on_character_entered" in moments:
        until(page, lambda: len(app.actions) == 1)
    if "on_enter_pressed" in moments:
        page.keyboard.press("Enter")
    until(page, lambda: len(app.actions) == len(heard))
    assert [one["value"] for one in app.actions] == heard
    expect(form).to_be_visible()
    assert app.views == []


def test_typed_text_survives_an_update_where_its_block_stays(page: Page, app: Showcase):
    kept, gone = field("kept", "Kept", "plain_text_input"), field("gone", "Gone", "plain_text_input")
    kind = field("kind", "Kind", "static_select", options=options("One", "Two")) | {"dispatch_action": True}
    app.form = modal("Form", [kept, gone, kind], submit=plain("Save"))
    app.on_action = modal(
        "Form",
        [
            field("extra", "Extra", "plain_text_input", initial_value="new"),
            kind,
            kept,
            gone | {"block_id": "other"},
        ],
        submit=plain("Save"),
    )
    form = open_form(page)
    form.get_by_label("Kept").fill("stays")
    form.get_by_label("Gone").fill("goes")
    choose(form, "Kind", "Two")
    expect(form.get_by_label("Extra")).to_have_value("new")
    expect(form.get_by_label("Kept")).to_have_value("stays")
    expect(form.get_by_label("Gone")).to_have_value("")
    expect(form.get_by_role("combobox", name="Kind")).to_have_value("Two")
    expect(form.get_by_role("combobox", name="Kind")).to_be_focused()
    form.get_by_label("Gone").fill("again")
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)
    assert [value(app.views[0], block) for block in ("kept", "extra", "other")] == ["stays", "new", "again"]


def test_typed_text_survives_what_the_app_changes_by_itself(page: Page, app: Showcase, server: Sandbox):
    name = field("name", "Homeowner", "plain_text_input")
    app.form = modal("Form", [name], submit=plain("Save"))
    form = open_form(page)
    form.get_by_label("Homeowner").press_sequentially("Han")
    view = call(server.url, f"state?as={ADA}")["views"][0]["id"]
    more = modal("Form", [name | {"hint": plain("First and last")}], submit=plain("Save"))
    app.client.views_update(view_id=view, view=more)
    expect(form.get_by_text("First and last")).to_be_visible()
    page.keyboard.type("na")
    expect(form.get_by_label("Homeowner")).to_have_value("Hanna")


def test_a_half_filled_form_waits_while_somebody_else_acts(page: Page):
    form = open_form(page)
    form.get_by_label("Homeowner").fill("Hanna")
    page.get_by_label("Act as").select_option(BEN)
    expect(form).to_have_count(0)
    page.get_by_label("Act as").select_option(ADA)
    expect(form.get_by_label("Homeowner")).to_have_value("Hanna")


def test_a_pushed_modal_goes_back_to_the_one_below(page: Page, app: Showcase):
    push = {
        "type": "actions",
        "block_id": "more",
        "elements": [element("button", "push", text=plain("Details"))],
    }
    app.form = modal(
        "Below",
        [field("name", "Homeowner", "plain_text_input"), push],
        submit=plain("Save"),
        notify_on_close=True,
    )
    app.on_action = modal("Above", [{"type": "section", "text": marked("*Details*")}])
    form = open_form(page)
    form.get_by_label("Homeowner").fill("Hanna")
    form.get_by_role("button", name="Details").click()
    expect(page.get_by_role("dialog", name="Above")).to_be_visible()
    page.get_by_role("button", name="Back", exact=True).click()
    expect(page.get_by_role("dialog", name="Below").get_by_label("Homeowner")).to_have_value("Hanna")
    with page.expect_response("**/hands/close"):
        page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert [body["view"]["title"]["text"] for body in app.closed] == ["Below"]


def test_a_submission_cannot_be_sent_twice_while_it_is_under_way(page: Page, app: Showcase):
    app.form = modal(
        "Form", [field("name", "Homeowner", "plain_text_input", initial_value="Hanna")], submit=plain("Save")
    )
    form = open_form(page)
    app.may_answer.clear()
    save = form.get_by_role("button", name="Save")
    save.click()
    expect(save).to_be_disabled()
    form.get_by_label("Homeowner").press("Control+Enter")
    app.may_answer.set()
    expect(form).to_have_count(0)
    assert len(app.views) == 1


def test_a_form_stays_when_slack_cannot_reach_the_app(page: Page, app: Showcase, server: Sandbox):
    app.form = modal(
        "Form", [field("name", "Homeowner", "plain_text_input", initial_value="Hanna")], submit=plain("Save")
    )
    form = open_form(page)
    call(server.url, "faults", {"fault": "drop_ack", "target": "interactive"})
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_role("alert")).to_have_text("We had some trouble connecting. Try again?")
    expect(form.get_by_role("button", name="Save")).to_be_enabled()
    expect(form.get_by_label("Homeowner")).to_have_value("Hanna")


# The sandbox's own tools


def test_the_clock_moves_and_comes_back(page: Page):
    clock = page.get_by_role("group", name="The sandbox’s clock")
    expect(clock.get_by_role("button", name="Next thing due")).to_be_enabled()
    expect(clock.get_by_role("button", name="Back to now")).to_be_disabled()
    clock.get_by_role("button", name="Monday 9:00").click()
    expect(clock).to_contain_text("9:00 AM E")
    expect(clock).to_contain_text("Mon, ")
    clock.get_by_role("button", name="+1 hour").click()
    expect(clock).to_contain_text("10:00 AM E")
    clock.get_by_role("button", name="Back to now").click()
    expect(clock.get_by_role("button", name="Back to now")).to_be_disabled()


def test_the_traffic_is_listed_filtered_and_opened(page: Page, app: Showcase):
    app.post(SUPPORT, "for the record")
    page.get_by_role("button", name="Traffic").click()
    drawer = page.get_by_role("complementary", name="Traffic")
    drawer.get_by_label("Filter the traffic").fill("for the record")
    entry = drawer.locator("summary", has_text="chat.postMessage")
    entry.click()
    expect(drawer.locator("pre").first).to_contain_text('"text": "for the record"')
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def test_faults_are_switched_on_listed_and_cleared(page: Page, server: Sandbox):
    page.get_by_role("button", name="Misbehave").click()
    drawer = page.get_by_role("complementary", name="Misbehave")
    drawer.get_by_label("Rate limit: how often").select_option("three times")
    drawer.get_by_role("button", name="Switch on: Rate limit").click()
    expect(drawer.get_by_role("listitem")).to_have_text("Rate limit · chat.postMessage · 3 left")
    assert call(server.url, "faults")["faults"][0]["retry_after"] == 2
    drawer.get_by_role("button", name="Clear all").click()
    expect(drawer.get_by_role("listitem")).to_have_text("Nothing: the sandbox behaves.")


def test_starting_over_asks_first_and_forgets_everything(page: Page, app: Showcase):
    app.post(SUPPORT, "soon forgotten")
    expect(page.get_by_role("article")).to_have_count(1)
    page.get_by_role("button", name="Start over").click()
    page.get_by_role("dialog").get_by_role("button", name="Start over").click()
    expect(page.get_by_role("article")).to_have_count(0)
    expect(page.get_by_text("Nothing has been said here yet.")).to_be_visible()


def test_the_quick_switcher_goes_where_it_is_told(page: Page):
    page.keyboard.press("Control+k")
    page.keyboard.type("gen")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("general")


@pytest.mark.parametrize("surface", ["conversation", "thread", "form", "home", "tools"])
def test_nothing_scrolls_sideways_on_a_phone(page: Page, app: Showcase, surface: str):
    page.set_viewport_size({"width": 390, "height": 844})
    ts = app.post(SUPPORT, "HC-1042", blocks=MESSAGE)
    expect(page.get_by_role("article")).to_be_visible()
    match surface:
        case "thread":
            page.evaluate("ts => { location.hash += '&thread=' + ts }", ts)
            expect(page.get_by_role("complementary", name="Thread")).to_be_visible()
        case "form":
            app.form = FORM
            assert open_form(page).bounding_box()["width"] == 390
        case "home":
            page.get_by_role("button", name="Conversations").click()
            page.get_by_role("link", name="Complaint Desk").click()
            expect(page.get_by_role("button", name="Open a complaint")).to_be_visible()
        case "tools":
            page.get_by_role("button", name="Tools").click()
            expect(page.get_by_role("button", name="Monday 9:00")).to_be_visible()
    frames = page.locator("html, .scroller, .modal-body, .home")
    assert (
        frames.evaluate_all("all => all.map(one => one.scrollWidth - one.clientWidth).filter(Boolean)") == []
    )
