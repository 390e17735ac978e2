"""Which pages a change touches (RULINGS 5): a bounded number, whatever the size of the archive."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from archive.model import PageKey, PageKind, Post

SITE = PageKey(0, PageKind.SITE, "")


def month_of(moment: datetime) -> str:
    """Give '2026-03', the month of our receipt in UTC."""
    return f"{moment.year:04}-{moment.month:02}"


def message(group_id: int, key: str) -> PageKey:
    """Page of one post, its plain-text twin and its attachments."""
    return PageKey(group_id, PageKind.MESSAGE, key)


def thread_part(group_id: int, thread_id: int, part: int) -> PageKey:
    """One part of a thread."""
    return PageKey(group_id, PageKind.THREAD, f"{thread_id}.{part}")


def new_post(post: Post, started_at: datetime, parts: int, *, links: bool) -> set[PageKey]:
    """Pages of a post just added to a thread that began at `started_at` and has `parts` parts now.

    The post's own page; its part and the outline in the first, or all parts where a new one opened
    (their navigation names it); month, year, home, feeds, sitemap, mbox; files and links of the
    year where it has some. The sitemap of the month in which the thread began dates its page.
    """
    group, month = post.group_id, month_of(post.received_at)
    touched = {message(group, post.key), thread_part(group, post.thread_id, post.part)}
    touched.add(thread_part(group, post.thread_id, 1))
    touched |= _heads(group, month)
    touched.add(PageKey(group, PageKind.MBOX, month))
    touched.add(PageKey(group, PageKind.SITEMAP, month_of(started_at)))
    if post.attachments:
        touched.add(PageKey(group, PageKind.FILES, month[:4]))
    if links:
        touched.add(PageKey(group, PageKind.LINKS, month[:4]))
    return touched


def whole_thread(group_id: int, thread_id: int, parts: int, months: Iterable[str]) -> set[PageKey]:
    """Pages of a thread whose order, subject or extent changed: all parts, and the lists that name
    it: each month in which it was active, home and feeds."""
    touched = {thread_part(group_id, thread_id, part) for part in range(1, parts + 1)}
    for month in months:
        touched |= _heads(group_id, month)
    return touched


def merged_thread(group_id: int, thread_id: int) -> set[PageKey]:
    """Page of a thread that went into another one: it points there now."""
    return {PageKey(group_id, PageKind.MOVED, str(thread_id))}


def removed_post(post: Post, started_at: datetime, children: Iterable[str]) -> set[PageKey]:
    """Pages of a post taken down: everything that showed it, and its direct answers' pages."""
    year = month_of(post.received_at)[:4]
    touched = new_post(post, started_at, 1, links=True)
    touched.add(PageKey(post.group_id, PageKind.FILES, year))
    return touched | {message(post.group_id, key) for key in children}


def _heads(group_id: int, month: str) -> set[PageKey]:
    return {
        PageKey(group_id, PageKind.MONTH, month),
        PageKey(group_id, PageKind.YEAR, month[:4]),
        PageKey(group_id, PageKind.HOME, ""),
        PageKey(group_id, PageKind.FEED, ""),
        PageKey(group_id, PageKind.SITEMAP, month),
    }
