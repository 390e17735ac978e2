"""What a group does with spam, files, floods, remote images, and what stands below its posts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_NEW = (
    ("spam", sa.String(8), "hold"),
    ("attachments", sa.Text, "standard"),
    ("member_hourly", sa.Integer, "30"),
    ("group_hourly", sa.Integer, "300"),
    ("remote_images", sa.String(3), "on"),
    ("footer", sa.Text, ""),
)


def upgrade() -> None:
    """Add the columns; what a group did not do before it does with the defaults now."""
    with op.batch_alter_table("group_settings") as settings:
        for name, kind, default in _NEW:
            settings.add_column(sa.Column(name, kind, nullable=False, server_default=default))


def downgrade() -> None:
    """Forget them."""
    with op.batch_alter_table("group_settings") as settings:
        for name, _, _ in _NEW:
            settings.drop_column(name)
