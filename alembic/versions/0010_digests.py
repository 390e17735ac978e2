"""Digests in two forms: which one a member wants; and from what size on a group's attachments are links."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both columns: plain digests for everybody, and no attachment is a link."""
    with op.batch_alter_table("memberships") as memberships:
        memberships.add_column(
            sa.Column("mime_digest", sa.Boolean, nullable=False, server_default="0")
        )
    with op.batch_alter_table("group_settings") as settings:
        settings.add_column(
            sa.Column("links_above", sa.Integer, nullable=False, server_default="0")
        )


def downgrade() -> None:
    """Take them away; who wanted all posts of a week in one mail gets the summary of the week."""
    op.execute("UPDATE memberships SET delivery = 'weekly' WHERE delivery = 'weekly-full'")
    with op.batch_alter_table("group_settings") as settings:
        settings.drop_column("links_above")
    with op.batch_alter_table("memberships") as memberships:
        memberships.drop_column("mime_digest")
