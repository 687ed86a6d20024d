"""Systems of record: what they are to do, and the tickets and cases that are there.

Revision 0005, after 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant, Words

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WAITING = sa.text("state = 'waiting'")
DEAD = sa.text("state = 'dead'")
TO_READ = sa.text("NOT closed")


def upgrade() -> None:
    _orders()
    _records()


def _orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("case_number", sa.Integer(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.Column("placed_by", sa.String(), nullable=False),
        sa.Column("placed_at", Instant(), nullable=False),
        sa.Column("override", Words(), nullable=False),
        sa.Column("override_by", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("trace", sa.String(), nullable=False),
        sa.Column("not_before", Instant(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("said", Words(), nullable=False),
        sa.Column("receipt", sa.JSON(), nullable=True),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("dropped_by", sa.String(), nullable=True),
        sa.Column("dropped_at", Instant(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'done', 'dead', 'dropped')", name=op.f("ck_orders_state")),
        sa.CheckConstraint("trace IN ('none', 'perhaps', 'looked')", name=op.f("ck_orders_trace")),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f("fk_orders_case_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        sa.UniqueConstraint("key", name=op.f("uq_orders_key")),
    )
    op.create_index(op.f("ix_orders_case_number_id"), "orders", ["case_number", "id"])
    for name, columns, which in (("open_system_id", ["system", "id"], WAITING), ("dead_id", ["id"], DEAD)):
        op.create_index(f"ix_orders_{name}", "orders", columns, sqlite_where=which, postgresql_where=which)


def _records() -> None:
    op.create_table(
        "records",
        sa.Column("case_number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("system", sa.String(), nullable=False),
        sa.Column("reference", Words(), nullable=False),
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("own_id", sa.String(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("status", Words(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("read_at", Instant(), nullable=True),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f("fk_records_case_number")),
        sa.PrimaryKeyConstraint("case_number", "kind", name=op.f("pk_records")),
    )
    op.create_index(
        "ix_records_to_read_system_read_at",
        "records",
        ["system", "read_at"],
        sqlite_where=TO_READ,
        postgresql_where=TO_READ,
    )
