"""The archive's store in one place: groups, mails, posts and dirty pages, added, read, taken down."""

from __future__ import annotations

from archive.dirty import DirtyPage, claim_dirty, mark, settle, settle_all
from archive.drafts import NewPost, RecordedFacts
from archive.errors import NotFound
from archive.lines import restore_moved
from archive.posting import AddedPost, add_post, add_posts
from archive.rawmail import RawMail, load_raw, purge_raw, store_mail, store_mails
from archive.readers import (
    Found,
    Recorded,
    create_group,
    find_duplicate,
    get_group,
    get_thread,
    list_groups,
    moved_threads,
    post_by_key,
    post_by_number,
    posts_by_ids,
    posts_of_thread,
    shown_in,
    unknown_of,
    walk,
)
from archive.takedown import Removed, remove_post

__all__ = [
    "AddedPost",
    "DirtyPage",
    "Found",
    "NewPost",
    "NotFound",
    "RawMail",
    "Recorded",
    "RecordedFacts",
    "Removed",
    "add_post",
    "add_posts",
    "claim_dirty",
    "create_group",
    "find_duplicate",
    "get_group",
    "get_thread",
    "list_groups",
    "load_raw",
    "mark",
    "moved_threads",
    "post_by_key",
    "post_by_number",
    "posts_by_ids",
    "posts_of_thread",
    "purge_raw",
    "remove_post",
    "restore_moved",
    "settle",
    "settle_all",
    "shown_in",
    "store_mail",
    "store_mails",
    "unknown_of",
    "walk",
]
