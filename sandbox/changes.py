"""Who has something new to see, and waiting for it."""

import asyncio
import time
from collections.abc import Iterable


class Changes:
    """A version that grows with every change; each person has the version of their last change.

    It begins at the system's time, so that it also grows over a restart.
    """

    def __init__(self) -> None:
        self.version = int(time.time() * 1000)
        self.closed = False
        self._floor = self.version
        self._of: dict[str, int] = {}
        self._news = asyncio.Event()

    def touch(self, users: Iterable[str] | None = None) -> None:
        """Something changed for these people, or (None) for everybody."""
        self.version += 1
        if users is None:
            self._floor = self.version
        else:
            self._of.update(dict.fromkeys(users, self.version))
        self._wake()

    def of(self, user: str) -> int:
        """The version of what this person last saw change."""
        return max(self._floor, self._of.get(user, 0))

    async def wait(self, user: str, after: int, seconds: float) -> int:
        """The person's version once it is later than `after`, or when `seconds` are over."""
        deadline = asyncio.get_running_loop().time() + seconds
        while self.of(user) <= after and not self.closed:
            left = deadline - asyncio.get_running_loop().time()
            try:
                await asyncio.wait_for(self._news.wait(), left)
            except TimeoutError:
                break
        return self.of(user)

    def close(self) -> None:
        """Let every waiting reader go."""
        self.closed = True
        self._wake()

    def _wake(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()
