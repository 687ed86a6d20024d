"""The Web API as slack-sdk meets it: tokens, scopes, and Slack's error codes."""

import json
import urllib.request
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.person import Person
from sandbox.server import Sandbox
from tests.sandbox.conftest import ADA, LEA, OTTO

SUPPORT, LEADS, GENERAL, ARCHIVED = "C0SUPPORT1", "C0LEADS001", "C0GENERAL1", "C0ARCHIVE1"
ADA_DM = "D0ADA00001"


def refusal(client: WebClient, method: str, **args: Any) -> dict[str, Any]:
    with pytest.raises(SlackApiError) as caught:
        client.api_call(method, json=args)
    answer: dict[str, Any] = caught.value.response.data
    return answer


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def test_auth_test_names_the_bot(client: WebClient) -> None:
    answer = client.auth_test()
    assert (answer["team_id"], answer["user_id"], answer["bot_id"]) == (
        "T0SANDBOX1",
        "U0DESK0099",
        "B0DESK0099",
    )
    assert "chat:write" in answer.headers["x-oauth-scopes"]


TOKENS = {
    "none": (None, "auth.test", "not_authed"),
    "wrong": ("xoxb-wrong", "auth.test", "invalid_auth"),
    "app token for a bot's method": ("xapp-sandbox", "auth.test", "not_allowed_token_type"),
    "bot token for connections": ("xoxb-sandbox", "apps.connections.open", "not_allowed_token_type"),
    "unknown method": ("xoxb-sandbox", "chat.postMesage", "unknown_method"),
}


@pytest.mark.parametrize(("token", "method", "code"), TOKENS.values(), ids=TOKENS)
def test_tokens(sandbox: Sandbox, token: str | None, method: str, code: str) -> None:
    client = WebClient(token=token, base_url=sandbox.api_url)
    assert refusal(client, method)["error"] == code


SCOPES = {
    "conversations.join": ({"channel": GENERAL}, "channels:join"),
    "conversations.info": ({"channel": ADA_DM}, "im:read"),
    "conversations.list": ({"types": "public_channel,im"}, "im:read"),
    "users.lookupByEmail": ({"email": "ada@example.test"}, "users:read.email"),
    "team.info": ({}, "team:read"),
    "chat.postMessage": ({"channel": SUPPORT, "text": "x", "username": "Somebody"}, "chat:write.customize"),
}


@pytest.mark.parametrize(
    ("method", "args", "scope"), [(name, *row) for name, row in SCOPES.items()], ids=SCOPES
)
def test_scopes_that_the_manifest_lacks(
    client: WebClient, method: str, args: dict[str, Any], scope: str
) -> None:
    answer = refusal(client, method, **args)
    assert (answer["error"], answer["needed"]) == ("missing_scope", scope)
    assert "chat:write" in answer["provided"].split(",")


