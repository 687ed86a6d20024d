"""Commands, shortcuts, clicks, menus and forms, between a real Bolt app and a person."""

from datetime import timedelta
from typing import Any

import pytest
from slack_bolt import Ack
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from sandbox.outcome import TROUBLE
from sandbox.person import Clock, Person, PersonError
from sandbox.remote import call
from sandbox.server import Sandbox
from tests.sandbox.builders import (
    actions,
    answers,
    button,
    modal,
    open_form,
    opens,
    option,
    plain,
    text_block,
)
from tests.sandbox.conftest import ADA, LEA, OTTO
from tests.sandbox.toy import Toy

Json = dict[str, Any]
SUPPORT = "C0SUPPORT1"


@pytest.fixture(autouse=True)
def fresh(toy: Toy, sandbox: Sandbox) -> None:
    toy.forget()


class TestCommands:
    def test_the_app_gets_what_slack_sends(self, toy: Toy, ada: Person) -> None:
        ada.command("/complaint", "show @ben in #general & <b>", channel="support-and-cs-team-members-only")
        [body] = toy.seen["command"]
        assert body["text"] == "show <@U0BEN00002|ben> in <#C0GENERAL1|general> &amp; &lt;b&gt;"
        assert (body["user_id"], body["channel_id"], body["team_id"]) == (ADA, SUPPORT, "T0SANDBOX1")
        assert body["response_url"].startswith(ada.url)

    def test_it_works_where_the_app_is_not(self, toy: Toy, sandbox: Sandbox) -> None:
        Person(sandbox.url, OTTO).command("/complaint", channel="general")
        assert toy.seen["command"][0]["channel_name"] == "general"

    @pytest.mark.parametrize(
        ("payload", "ephemeral"),
        [({"text": "help"}, True), ({"text": "help", "response_type": "in_channel"}, False)],
        ids=["ephemeral", "in channel"],
    )
    def test_an_acknowledgement_can_carry_a_message(
        self, toy: Toy, ada: Person, payload: Json, ephemeral: bool
    ) -> None:
        toy.on["command"] = answers(**payload)
        ada.command("/complaint", "help")
        [message] = ada.dm()
        assert (message.text, message.ephemeral) == ("help", ephemeral)

    def test_a_strict_person_raises_with_the_screen(self, toy: Toy, ada: Person) -> None:
        toy.on["command"] = answers(text="x", blocks=[{"type": "nonsense"}])
        with pytest.raises(PersonError, match=r"(?s)invalid_blocks.*On the screen of Ada"):
            ada.command("/complaint")

    def test_an_unknown_command_is_refused(self, ada: Person) -> None:
        with pytest.raises(PersonError, match="/complain is not a command here; known: /complaint"):
            ada.command("/complain")


class TestTriggers:
    def test_a_trigger_opens_one_view(self, toy: Toy, ada: Person) -> None:
        ada.command("/complaint")
        trigger = toy.seen["command"][0]["trigger_id"]
        toy.client.views_open(trigger_id=trigger, view=modal())
        with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
            toy.client.views_open(trigger_id=trigger, view=modal())

    def test_an_invalid_view_does_not_use_the_trigger_up(self, toy: Toy, ada: Person) -> None:
        ada.command("/complaint")
        trigger = toy.seen["command"][0]["trigger_id"]
        with pytest.raises(SlackApiError, match="invalid_arguments"):
            toy.client.views_open(trigger_id=trigger, view=modal(title="x" * 25))
        assert toy.client.views_open(trigger_id=trigger, view=modal())["ok"]


