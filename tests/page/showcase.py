"""Every kind of block and input once, and a small Bolt app that shows them."""

import re
import threading
from typing import Any

from slack_bolt import Ack, App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from sandbox.person import Person, Trouble
from sandbox.server import Sandbox

Json = dict[str, Any]
ADA, BEN, LEA = "U0ADA00001", "U0BEN00002", "U0LEA00004"
SUPPORT, GENERAL = "C0SUPPORT1", "C0GENERAL1"
SUN = (
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 8 8'>"
    "<circle cx='4' cy='4' r='4' fill='orange'/></svg>"
)
CITIES = ("Albany", "Albuquerque", "Boston", "Chicago")


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def marked(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def option(text: str, **more: Any) -> Json:
    return {"text": plain(text), "value": text.lower(), **more}


def options(*texts: str) -> list[Json]:
    return [option(text) for text in texts]


def element(kind: str, action_id: str, **more: Any) -> Json:
    return {"type": kind, "action_id": action_id, **more}


def field(
    block_id: str, label: str, kind: str, *, hint: str = "", optional: bool = False, **more: Any
) -> Json:
    block: Json = {"type": "input", "block_id": block_id, "label": plain(label), "optional": optional}
    block["element"] = element(kind, "value", **more)
    return block | ({"hint": plain(hint)} if hint else {})


MRKDWN = (
    "*bold* _italic_ ~strike~ `code` <https://example.com/a?b=1&amp;c=2|a link> :telephone_receiver: "
    f"<@{ADA}> <#{GENERAL}> <!here> 5 &lt; 6 &amp; 7\n"
    "&gt; quoted words\n```\nx = 1\n```\n<!date^1795014000^{date_short} at {time}|in November> "
    "snake_case_name 2*3*4"
)
RICH = [
    {
        "type": "rich_text_section",
        "elements": [
            {"type": "text", "text": "Rich ", "style": {"bold": True}},
            {"type": "user", "user_id": BEN},
            {"type": "emoji", "name": "wave"},
            {"type": "link", "url": "https://example.com/", "text": "site"},
        ],
    },
    {
        "type": "rich_text_list",
        "style": "ordered",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "first"}]}],
    },
    {"type": "rich_text_quote", "elements": [{"type": "text", "text": "Say this aloud"}]},
    {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "Dear *installer*,"}]},
]
CONFIRM = {
    "title": plain("Are you sure?"),
    "text": marked("This *cannot* be undone."),
    "confirm": plain("Close it"),
    "deny": plain("Keep it"),
    "style": "danger",
}
MESSAGE: list[Json] = [
    {"type": "header", "text": plain("HC-1042 · Installer silent")},
    {"type": "section", "block_id": "said", "text": marked(MRKDWN)},
    {"type": "section", "fields": [marked("*Homeowner*\nHanna"), marked("*Phone*\n555-0101")]},
    {"type": "divider"},
    {
        "type": "section",
        "block_id": "beside",
        "text": marked("Ticket fields"),
        "accessory": element("button", "copy", text=plain("Copy"), value="HC-1042", style="primary"),
    },
    {
        "type": "actions",
        "block_id": "row",
        "elements": [
            element(
                "button", "close", text=plain("Close the case"), value="1042", style="danger", confirm=CONFIRM
            ),
            element(
                "static_select",
                "outcome",
                placeholder=plain("Outcome"),
                options=options("Contacted", "Not heard"),
            ),
            element("datepicker", "day", initial_date="2026-11-18"),
            element("overflow", "more", options=options("Timeline", "Add a note")),
            element("checkboxes", "ticks", options=options("Called", "Wrote")),
            element("radio_buttons", "who", options=options("Agent", "Lead")),
        ],
    },
    {
        "type": "context",
        "elements": [{"type": "image", "image_url": SUN, "alt_text": "sun"}, marked("R-003, D-18")],
    },
    {"type": "image", "image_url": "https://example.com/roof.png", "alt_text": "A roof with panels"},
    {"type": "rich_text", "elements": RICH},
    {"type": "markdown", "text": "## Heading\n\n- **one**\n- [two](https://example.com/)\n\n> wise words"},
    {
        "type": "table",
        "column_settings": [{"align": "left"}, {"align": "right"}],
        "rows": [
            [{"type": "raw_text", "text": "Step"}, {"type": "raw_text", "text": "Days"}],
            [{"type": "raw_text", "text": "Remind"}, {"type": "raw_text", "text": "2"}],
        ],
    },
]
INPUTS: list[Json] = [
    {"type": "alert", "text": marked("Nothing is *sent* yet."), "level": "info"},
    field("name", "Homeowner", "plain_text_input", hint="First and last name", max_length=20),
    field("story", "What happened", "plain_text_input", multiline=True, optional=True),
    field("mail", "Email", "email_text_input", optional=True),
    field("site", "Website", "url_text_input", optional=True),
    field("panels", "Panels", "number_input", is_decimal_allowed=False, min_value="1", optional=True),
    field("category", "Category", "static_select", options=options("Silent installer", "Damage")),
    field(
        "region",
        "Region",
        "static_select",
        option_groups=[
            {"label": plain("East"), "options": options("Maine", "Ohio")},
            {"label": plain("West"), "options": options("Utah")},
        ],
        optional=True,
    ),
    field("tags", "Tags", "multi_static_select", options=options("Roof", "Billing", "Noise"), optional=True),
    field("city", "City", "external_select", min_query_length=2, optional=True),
    field("owner", "Owner", "users_select", optional=True),
    field("watchers", "Watchers", "multi_users_select", optional=True),
    field("where", "Where", "conversations_select", optional=True),
    field("channel", "Channel", "channels_select", optional=True),
    field("how", "How did they reach us?", "radio_buttons", options=options("Phone", "Chat")),
    field("missing", "Not yet approved", "checkboxes", options=options("M1", "M2"), optional=True),
    field("day", "Approved on", "datepicker", optional=True),
    field("time", "Best time", "timepicker", optional=True),
    field("moment", "Call back at", "datetimepicker", optional=True),
    field("note", "Formatted note", "rich_text_input", optional=True),
    field("file", "Attachment", "file_input", optional=True),
]


