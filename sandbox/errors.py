"""What can go wrong in the sandbox.

Refusal
├── SlackError      the Web API's answer {"ok": false, "error": code}
└── HandsError      a person asked for what Slack's client would not offer
SandboxError        the program itself cannot start
"""

from collections.abc import Sequence
from typing import Any


class SandboxError(RuntimeError):
    """The sandbox cannot start: the message says why and what to do."""


class Refusal(Exception):
    """The workspace refuses what was asked."""


class SlackError(Refusal):
    """A refusal with one of Slack's error codes.

    `messages` become `response_metadata.messages`; `extra` is merged into the answer;
    `status` is the HTTP status (Slack answers nearly everything with 200).
    """

    def __init__(self, code: str, messages: Sequence[str] = (), *, status: int = 200, **extra: Any) -> None:
        super().__init__(": ".join([code, *messages]))
        self.code = code
        self.messages = tuple(messages)
        self.status = status
        self.extra = extra

    def answer(self) -> dict[str, Any]:
        """The JSON body of the refusal."""
        body: dict[str, Any] = {"ok": False, "error": self.code, **self.extra}
        if self.messages:
            body["response_metadata"] = {"messages": [f"[ERROR] {text}" for text in self.messages]}
        return body


class HandsError(Refusal):
    """A sentence for the person (or the test) whose act was refused."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status
