"""The tables. Their rows never leave this folder: the stores turn them into the frozen values of `bot.ports`.

Two clocks write here. Where a column says nothing, it holds the desk's clock, which says what is due and
which a sandbox may move. Columns marked "machine's clock" hold the system's, which only leases need.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, CheckConstraint, Index, MetaData, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.columns import Instant, Words

CASE_NUMBER = "case"
OUTBOX_TURN = "outbox"
DIRECTORY_ID = "directory"
HOMEOWNER_SEARCH, INSTALLER_SEARCH, CASE_SEARCH = "homeowner_search", "installer_search", "case_search"
"""The full-text tables (`storage.search`); the migrations make them, and no row class stands for them."""

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


STALE_HOME = text("wanted > drawn")


class Table(SQLModel):
    """What every table has in common: one metadata, apart from any other in the process."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)


class CounterRow(Table, table=True):
    """What is handed out one by one. Its row lock makes writers take turns, also on PostgreSQL.

    `case` holds the last case number that was given, `directory` the last id of a homeowner or installer;
    `outbox` is only locked, while letters are claimed. `homeowners loaded` and `installers loaded` are the
    days of the last import, counted from the first of January of the year 1.
    """

    __tablename__ = "counters"

    name: str = Field(primary_key=True)
    value: int


LISTED_BY = (
    ("acts_at", "number"),
    ("owner", "acts_at"),
    ("owner", "team"),
    ("state", "acts_at"),
    ("program", "acts_at"),
    ("category", "acts_at"),
    ("installer_name", "acts_at"),
    ("sensitive", "acts_at"),
)
"""By what open cases are listed; an index over each, in which the closed ones do not stand."""


def _still_open(table: str, key: str) -> Iterator[Index]:
    """The open rows in the order in which they wake, and those of them that rest after an attempt failed."""
    for name, columns, which in (
        ("open", ("wake_at", key), "state = 'open'"),
        ("resting", ("wake_at",), "state = 'open' AND tries > 0"),
    ):
        where = text(which)
        yield Index(f"ix_{table}_{name}_wake_at", *columns, sqlite_where=where, postgresql_where=where)


def _open_cases(*columns: str) -> Index:
    is_open = text("acts_at IS NOT NULL")
    name = "_".join(("ix_cases_open", *columns))
    return Index(name, *columns, sqlite_where=is_open, postgresql_where=is_open)


