"""Groups run by mail: pauses, light mail, posting rights, mutes, invitations, a group's life."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from archive.types import BigId, UtcTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _new() -> dict[str, tuple[sa.Column[object], ...]]:
    return {
        "group_settings": (
            sa.Column("state", sa.String(12), nullable=False, server_default="open"),
            sa.Column("first_posts", sa.Integer, nullable=False, server_default="0"),
            sa.Column("who_sees", sa.String(12), nullable=False, server_default="coordinators"),
            sa.Column("welcome", sa.Text, nullable=False, server_default=""),
            sa.Column("hold_days", sa.Integer, nullable=False, server_default="14"),
        ),
        "persons": (sa.Column("language_chosen", sa.Boolean, nullable=False, server_default="0"),),
        "memberships": (
            sa.Column("light", sa.Boolean, nullable=False, server_default="0"),
            sa.Column("paused_until", UtcTime, nullable=True),
            sa.Column("posting", sa.String(12), nullable=False, server_default="default"),
            sa.Column("published", sa.Integer, nullable=False, server_default="0"),
            sa.Column("receipts", sa.Boolean, nullable=False, server_default="0"),
            sa.Column("morning", sa.String(8), nullable=False, server_default="daily"),
        ),
        "holds": (
            sa.Column("because", sa.Text, nullable=False, server_default=""),
            sa.Column("reminded_at", UtcTime, nullable=True),
        ),
    }


def upgrade() -> None:
    """Add columns and tables; members from before count as known, so that none of their posts is
    held as a first one."""
    for table, columns in _new().items():
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                batch_op.add_column(column)
    op.execute("UPDATE memberships SET published = 1000")
    op.create_table(
        "group_names",
        sa.Column("name", sa.String(24), nullable=False),
        sa.Column("group_id", BigId, nullable=False),
        sa.Column("until", UtcTime, nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], op.f("fk_group_names_group_id_groups"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_group_names")),
    )
    op.create_index("ix_group_names_group", "group_names", ["group_id"])
    _mutes()
    _invitations()


def _mutes() -> None:
    op.create_table(
        "mutes",
        sa.Column("membership_id", BigId, nullable=False),
        sa.Column("thread_id", BigId, nullable=False),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["memberships.id"],
            op.f("fk_mutes_membership_id_memberships"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["threads.id"], op.f("fk_mutes_thread_id_threads"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("membership_id", "thread_id", name=op.f("pk_mutes")),
    )
    op.create_index("ix_mutes_thread", "mutes", ["thread_id"])


def _invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", BigId, nullable=False),
        sa.Column("group_id", BigId, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("delivery", sa.String(12), nullable=False, server_default="each"),
        sa.Column("invited_by", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False, server_default=""),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("invited_at", UtcTime, nullable=False),
        sa.Column("resent_at", UtcTime, nullable=True),
        sa.Column("expires_at", UtcTime, nullable=False),
        sa.Column("done_at", UtcTime, nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], op.f("fk_invitations_group_id_groups"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_invitations_address", "invitations", ["group_id", "address"])
    op.create_index("ix_invitations_state", "invitations", ["state", "expires_at"])


def downgrade() -> None:
    """Take them away."""
    for table in ("invitations", "mutes", "group_names"):
        op.drop_table(table)
    for table, columns in _new().items():
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                batch_op.drop_column(column.name)
