"""Refusals of the smarthost wait in the database until they are counted, and reports know how many mails
arrived since the one before: many for those that are there already, so that they fade as they did.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from archive.types import BigId

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the column."""
    op.create_table(
        "refusals",
        sa.Column("delivery_id", BigId, autoincrement=False, nullable=False),
        sa.Column("membership_id", BigId, nullable=True),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("envelope_from", sa.Text, nullable=False),
        sa.Column("reply", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("delivery_id", name="pk_refusals"),
    )
    op.add_column(
        "bounces", sa.Column("arrived", sa.Integer, nullable=False, server_default="1000")
    )


def downgrade() -> None:
    """Take them away: what waits to be counted is lost, and points fade by time alone."""
    op.drop_column("bounces", "arrived")
    op.drop_table("refusals")
