"""A mail server on loopback that keeps what it took, by recipient, and stumbles where it is told to.

It is aiosmtpd, which speaks the protocol; faults are put before its commands.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "desk", "a-password"


@dataclass(frozen=True)
class Stumble:
    """What a coming command meets: `at` EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, END (of the mail) or QUIT.

    `says` is the answer; empty cuts the connection. With `after`, the mail was taken nevertheless (END only).
    `about` has to stand in the command's argument.
    """

    at: str
    says: str = ""
    after: bool = False
    about: str = ""


@dataclass
class Taken:
    """A mail that the server is now answerable for."""

    sender: str
    recipients: list[str]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        read = message_from_bytes(self.raw, policy=default)
        assert isinstance(read, EmailMessage)
        return read


@dataclass
class SmtpPeer:
    """`with` starts it. `taken` are the mails it took, `commands` what it was told, passwords left out."""

    security: str = "none"
    auth: bool = False
    tls: ssl.SSLContext | None = None
    taken: list[Taken] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    stumbles: list[Stumble] = field(default_factory=list)
    port: int = 0

    def forget(self) -> None:
        self.taken.clear()
        self.commands.clear()
        self.stumbles.clear()

    def meets(self, at: str, argument: str = "") -> Stumble | None:
        """The stumble for this command, if there is one; it is met once."""
        self.commands.append(f"{at} {argument}".strip() if at != "AUTH" else at)
        found = next((each for each in self.stumbles if each.at == at and each.about in argument), None)
        if found is not None:
            self.stumbles.remove(found)
        return found

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(started,), daemon=True)
        self._thread.start()
        assert started.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _serve(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        implicit = self.tls if self.security == "tls" else None
        server = self._loop.run_until_complete(
            self._loop.create_server(self._session, "127.0.0.1", 0, ssl=implicit)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._loop.call_soon(started.set)
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(_ended(self._loop))
        self._loop.close()

    def _session(self) -> SMTP:
        starttls = self.security == "starttls"
        return _Server(
            self,
            hostname="mail.example.test",
            tls_context=self.tls if starttls else None,
            require_starttls=starttls,
            auth_required=self.auth and starttls,
            auth_require_tls=starttls,
            auth_exclude_mechanism=["LOGIN"],
            authenticator=_known if self.auth else None,
            loop=self._loop,
            enable_SMTPUTF8=False,
        )


class _Server(SMTP):
    """The protocol, with what it stumbles over."""

    def __init__(self, peer: SmtpPeer, **more: Any) -> None:
        super().__init__(_Kept(peer), **more)
        self._peer = peer

    async def smtp_EHLO(self, arg: str) -> None:  # noqa: N802 - aiosmtpd asks by this name
        await self._unless("EHLO", arg, super().smtp_EHLO)

    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: N802 - aiosmtpd asks by this name
        await self._unless("STARTTLS", arg, super().smtp_STARTTLS)

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802 - aiosmtpd asks by this name
        await self._unless("AUTH", arg, super().smtp_AUTH)

    async def smtp_MAIL(self, arg: str) -> None:  # noqa: N802 - aiosmtpd asks by this name
        await self._unless("MAIL", arg, super().smtp_MAIL)

    async def smtp_RCPT(self, arg: str) -> None:  # noqa: N802 - aiosmtpd asks by this name
        await self._unless("RCPT", arg, super().smtp_RCPT)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd asks by this name
        await self._unless("DATA", arg, super().smtp_DATA)

    async def smtp_QUIT(self, arg: str) -> None:  # noqa: N802 - aiosmtpd asks by this name
        await self._unless("QUIT", arg, super().smtp_QUIT)

    async def _unless(self, at: str, arg: str, usual: Callable[[str], Awaitable[None]]) -> None:
        stumble = self._peer.meets(at, arg or "")
        if stumble is None:
            await usual(arg)
        elif stumble.says:
            await self.push(stumble.says)
        else:
            self.cut()

    def cut(self) -> None:
        assert self.transport is not None
        self.transport.abort()


class _Kept:
    """What aiosmtpd asks when a whole mail has come."""

    def __init__(self, peer: SmtpPeer) -> None:
        self._peer = peer

    async def handle_DATA(self, server: _Server, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd asks by this name
        stumble = self._peer.meets("END")
        if stumble is None or stumble.after:
            content = envelope.original_content or b""
            self._peer.taken.append(Taken(envelope.mail_from or "", list(envelope.rcpt_tos), content))
        if stumble is None:
            return "250 2.0.0 Taken"
        if not stumble.says:
            server.cut()
        return stumble.says or "421 4.3.2 Gone"


def _known(server: object, session: object, envelope: object, mechanism: str, data: object) -> AuthResult:
    wanted = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=data == wanted, handled=False)


async def _ended(loop: asyncio.AbstractEventLoop) -> None:
    tasks = [task for task in asyncio.all_tasks(loop) if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError, Exception):
            await task
