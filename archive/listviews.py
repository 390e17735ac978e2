"""Lists read for their pages: home, months, years, files, links, feeds, sitemaps, the front page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, exists, func, select

from archive import ids
from archive.feedtypes import Entry, FeedView, SitemapRow, SitemapView
from archive.frames import Place, site_frame
from archive.i18n import format_date
from archive.markup import excerpt, has_address
from archive.model import ArchiveMode, PartRole, PostState, SiteInfo
from archive.postviews import PART_COLUMNS, file_view
from archive.tables import groups, links, months, post_texts, posts, thread_months, threads, weeks
from archive.tables import parts as part_table
from archive.viewtypes import (
    FileRow,
    FilesView,
    GroupRow,
    HomeView,
    LinkRow,
    LinksView,
    MonthRow,
    MonthView,
    SiteView,
    ThreadRow,
    WeekRow,
    YearRow,
    YearView,
)

LATEST_THREADS = 20
HOME_MONTHS = 12
HOME_WEEKS = 4
PAGE_ROWS = 200
"""rows of a list before it goes on on a second page (budget: 14 KB gzipped)"""
FEED_POSTS = 30
FEED_EXCERPT = 600
ABOUT_EXCERPT = 300
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""what an empty feed says of its age: no page reads the clock"""

_PUBLISHED = posts.c.state == PostState.PUBLISHED
T = TypeVar("T")


def month_range(month: str) -> tuple[datetime, datetime]:
    """Give the first moment of a month ('2026-03') and of the next one."""
    year, number = int(month[:4]), int(month[5:7])
    after = (year + 1, 1) if number == 12 else (year, number + 1)
    return datetime(year, number, 1, tzinfo=UTC), datetime(*after, 1, tzinfo=UTC)


def year_range(year: str) -> tuple[datetime, datetime]:
    """Give the first moment of a year and of the next one."""
    return datetime(int(year), 1, 1, tzinfo=UTC), datetime(int(year) + 1, 1, 1, tzinfo=UTC)


def _received(span: tuple[datetime, datetime]) -> ColumnElement[bool]:
    return (posts.c.received_at >= span[0]) & (posts.c.received_at < span[1])


def _pages(rows: Sequence[T]) -> Iterator[tuple[int, Sequence[T]]]:
    """Cut a list into pages of 200 rows, numbered from 1; an empty list has one page."""
    for at in range(0, max(1, len(rows)), PAGE_ROWS):
        yield at // PAGE_ROWS + 1, rows[at : at + PAGE_ROWS]


# --- Home, months, years ----------------------------------------------------------------------


def home_view(conn: Connection, place: Place) -> HomeView:
    """Show a group's home: the latest discussions, the last twelve months, all years."""
    group = place.group
    path = ids.home_path(group.name)
    counted = _counted(conn, place)
    about = tuple(part.strip() for part in group.about.split("\n\n") if part.strip())
    return HomeView(
        frame=place.frame(
            path,
            group.title,
            canonical=place.url(path),
            about=excerpt(group.about, 160),
        ),
        about=tuple(ids.masked(part) for part in about),
        threads=_latest_threads(conn, place),
        weeks=_latest_weeks(conn, place),
        months=tuple(counted[:HOME_MONTHS]),
        years=tuple(_years(group.name, counted)),
    )


def _counted(conn: Connection, place: Place, year: str = "") -> list[MonthRow]:
    statement = (
        select(months.c.month, months.c.posts)
        .where(months.c.group_id == place.group.id, months.c.posts > 0)
        .order_by(months.c.month.desc())
    )
    if year:
        statement = statement.where(months.c.month.between(f"{year}-01", f"{year}-12"))
    return [
        MonthRow(first_day(row.month), ids.month_path(place.group.name, row.month), row.posts)
        for row in conn.execute(statement)
    ]


def first_day(month: str) -> date:
    """Give the first day of '2026-03'."""
    return date(int(month[:4]), int(month[5:7]), 1)


def _years(group: str, counted: Sequence[MonthRow]) -> Iterator[YearRow]:
    for year, run in groupby(counted, key=lambda row: row.month.year):
        yield YearRow(year, ids.year_path(group, f"{year:04}"), sum(row.posts for row in run))


def _latest_threads(conn: Connection, place: Place) -> tuple[ThreadRow, ...]:
    statement = (
        select(threads, threads.c.count.label("here"))
        .where(threads.c.group_id == place.group.id, threads.c.merged_into.is_(None))
        .where(threads.c.count > 0)
        .order_by(threads.c.last_at.desc(), threads.c.path)
        .limit(LATEST_THREADS)
    )
    return tuple(_thread_row(place, row, carried=False) for row in conn.execute(statement))


def _thread_row(place: Place, row: Any, *, carried: bool) -> ThreadRow:
    return ThreadRow(
        path=ids.thread_page(place.group.name, row.path),
        subject=ids.masked(row.title or row.subject),
        count=row.here,
        people=row.people,
        started_at=row.started_at,
        last_at=row.last_at,
        carried=carried,
    )


