"""Message shortcuts, external menus, and inputs that tell the app while one types."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.outcome import TROUBLE
from sandbox.person import Person, PersonError, Trouble
from sandbox.server import Sandbox
from tests.sandbox.builders import Json, actions, answers, modal, open_form, option, plain, text_block
from tests.sandbox.conftest import ADA, BEN, MANIFEST
from tests.sandbox.toy import Toy

SUPPORT = "C0SUPPORT1"
SHORTCUT = {
    "name": "Complaint from this",
    "type": "message",
    "callback_id": "open_from_message",
    "description": "Take its text",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    raw = json.loads(MANIFEST.read_text())
    kept = [one for one in raw["features"]["shortcuts"] if one["type"] == "global"]
    raw["features"]["shortcuts"] = [*kept, SHORTCUT]
    path: Path = tmp_path_factory.mktemp("menus") / "manifest.json"
    path.write_text(json.dumps(raw))
    sandbox = Sandbox(manifest=path)
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture(autouse=True)
def fresh(toy: Toy, sandbox: Sandbox) -> None:
    toy.forget()


def search_block(**element: Any) -> Json:
    return text_block("owner", "Homeowner", type="external_select", **element)


def dispatching(*moments: str, **element: Any) -> Json:
    config = {"dispatch_action_config": {"trigger_actions_on": list(moments)}} if moments else {}
    return text_block(**config, **element) | {"dispatch_action": True}


class TestMessageShortcuts:
    def test_the_app_gets_the_message(self, toy: Toy, ada: Person, ben: Person) -> None:
        ts = ben.message("The roof leaks", channel=SUPPORT)
        ada.message_shortcut("Complaint from this", ada.messages(SUPPORT)[0])
        [body] = toy.seen["shortcut"]
        assert (body["type"], body["callback_id"]) == ("message_action", "open_from_message")
        assert (body["user"]["id"], body["message"]["user"]) == (ADA, BEN)
        assert (body["message"]["text"], body["message"]["ts"], body["message_ts"]) == (
            "The roof leaks",
            ts,
            ts,
        )
        assert (body["channel"]["id"], body["team"]["id"]) == (SUPPORT, "T0SANDBOX1")
        assert body["response_url"].startswith(ada.url)
        assert toy.client.views_open(trigger_id=body["trigger_id"], view=modal())["ok"]

    def test_a_reply_in_a_thread_has_it_too(self, toy: Toy, ada: Person) -> None:
        parent = toy.client.chat_postMessage(channel=SUPPORT, text="Case")["ts"]
        ts = ada.message("And the gutter", channel=SUPPORT, thread_ts=parent)
        ada.message_shortcut("open_from_message", ada.messages(SUPPORT)[-1])
        message = toy.seen["shortcut"][0]["message"]
        assert (message["ts"], message["thread_ts"]) == (ts, parent)

    def test_what_the_menu_does_not_show_cannot_be_chosen(self, ada: Person) -> None:
        ada.message("x", channel=SUPPORT)
        with pytest.raises(PersonError, match="has no 'Open a complaint', only"):
            ada.message_shortcut("Open a complaint", ada.messages(SUPPORT)[0])

    def test_a_message_that_is_gone_has_no_menu(self, toy: Toy, ada: Person) -> None:
        ts = toy.client.chat_postMessage(channel=SUPPORT, text="x")["ts"]
        [message] = ada.messages(SUPPORT)
        toy.client.chat_delete(channel=SUPPORT, ts=ts)
        with pytest.raises(PersonError, match="That message is gone"):
            ada.message_shortcut("Complaint from this", message)


class TestTyping:
    CASES: dict[str, tuple[Json, bool, int]] = {  # noqa: RUF012 - a table of the test
        "while one types": (dispatching("on_character_entered"), False, 1),
        "while one types, and Enter adds nothing": (dispatching("on_character_entered"), True, 1),
        "at Enter only": (dispatching("on_enter_pressed"), False, 0),
        "at Enter": (dispatching("on_enter_pressed"), True, 1),
        "at both": (dispatching("on_enter_pressed", "on_character_entered"), True, 2),
        "at Enter when nothing is configured": (dispatching(), True, 1),
        "never without dispatch_action": (text_block(), True, 0),
    }

    @pytest.mark.parametrize(("block", "enter", "times"), CASES.values(), ids=CASES)
    def test_the_app_hears_when_the_input_says_so(
        self, toy: Toy, ada: Person, block: Json, enter: bool, times: int
    ) -> None:
        open_form(toy, ada, block)
        ada.type("Name", "Hanna", enter=enter)
        heard = [body["actions"][0] for body in toy.seen["action"]]
        assert [(one["type"], one["value"]) for one in heard] == [("plain_text_input", "Hanna")] * times
        assert len(ada.views) == 1
        assert toy.seen["view"] == []
        ada.submit()
        assert toy.seen["view"][0]["view"]["state"]["values"]["name"]["text"]["value"] == "Hanna"

    def test_what_stands_elsewhere_comes_along(self, toy: Toy, ada: Person) -> None:
        open_form(toy, ada, dispatching("on_character_entered"), text_block("other", "Other"))
        ada.fill({"Other": "typed before"})
        ada.type("Name", "H")
        values = toy.seen["action"][0]["view"]["state"]["values"]
        assert (values["name"]["text"]["value"], values["other"]["text"]["value"]) == ("H", "typed before")

    def test_an_emptied_input_is_null(self, toy: Toy, ada: Person) -> None:
        open_form(toy, ada, dispatching("on_character_entered", initial_value="Hanna"))
        ada.type("Name", "")
        [body] = toy.seen["action"]
        assert body["actions"][0]["value"] is None
        assert body["view"]["state"]["values"]["name"]["text"]["value"] is None

    def test_a_menu_takes_no_typing(self, toy: Toy, ada: Person) -> None:
        open_form(toy, ada, text_block(type="static_select", options=[option("Apple")]))
        with pytest.raises(PersonError, match="is a static_select; nothing can be typed into it"):
            ada.type("Name", "Apple")

    @pytest.mark.parametrize(
        ("config", "fits"),
        [
            ({"trigger_actions_on": ["on_enter_pressed"]}, True),
            ({"trigger_actions_on": ["on_enter_pressed", "on_character_entered"]}, True),
            ({"trigger_actions_on": ["on_blur"]}, False),
            ({"trigger_actions_on": []}, False),
            ({}, False),
        ],
        ids=["enter", "both", "unknown", "none", "empty"],
    )
    def test_what_may_be_configured(self, toy: Toy, ada: Person, config: Json, fits: bool) -> None:
        ada.command("/complaint")
        view = modal(text_block(dispatch_action_config=config) | {"dispatch_action": True})
        trigger = toy.seen["command"][0]["trigger_id"]
        if fits:
            assert toy.client.views_open(trigger_id=trigger, view=view)["ok"]
        else:
            with pytest.raises(SlackApiError, match="invalid_arguments"):
                toy.client.views_open(trigger_id=trigger, view=view)


class TestClosedUnsent:
    def test_closing_tells_nothing_of_the_inputs(self, toy: Toy, ada: Person) -> None:
        open_form(toy, ada, dispatching("on_character_entered"), notify_on_close=True, private_metadata="17")
        ada.type("Name", "Hanna")
        ada.close()
        [body] = toy.seen["view_closed"]
        assert (body["view"]["private_metadata"], body["is_cleared"]) == ("17", False)
        assert body["view"]["state"] == {"values": {}}
        assert toy.seen["action"][0]["view"]["state"]["values"]["name"]["text"]["value"] == "Hanna"

    def test_an_expired_trigger_on_request_opens_nothing(
        self, toy: Toy, ada: Person, trouble: Trouble
    ) -> None:
        trouble.expire_trigger()
        ada.command("/complaint")
        trigger = toy.seen["command"][0]["trigger_id"]
        with pytest.raises(SlackApiError, match="expired_trigger_id"):
            toy.client.views_open(trigger_id=trigger, view=modal())
        assert ada.views == []
        assert toy.client.views_open(trigger_id=trigger, view=modal())["ok"]


class TestSearching:
    def test_options_are_searched_then_chosen_without_asking_again(self, toy: Toy, ada: Person) -> None:
        toy.on["options"] = answers(options=[option("Hanna"), option("Hans")])
        open_form(toy, ada, search_block(), text_block("other", "Other"))
        assert [one["value"] for one in ada.search("Homeowner", "han")] == ["hanna", "hans"]
        ada.choose("Homeowner", "Hans")
        ada.fill({"Other": "x"})
        ada.submit()
        assert [body["value"] for body in toy.seen["options"]] == ["han"]
        assert toy.seen["action"] == []
        chosen = toy.seen["view"][0]["view"]["state"]["values"]["owner"]["text"]["selected_option"]
        assert chosen == option("Hans")

    def test_the_app_gets_what_slack_sends(self, toy: Toy, ada: Person) -> None:
        toy.on["options"] = answers(options=[])
        open_form(toy, ada, search_block())
        ada.search("Homeowner", "han")
        [body] = toy.seen["options"]
        assert (body["type"], body["action_id"], body["block_id"]) == ("block_suggestion", "text", "owner")
        assert (body["value"], body["user"]["id"]) == ("han", ADA)
        assert body["view"]["id"] == body["container"]["view_id"]

    def test_a_choice_in_a_dispatching_input_is_told_at_once(self, toy: Toy, ada: Person) -> None:
        toy.on["options"] = answers(options=[option("Hanna")])
        open_form(toy, ada, search_block() | {"dispatch_action": True})
        ada.search("Homeowner", "han")
        ada.choose("Homeowner", "Hanna")
        [body] = toy.seen["action"]
        assert body["actions"][0]["selected_option"] == option("Hanna")
        state = body["view"]["state"]["values"]["owner"]["text"]
        assert state == {"type": "external_select", "selected_option": option("Hanna")}

    @pytest.mark.parametrize(
        ("least", "typed", "asked"),
        [(None, "ha", 0), (None, "han", 1), (1, "", 0), (1, "h", 1), (0, "", 1)],
        ids=["two of three", "three of three", "none of one", "one of one", "none of none"],
    )
    def test_the_app_is_asked_from_the_shortest_query_on(
        self, toy: Toy, ada: Person, least: int | None, typed: str, asked: int
    ) -> None:
        toy.on["options"] = answers(options=[option("Hanna")])
        open_form(toy, ada, search_block(**({} if least is None else {"min_query_length": least})))
        assert len(ada.search("Homeowner", typed)) == asked
        assert len(toy.seen["options"]) == asked

    def test_groups_are_offered_too(self, toy: Toy, ada: Person) -> None:
        group = {"label": plain("Utah"), "options": [option("Hanna"), option("Hans")]}
        toy.on["options"] = answers(option_groups=[group])
        open_form(toy, ada, search_block())
        assert ada.suggest("Homeowner", "han") == ["Hanna", "Hans"]

    ANSWERS: dict[str, tuple[Json, int]] = {  # noqa: RUF012 - a table of the test
        "100 options": ({"options": [option(f"o{number}") for number in range(100)]}, 100),
        "101 options": ({"options": [option(f"o{number}") for number in range(101)]}, 0),
        "text of 75": ({"options": [{"text": plain("x" * 75), "value": "a"}]}, 1),
        "text of 76": ({"options": [{"text": plain("x" * 76), "value": "a"}]}, 0),
        "100 groups": (
            {"option_groups": [{"label": plain(f"{n}"), "options": [option(f"o{n}")]} for n in range(100)]},
            100,
        ),
        "101 groups": (
            {"option_groups": [{"label": plain(f"{n}"), "options": [option(f"o{n}")]} for n in range(101)]},
            0,
        ),
        "neither": ({}, 0),
    }

    @pytest.mark.parametrize(("answer", "count"), ANSWERS.values(), ids=ANSWERS)
    def test_limits_of_what_is_offered(self, toy: Toy, ada: Person, answer: Json, count: int) -> None:
        toy.on["options"] = lambda ack, body, client: ack(**answer)
        open_form(toy, ada, search_block(min_query_length=0))
        assert len(ada.search("Homeowner", "o")) == count

    def test_an_initial_option_stands_until_it_is_changed(self, toy: Toy, ada: Person) -> None:
        toy.on["options"] = answers(options=[option("Hans")])
        open_form(toy, ada, search_block(initial_option=option("Hanna")))
        assert ada.view
        assert ada.view.values["owner"]["text"]["selected_option"] == option("Hanna")
        ada.submit()
        chosen = toy.seen["view"][0]["view"]["state"]["values"]["owner"]["text"]["selected_option"]
        assert chosen == option("Hanna")

    @pytest.mark.parametrize(("most", "errors"), [(2, set()), (1, {"owner"})], ids=["two", "one"])
    def test_several_can_be_searched_and_chosen(
        self, toy: Toy, ada: Person, most: int, errors: set[str]
    ) -> None:
        toy.on["options"] = answers(options=[option("Hanna"), option("Hans")])
        open_form(
            toy,
            ada,
            text_block("owner", "Homeowner", type="multi_external_select", max_selected_items=most),
        )
        ada.search("Homeowner", "han")
        ada.choose("Homeowner", ["Hanna", "Hans"])
        assert set(ada.submit(strict=False).errors) == errors

    def test_a_menu_in_a_message_asks_with_the_message(
        self, toy: Toy, client: WebClient, ada: Person
    ) -> None:
        toy.on["options"] = answers(options=[option("Hanna")])
        menu = {"type": "external_select", "action_id": "pick", "placeholder": plain("Homeowner")}
        ts = client.chat_postMessage(channel=ADA, text="x", blocks=[actions(menu)])["ts"]
        ada.search("Homeowner", "han")
        ada.choose("Homeowner", "Hanna")
        assert toy.seen["options"][0]["message"]["ts"] == ts
        assert toy.seen["action"][0]["actions"][0]["selected_option"] == option("Hanna")

    def test_an_app_that_does_not_answer_offers_nothing(
        self, toy: Toy, ada: Person, trouble: Trouble
    ) -> None:
        open_form(toy, ada, search_block())
        trouble.cause("drop_socket", target="interactive")
        with pytest.raises(PersonError, match="is not offered in 'Homeowner'"):
            ada.choose("Homeowner", "Hanna")
        assert TROUBLE in str([entry["error"] for entry in trouble.traffic()])
