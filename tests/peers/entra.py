"""A stand-in for Microsoft Entra: signs in apps by their secret, and gives tokens that say what they may do.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from itertools import count

from pydantic import SecretStr

from bot.system_settings import MicrosoftApp
from tests.peers.certificates import server_context
from tests.peers.peer import Call, Peer, Reply

TENANT = "11111111-2222-3333-4444-555555555555"
CLIENT = "66666666-7777-8888-9999-000000000000"
SECRET = "the-secret-of-the-app"
MAIL = ("Mail.ReadWrite", "Mail.Send")
FIELDS = {"client_id", "client_secret", "grant_type", "scope"}


class EntraPeer(Peer):
    """Knows one tenant with one app. `roles` are the permissions that it was granted; `issued` the tokens
    that hold, with theirs.
    """

    def __init__(self) -> None:
        super().__init__(server_context())
        self._numbers = count(1)
        self.forget()

    def forget(self) -> None:
        super().forget()
        self.roles: Iterable[str] = MAIL
        self.issued: dict[str, frozenset[str]] = {}
        self.expires_in = 3599
        self.expired = False

    @property
    def app(self) -> MicrosoftApp:
        return MicrosoftApp(TENANT, CLIENT, SecretStr(SECRET), self.url)

    def answer(self, call: Call) -> Reply:
        tenant, _, rest = call.path.lstrip("/").partition("/")
        match call.method, rest:
            case "GET", "v2.0/.well-known/openid-configuration":
                return self._described(tenant)
            case "POST", "oauth2/v2.0/token":
                return self._token(call)
        return Reply(404, "")

    def _described(self, tenant: str) -> Reply:
        if tenant != TENANT:
            return _refused(400, "invalid_tenant", 90002)
        base = f"{self.url}/{tenant}"
        return Reply(
            content={
                "issuer": f"{base}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
            }
        )

    def _token(self, call: Call) -> Reply:
        form = call.form()
        if missing := FIELDS - form.keys():
            return _refused(400, f"invalid_request: {sorted(missing)}", 900144)
        if form["client_id"] != CLIENT:
            return _refused(400, "unauthorized_client", 700016)
        if form["client_secret"] != SECRET:
            return _refused(401, "invalid_client", 7000215)
        if self.expired:
            return _refused(401, "invalid_client", 7000222)
        if form["grant_type"] != "client_credentials" or not form["scope"].endswith("/.default"):
            return _refused(400, "invalid_scope", 1002012)
        roles = sorted(self.roles)
        claims = {"aud": form["scope"].removesuffix("/.default"), "n": next(self._numbers)}
        token = ".".join(
            (
                _part({"alg": "none", "typ": "JWT"}),
                _part(claims | ({"roles": roles} if roles else {})),
                "signature",
            )
        )
        self.issued[token] = frozenset(roles)
        return Reply(
            content={
                "token_type": "Bearer",
                "expires_in": self.expires_in,
                "ext_expires_in": self.expires_in,
                "access_token": token,
            }
        )


def _part(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def _refused(status: int, error: str, code: int) -> Reply:
    words = f"AADSTS{code}: What is wrong is told at length here, with ids. Trace ID: 0a0a0a0a"
    return Reply(status, {"error": error, "error_description": words, "error_codes": [code]})