REFUSED = {
    "no such channel": ("chat.postMessage", {"channel": "C0NOWHERE0", "text": "x"}, "channel_not_found"),
    "no such person": ("chat.postMessage", {"channel": "U0NOBODY00", "text": "x"}, "channel_not_found"),
    "not in the channel": ("chat.postMessage", {"channel": GENERAL, "text": "x"}, "not_in_channel"),
    "archived": ("chat.postMessage", {"channel": ARCHIVED, "text": "x"}, "is_archived"),
    "nothing said": ("chat.postMessage", {"channel": SUPPORT}, "no_text"),
    "blank": ("chat.postMessage", {"channel": SUPPORT, "text": " "}, "no_text"),
    "blocks unreadable": ("chat.postMessage", {"channel": SUPPORT, "blocks": "[{"}, "invalid_blocks_format"),
    "blocks too long": (
        "chat.postMessage",
        {"channel": SUPPORT, "text": "x", "blocks": [section("x" * 3000)] * 4 + [section("x")]},
        "msg_blocks_too_long",
    ),
    "text and markdown": (
        "chat.postMessage",
        {"channel": SUPPORT, "text": "x", "markdown_text": "x"},
        "markdown_text_conflict",
    ),
    "no such thread": (
        "chat.postMessage",
        {"channel": SUPPORT, "text": "x", "thread_ts": "1.000000"},
        "thread_not_found",
    ),
    "as user": (
        "chat.postMessage",
        {"channel": SUPPORT, "text": "x", "as_user": True},
        "as_user_not_supported",
    ),
    "metadata unreadable": (
        "chat.postMessage",
        {"channel": SUPPORT, "text": "x", "metadata": "{"},
        "invalid_metadata_format",
    ),
    "metadata without a type": (
        "chat.postMessage",
        {"channel": SUPPORT, "text": "x", "metadata": {"event_payload": {}}},
        "invalid_metadata_format",
    ),
    "metadata named in capitals": (
        "chat.postMessage",
        {"channel": SUPPORT, "text": "x", "metadata": {"event_type": "e", "event_payload": {"Id": 1}}},
        "invalid_metadata_format",
    ),
    "metadata nested": (
        "chat.postMessage",
        {"channel": SUPPORT, "text": "x", "metadata": {"event_type": "e", "event_payload": {"a": {"b": {}}}}},
        "invalid_metadata_format",
    ),
    "metadata too large": (
        "chat.postMessage",
        {
            "channel": SUPPORT,
            "text": "x",
            "metadata": {"event_type": "e", "event_payload": {"a": "x" * 8000}},
        },
        "metadata_too_large",
    ),
    "update what is not there": (
        "chat.update",
        {"channel": SUPPORT, "ts": "1.000000", "text": "x"},
        "message_not_found",
    ),
    "update in a person": (
        "chat.update",
        {"channel": ADA, "ts": "1.000000", "text": "x"},
        "channel_not_found",
    ),
    "delete what is not there": ("chat.delete", {"channel": SUPPORT, "ts": "1.000000"}, "message_not_found"),
    "whisper to nobody": (
        "chat.postEphemeral",
        {"channel": SUPPORT, "user": "U0NOBODY00", "text": "x"},
        "user_not_found",
    ),
    "whisper to an absent one": (
        "chat.postEphemeral",
        {"channel": SUPPORT, "user": OTTO, "text": "x"},
        "user_not_in_channel",
    ),
    "read where it is not": ("conversations.history", {"channel": GENERAL}, "not_in_channel"),
    "read nowhere": ("conversations.history", {"channel": "C0NOWHERE0"}, "channel_not_found"),
    "limit": ("conversations.history", {"channel": SUPPORT, "limit": 1000}, "invalid_limit"),
    "cursor": ("conversations.history", {"channel": SUPPORT, "cursor": "zzz"}, "invalid_cursor"),
    "oldest": ("conversations.history", {"channel": SUPPORT, "oldest": "monday"}, "invalid_ts_oldest"),
    "no thread": ("conversations.replies", {"channel": SUPPORT, "ts": "1.000000"}, "thread_not_found"),
    "unknown type": ("conversations.list", {"types": "secret"}, "invalid_types"),
    "nobody": ("users.info", {"user": "U0NOBODY00"}, "user_not_found"),
    "no user": ("users.info", {}, "invalid_arguments"),
    "another bot": ("bots.info", {"bot": "B0OTHER000"}, "bot_not_found"),
    "trigger made up": (
        "views.open",
        {"trigger_id": "1.2.x", "view": {"type": "modal"}},
        "invalid_trigger_id",
    ),
    "no view": ("views.open", {"trigger_id": "1.2.x"}, "invalid_arguments"),
    "update no view": ("views.update", {"view": {"type": "modal"}, "view_id": "V0"}, "not_found"),
    "update which view": ("views.update", {"view": {"type": "modal"}}, "invalid_arguments"),
    "home of nobody": ("views.publish", {"user_id": "U0NOBODY00", "view": {}}, "user_not_found"),
    "home of a modal": (
        "views.publish",
        {"user_id": ADA, "view": {"type": "modal", "blocks": []}},
        "invalid_arguments",
    ),
}


