"""Tables beside the outbox: from what mails to whole groups were made, and posts in other languages."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

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

# Copies of a post that hold words of ours, for readers of other languages than the group's: mail
# `mail_id` goes to them in place of the ordinary one (form '') of `outbox_mail_id`, of the light one or
# of the one that keeps the author's From ('light', 'kept').
spoken_mails = Table(
    "spoken_mails",
    metadata,
    Column(
        "outbox_mail_id", BigId, ForeignKey("outbox_mails.id", ondelete="CASCADE"), primary_key=True
    ),
    Column("language", String(12), primary_key=True),
    Column("form", String(8), primary_key=True),
    Column("mail_id", BigId, ForeignKey("outbox_mails.id", ondelete="CASCADE"), nullable=False),
    Index("ix_spoken_mails_mail", "mail_id"),
)
