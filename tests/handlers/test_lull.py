"""What is left to do begins when everybody was acknowledged, or when it has waited long enough."""

from __future__ import annotations

import threading

import pytest

from handlers import lull
from handlers.lull import Afterwards, Lull


def test_without_anybody_waiting_it_begins():
    Lull().wait()


def test_what_is_given_during_a_burst_begins_after_it():
    order: list[str] = []
    threads = Afterwards(2)
    with threads.lull:
        later = threads.submit(order.append, "left to do")
        order.append("acknowledged")
    later.result(30)
    threads.shutdown()
    assert order == ["acknowledged", "left to do"]


def test_an_endless_burst_does_not_hold_it_up():
    begun = threading.Event()
    threads = Afterwards(1)
    with threads.lull:
        threads.submit(begun.set)
        assert begun.wait(30)
    threads.shutdown()


def test_the_shutdown_finishes_what_was_given_and_takes_nothing_more():
    done: list[int] = []
    threads = Afterwards(1)
    futures = [threads.submit(done.append, each) for each in range(20)]
    threads.shutdown()
    assert done == list(range(20))
    assert all(future.done() for future in futures)
    with pytest.raises(RuntimeError, match="after the shutdown"):
        threads.submit(done.append, 20)


def test_who_holds_the_future_is_told_what_failed():
    threads = Afterwards(1)
    future = threads.submit({}.__getitem__, "missing")
    assert isinstance(future.exception(30), KeyError)
    threads.shutdown()


def test_a_burst_is_over_after_a_moment_and_work_waits_no_longer_than_it_may():
    assert 0 < lull.MOMENT < lull.LONGEST < 3
