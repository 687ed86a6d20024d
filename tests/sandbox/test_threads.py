"""Threads: replies in them, to both, read back page by page, linked to, and whispered into."""

from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.person import Person
from sandbox.server import Sandbox
from tests.sandbox.conftest import ADA
from tests.sandbox.test_web_api import SUPPORT, refusal

METADATA = {"event_type": "outbox", "event_payload": {"id": "17"}}


@pytest.fixture
def parent(client: WebClient) -> str:
    return str(client.chat_postMessage(channel=SUPPORT, text="HC-1042")["ts"])


def texts(answer: Any) -> list[str]:
    return [one["text"] for one in answer["messages"]]


def test_a_reply_names_its_thread_and_the_parent_counts_it(client: WebClient, parent: str) -> None:
    reply = client.chat_postMessage(channel=SUPPORT, text="noted", thread_ts=parent)["message"]
    [head, *_] = client.conversations_replies(channel=SUPPORT, ts=parent)["messages"]
    assert reply["thread_ts"] == parent
    assert (head["reply_count"], head["latest_reply"], head["reply_users"]) == (
        1,
        reply["ts"],
        ["U0DESK0099"],
    )


@pytest.mark.parametrize(
    ("args", "in_channel"),
    [
        ({}, ["HC-1042"]),
        ({"reply_broadcast": False}, ["HC-1042"]),
        ({"reply_broadcast": True}, ["noted", "HC-1042"]),
    ],
    ids=["left out", "false", "true"],
)
def test_a_broadcast_reply_stands_in_both(
    client: WebClient, ada: Person, parent: str, args: dict[str, bool], in_channel: list[str]
) -> None:
    client.chat_postMessage(channel=SUPPORT, text="noted", thread_ts=parent, **args)
    history = client.conversations_history(channel=SUPPORT)
    thread = client.conversations_replies(channel=SUPPORT, ts=parent)
    assert texts(history) == in_channel
    assert texts(thread) == ["HC-1042", "noted"]
    if len(in_channel) == 2:
        shown = history["messages"][0]
        assert (shown["subtype"], shown["root"]["ts"]) == ("thread_broadcast", parent)


def test_a_broadcast_without_a_thread_is_a_plain_post(client: WebClient) -> None:
    message = client.chat_postMessage(channel=SUPPORT, text="x", reply_broadcast=True)["message"]
    assert "subtype" not in message


def test_a_thread_is_read_page_by_page_with_its_metadata(client: WebClient, parent: str) -> None:
    for number in range(4):
        client.chat_postMessage(channel=SUPPORT, text=str(number), thread_ts=parent, metadata=METADATA)
    pages = [
        (texts(page), page["has_more"], page["messages"][-1].get("metadata"))
        for page in client.conversations_replies(
            channel=SUPPORT, ts=parent, limit=2, include_all_metadata=True
        )
    ]
    assert pages == [
        (["HC-1042", "0"], True, METADATA),
        (["1", "2"], True, METADATA),
        (["3"], False, METADATA),
    ]
    [_, first, *_] = client.conversations_replies(channel=SUPPORT, ts=parent)["messages"]
    assert first["metadata"] == {"event_type": "outbox"}


LIMITS = {
    "replies, the most": ("conversations.replies", 1000, None),
    "replies, one more": ("conversations.replies", 1001, "invalid_limit"),
    "history, the most": ("conversations.history", 999, None),
    "history, one more": ("conversations.history", 1000, "invalid_limit"),
}


@pytest.mark.parametrize(("method", "limit", "code"), LIMITS.values(), ids=LIMITS)
def test_limits_of_a_page(client: WebClient, parent: str, method: str, limit: int, code: str | None) -> None:
    args = {"channel": SUPPORT, "ts": parent, "limit": limit}
    if code:
        assert refusal(client, method, **args)["error"] == code
    else:
        assert client.api_call(method, json=args)["ok"]


