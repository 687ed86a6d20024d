"""The sandbox from outside: `/hands` over HTTP, its clock, its faults and its traffic."""

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

Json = dict[str, Any]

_CALL_SECONDS = 30.0


class PersonError(AssertionError):
    """What was asked of a person cannot be done; the message tells what was on screen."""


def call(url: str, path: str, body: Json | None = None) -> Json:
    """One request to `/hands`; a refusal raises PersonError with its sentence."""
    data = None if body is None else json.dumps(body).encode()
    request = Request(f"{url}/hands/{path}", data, {"Content-Type": "application/json"})  # noqa: S310
    try:
        with urlopen(request, timeout=_CALL_SECONDS) as reply:  # noqa: S310 - the sandbox's own address
            answer: Json = json.load(reply)
            return answer
    except HTTPError as error:
        with error:
            raise PersonError(f"{path}: {json.load(error)['error']}") from None


class Clock:
    """The workspace's clock, from outside."""

    def __init__(self, url: str) -> None:
        self._url = url

    def to(self, when: str | datetime) -> datetime:
        """Move to an instant, "monday_9", "next_due" or "now"."""
        return self._move({"to": when.isoformat() if isinstance(when, datetime) else when})

    def advance(self, by: timedelta) -> datetime:
        """Move forward."""
        return self._move({"advance_seconds": by.total_seconds()})

    def next_due(self) -> datetime:
        """Move to the next thing that is due."""
        return self.to("next_due")

    def _move(self, body: Json) -> datetime:
        return datetime.fromisoformat(call(self._url, "clock", body)["now"])


class Staff:
    """What an owner of the workspace does, from outside."""

    def __init__(self, url: str) -> None:
        self._url = url

    def deactivate(self, user_id: str) -> None:
        """From now on this person cannot act; their windows close, and users.info says `deleted`."""
        call(self._url, "person", {"user": user_id, "deleted": True})

    def reactivate(self, user_id: str) -> None:
        """Take a deactivated person back."""
        call(self._url, "person", {"user": user_id, "deleted": False})

    def newcomer(self, name: str, real_name: str, title: str = "Agent", tz: str = "America/New_York") -> str:
        """Somebody joins the workspace. Answers their id."""
        body = {"name": name, "real_name": real_name, "title": title, "tz": tz}
        return str(call(self._url, "newcomer", body)["person"]["id"])

    def set_group(self, group_id: str, user_ids: list[str]) -> None:
        """Put these people, and nobody else, into a user group."""
        call(self._url, "group", {"group": group_id, "members": user_ids})


class Trouble:
    """Faults and traffic, from outside; the shapes stand in `faults.py`."""

    def __init__(self, url: str) -> None:
        self._url = url

    def cause(self, fault: str, **more: Any) -> None:
        """Put a fault in force, such as `cause("lost_reply", target="chat.postMessage")`."""
        call(self._url, "faults", {"fault": fault, **more})

    def expire_trigger(self, times: int = 1) -> None:
        """The next `views.open` answers `expired_trigger_id`, as three seconds after the click."""
        self.cause("error", target="views.open", error="expired_trigger_id", times=times)

    def disconnect(self, how: str) -> None:
        """Tell the app's sockets to go ("warning", "refresh_requested"), or "cut" them off."""
        call(self._url, "faults", {"disconnect": how})

    def post_to(self, url: str | None) -> None:
        """Reach the app at this request URL from now on; None is Socket Mode again."""
        call(self._url, "request_url", {"url": url})

    def end(self) -> None:
        """End every fault."""
        call(self._url, "faults", {"clear": True})

    def traffic(self, after: int = 0) -> list[Json]:
        """What went to and fro."""
        entries: list[Json] = call(self._url, f"traffic?after={after}")["entries"]
        return entries
