"""Delivery: what is urgent goes first, no channel is hurried, what failed rests before it is tried again.

Revision 0004, after 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant
from storage.search_tables import index_at_once

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OPEN = sa.text("state = 'open'")
WAITING = sa.text("state = 'waiting'")
MERGED = sa.text("state = 'merged'")
RESTING = sa.text("state = 'open' AND tries > 0")
QUEUED = sa.text("queued_since IS NOT NULL")
STATES = "state IN ('waiting', 'sent', 'dead', 'superseded', 'dropped', 'merged')"
TROUBLES = "kind IN ('gap', 'gone', 'roster', 'late', 'stuck')"


def upgrade() -> None:
    _outbox()
    _paces()
    _restores()
    _troubles()
    _rests("follow_ups", "id")
    _rests("errands", "key")
    _lists()
    index_at_once(op.get_bind())


def _outbox() -> None:
    """Letters of the first versions are all alike, and due when they were promised."""
    with op.batch_alter_table("outbox") as outbox:
        outbox.add_column(sa.Column("urgency", sa.Integer(), nullable=False, server_default="1"))
        outbox.add_column(sa.Column("due_at", Instant(), nullable=True))
        outbox.add_column(sa.Column("merged_into", sa.String(), nullable=False, server_default=""))
        outbox.drop_constraint(op.f("ck_outbox_state"), type_="check")
        outbox.create_check_constraint(op.f("ck_outbox_state"), STATES)
    op.execute("UPDATE outbox SET due_at = promised_at")
    with op.batch_alter_table("outbox") as outbox:
        outbox.alter_column("due_at", existing_type=Instant(), nullable=False)
        for name, kind in (("urgency", sa.Integer()), ("merged_into", sa.String())):
            outbox.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)
        outbox.drop_index("ix_outbox_waiting_id")
    for index, columns, which in (
        ("waiting_urgency_id", ["urgency", "id"], WAITING),
        ("waiting_recipient", ["recipient"], WAITING),
        ("merged_into", ["merged_into"], MERGED),
    ):
        op.create_index(f"ix_outbox_{index}", "outbox", columns, sqlite_where=which, postgresql_where=which)


def _paces() -> None:
    op.create_table(
        "paces",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("paid_until", Instant(), nullable=False),
        sa.Column("taken_until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_paces")),
    )


def _restores() -> None:
    op.create_table(
        "restores",
        sa.Column("at", Instant(), nullable=False),
        sa.Column("knows_until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("at", name=op.f("pk_restores")),
    )


def _troubles() -> None:
    """The auditor finds what is late, and cases that are stuck."""
    with op.batch_alter_table("rota_troubles") as troubles:
        troubles.drop_constraint(op.f("ck_rota_troubles_kind"), type_="check")
        troubles.create_check_constraint(op.f("ck_rota_troubles_kind"), TROUBLES)


def _rests(table: str, key: str) -> None:
    """The clock looks at `wake_at`, which lies behind `due_at` where an attempt failed."""
    with op.batch_alter_table(table) as rows:
        rows.add_column(sa.Column("wake_at", Instant(), nullable=True))
        rows.add_column(sa.Column("tries", sa.Integer(), nullable=False, server_default="0"))
        rows.drop_index(f"ix_{table}_open_due_at")
    op.execute(f"UPDATE {table} SET wake_at = due_at")  # noqa: S608 - the table's name is ours
    with op.batch_alter_table(table) as rows:
        rows.alter_column("wake_at", existing_type=Instant(), nullable=False)
        rows.alter_column("tries", existing_type=sa.Integer(), existing_nullable=False, server_default=None)
    for name, columns, which in (("open", ["wake_at", key], OPEN), ("resting", ["wake_at"], RESTING)):
        op.create_index(
            f"ix_{table}_{name}_wake_at", table, columns, sqlite_where=which, postgresql_where=which
        )


def _lists() -> None:
    """What the leads look after, and what waits in a queue, each in an order that an index has."""
    op.execute(
        "UPDATE cases SET sensitive = true WHERE NOT sensitive AND acts_at IS NOT NULL"
        " AND number IN (SELECT case_number FROM timeline WHERE event = 'escalated')"
    )
    # A column that SQLite only adds would stand behind the constraints.
    on_sqlite = op.get_context().dialect.name == "sqlite"
    with op.batch_alter_table("cases", recreate="always" if on_sqlite else "never") as cases:
        cases.add_column(sa.Column("queued_since", Instant(), nullable=True))
    op.execute(
        "UPDATE cases SET queued_since = coalesce(due_at, opened_at) WHERE owner = '' AND acts_at IS NOT NULL"
    )
    op.create_index(
        "ix_cases_queued_team",
        "cases",
        ["team", "queued_since", "number"],
        sqlite_where=QUEUED,
        postgresql_where=QUEUED,
    )
