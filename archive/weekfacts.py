"""Reads the facts of one week of a group: posts, their threads, questions still open or answered."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, func, select

from archive import ids
from archive.asking import find_question
from archive.model import (
    GroupInfo,
    Link,
    OpenQuestion,
    PartRole,
    PostState,
    SiteInfo,
    SummaryPost,
    SummaryThread,
    WeekFacts,
)
from archive.summary_rank import boilerplate_of
from archive.tables import links, parts, post_texts, posts, threads

QUESTION_DAYS = 28
USUAL_WEEKS = 8
BOILERPLATE_POSTS = 400


@dataclass(frozen=True, slots=True)
class People:
    """What the live service adds about people; an archive alone knows nothing of them."""

    newcomers: tuple[str, ...] = ()
    joined: int = 0
    profiles: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """address -> (organisation, country), as people gave them"""


@dataclass(frozen=True, slots=True)
class Week:
    """An ISO week in a zone: Monday 00:00 to the next Monday 00:00, as UTC moments.

    Weeks that waited for it may be part of it: then it begins earlier.
    """

    name: str
    first_day: date
    last_day: date
    start: datetime
    end: datetime


def week_of(name: str, timezone: str) -> Week:
    """Read '2026-W12'. Raises ValueError for anything else or a week that does not exist."""
    try:
        year, number = name.upper().split("-W")
        monday = date.fromisocalendar(int(year), int(number), 1)
    except (ValueError, TypeError):
        raise ValueError(f"'{name}' is not an ISO week like 2026-W12") from None
    zone = ZoneInfo(timezone)
    start = datetime.combine(monday, time(), zone).astimezone(UTC)
    end = datetime.combine(monday + timedelta(days=7), time(), zone).astimezone(UTC)
    sunday = monday + timedelta(days=6)
    return Week(f"{int(year):04}-W{int(number):02}", monday, sunday, start, end)


def week_name(moment: datetime, timezone: str) -> str:
    """Give the ISO week that `moment` falls into in a zone."""
    year, number, _ = moment.astimezone(ZoneInfo(timezone)).isocalendar()
    return f"{year:04}-W{number:02}"


def gather(
    conn: Connection, group: GroupInfo, week: Week, site: SiteInfo, people: People
) -> WeekFacts:
    """Read everything that `summary.summarise` needs about `week`."""
    reader = _Reader(conn, group, site, people)
    earliest = week.start - timedelta(days=QUESTION_DAYS)
    recent = reader.posts(earliest, week.end)
    now = [one for one in recent if one.post.received_at >= week.start]
    open_before, answered = _questions(recent, week.start)
    base = site.base_url
    return WeekFacts(
        group=group,
        week=week.name,
        first_day=week.first_day,
        last_day=week.last_day,
        threads=reader.threads(now, week.start),
        usual=reader.usual(week.start),
        boilerplate=reader.boilerplate(week.end),
        open_questions=open_before,
        answered=answered,
        newcomers=people.newcomers,
        joined=people.joined,
        home_url=ids.url(base, ids.home_path(group.name)),
        page_url=ids.url(base, ids.week_path(group.name, week.name)),
    )


def unanswered(
    conn: Connection,
    group: GroupInfo,
    asked: tuple[datetime, datetime],
    now: datetime,
    site: SiteInfo,
) -> tuple[OpenQuestion, ...]:
    """Give the questions asked between two moments that nobody else had answered by `now`, the
    newest first."""
    recent = _Reader(conn, group, site, People()).posts(asked[0], now)
    return _questions(recent, asked[1])[0]


@dataclass(frozen=True, slots=True)
class _Read:
    """A post with what orders it: threads are walked in order of receipt."""

    post: SummaryPost
    thread_id: int


def _questions(
    recent: Sequence[_Read], start: datetime
) -> tuple[tuple[OpenQuestion, ...], tuple[SummaryPost, ...]]:
    """Of the questions asked before `start`: those still open, and those that the week answered."""
    by_thread: dict[int, list[SummaryPost]] = defaultdict(list)
    for one in recent:
        by_thread[one.thread_id].append(one.post)
    waiting: list[OpenQuestion] = []
    answered: list[SummaryPost] = []
    for thread in by_thread.values():
        asked = _last_asked(thread, start)
        if asked is None:
            continue
        later = [p for p in thread if p.received_at > asked.received_at]
        replies = [p for p in later if p.author_id != asked.author_id]
        if not replies:
            waiting.append(OpenQuestion(asked, asked.received_at.date()))
        elif replies[0].received_at >= start:
            answered.append(asked)
    waiting.sort(key=lambda question: question.post.received_at, reverse=True)
    return tuple(waiting), tuple(answered)


def _last_asked(thread: Iterable[SummaryPost], start: datetime) -> SummaryPost | None:
    before = [post for post in thread if post.received_at < start and post.quotable]
    return next((post for post in reversed(before) if find_question(post.own)), None)


class _Reader:
    def __init__(self, conn: Connection, group: GroupInfo, site: SiteInfo, people: People) -> None:
        self._profiles = people.profiles
        self._conn = conn
        self._group = group
        self._base = site.base_url
        self._zone = ZoneInfo(group.timezone)

    def posts(self, start: datetime, end: datetime) -> list[_Read]:
        """The published posts of a span with all that a summary needs, by time of receipt."""
        parent = posts.alias("parent")
        query = (
            select(posts, post_texts.c.own, parent.c.key.label("parent_key"))
            .join(post_texts, post_texts.c.post_id == posts.c.id)
            .outerjoin(parent, parent.c.id == posts.c.parent_id)
            .where(*self._span(start, end))
            .order_by(posts.c.received_at, posts.c.id)
        )
        rows = self._conn.execute(query).all()
        shared = self._links(start, end)
        files = self._files(start, end)
        return [
            _Read(self._post(row, shared.get(row.id, ()), files.get(row.id, ())), row.thread_id)
            for row in rows
        ]

    def _span(self, start: datetime, end: datetime) -> tuple[Any, ...]:
        return (
            posts.c.group_id == self._group.id,
            posts.c.received_at >= start,
            posts.c.received_at < end,
            posts.c.state == PostState.PUBLISHED,
        )

    def _post(
        self, row: Row[Any], shared: Sequence[Link], files: Sequence[tuple[int, str, str]]
    ) -> SummaryPost:
        name = self._group.name
        organisation, country = self._profiles.get(row.author_address.lower(), ("", ""))
        paths = (
            (file, ids.attachment_path(name, row.key, at, file, kind)) for at, file, kind in files
        )
        return SummaryPost(
            key=row.key,
            url=ids.message_url(self._base, name, row.key),
            thread_id=row.thread_id,
            parent_key=row.parent_key or "",
            author=row.author,
            author_id=row.author.casefold() or row.author_address,
            organisation=organisation,
            country=country,
            subject=row.subject,
            received_at=row.received_at.astimezone(self._zone),  # days are told in it
            language=row.language,
            own=row.own,
            quotable=row.quotable,
            links=tuple(shared),
            files=tuple((file, ids.url(self._base, path)) for file, path in paths if path),
        )

    def _links(self, start: datetime, end: datetime) -> dict[int, list[Link]]:
        query = (
            select(links).join(posts, posts.c.id == links.c.post_id).where(*self._span(start, end))
        ).order_by(links.c.post_id, links.c.seq)
        found: dict[int, list[Link]] = defaultdict(list)
        for row in self._conn.execute(query):
            found[row.post_id].append(Link(row.url, row.sentence))
        return found

    def _files(self, start: datetime, end: datetime) -> dict[int, list[tuple[int, str, str]]]:
        query = (
            select(
                parts.c.post_id, parts.c.index.label("at"), parts.c.filename, parts.c.content_type
            )
            .join(posts, posts.c.id == parts.c.post_id)
            .where(*self._span(start, end), parts.c.role == PartRole.ATTACHMENT)
            .order_by(parts.c.post_id, parts.c.index)
        )
        found: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
        for row in self._conn.execute(query):
            if row.filename:
                found[row.post_id].append((row.at, row.filename, row.content_type))
        return found

    def threads(self, now: Sequence[_Read], start: datetime) -> tuple[SummaryThread, ...]:
        """The threads of the week's posts, by age."""
        by_thread: dict[int, list[SummaryPost]] = defaultdict(list)
        for one in now:
            by_thread[one.thread_id].append(one.post)
        if not by_thread:
            return ()
        wanted = list(by_thread)
        query = select(threads).where(threads.c.id.in_(wanted)).order_by(threads.c.id)
        before = (
            select(posts.c.thread_id, func.count().label("posts"))
            .where(posts.c.thread_id.in_(wanted), posts.c.received_at < start)
            .group_by(posts.c.thread_id)
        )
        earlier: dict[int, int] = {row.thread_id: row.posts for row in self._conn.execute(before)}
        return tuple(
            SummaryThread(
                id=row.id,
                subject=row.title or row.subject,
                url=ids.url(self._base, ids.thread_page(self._group.name, row.path)),
                started_at=row.started_at,
                earlier=earlier.get(row.id, 0),
                posts=tuple(by_thread[row.id]),
                opener=None,
            )
            for row in self._conn.execute(query)
        )

    def usual(self, start: datetime) -> float:
        """Median of posts a week over the last weeks that had any life; 0 when it is too early."""
        counts = []
        for back in range(1, USUAL_WEEKS + 1):
            span = self._span(start - timedelta(weeks=back), start - timedelta(weeks=back - 1))
            query = select(func.count()).select_from(posts).where(*span)
            counts.append(self._conn.execute(query).scalar_one())
        lively = [count for count in counts if count]
        return float(statistics.median(lively)) if len(lively) >= 3 else 0.0

    def boilerplate(self, end: datetime) -> frozenset[str]:
        """Sentences that stand in several of the last posts: footers, disclaimers, mottos."""
        query = (
            select(post_texts.c.own)
            .join(posts, posts.c.id == post_texts.c.post_id)
            .where(posts.c.group_id == self._group.id, posts.c.received_at < end)
            .order_by(posts.c.received_at.desc())
            .limit(BOILERPLATE_POSTS)
        )
        return boilerplate_of(self._conn.execute(query).scalars())
