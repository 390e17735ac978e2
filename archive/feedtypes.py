"""What programs read of an archive, as plain values: feeds, sitemaps, a month as mbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """A post in a feed."""

    url: str
    title: str
    author: str
    at: datetime
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class FeedView:
    """The last posts of a group."""

    path: str
    json_path: str
    language: str
    title: str
    about: str
    home: str
    atom: str
    json: str
    updated: datetime
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class SitemapRow:
    """A page for crawlers and when it changed last."""

    url: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SitemapView:
    """The thread pages that a month's posts stand on."""

    path: str
    rows: tuple[SitemapRow, ...]


@dataclass(frozen=True, slots=True)
class MailRow:
    """A post in a month's mbox."""

    message_id: str
    parent_mid: str
    author: str
    at: datetime
    subject: str
    url: str
    body: str


@dataclass(frozen=True, slots=True)
class MboxView:
    """The posts of a month for a mail program, addresses masked."""

    path: str
    rows: tuple[MailRow, ...]