def _latest_weeks(conn: Connection, place: Place) -> tuple[WeekRow, ...]:
    statement = (
        select(weeks.c.week)
        .where(weeks.c.group_id == place.group.id)
        .order_by(weeks.c.week.desc())
        .limit(HOME_WEEKS)
    )
    return tuple(_week_row(place, week) for week in conn.execute(statement).scalars())


def _week_row(place: Place, week: str) -> WeekRow:
    year, number = int(week[:4]), int(week[6:])
    return WeekRow(
        path=ids.week_path(place.group.name, week),
        year=year,
        number=number,
        first=date.fromisocalendar(year, number, 1),
        last=date.fromisocalendar(year, number, 7),
    )


def month_views(conn: Connection, place: Place, month: str) -> Iterator[MonthView]:
    """Show the discussions of a month: those begun in it, newest first, then those carried over.

    The counts are the month's own, so that a post of another month does not touch this page.
    """
    name, day = place.group.name, first_day(month)
    rows = [
        _thread_row(place, row, carried=row.started_at < month_range(month)[0])
        for row in conn.execute(_threads_of(place, month))
    ]
    rows.sort(key=lambda row: row.carried)  # stable: each half stays newest first
    paths = _page_paths(rows, lambda page: ids.month_path(name, month, page))
    title = f"{format_date(day, place.group.language, 'month')} · {place.group.title}"
    for page, chosen in _pages(rows):
        yield MonthView(
            frame=place.frame(paths[page - 1], title, robots="noindex,follow"),
            month=day,
            year_path=ids.year_path(name, month[:4]),
            page=page,
            pages=paths,
            posts=sum(row.count for row in rows),
            threads=len(rows),
            rows=tuple(chosen),
            mbox=ids.mbox_path(name, month),
        )


def _threads_of(place: Place, month: str) -> Select[Any]:
    return (
        select(threads, thread_months.c.count.label("here"))
        .join(thread_months, thread_months.c.thread_id == threads.c.id)
        .where(
            thread_months.c.group_id == place.group.id,
            thread_months.c.month == month,
            thread_months.c.count > 0,
            threads.c.merged_into.is_(None),
        )
        .order_by(threads.c.started_at.desc(), threads.c.path)
    )


