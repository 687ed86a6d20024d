"""One process for each SQLite file. Whoever dies lets go: the lock is the operating system's."""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

from bot.errors import DatabaseError


@dataclass(frozen=True, slots=True)
class ProcessLock:
    """A lock that is held. Its file stands beside the database and holds the process's id."""

    path: Path
    descriptor: int

    def release(self) -> None:
        """Let go, and leave no file behind."""
        self.path.unlink(missing_ok=True)
        os.close(self.descriptor)


def lock_for(database: Path) -> ProcessLock:
    """Take the lock of a database; raises DatabaseError when another process holds it."""
    path = database.with_name(f"{database.name}.lock")
    while True:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise DatabaseError(
                f"The database {database} cannot be written: {path} could not be made ({error.strerror}). "
                "Give DATABASE_URL a folder that this user may write to."
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            process = os.pread(descriptor, 20, 0).decode().strip()
            os.close(descriptor)
            raise DatabaseError(
                f"Another desk is already running on {database} (process {process or 'unknown'}). "
                "Stop it, or give this one its own DATABASE_URL."
            ) from error
        if is_still(path, descriptor):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
            return ProcessLock(path, descriptor)
        os.close(descriptor)


def is_still(path: Path, descriptor: int) -> bool:
    """False when the file was removed between opening and locking it, by a desk that just stopped."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
