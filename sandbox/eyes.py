"""What can be asked over HTTP without acting: `GET /hands/...`. The shapes stand in README.md."""

import json
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from sandbox import seen
from sandbox.directory import Member
from sandbox.site import Site
from sandbox.staff import known_person
from sandbox.stage import faults_json, next_due

KEEP_ALIVE_SECONDS = 15.0
WAIT_SECONDS_MAX = 25.0


class Eyes:
    """The routes below `/hands` that change nothing."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def routes(self) -> list[Route]:
        """Every GET route below `/hands`."""
        gets = {
            "state": self._state,
            "events": self._events,
            "traffic": self._traffic,
            "faults": self._faults,
        }
        return [Route(f"/{name}", get, methods=["GET"]) for name, get in gets.items()]

    async def _state(self, request: Request) -> Response:
        person = self._person(request)
        wait = min(float(request.query_params.get("wait", "0")), WAIT_SECONDS_MAX)
        if wait > 0:
            after = int(request.query_params.get("after", "0"))
            await self._site.workspace.changes.wait(person.id, after, wait)
            person = self._person(request)
        return JSONResponse(seen.state(self._site, person, await next_due(self._site)))

    async def _events(self, request: Request) -> Response:
        return StreamingResponse(self._news(self._person(request)), media_type="text/event-stream")

    async def _news(self, person: Member) -> AsyncIterator[str]:
        changes = self._site.workspace.changes
        version = changes.of(person.id)
        yield f"event: changed\ndata: {json.dumps({'version': version})}\n\n"
        while not changes.closed:
            newer = await changes.wait(person.id, version, KEEP_ALIVE_SECONDS)
            if newer > version:
                version = newer
                yield f"event: changed\ndata: {json.dumps({'version': version})}\n\n"
            else:
                yield ": still here\n\n"

    async def _traffic(self, request: Request) -> Response:
        after = int(request.query_params.get("after", "0"))
        return JSONResponse({"entries": self._site.traffic.after(after)})

    async def _faults(self, request: Request) -> Response:  # noqa: ARG002 - Starlette's signature
        return JSONResponse(faults_json(self._site))

    def _person(self, request: Request) -> Member:
        return known_person(self._site, request.query_params.get("as"))
