"""Orders in the database: taken once, in their order within a case, given back, decided about once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.systems import Addressee, Draft, Order, Receipt, Task
from storage import open_database
from storage.database import Database
from tests.databases import Databases
from tests.storage.samples import MINUTE, NOW, all_at_once, with_case

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    with open_database(url, NOW) as database:
        yield database


@pytest.fixture
def number(database: Database) -> int:
    return with_case(database)


def an_order(number: int, key: str, system: str = "ebh") -> Order:
    somebody = Addressee("installer", "office@example.test", "Bright Roofs", "to", "Because.", ("R-003",))
    draft = Draft(
        f"HC-{number}",
        system,
        "open_ticket",
        key,
        "ho_ticket",
        "Subject",
        "Text",
        {"Summary": "é"},
        (somebody,),
    )
    return Order(f"HC-{number}/{key}", number, draft, "U0ADA00001", NOW)


def put(database: Database, *orders: Order) -> None:
    with database.write() as work:
        for order in orders:
            assert work.orders.put(order, NOW)


def claim(database: Database, system: str = "ebh", holder: str = "me", at=NOW) -> Task | None:
    with database.write() as work:
        return work.orders.claim(system, holder, at, at + 2 * MINUTE)


def test_an_order_comes_back_as_it_was_put(database: Database, number: int) -> None:
    put(database, an_order(number, "a"))
    with database.read() as work:
        (kept,) = work.orders.of(number)
    assert (kept.draft, kept.key, kept.by, kept.state) == (
        an_order(number, "a").draft,
        f"HC-{number}/a",
        "U0ADA00001",
        "waiting",
    )


def test_the_same_order_is_one(database: Database, number: int) -> None:
    put(database, an_order(number, "a"))
    with database.write() as work:
        assert not work.orders.put(an_order(number, "a"), LATER)
        assert len(work.orders.of(number)) == 1


def test_within_a_case_and_system_one_goes_after_the_other(database: Database, number: int) -> None:
    put(database, an_order(number, "a"), an_order(number, "b"), an_order(number, "mail", "email"))
    first = claim(database)
    assert first is not None
    assert first.order.draft.step == "a"
    assert claim(database) is None
    other = claim(database, "email")
    assert other is not None
    assert other.order.draft.step == "mail"
    with database.write() as work:
        work.orders.bury(first, "There is no field Queue.", NOW)
    assert claim(database) is None, "what comes later may need what could not be made"
    with database.write() as work:
        assert work.orders.drop(first.order.id, "U0LEA00004", NOW)
    second = claim(database)
    assert second is not None
    assert second.order.draft.step == "b"


def test_who_took_it_alone_may_settle_it(database: Database, number: int) -> None:
    put(database, an_order(number, "a"))
    mine = claim(database)
    theirs = claim(database, holder="another", at=LATER)
    assert mine is not None
    assert theirs is not None
    assert (mine.seek, theirs.seek, theirs.attempt) == (False, True, 2)
    with database.write() as work:
        assert not work.orders.settle(mine, Receipt("EBH-1"), LATER)
        assert work.orders.settle(theirs, Receipt("EBH-2", fields={"Summary": "é"}), LATER)
    with database.read() as work:
        (done,) = work.orders.receipts(number)
    assert (done[0].state, done[1]) == ("done", Receipt("EBH-2", fields={"Summary": "é"}))


def test_what_is_put_off_waits_and_may_hold_its_whole_system(database: Database, number: int) -> None:
    other = with_case(database)
    put(database, an_order(number, "a"), an_order(other, "a"), an_order(number, "mail", "email"))
    task = claim(database)
    assert task is not None
    with database.write() as work:
        work.orders.put_off(task, LATER, "Jira asks to wait.", holds=True)
    assert claim(database) is None
    assert claim(database, "email") is not None
    with database.read() as work:
        assert work.orders.next_try("ebh") == LATER
        assert work.orders.of(number)[0].said == "Jira asks to wait."
    assert claim(database, at=LATER) is not None


def test_a_try_that_left_nothing_is_not_looked_for(database: Database, number: int) -> None:
    put(database, an_order(number, "a"))
    traces = []
    for traceless in (True, False, True):
        task = claim(database)
        assert task is not None
        traces.append(task.trace)
        with database.write() as work:
            work.orders.put_off(task, NOW, "Nobody answers.", traceless=traceless)
    last = claim(database)
    assert last is not None
    assert [*traces, last.trace] == ["none", "none", "perhaps", "perhaps"]


def test_a_dead_one_is_decided_about_once(database: Database, number: int) -> None:
    put(database, an_order(number, "a"))
    task = claim(database)
    assert task is not None
    with database.write() as work:
        assert work.orders.drop(task.order.id, "U0LEA00004", NOW) is None, "it is being carried out"
        work.orders.bury(task, "No.", NOW)
        assert [each.said for each in work.orders.dead(0, 10)] == ["No."]
    with database.write() as work:
        assert work.orders.send_again(task.order.id) is not None
        assert work.orders.send_again(task.order.id) is None
        assert work.orders.dead(0, 10) == ()
    again = claim(database)
    assert again is not None
    assert again.seek, "an earlier try may have got through"
    assert again.trace == "looked"
    taken_over = claim(database, holder="another", at=LATER)
    assert taken_over is not None
    assert taken_over.trace == "perhaps", "nobody has looked since the last try"


def test_a_new_process_on_its_own_file_takes_up_what_the_last_one_held(sqlite: Databases) -> None:
    url = sqlite.new()
    with open_database(url, NOW) as database:
        put(database, an_order(with_case(database), "a"))
        assert claim(database, at=NOW) is not None
    with open_database(url, NOW) as database:
        task = claim(database, at=NOW)
        assert task is not None
        assert task.seek
    sqlite.drop(url)


def test_of_many_that_ask_at_once_each_gets_its_own(postgresql: Databases) -> None:
    url = postgresql.new()
    with open_database(url, NOW) as database:
        put(database, *(an_order(with_case(database), "a") for _ in range(4)))
        taken: list[int] = []

        def take() -> None:
            task = claim(database, holder=str(len(taken)))
            if task is not None:
                taken.append(task.order.id)

        all_at_once([take] * 4)
        assert len(taken) == len(set(taken))
        while (task := claim(database)) is not None:
            taken.append(task.order.id)
        assert len(set(taken)) == 4
    postgresql.drop(url)