@pytest.mark.parametrize(("method", "args", "code"), REFUSED.values(), ids=REFUSED)
def test_what_slack_refuses(client: WebClient, method: str, args: dict[str, Any], code: str) -> None:
    assert refusal(client, method, **args)["error"] == code


def test_invalid_blocks_name_their_place(client: WebClient) -> None:
    answer = refusal(client, "chat.postMessage", channel=SUPPORT, text="x", blocks=[section("")])
    assert answer["error"] == "invalid_blocks"
    assert answer["errors"] == ["must be more than 0 characters [json-pointer:/blocks/0/text/text]"]
    assert answer["response_metadata"]["messages"] == [f"[ERROR] {answer['errors'][0]}"]


def test_blocks_of_12000_characters_are_accepted(client: WebClient) -> None:
    assert client.chat_postMessage(channel=SUPPORT, text="x", blocks=[section("x" * 3000)] * 4)["ok"]


@pytest.mark.parametrize("form", [True, False], ids=["form", "json"])
def test_a_post_is_read_back_from_history(client: WebClient, form: bool) -> None:
    args = {"channel": SUPPORT, "text": "A & B <x>", "blocks": json.dumps([section("hi")])}
    posted = client.api_call("chat.postMessage", params=args if form else None, json=None if form else args)
    found = client.conversations_history(channel=SUPPORT)["messages"]
    assert [one["ts"] for one in found] == [posted["ts"]]
    assert found[0]["text"] == "A &amp; B &lt;x&gt;"
    assert found[0]["blocks"][0]["text"]["text"] == "hi"
    assert (found[0]["user"], found[0]["bot_id"], found[0]["app_id"]) == (
        "U0DESK0099",
        "B0DESK0099",
        "A0DESK0001",
    )


def test_multipart_forms_are_read(client: WebClient) -> None:
    posted = client.api_call("chat.postMessage", data={"channel": SUPPORT, "text": "line\nline"})
    assert posted["message"]["text"] == "line\nline"


def test_a_person_as_channel_is_their_dm(client: WebClient, ada: Person) -> None:
    posted = client.chat_postMessage(channel=ADA, text="hello")
    assert posted["channel"] == ADA_DM
    assert [message.text for message in ada.dm()] == ["hello"]


def test_text_above_40000_is_cut(client: WebClient) -> None:
    posted = client.chat_postMessage(channel=SUPPORT, text="x" * 40_001)
    assert len(posted["message"]["text"]) == 40_000


def test_timestamps_are_unique_and_grow(client: WebClient) -> None:
    stamps = [client.chat_postMessage(channel=SUPPORT, text="x")["ts"] for _ in range(20)]
    assert stamps == sorted(set(stamps))


def test_metadata_is_shown_on_request_only(client: WebClient) -> None:
    metadata = {"event_type": "outbox", "event_payload": {"id": "17", "tags": ["a"]}}
    client.chat_postMessage(channel=SUPPORT, text="x", metadata=metadata)
    [without] = client.conversations_history(channel=SUPPORT)["messages"]
    [within] = client.conversations_history(channel=SUPPORT, include_all_metadata=True)["messages"]
    assert without["metadata"] == {"event_type": "outbox"}
    assert within["metadata"] == metadata


def test_the_dm_can_be_searched_for_a_lost_reply(client: WebClient) -> None:
    metadata = {"event_type": "outbox", "event_payload": {"id": "17"}}
    posted = client.chat_postMessage(channel=ADA, text="x", metadata=metadata)
    oldest = str(float(posted["ts"]) - 1)
    found = client.conversations_history(channel=ADA_DM, oldest=oldest, include_all_metadata=True)["messages"]
    assert [one["metadata"]["event_payload"]["id"] for one in found] == ["17"]