class TestStack:
    def test_three_views_and_no_more(self, toy: Toy, ada: Person) -> None:
        refused: list[str] = []

        def push(ack: Ack, body: Json, client: WebClient) -> None:
            ack()
            try:
                client.views_push(trigger_id=body["trigger_id"], view=modal(actions(button("More", "more"))))
            except SlackApiError as error:
                refused.append(error.response["error"])

        toy.on["action"] = push
        open_form(toy, ada, actions(button("More", "more")))
        for _ in range(3):
            ada.click("More")
        assert len(ada.views) == 3
        assert refused == ["push_limit_reached"]

    def test_a_push_needs_an_open_modal(self, toy: Toy, ada: Person) -> None:
        ada.command("/complaint")
        with pytest.raises(SlackApiError, match="invalid_trigger_id"):
            toy.client.views_push(trigger_id=toy.seen["command"][0]["trigger_id"], view=modal())

    def test_a_stale_hash_conflicts(self, toy: Toy, ada: Person) -> None:
        open_form(toy, ada)
        view = ada.wait_for_view("form")
        toy.client.views_update(view_id=view.id, hash=view.hash, view=modal(title="Newer"))
        with pytest.raises(SlackApiError, match="hash_conflict"):
            toy.client.views_update(view_id=view.id, hash=view.hash, view=modal(title="Stale"))

    def test_external_ids_name_a_view_and_are_unique(self, toy: Toy, ada: Person, ben: Person) -> None:
        open_form(toy, ada, external_id="mine")
        toy.client.views_update(external_id="mine", view=modal(title="Found", external_id="mine"))
        ada.wait_for_view("Found")
        toy.on.clear()
        ben.command("/complaint")
        ben_trigger = toy.seen["command"][-1]["trigger_id"]
        with pytest.raises(SlackApiError, match="duplicate_external_id"):
            toy.client.views_open(trigger_id=ben_trigger, view=modal(external_id="mine"))

    def test_a_view_holds_250_kilobytes(self, toy: Toy, ada: Person) -> None:
        wide = {"type": "section", "fields": [plain("x" * 2000)] * 10}
        ada.command("/complaint")
        trigger = toy.seen["command"][0]["trigger_id"]
        with pytest.raises(SlackApiError, match="view_too_large"):
            toy.client.views_open(trigger_id=trigger, view=modal(*[wide] * 13))
        assert toy.client.views_open(trigger_id=trigger, view=modal(*[wide] * 12))["ok"]

    def test_what_was_typed_survives_where_block_and_action_stay(self, toy: Toy, ada: Person) -> None:
        def update(ack: Ack, body: Json, client: WebClient) -> None:
            ack()
            kept, renamed = text_block(), text_block("other2", "Other")
            client.views_update(
                view_id=body["view"]["id"], view=modal(kept, renamed, actions(button("Go", "go")))
            )

        toy.on["action"] = update
        open_form(toy, ada, text_block(), text_block("other", "Other"), actions(button("Go", "go")))
        ada.fill({"Name": "Hanna", "Other": "lost"})
        ada.click("Go")
        values = ada.wait_for(
            lambda person: person.view and "other2" in person.view.values and person.view.values
        )
        assert (values["name"]["text"]["value"], values["other2"]["text"]["value"]) == ("Hanna", None)


