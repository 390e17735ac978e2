"""No index of mails by digest: nothing ever looked one up, and every mail wrote a page of it."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop it."""
    with op.batch_alter_table("mails") as batch_op:
        batch_op.drop_index("ix_mails_digest")


def downgrade() -> None:
    """Make it again."""
    with op.batch_alter_table("mails") as batch_op:
        batch_op.create_index("ix_mails_digest", ["digest"], unique=False)