def modal(title: str, blocks: list[Json], **more: Any) -> Json:
    return {"type": "modal", "callback_id": "form", "title": plain(title), "blocks": blocks, **more}


FORM = modal("Every input", INPUTS, submit=plain("Save"), close=plain("Cancel"), notify_on_close=True)


class Showcase:
    """The app: `/complaint` opens the form, `views` are what it got back, `actions` what was clicked."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.client = WebClient(token=sandbox.bot_token, base_url=sandbox.api_url)
        self.forget()
        app = App(client=self.client, process_before_response=True)
        app.command("/complaint")(self._open)
        app.shortcut(re.compile(".*"))(self._shortcut)
        app.action(re.compile(".*"))(self._act)
        app.options(re.compile(".*"))(self._suggest)
        app.view("form")(self._submitted)
        app.view_closed(re.compile(".*"))(lambda ack, body: (ack(), self.closed.append(body)))
        app.event("app_home_opened")(self._home)
        app.event("message")(lambda ack: ack())
        self._handler = SocketModeHandler(app, sandbox.app_token, ping_interval=0.3)

    def forget(self) -> None:
        """As new."""
        self.form: Json = FORM
        self.answer: Json = {}
        self.views: list[Json] = []
        self.closed: list[Json] = []
        self.actions: list[Json] = []
        self.on_action: Json | None = None
        self.may_answer = threading.Event()
        self.may_answer.set()

    def connect(self) -> None:
        self._handler.connect()
        Person(self._sandbox.url, ADA).wait_for(
            lambda one: one.state["connections"] >= 1, what="the connection"
        )

    def close(self) -> None:
        """Cut from the far end first, or the SDK's reader waits for three seconds."""
        self._handler.client.auto_reconnect_enabled = False
        self._handler.client.default_auto_reconnect_enabled = False
        Trouble(self._sandbox.url).disconnect("cut")
        self._handler.close()

    def post(self, channel: str, text: str, **more: Any) -> str:
        return str(self.client.chat_postMessage(channel=channel, text=text, **more)["ts"])

    def _open(self, ack: Ack, body: Json) -> None:
        ack()
        self.client.views_open(trigger_id=body["trigger_id"], view=self.form)

    def _shortcut(self, ack: Ack, body: Json) -> None:
        ack()
        said = body.get("message", {}).get("text", "Opened by a shortcut")
        self.client.views_open(
            trigger_id=body["trigger_id"], view=modal("Shortcut", [{"type": "section", "text": plain(said)}])
        )

    def _act(self, ack: Ack, body: Json) -> None:
        ack()
        self.actions.append(body["actions"][0])
        if self.on_action is None:
            return
        if body["actions"][0]["action_id"] == "push":
            self.client.views_push(trigger_id=body["trigger_id"], view=self.on_action)
        else:
            self.client.views_update(view_id=body["view"]["id"], view=self.on_action)

    def _suggest(self, ack: Ack, body: Json) -> None:
        found = [city for city in CITIES if city.lower().startswith(body["value"].lower())]
        ack(options=options(*found))

    def _submitted(self, ack: Ack, body: Json) -> None:
        self.views.append(body["view"])
        self.may_answer.wait(2)
        ack(self.answer)

    def _home(self, ack: Ack, body: Json) -> None:
        ack()
        if body["event"]["tab"] == "home":
            blocks = [
                {"type": "header", "text": plain("Your open cases")},
                {
                    "type": "actions",
                    "block_id": "new",
                    "elements": [element("button", "new", text=plain("Open a complaint"), value="new")],
                },
            ]
            self.client.views_publish(user_id=body["event"]["user"], view={"type": "home", "blocks": blocks})
