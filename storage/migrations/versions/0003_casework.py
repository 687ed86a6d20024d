"""Casework: teams and links of cases, the desk's own errands, letters that answer in a thread.

Revision 0003, after 0002.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.likeness import company_key, name_key, phone_key
from storage import search_tables
from storage.columns import Instant, Words

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

LIKENESS = ("homeowner_key", "phone_key", "installer_key")
OPEN = sa.text("state = 'open'")
STILL_OPEN = sa.text("acts_at IS NOT NULL")
DEAD = sa.text("state = 'dead'")
WAITING = sa.text("state = 'waiting'")
STALE = sa.text("wanted > drawn")
ESCALATED = sa.text("event = 'escalated'")
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


def upgrade() -> None:
    _cases()
    _outbox()
    _threads()
    _errands()
    _directory()
    _oncall()
    _intake()
    _likeness()
    _home()


def _cases() -> None:
    """Cases of the first versions are in the hands of whoever opened them."""
    with op.batch_alter_table("cases") as cases:
        cases.add_column(sa.Column("team", sa.String(), nullable=False, server_default="front_line"))
        cases.add_column(sa.Column("linked", sa.JSON(), nullable=False, server_default="[]"))
        cases.add_column(sa.Column("due_at", Instant(), nullable=True))
        cases.add_column(sa.Column("acts_at", Instant(), nullable=True))
        cases.add_column(sa.Column("sensitive", sa.Boolean(), nullable=False, server_default=sa.false()))
        cases.create_index(op.f("ix_cases_team_owner_state"), ["team", "owner", "state"])
        cases.create_index(op.f("ix_cases_state_due_at"), ["state", "due_at"])
    with op.batch_alter_table("cases") as cases:
        for name, kind in (("team", sa.String()), ("linked", sa.JSON()), ("sensitive", sa.Boolean())):
            cases.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)
    op.execute(
        "UPDATE cases SET due_at = (SELECT min(due_at) FROM follow_ups"
        " WHERE case_number = cases.number AND state = 'open')"
    )


def _outbox() -> None:
    with op.batch_alter_table("outbox") as outbox:
        outbox.alter_column("case_number", existing_type=sa.Integer(), nullable=True)
        outbox.add_column(sa.Column("thread", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("outbox") as outbox:
        outbox.alter_column("thread", existing_type=sa.String(), existing_nullable=False, server_default=None)


def _threads() -> None:
    """What somebody answers below a post is found by where the post stands."""
    op.create_index(op.f("ix_outbox_channel_ts"), "outbox", ["channel", "ts"])


def _errands() -> None:
    op.create_table(
        "errands",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("case_number", sa.Integer(), nullable=True),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("due_at", Instant(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'run', 'cancelled')", name=op.f("ck_errands_state")),
        sa.ForeignKeyConstraint(["case_number"], ["cases.number"], name=op.f("fk_errands_case_number")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_errands")),
    )
    for name in ("due_at", "case_number"):
        op.create_index(
            f"ix_errands_open_{name}", "errands", [name], sqlite_where=OPEN, postgresql_where=OPEN
        )


def _intake() -> None:
    """Drafts: where each was left, and whose it is."""
    with op.batch_alter_table("intakes") as intakes:
        intakes.drop_index(op.f("ix_intakes_agent"))
        intakes.add_column(sa.Column("state", sa.String(), nullable=False, server_default="open"))
        intakes.add_column(sa.Column("sheet", sa.JSON(), nullable=False, server_default="{}"))
        intakes.add_column(sa.Column("linked", sa.JSON(), nullable=False, server_default="[]"))
        intakes.add_column(sa.Column("given_by", sa.String(), nullable=False, server_default=""))
        intakes.add_column(sa.Column("note", Words(), nullable=False, server_default=""))
        intakes.create_index(op.f("ix_intakes_agent_state"), ["agent", "state"])
        intakes.create_check_constraint(op.f("ck_intakes_state"), "state IN ('open', 'done', 'discarded')")
    op.execute("UPDATE intakes SET state = 'done' WHERE case_number IS NOT NULL")
    kinds: dict[str, sa.types.TypeEngine[Any]] = {
        "state": sa.String(),
        "sheet": sa.JSON(),
        "linked": sa.JSON(),
        "given_by": sa.String(),
    }
    with op.batch_alter_table("intakes") as intakes:
        for name, kind in kinds.items():
            intakes.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)
        intakes.alter_column("note", existing_type=Words(), existing_nullable=False, server_default=None)


def _home() -> None:
    """Home and the digest: lists of open cases, who looks at which Home, and what was dropped.

    Since when somebody has to act on a case of the first versions is known from its next change on; until
    then it is its next appointment, or else when it was last changed.
    """
    with op.batch_alter_table("cases") as cases:
        cases.create_index(op.f("ix_cases_opened_at"), ["opened_at"])
        cases.create_index(op.f("ix_cases_closed_at"), ["closed_at"])
        for columns in LISTED_BY:
            name = "_".join(("ix_cases_open", *columns))
            cases.create_index(name, list(columns), sqlite_where=STILL_OPEN, postgresql_where=STILL_OPEN)
    op.execute("UPDATE cases SET acts_at = coalesce(due_at, updated_at) WHERE state <> 'closed'")
    with op.batch_alter_table("outbox") as outbox:
        outbox.add_column(sa.Column("dropped_by", sa.String(), nullable=True))
        outbox.add_column(sa.Column("dropped_at", Instant(), nullable=True))
        outbox.drop_constraint(op.f("ck_outbox_state"), type_="check")
        outbox.create_check_constraint(
            op.f("ck_outbox_state"), "state IN ('waiting', 'sent', 'dead', 'superseded', 'dropped')"
        )
        outbox.create_index("ix_outbox_dead_id", ["id"], sqlite_where=DEAD, postgresql_where=DEAD)
        outbox.create_index("ix_outbox_waiting_id", ["id"], sqlite_where=WAITING, postgresql_where=WAITING)
    op.create_index(
        "ix_timeline_escalated_case_number",
        "timeline",
        ["case_number"],
        sqlite_where=ESCALATED,
        postgresql_where=ESCALATED,
    )
    op.create_table(
        "homes",
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("opened_at", Instant(), nullable=True),
        sa.Column("sees", sa.JSON(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("summary", sa.Boolean(), nullable=False),
        sa.Column("face", sa.String(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("wanted", "drawn", "draws", "tries")),
        sa.Column("not_before", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("user", name=op.f("pk_homes")),
    )
    op.create_index("ix_homes_stale", "homes", ["not_before"], sqlite_where=STALE, postgresql_where=STALE)
    op.create_table(
        "home_news",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_home_news")),
    )


def _oncall() -> None:
    op.create_table(
        "rota_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.Column("reason", Words(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("withdrawn_by", sa.String(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.CheckConstraint("kind IN ('override', 'swap', 'away')", name=op.f("ck_rota_changes_kind")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_rota_changes_period")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rota_changes")),
    )
    op.create_index(op.f("ix_rota_changes_ends_at"), "rota_changes", ["ends_at"])
    op.create_table(
        "rota_troubles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("starts_at", Instant(), nullable=True),
        sa.Column("ends_at", Instant(), nullable=True),
        sa.Column("found_at", Instant(), nullable=False),
        sa.Column("mended_at", Instant(), nullable=True),
        sa.CheckConstraint("kind IN ('gap', 'gone', 'roster')", name=op.f("ck_rota_troubles_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rota_troubles")),
    )
    op.create_index(op.f("ix_rota_troubles_mended_at"), "rota_troubles", ["mended_at"])


def _directory() -> None:
    """The homeowners and installers of the imported exports; full-text search, over the cases too."""
    text = ("place", "name", "address", "phone", "email", "best_time", "installer")
    op.create_table(
        "homeowners",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("account", Words(), nullable=True),
        *(sa.Column(name, Words(), nullable=False) for name in text),
        *(sa.Column(n, sa.String(), nullable=False) for n in ("program", "product", "m1", "m2", "m3", "pto")),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_homeowners")),
        sa.UniqueConstraint("account", name=op.f("uq_homeowners_account")),
    )
    op.create_index(op.f("ix_homeowners_place"), "homeowners", ["place"])
    text = ("key", "name", "email", "phone", "manager_name", "manager_email", "manager_phone")
    op.create_table(
        "installers",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        *(sa.Column(name, Words(), nullable=False) for name in text),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installers")),
        sa.UniqueConstraint("key", name=op.f("uq_installers_key")),
    )
    op.execute("INSERT INTO counters (name, value) VALUES ('directory', 0)")
    search_tables.make(op.get_bind())
    search_tables.index_cases(op.get_bind())


def _likeness() -> None:
    """By what two cases are known to be about the same homeowner or the same installer."""
    kinds: dict[str, sa.types.TypeEngine[Any]] = {name: sa.Text() for name in LIKENESS}
    kinds["phone_key"] = sa.String()
    with op.batch_alter_table("cases") as cases:
        for name, kind in kinds.items():
            cases.add_column(sa.Column(name, kind, nullable=False, server_default=""))
        cases.create_index(op.f("ix_cases_homeowner_key_state"), ["homeowner_key", "state"])
        cases.create_index(op.f("ix_cases_phone_key_state"), ["phone_key", "state"])
        cases.create_index(op.f("ix_cases_installer_key_opened_at"), ["installer_key", "opened_at"])
    known = sa.table("cases", sa.column("content", sa.JSON), *map(sa.column, ("number", *LIKENESS)))
    connection = op.get_bind()
    for number, content in connection.execute(sa.select(known.c.number, known.c.content)).all():
        homeowner, installer = content["facts"]["homeowner"], content["facts"]["installer"]
        keys = (name_key(homeowner["name"]), phone_key(homeowner["phone"]), company_key(installer["name"]))
        row = known.update().where(known.c.number == number)
        connection.execute(row.values(dict(zip(LIKENESS, keys, strict=True))))
    with op.batch_alter_table("cases") as cases:
        for name, kind in kinds.items():
            cases.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("cases") as cases:
        cases.drop_index(op.f("ix_cases_homeowner_key_state"))
        cases.drop_index(op.f("ix_cases_phone_key_state"))
        cases.drop_index(op.f("ix_cases_installer_key_opened_at"))
        for name in LIKENESS:
            cases.drop_column(name)
    search_tables.drop(op.get_bind())
    op.drop_table("installers")
    op.drop_table("homeowners")
    op.execute("DELETE FROM counters WHERE name = 'directory'")
    op.drop_table("rota_troubles")
    op.drop_table("rota_changes")
    _home_undone()
    with op.batch_alter_table("intakes") as intakes:
        intakes.drop_index(op.f("ix_intakes_agent_state"))
        intakes.drop_constraint(op.f("ck_intakes_state"), type_="check")
        for name in ("state", "sheet", "linked", "given_by", "note"):
            intakes.drop_column(name)
        intakes.create_index(op.f("ix_intakes_agent"), ["agent"])
    op.drop_table("errands")
    op.drop_index(op.f("ix_outbox_channel_ts"), "outbox")
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_column("thread")
        outbox.alter_column("case_number", existing_type=sa.Integer(), nullable=False)
    with op.batch_alter_table("cases") as cases:
        cases.drop_index(op.f("ix_cases_team_owner_state"))
        cases.drop_index(op.f("ix_cases_state_due_at"))
        for name in ("team", "linked", "due_at", "sensitive"):
            cases.drop_column(name)


def _home_undone() -> None:
    op.drop_index("ix_timeline_escalated_case_number", "timeline")
    op.drop_table("home_news")
    op.drop_table("homes")
    op.execute("UPDATE outbox SET state = 'superseded' WHERE state = 'dropped'")
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_index("ix_outbox_waiting_id")
        outbox.drop_index("ix_outbox_dead_id")
        outbox.drop_constraint(op.f("ck_outbox_state"), type_="check")
        outbox.create_check_constraint(
            op.f("ck_outbox_state"), "state IN ('waiting', 'sent', 'dead', 'superseded')"
        )
        outbox.drop_column("dropped_by")
        outbox.drop_column("dropped_at")
    with op.batch_alter_table("cases") as cases:
        for columns in LISTED_BY:
            cases.drop_index("_".join(("ix_cases_open", *columns)))
        cases.drop_index(op.f("ix_cases_opened_at"))
        cases.drop_index(op.f("ix_cases_closed_at"))
        cases.drop_column("acts_at")
