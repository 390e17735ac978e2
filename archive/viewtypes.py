"""What each kind of page shows, as plain values: the contract between views and templates.

A page depends on nothing else than its view, so that equal views are equal bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from archive import ids
from archive.markup import Piece
from archive.model import ArchiveMode, SiteInfo
from archive.summary_model import Summary


@dataclass(frozen=True, slots=True)
class GroupFrame:
    """What every page of a group says of it; the same for all its pages."""

    name: str
    title: str
    home: str
    """path of its home page"""
    address: str
    join_address: str
    leave_address: str
    post: str
    """mailto: links from here on"""
    join: str
    leave: str
    help: str
    owner: str
    closed_on: date | None = None
    """since which day, in the group's zone, it takes no more posts"""


@dataclass(frozen=True, slots=True)
class Frame:
    """What the layout needs: who, where, in which language, for which crawlers."""

    site: SiteInfo
    group: GroupFrame | None
    path: str
    root: str
    """relative way to the site's root: '../../../' or ''"""
    language: str
    rtl: bool
    title: str
    robots: str = ""
    canonical: str = ""
    about: str = ""
    """OpenGraph text of about 160 characters"""


@dataclass(frozen=True, slots=True)
class FileView:
    """An attachment as a page lists it; `href` is empty for one that is not kept on the web."""

    name: str
    content_type: str
    size: int
    href: str
    inline: bool


@dataclass(frozen=True, slots=True)
class ParentView:
    """Whom a post answers; `state` is 'published', 'removed' or 'missing'."""

    state: str
    name: str
    href: str


@dataclass(frozen=True, slots=True)
class PostView:
    """One post inside a thread or message page."""

    key: str
    path: str
    text_href: str
    author: str
    at: datetime
    subject: str
    """the post's own subject where it differs from the thread's, else empty"""
    language: str
    """set only where it differs from the page's"""
    indent: int
    removed: bool
    parent: ParentView | None
    pieces: tuple[Piece, ...]
    cut: bool
    """the body is longer than a page shows"""
    files: tuple[FileView, ...]
    reply: str


@dataclass(frozen=True, slots=True)
class OutlineRow:
    """One line of a thread's outline; `author` is empty for a removed post."""

    href: str
    author: str
    at: datetime
    indent: int


@dataclass(frozen=True, slots=True)
class ThreadLink:
    """Another discussion that a page points to."""

    path: str
    subject: str


@dataclass(frozen=True, slots=True)
class ThreadView:
    """One part of a thread. Counts, outline, dates and neighbours stand on the first part only."""

    frame: Frame
    subject: str
    month_path: str
    part: int
    posts: tuple[PostView, ...]
    started_at: datetime
    last_at: datetime
    count: int
    people: int
    outline: tuple[OutlineRow, ...]
    outline_more: int
    first: str
    previous: str
    next: str
    locked: bool
    """takes no further posts by mail: nothing invites to answer"""
    continued_from: ThreadLink | None
    """the discussion from which coordinators split it off"""
    continues_in: tuple[ThreadLink, ...]
    """those that coordinators split off from it"""


@dataclass(frozen=True, slots=True)
class MessageView:
    """A post at its permanent address."""

    frame: Frame
    subject: str
    month_path: str
    thread: str
    """its place in the thread's pages"""
    post: PostView
    reply_address: str


@dataclass(frozen=True, slots=True)
class TextView:
    """The plain-text twin of a message page."""

    path: str
    language: str
    removed: bool
    author: str
    at: datetime
    subject: str
    parent_url: str
    url: str
    files: tuple[FileView, ...]
    body: str


@dataclass(frozen=True, slots=True)
class RemovedView:
    """The tombstone of a removed post."""

    frame: Frame
    thread: str


@dataclass(frozen=True, slots=True)
class MovedView:
    """A page of a thread that was joined to another one. It does not name that one, whose subject
    may change."""

    frame: Frame
    target: str


@dataclass(frozen=True, slots=True)
class ClosedView:
    """The one page of a group whose archive is not public."""

    frame: Frame
    mode: ArchiveMode


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A discussion in a list. On a month's page `count` is that month's alone."""

    path: str
    subject: str
    count: int
    people: int
    started_at: datetime
    last_at: datetime
    carried: bool
    """began before the month of the page"""


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month and how many posts it has."""

    month: date
    path: str
    posts: int


@dataclass(frozen=True, slots=True)
class YearRow:
    """A year and how many posts it has."""

    year: int
    path: str
    posts: int


@dataclass(frozen=True, slots=True)
class WeekRow:
    """A weekly summary in the home page's list."""

    path: str
    year: int
    number: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class HomeView:
    """A group's home."""

    frame: Frame
    about: tuple[str, ...]
    threads: tuple[ThreadRow, ...]
    weeks: tuple[WeekRow, ...]
    months: tuple[MonthRow, ...]
    years: tuple[YearRow, ...]


@dataclass(frozen=True, slots=True)
class MonthView:
    """One page of a month's list of discussions."""

    frame: Frame
    month: date
    year_path: str
    page: int
    pages: tuple[str, ...]
    posts: int
    threads: int
    rows: tuple[ThreadRow, ...]
    mbox: str


@dataclass(frozen=True, slots=True)
class YearView:
    """The months of a year; `files` and `links` are paths, empty where there are none."""

    frame: Frame
    year: int
    months: tuple[MonthRow, ...]
    files: str
    links: str


@dataclass(frozen=True, slots=True)
class FileRow:
    """An attachment in a year's list, with the post it came in."""

    file: FileView
    author: str
    at: datetime
    path: str


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link in a year's list, with the sentence and the post it came in."""

    url: str
    shown: str
    sentence: str
    author: str
    at: datetime
    path: str


@dataclass(frozen=True, slots=True)
class LibraryView:
    """One page of what was shared in a year."""

    frame: Frame
    year: int
    year_path: str
    page: int
    pages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FilesView(LibraryView):
    """One page of the attachments of a year."""

    rows: tuple[FileRow, ...]


@dataclass(frozen=True, slots=True)
class LinksView(LibraryView):
    """One page of the links of a year."""

    rows: tuple[LinkRow, ...]


@dataclass(frozen=True, slots=True)
class WeekView:
    """A weekly summary as a page: all of it, with the quotes of removed posts left out."""

    frame: Frame
    summary: Summary
    number: int
    year: int

    def href(self, address: str) -> str:
        """Give a relative link where an address of the summary is one of our own pages."""
        path = ids.local_path(self.frame.site.base_url, address)
        return f"{self.frame.root}{path}" if path else address

    def foreign(self, language: str) -> bool:
        """Tell whether a quote is not in the page's language."""
        return bool(language) and language[:2] != self.frame.language[:2]


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A public group on the host's front page."""

    path: str
    title: str
    about: str
    last_day: date | None


@dataclass(frozen=True, slots=True)
class SiteView:
    """The host's front page and what stands beside it."""

    frame: Frame
    site: SiteInfo
    groups: tuple[GroupRow, ...]
    sitemap: str
    sitemaps: tuple[str, ...]
