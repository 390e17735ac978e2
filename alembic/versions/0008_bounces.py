"""Reports about our mail, one row each, and where each membership stands with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from archive.types import BigId, UtcTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; what was counted before without a reason stays a number of the membership."""
    op.create_table(
        "bounces",
        sa.Column("id", BigId, primary_key=True),
        sa.Column(
            "membership_id",
            BigId,
            sa.ForeignKey("memberships.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("group_id", BigId, nullable=False),
        sa.Column("at", UtcTime, nullable=False),
        sa.Column("cause", sa.String(12), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("diagnostic", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("domain", sa.Text, nullable=False),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("excused", sa.Boolean, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_bounces_membership", "bounces", ["membership_id", "at"])
    op.create_index("ix_bounces_group", "bounces", ["group_id", "at"])
    op.create_index("ix_bounces_domain", "bounces", ["domain", "at"])
    op.create_table(
        "bounce_standings",
        sa.Column(
            "membership_id",
            BigId,
            sa.ForeignKey("memberships.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("probed_at", UtcTime, nullable=True),
        sa.Column("suspended_at", UtcTime, nullable=True),
        sa.Column("cause", sa.String(12), nullable=False, server_default=""),
        sa.Column("told_at", UtcTime, nullable=True),
        sa.Column("cleared_at", UtcTime, nullable=True),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("bounce_standings")
    op.drop_table("bounces")
