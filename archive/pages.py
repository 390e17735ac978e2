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


def new_post(post: Post, *, links: bool) -> set[PageKey]:
    """Pages of a post just added: its own; its part of the thread and the outline in the first;
    month, year, home, feeds, sitemap, mbox; files and links of the year where it has some."""
    group, month = post.group_id, month_of(post.received_at)
    touched = {message(group, post.key), thread_part(group, post.thread_id, post.part)}
    touched.add(thread_part(group, post.thread_id, 1))
    touched |= _heads(group, month)
    touched.add(PageKey(group, PageKind.MBOX, month))
    if post.attachments:
        touched.add(PageKey(group, PageKind.FILES, month[:4]))
    if links:
        touched.add(PageKey(group, PageKind.LINKS, month[:4]))
    return touched


def all_parts(group_id: int, thread_id: int, parts: int) -> set[PageKey]:
    """All parts of a thread: a new one opened, which their navigation names."""
    return {thread_part(group_id, thread_id, part) for part in range(1, parts + 1)}


def whole_thread(group_id: int, thread_id: int, parts: int, months: Iterable[str]) -> set[PageKey]:
    """Pages of a thread whose order, subject or extent changed: all parts, and the lists that name
    it: each month in which it was active, home and feeds."""
    touched = all_parts(group_id, thread_id, parts)
    for month in months:
        touched |= _heads(group_id, month)
    return touched


def moved_thread(group_id: int, thread_id: int) -> PageKey:
    """Page of a thread that went into another one: it points there now."""
    return PageKey(group_id, PageKind.MOVED, str(thread_id))


def leading_pages(group_id: int, merged: Iterable[int], linked: Iterable[int]) -> set[PageKey]:
    """Pages that point to threads which changed: those of threads merged into them, and the first
    parts of those that were split off from them or the other way round."""
    touched = {moved_thread(group_id, line) for line in merged}
    return touched | {thread_part(group_id, line, 1) for line in linked}


def removed_post(post: Post, answers: Iterable[Post]) -> set[PageKey]:
    """Pages of a post taken down: everything that showed it, and where its direct answers stand."""
    group, year = post.group_id, month_of(post.received_at)[:4]
    touched = new_post(post, links=True) | {PageKey(group, PageKind.FILES, year)}
    for answer in answers:
        touched.add(message(group, answer.key))
        touched.add(thread_part(group, answer.thread_id, answer.part))
    return touched


def whole_group(group_id: int) -> set[PageKey]:
    """Everything of a group, as one mark: its archive was opened or closed, its title or language
    changed. Home is among them, so that a closed archive goes with the next pages written."""
    return {PageKey(group_id, PageKind.WHOLE, ""), PageKey(group_id, PageKind.HOME, ""), SITE}


def week(group_id: int, name: str) -> PageKey:
    """Page of a weekly summary, '2026-W12'."""
    return PageKey(group_id, PageKind.WEEK, name)


def _heads(group_id: int, month: str) -> set[PageKey]:
    return {
        PageKey(group_id, PageKind.MONTH, month),
        PageKey(group_id, PageKind.YEAR, month[:4]),
        PageKey(group_id, PageKind.HOME, ""),
        PageKey(group_id, PageKind.FEED, ""),
        PageKey(group_id, PageKind.SITEMAP, month),
    }