def test_history_pages_newest_first(client: WebClient) -> None:
    stamps = [client.chat_postMessage(channel=SUPPORT, text=str(number))["ts"] for number in range(5)]
    first = client.conversations_history(channel=SUPPORT, limit=2)
    second = client.conversations_history(
        channel=SUPPORT, limit=2, cursor=first["response_metadata"]["next_cursor"]
    )
    assert [one["text"] for one in first["messages"]] == ["4", "3"]
    assert [one["text"] for one in second["messages"]] == ["2", "1"]
    assert (first["has_more"], second["has_more"]) == (True, True)
    texts = {
        inclusive: [
            one["text"]
            for one in client.conversations_history(
                channel=SUPPORT, oldest=stamps[1], latest=stamps[3], inclusive=inclusive
            )["messages"]
        ]
        for inclusive in (True, False)
    }
    assert texts == {True: ["3", "2", "1"], False: ["2"]}


def test_threads_are_read_apart_from_history(client: WebClient) -> None:
    parent = client.chat_postMessage(channel=SUPPORT, text="parent")["ts"]
    reply = client.chat_postMessage(channel=SUPPORT, text="reply", thread_ts=parent)["ts"]
    client.chat_postMessage(channel=SUPPORT, text="reply to the reply", thread_ts=reply)
    history = client.conversations_history(channel=SUPPORT)["messages"]
    thread = client.conversations_replies(channel=SUPPORT, ts=parent)["messages"]
    assert [one["text"] for one in history] == ["parent"]
    assert history[0]["reply_count"] == 2
    assert [one["text"] for one in thread] == ["parent", "reply", "reply to the reply"]


def test_an_update_without_blocks_removes_them_and_marks_the_edit(client: WebClient) -> None:
    posted = client.chat_postMessage(channel=SUPPORT, text="x", blocks=[section("x")])
    client.chat_update(channel=SUPPORT, ts=posted["ts"], text="y")
    [found] = client.conversations_history(channel=SUPPORT)["messages"]
    assert (found["text"], "blocks" in found, "edited" in found) == ("y", False, True)


def test_an_update_keeps_metadata_unless_it_gives_its_own(client: WebClient) -> None:
    first = {"event_type": "outbox", "event_payload": {"id": "1"}}
    posted = client.chat_postMessage(channel=SUPPORT, text="x", metadata=first)
    kept = client.chat_update(channel=SUPPORT, ts=posted["ts"], text="y")
    changed = client.chat_update(
        channel=SUPPORT, ts=posted["ts"], text="y", metadata={**first, "event_type": "z"}
    )
    assert (kept["message"]["metadata"], changed["message"]["metadata"]["event_type"]) == (first, "z")


def test_update_text_of_4000_is_the_most(client: WebClient) -> None:
    ts = client.chat_postMessage(channel=SUPPORT, text="x")["ts"]
    assert client.chat_update(channel=SUPPORT, ts=ts, text="x" * 4000)["ok"]
    assert refusal(client, "chat.update", channel=SUPPORT, ts=ts, text="x" * 4001)["error"] == "msg_too_long"


def test_other_peoples_messages_stay_as_they_are(client: WebClient, ada: Person) -> None:
    ts = ada.message("mine", channel="support-and-cs-team-members-only")
    assert refusal(client, "chat.update", channel=SUPPORT, ts=ts, text="x")["error"] == "cant_update_message"
    assert refusal(client, "chat.delete", channel=SUPPORT, ts=ts)["error"] == "cant_delete_message"


def test_a_deleted_message_is_gone(client: WebClient) -> None:
    ts = client.chat_postMessage(channel=SUPPORT, text="x")["ts"]
    client.chat_delete(channel=SUPPORT, ts=ts)
    assert client.conversations_history(channel=SUPPORT)["messages"] == []


def test_an_ephemeral_message_is_seen_by_one_and_never_updated(
    client: WebClient, ada: Person, ben: Person
) -> None:
    ts = client.chat_postEphemeral(channel=SUPPORT, user=ADA, text="psst")["message_ts"]
    assert [one.ephemeral for one in ada.messages(SUPPORT)] == [True]
    assert ben.messages(SUPPORT) == []
    assert client.conversations_history(channel=SUPPORT)["messages"] == []
    assert refusal(client, "chat.update", channel=SUPPORT, ts=ts, text="x")["error"] == "message_not_found"


