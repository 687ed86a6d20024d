"""Power BI: the homeowner dataset, asked by executeQueries while somebody types.

The desk signs in as itself (a service principal). It only reads, and what was typed stands in no address and
no log.

https://learn.microsoft.com/rest/api/power-bi/datasets/execute-queries-in-group
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from bot.connectors.microsoft import Token
from bot.connectors.power_bi_query import FIELDS, NEEDED, Dataset, Row, homeowners_of
from bot.errors import DeliveryError, NotLetIn, OutcomeUnknown, RateLimited, Rejected
from bot.listings import Found, HomeownerSource
from bot.look_up import LookUp, in_line
from bot.system_settings import PowerBiSettings
from bot.systems import TITLES, Finding

SCOPE: Final = "https://analysis.windows.net/powerbi/api/.default"
NATIONAL: Final = {
    "api.powerbigov.us": "https://analysis.usgovcloudapi.net/powerbi/api/.default",
    "api.high.powerbigov.us": "https://high.analysis.usgovcloudapi.net/powerbi/api/.default",
    "api.mil.powerbigov.us": "https://mil.analysis.usgovcloudapi.net/powerbi/api/.default",
    "api.powerbi.cn": "https://analysis.chinacloudapi.cn/powerbi/api/.default",
}
"""What a token is asked for in a national cloud, by the host of its API.

https://learn.microsoft.com/power-bi/developer/embedded/embed-sample-for-customers-national-clouds
"""
SECONDS: Final = 10.0
"""How long one query may take. Whoever types has long had another answer; this one is for the next key."""
WAIT: Final = 30.0
"""How long is waited after a 429 that does not say."""
CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")
ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
SIGN_IN: Final = (
    "Check the client secret (MICROSOFT_CLIENT_SECRET), and that the tenant setting “Service principals can "
    "call Fabric public APIs” is on for this app."
)
PERMISSION: Final = (
    "Give the app the role Viewer in the workspace and the permission Build on the dataset, and turn on the "
    "tenant setting “Dataset Execute Queries REST API”. A dataset with row-level security or single sign-on "
    "takes no app at all."
)


class PowerBi(HomeownerSource):
    """The homeowner dataset. `token` is for Power BI; by default the desk signs in as the settings' app."""

    title = TITLES["power_bi"]

    def __init__(self, settings: PowerBiSettings, token: Token | None = None) -> None:
        self._settings = settings
        self._columns = {field: column for field, column in settings.columns.items() if column}
        self._token = token or Token(settings.app, scope_of(settings.url))
        self._dataset = Dataset(settings.table, self._columns)
        path = f"/groups/{settings.workspace}/datasets/{settings.dataset}/executeQueries"
        self._address = settings.url.rstrip("/") + path
        self._http = httpx.Client(timeout=SECONDS)

    @property
    def stated(self) -> frozenset[str]:
        return frozenset(self._columns)

    def find(self, words: Sequence[str], most: int, today: date) -> Found:
        rows = self._rows(self._dataset.of(words, most))
        # TOPN answers in no order, and all who are alike to the last one.
        homeowners = in_line(homeowners_of(rows, today), words)
        return Found(tuple(homeowners[:most]), complete=len(rows) < most)

    def examine(self, *, live: bool) -> Iterator[Finding]:
        """See whether the settings fit; `live`, sign in and read one row. Raises nothing."""
        wrong = list(self._wrong())
        yield from wrong or [Finding("settings", f"{len(self._columns)} columns are mapped.")]
        if live and not wrong:
            yield from self._examined()

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def _wrong(self) -> Iterator[Finding]:
        """What is wrong with the settings, as far as that can be seen from here."""
        settings = self._settings
        for name, value in (("workspace", settings.workspace), ("dataset", settings.dataset)):
            if not ID.fullmatch(value):
                said = f"This is not the id of a {name}. Copy it from the address of the dataset’s page."
                yield Finding(name, said, fits=False)
        if not settings.table:
            yield Finding("table", "The table of the homeowners is missing. Write its name.", fits=False)
        for field in NEEDED:
            if not self._columns.get(field):
                yield Finding(
                    f"columns.{field}", "This column is needed. Write what it is called.", fits=False
                )
        for field in (each for each in self._columns if each not in FIELDS):
            said = f"The desk knows no such field of a homeowner. It knows {', '.join(FIELDS)}."
            yield Finding(f"columns.{field}", said, fits=False)

    def _examined(self) -> Iterator[Finding]:
        """Sign in, read one row, and where that is refused find out which columns it is about."""
        try:
            self._token()
        except DeliveryError as error:
            yield Finding("sign-in", str(error), fits=False)
            return
        yield Finding("sign-in", "Microsoft Entra lets the desk in.")
        try:
            rows = self._rows(self._dataset.sample(self._columns))
        except Rejected as error:
            yield from self._missing(error)
        except DeliveryError as error:
            yield Finding("dataset", str(error), fits=False)
        else:
            yield Finding(
                "dataset", "It answers, and has all columns." if rows else "It answers, but has no rows."
            )

    def _missing(self, refused: Rejected) -> Iterator[Finding]:
        """The columns that cannot be read; what was refused is something else where each of them can."""
        refusals = []
        for field, column in self._columns.items():
            try:
                self._rows(self._dataset.sample([field]))
            except Rejected:
                said = f"{self._settings.table} has no column {column}. Write it as the dataset does."
                refusals.append(Finding(f"columns.{field}", said, fits=False))
            except DeliveryError as error:
                yield Finding("dataset", str(error), fits=False)
                return
        if 0 < len(refusals) < len(self._columns):
            yield from refusals
        elif refusals:
            table = self._settings.table
            said = f"No column of the table {table} can be read. Write its name as the dataset does."
            yield Finding("table", said, fits=False)
        else:
            yield Finding("dataset", str(refused), fits=False)

    def _rows(self, query: str) -> list[Row]:
        """What a query answers. Raises DeliveryError."""
        body = {"queries": [{"query": query}], "serializerSettings": {"includeNulls": True}}
        headers = {"Authorization": f"Bearer {self._token()}"}
        try:
            response = self._http.post(self._address, json=body, headers=headers)
        except httpx.HTTPError as error:
            raise OutcomeUnknown(
                f"Power BI does not answer ({type(error).__name__}). Check the network if it goes on."
            ) from None
        if response.status_code == 401:
            self._token.forget()
        _raise_for(response)
        return _rows_of(response)


