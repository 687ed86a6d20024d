"""The same trouble is said once a minute; what differs is said each time."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from handlers.log import OnceAMinute


class Wrong(Exception):
    """Something goes wrong."""


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Written(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def log(clock: Clock) -> Iterator[logging.Logger]:
    logger, handler = logging.getLogger("tests.a room"), Written()
    handler.addFilter(OnceAMinute(clock))
    logger.addHandler(handler)
    yield logger
    logger.removeHandler(handler)


def fail(log: logging.Logger, said: str, error: type[Exception] = Wrong, *about: object) -> None:
    log.error(said, *about, exc_info=error())


def written(log: logging.Logger) -> list[str]:
    (handler,) = log.handlers
    assert isinstance(handler, Written)
    return handler.lines


def test_what_fails_every_second_for_five_minutes_is_said_five_times(log, clock):
    for _ in range(300):
        fail(log, "%s failed", Wrong, "a ring")
        clock.seconds += 1
    assert written(log) == [
        "a ring failed",
        *["a ring failed (59 more like this were not written)"] * 4,
    ]


def test_what_differs_is_said_each_time(log, clock):
    fail(log, "a ring failed")
    fail(log, "a Home failed")
    fail(log, "a ring failed", LookupError)
    assert written(log) == ["a ring failed", "a Home failed", "a ring failed"]


def test_a_warning_is_the_same_when_its_words_are(log, clock):
    for number in (1, 1, 2):
        log.error("HC-%d: given up", number)
    clock.seconds = 60.0
    log.error("HC-%d: given up", 1)
    again = "HC-1: given up (1 more like this were not written)"
    assert written(log) == ["HC-1: given up", "HC-2: given up", again]


def test_news_is_never_kept_back(log):
    log.setLevel(logging.INFO)
    for _ in range(2):
        log.info("connected")
    assert written(log) == ["connected", "connected"]


def test_what_has_not_come_again_is_forgotten(clock):
    spared = OnceAMinute(clock)
    for number in range(50):
        clock.seconds += 10
        spared.filter(logging.LogRecord("a room", logging.ERROR, "", 0, f"trouble {number}", (), None))
    assert len(spared._last) < 10
