"""Socket Mode's envelopes: what they are to Bolt, and what Bolt's answer is to Slack."""

from __future__ import annotations

import json
from typing import Any

from slack_bolt import BoltRequest, BoltResponse
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse


def bolt_request(request: SocketModeRequest, came_at: float) -> BoltRequest:
    """What came at an instant of the machine's clock, in seconds.

    Of an event that comes again Slack says how often and why; Bolt looks for it where HTTP has it.
    """
    headers: dict[str, Any] = {}
    if request.retry_attempt is not None:
        headers["x-slack-retry-num"] = str(request.retry_attempt)
    if request.retry_reason is not None:
        headers["x-slack-retry-reason"] = request.retry_reason
    return BoltRequest(
        mode="socket_mode", body=request.payload, headers=headers, context={"came_at": came_at}
    )


def acknowledgement(envelope_id: str, response: BoltResponse) -> dict[str, Any]:
    """The message that acknowledges an envelope, with what the listener answered, if anything."""
    payload: dict[str, Any] | None = None
    if response.body:
        kind = response.headers.get("content-type", [""])[0]
        payload = json.loads(response.body) if "json" in kind else {"text": response.body}
    return SocketModeResponse(envelope_id, payload).to_dict()