def test_mentions_count_when_posted_and_not_when_edited(client: WebClient, ada: Person, ben: Person) -> None:
    ts = client.chat_postMessage(channel=SUPPORT, text=f"<@{ADA}> please")["ts"]
    ada.mark_read(SUPPORT)
    client.chat_update(channel=SUPPORT, ts=ts, text=f"<@{ADA}> <@{ben.user_id}> please")
    marks = [
        (one["unread"], one["mentions"]) for one in (ada.conversation(SUPPORT), ben.conversation(SUPPORT))
    ]
    assert marks == [(0, 0), (1, 0)]


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        (f"<@{ADA}>", []),
        ("<!here>", []),
        ("x", [section(f"<@{ADA}>")]),
        (
            "x",
            [
                {
                    "type": "rich_text",
                    "elements": [
                        {"type": "rich_text_section", "elements": [{"type": "user", "user_id": ADA}]}
                    ],
                }
            ],
        ),
    ],
    ids=["text", "here", "mrkdwn block", "rich text"],
)
def test_ways_to_mention(client: WebClient, ada: Person, text: str, blocks: list[dict[str, Any]]) -> None:
    client.chat_postMessage(channel=SUPPORT, text=text, blocks=blocks)
    assert ada.conversation(SUPPORT)["mentions"] == 1


def test_plain_text_does_not_mention(client: WebClient, ada: Person) -> None:
    header = {"type": "header", "text": {"type": "plain_text", "text": f"<@{ADA}>"}}
    client.chat_postMessage(channel=SUPPORT, text="x", blocks=[header])
    assert ada.conversation(SUPPORT)["mentions"] == 0


def test_conversations_are_listed_by_type(client: WebClient) -> None:
    public = client.conversations_list(exclude_archived=True)["channels"]
    private = client.conversations_list(types="private_channel")["channels"]
    assert [(one["name"], one["is_member"]) for one in public] == [
        ("support-and-cs-team-members-only", True),
        ("complaint-back-office", True),
        ("general", False),
    ]
    assert [one["name"] for one in private] == ["complaint-leads"]


def test_members_and_info(client: WebClient) -> None:
    assert set(client.conversations_members(channel=LEADS)["members"]) == {LEA, "U0DESK0099"}
    info = client.conversations_info(channel=SUPPORT, include_num_members=True)["channel"]
    assert (info["name"], info["num_members"]) == ("support-and-cs-team-members-only", 12)


def test_users_have_their_zone_and_no_email_without_its_scope(client: WebClient) -> None:
    users = {user["id"]: user for user in client.users_list()["members"]}
    assert users["U0CATO0008"]["tz"] == "America/Los_Angeles"
    assert "email" not in client.users_info(user=ADA)["user"]["profile"]
    assert users[ADA]["tz_offset"] in (-18_000, -14_400)
    assert users["U0DESK0099"]["is_bot"]


def test_permalinks_and_bots(client: WebClient) -> None:
    ts = client.chat_postMessage(channel=SUPPORT, text="x")["ts"]
    link = client.chat_getPermalink(channel=SUPPORT, message_ts=ts)["permalink"]
    assert link.endswith(f"/archives/{SUPPORT}/p{ts.replace('.', '')}")
    assert client.bots_info(bot="B0DESK0099")["bot"]["user_id"] == "U0DESK0099"


def test_api_test_answers_what_it_is_asked(sandbox: Sandbox) -> None:
    with urllib.request.urlopen(f"{sandbox.api_url}api.test?foo=bar") as reply:
        assert json.load(reply) == {"ok": True, "args": {"foo": "bar"}}
    assert refusal(WebClient(base_url=sandbox.api_url), "api.test", error="my_error")["error"] == "my_error"
