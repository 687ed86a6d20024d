"""What is to be done in systems of record. An order is claimed by a lease, as a letter of the outbox is.

Lease times (`now` of `claim`, `settle` and `bury`, `lease_until`, `until`) are the machine's clock; `put`,
`drop` and what an order says of itself are the desk's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, func, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from bot.systems import Addressee, Draft, Order, Orders, Receipt, Task, Trace
from storage.homes import tell
from storage.inserting import insert_new
from storage.locking import locked
from storage.outbox import AT_ONCE, DELIVERERS
from storage.pacing import LONGEST_WAIT
from storage.tables import CaseRow, OrderRow, RestoreRow


@dataclass(frozen=True, slots=True)
class OrderStore(Orders):
    """Orders in one transaction."""

    session: Session

    def put(self, order: Order, now: datetime) -> bool:
        # A desk that went on beside the copy may have carried out the same order, unknown to the copy.
        restored = exists(select(col(RestoreRow.at)).where(col(RestoreRow.at) >= col(CaseRow.opened_at)))
        of_old = select(restored).where(col(CaseRow.number) == order.case_number)
        perhaps = bool(self.session.execute(of_old).scalar_one_or_none())
        return insert_new(self.session, OrderRow, _values(order, now, "perhaps" if perhaps else "none"))

    def of(self, case_number: int) -> Sequence[Order]:
        query = select_rows(OrderRow).where(OrderRow.case_number == case_number).order_by(col(OrderRow.id))
        return tuple(map(_order, self.session.exec(query)))

    def get(self, order_id: int) -> Order | None:
        row = self.session.get(OrderRow, order_id)
        return None if row is None else _order(row)

    def claim(self, system: str, holder: str, now: datetime, lease_until: datetime) -> Task | None:
        earlier: Any = aliased(OrderRow)
        # Also behind a dead one: what comes later may need the record that it was to make.
        behind = exists().where(
            earlier.case_number == OrderRow.case_number,
            earlier.system == OrderRow.system,
            earlier.state.in_(("waiting", "dead")),
            earlier.id < OrderRow.id,
        )
        ready = or_(col(OrderRow.not_before) <= now, col(OrderRow.not_before) > now + LONGEST_WAIT)
        query = (
            select_rows(OrderRow)
            .where(OrderRow.system == system, OrderRow.state == "waiting", ready, ~behind)
            .order_by(col(OrderRow.id))
            .limit(1)
        )
        row = self.session.exec(locked(self.session, query, skip_locked=True)).one_or_none()
        if row is None:
            return None
        trace: Trace = row.trace  # type: ignore[assignment] # the table's constraint holds it
        row.holder, row.not_before, row.attempts, row.trace = holder, lease_until, row.attempts + 1, "perhaps"
        self.session.flush()
        return Task(_order(row), row.attempts, holder, lease_until, trace)

    def settle(self, task: Task, receipt: Receipt, now: datetime) -> bool:
        row = self._held(task)
        if row is None:
            return False
        row.state, row.holder, row.said, row.settled_at = "done", "", "", now
        row.receipt = asdict(receipt)
        self.session.flush()
        return True

    def put_off(
        self, task: Task, until: datetime, said: str, *, holds: bool = False, traceless: bool = False
    ) -> None:
        row = self._held(task)
        if row is None:
            return
        row.holder, row.not_before, row.said = "", until, said
        if traceless:
            row.trace = task.trace
        self.session.flush()
        if holds:
            others = and_(
                col(OrderRow.system) == row.system,
                col(OrderRow.state) == "waiting",
                col(OrderRow.holder) == "",
                col(OrderRow.not_before) < until,
            )
            self.session.execute(update(OrderRow).where(others).values(not_before=until))

    def bury(self, task: Task, said: str, now: datetime) -> None:
        row = self._held(task)
        if row is None:
            return
        row.state, row.holder, row.said, row.settled_at = "dead", "", said, now
        self.session.flush()
        tell(self.session, DELIVERERS)

    def send_again(self, order_id: int) -> Order | None:
        row = self._locked(order_id)
        if row is None or row.state != "dead":
            return None
        row.state, row.not_before, row.settled_at, row.trace = "waiting", AT_ONCE, None, "looked"
        self.session.flush()
        tell(self.session, DELIVERERS)
        return _order(row)

    def drop(self, order_id: int, by: str, now: datetime) -> Order | None:
        row = self._locked(order_id)
        if row is None or row.state not in ("waiting", "dead") or row.holder:
            return None
        row.state, row.dropped_by, row.dropped_at = "dropped", by, now
        self.session.flush()
        tell(self.session, DELIVERERS)
        return _order(row)

    def receipts(self, case_number: int) -> Sequence[tuple[Order, Receipt]]:
        query = select_rows(OrderRow).where(OrderRow.case_number == case_number, OrderRow.state == "done")
        rows = self.session.exec(query.order_by(col(OrderRow.settled_at), col(OrderRow.id)))
        return tuple((_order(row), Receipt(**(row.receipt or {"reference": ""}))) for row in rows)

    def dead(self, skip: int, most: int) -> Sequence[Order]:
        query = select_rows(OrderRow).where(OrderRow.state == "dead").order_by(col(OrderRow.id).desc())
        return tuple(map(_order, self.session.exec(query.offset(skip).limit(most))))

    def dead_count(self) -> int:
        dead = select(func.count()).select_from(OrderRow).where(col(OrderRow.state) == "dead")
        return int(self.session.execute(dead).scalar_one())

    def next_try(self, system: str) -> datetime | None:
        query = select(func.min(col(OrderRow.not_before)))
        found: datetime | None = self.session.execute(
            query.where(col(OrderRow.system) == system, col(OrderRow.state) == "waiting")
        ).scalar_one()
        return found

    def release_all(self) -> None:
        held = (col(OrderRow.state) == "waiting", col(OrderRow.holder) != "")
        self.session.execute(update(OrderRow).where(*held).values(holder="", not_before=AT_ONCE))

    def _held(self, task: Task) -> OrderRow | None:
        """The row of a task, locked; None when its lease has gone to another holder."""
        row = self._locked(task.order.id)
        ours = row is not None and row.state == "waiting" and row.holder == task.holder
        return row if ours else None

    def _locked(self, order_id: int) -> OrderRow | None:
        query = select_rows(OrderRow).where(OrderRow.id == order_id)
        return self.session.exec(locked(self.session, query)).one_or_none()


def _values(order: Order, now: datetime, trace: Trace) -> dict[str, object]:
    return {
        "key": order.key,
        "case_number": order.case_number,
        "system": order.system,
        "draft": asdict(order.draft),
        "placed_by": order.by,
        "placed_at": now,
        "override": order.override,
        "override_by": order.override_by,
        "state": "waiting",
        "attempts": 0,
        "trace": trace,
        "not_before": AT_ONCE,
        "holder": "",
        "said": "",
    }


def _order(row: OrderRow) -> Order:
    return Order(
        key=row.key,
        case_number=row.case_number,
        draft=_draft(row.draft),
        by=row.placed_by,
        placed_at=row.placed_at,
        override=row.override,
        override_by=row.override_by,
        id=row.id,
        state=row.state,  # type: ignore[arg-type] # the table's constraint holds it
        attempts=row.attempts,
        said=row.said,
        not_before=row.not_before,
    )


def _draft(data: Mapping[str, Any]) -> Draft:
    addressees = tuple(Addressee(**{**each, "cites": tuple(each["cites"])}) for each in data["addressees"])
    return Draft(**{**data, "addressees": addressees, "cites": tuple(data["cites"])})
