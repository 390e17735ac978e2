"""Dirty pages to disk; full rebuild with several processes; nightly verify that heals drift.

A dirty row goes only after its files are in place, so a crash in between loses nothing. Pages are
not fsynced: what a power failure takes, `verify` brings back.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import ClassVar

from sqlalchemy import Connection, select

from archive import dirty
from archive.db import Database, raise_if_away
from archive.dirty import DirtyPage
from archive.frames import Place
from archive.model import ArchiveMode, GroupInfo, PageKey, PageKind, SiteInfo
from archive.pagewriter import PageWriter, Setting, close, write_page
from archive.processes import pool
from archive.publicdir import PathSet, Tally
from archive.readers import former_names, groups_by_id
from archive.tables import months, threads, weeks
from archive.views import thread_views

__all__ = ["Publisher", "Setting", "Tally"]

LEASE = timedelta(minutes=2)
BATCH = 200
JOB_POSTS = 200
"""posts whose pages one rebuilding process writes before it takes the next job"""
JOB_CHARS = 1_000_000
"""HTML of bodies that it keeps: a post's page and its thread's are written one after the other"""
SLOW = frozenset({PageKind.MBOX, PageKind.FILES, PageKind.LINKS, PageKind.SITEMAP, PageKind.SITE})
"""Pages that grow with a month or a year and that nobody waits for: left to the sweep"""
PAGES = frozenset(PageKind) - {PageKind.WHOLE}
FAST = PAGES - SLOW
_ORDER = tuple(PageKind)
_log = logging.getLogger(__name__)


class Publisher:
    """Keeps one public tree in step with the database. One instance per process is enough."""

    def __init__(self, db: Database, setting: Setting, node: str = "publish") -> None:
        """`node` names this process among those that share the database."""
        self._db = db
        self._setting = setting
        self._node = node
        self._writer = PageWriter.of(setting)

    def take_back(self) -> None:
        """Free the pages that this node had claimed when it died: for its start, before a drain."""
        with self._db.write() as conn:
            dirty.release_node(conn, self._node)

    def drain(self, now: Callable[[], datetime], *, slow: bool = True, limit: int = BATCH) -> Tally:
        """Write the dirty pages and settle them, in batches; without `slow` only those that readers
        wait for. Pages marked while they are written stay dirty and come again. A page that cannot
        be made is logged, keeps its row and is tried again when its lease is over."""
        self._writer.tally = Tally()
        kinds = PAGES if slow else FAST
        while claimed := self._claim(now(), kinds, limit):
            with self._writer.folder.lock(), self._db.read() as conn:
                failed = self._write_all(conn, [page.key for page in claimed])
            dirty.settle_all(self._db, [page for page in claimed if page.key not in failed])
        if slow:
            self._rewrite_groups(now)
        return self._writer.tally

    def _rewrite_groups(self, now: Callable[[], datetime]) -> None:
        """Rebuild the groups that are marked as a whole, which settles their mark."""

        def went_on(_files: int) -> None:
            now()

        total = self._writer.tally
        while claimed := self._claim(now(), {PageKind.WHOLE}, 1):
            with self._db.read() as conn:
                found = groups_by_id(conn, {page.key.group_id for page in claimed})
            try:
                for group in found:
                    total.add(self.rebuild(group, progress=went_on))
            except Exception:  # a named edge: one group must not hold up the others
                now()  # raises where the caller wants to end, which is no fault of the group
                _log.exception("group %s could not be rebuilt", [group.name for group in found])
        self._writer.tally = total

    def _claim(self, now: datetime, kinds: Collection[PageKind], limit: int) -> list[DirtyPage]:
        with self._db.read() as conn:  # an idle sweep takes no write lock
            if not dirty.any_dirty(conn, kinds):
                return []
        with self._db.write() as conn:
            return dirty.claim_dirty(self._db, conn, limit, self._node, now, LEASE, kinds)

    def _write_all(self, conn: Connection, keys: Sequence[PageKey]) -> set[PageKey]:
        """Posts first, then what links to them, so that no link points to a missing page."""
        places = _places(conn, self._setting.site, {key.group_id for key in keys})
        self._lead(conn, [place.group for place in places.values()])
        failed = set()
        for place in places.values():
            if not _is_open(place):
                close(self._writer, conn, place)
        known = {group_id: place for group_id, place in places.items() if _is_open(place)}
        for key in sorted(keys, key=lambda key: (_ORDER.index(key.kind), key)):
            if key.group_id not in known:
                continue
            try:
                write_page(self._writer, conn, known[key.group_id], key)
            except Exception as error:  # a named edge: one bad page must not hold up the others
                raise_if_away(error)
                _log.exception("page %s %s of group %d", key.kind, key.ref, key.group_id)
                failed.add(key)
        return failed

    def _lead(self, conn: Connection, groups: Sequence[GroupInfo]) -> None:
        """Let the folders of former names lead to where the pages stand now."""
        names = {group.id: group.name for group in groups}
        for former, group_id in former_names(conn, names).items():
            self._writer.folder.lead(former, names[group_id])

    def rebuild(
        self,
        group: GroupInfo,
        *,
        processes: int = 1,
        aside: bool = False,
        sweep: bool = True,
        progress: Callable[[int], None] = lambda files: None,
    ) -> Tally:
        """Render all pages of a group again, whatever is dirty; with `sweep` also take away files
        that belong to no page. Gives the same bytes as all drains before it. `progress` is told
        how many files each job looked at.

        This process is one of the `processes`, unless the work is to be done `aside`: then it has
        time for something else.
        """
        with self._writer.folder.lock(), self._db.read() as conn:
            self._lead(conn, [group])
        with self._db.read() as conn:
            waiting = dirty.waiting_pages(conn, group.id)
            jobs = list(_jobs(conn, group)) if group.archive is ArchiveMode.PUBLIC else []
        total, seen = Tally(), PathSet()
        if not jobs:
            total.add(self._close(group))
        helpers = processes if aside else processes - 1
        for tally, paths in self._run(group, jobs, helpers, aside=aside):
            total.add(tally)
            seen.update(paths)
            progress(tally.files)
        if jobs:
            self._tidy(group, seen if sweep else None, total)
        dirty.settle_all(self._db, waiting)
        return total

    def _tidy(self, group: GroupInfo, seen: PathSet | None, total: Tally) -> None:
        """End a rebuild: take strays away; of a group that was closed meanwhile everything."""
        with self._db.read() as conn:
            now_closed = _closed(conn, group.id)
        for closed in now_closed:
            total.add(self._close(closed))
        if seen is not None and not now_closed:
            with self._writer.folder.lock():
                self._writer.folder.sweep(group.name, seen, total)

    def rebuild_site(self) -> Tally:
        """Write the host's own pages: front page, style sheet, robots.txt, list of sitemaps."""
        self._writer.tally = Tally()
        site = _site_place(self._setting.site)
        with self._writer.folder.lock(), self._db.read() as conn:
            write_page(self._writer, conn, site, PageKey(0, PageKind.SITE, ""))
        return self._writer.tally

    def verify(
        self, groups: Iterable[GroupInfo], now: Callable[[], datetime], *, processes: int = 1
    ) -> Tally:
        """Render everything, compare with the tree, heal what differs. After the drain that comes
        first, whatever is written or removed was drift: `changed` names it."""
        self.drain(now)
        total = self.rebuild_site()
        for group in groups:
            total.add(self.rebuild(group, processes=processes))
        return total

    def _close(self, group: GroupInfo) -> Tally:
        self._writer.tally = Tally()
        with self._writer.folder.lock(), self._db.read() as conn:
            close(self._writer, conn, Place(self._setting.site, group))
        return self._writer.tally

    def _run(
        self, group: GroupInfo, jobs: Sequence[Job], helpers: int, *, aside: bool
    ) -> Iterator[tuple[Tally, PathSet]]:
        bench = Bench(self._db, self._setting, group)
        if helpers < 1 or len(jobs) < 3:
            yield from map(bench.do, jobs)
            return
        url = self._db.engine.url.render_as_string(hide_password=False)
        waiting, under_way = deque(jobs), deque[Future[tuple[Tally, PathSet]]]()
        with pool(helpers, Bench.open, (url, self._setting, group)) as workers:
            while waiting or under_way:
                while waiting and len(under_way) < 2 * helpers:
                    under_way.append(workers.submit(_do, waiting.popleft()))
                if waiting and not aside:
                    yield bench.do(waiting.popleft())
                while under_way and (aside or not waiting or under_way[0].done()):
                    yield under_way.popleft().result()
                    if waiting:
                        break


