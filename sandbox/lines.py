"""TCP connections that fail as networks do: cut without a word, or open and never read again."""

import asyncio
from collections.abc import MutableMapping
from typing import Any
from weakref import WeakValueDictionary

from uvicorn.protocols.http.h11_impl import H11Protocol

_lines: WeakValueDictionary[tuple[Any, Any], asyncio.Transport] = WeakValueDictionary()


class LineProtocol(H11Protocol):
    """uvicorn's protocol, which also remembers its connection by its two ends."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        _lines[(transport.get_extra_info("peername"), transport.get_extra_info("sockname"))] = transport
        super().connection_made(transport)


def cut(scope: MutableMapping[str, Any]) -> None:
    """Close the connection of an ASGI scope without another byte."""
    line = _lines.get((tuple(scope["client"]), tuple(scope["server"])))
    if line is not None:
        line.close()


def freeze(scope: MutableMapping[str, Any]) -> None:
    """Read nothing more from the connection of an ASGI scope: no ping is answered, and no goodbye heard."""
    line = _lines.get((tuple(scope["client"]), tuple(scope["server"])))
    if line is not None:
        line.pause_reading()
