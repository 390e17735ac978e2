"""An index by which letters and summaries, which go to members of any delivery, are expanded in turn."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_memberships_in_turn", "memberships", ["group_id", "state", "id"])


def downgrade() -> None:
    """Take it away: large groups are expanded slowly again."""
    op.drop_index("ix_memberships_in_turn", "memberships")
