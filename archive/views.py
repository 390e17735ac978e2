"""PageKey -> the views that its files are made from: the one door from the database to pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection, bindparam, select

from archive import ids, listviews, readers
from archive.feedtypes import FeedView, MailRow, MboxView, SitemapView
from archive.frames import Place
from archive.markup import clean_text
from archive.model import PageKey, PageKind, PostState, Thread
from archive.neighbours import NONE, Neighbours, neighbours_of
from archive.postviews import (
    LoadedPost,
    ShownCache,
    load_posts,
    load_threads,
    load_threads_posts,
    message_view,
    text_view,
    thread_view,
)
from archive.quick import Quick
from archive.summary_model import Discussion, Question, Quote, Resource, Summary, from_json
from archive.tables import links, post_texts, posts, weeks
from archive.tables import threads as thread_table
from archive.viewtypes import (
    ClosedView,
    FilesView,
    HomeView,
    LinksView,
    MessageView,
    MonthView,
    MovedView,
    RemovedView,
    SiteView,
    TextView,
    ThreadView,
    WeekView,
    YearView,
)

View = (
    ThreadView
    | MessageView
    | TextView
    | RemovedView
    | MovedView
    | ClosedView
    | HomeView
    | MonthView
    | YearView
    | FilesView
    | LinksView
    | FeedView
    | SitemapView
    | WeekView
    | MboxView
    | SiteView
)


def views_of(conn: Connection, place: Place, key: PageKey, cache: ShownCache) -> Iterator[View]:
    """Give the views of one page; none where what it showed is not there any more."""
    match key.kind:
        case PageKind.MESSAGE:
            yield from _message(conn, place, key.ref, cache)
        case PageKind.THREAD:
            thread_id, _, part = key.ref.partition(".")
            yield from _thread_part(conn, place, int(thread_id), int(part), cache)
        case PageKind.MOVED:
            yield from moved_views(conn, place, readers.get_thread(conn, int(key.ref)))
        case PageKind.HOME:
            yield listviews.home_view(conn, place)
        case PageKind.MONTH:
            yield from listviews.month_views(conn, place, key.ref)
        case PageKind.YEAR:
            yield listviews.year_view(conn, place, key.ref)
        case PageKind.FILES:
            yield from listviews.files_views(conn, place, key.ref)
        case PageKind.LINKS:
            yield from listviews.links_views(conn, place, key.ref)
        case PageKind.FEED:
            yield from [listviews.feed_view(conn, place)] if place.site.base_url else ()
        case PageKind.SITEMAP:
            yield from [listviews.sitemap_view(conn, place, key.ref)] if place.site.base_url else ()
        case PageKind.WEEK:
            yield from week_views(conn, place, key.ref)
        case PageKind.MBOX:
            yield mbox_view(conn, place, key.ref)
        case PageKind.SITE:
            yield listviews.site_view(conn, place.site)


def _message(conn: Connection, place: Place, key: str, cache: ShownCache) -> Iterator[View]:
    for (one,) in load_posts(conn, place, posts.c.key == key):
        thread = readers.shown_in(conn, one.post.thread_id)
        yield message_view(place, thread, one, cache)
        yield text_view(place, one)


def _thread_part(
    conn: Connection, place: Place, thread_id: int, part: int, cache: ShownCache
) -> Iterator[View]:
    thread = readers.get_thread(conn, thread_id)
    if thread.merged_into is not None or not thread.count:
        yield from moved_views(conn, place, thread)
        return
    if part > thread.parts:
        return
    where = (posts.c.thread_id == thread_id, posts.c.part == part)
    skeleton = readers.posts_of_thread(conn, thread_id) if part == 1 else []
    near = neighbours_of(conn, place.group.id, [thread]) if part == 1 else {}
    loaded = next(load_posts(conn, place, *where), [])
    yield thread_view(place, thread, part, loaded, skeleton, cache, near.get(thread_id, NONE))


def thread_views(
    conn: Connection, place: Place, first: int, last: int, cache: ShownCache
) -> Iterator[View]:
    """Give all pages of all threads with ids from `first` to `last` and of all their posts: what
    `views_of` gives one by one, with two queries for many threads."""
    chosen = thread_table.c.id.between(first, last), thread_table.c.group_id == place.group.id
    known = load_threads(conn, place.group.id, conn.execute(_THREAD_IDS.where(*chosen)).scalars())
    near = neighbours_of(conn, place.group.id, known.values())
    for loaded in load_threads_posts(conn, place, first, last):
        thread = known[loaded[0].post.thread_id]
        yield from _whole_thread(place, thread, loaded, cache, near.get(thread.id, NONE))
    for thread in known.values():
        if thread.merged_into is not None or not thread.count:
            yield from moved_views(conn, place, thread)


_THREAD_IDS = select(thread_table.c.id)


def _whole_thread(
    place: Place, thread: Thread, loaded: list[LoadedPost], cache: ShownCache, near: Neighbours
) -> Iterator[View]:
    skeleton = [one.post for one in loaded]
    for part in range(1, thread.parts + 1):
        here = [one for one in loaded if one.post.part == part]
        yield thread_view(place, thread, part, here, skeleton, cache, near)
    for one in loaded:
        yield message_view(place, thread, one, cache)
        yield text_view(place, one)


def moved_views(conn: Connection, place: Place, thread: Thread) -> Iterator[MovedView]:
    """Point from each page of a thread that was merged, or that all posts have left, to the thread
    that shows its posts now."""
    target = readers.shown_in(conn, thread.id)
    if target.id == thread.id:
        return
    path = ids.thread_page(place.group.name, target.path)
    for part in range(1, thread.parts + 1):
        here = ids.thread_page(place.group.name, thread.path, part)
        frame = place.frame(here, "", robots="noindex", canonical=place.url(path))
        yield MovedView(frame, path)


def closed_view(place: Place) -> ClosedView:
    """Show the one page of a group whose archive is not public."""
    frame = place.frame(ids.home_path(place.group.name), "", robots="noindex")
    return ClosedView(frame, place.group.archive)


# --- Weeks and months for a mail program ------------------------------------------------------


def week_views(conn: Connection, place: Place, week: str) -> Iterator[WeekView]:
    """Show a frozen weekly summary, without what was taken down since (SUMMARY, honesty rules)."""
    statement = select(weeks.c.summary).where(
        weeks.c.group_id == place.group.id, weeks.c.week == week
    )
    text = conn.execute(statement).scalar_one_or_none()
    if text is None:
        return
    summary = from_json(text)
    kept = _still_shown(conn, place.group.id, summary)
    path = ids.week_path(place.group.name, week)
    yield WeekView(
        frame=place.frame(path, "", canonical=place.url(path)),
        summary=_without(summary, kept, _still_shared(conn, place, summary)),
        number=date.fromisoformat(f"{summary.first_day}").isocalendar().week,
        year=summary.first_day.isocalendar().year,
    )


def _quotes(summary: Summary) -> Iterator[Quote]:
    for told in summary.discussions:
        yield from (*told.asked, *told.said)
        yield from [told.last_word] if told.last_word else ()
    for question in (*summary.open_questions, *summary.answered):
        yield question.quote


def _still_shown(conn: Connection, group_id: int, summary: Summary) -> frozenset[str]:
    keys = {quote.key for quote in _quotes(summary)}
    statement = select(posts.c.key).where(
        posts.c.group_id == group_id,
        posts.c.key.in_(sorted(keys)),
        posts.c.state == PostState.PUBLISHED,
    )
    return frozenset(conn.execute(statement).scalars())


def _still_shared(conn: Connection, place: Place, summary: Summary) -> frozenset[tuple[str, str]]:
    """The (address, name) of resources whose post is still there."""
    statement = (
        select(links.c.url, posts.c.author)
        .join(posts, posts.c.id == links.c.post_id)
        .where(links.c.url.in_(sorted({one.url for one in summary.resources})))
        .where(posts.c.group_id == place.group.id, posts.c.state == PostState.PUBLISHED)
    )
    shared = {(url, author) for url, author in conn.execute(statement)}
    shared |= {(one.url, one.name) for one in summary.resources if _file_is_there(conn, place, one)}
    return frozenset(shared)


def _file_is_there(conn: Connection, place: Place, file: Resource) -> bool:
    key = ids.key_in(ids.local_path(place.site.base_url, file.url))
    post = readers.post_by_key(conn, place.group.id, key) if key else None
    return post is not None and post.state is PostState.PUBLISHED


def _without(summary: Summary, kept: frozenset[str], shared: frozenset[tuple[str, str]]) -> Summary:
    def told(one: Discussion) -> Discussion:
        last = one.last_word if one.last_word and one.last_word.key in kept else None
        asked = tuple(quote for quote in one.asked if quote.key in kept)
        said = tuple(quote for quote in one.said if quote.key in kept)
        return replace(one, asked=asked, said=said, last_word=last)

    def open_still(questions: Iterable[Question]) -> tuple[Question, ...]:
        return tuple(one for one in questions if one.quote.key in kept)

    return replace(
        summary,
        discussions=tuple(told(one) for one in summary.discussions),
        open_questions=open_still(summary.open_questions),
        answered=open_still(summary.answered),
        resources=tuple(one for one in summary.resources if (one.url, one.name) in shared),
    )


def mbox_view(conn: Connection, place: Place, month: str) -> MboxView:
    """Give the published posts of a month, oldest first, as a mail program wants them."""
    first, after = listviews.month_range(month)
    given = {"of": place.group.id, "first": first, "after": after}
    found = sorted(_OF_MONTH.rows(conn, given), key=lambda row: (row.received_at, row.key))
    rows = tuple(
        MailRow(
            message_id=row.message_id,
            parent_mid=row.parent_mid or row.named_mid or "",
            author=row.author,
            at=row.received_at,
            subject=ids.masked(clean_text(row.subject)),
            url=place.url(ids.message_path(place.group.name, row.key)),
            body=ids.masked(clean_text(row.body or "")),
        )
        for row in found
    )
    return MboxView(ids.mbox_path(place.group.name, month), rows)


_parent = posts.alias("parent")
_OF_MONTH = Quick(
    select(
        posts.c.key,
        posts.c.message_id,
        posts.c.parent_mid,
        _parent.c.message_id.label("named_mid"),
        posts.c.author,
        posts.c.received_at,
        posts.c.subject,
        post_texts.c.body,
    )
    .select_from(posts)
    .outerjoin(_parent, _parent.c.id == posts.c.parent_id)
    .outerjoin(post_texts, post_texts.c.post_id == posts.c.id)
    .where(
        posts.c.group_id == bindparam("of"),
        posts.c.received_at >= bindparam("first"),
        posts.c.received_at < bindparam("after"),
        posts.c.state == PostState.PUBLISHED,
    )
)