class TestSubmission:
    def test_an_empty_acknowledgement_closes_the_view(self, toy: Toy, ada: Person) -> None:
        open_form(toy, ada, private_metadata="kept")
        ada.fill({"Name": "Hanna"})
        ada.submit()
        [body] = toy.seen["view"]
        assert body["view"]["state"]["values"] == {
            "name": {"text": {"type": "plain_text_input", "value": "Hanna"}}
        }
        assert (body["view"]["private_metadata"], body["user"]["id"]) == ("kept", ADA)
        assert ada.views == []

    def test_update_changes_the_view_in_place(self, toy: Toy, ada: Person) -> None:
        toy.on["view"] = answers(response_action="update", view=modal(title="Second"))
        open_form(toy, ada)
        first = ada.view
        ada.fill({"Name": "x"})
        ada.submit()
        second = ada.view
        assert first
        assert second
        assert (second.title, second.id == first.id, second.hash != first.hash) == ("Second", True, True)

    def test_push_and_clear(self, toy: Toy, ada: Person) -> None:
        toy.on["view"] = answers(response_action="push", view=modal(title="On top"))
        open_form(toy, ada)
        ada.fill({"Name": "x"})
        ada.submit()
        assert [view.title for view in ada.views] == ["Form", "On top"]
        toy.on["view"] = answers(response_action="clear")
        ada.fill({"Name": "x"})
        ada.submit()
        assert ada.views == []

    def test_errors_stand_at_their_inputs(self, toy: Toy, ada: Person) -> None:
        toy.on["view"] = answers(response_action="errors", errors={"name": "Not a name."})
        open_form(toy, ada)
        ada.fill({"Name": "x"})
        assert ada.submit(strict=False).errors == {"name": "Not a name."}
        assert len(ada.views) == 1

    @pytest.mark.parametrize(
        "answer",
        [
            {"response_action": "errors", "errors": {"elsewhere": "x"}},
            {"response_action": "errors", "errors": {"note": "x"}},
            {"response_action": "update", "view": {"type": "modal"}},
            {"response_action": "reopen"},
            {"text": "thanks", "response_type": "ephemeral"},
        ],
        ids=["unknown block", "block without input", "invalid view", "unknown action", "a message"],
    )
    def test_a_malformed_answer_leaves_the_modal_open(self, toy: Toy, ada: Person, answer: Json) -> None:
        toy.on["view"] = lambda ack, body, client: ack(answer)
        note = {"type": "section", "block_id": "note", "text": plain("note")}
        open_form(toy, ada, text_block(), note)
        ada.fill({"Name": "x"})
        assert ada.submit(strict=False).notice == TROUBLE
        assert len(ada.views) == 1

    @pytest.mark.parametrize(
        ("element", "value", "fits"),
        [
            ({}, None, False),
            ({}, "x" * 3000, True),
            ({}, "x" * 3001, False),
            ({"max_length": 5}, "x" * 5, True),
            ({"max_length": 5}, "x" * 6, False),
            ({"min_length": 5}, "x" * 5, True),
            ({"min_length": 5}, "x" * 4, False),
            ({"type": "email_text_input"}, "hanna@example.test", True),
            ({"type": "email_text_input"}, "hanna@", False),
            ({"type": "url_text_input"}, "https://example.test/x", True),
            ({"type": "url_text_input"}, "example", False),
            ({"type": "number_input", "is_decimal_allowed": False}, "12", True),
            ({"type": "number_input", "is_decimal_allowed": False}, "1.5", False),
            ({"type": "number_input", "is_decimal_allowed": True}, "1.5", True),
            ({"type": "number_input", "is_decimal_allowed": True, "max_value": "1"}, "1.5", False),
            ({"type": "number_input", "is_decimal_allowed": True, "min_value": "2"}, "1.5", False),
            ({"type": "number_input", "is_decimal_allowed": True}, "NaN", False),
            ({"type": "datepicker"}, "2026-11-18", True),
            ({"type": "datepicker"}, "2026-11-31", False),
            ({"type": "timepicker"}, "09:00", True),
            ({"type": "timepicker"}, "nine", False),
        ],
    )
    def test_slacks_client_checks_before_it_sends(
        self, toy: Toy, ada: Person, element: Json, value: str | None, fits: bool
    ) -> None:
        open_form(toy, ada, text_block(**element))
        ada.fill({"Name": value})
        told = ada.submit(strict=False)
        assert (set(told.errors) == {"name"}, len(toy.seen["view"])) == ((False, 1) if fits else (True, 0))

    def test_an_optional_input_may_stay_empty(self, toy: Toy, ada: Person) -> None:
        open_form(toy, ada, {**text_block(), "optional": True})
        ada.submit()
        assert toy.seen["view"][0]["view"]["state"]["values"]["name"]["text"]["value"] is None

    def test_every_kind_of_input_can_be_filled(self, toy: Toy, ada: Person) -> None:
        fruits = [option("Apple"), option("Pear"), option("Plum")]
        kinds: dict[str, tuple[Json, Any, str, Any]] = {
            "Menu": ({"type": "static_select", "options": fruits}, "Pear", "selected_option", option("Pear")),
            "Menus": (
                {"type": "multi_static_select", "options": fruits},
                ["Pear", "Plum"],
                "selected_options",
                fruits[1:],
            ),
            "Radio": ({"type": "radio_buttons", "options": fruits}, "Apple", "selected_option", fruits[0]),
            "Boxes": ({"type": "checkboxes", "options": fruits}, "Plum", "selected_options", fruits[2:]),
            "Who": ({"type": "users_select"}, "ben", "selected_user", "U0BEN00002"),
            "Whos": ({"type": "multi_users_select"}, ["Ben (agent)"], "selected_users", ["U0BEN00002"]),
            "Where": ({"type": "conversations_select"}, "#general", "selected_conversation", "C0GENERAL1"),
            "Channel": ({"type": "channels_select"}, SUPPORT, "selected_channel", SUPPORT),
            "Date": ({"type": "datepicker"}, "2026-11-18", "selected_date", "2026-11-18"),
            "Time": ({"type": "timepicker"}, "09:30", "selected_time", "09:30"),
            "Moment": ({"type": "datetimepicker"}, 1_800_000_000, "selected_date_time", 1_800_000_000),
            "Count": ({"type": "number_input", "is_decimal_allowed": False}, 3, "value", "3"),
        }
        blocks = [
            {
                "type": "input",
                "block_id": name,
                "label": plain(name),
                "element": {**row[0], "action_id": "a"},
            }
            for name, row in kinds.items()
        ]
        open_form(toy, ada, *blocks)
        ada.fill({name: row[1] for name, row in kinds.items()})
        ada.submit()
        values = toy.seen["view"][0]["view"]["state"]["values"]
        assert {name: values[name]["a"][row[2]] for name, row in kinds.items()} == {
            name: row[3] for name, row in kinds.items()
        }

    def test_an_option_that_is_not_offered_cannot_be_chosen(self, toy: Toy, ada: Person) -> None:
        open_form(toy, ada, text_block(type="static_select", options=[option("Apple")]))
        with pytest.raises(PersonError, match=r"'Melon' is not offered in 'Name', only \['Apple'\]"):
            ada.fill({"Name": "Melon"})

    def test_a_conversation_menu_can_bring_a_response_url(self, toy: Toy, ada: Person) -> None:
        open_form(toy, ada, text_block(type="conversations_select", response_url_enabled=True))
        ada.fill({"Name": SUPPORT})
        ada.submit()
        [url] = toy.seen["view"][0]["response_urls"]
        WebhookClient(url["response_url"]).send(text="hi", response_type="in_channel")
        assert [one.text for one in ada.messages(SUPPORT)] == ["hi"]


