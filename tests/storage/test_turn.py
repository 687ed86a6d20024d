"""Turns to write: in the order in which threads came, also for who just had one."""

from __future__ import annotations

import threading
from collections import deque

import pytest

from storage.turn import Turn
from tests.storage.samples import all_at_once


class Line(deque[threading.Lock]):
    """Says so when somebody joins it."""

    def __init__(self) -> None:
        super().__init__()
        self.joined = threading.Semaphore(0)

    def append(self, who: threading.Lock) -> None:
        super().append(who)
        self.joined.release()


@pytest.fixture
def turn() -> Turn:
    turn = Turn(one_at_a_time=True)
    turn._line = Line()
    return turn


def test_who_came_first_writes_first_and_who_just_wrote_comes_last(turn: Turn) -> None:
    order: list[int] = []

    def write(number: int) -> None:
        with turn:
            order.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    with turn:
        for thread in threads:
            thread.start()
            assert turn._line.joined.acquire(timeout=10)
    write(99)
    for thread in threads:
        thread.join(10)
    assert order == [0, 1, 2, 3, 99]


def test_no_two_have_it_at_once(turn: Turn) -> None:
    inside: list[int] = []
    most: list[int] = []

    def write() -> None:
        for _ in range(50):
            with turn:
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    all_at_once([write] * 4)
    assert set(most) == {1}


def test_a_failure_hands_it_on(turn: Turn) -> None:
    with pytest.raises(ZeroDivisionError), turn:
        raise ZeroDivisionError
    with turn:
        pass


@pytest.mark.parametrize("one_at_a_time", [True, False])
def test_a_thread_that_has_it_is_told(one_at_a_time: bool) -> None:
    turn = Turn(one_at_a_time)
    with turn, pytest.raises(RuntimeError, match="inside another"), turn:
        pass
    with turn:
        pass


def test_who_gives_up_waiting_does_not_hold_up_those_behind(turn: Turn) -> None:
    with turn:
        waiting = threading.Thread(target=turn._wait)
        waiting.start()
        assert turn._line.joined.acquire(timeout=10)
        gone = turn._line[0]
        turn._step_out(gone)
        gone.release()
        waiting.join(10)
    with turn:
        pass
    assert not turn._taken
