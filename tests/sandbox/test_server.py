"""The sandbox as a program: starting, restarting, guarding its door, moving its clock."""

import json
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from sandbox.clock import Clock as InnerClock
from sandbox.clock import monday_nine
from sandbox.errors import SandboxError
from sandbox.person import Clock, Person, PersonError, Trouble
from sandbox.remote import call
from sandbox.server import Sandbox
from sandbox.traffic import Traffic, masked
from tests.sandbox.conftest import ADA, MANIFEST, OTTO
from tests.sandbox.toy import Toy

SUPPORT = "C0SUPPORT1"
DUE = datetime(2031, 5, 5, 13, 0, tzinfo=UTC)


def get(url: str, headers: dict[str, str] | None = None, data: bytes | None = None) -> tuple[int, str, Any]:
    request = urllib.request.Request(url, data, headers or {})
    try:
        with urllib.request.urlopen(request) as reply:
            return reply.status, reply.read().decode(), reply.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), error.headers


class TestDoor:
    @pytest.mark.parametrize("host", ["evil.example.com", "127.0.0.1.example.com", ""])
    def test_other_hosts_are_refused(self, sandbox: Sandbox, host: str) -> None:
        assert get(f"{sandbox.url}/hands/state?as={ADA}", {"Host": host})[0] == 403

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1:99"])
    def test_loopback_hosts_are_let_in(self, sandbox: Sandbox, host: str) -> None:
        assert get(f"{sandbox.url}/hands/state?as={ADA}", {"Host": host})[0] == 200

    @pytest.mark.parametrize("origin", ["https://example.com", "null", "http://127.0.0.1:1"])
    def test_pages_from_elsewhere_drive_no_hands(self, sandbox: Sandbox, origin: str) -> None:
        status, body, _ = get(f"{sandbox.url}/hands/reset", {"Origin": origin}, b"{}")
        assert (status, "are not allowed" in body) == (403, True)

    @pytest.mark.parametrize("site", ["cross-site", "same-site"])
    def test_an_image_elsewhere_cannot_post_as_the_app(self, sandbox: Sandbox, site: str) -> None:
        url = f"{sandbox.api_url}chat.postMessage?token={sandbox.bot_token}&channel={ADA}&text=x"
        assert get(url, {"Sec-Fetch-Site": site})[0] == 403
        assert Person(sandbox.url, ADA).dm() == []

    def test_its_own_page_does(self, sandbox: Sandbox) -> None:
        assert get(f"{sandbox.url}/hands/reset", {"Origin": sandbox.url}, b"{}")[0] == 200

    def test_every_answer_has_the_policy(self, sandbox: Sandbox) -> None:
        headers = get(f"{sandbox.url}/hands/state?as={ADA}")[2]
        assert headers["content-security-policy"].startswith("default-src 'self'")

    @pytest.mark.parametrize("body", [b"", b"[]", b"{"], ids=["nothing", "a list", "half"])
    def test_unreadable_bodies_are_refused_in_a_sentence(self, sandbox: Sandbox, body: bytes) -> None:
        status, text, _ = get(f"{sandbox.url}/hands/home", data=body or b" ")
        assert (status, json.loads(text)["error"]) == (400, "The body must be a JSON object.")

    def test_unreadable_queries_are_refused(self, sandbox: Sandbox) -> None:
        assert get(f"{sandbox.url}/hands/traffic?after=x")[0] == 400


class TestState:
    def test_each_person_sees_their_own(self, sandbox: Sandbox) -> None:
        seen = {
            user: [(one["kind"], one["name"]) for one in Person(sandbox.url, user).state["conversations"]]
            for user in (ADA, OTTO)
        }
        assert seen[OTTO] == [("channel", "general"), ("im", "")]
        assert ("channel", "support-and-cs-team-members-only") in seen[ADA]
        assert ("channel", "complaint-leads") not in seen[ADA]

    def test_it_has_what_the_page_draws(self, sandbox: Sandbox) -> None:
        state = Person(sandbox.url, ADA).state
        assert state["me"] == {
            "id": ADA,
            "name": "ada",
            "real_name": "Ada (agent)",
            "title": "Agent, trained",
            "is_bot": False,
            "deleted": False,
            "tz": "America/New_York",
            "avatar": "#5b8def",
            "initials": "AA",
        }
        assert state["app"]["commands"][0]["command"] == "/complaint"
        assert state["app"]["shortcuts"][0]["callback_id"] == "open_complaint"

    def test_news_come_as_server_sent_events(self, sandbox: Sandbox, client: WebClient) -> None:
        with urllib.request.urlopen(f"{sandbox.url}/hands/events?as={ADA}", timeout=5) as stream:
            first = [stream.readline() for _ in range(3)]
            client.chat_postMessage(channel=ADA, text="x")
            lines = [stream.readline().decode() for _ in range(2)]
        assert first[0].decode() == lines[0] == "event: changed\n"
        version = json.loads(lines[1].removeprefix("data: "))["version"]
        assert version == Person(sandbox.url, ADA).state["version"]

    def test_what_others_get_is_no_news(self, sandbox: Sandbox, client: WebClient) -> None:
        before = Person(sandbox.url, OTTO).state["version"]
        client.chat_postMessage(channel=ADA, text="x")
        assert Person(sandbox.url, OTTO).state["version"] == before

    def test_traffic_shows_no_secrets(self, sandbox: Sandbox, client: WebClient, trouble: Trouble) -> None:
        client.chat_postMessage(channel=ADA, text="x")
        WebClient(base_url=sandbox.api_url).api_call("auth.test", params={"token": sandbox.bot_token})
        shown = json.dumps(trouble.traffic())
        assert "chat.postMessage" in shown
        assert "xoxb-" not in shown
        assert masked({"a": [{"token": "t", "b": 1}]}) == {"a": [{"token": "…", "b": 1}]}


