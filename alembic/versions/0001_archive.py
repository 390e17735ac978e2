"""The archive: groups, mails, posts, threads, dirty pages, full text."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from archive.types import UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = (
    "dirty_pages",
    "groups",
    "mails",
    "mail_chunks",
    "months",
    "threads",
    "weeks",
    "posts",
    "thread_ids",
    "thread_months",
    "links",
    "mentions",
    "parts",
    "post_texts",
)

# Full text: DDL of each engine, as it was when this migration was written.
FULL_TEXT = {
    "sqlite": (
        """CREATE VIRTUAL TABLE search_index USING fts5(
            subject, author, words, content='', tokenize="unicode61 remove_diacritics 2")""",
    ),
    "postgresql": (
        """CREATE TABLE search_index (
            post_id BIGINT PRIMARY KEY, group_id BIGINT NOT NULL, vector TSVECTOR NOT NULL)""",
        "CREATE INDEX ix_search_index_vector ON search_index USING gin (vector)",
        "CREATE INDEX ix_search_index_group ON search_index (group_id, post_id)",
    ),
}


def upgrade() -> None:
    _dirty_pages()
    _groups()
    _mails()
    _mail_chunks()
    _months()
    _threads()
    _weeks()
    _posts()
    _posts_indexes()
    _thread_ids()
    _thread_months()
    _links()
    _mentions()
    _parts()
    _post_texts()
    for statement in FULL_TEXT[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE search_index")
    for name in reversed(TABLES):
        op.drop_table(name)


def _dirty_pages() -> None:
    op.create_table(
        "dirty_pages",
        sa.Column("group_id", ROW_ID, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("ref", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("marked_at", UtcTime(), nullable=False),
        sa.Column("claimed_until", UtcTime(), nullable=True),
        sa.Column("claimed_by", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("group_id", "kind", "ref", name=op.f("pk_dirty_pages")),
    )


def _groups() -> None:
    op.create_table(
        "groups",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("archive", sa.String(length=12), nullable=False),
        sa.Column("next_number", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
        sa.UniqueConstraint("name", name=op.f("uq_groups_name")),
        sqlite_autoincrement=True,
    )


def _mails() -> None:
    op.create_table(
        "mails",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("mail_from", sa.Text(), nullable=False),
        sa.Column("received_at", UtcTime(), nullable=False),
        sa.Column("purged", sa.Boolean(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.create_index("ix_mails_digest", ["digest"], unique=False)


def _mail_chunks() -> None:
    op.create_table(
        "mail_chunks",
        sa.Column("mail_id", ROW_ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["mails.id"], name=op.f("fk_mail_chunks_mail_id_mails"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mail_id", "seq", name=op.f("pk_mail_chunks")),
    )


def _months() -> None:
    op.create_table(
        "months",
        sa.Column("group_id", ROW_ID, nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_months_group_id_groups"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group_id", "month", name=op.f("pk_months")),
    )


def _threads() -> None:
    op.create_table(
        "threads",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("group_id", ROW_ID, nullable=False),
        sa.Column("path", sa.String(length=100), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("base_subject", sa.Text(), nullable=False),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("last_at", UtcTime(), nullable=False),
        sa.Column("first_id", ROW_ID, nullable=False),
        sa.Column("line_last_at", UtcTime(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("part_posts", sa.Integer(), nullable=False),
        sa.Column("part_weight", sa.Integer(), nullable=False),
        sa.Column("merged_into", ROW_ID, nullable=True),
        sa.Column("by_subject", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("opening", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_threads_group_id_groups"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["threads.id"], name=op.f("fk_threads_merged_into_threads")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threads")),
        sa.UniqueConstraint("group_id", "path", name="uq_threads_path"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("threads", schema=None) as batch_op:
        batch_op.create_index("ix_threads_last", ["group_id", "last_at"], unique=False)
        batch_op.create_index("ix_threads_merged", ["merged_into"], unique=False)
        batch_op.create_index("ix_threads_subject", ["group_id", "base_subject"], unique=False)


def _weeks() -> None:
    op.create_table(
        "weeks",
        sa.Column("group_id", ROW_ID, nullable=False),
        sa.Column("week", sa.String(length=8), nullable=False),
        sa.Column("made_at", UtcTime(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_weeks_group_id_groups"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group_id", "week", name=op.f("pk_weeks")),
    )


def _posts() -> None:
    op.create_table(
        "posts",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("group_id", ROW_ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("mail_id", ROW_ID, nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("thread_id", ROW_ID, nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("parent_id", ROW_ID, nullable=True),
        sa.Column("parent_mid", sa.Text(), server_default="", nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("author_address", sa.Text(), nullable=False),
        sa.Column("from_name", sa.Text(), nullable=False),
        sa.Column("from_address", sa.Text(), nullable=False),
        sa.Column("reply_to", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("original_from", sa.Text(), nullable=False),
        sa.Column("person", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("received_at", UtcTime(), nullable=False),
        sa.Column("date_claimed", UtcTime(), nullable=True),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("attachments", sa.Integer(), nullable=False),
        sa.Column("quotable", sa.Boolean(), server_default="1", nullable=False),
        sa.Column("indexed", sa.Boolean(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_posts_group_id_groups"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["mail_id"], ["mails.id"], name=op.f("fk_posts_mail_id_mails")),
        sa.ForeignKeyConstraint(["parent_id"], ["posts.id"], name=op.f("fk_posts_parent_id_posts")),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["threads.id"], name=op.f("fk_posts_thread_id_threads")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        sa.UniqueConstraint("group_id", "key", name="uq_posts_key"),
        sa.UniqueConstraint("group_id", "number", name="uq_posts_number"),
        sqlite_autoincrement=True,
    )


def _posts_indexes() -> None:
    with op.batch_alter_table("posts", schema=None) as batch_op:
        batch_op.create_index(
            "ix_posts_files",
            ["group_id", "received_at"],
            unique=False,
            sqlite_where=sa.text("attachments > 0"),
            postgresql_where=sa.text("attachments > 0"),
        )
        batch_op.create_index("ix_posts_mail", ["mail_id"], unique=False)
        batch_op.create_index("ix_posts_parent", ["parent_id"], unique=False)
        batch_op.create_index("ix_posts_person", ["thread_id", "person"], unique=False)
        batch_op.create_index("ix_posts_received", ["group_id", "received_at"], unique=False)
        batch_op.create_index("ix_posts_thread", ["thread_id", "part"], unique=False)
        batch_op.create_index(
            "ix_posts_unindexed",
            ["id"],
            unique=False,
            sqlite_where=sa.text("indexed IS 0"),
            postgresql_where=sa.text("indexed IS false"),
        )


def _thread_ids() -> None:
    op.create_table(
        "thread_ids",
        sa.Column("group_id", ROW_ID, nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("thread_id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["groups.id"],
            name=op.f("fk_thread_ids_group_id_groups"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"], ["threads.id"], name=op.f("fk_thread_ids_thread_id_threads")
        ),
        sa.PrimaryKeyConstraint("group_id", "key", name=op.f("pk_thread_ids")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("thread_ids", schema=None) as batch_op:
        batch_op.create_index("ix_thread_ids_thread", ["thread_id"], unique=False)


def _thread_months() -> None:
    op.create_table(
        "thread_months",
        sa.Column("group_id", ROW_ID, nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("thread_id", ROW_ID, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["groups.id"],
            name=op.f("fk_thread_months_group_id_groups"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"],
            ["threads.id"],
            name=op.f("fk_thread_months_thread_id_threads"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("group_id", "month", "thread_id", name=op.f("pk_thread_months")),
    )
    with op.batch_alter_table("thread_months", schema=None) as batch_op:
        batch_op.create_index("ix_thread_months_thread", ["thread_id"], unique=False)


def _links() -> None:
    op.create_table(
        "links",
        sa.Column("post_id", ROW_ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("group_id", ROW_ID, nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["groups.id"], name=op.f("fk_links_group_id_groups"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_links_post_id_posts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", "seq", name=op.f("pk_links")),
    )


def _mentions() -> None:
    op.create_table(
        "mentions",
        sa.Column("group_id", ROW_ID, nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("post_id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["groups.id"],
            name=op.f("fk_mentions_group_id_groups"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_mentions_post_id_posts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("group_id", "key", "position", "post_id", name=op.f("pk_mentions")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("mentions", schema=None) as batch_op:
        batch_op.create_index("ix_mentions_post", ["post_id"], unique=False)


def _parts() -> None:
    op.create_table(
        "parts",
        sa.Column("post_id", ROW_ID, nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("charset", sa.Text(), nullable=False),
        sa.Column("filename", sa.Text(), nullable=False),
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_parts_post_id_posts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", "index", name=op.f("pk_parts")),
    )


def _post_texts() -> None:
    op.create_table(
        "post_texts",
        sa.Column("post_id", ROW_ID, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("layout", sa.Text(), server_default="", nullable=False),
        sa.Column("own", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name=op.f("fk_post_texts_post_id_posts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_post_texts")),
    )
