"""Light copies: a second mail of a fan-out, and an index that holds only members who want them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from archive.types import BigId

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column and the index; what waits to be sent goes out as it was queued."""
    with op.batch_alter_table("fanouts") as fanouts:
        fanouts.add_column(sa.Column("light_mail_id", BigId, nullable=True))
    op.create_index(
        "ix_memberships_light",
        "memberships",
        ["group_id"],
        sqlite_where=sa.text("light IS 1"),
        postgresql_where=sa.text("light IS true"),
    )


def downgrade() -> None:
    """Take them away: everybody gets whole copies again."""
    op.drop_index("ix_memberships_light", "memberships")
    with op.batch_alter_table("fanouts") as fanouts:
        fanouts.drop_column("light_mail_id")
