"""The workspace's clock: the system's, plus what a person moved it by."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sandbox.errors import HandsError

OFFICE_ZONE = ZoneInfo("America/New_York")


class Clock:
    """Says what time it is in the workspace; moves forward on request, and back only to the system's time."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self._offset = offset

    @property
    def offset(self) -> timedelta:
        """How far the workspace is ahead of the system's clock."""
        return self._offset

    @property
    def moved(self) -> bool:
        """Whether a person moved it."""
        return self._offset != timedelta()

    def now(self) -> datetime:
        """The workspace's time, in UTC."""
        return datetime.now(UTC) + self._offset

    def advance(self, by: timedelta) -> datetime:
        """Move forward; a negative step is refused."""
        if by < timedelta():
            raise HandsError("The clock moves forward only; to go back, set it to 'now'.")
        self._offset += by
        return self.now()

    def move_to(self, instant: datetime) -> datetime:
        """Move to an instant that is not before the workspace's present time."""
        if instant.tzinfo is None:
            raise HandsError(f"{instant.isoformat()} has no time zone; add one, such as +00:00.")
        self._offset = self._offset + max(self._step_to(instant), timedelta())
        return self.now()

    def back_to_system(self) -> datetime:
        """Forget every move."""
        self._offset = timedelta()
        return self.now()

    def _step_to(self, instant: datetime) -> timedelta:
        step = instant - self.now()
        if step < timedelta(seconds=-1):
            raise HandsError(
                f"{instant.isoformat()} is in the past: the clock moves forward only; "
                "to go back, set it to 'now'."
            )
        return step


def monday_nine(after: datetime) -> datetime:
    """The next Monday 9:00 in New York that is later than `after`, in UTC."""
    local = after.astimezone(OFFICE_ZONE)
    nine = local.replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=-local.weekday() % 7)
    if nine <= local:
        nine += timedelta(days=7)
    return nine.astimezone(UTC)


def target_instant(to: str, now: datetime, next_due: datetime | None) -> datetime:
    """What "next_due", "monday_9" or an ISO instant means at `now`."""
    if to == "monday_9":
        return monday_nine(now)
    if to == "next_due":
        if next_due is None:
            raise HandsError("Nothing is due, so there is no next thing to move the clock to.")
        return max(next_due, now)
    try:
        return datetime.fromisoformat(to)
    except ValueError:
        raise HandsError(f"'{to}' is no time: use an ISO instant, 'next_due', 'monday_9' or 'now'.") from None
