"""A stand-in for Power BI: one workspace with one dataset, asked by executeQueries as Microsoft describes it.

The description beside this file says what a request may hold; connexion refuses everything else.
"""

from __future__ import annotations

import asyncio
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx

from tests.peers.dax import DaxError, Model
from tests.peers.peer import Call, Peer, Reply

with warnings.catch_warnings():
    # It loads a test client of Starlette's, which would rather have another library, and is not used here.
    warnings.simplefilter("ignore")
    import connexion
    from connexion.resolver import Resolver

WORKSPACE = "aaaaaaaa-0000-4000-8000-000000000001"
DATASET = "bbbbbbbb-0000-4000-8000-000000000002"
BASE = "/v1.0/myorg"
TOKEN = "a-token-for-power-bi"
COLUMNS = (
    "Account",
    "Full Name",
    "Property Address",
    "Phone",
    "E-mail",
    "Program",
    "Product",
    "M1",
    "Installer",
)
UNHURRIED = 10.0
"""After so many seconds a held answer comes anyway."""


def refused(status: int, code: str, **headers: str) -> Reply:
    """What Power BI says when it does not answer."""
    return Reply(status, {"error": {"code": code}}, headers)


NOT_KNOWN = refused(401, "PowerBINotAuthorizedException")
NOT_LET_IN = refused(403, "PowerBINotAuthorizedException")
LIMITED = Reply(429, {"error": {"code": "TooManyRequests"}}, {"Retry-After": "17"})
TROUBLE = refused(500, "InternalServerError")


class SignedIn:
    """A token, as the desk has it once it is signed in; `forgotten` counts those that were not taken."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token, self.forgotten = token, 0

    def __call__(self) -> str:
        return self.token

    def forget(self) -> None:
        self.forgotten += 1


class PowerBiPeer(Peer):
    """Power BI. `rows` are those of the table “Homeowners”; `held` is unset to keep answers back.

    `lets_in` says which tokens it takes.
    """

    def __init__(
        self,
        rows: Sequence[Mapping[str, Any]] = (),
        columns: Sequence[str] = COLUMNS,
        lets_in: Callable[[str], bool] = lambda token: token == TOKEN,
    ) -> None:
        super().__init__()
        self._lets_in = lets_in
        self.rows, self.columns = list(rows), columns
        self.queries: list[str] = []
        self.held = threading.Event()
        self.held.set()
        app = connexion.AsyncApp("power_bi", specification_dir=Path(__file__).parent)
        app.add_api(
            "power_bi.yaml",
            resolver=Resolver(lambda _: self._execute),
            strict_validation=True,
            validate_responses=True,
        )
        self._app = app

    @property
    def base(self) -> str:
        """The API's address, as it stands in the settings."""
        return self.url + BASE

    def forget(self) -> None:
        super().forget()
        self.queries.clear()
        self.held.set()

    def __exit__(self, *why: object) -> None:
        self.held.set()
        super().__exit__(*why)

    def answer(self, call: Call) -> Reply:
        self.held.wait(UNHURRIED)
        kind, _, token = call.headers.get("authorization", "").partition(" ")
        if kind != "Bearer" or not self._lets_in(token):
            return NOT_KNOWN
        return asyncio.run(self._described(call))

    async def _described(self, call: Call) -> Reply:
        """The answer of what the description describes."""
        headers = {"Content-Type": call.headers.get("content-type", "")}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url=self.url) as client:
            response = await client.request(call.method, call.path, content=call.body, headers=headers)
        return Reply(response.status_code, response.json())

    def _execute(self, groupId: str, datasetId: str, body: Mapping[str, Any]) -> tuple[Any, int]:  # noqa: N803
        if (groupId, datasetId) != (WORKSPACE, DATASET):
            return {"error": {"code": "PowerBIEntityNotFound"}}, 404
        query = body["queries"][0]["query"]
        self.queries.append(query)
        try:
            rows = Model({"Homeowners": (self.columns, self.rows)}).run(query)
        except DaxError as error:
            return _not_run(str(error)), 400
        return {"results": [{"tables": [{"rows": rows}]}]}, 200


def _not_run(why: str) -> dict[str, Any]:
    """A query that cannot be run, with the words that the desk must not pass on."""
    details = [{"code": "DetailsMessage", "detail": {"type": 1, "value": why}}]
    code = "DatasetExecuteQueriesError"
    return {"error": {"code": code, "pbi.error": {"code": code, "parameters": {}, "details": details}}}