def test_only_part_of_a_thread_is_read(client: WebClient, parent: str) -> None:
    stamps = [
        client.chat_postMessage(channel=SUPPORT, text=str(number), thread_ts=parent)["ts"]
        for number in range(3)
    ]
    later = client.conversations_replies(channel=SUPPORT, ts=parent, oldest=stamps[0])
    assert texts(later) == ["HC-1042", "1", "2"]


def test_a_deleted_reply_is_out_of_its_thread(client: WebClient, parent: str) -> None:
    stamps = [
        client.chat_postMessage(channel=SUPPORT, text=str(number), thread_ts=parent)["ts"]
        for number in range(2)
    ]
    client.chat_update(channel=SUPPORT, ts=stamps[1], text="1, mended")
    client.chat_delete(channel=SUPPORT, ts=stamps[0])
    thread = client.conversations_replies(channel=SUPPORT, ts=parent)
    assert texts(thread) == ["HC-1042", "1, mended"]
    assert thread["messages"][0]["reply_count"] == 1


def test_a_persons_reply_is_in_the_thread(client: WebClient, ada: Person, parent: str) -> None:
    ada.message("I called", channel=SUPPORT, thread_ts=parent)
    [_, reply] = client.conversations_replies(channel=SUPPORT, ts=parent)["messages"]
    assert (reply["user"], reply["thread_ts"]) == (ADA, parent)


def test_a_whisper_into_a_thread_is_read_by_one_and_not_in_the_thread(
    client: WebClient, ada: Person, ben: Person, parent: str
) -> None:
    client.chat_postEphemeral(channel=SUPPORT, user=ADA, text="psst", thread_ts=parent)
    assert [one.thread_ts for one in ada.messages(SUPPORT) if one.ephemeral] == [parent]
    assert [one.text for one in ben.messages(SUPPORT)] == ["HC-1042"]
    thread = client.conversations_replies(channel=SUPPORT, ts=parent)
    assert texts(thread) == ["HC-1042"]
    assert "reply_count" not in thread["messages"][0]
    with pytest.raises(SlackApiError, match="thread_not_found"):
        client.chat_postEphemeral(channel=SUPPORT, user=ADA, text="psst", thread_ts="1.000000")


def test_links_lead_to_a_post_and_to_a_reply(client: WebClient, sandbox: Sandbox, parent: str) -> None:
    reply = client.chat_postMessage(channel=SUPPORT, text="noted", thread_ts=parent)["ts"]
    links = [client.chat_getPermalink(channel=SUPPORT, message_ts=ts)["permalink"] for ts in (parent, reply)]
    start = f"{sandbox.url}/archives/{SUPPORT}/p"
    assert links == [
        f"{start}{parent.replace('.', '')}",
        f"{start}{reply.replace('.', '')}?thread_ts={parent}&cid={SUPPORT}",
    ]
    assert refusal(client, "chat.getPermalink", channel=SUPPORT, message_ts="1.000000")["error"] == (
        "message_not_found"
    )


def test_home_is_published_to_somebody_who_never_opened_it(client: WebClient, ben: Person) -> None:
    home = {"type": "home", "blocks": []}
    first = client.views_publish(user_id=ben.user_id, view=home)["view"]
    assert ben.home
    assert client.views_publish(user_id=ben.user_id, view=home, hash=first["hash"])["ok"]
    stale = refusal(client, "views.publish", user_id=ben.user_id, view=home, hash=first["hash"])
    assert stale["error"] == "hash_conflict"


def test_conversations_say_whether_the_app_is_in_them(client: WebClient) -> None:
    kinds = {
        channel: client.conversations_info(channel=channel)["channel"]
        for channel in (SUPPORT, "C0LEADS001", "C0GENERAL1")
    }
    assert [(one["is_private"], one["is_member"]) for one in kinds.values()] == [
        (False, True),
        (True, True),
        (False, False),
    ]
