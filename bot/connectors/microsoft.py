"""Microsoft Entra: the desk signs in as an app of its own, without anybody's password.

A token is kept in memory until shortly before it ends, and nowhere else.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
"""

from __future__ import annotations

import base64
import json
import logging
import ssl
from collections.abc import Mapping
from json import JSONDecodeError
from threading import Lock
from typing import Any, Final

import httpx
import msal
from msal.exceptions import MsalError

from bot.errors import DeliveryError, NotLetIn, OutcomeUnknown
from bot.system_settings import MicrosoftApp

SECONDS: Final = 8.0
"""How long one call of the sign-in may take; the first token takes two."""
ONE_CALL_EACH: Final = httpx.Limits(max_keepalive_connections=0)
"""No connection waits for the next call: calls are rare, and one dropped meanwhile looks like trouble."""
LATER: Final = "It is tried again later."
WRONG_SECRET: Final = "Set MICROSOFT_CLIENT_SECRET to the secret's value, which is not its id."  # noqa: S105 - words
REASONS: Final[Mapping[int, str]] = {
    7000215: f"The client secret is not right. {WRONG_SECRET}",
    7000222: "The client secret has expired. Make a new one for the app, and set MICROSOFT_CLIENT_SECRET.",
    700016: "The tenant has no such app. Check MICROSOFT_CLIENT_ID and MICROSOFT_TENANT_ID.",
    90002: "There is no such tenant. Check MICROSOFT_TENANT_ID.",
    53003: "A conditional access policy keeps the app out. Ask whoever looks after Microsoft Entra.",
}
"""What is wrong, by Microsoft's number for it (AADSTS…), and what mends it."""
REGISTRATION: Final = (
    "Check the app’s registration in Microsoft Entra, and MICROSOFT_TENANT_ID, MICROSOFT_CLIENT_ID and "
    "MICROSOFT_CLIENT_SECRET."
)
PASSING: Final = ("temporarily_unavailable", "server_error")


class Token:
    """Answers an access token for one service, of which `scope` is the address with `/.default` behind it.

    `verify` is what the sign-in's certificate is checked with: True for the usual authorities. Calling it
    raises NotLetIn, and OutcomeUnknown where nobody answers.
    """

    def __init__(self, app: MicrosoftApp, scope: str, *, verify: bool | ssl.SSLContext = True) -> None:
        self._app = app
        self._scope = scope
        self._http = httpx.Client(verify=verify, timeout=SECONDS, limits=ONE_CALL_EACH)
        self._lock = Lock()
        self._client: Any = None
        # It logs answers that it cannot read, whole.
        logging.getLogger("msal").setLevel(logging.CRITICAL)

    def __call__(self) -> str:
        """A token that is good for some minutes at least."""
        with self._lock:
            answer = self._asked()
        if "access_token" in answer:
            return str(answer["access_token"])
        raise _refusal(answer)

    def forget(self) -> None:
        """Ask for a new one next time: a service did not take the last."""
        with self._lock:
            self._client = None

    def roles(self) -> frozenset[str]:
        """The permissions that an admin has granted the app for this service; empty if it does not say.

        Raises as calling it does.
        """
        try:
            claims = self().split(".")[1]
            read = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
            return frozenset(map(str, read["roles"]))
        except (IndexError, KeyError, TypeError, ValueError):
            return frozenset()

    def _asked(self) -> Mapping[str, Any]:
        try:
            if self._client is None:
                self._client = self._signing_in()
            answer: Mapping[str, Any] = self._client.acquire_token_for_client([self._scope])
        except (httpx.HTTPError, MsalError, RuntimeError) as error:
            raise OutcomeUnknown(
                f"Microsoft’s sign-in does not answer ({type(error).__name__}). {LATER}"
            ) from None
        except ValueError as error:
            if isinstance(error, JSONDecodeError) or isinstance(error.__context__, JSONDecodeError):
                raise OutcomeUnknown(
                    f"What answered is not Microsoft’s sign-in. Is there a proxy in between? {LATER}"
                ) from None
            raise NotLetIn(
                "Microsoft’s sign-in knows no such tenant. Check MICROSOFT_TENANT_ID, and where it is set "
                "MICROSOFT_LOGIN_URL, which begins with https."
            ) from None
        return answer

    def _signing_in(self) -> Any:
        app = self._app
        return msal.ConfidentialClientApplication(
            app.client_id,
            client_credential=app.client_secret.get_secret_value(),
            authority=f"{app.login_url.rstrip('/')}/{app.tenant}",
            # Whether the host is Microsoft's was decided by who set it.
            instance_discovery=False,
            http_client=self._http,
        )


def _refusal(answer: Mapping[str, Any]) -> DeliveryError:
    """Why no token was given. Microsoft's own words are left out: they hold ids of the tenant."""
    if answer.get("error") in PASSING:
        return OutcomeUnknown(f"Microsoft’s sign-in is in trouble. {LATER}")
    codes = [code for code in answer.get("error_codes") or () if isinstance(code, int)]
    known = next((REASONS[code] for code in codes if code in REASONS), "")
    code = f" (AADSTS{codes[0]})" if codes else ""
    return NotLetIn(f"Microsoft does not let the desk sign in{code}. {known or REGISTRATION}")
