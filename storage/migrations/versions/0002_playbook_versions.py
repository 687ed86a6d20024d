"""The versions of the playbooks that a desk was started with.

Revision 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage.columns import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "playbook_versions",
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("first_used_at", Instant(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_playbook_versions")),
    )


def downgrade() -> None:
    op.drop_table("playbook_versions")