class TestClock:
    def test_it_moves_messages_too(self, sandbox: Sandbox, client: WebClient) -> None:
        later = Clock(sandbox.url).advance(timedelta(hours=2))
        ts = float(client.chat_postMessage(channel=ADA, text="x")["ts"])
        assert abs(ts - later.timestamp()) < 5
        assert sandbox.clock.moved

    def test_it_goes_back_to_now_only(self, sandbox: Sandbox, client: WebClient) -> None:
        clock = Clock(sandbox.url)
        clock.advance(timedelta(days=1))
        first = client.chat_postMessage(channel=ADA, text="x")["ts"]
        with pytest.raises(PersonError, match="forward only"):
            clock.advance(timedelta(seconds=-1))
        with pytest.raises(PersonError, match="is in the past"):
            clock.to(datetime.now(UTC))
        clock.to("now")
        assert client.chat_postMessage(channel=ADA, text="y")["ts"] > first
        assert not sandbox.clock.moved

    @pytest.mark.parametrize("to", ["yesterday", "2031-01-01T00:00:00", "next_due"])
    def test_what_is_no_time_is_refused(self, sandbox: Sandbox, to: str) -> None:
        with pytest.raises(PersonError, match=r"is no time|has no time zone|Nothing is due"):
            Clock(sandbox.url).to(to)

    @pytest.mark.parametrize(
        ("after", "monday"),
        [
            ("2026-11-18T14:00:00+00:00", "2026-11-23T14:00:00+00:00"),
            ("2026-11-23T13:59:59+00:00", "2026-11-23T14:00:00+00:00"),
            ("2026-11-23T14:00:00+00:00", "2026-11-30T14:00:00+00:00"),
            ("2026-10-30T12:00:00+00:00", "2026-11-02T14:00:00+00:00"),
            ("2027-03-12T12:00:00+00:00", "2027-03-15T13:00:00+00:00"),
        ],
        ids=["midweek", "just before", "exactly", "over the autumn change", "over the spring change"],
    )
    def test_monday_nine_in_new_york(self, after: str, monday: str) -> None:
        assert monday_nine(datetime.fromisoformat(after)) == datetime.fromisoformat(monday)

    def test_inner_clock_starts_at_the_systems_time(self) -> None:
        assert abs(InnerClock().now() - datetime.now(UTC)) < timedelta(seconds=5)

    def test_the_embedding_program_names_what_is_due_and_hears_of_moves(self) -> None:
        moved = threading.Event()
        sandbox = Sandbox(manifest=MANIFEST, next_due=lambda: DUE, on_clock_moved=moved.set)
        sandbox.start()
        try:
            assert Person(sandbox.url, ADA).state["next_due"] == DUE.isoformat()
            assert abs(Clock(sandbox.url).next_due() - DUE) < timedelta(seconds=5)
            assert moved.is_set()
            assert abs(sandbox.clock.now() - DUE) < timedelta(seconds=5)
        finally:
            sandbox.stop()


