"""What coordinators do to threads: titles, locks, posts put into threads of their choice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from archive.types import BigId

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _new() -> dict[str, tuple[sa.Column[object], ...]]:
    return {
        "threads": (
            sa.Column("title", sa.Text, nullable=False, server_default=""),
            sa.Column("locked", sa.Boolean, nullable=False, server_default="0"),
            sa.Column("split_from", BigId, nullable=True),
        ),
        "posts": (
            sa.Column("section_id", BigId, nullable=True),
            sa.Column("pinned", sa.Boolean, nullable=False, server_default="0"),
        ),
    }


def upgrade() -> None:
    """Add the columns; nothing of what is stored was changed by a coordinator before."""
    for table, columns in _new().items():
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                batch_op.add_column(column)
    op.create_index("ix_threads_split", "threads", ["split_from"])
    op.create_index(
        "ix_threads_locked",
        "threads",
        ["group_id"],
        sqlite_where=sa.text("locked IS 1"),
        postgresql_where=sa.text("locked IS true"),
    )


def downgrade() -> None:
    """Take them away: posts stay where coordinators put them, and why is forgotten."""
    op.drop_index("ix_threads_locked", "threads")
    op.drop_index("ix_threads_split", "threads")
    for table, columns in _new().items():
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                batch_op.drop_column(column.name)