def scope_of(url: str) -> str:
    """What a token is asked for, for the API at this address."""
    return NATIONAL.get(urlsplit(url).hostname or "", SCOPE)


def look_up(settings: PowerBiSettings) -> LookUp:
    """The homeowner dataset, for whoever types."""
    return LookUp(PowerBi(settings), settings.cached_seconds)


def _raise_for(response: httpx.Response) -> None:
    """What a status other than 200 means, with Power BI's code for it and none of its words."""
    status = response.status_code
    said = f"{status}, {_code_of(response)}".removesuffix(", ")
    match status:
        case 200:
            return
        case 401:
            raise NotLetIn(f"Power BI does not know the desk ({said}). {SIGN_IN}")
        case 403:
            raise NotLetIn(f"Power BI does not let the desk read the dataset ({said}). {PERMISSION}")
        case 404:
            raise NotLetIn(
                f"Power BI has no such dataset for the desk ({said}). Check workspace and dataset under "
                f"systems.power_bi in desk.yaml. {PERMISSION}"
            )
        case 429:
            raise RateLimited(f"Power BI asks the desk to wait ({said}).", _seconds(response))
        case _ if 400 <= status < 500:
            raise Rejected(
                f"Power BI did not take the query ({said}). Check table and columns under systems.power_bi "
                "in desk.yaml: app.py doctor --live names those that it does not have."
            )
    raise OutcomeUnknown(f"Power BI is in trouble ({said}). It is asked again later.")


def _rows_of(response: httpx.Response) -> list[Row]:
    try:
        [result] = response.json()["results"]
        if "error" not in result:
            [table] = result["tables"]
            if "error" not in table:
                return [dict(row) for row in table["rows"]]
    except (ValueError, KeyError, TypeError):
        raise OutcomeUnknown(
            "What answered is not Power BI, or not as described. Is there a proxy in between?"
        ) from None
    raise Rejected("Power BI answered a part of what was asked only. Ask for fewer columns.")


def _code_of(response: httpx.Response) -> str:
    """The error's code, as in `DatasetExecuteQueriesError`; empty where there is none."""
    try:
        body: Any = response.json()
        code = str(body["error"]["code"])
    except (ValueError, KeyError, TypeError):
        return ""
    return code if CODE.fullmatch(code) else ""


def _seconds(response: httpx.Response) -> float:
    said = response.headers.get("Retry-After", "")
    return float(said) if said.isdecimal() and len(said) < 6 else WAIT
