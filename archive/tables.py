"""The archive's tables (SQLAlchemy Core): groups, raw mails, posts, threads, parts, links, pages.

One MetaData for the whole program: the live service adds its own tables to it.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from archive.types import BigId, UtcTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

groups = Table(
    "groups",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("name", String(24), nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("language", String(12), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("archive", String(12), nullable=False),
    Column("next_number", Integer, nullable=False, server_default="1"),
    # Since when it takes no more posts: its pages say so.
    Column("closed_at", UtcTime, nullable=True),
    sqlite_autoincrement=True,
)

# Names that a group had before: mail to them still arrives, and their pages lead to the new ones.
group_names = Table(
    "group_names",
    metadata,
    Column("name", String(24), primary_key=True),
    Column("group_id", BigId, ForeignKey("groups.id", ondelete="CASCADE"), nullable=False),
    Column("until", UtcTime, nullable=True),
    Index("ix_group_names_group", "group_id"),
)

# Raw mail, exactly as received: the truth that everything else can be rebuilt from. zstd, in rows
# of at most 1 MB (RULINGS 2). Immutable, except for takedown and erasure.
mails = Table(
    "mails",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("size", Integer, nullable=False),
    Column("mail_from", Text, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("purged", Boolean, nullable=False, server_default="0"),
    sqlite_autoincrement=True,
)

mail_chunks = Table(
    "mail_chunks",
    metadata,
    Column("mail_id", BigId, ForeignKey("mails.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

threads = Table(
    "threads",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("group_id", BigId, ForeignKey("groups.id", ondelete="CASCADE"), nullable=False),
    Column("path", String(100), nullable=False),
    Column("subject", Text, nullable=False),
    Column("base_subject", Text, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("last_at", UtcTime, nullable=False),
    # Its first post, and its last one without what was joined to it by subject.
    Column("first_id", BigId, nullable=False),
    Column("line_last_at", UtcTime, nullable=False),
    Column("count", Integer, nullable=False),
    Column("people", Integer, nullable=False),
    Column("parts", Integer, nullable=False),
    # Fill of the part that new posts go to: a new part starts after 50 posts or 150 KB (RULINGS 5).
    Column("part_posts", Integer, nullable=False),
    Column("part_weight", Integer, nullable=False),
    # The thread that shows its posts now. By common ids that is for good and `thread_ids` name the
    # other thread; by subject it can be taken back, so `thread_ids` keep naming this one.
    Column("merged_into", BigId, ForeignKey("threads.id"), nullable=True),
    Column("by_subject", Boolean, nullable=False, server_default="0"),
    # What its first post is to subject joining: root, reply (may be joined), child.
    Column("opening", String(8), nullable=False),
    # What coordinators decided: another title than `subject` (empty: none), no further posts by
    # mail, and the thread that it was split off from (`archive/surgery.py`). Recorded facts.
    Column("title", Text, nullable=False, server_default=""),
    Column("locked", Boolean, nullable=False, server_default="0"),
    Column("split_from", BigId, nullable=True),
    UniqueConstraint("group_id", "path", name="uq_threads_path"),
    Index("ix_threads_last", "group_id", "last_at"),
    Index("ix_threads_subject", "group_id", "base_subject"),
    Index("ix_threads_merged", "merged_into"),
    Index("ix_threads_split", "split_from"),
    sqlite_autoincrement=True,
)

# Small: tells at once whether a group has closed threads, so that its posts need not be looked at.
Index(
    "ix_threads_locked",
    threads.c.group_id,
    sqlite_where=text("locked IS 1"),
    postgresql_where=text("locked IS true"),
)

# Months in which a thread is active: a thread is listed in each of them.
thread_months = Table(
    "thread_months",
    metadata,
    Column("group_id", BigId, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("thread_id", BigId, ForeignKey("threads.id", ondelete="CASCADE"), primary_key=True),
    Column("count", Integer, nullable=False),
    Index("ix_thread_months_thread", "thread_id"),
)

# Posts of a month, counted as they come, so that the home page need not count (invariant 8).
months = Table(
    "months",
    metadata,
    Column("group_id", BigId, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("posts", Integer, nullable=False),
)

posts = Table(
    "posts",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("group_id", BigId, ForeignKey("groups.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("key", String(16), nullable=False),
    Column("mail_id", BigId, ForeignKey("mails.id"), nullable=False),
    Column("message_id", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("thread_id", BigId, ForeignKey("threads.id"), nullable=False),
    Column("part", Integer, nullable=False),
    Column("parent_id", BigId, ForeignKey("posts.id"), nullable=True),
    # The id it names first. A ghost where `parent_id` is NULL; kept when the parent comes.
    Column("parent_mid", Text, nullable=False, server_default=""),
    Column("depth", Integer, nullable=False),
    # Who wrote it, kept apart as they came (FACTS 1): From is not the author.
    Column("author", Text, nullable=False),
    Column("author_address", Text, nullable=False),
    Column("from_name", Text, nullable=False),
    Column("from_address", Text, nullable=False),
    Column("reply_to", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("original_from", Text, nullable=False),
    # Hash of the author's address or name: counts the people of a thread, is nobody's identity.
    Column("person", String(16), nullable=False),
    Column("subject", Text, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("date_claimed", UtcTime, nullable=True),
    Column("language", String(12), nullable=False),
    Column("state", String(12), nullable=False),
    Column("weight", Integer, nullable=False),
    Column("attachments", Integer, nullable=False),
    Column("quotable", Boolean, nullable=False, server_default="1"),
    Column("indexed", Boolean, nullable=False, server_default="0"),
    # The thread that coordinators put it into, with all that answers it; NULL where its ids decide.
    # `pinned` marks the posts at which that was said, the others follow the post they answer.
    Column("section_id", BigId, nullable=True),
    Column("pinned", Boolean, nullable=False, server_default="0"),
    UniqueConstraint("group_id", "number", name="uq_posts_number"),
    UniqueConstraint("group_id", "key", name="uq_posts_key"),
    Index("ix_posts_thread", "thread_id", "part"),
    Index("ix_posts_person", "thread_id", "person"),
    Index("ix_posts_received", "group_id", "received_at"),
    Index("ix_posts_parent", "parent_id"),
    Index("ix_posts_mail", "mail_id"),
    sqlite_autoincrement=True,
)
# Small: holds only the posts that full-text search has not seen yet.
Index(
    "ix_posts_unindexed",
    posts.c.id,
    sqlite_where=text("indexed IS 0"),
    postgresql_where=text("indexed IS false"),
)

# Small: tells at once whether a year has files, and which.
Index(
    "ix_posts_files",
    posts.c.group_id,
    posts.c.received_at,
    sqlite_where=posts.c.attachments > 0,
    postgresql_where=posts.c.attachments > 0,
)

# Decoded text: what pages, search and summaries read instead of parsing the raw mail again.
post_texts = Table(
    "post_texts",
    metadata,
    Column("post_id", BigId, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True),
    Column("body", Text, nullable=False),
    # Which lines are whose (`text.layout_of`), so that pages need not sort them again; may be empty.
    Column("layout", Text, nullable=False, server_default=""),
    Column("own", Text, nullable=False),
)

# Every id that a post's mail names (References, In-Reply-To, reply key) and the post's own id.
# `key` is ids.key_of(id); position 0 is the post's own id, 1.. are its candidates for a parent in
# order of preference (last reference first). Late parents and merges are found here, and the post
# that has an id: ids themselves are not indexed, for they can be longer than an index takes.
mentions = Table(
    "mentions",
    metadata,
    Column("group_id", BigId, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("key", String(16), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("post_id", BigId, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_mentions_post", "post_id"),
    sqlite_with_rowid=False,
)

# Which thread an id belongs to, whether or not its mail is here: the union-find of thread ids.
thread_ids = Table(
    "thread_ids",
    metadata,
    Column("group_id", BigId, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("key", String(16), primary_key=True),
    Column("thread_id", BigId, ForeignKey("threads.id"), nullable=False),
    Index("ix_thread_ids_thread", "thread_id"),
    sqlite_with_rowid=False,
)

parts = Table(
    "parts",
    metadata,
    Column("post_id", BigId, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True),
    Column("index", Integer, primary_key=True),
    Column("role", String(12), nullable=False),
    Column("content_type", Text, nullable=False),
    Column("charset", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("content_id", Text, nullable=False),
    Column("size", Integer, nullable=False),
)

links = Table(
    "links",
    metadata,
    Column("post_id", BigId, ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("group_id", BigId, ForeignKey("groups.id", ondelete="CASCADE"), nullable=False),
    Column("url", Text, nullable=False),
    Column("sentence", Text, nullable=False),
)

# Weekly summaries as they were frozen: facts and choices as JSON, rendered again at any time.
weeks = Table(
    "weeks",
    metadata,
    Column("group_id", BigId, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("week", String(8), primary_key=True),
    Column("made_at", UtcTime, nullable=False),
    Column("summary", Text, nullable=False),
)

# Pages that a change touched. `version` grows with each mark, so that a page marked again while it
# is being written stays dirty; the row goes only after the rename.
dirty_pages = Table(
    "dirty_pages",
    metadata,
    Column("group_id", BigId, primary_key=True),
    Column("kind", String(12), primary_key=True),
    Column("ref", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("marked_at", UtcTime, nullable=False),
    Column("claimed_until", UtcTime, nullable=True),
    Column("claimed_by", String(36), nullable=True),
)