class CaseRow(Table, table=True):
    """A case: `content` is the truth, in the rules core's JSON; the other columns repeat it for searching.

    `acts_at` is since when, or from when, a person has to act (`bot.due`): null for a closed case alone.
    `queued_since` puts those that wait to be taken in their order: null for any other. `sensitive` are those
    that the leads look after (D-14), or were asked to.
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index(None, "owner", "state"),
        Index(None, "team", "owner", "state"),
        Index(None, "state", "due_at"),
        Index(None, "homeowner_key", "state"),
        Index(None, "phone_key", "state"),
        Index(None, "installer_key", "opened_at"),
        Index(None, "opened_at"),
        Index(None, "closed_at"),
        *(_open_cases(*columns) for columns in LISTED_BY),
        Index(
            "ix_cases_queued_team",
            "team",
            "queued_since",
            "number",
            sqlite_where=text("queued_since IS NOT NULL"),
            postgresql_where=text("queued_since IS NOT NULL"),
        ),
        CheckConstraint("version >= 1", name="version"),
    )

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    version: int
    owner: str
    opened_by: str
    state: str
    path: str | None
    category: str | None
    program: str
    homeowner_name: str = Field(sa_type=Words)
    homeowner_address: str = Field(sa_type=Words)
    installer_name: str = Field(sa_type=Words)
    homeowner_key: str = Field(sa_type=Words)
    phone_key: str
    installer_key: str = Field(sa_type=Words)
    playbook: str
    opened_at: datetime = Field(sa_type=Instant)
    updated_at: datetime = Field(sa_type=Instant)
    closed_at: datetime | None = Field(sa_type=Instant)
    other_numbers: dict[str, str] = Field(sa_type=JSON)
    team: str
    linked: list[int] = Field(sa_type=JSON)
    due_at: datetime | None = Field(sa_type=Instant)
    acts_at: datetime | None = Field(sa_type=Instant)
    queued_since: datetime | None = Field(sa_type=Instant)
    sensitive: bool
    content: dict[str, Any] = Field(sa_type=JSON)


class TimelineRow(Table, table=True):
    """A line of a case's timeline. Triggers refuse to change or remove one."""

    __tablename__ = "timeline"
    __table_args__ = (
        Index(
            "ix_timeline_escalated_case_number",
            "case_number",
            sqlite_where=text("event = 'escalated'"),
            postgresql_where=text("event = 'escalated'"),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    case_number: int = Field(foreign_key="cases.number", index=True)
    at: datetime = Field(sa_type=Instant)
    by: str
    event: str
    text: str = Field(sa_type=Words)
    cites: list[str] = Field(sa_type=JSON)
    data: dict[str, Any] = Field(sa_type=JSON)


class FollowUpRow(Table, table=True):
    """An appointment: `open` until it is taken as `rung`, or `cancelled` because it is no longer owed.

    The clock looks at `wake_at`: it is `due_at`, or later where `tries` attempts failed.
    """

    __tablename__ = "follow_ups"
    __table_args__ = (
        UniqueConstraint("case_number", "timer_id"),
        CheckConstraint("state IN ('open', 'rung', 'cancelled')", name="state"),
        *_still_open("follow_ups", "id"),
    )

    id: int = Field(default=None, primary_key=True)
    case_number: int = Field(foreign_key="cases.number")
    timer_id: str
    step: str
    kind: str
    due_at: datetime = Field(sa_type=Instant)
    why: str = Field(sa_type=Words)
    cites: list[str] = Field(sa_type=JSON)
    state: str
    rung_at: datetime | None = Field(default=None, sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)
    updated_at: datetime = Field(sa_type=Instant)
    wake_at: datetime = Field(sa_type=Instant)
    tries: int = 0


class ErrandRow(Table, table=True):
    """Something the desk itself has to do at a time; its key is unique for ever. `wake_at` as above."""

    __tablename__ = "errands"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'run', 'cancelled')", name="state"),
        *_still_open("errands", "key"),
        Index(
            "ix_errands_open_case_number",
            "case_number",
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    key: str = Field(primary_key=True)
    kind: str
    case_number: int | None = Field(foreign_key="cases.number")
    person: str
    data: dict[str, str] = Field(sa_type=JSON)
    due_at: datetime = Field(sa_type=Instant)
    state: str
    created_at: datetime = Field(sa_type=Instant)
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
    wake_at: datetime = Field(sa_type=Instant)
    tries: int = 0


class OutboxRow(Table, table=True):
    """A letter: `waiting` until it is `sent`, `dead` when it was given up, `superseded` when not needed.

    A person may let a dead one wait again, or have it `dropped`: by whom and when is kept. One that went
    stale beside others to the same person is `merged` into the letter whose key `merged_into` holds.
    `urgency` counts from 0, the most urgent; `due_at` is when it should have been said.

    While `holder` is set and `not_before` lies ahead, that holder is sending it. `not_before` and
    `settled_at` hold the machine's clock; a letter that was just put has a `not_before` in 1970.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting', 'sent', 'dead', 'superseded', 'dropped', 'merged')", name="state"
        ),
        Index(None, "case_number", "kind"),
        Index(None, "edits"),
        Index(None, "channel", "ts"),
        Index(
            "ix_outbox_dead_id",
            "id",
            sqlite_where=text("state = 'dead'"),
            postgresql_where=text("state = 'dead'"),
        ),
        Index(
            "ix_outbox_waiting_urgency_id",
            "urgency",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_outbox_waiting_recipient",
            "recipient",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_outbox_merged_into",
            "merged_into",
            sqlite_where=text("state = 'merged'"),
            postgresql_where=text("state = 'merged'"),
        ),
        Index(
            "ix_outbox_waiting_not_before",
            "not_before",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    kind: str
    case_number: int | None = Field(foreign_key="cases.number")
    recipient: str
    edits: str
    thread: str
    data: dict[str, str] = Field(sa_type=JSON)
    state: str
    attempts: int
    promised_at: datetime = Field(sa_type=Instant)
    not_before: datetime = Field(sa_type=Instant)
    holder: str
    channel: str | None = None
    ts: str | None = None
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
    error: str = Field(default="", sa_type=Words)
    dropped_by: str | None = None
    dropped_at: datetime | None = Field(default=None, sa_type=Instant)
    urgency: int = 1
    due_at: datetime = Field(sa_type=Instant)
    merged_into: str = ""


class OrderRow(Table, table=True):
    """What a system of record is to do: `waiting` until it is `done`, `dead` when given up, or `dropped`.

    While `holder` is set and `not_before` lies ahead, that holder is carrying it out. `not_before` and
    `settled_at` hold the machine's clock; an order that was just put has a `not_before` in 1970.
    """

    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'done', 'dead', 'dropped')", name="state"),
        CheckConstraint("trace IN ('none', 'perhaps', 'looked')", name="trace"),
        Index(None, "case_number", "id"),
        Index(
            "ix_orders_open_system_id",
            "system",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_orders_dead_id",
            "id",
            sqlite_where=text("state = 'dead'"),
            postgresql_where=text("state = 'dead'"),
        ),
    )

    id: int = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    case_number: int = Field(foreign_key="cases.number")
    system: str
    draft: dict[str, Any] = Field(sa_type=JSON)
    placed_by: str
    placed_at: datetime = Field(sa_type=Instant)
    override: str = Field(sa_type=Words)
    override_by: str
    state: str
    attempts: int
    trace: str
    not_before: datetime = Field(sa_type=Instant)
    holder: str
    said: str = Field(sa_type=Words)
    receipt: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
    dropped_by: str | None = None
    dropped_at: datetime | None = Field(default=None, sa_type=Instant)


class RecordRow(Table, table=True):
    """A ticket or case in another system. `kind` is what it is for: `ho_ticket`, `installer_ticket`, `case`.

    `fields` are those that were last written there; `status` is the system's word, as it was read at
    `read_at`.
    """

    __tablename__ = "records"
    __table_args__ = (
        Index(
            "ix_records_to_read_system_read_at",
            "system",
            "read_at",
            sqlite_where=text("NOT closed"),
            postgresql_where=text("NOT closed"),
        ),
    )

    case_number: int = Field(foreign_key="cases.number", primary_key=True)
    kind: str = Field(primary_key=True)
    system: str
    reference: str = Field(sa_type=Words)
    link: str
    own_id: str
    fields: dict[str, str] = Field(sa_type=JSON)
    status: str = Field(sa_type=Words)
    closed: bool
    read_at: datetime | None = Field(sa_type=Instant)
    updated_at: datetime = Field(sa_type=Instant)


class PaceRow(Table, table=True):
    """How far a channel is, or all posts, or all edits (`bot.pace`). The machine's clock, both.

    `paid_until` is what was said so far paid for; until `taken_until` somebody speaks there, or it is held.
    """

    __tablename__ = "paces"

    name: str = Field(primary_key=True)
    paid_until: datetime = Field(sa_type=Instant)
    taken_until: datetime = Field(sa_type=Instant)


class RestoreRow(Table, table=True):
    """A copy was put in the place of this database `at` a moment: it knows what happened until `knows_until`.

    What was posted between the two stands in Slack, and nothing here tells of it.
    """

    __tablename__ = "restores"

    at: datetime = Field(sa_type=Instant, primary_key=True)
    knows_until: datetime = Field(sa_type=Instant)


class RotaChangeRow(Table, table=True):
    """A change of the rota; an undone one stays, `withdrawn`. `people` are as they were known then."""

    __tablename__ = "rota_changes"
    __table_args__ = (
        CheckConstraint("kind IN ('override', 'swap', 'away')", name="kind"),
        CheckConstraint("starts_at < ends_at", name="period"),
    )

    id: int = Field(default=None, primary_key=True)
    kind: str
    starts_at: datetime = Field(sa_type=Instant)
    ends_at: datetime = Field(sa_type=Instant, index=True)
    people: list[dict[str, str]] = Field(sa_type=JSON)
    reason: str = Field(sa_type=Words)
    made_by: str
    made_at: datetime = Field(sa_type=Instant)
    withdrawn_by: str = ""
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)


class TroubleRow(Table, table=True):
    """Something wrong with who is on call, or found by the auditor, until it is `mended`."""

    __tablename__ = "rota_troubles"
    __table_args__ = (CheckConstraint("kind IN ('gap', 'gone', 'roster', 'late', 'stuck')", name="kind"),)

    id: int = Field(default=None, primary_key=True)
    kind: str
    subject: str
    starts_at: datetime | None = Field(sa_type=Instant)
    ends_at: datetime | None = Field(sa_type=Instant)
    found_at: datetime = Field(sa_type=Instant)
    mended_at: datetime | None = Field(default=None, sa_type=Instant, index=True)


class IntakeRow(Table, table=True):
    """A complaint being written down: `open` until it led to a case (`done`) or was `discarded`."""

    __tablename__ = "intakes"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'done', 'discarded')", name="state"),
        Index(None, "agent", "state"),
    )

    id: str = Field(primary_key=True)
    agent: str
    case_number: int | None = Field(foreign_key="cases.number")
    typed: dict[str, Any] = Field(sa_type=JSON)
    state: str
    sheet: dict[str, Any] = Field(sa_type=JSON)
    linked: list[int] = Field(sa_type=JSON)
    given_by: str
    note: str = Field(sa_type=Words)
    started_at: datetime = Field(sa_type=Instant)
    updated_at: datetime = Field(sa_type=Instant)


class SeenRow(Table, table=True):
    """A key of what was handled."""

    __tablename__ = "seen"

    key: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant)


class HomeownerRow(Table, table=True):
    """A homeowner of the imported export. A milestone is a day as YYYY-MM-DD, `not_yet` or not known."""

    __tablename__ = "homeowners"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    account: str | None = Field(sa_type=Words, unique=True)
    place: str = Field(sa_type=Words, index=True)
    name: str = Field(sa_type=Words)
    address: str = Field(sa_type=Words)
    phone: str = Field(sa_type=Words)
    email: str = Field(sa_type=Words)
    best_time: str = Field(sa_type=Words)
    program: str
    product: str
    m1: str
    m2: str
    m3: str
    pto: str
    installer: str = Field(sa_type=Words)
    updated_at: datetime = Field(sa_type=Instant)


class InstallerRow(Table, table=True):
    """An installer of the imported export, with who manages them."""

    __tablename__ = "installers"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    key: str = Field(sa_type=Words, unique=True)
    name: str = Field(sa_type=Words)
    email: str = Field(sa_type=Words)
    phone: str = Field(sa_type=Words)
    manager_name: str = Field(sa_type=Words)
    manager_email: str = Field(sa_type=Words)
    manager_phone: str = Field(sa_type=Words)
    updated_at: datetime = Field(sa_type=Instant)


class PlaybookVersionRow(Table, table=True):
    """A version of the playbooks that a desk was started with: `files` holds all texts by their names."""

    __tablename__ = "playbook_versions"

    hash: str = Field(primary_key=True)
    first_used_at: datetime = Field(sa_type=Instant)
    files: dict[str, str] = Field(sa_type=JSON)


class HomeRow(Table, table=True):
    """One person's Home: what they chose there, and whether it shows what is so (`drawn` = `wanted`).

    `opened_at` is null for who never looked, or left. `sees` names the audiences of the news they belong
    to. `draws` counts how often it was published, `tries` how often in vain; `face` tells what was.
    """

    __tablename__ = "homes"
    __table_args__ = (
        Index("ix_homes_stale", "not_before", sqlite_where=STALE_HOME, postgresql_where=STALE_HOME),
    )

    user: str = Field(primary_key=True)
    opened_at: datetime | None = Field(default=None, sa_type=Instant)
    sees: list[str] = Field(sa_type=JSON)
    choices: dict[str, str] = Field(sa_type=JSON)
    summary: bool
    face: str
    wanted: int
    drawn: int
    draws: int
    tries: int
    not_before: datetime = Field(sa_type=Instant)


class HomeNewsRow(Table, table=True):
    """Something changed that these see, until the Homes concerned are marked."""

    __tablename__ = "home_news"

    id: int = Field(default=None, primary_key=True)
    audience: str
