"""How a group's posts go out, and when an address was asked because a shared copy came back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from archive.types import UtcTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both columns; every group goes on giving each member an own copy."""
    with op.batch_alter_table("group_settings") as settings:
        settings.add_column(
            sa.Column("delivery_style", sa.String(8), nullable=False, server_default="personal")
        )
    with op.batch_alter_table("bounce_standings") as standings:
        standings.add_column(sa.Column("asked_at", UtcTime, nullable=True))


def downgrade() -> None:
    """Forget them."""
    with op.batch_alter_table("group_settings") as settings:
        settings.drop_column("delivery_style")
    with op.batch_alter_table("bounce_standings") as standings:
        standings.drop_column("asked_at")
