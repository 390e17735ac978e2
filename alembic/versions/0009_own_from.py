"""From that is ours: a third mail of a fan-out for some domains, and what a held mail's domain asks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from archive.types import BigId

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of mails that are held already nothing is known, as where DNS failed."""
    with op.batch_alter_table("fanouts") as fanouts:
        fanouts.add_column(sa.Column("kept_mail_id", BigId, nullable=True))
        fanouts.add_column(sa.Column("kept_for", sa.Text, nullable=False, server_default=""))
    with op.batch_alter_table("holds") as holds:
        holds.add_column(sa.Column("policy", sa.String(12), nullable=False, server_default=""))
        holds.add_column(sa.Column("signers", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    """Take them away: copies that wait for those domains go out with our From."""
    with op.batch_alter_table("holds") as holds:
        holds.drop_column("signers")
        holds.drop_column("policy")
    with op.batch_alter_table("fanouts") as fanouts:
        fanouts.drop_column("kept_for")
        fanouts.drop_column("kept_mail_id")