def _places(conn: Connection, site: SiteInfo, group_ids: set[int]) -> dict[int, Place]:
    places = {group.id: Place(site, group) for group in groups_by_id(conn, group_ids)}
    return places | {0: _site_place(site)}


def _site_place(site: SiteInfo) -> Place:
    """The host itself, for pages of no group."""
    return Place(site, GroupInfo(0, "", site.name, "", site.language, "UTC", ArchiveMode.PUBLIC))


def _closed(conn: Connection, group_id: int) -> list[GroupInfo]:
    """The group as it is now, if nobody but members may read it."""
    found = groups_by_id(conn, {group_id})
    return [group for group in found if group.archive is not ArchiveMode.PUBLIC]


def _is_open(place: Place) -> bool:
    return place.group.archive is ArchiveMode.PUBLIC


# --- The jobs of a rebuild --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Job:
    """A share of a group's pages: all of a range of threads, or some pages by key."""

    first: int
    last: int
    keys: tuple[PageKey, ...] = ()


def _jobs(conn: Connection, group: GroupInfo) -> Iterator[Job]:
    yield from _thread_jobs(conn, group.id)
    keys = iter(_list_keys(conn, group.id))
    while some := tuple(islice(keys, 8)):
        yield Job(0, 0, some)


def _thread_jobs(conn: Connection, group_id: int) -> Iterator[Job]:
    statement = select(threads.c.id, threads.c.count).where(threads.c.group_id == group_id)
    first = last = held = 0
    for thread_id, count in conn.execute(statement.order_by(threads.c.id)):
        first, last, held = first or thread_id, thread_id, held + count + 1
        if held >= JOB_POSTS:
            yield Job(first, last)
            first = held = 0
    if first:
        yield Job(first, last)


