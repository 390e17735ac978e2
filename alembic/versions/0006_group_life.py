"""A group's life: since when it takes no posts, its name in List-Id, groups that are given up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from archive.types import BigId, UtcTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the table."""
    with op.batch_alter_table("groups") as groups:
        groups.add_column(sa.Column("closed_at", UtcTime, nullable=True))
    with op.batch_alter_table("group_settings") as settings:
        settings.add_column(
            sa.Column("listed_as", sa.String(24), nullable=False, server_default="")
        )
    op.create_table(
        "endings",
        sa.Column("group_id", BigId, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("asked_at", UtcTime, nullable=False),
        sa.Column("due_at", UtcTime, nullable=False),
        sa.Column("archive_too", sa.Boolean, nullable=False),
        sa.Column("ended_at", UtcTime, nullable=True),
        sa.Column("erased_at", UtcTime, nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], op.f("fk_endings_group_id_groups"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_endings")),
    )
    op.create_index("ix_endings_due", "endings", ["ended_at", "due_at"])


def downgrade() -> None:
    """Forget them; a group that was closed takes posts again."""
    op.drop_table("endings")
    with op.batch_alter_table("group_settings") as settings:
        settings.drop_column("listed_as")
    with op.batch_alter_table("groups") as groups:
        groups.drop_column("closed_at")
