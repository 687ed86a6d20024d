"""The first tables.

Revision 0001, the first.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant, Words

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = "The timeline is append-only: add a line that sets right what another says."


def upgrade() -> None:
    _counters()
    _cases()
    _timeline()
    _follow_ups()
    _outbox()
    _intakes()
    _seen()
    _protect_timeline()


def _counters() -> None:
    counters = op.create_table(
        "counters",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )
    op.bulk_insert(counters, [{"name": "case", "value": 1000}, {"name": "outbox", "value": 0}])


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("opened_by", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("path", sa.String(), nullable=True),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("program", sa.String(), nullable=False),
        sa.Column("homeowner_name", Words(), nullable=False),
        sa.Column("homeowner_address", Words(), nullable=False),
        sa.Column("installer_name", Words(), nullable=False),
        sa.Column("playbook", sa.String(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("other_numbers", sa.JSON(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_cases")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_cases_version")),
    )
    op.create_index(op.f("ix_cases_owner_state"), "cases", ["owner", "state"])


def _timeline() -> None:
    op.create_table(
        "timeline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_number", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("text", Words(), nullable=False),
        sa.Column("cites", sa.JSON(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timeline")),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f("fk_timeline_case_number")),
    )
    op.create_index(op.f("ix_timeline_case_number"), "timeline", ["case_number"])


def _follow_ups() -> None:
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_number", sa.Integer(), nullable=False),
        sa.Column("timer_id", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("why", Words(), nullable=False),
        sa.Column("cites", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rung_at", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f("fk_follow_ups_case_number")),
        sa.UniqueConstraint("case_number", "timer_id", name=op.f("uq_follow_ups_case_number_timer_id")),
        sa.CheckConstraint("state IN ('open', 'rung', 'cancelled')", name=op.f("ck_follow_ups_state")),
    )
    still_open = sa.text("state = 'open'")
    op.create_index(
        "ix_follow_ups_open_due_at",
        "follow_ups",
        ["due_at"],
        sqlite_where=still_open,
        postgresql_where=still_open,
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("case_number", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("edits", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("promised_at", Instant(), nullable=False),
        sa.Column("not_before", Instant(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("ts", sa.String(), nullable=True),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column("error", Words(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f("fk_outbox_case_number")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'dead', 'superseded')", name=op.f("ck_outbox_state")
        ),
    )
    op.create_index(op.f("ix_outbox_case_number_kind"), "outbox", ["case_number", "kind"])
    op.create_index(op.f("ix_outbox_edits"), "outbox", ["edits"])
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "ix_outbox_waiting_not_before",
        "outbox",
        ["not_before"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )


def _intakes() -> None:
    op.create_table(
        "intakes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("case_number", sa.Integer(), nullable=True),
        sa.Column("typed", sa.JSON(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intakes")),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f("fk_intakes_case_number")),
    )
    op.create_index(op.f("ix_intakes_agent"), "intakes", ["agent"])


def _seen() -> None:
    op.create_table(
        "seen",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_seen")),
    )


def _protect_timeline() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_timeline_change() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{APPEND_ONLY}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER timeline_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON timeline "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_timeline_change()"
        )
        return
    for name, change in (
        ("update", "UPDATE ON timeline"),
        ("delete", "DELETE ON timeline"),
        # REPLACE deletes without waking the trigger of DELETE.
        ("replace", "INSERT ON timeline WHEN EXISTS (SELECT 1 FROM timeline WHERE id = NEW.id)"),
    ):
        op.execute(
            f"CREATE TRIGGER timeline_refuses_{name} BEFORE {change} "
            f"BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}'); END"
        )
