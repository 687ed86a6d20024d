"""HTTP instead of Socket Mode: payloads are posted to the app's request URL, signed.

Source: docs.slack.dev/authentication/verifying-requests-from-slack, /apis/events-api/using-http-request-urls.
"""

import asyncio
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

from sandbox.errors import HandsError

Payload = dict[str, Any]
FORM = "application/x-www-form-urlencoded"


class RequestUrl:
    """Where an app without Socket Mode is reached; on this machine only."""

    def __init__(self, url: str, signing_secret: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.hostname != "127.0.0.1" or parts.port is None:
            raise HandsError("A request URL here looks like http://127.0.0.1:PORT/path.")
        self._host, self._port, self._path = parts.hostname, parts.port, parts.path or "/"
        self._signing_secret = signing_secret.encode()

    async def post(self, kind: str, payload: Payload, retry: int, reason: str) -> tuple[int, Any]:
        """The status and the body of the app's answer, read as JSON where it is. Raises OSError."""
        content_type, body = _encoded(kind, payload)
        headers = self._signature(body) | {
            "Host": f"{self._host}:{self._port}",
            "Content-Type": content_type,
            "Content-Length": str(len(body)),
            "Connection": "close",
        }
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": reason}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(f"POST {self._path} HTTP/1.1\r\n{head}\r\n".encode() + body)
            await writer.drain()
            return _read(await reader.read())
        finally:
            writer.close()

    def _signature(self, body: bytes) -> dict[str, str]:
        stamp = str(int(time.time()))
        signed = hmac.new(self._signing_secret, f"v0:{stamp}:".encode() + body, hashlib.sha256)
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={signed.hexdigest()}"}


def _encoded(kind: str, payload: Payload) -> tuple[str, bytes]:
    match kind:
        case "events_api":
            return "application/json", json.dumps(payload).encode()
        case "slash_commands":
            return FORM, urlencode(payload).encode()
    return FORM, urlencode({"payload": json.dumps(payload)}).encode()


def _read(answer: bytes) -> tuple[int, Any]:
    head, _, body = answer.partition(b"\r\n\r\n")
    words = head.split(b" ", 2)
    if len(words) < 2 or not words[1].isdigit():
        raise ConnectionError("the app hung up without an answer")
    text = body.decode()
    try:
        return int(words[1]), json.loads(text) if text else None
    except ValueError:
        return int(words[1]), {"text": text}
