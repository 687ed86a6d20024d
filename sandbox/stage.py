"""What moves the workspace itself and nobody in it: its clock, its faults, a new beginning."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from sandbox.clock import target_instant
from sandbox.errors import HandsError
from sandbox.faults import DISCONNECTS, fault_from
from sandbox.request_url import RequestUrl
from sandbox.site import Site
from sandbox.staff import newcomer, set_group, set_person

Json = dict[str, Any]
Act = Callable[[Json], Awaitable[Json]]


async def next_due(site: Site) -> datetime | None:
    """When the next thing of the embedding program is due."""
    return await asyncio.to_thread(site.next_due) if site.next_due else None


def faults_json(site: Site) -> Json:
    """The faults in force."""
    return {"faults": site.faults.listing(), "rate_limits": site.faults.rate_limits}


class Stage:
    """The acts of nobody in particular."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def acts(self) -> dict[str, Act]:
        """By the names of their routes."""
        return {
            "clock": self._clock,
            "faults": self._faults,
            "request_url": self._request_url,
            "reset": self._reset,
            "person": self._person,
            "group": self._group,
            "newcomer": self._newcomer,
        }

    async def _clock(self, body: Json) -> Json:
        clock = self._site.clock
        to, seconds = body.get("to"), body.get("advance_seconds")
        if isinstance(seconds, int | float) and not isinstance(seconds, bool):
            clock.advance(timedelta(seconds=seconds))
        elif to == "now":
            clock.back_to_system()
        elif isinstance(to, str):
            due = await next_due(self._site) if to == "next_due" else None
            clock.move_to(target_instant(to, clock.now(), due))
        else:
            raise HandsError("Give 'advance_seconds' or 'to'.")
        self._site.workspace.clock_moved()
        if self._site.on_clock_moved:
            await asyncio.to_thread(self._site.on_clock_moved)
        return {"now": clock.now().isoformat()}

    async def _faults(self, body: Json) -> Json:
        faults = self._site.faults
        if body.get("clear"):
            faults.clear()
            self._site.sockets.give_up_rotten()
        elif "disconnect" in body:
            how = next((one for one in DISCONNECTS if one == body["disconnect"]), None)
            if how is None:
                raise HandsError(f"'disconnect' is one of {', '.join(DISCONNECTS)}.")
            await self._site.sockets.disconnect(how)
        elif "rate_limits" in body:
            faults.rate_limits = bool(body["rate_limits"])
        else:
            faults.add(fault_from(body))
        return faults_json(self._site)

    async def _request_url(self, body: Json) -> Json:
        """From now on everything is posted to this address; without one it goes by Socket Mode."""
        url = body.get("url")
        self._site.sockets.request_url = RequestUrl(str(url), self._site.tokens.signing) if url else None
        return {}

    async def _reset(self, body: Json) -> Json:  # noqa: ARG002 - every act has this signature
        site = self._site
        await site.events.close()
        site.workspace.reset()
        site.views.load()
        site.replies.load()
        site.files.load()
        site.faults.clear()
        site.traffic.clear()
        return {}

    async def _person(self, body: Json) -> Json:
        return set_person(self._site, body)

    async def _group(self, body: Json) -> Json:
        return set_group(self._site, body)

    async def _newcomer(self, body: Json) -> Json:
        return newcomer(self._site, body)
