"""From what digests and summaries were made, copies in other languages, what was found out about a mail
that waits for a decision."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from archive.types import BigId

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def _mail() -> sa.ForeignKey:
    return sa.ForeignKey("outbox_mails.id", ondelete="CASCADE")


def upgrade() -> None:
    """Add them: mails that wait already go without a seal, as they did."""
    op.create_table(
        "recipes",
        sa.Column("outbox_mail_id", BigId, _mail(), primary_key=True),
        sa.Column("group_id", BigId, nullable=False),
        sa.Column("recipe", sa.Text, nullable=False),
    )
    op.create_index("ix_recipes_group", "recipes", ["group_id"])
    op.create_table(
        "spoken_mails",
        sa.Column("outbox_mail_id", BigId, _mail(), primary_key=True),
        sa.Column("language", sa.String(12), primary_key=True),
        sa.Column("form", sa.String(8), primary_key=True),
        sa.Column("mail_id", BigId, _mail(), nullable=False),
    )
    op.create_index("ix_spoken_mails_mail", "spoken_mails", ["mail_id"])
    with op.batch_alter_table("holds") as holds:
        holds.add_column(sa.Column("results", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    """Take them away."""
    with op.batch_alter_table("holds") as holds:
        holds.drop_column("results")
    op.drop_table("spoken_mails")
    op.drop_table("recipes")
