"""Mail by a mail server: one message to all whom it is for, or to none of them.

A mail server cannot be asked what it has sent. Until the last line of the message is handed over it certainly
has not, and the try may be made again; after that the mail is out unless the server says no. Where its answer
is lost, or the desk died meanwhile, a person has to look. The Message-ID stays the same, so that most mail
programs show what came twice once.

RFC 5321 (SMTP), RFC 3207 (STARTTLS), RFC 4954 (AUTH), RFC 5322 (the message).
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy, Policy
from email.utils import format_datetime
from typing import Any, Final

from bot.connectors.mail import MESSAGE_ID, receipt, require_sendable, whom
from bot.errors import DeliveryError, NotLetIn, Rejected, Unreached
from bot.guard import Cleared
from bot.system_settings import SmtpSettings
from bot.systems import TITLES, Draft, Finding, Receipt, Record, Status, Surroundings

SECONDS: Final = 8.0
"""How long the server may take to answer a command: a mail to four people takes twelve."""
TAKING_SECONDS: Final = 45.0
"""How long it may take to take the message, which many search for viruses meanwhile."""
LATER: Final = "Nothing was sent; it is tried again later."
SETTINGS: Final = "Check SMTP_HOST, SMTP_PORT, SMTP_SECURITY, SMTP_USER and SMTP_PASSWORD."
HERE: Final = ("localhost", "127.0.0.1", "::1")
BARE: Final = (
    "SMTP_SECURITY is none, which is for a mail server on this machine alone. Set it to starttls or tls."
)
LOOK: Final = (
    "Look whether it has gone: among the mailbox’s sent mail, or by its Message-ID in the mail server’s log. "
    "If it has not, choose “Try again”; if it has, “By hand”."
)
Clock = Callable[[], datetime]


class Smtp:
    """A mail server. `context` is what its certificate is checked with, by default the authorities of this
    machine; `now` dates the mails.
    """

    title = TITLES["email"]

    def __init__(
        self,
        settings: SmtpSettings,
        context: ssl.SSLContext | None = None,
        now: Clock = lambda: datetime.now(UTC),
    ) -> None:
        self._settings = settings
        self._context = context or ssl.create_default_context()
        self._now = now
        self._domain = settings.mailbox.rpartition("@")[2]

    @property
    def sender(self) -> str:
        """The address that mail comes from."""
        return self._settings.mailbox

    def carry_out(self, cleared: Cleared, mark: str, around: Surroundings, seek: bool) -> Receipt:
        draft = cleared.draft
        require_sendable(draft)
        _require_plain(draft)
        message = self._message(draft, mark, around)
        if seek and not around.looked:
            raise Rejected(f"An earlier try may have sent the mail {_known_by(message)}. {LOOK}")
        with self._session() as server:
            self._hand_over(server, draft, message)
        return receipt(draft, message["Message-ID"])

    def status(self, records: Sequence[Record]) -> Mapping[str, Status]:
        """There are no records in a mail server."""
        del records
        return {}

    def members(self, address: str) -> tuple[str, ...]:
        """A mail server does not tell who is behind an address."""
        del address
        return ()

    def examine(self, *, live: bool) -> Iterator[Finding]:
        """See whether the settings fit; `live`, sign in and send nothing. Raises nothing."""
        fits = "@" in self._settings.mailbox
        said = "The mailbox is set." if fits else "This is no address of a mailbox. Fill it in in desk.yaml."
        yield Finding("mailbox", said, fits)
        if self._bare:
            yield Finding("security", BARE, fits=False)
        groups = "A mail server does not tell who is behind a list: write to people, not to lists."
        yield Finding("groups", groups)
        if not live or not fits or self._bare:
            return
        try:
            with self._session() as server:
                _say(server, "NOOP", "The mail server")
        except DeliveryError as error:
            yield Finding("mail server", str(error), fits=False)
        else:
            yield Finding("mail server", "It lets the desk in.")

    @property
    def _bare(self) -> bool:
        """Whether mail would go over a network for all to read."""
        return self._settings.security == "none" and self._settings.host not in HERE

    def _message(self, draft: Draft, mark: str, around: Surroundings) -> EmailMessage:
        settings = self._settings
        message = EmailMessage(policy=_wire())
        message["From"] = Address(settings.sender, addr_spec=settings.mailbox)
        for header, place in (("To", "to"), ("Cc", "cc")):
            people = [Address(each.name, addr_spec=each.address) for each in draft.at(place)]  # type: ignore[arg-type]
            if people:
                message[header] = people
        message["Subject"] = draft.subject
        message["Date"] = format_datetime(self._now())
        message["Message-ID"] = f"<{mark}@{self._domain}>"
        thread = [each[MESSAGE_ID] for each in around.thread if each.get(MESSAGE_ID)]
        if thread:
            message["In-Reply-To"] = thread[-1]
            message["References"] = " ".join(thread)
        message.set_content(draft.text, cte="quoted-printable")
        return message

    @contextmanager
    def _session(self) -> Iterator[smtplib.SMTP]:
        """The server, signed in to. Raises NotLetIn and Unreached, both traceless."""
        server = self._reached()
        try:
            self._sign_in(server)
            yield server
        finally:
            _part(server)

    def _reached(self) -> smtplib.SMTP:
        settings = self._settings
        if self._bare:
            raise NotLetIn(BARE, traceless=True)
        # A greeting with the name of the desk's own host would tell it to everybody.
        greeting = self._domain
        with _translated():
            if settings.security == "tls":
                return smtplib.SMTP_SSL(
                    settings.host, settings.port, greeting, timeout=SECONDS, context=self._context
                )
            return smtplib.SMTP(settings.host, settings.port, greeting, SECONDS)

    def _sign_in(self, server: smtplib.SMTP) -> None:
        settings = self._settings
        with _translated():
            server.ehlo_or_helo_if_needed()
            if settings.security == "starttls":
                server.starttls(context=self._context)
                server.ehlo_or_helo_if_needed()
            if settings.user:
                server.login(settings.user, settings.password.get_secret_value())

    def _hand_over(self, server: smtplib.SMTP, draft: Draft, message: EmailMessage) -> None:
        """The envelope, and the message line by line; then the one line that sends it."""
        with _translated():
            _say(server, f"MAIL FROM:<{self._settings.mailbox}>", "The mailbox’s own address", shut_out=True)
            for each in draft.addressees:
                _say(server, f"RCPT TO:<{each.address}>", f"The address of {whom(each)}")
            _say(server, "DATA", "The mail", good=(354,))
            server.send(_stuffed(message.as_bytes()))
        with _lost(message):
            _patience(server, TAKING_SECONDS)
            server.send(b".\r\n")
            code, _ = server.getreply()
            if code // 100 not in (2, 4, 5):
                raise smtplib.SMTPServerDisconnected
        if code // 100 != 2:
            raise _answered(code, "The mail")


class _Ids(UnstructuredHeader, BaseHeader):
    """Message-IDs, one a line: the standard library would encode long ones, which then name nothing."""

    def fold(self, *, policy: Policy[Any]) -> str:
        ids = f"{policy.linesep} ".join(str(self).split())
        return f"{self.name}: {ids}{policy.linesep}"


def _wire() -> EmailPolicy[Any]:
    """How a message is written."""
    headers = HeaderRegistry()
    for name in ("in-reply-to", "references"):
        headers.map_to_type(name, _Ids)
    return SMTP.clone(header_factory=headers)


@contextmanager
def _translated() -> Iterator[None]:
    """What goes wrong before the message is complete: nothing was sent."""
    try:
        yield
    except smtplib.SMTPNotSupportedError:
        raise NotLetIn(
            f"The mail server does not offer the encryption or sign-in that is set. {SETTINGS}",
            traceless=True,
        ) from None
    except smtplib.SMTPResponseException as error:
        raise _answered(error.smtp_code, "The desk’s sign-in", shut_out=True) from None
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError) as error:
        raise _unreached(error) from None
    except ssl.SSLError as error:
        raise NotLetIn(
            f"The mail server’s certificate or encryption does not hold ({type(error).__name__}). {SETTINGS}",
            traceless=True,
        ) from None
    except OSError as error:
        raise _unreached(error) from None


@contextmanager
def _lost(message: EmailMessage) -> Iterator[None]:
    """What goes wrong after the message was complete: nobody knows."""
    try:
        yield
    except OSError:
        raise Rejected(
            f"The mail server’s answer was lost after it had the whole mail {_known_by(message)}. {LOOK}"
        ) from None


def _say(
    server: smtplib.SMTP,
    command: str,
    about: str,
    good: Sequence[int] = range(200, 300),
    *,
    shut_out: bool = False,
) -> None:
    """A command. Raises what an answer means that does not let the desk go on."""
    code, _ = server.docmd(command)
    if code not in good:
        raise _answered(code, about, shut_out=shut_out)


def _patience(server: smtplib.SMTP, seconds: float) -> None:
    if server.sock is not None:
        server.sock.settimeout(seconds)


def _part(server: smtplib.SMTP) -> None:
    """Say farewell; what comes of it changes nothing any more."""
    with suppress(OSError):
        _patience(server, SECONDS)
        server.docmd("QUIT")
    server.close()


def _answered(code: int, about: str, *, shut_out: bool = False) -> DeliveryError:
    """What the server's refusal of something means; its words are left out, for they repeat addresses."""
    if 400 <= code < 500:
        return Unreached(f"{about} was not taken just now by the mail server ({code}). {LATER}")
    if shut_out or code in (530, 535):
        return NotLetIn(f"{about} was refused by the mail server ({code}). {SETTINGS}", traceless=True)
    return Rejected(
        f"{about} was refused by the mail server ({code}). Nothing was sent to anybody. Correct it and send "
        "it again, or do it by hand."
    )


def _unreached(error: OSError) -> Unreached:
    return Unreached(f"The mail server does not answer ({type(error).__name__}). {LATER}")


def _known_by(message: EmailMessage) -> str:
    return f"with the Message-ID {message['Message-ID']}"


def _stuffed(message: bytes) -> bytes:
    """The message as it goes over the wire, where a line of one dot alone is the last (RFC 5321, 4.5.2)."""
    return message.replace(b"\r\n.", b"\r\n..")


def _require_plain(draft: Draft) -> None:
    """Not every mail server takes other letters than ASCII in addresses. Raises Rejected."""
    for each in draft.addressees:
        try:
            plain = each.address.isascii() and Address(addr_spec=each.address).addr_spec == each.address
        except (ValueError, MessageError):
            plain = False
        if not plain:
            raise Rejected(
                f"The address of {whom(each)} is not one that every mail server takes. Write it in plain "
                "letters, the domain in its form with xn--."
            )
