"""People and user groups: zones, paging, deactivation, membership, and how a group is mentioned."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.person import Person, PersonError, Staff
from sandbox.remote import call
from sandbox.server import Sandbox
from tests.sandbox.conftest import ADA, BEN, BO, LEA, MANIFEST, OTTO
from tests.sandbox.toy import Toy

Json = dict[str, Any]
SUPPORT, AMY, BEA = "C0SUPPORT1", "U0AMY00011", "U0BEA00012"
AGENTS, NIGHT_SHIFT = "S0AGENTS01", "S0NIGHTS05"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    raw = json.loads(MANIFEST.read_text())
    raw["oauth_config"]["scopes"]["bot"] += ["usergroups:read", "users:read.email"]
    raw["settings"]["event_subscriptions"]["bot_events"] += ["user_change", "team_join"]
    folder = tmp_path_factory.mktemp("people")
    (folder / "manifest.json").write_text(json.dumps(raw))
    sandbox = Sandbox(manifest=folder / "manifest.json", state=folder / "state")
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def staff(sandbox: Sandbox) -> Staff:
    return Staff(sandbox.url)


def refusal(client: WebClient, method: str, **args: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        client.api_call(method, json=args)
    return str(caught.value.response["error"])


class TestZones:
    def test_people_live_in_different_zones(self, client: WebClient, sandbox: Sandbox) -> None:
        zones = {user: client.users_info(user=user)["user"] for user in (ADA, BEA, AMY)}
        assert [one["tz"] for one in zones.values()] == [
            "America/New_York",
            "America/Chicago",
            "America/Los_Angeles",
        ]
        now = sandbox.clock.now()
        for one in zones.values():
            offset = ZoneInfo(one["tz"]).utcoffset(now)
            assert offset
            assert one["tz_offset"] == offset.total_seconds()

    def test_the_list_is_read_page_by_page(self, client: WebClient) -> None:
        seen: list[str] = []
        for page in client.users_list(limit=5):
            assert len(page["members"]) <= 5
            seen += [user["id"] for user in page["members"]]
        everybody = [user["id"] for user in client.users_list()["members"]]
        assert seen == everybody
        assert len(set(seen)) == len(seen) > 10

    def test_bots_are_marked(self, client: WebClient) -> None:
        bots = [user["id"] for user in client.users_list()["members"] if user["is_bot"]]
        assert bots == ["U0DESK0099"]

    def test_a_made_up_cursor_is_refused(self, client: WebClient) -> None:
        assert refusal(client, "users.list", cursor="zzz") == "invalid_cursor"


class TestDeactivation:
    def test_slack_says_deleted_and_no_zone(self, client: WebClient, staff: Staff) -> None:
        staff.deactivate(BEN)
        user = client.users_info(user=BEN)["user"]
        assert (user["deleted"], user["profile"]["real_name"]) == (True, "Ben (agent)")
        assert not {"tz", "tz_offset", "real_name"} & set(user)
        assert [one["id"] for one in client.users_list()["members"] if one["deleted"]] == [BEN]
        staff.reactivate(BEN)
        assert client.users_info(user=BEN)["user"]["tz"] == "America/New_York"

    ACTS: dict[str, tuple[str, Json]] = {  # noqa: RUF012 - a table of the test
        "command": ("command", {"channel": SUPPORT, "command": "/complaint", "text": ""}),
        "message": ("message", {"channel": SUPPORT, "text": "hello"}),
        "shortcut": ("shortcut", {"callback_id": "open_complaint"}),
        "home": ("home", {}),
        "read": ("read", {"channel": SUPPORT}),
    }

    @pytest.mark.parametrize(("act", "body"), ACTS.values(), ids=ACTS)
    def test_they_cannot_act_until_they_are_back(
        self, sandbox: Sandbox, staff: Staff, act: str, body: Json
    ) -> None:
        staff.deactivate(BEN)
        with pytest.raises(PersonError, match=r"Ben \(agent\) is deactivated and cannot act"):
            call(sandbox.url, act, {"as": BEN, **body})
        staff.reactivate(BEN)
        assert call(sandbox.url, act, {"as": BEN, **body})["ok"]

    def test_posting_to_them_succeeds_and_opening_their_dm_does_not(
        self, client: WebClient, staff: Staff
    ) -> None:
        staff.deactivate(BEN)
        assert client.chat_postMessage(channel=BEN, text="nobody reads this")["ok"]
        assert refusal(client, "conversations.open", users=BEN) == "user_disabled"
        staff.reactivate(BEN)
        assert client.conversations_open(users=BEN)["channel"]["id"] == "D0BEN00002"

    def test_their_address_finds_nobody(self, client: WebClient, staff: Staff) -> None:
        assert client.users_lookupByEmail(email="ben@example.test")["user"]["id"] == BEN
        staff.deactivate(BEN)
        assert refusal(client, "users.lookupByEmail", email="ben@example.test") == "users_not_found"

    def test_their_windows_close(self, sandbox: Sandbox, staff: Staff, toy: Toy, ben: Person) -> None:
        toy.forget()
        title = {"type": "plain_text", "text": "Form"}
        toy.on["command"] = lambda ack, body, client: (
            ack(),
            client.views_open(
                trigger_id=body["trigger_id"], view={"type": "modal", "title": title, "blocks": []}
            ),
        )
        ben.command("/complaint")
        ben.wait_for_view("Form")
        staff.deactivate(BEN)
        assert ben.views == []

    def test_an_app_that_subscribed_is_told_once_per_change(
        self, staff: Staff, toy: Toy, ada: Person
    ) -> None:
        toy.forget()
        staff.deactivate(BEN)
        staff.deactivate(BEN)
        staff.reactivate(BEN)
        ada.wait_for(lambda _: len(toy.seen["event"]) >= 2, what="two events")
        events = [body["event"] for body in toy.seen["event"]]
        assert [(one["type"], one["user"]["id"], one["user"]["deleted"]) for one in events] == [
            ("user_change", BEN, True),
            ("user_change", BEN, False),
        ]

    def test_it_outlives_a_restart(self, tmp_path: Path) -> None:
        first = Sandbox(manifest=MANIFEST, state=tmp_path / "state")
        first.start()
        Staff(first.url).deactivate(BEN)
        first.stop()
        second = Sandbox(manifest=MANIFEST, state=tmp_path / "state")
        second.start()
        deleted = WebClient(token=second.bot_token, base_url=second.api_url).users_info(user=BEN)["user"]
        second.stop()
        assert deleted["deleted"]

    @pytest.mark.parametrize(
        ("body", "sentence"),
        [
            ({"user": "U0NOBODY00", "deleted": True}, "is nobody here"),
            ({"user": "U0DESK0099", "deleted": True}, "is nobody here"),
            ({"user": BEN, "deleted": "yes"}, "'deleted' must be true or false"),
        ],
        ids=["nobody", "the app", "no truth"],
    )
    def test_nonsense_is_refused(self, sandbox: Sandbox, body: Json, sentence: str) -> None:
        with pytest.raises(PersonError, match=sentence):
            call(sandbox.url, "person", body)


class TestNewcomers:
    def test_somebody_new_can_do_what_everybody_can(
        self, sandbox: Sandbox, client: WebClient, staff: Staff, toy: Toy, ada: Person
    ) -> None:
        toy.forget()
        abe = Person(sandbox.url, staff.newcomer("abe", "Abe (agent)", tz="America/Denver"))
        ada.wait_for(lambda _: toy.seen["event"])
        event = toy.seen["event"][0]["event"]
        assert (event["type"], event["user"]["id"], event["user"]["deleted"]) == (
            "team_join",
            abe.user_id,
            False,
        )
        assert client.users_info(user=abe.user_id)["user"]["tz"] == "America/Denver"
        abe.command("/complaint")
        assert toy.seen["command"][0]["user_id"] == abe.user_id
        client.chat_postMessage(channel=abe.user_id, text="Welcome")
        assert [one.text for one in abe.dm()] == ["Welcome"]
        assert abe.conversation("general")
        staff.set_group(AGENTS, [ADA, abe.user_id])
        assert abe.user_id in client.usergroups_users_list(usergroup=AGENTS)["users"]

    def test_they_stay_over_a_restart_and_go_with_a_new_beginning(self, tmp_path: Path) -> None:
        first = Sandbox(manifest=MANIFEST, state=tmp_path / "state")
        first.start()
        abe = Staff(first.url).newcomer("abe", "Abe (agent)")
        Person(first.url, abe).message("hello")
        Staff(first.url).deactivate(abe)
        first.stop()
        second = Sandbox(manifest=MANIFEST, state=tmp_path / "state")
        second.start()
        Staff(second.url).reactivate(abe)
        said = [one.text for one in Person(second.url, abe).dm()]
        call(second.url, "reset", {})
        with pytest.raises(PersonError, match="is nobody here"):
            Person(second.url, abe).message("hello")
        second.stop()
        assert said == ["hello"]

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"name": "ada"}, "'ada' cannot be a name here"),
            ({"name": "agents"}, "'agents' cannot be a name here"),
            ({"name": "Abe Smith"}, "cannot be a name here"),
            ({"tz": "Denver"}, "'Denver' is no time zone"),
            ({"real_name": " "}, "Somebody new needs real_name"),
        ],
        ids=["a person's", "a group's", "unusable", "no zone", "nameless"],
    )
    def test_nonsense_is_refused(self, sandbox: Sandbox, change: Json, sentence: str) -> None:
        body = {"name": "abe", "real_name": "Abe (agent)", "title": "Agent", "tz": "America/Denver"}
        with pytest.raises(PersonError, match=sentence):
            call(sandbox.url, "newcomer", body | change)


class TestGroups:
    def test_enabled_groups_are_listed_without_their_members(self, client: WebClient) -> None:
        groups = {one["handle"]: one for one in client.usergroups_list()["usergroups"]}
        assert list(groups) == ["agents", "trained-agents", "back-office", "leads"]
        agents = groups["agents"]
        assert (agents["id"], agents["is_usergroup"], agents["date_delete"]) == (AGENTS, True, 0)
        assert not {"users", "user_count"} & set(agents)

    def test_members_and_their_number_come_on_request(self, client: WebClient) -> None:
        [agents, *_] = client.usergroups_list(include_users=True, include_count=True)["usergroups"]
        assert (agents["users"], agents["user_count"]) == ([ADA, BEN, AMY], "3")

    def test_disabled_groups_come_on_request(self, client: WebClient) -> None:
        groups = client.usergroups_list(include_disabled=True)["usergroups"]
        assert [one["handle"] for one in groups if one["date_delete"]] == ["night-shift"]
        assert refusal(client, "usergroups.users.list", usergroup=NIGHT_SHIFT) == "no_such_subteam"
        found = client.usergroups_users_list(usergroup=NIGHT_SHIFT, include_disabled=True)
        assert found["users"] == [BEN]

    def test_members_of_one_group(self, client: WebClient, staff: Staff) -> None:
        assert client.usergroups_users_list(usergroup="S0BACKOFF3")["users"] == [BO, BEA]
        staff.set_group("S0BACKOFF3", [BO, LEA])
        assert client.usergroups_users_list(usergroup="S0BACKOFF3")["users"] == [BO, LEA]

    def test_an_unknown_group_is_refused(self, client: WebClient, sandbox: Sandbox) -> None:
        assert refusal(client, "usergroups.users.list", usergroup="S0NOWHERE0") == "no_such_subteam"
        assert refusal(client, "usergroups.users.list") == "invalid_arguments"
        with pytest.raises(PersonError, match="is no user group"):
            call(sandbox.url, "group", {"group": "S0NOWHERE0", "members": []})

    def test_a_mention_counts_for_members_who_are_in_the_channel(
        self, client: WebClient, ada: Person, sandbox: Sandbox
    ) -> None:
        client.chat_postMessage(channel=SUPPORT, text=f"<!subteam^{AGENTS}> please")
        bo = Person(sandbox.url, BO)
        assert (ada.conversation(SUPPORT)["mentions"], bo.conversation(SUPPORT)["mentions"]) == (1, 0)

    def test_a_disabled_group_mentions_nobody(self, client: WebClient, ben: Person) -> None:
        client.chat_postMessage(channel=SUPPORT, text=f"<!subteam^{NIGHT_SHIFT}> please")
        assert ben.conversation(SUPPORT)["mentions"] == 0

    def test_rich_text_mentions_a_group_too(self, client: WebClient, ada: Person) -> None:
        part = {
            "type": "rich_text_section",
            "elements": [{"type": "usergroup", "usergroup_id": AGENTS}],
        }
        client.chat_postMessage(channel=SUPPORT, text="x", blocks=[{"type": "rich_text", "elements": [part]}])
        assert ada.conversation(SUPPORT)["mentions"] == 1

    def test_a_typed_handle_becomes_the_group(self, client: WebClient, ada: Person, ben: Person) -> None:
        ada.message("@agents have a look, @nobody", channel=SUPPORT)
        [message] = client.conversations_history(channel=SUPPORT)["messages"]
        assert message["text"] == f"<!subteam^{AGENTS}> have a look, @nobody"
        assert ben.conversation(SUPPORT)["mentions"] == 1

    def test_an_outsider_is_in_no_group(self, client: WebClient) -> None:
        groups = client.usergroups_list(include_users=True)["usergroups"]
        assert not [one for one in groups if OTTO in one["users"]]
