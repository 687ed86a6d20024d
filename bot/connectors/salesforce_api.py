"""Calls to a Salesforce org, and what its answers mean.

simple-salesforce sends them over a session of ours: each call has a time limit, and none is made again but
once after the session has expired. The desk signs in by the client credentials of a connected app.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/
https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_client_credentials_flow.htm
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Mapping
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce as Client
from simple_salesforce.exceptions import SalesforceError

from bot.errors import DeliveryError, NotLetIn, OutcomeUnknown, RateLimited, Rejected, Unreached
from bot.system_settings import SalesforceSettings

CALL_SECONDS: Final = 10
"""How long one call may take."""
WAIT: Final = 60.0
"""Seconds to wait where the org asks for it and does not say how long; its limit is one of a day."""
BUSY: Final = frozenset({"UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE", "QUERY_TIMEOUT", "UNKNOWN_EXCEPTION"})
SHUT_OUT: Final = ("INSUFFICIENT_ACCESS", "API_DISABLED", "API_CURRENTLY_DISABLED", "NO_ACCESS")
READ_CASES: Final = "read access to cases"
EDIT_CASES: Final = "create and edit access to cases, and to each field of systems.salesforce.fields"
COMMENT: Final = "create access to case comments"

# At their most talkative these log whole requests: what a homeowner said.
for _name in ("simple_salesforce", "urllib3"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class SalesforceApi:
    """The calls of one org. `context` is what its certificate is checked with, by default the authorities
    that come with requests.
    """

    def __init__(self, settings: SalesforceSettings, context: ssl.SSLContext | None = None) -> None:
        self._settings = settings
        self._url = settings.url.rstrip("/")
        self._session = _Session()
        if context is not None:
            self._session.mount("https://", _Trusting(context))
        self._session.hooks["response"].append(self._keep)
        self._latest: requests.Response | None = None
        self._client: Client | None = None
        self._choices: Mapping[str, tuple[str, ...]] = {}
        self._wrote = False

    def begin(self) -> None:
        """Another order: nothing of it was written yet."""
        self._wrote = False

    def ask(self, what: str, needs: str, call: Callable[[Any], Any], *, writes: bool = False) -> Any:
        """What the org answers. Raises DeliveryError.

        `what` completes “could not …” and names no people; `needs` is what the desk lacks where it may not.
        What `writes` may have left something behind when its reply is lost; so may what the same order wrote
        before.
        """
        for again in (False, True):
            client = self._signed_in()
            try:
                answer = call(client)
            except SalesforceError:
                if not self._expired() or again:
                    raise self._meant(what, needs, writes=writes) from None
                self._client = None
            except (requests.RequestException, ValueError) as error:
                said = f"Salesforce did not answer when the desk was to {what} ({type(error).__name__})."
                raise self._trouble(said, writes=writes) from None
            else:
                if self._latest is not None and _is_page(self._latest):
                    said = f"What answered is not Salesforce when the desk was to {what}."
                    raise self._trouble(f"{said} Is there a proxy in between?", writes=writes)
                self._wrote = self._wrote or writes
                return answer
        raise AssertionError

    def query(self, what: str, needs: str, soql: str) -> list[Any]:
        """The rows that a query finds, as far as the first page."""
        found: list[Any] = self.ask(what, needs, lambda client: client.query(soql))["records"]
        return found

    def choices(self, field: str, wanted: str) -> tuple[str, ...]:
        """The values that a picklist of the case has; none for a field that is no picklist.

        They are kept, and read anew where `wanted` is not among them.
        """
        if wanted not in self._choices.get(field, ()):
            told = self.ask("read what a case is", READ_CASES, lambda client: client.Case.describe())
            self._choices = {each["name"]: choices_of(each) for each in told["fields"]}
        return self._choices.get(field, ())

    def sign_in(self) -> None:
        """Get a new session. Raises NotLetIn where the org does not know the desk."""
        self._client = None
        self._signed_in()

    def _signed_in(self) -> Client:
        if self._client is None:
            version = self._settings.version
            self._client = Client(
                session_id=self._token(), instance_url=self._url, version=version, session=self._session
            )
        return self._client

    def _token(self) -> str:
        asked = {
            "grant_type": "client_credentials",
            "client_id": self._settings.client_id,
            "client_secret": self._settings.client_secret.get_secret_value(),
        }
        try:
            answer = self._session.post(f"{self._url}/services/oauth2/token", data=asked)
            content = answer.json() if answer.content else {}
        except (requests.RequestException, ValueError) as error:
            said = f"Salesforce did not answer when the desk was to sign in ({type(error).__name__})."
            raise self._trouble(said, writes=False) from None
        status = answer.status_code
        if status == 429:
            raise RateLimited("Salesforce asks the desk to wait before it signs in (429).", _wait(answer))
        if status in (408, 409) or status >= 500 or not isinstance(content, Mapping):
            said = f"Salesforce is in trouble, or something on the way to it ({status})."
            raise self._trouble(said, writes=False)
        token = content.get("access_token")
        if status != 200 or not isinstance(token, str):
            raise NotLetIn(
                f"Salesforce does not know the desk ({status}). Check SALESFORCE_URL, SALESFORCE_CLIENT_ID "
                "and SALESFORCE_CLIENT_SECRET, and that the connected app allows the client credentials "
                "flow, with a user to run as.",
                traceless=not self._wrote,
            )
        return token

    def _keep(self, response: requests.Response, *_: Any, **__: Any) -> None:
        self._latest = response

    def _expired(self) -> bool:
        return self._latest is not None and self._latest.status_code == 401

    def _meant(self, what: str, needs: str, *, writes: bool) -> DeliveryError:
        """What the latest answer means. The org's own words stay out: they may tell of people."""
        response = self._latest
        assert response is not None
        status, (codes, fields) = response.status_code, _codes(response)
        if status == 429 or "REQUEST_LIMIT_EXCEEDED" in codes:
            said = f"Salesforce asks the desk to wait before it may {what} ({status})."
            return RateLimited(said, _wait(response))
        if status in (408, 409) or status >= 500 or BUSY & set(codes) or _is_page(response):
            said = "Salesforce is in trouble, or something on the way to it"
            return self._trouble(f"{said}: the desk could not {what} ({status}).", writes=writes)
        if status == 401:
            return NotLetIn(
                "Salesforce ended the desk’s session and takes no new one (401). Check the connected app’s "
                "user and policies.",
                traceless=not self._wrote,
            )
        if status == 403 or any(code.startswith(SHUT_OUT) for code in codes):
            said = f"Salesforce does not let the desk {what} ({status})."
            return NotLetIn(f"{said} Give the connected app’s user {needs}.", traceless=not self._wrote)
        if status == 404:
            return Rejected(
                f"Salesforce could not {what}: there is no such record any more, or the desk may not see it "
                "(404). Look for it in Salesforce; then have it tried again, or do it by hand."
            )
        return Rejected(self._refused(what, codes, fields))

    def _trouble(self, said: str, *, writes: bool) -> DeliveryError:
        """What happened, and whether something may have come of it."""
        if writes or self._wrote:
            return OutcomeUnknown(f"{said} The desk looks what got through, and goes on.")
        return Unreached(f"{said} Nothing was written there; the desk tries again.")

    def _refused(self, what: str, codes: list[str], fields: list[str]) -> str:
        ours = {api: name for name, api in self._settings.fields.items()}
        about = [f"{ours[each]} ({each})" if each in ours else each for each in fields]
        which = f" It did not like: {', '.join(about)}." if about else ""
        reason = f" ({codes[0].replace('_', ' ').lower()})" if codes else ""
        return (
            f"Salesforce could not {what}{reason}.{which} Compare systems.salesforce in desk.yaml with the "
            "org (app.py doctor --live); then have it tried again, or do it by hand."
        )


def choices_of(field: Mapping[str, Any]) -> tuple[str, ...]:
    """The values that a field's description offers."""
    return tuple(str(each["value"]) for each in field.get("picklistValues") or () if each["active"])


class _Session(requests.Session):
    """A session whose calls end."""

    def request(self, *given: Any, **named: Any) -> requests.Response:
        named.setdefault("timeout", CALL_SECONDS)
        return super().request(*given, **named)


class _Trusting(HTTPAdapter):
    """Trusts whom a context trusts."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def init_poolmanager(self, *given: Any, **named: Any) -> None:
        super().init_poolmanager(*given, ssl_context=self._context, **named)


def _codes(response: requests.Response) -> tuple[list[str], list[str]]:
    """The error codes of an answer, and the fields that they are about."""
    try:
        told = response.json()
    except ValueError:
        return [], []
    found = [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []
    codes = [str(each.get("errorCode", "")) for each in found]
    return codes, [str(field) for each in found for field in each.get("fields") or ()]


def _is_page(response: requests.Response) -> bool:
    return "html" in response.headers.get("Content-Type", "").lower()


def _wait(response: requests.Response) -> float:
    said = response.headers.get("Retry-After", "")
    return float(said) if said.isdecimal() and len(said) < 6 else WAIT