class TestClosing:
    def test_the_app_is_told_only_if_it_asked(self, toy: Toy, ada: Person) -> None:
        open_form(toy, ada)
        ada.close()
        open_form(toy, ada, notify_on_close=True)
        ada.close()
        assert [body["is_cleared"] for body in toy.seen["view_closed"]] == [False]
        assert ada.views == []

    def test_clear_on_close_clears_by_the_button_and_not_by_submitting(self, toy: Toy, ada: Person) -> None:
        toy.on["view"] = answers(
            response_action="push", view=modal(text_block(), title="On top", clear_on_close=True)
        )
        open_form(toy, ada)
        ada.fill({"Name": "x"})
        ada.submit()
        toy.on.clear()
        ada.fill({"Name": "x"})
        ada.submit()
        assert [view.title for view in ada.views] == ["Form"]
        open_form(toy, ada, clear_on_close=True)
        ada.close()
        assert ada.views == []

    def test_the_x_closes_the_stack_and_names_its_root(self, toy: Toy, ada: Person) -> None:
        toy.on["view"] = answers(response_action="push", view=modal(title="On top"))
        open_form(toy, ada, notify_on_close=True)
        ada.fill({"Name": "x"})
        ada.submit()
        ada.close(everything=True)
        [body] = toy.seen["view_closed"]
        assert (body["view"]["title"]["text"], body["is_cleared"]) == ("Form", True)