def _page_paths(rows: Sequence[object], path: Callable[[int], str]) -> tuple[str, ...]:
    return tuple(path(at + 1) for at in range(max(1, -(-len(rows) // PAGE_ROWS))))


def year_view(conn: Connection, place: Place, year: str) -> YearView:
    """Show the months of a year and where its files and links are."""
    name = place.group.name
    has = exists().where(posts.c.group_id == place.group.id, _received(year_range(year)))
    has_files = has.where(posts.c.attachments > 0, _PUBLISHED)
    has_links = has.where(links.c.post_id == posts.c.id, _PUBLISHED)
    files, shared = conn.execute(select(has_files, has_links)).one()
    return YearView(
        frame=place.frame(
            ids.year_path(name, year), f"{year} · {place.group.title}", robots="noindex,follow"
        ),
        year=int(year),
        months=tuple(_counted(conn, place, year)),
        files=ids.files_path(name, year) if files else "",
        links=ids.links_path(name, year) if shared else "",
    )


# --- The library of a year --------------------------------------------------------------------


def files_views(conn: Connection, place: Place, year: str) -> Iterator[FilesView]:
    """Show the attachments of a year that can be opened, newest first."""
    name = place.group.name
    statement = (
        select(posts.c.key, posts.c.author, posts.c.received_at, *PART_COLUMNS)
        .join(part_table, part_table.c.post_id == posts.c.id)
        .where(posts.c.group_id == place.group.id, _received(year_range(year)), _PUBLISHED)
        .where(posts.c.attachments > 0, part_table.c.role == PartRole.ATTACHMENT)
        .order_by(posts.c.received_at.desc(), posts.c.key, part_table.c.index)
    )
    rows = [
        FileRow(file, row.author, row.received_at, ids.message_path(name, row.key))
        for row in conn.execute(statement)
        if (file := file_view(name, row.key, row, up="../../")).href
    ]
    if not rows:
        return
    paths = _page_paths(rows, lambda page: ids.files_path(name, year, page))
    for page, chosen in _pages(rows):
        yield FilesView(
            frame=place.frame(paths[page - 1], "", robots="noindex,follow"),
            year=int(year),
            year_path=ids.year_path(name, year),
            page=page,
            pages=paths,
            rows=tuple(chosen),
        )


def links_views(conn: Connection, place: Place, year: str) -> Iterator[LinksView]:
    """Show the links of a year, newest first; one that holds an address is left out."""
    name = place.group.name
    statement = (
        select(posts.c.key, posts.c.author, posts.c.received_at, links.c.url, links.c.sentence)
        .join(links, links.c.post_id == posts.c.id)
        .where(posts.c.group_id == place.group.id, _received(year_range(year)), _PUBLISHED)
        .order_by(posts.c.received_at.desc(), posts.c.key, links.c.seq)
    )
    rows = [_link_row(name, row) for row in conn.execute(statement) if not has_address(row.url)]
    if not rows:
        return
    paths = _page_paths(rows, lambda page: ids.links_path(name, year, page))
    for page, chosen in _pages(rows):
        yield LinksView(
            frame=place.frame(paths[page - 1], "", robots="noindex,follow"),
            year=int(year),
            year_path=ids.year_path(name, year),
            page=page,
            pages=paths,
            rows=tuple(chosen),
        )


def _link_row(group: str, row: Any) -> LinkRow:
    shown = row.url.partition("://")[2].removeprefix("www.").rstrip("/")
    sentence = "" if row.sentence.strip() == row.url else excerpt(row.sentence, 240)
    return LinkRow(
        url=row.url,
        shown=shown if len(shown) <= 70 else f"{shown[:67]}…",
        sentence=sentence,
        author=row.author,
        at=row.received_at,
        path=ids.message_path(group, row.key),
    )


# --- For machines -----------------------------------------------------------------------------


def feed_view(conn: Connection, place: Place) -> FeedView:
    """Show the last 30 posts in the order in which they came; removed ones vanish."""
    group = place.group
    statement = (
        select(posts, func.substr(post_texts.c.own, 1, FEED_EXCERPT * 4).label("own"))
        .join(post_texts, post_texts.c.post_id == posts.c.id)
        .where(posts.c.group_id == group.id, _PUBLISHED)
        .order_by(posts.c.number.desc())
        .limit(FEED_POSTS)
    )
    rows = conn.execute(statement).all()
    return FeedView(
        path=ids.feed_path(group.name, "atom"),
        json_path=ids.feed_path(group.name, "json"),
        language=group.language,
        title=group.title,
        about=excerpt(group.about, ABOUT_EXCERPT),
        home=place.url(ids.home_path(group.name)),
        atom=place.url(ids.feed_path(group.name, "atom")),
        json=place.url(ids.feed_path(group.name, "json")),
        updated=max((row.received_at for row in rows), default=EPOCH),
        entries=tuple(_entry(place, row) for row in rows),
    )


def _entry(place: Place, row: Any) -> Entry:
    return Entry(
        url=place.url(ids.message_path(place.group.name, row.key)),
        title=ids.masked(row.subject),
        author=row.author,
        at=row.received_at,
        language=row.language,
        text=excerpt(row.own or "", FEED_EXCERPT),
    )


def sitemap_view(conn: Connection, place: Place, month: str) -> SitemapView:
    """List the thread pages on which posts of a month stand, dated by the last of those posts."""
    name = place.group.name
    statement = (
        select(threads.c.path, posts.c.part, func.max(posts.c.received_at).label("at"))
        .join(threads, threads.c.id == posts.c.thread_id)
        .where(posts.c.group_id == place.group.id, _received(month_range(month)), _PUBLISHED)
        .group_by(threads.c.path, posts.c.part)
        .order_by(threads.c.path, posts.c.part)
    )
    return SitemapView(
        path=ids.sitemap_path(name, month),
        rows=tuple(
            SitemapRow(place.url(ids.thread_page(name, row.path, row.part)), row.at)
            for row in conn.execute(statement)
        ),
    )


def site_view(conn: Connection, site: SiteInfo) -> SiteView:
    """Show the host's public groups, each with the day of its last message."""
    public = groups.c.archive == ArchiveMode.PUBLIC
    chosen = conn.execute(select(groups).where(public).order_by(groups.c.name)).all()
    sitemaps = [
        ids.sitemap_path(row.name, month) for row in chosen for month in _months_of(conn, row.id)
    ]
    return SiteView(
        frame=site_frame(site, ids.site_path(), site.name),
        site=site,
        groups=tuple(_group_row(conn, row) for row in chosen),
        sitemap=ids.url(site.base_url, ids.sitemap_index_path()) if site.base_url else "",
        sitemaps=tuple(ids.url(site.base_url, path) for path in sitemaps if site.base_url),
    )


def _months_of(conn: Connection, group_id: int) -> list[str]:
    statement = select(months.c.month).where(months.c.group_id == group_id, months.c.posts > 0)
    return list(conn.execute(statement.order_by(months.c.month)).scalars())


def _group_row(conn: Connection, row: Any) -> GroupRow:
    last = conn.execute(
        select(func.max(posts.c.received_at)).where(posts.c.group_id == row.id)
    ).scalar_one()
    return GroupRow(
        path=ids.home_path(row.name),
        title=row.title or row.name,
        about=excerpt(row.about, ABOUT_EXCERPT),
        last_day=last.date() if last else None,
    )
