"""Views -> files: which template makes which path, and the attachments of a post."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from archive import ids
from archive.errors import NotFound
from archive.feeds import json_feed, month_mbox
from archive.feedtypes import FeedView, MboxView, SitemapView
from archive.frames import Place
from archive.model import SiteInfo
from archive.parse import leaf_parts
from archive.rawmail import load_raw
from archive.render import Renderer
from archive.tables import posts
from archive.views import View
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

_FRAMED: dict[type, str] = {
    MessageView: "message.html",
    ThreadView: "thread.html",
    RemovedView: "removed.html",
    MovedView: "moved.html",
    ClosedView: "closed.html",
    HomeView: "home.html",
    MonthView: "month.html",
    YearView: "year.html",
    FilesView: "files.html",
    LinksView: "links.html",
    WeekView: "week.html",
}


@dataclass(frozen=True, slots=True)
class Output:
    """One file of the public tree."""

    path: str
    data: bytes


def outputs(renderer: Renderer, site: SiteInfo, view: View) -> Iterator[Output]:
    """Give the files that a view becomes."""
    match view:
        case TextView():
            yield Output(view.path, renderer.page("message.txt", view.language, view))
        case FeedView():
            yield Output(view.path, renderer.page("feed.atom", view.language, view))
            yield Output(view.json_path, json_feed(view))
        case SitemapView():
            yield Output(view.path, renderer.page("sitemap.xml", site.language, view))
        case MboxView():
            yield Output(view.path, month_mbox(view))
        case SiteView():
            yield from _site(renderer, view)
        case _:
            frame = view.frame
            yield Output(frame.path, renderer.page(_FRAMED[type(view)], frame.language, view))


def _site(renderer: Renderer, view: SiteView) -> Iterator[Output]:
    language = view.frame.language
    yield Output(ids.site_path(), renderer.page("site.html", language, view))
    yield Output(ids.robots_path(), renderer.page("robots.txt", language, view))
    yield Output(ids.style_path(), renderer.style())
    if view.sitemap:
        yield Output(ids.sitemap_index_path(), renderer.page("sitemaps.xml", language, view))


# --- Attachments ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """An attachment that must be on disk: its content never changes, so its size tells enough."""

    path: str
    size: int


def wanted_files(view: MessageView) -> tuple[Wanted, ...]:
    """Name the attachments of a post that are kept on the web."""
    return tuple(
        Wanted(file.href.removeprefix(view.frame.root), file.size)
        for file in view.post.files
        if file.href
    )


def attachments(conn: Connection, place: Place, key: str) -> Iterator[Output]:
    """Decode the attachments of a post from its raw mail; none if that was purged meanwhile."""
    found = {"of": place.group.id, "key": key}
    mail_id = conn.execute(_MAIL_OF, found).scalar_one_or_none()
    if mail_id is None:
        return
    try:
        raw = load_raw(conn, mail_id)
    except NotFound:
        return
    for part, data in leaf_parts(raw):
        group, kind = place.group.name, part.content_type
        path = ids.attachment_path(group, key, part.index, part.filename, kind)
        if path:
            yield Output(path, data)


_MAIL_OF = select(posts.c.mail_id).where(
    posts.c.group_id == bindparam("of"), posts.c.key == bindparam("key")
)