class TestClicks:
    def test_a_click_in_a_message_brings_the_message_and_a_response_url(self, toy: Toy, ada: Person) -> None:
        posted = toy.client.chat_postMessage(
            channel=ADA, text="x", blocks=[actions(button("Press", "press", value="17"))]
        )
        ada.click("Press")
        [body] = toy.seen["action"]
        assert body["container"] == {
            "type": "message",
            "message_ts": posted["ts"],
            "channel_id": "D0ADA00001",
            "is_ephemeral": False,
        }
        assert (body["message"]["ts"], body["actions"][0]["value"]) == (posted["ts"], "17")
        assert body["actions"][0]["block_id"] == "actions"

    def test_overflow_and_menus_in_messages(self, toy: Toy, ada: Person) -> None:
        overflow = {"type": "overflow", "action_id": "more", "options": [option("Edit"), option("Drop")]}
        menu = {"type": "static_select", "action_id": "pick", "options": [option("Apple"), option("Pear")]}
        toy.client.chat_postMessage(channel=ADA, text="x", blocks=[actions(overflow, menu)])
        ada.click("Drop")
        ada.choose("pick", "Pear")
        chosen = [body["actions"][0]["selected_option"]["value"] for body in toy.seen["action"]]
        assert chosen == ["drop", "pear"]
        assert toy.seen["action"][1]["state"]["values"]["actions"]["pick"]["selected_option"] == option(
            "Pear"
        )

    def test_an_ephemeral_message_is_not_in_the_payload(self, toy: Toy, ada: Person) -> None:
        toy.client.chat_postEphemeral(
            channel=SUPPORT, user=ADA, text="x", blocks=[actions(button("Press", "press"))]
        )
        ada.click("Press")
        [body] = toy.seen["action"]
        assert ("message" in body, body["container"]["is_ephemeral"]) == (False, True)

    def test_a_button_that_went_away_cannot_be_pressed(self, toy: Toy, ada: Person) -> None:
        posted = toy.client.chat_postMessage(
            channel=ADA, text="x", blocks=[actions(button("Press", "press"))]
        )
        [message] = ada.dm()
        toy.client.chat_update(channel="D0ADA00001", ts=posted["ts"], text="done")
        with pytest.raises(PersonError, match="the content has changed"):
            ada.click("Press", on=message)

    def test_an_input_with_dispatch_action_tells_at_once(self, toy: Toy, ada: Person) -> None:
        menu = text_block(type="static_select", options=[option("Apple"), option("Pear")])
        open_form(toy, ada, {**menu, "dispatch_action": True}, text_block("other", "Other"))
        ada.fill({"Other": "typed", "Name": "Pear"})
        [body] = toy.seen["action"]
        values = body["view"]["state"]["values"]
        assert body["container"] == {"type": "view", "view_id": body["view"]["id"]}
        assert values["name"]["text"]["selected_option"] == option("Pear")
        assert values["other"]["text"]["value"] == "typed"

    def test_an_external_menu_asks_the_app(self, toy: Toy, ada: Person) -> None:
        toy.on["options"] = answers(options=[option("Sunny Roofs"), option("Sunny Days")])
        open_form(toy, ada, text_block(type="external_select", min_query_length=2))
        assert ada.suggest("Name", "s") == []
        assert ada.suggest("Name", "sun") == ["Sunny Roofs", "Sunny Days"]
        ada.fill({"Name": "Sunny Days"})
        ada.submit()
        assert [body["value"] for body in toy.seen["options"]] == ["sun"]
        value = toy.seen["view"][0]["view"]["state"]["values"]["name"]["text"]
        assert value["selected_option"] == option("Sunny Days")

    def test_too_many_suggestions_are_none(self, toy: Toy, ada: Person) -> None:
        toy.on["options"] = answers(options=[option(f"o{number}") for number in range(101)])
        open_form(toy, ada, text_block(type="external_select", min_query_length=0))
        assert ada.suggest("Name", "o") == []

    def test_a_global_shortcut_opens_a_view(self, toy: Toy, ada: Person) -> None:
        toy.on["shortcut"] = opens(modal(title="From a shortcut"))
        ada.shortcut("open_complaint")
        ada.wait_for_view("From a shortcut")
        assert "response_url" not in toy.seen["shortcut"][0]


class TestHome:
    def test_visiting_home_lets_the_app_publish_it(self, toy: Toy, ada: Person) -> None:
        home = {"type": "home", "blocks": [actions(button("Refresh", "refresh"))]}
        toy.on["event"] = lambda ack, body, client: client.views_publish(
            user_id=body["event"]["user"], view=home
        )
        ada.open_home()
        ada.wait_for(lambda person: person.home)
        ada.click("Refresh", on="home")
        [body] = toy.seen["action"]
        assert (body["view"]["type"], body["user"]["id"]) == ("home", ADA)
        assert toy.seen["event"][0]["event"]["tab"] == "home"

    def test_a_stale_hash_conflicts(self, toy: Toy) -> None:
        home = {"type": "home", "blocks": []}
        first = toy.client.views_publish(user_id=LEA, view=home)["view"]
        toy.client.views_publish(user_id=LEA, view=home, hash=first["hash"])
        with pytest.raises(SlackApiError, match="hash_conflict"):
            toy.client.views_publish(user_id=LEA, view=home, hash=first["hash"])