def _list_keys(conn: Connection, group_id: int) -> Iterator[PageKey]:
    """All pages of a group that are not a thread's or a post's."""
    of_group = select(months.c.month).where(months.c.group_id == group_id)
    names = list(conn.execute(of_group.order_by(months.c.month)).scalars())
    for month in names:
        for kind in (PageKind.MONTH, PageKind.SITEMAP, PageKind.MBOX):
            yield PageKey(group_id, kind, month)
    for year in sorted({month[:4] for month in names}):
        for kind in (PageKind.YEAR, PageKind.FILES, PageKind.LINKS):
            yield PageKey(group_id, kind, year)
    of_group = select(weeks.c.week).where(weeks.c.group_id == group_id)
    for week in conn.execute(of_group.order_by(weeks.c.week)).scalars():
        yield PageKey(group_id, PageKind.WEEK, week)
    yield PageKey(group_id, PageKind.HOME, "")
    yield PageKey(group_id, PageKind.FEED, "")


class Bench:
    """Does the jobs of one group's rebuild, in this process or in one of several."""

    _own: ClassVar[Bench | None] = None

    def __init__(self, db: Database, setting: Setting, group: GroupInfo) -> None:
        self._db = db
        self._place = Place(setting.site, group)
        self._writer = PageWriter.of(setting, kept=JOB_CHARS)

    @classmethod
    def open(cls, url: str, setting: Setting, group: GroupInfo) -> None:
        """Make the one of a rebuilding process."""
        cls._own = cls(Database(url, pool_size=1, cache_mb=4), setting, group)

    @classmethod
    def own(cls) -> Bench:
        """Give the one of this process; `open` made it."""
        assert cls._own is not None
        return cls._own

    def do(self, job: Job) -> tuple[Tally, PathSet]:
        """Write the pages of a job; give the count and the paths that belong to the tree."""
        writer = self._writer
        writer.tally, writer.seen = Tally(), PathSet()
        with writer.folder.lock(shared=True), self._db.read() as conn:
            if _closed(conn, self._place.group.id):  # since the rebuild began
                return writer.tally, writer.seen
            for key in job.keys:
                write_page(writer, conn, self._place, key)
            if job.first:
                views = thread_views(conn, self._place, job.first, job.last, writer.cache)
                for view in views:
                    writer.write(conn, self._place, view)
        return writer.tally, writer.seen


def _do(job: Job) -> tuple[Tally, PathSet]:
    return Bench.own().do(job)
