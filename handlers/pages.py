"""The pages for whoever runs the desk: `/healthz`, `/readyz` and `/metrics`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from handlers.health import Health
from handlers.metrics import CONTENT_TYPE, Metrics

NOT_KEPT = {"Cache-Control": "no-store"}


def pages(health: Health, metrics: Metrics) -> list[Route]:
    """Their routes. None of them asks who looks: only those may reach the port whom it concerns."""

    async def healthz(_: Request) -> Response:
        status, body = await health.report()
        return JSONResponse(body, status, NOT_KEPT)

    async def readyz(_: Request) -> Response:
        status, body = await health.readiness()
        return JSONResponse(body, status, NOT_KEPT)

    async def figures(_: Request) -> Response:
        return Response(await metrics.page(health), 200, NOT_KEPT, CONTENT_TYPE)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", figures)]
