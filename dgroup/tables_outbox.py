"""Tables beside the outbox: from what mails to whole groups were made."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from archive.tables import metadata
from archive.types import BigId

# From what a digest or a weekly summary was made, so that it can be made again without a post that
# was taken down (dgroup.recipes).
recipes = Table(
    "recipes",
    metadata,
    Column(
        "outbox_mail_id", BigId, ForeignKey("outbox_mails.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("group_id", BigId, nullable=False),
    Column("recipe", Text, nullable=False),
    Index("ix_recipes_group", "group_id"),
)