class TestStarting:
    def test_a_busy_port_is_told(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with pytest.raises(SandboxError, match=f"Port {port} on 127.0.0.1 cannot be used.*set PORT"):
                Sandbox(port=port, manifest=MANIFEST).start()

    def test_a_missing_manifest_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(SandboxError, match="cannot be read"):
            Sandbox(manifest=tmp_path / "manifest.json").start()

    def test_a_file_that_is_no_workspace_is_told(self, tmp_path: Path) -> None:
        state = tmp_path / "state.db"
        state.write_text("this is not a database, and it is long enough to be seen as none" * 20)
        with pytest.raises(SandboxError, match="Give another --state file"):
            Sandbox(manifest=MANIFEST, state=state).start()

    def test_it_can_stop_and_start_again_on_its_port(self) -> None:
        sandbox = Sandbox(manifest=MANIFEST)
        sandbox.start()
        url = sandbox.url
        sandbox.stop()
        sandbox.start()
        assert (sandbox.url, Person(url, ADA).state["me"]["id"]) == (url, ADA)
        sandbox.stop()


class TestProcess:
    """`python -m sandbox`, killed and started again on the same file."""

    @pytest.fixture
    def state(self, tmp_path: Path) -> Path:
        return tmp_path / "workspace.db"

    def start(self, state: Path) -> tuple[subprocess.Popen[str], str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "--port", "0", "--state", str(state)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert process.stdout is not None
        ready = process.stdout.readline().split()
        assert ready[:2] == ["sandbox", "ready"]
        return process, ready[2]

    def end(self, process: subprocess.Popen[str], *, kill: bool) -> int:
        process.kill() if kill else process.terminate()
        assert process.stdout is not None
        process.stdout.close()
        return process.wait(10)

    @pytest.fixture
    def filled(self, state: Path) -> dict[str, str]:
        process, url = self.start(state)
        client = WebClient(token="xoxb-sandbox", base_url=f"{url}/api/")
        Clock(url).advance(timedelta(days=3))
        metadata = {"event_type": "outbox", "event_payload": {"id": "1"}}
        ts = client.chat_postMessage(channel=ADA, text=f"<@{ADA}> hello", metadata=metadata)["ts"]
        client.chat_update(channel="D0ADA00001", ts=ts, text="hello again")
        client.views_publish(user_id=ADA, view={"type": "home", "blocks": [{"type": "divider"}]})
        traffic = str(len(Trouble(url).traffic()))
        assert self.end(process, kill=True) == -9
        return {"ts": ts, "traffic": traffic}

    def test_a_kill_loses_nothing(self, state: Path, filled: dict[str, str]) -> None:
        process, url = self.start(state)
        try:
            ada = Person(url, ADA)
            [message] = ada.dm()
            assert (message.ts, message.text, message.edited) == (filled["ts"], "hello again", True)
            assert (message.unread, ada.home is not None, ada.state["clock_moved"]) == (True, True, True)
            client = WebClient(token="xoxb-sandbox", base_url=f"{url}/api/")
            [found] = client.conversations_history(channel="D0ADA00001", include_all_metadata=True)[
                "messages"
            ]
            assert found["metadata"]["event_payload"] == {"id": "1"}
            names = [one["name"] for one in Trouble(url).traffic()]
            assert names.count("chat.postMessage") == 1
            assert len(names) >= int(filled["traffic"])
            call(url, "reset", {})
            assert (ada.dm(), ada.home, ada.state["clock_moved"]) == ([], None, False)
        finally:
            assert self.end(process, kill=False) == 0


def test_a_line_of_traffic_that_a_kill_cut_short_is_dropped(tmp_path: Path) -> None:
    log = tmp_path / "traffic.jsonl"
    Traffic(log, lambda: DUE).add("in", "web_api", "auth.test")
    with log.open("a") as file:
        file.write('{"n": 2, "at"')
    traffic = Traffic(log, lambda: DUE)
    traffic.add("in", "web_api", "api.test")
    assert [(one["n"], one["name"]) for one in Traffic(log, lambda: DUE).after(0)] == [
        (1, "auth.test"),
        (2, "api.test"),
    ]


def test_owed_events_survive_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "workspace.db"
    first = Sandbox(manifest=MANIFEST, state=state)
    first.start()
    Person(first.url, ADA).message("hello")
    first.stop()
    second = Sandbox(manifest=MANIFEST, state=state)
    second.start()
    Person(second.url, ADA).wait_for(
        lambda _: [one["summary"] for one in Trouble(second.url).traffic() if one["error"]]
    )
    second.stop()


def test_open_modals_and_reply_ways_survive_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "deep" / "workspace.db"
    first = Sandbox(manifest=MANIFEST, state=state)
    first.start()
    toy = Toy(first)
    toy.connect()
    Person(first.url, ADA).command("/complaint")
    [body] = toy.seen["command"]
    title = {"type": "plain_text", "text": "Form"}
    toy.client.views_open(
        trigger_id=body["trigger_id"], view={"type": "modal", "title": title, "blocks": [{"type": "divider"}]}
    )
    toy.close()
    port = int(first.url.rsplit(":", 1)[1])
    first.stop()
    second = Sandbox(manifest=MANIFEST, state=state, port=port)
    second.start()
    try:
        ada = Person(second.url, ADA)
        assert [view.title for view in ada.views] == ["Form"]
        assert WebhookClient(body["response_url"]).send(text="still").status_code == 200
        assert [one.text for one in ada.dm()] == ["still"]
    finally:
        second.stop()
