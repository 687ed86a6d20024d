"""Everything that makes up one running workspace, handed to whoever serves it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sandbox.clock import Clock
from sandbox.events import Events
from sandbox.faults import Faults
from sandbox.files import Files
from sandbox.replies import Replies
from sandbox.socket_mode import Sockets
from sandbox.traffic import Traffic
from sandbox.views import Views
from sandbox.workspace import Workspace


@dataclass(frozen=True)
class Tokens:
    """The app's two tokens, and what its requests are signed with."""

    bot: str
    app: str
    signing: str


@dataclass(frozen=True)
class Site:
    """One workspace with everything around it. `url` is its own address, without a slash at the end."""

    url: str
    tokens: Tokens
    clock: Clock
    workspace: Workspace
    views: Views
    sockets: Sockets
    events: Events
    replies: Replies
    faults: Faults
    traffic: Traffic
    files: Files
    next_due: Callable[[], datetime | None] | None = None
    on_clock_moved: Callable[[], None] | None = None