class TestReplies:
    @pytest.fixture
    def hook(self, toy: Toy, ada: Person) -> WebhookClient:
        posted = [actions(button("Press", "press"))]
        toy.client.chat_postMessage(channel=SUPPORT, text="original", blocks=posted)
        ada.click("Press")
        return WebhookClient(toy.seen["action"][0]["response_url"])

    def test_five_posts_and_no_sixth(self, hook: WebhookClient, ada: Person, ben: Person) -> None:
        answers = [hook.send(text=str(number)) for number in range(6)]
        assert [one.status_code for one in answers] == [200] * 5 + [404]
        assert "used_url" in answers[-1].body
        assert [one.ephemeral for one in ada.messages(SUPPORT)] == [False] + [True] * 5
        assert [one.text for one in ben.messages(SUPPORT)] == ["original"]

    def test_thirty_minutes_and_no_longer(self, hook: WebhookClient, sandbox: Sandbox) -> None:
        Clock(sandbox.url).advance(timedelta(minutes=29))
        assert hook.send(text="in time").status_code == 200
        Clock(sandbox.url).advance(timedelta(minutes=2))
        assert "expired_url" in hook.send(text="late").body

    def test_replace_and_delete_the_original(self, hook: WebhookClient, ben: Person) -> None:
        hook.send(text="replaced", replace_original=True)
        assert [(one.text, one.buttons, one.edited) for one in ben.messages(SUPPORT)] == [
            ("replaced", [], True)
        ]
        hook.send(delete_original=True)
        assert ben.messages(SUPPORT) == []

    def test_in_channel_is_for_everybody(self, hook: WebhookClient, ben: Person) -> None:
        hook.send(text="for all", response_type="in_channel")
        assert ben.messages(SUPPORT)[-1].text == "for all"

    @pytest.mark.parametrize(
        ("body", "code"),
        [({"text": ""}, "no_text"), ({"text": "x", "blocks": [{"type": "x"}]}, "invalid_blocks")],
        ids=["nothing said", "blocks"],
    )
    def test_it_is_as_strict_as_posting(self, hook: WebhookClient, body: Json, code: str) -> None:
        assert code in hook.send_dict(body).body


class TestPeople:
    def test_a_dm_reaches_the_app_as_an_event(self, toy: Toy, ada: Person) -> None:
        ada.message("hello & <b>")
        ada.wait_for(lambda _: toy.seen["event"])
        event = toy.seen["event"][0]["event"]
        assert (event["channel_type"], event["user"], event["text"]) == ("im", ADA, "hello &amp; &lt;b&gt;")

    def test_channel_messages_do_not_reach_it_unsubscribed(self, toy: Toy, ada: Person) -> None:
        ada.message("hello", channel=SUPPORT)
        ada.message("then this")
        ada.wait_for(lambda _: toy.seen["event"])
        assert [body["event"]["text"] for body in toy.seen["event"]] == ["then this"]

    def test_waiting_ends_with_what_was_on_screen(self, toy: Toy, ada: Person) -> None:
        ada.message("hello", channel=SUPPORT)
        with pytest.raises(PersonError, match=r"(?s)After 0.05 s the modal 'Form' has not come.*hello"):
            ada.wait_for_view("Form", timeout=0.05)

    def test_hands_refuse_in_a_sentence(self, sandbox: Sandbox, ada: Person) -> None:
        with pytest.raises(PersonError, match="is nobody here"):
            Person(sandbox.url, "U0NOBODY00").open_home()
        with pytest.raises(PersonError, match="is in no conversation C0LEADS001"):
            call(sandbox.url, "message", {"as": ADA, "channel": "C0LEADS001", "text": "x"})
        with pytest.raises(PersonError, match="No modal is open"):
            ada.submit()
