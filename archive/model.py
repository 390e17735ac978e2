"""The plain types of the archive: a whole parsed mail ("meat"), a post's few fields ("skeleton"),
threads, blocks of text, page keys and the facts a weekly summary is made from.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One address of a header: decoded display name and addr-spec; either may be empty."""

    name: str
    address: str


class PartRole(StrEnum):
    """What a leaf MIME part is to a reader."""

    TEXT = "text"
    """body text (text/plain, inline, no filename)"""
    HTML = "html"
    """an HTML body; never served, only turned into text where no plain text exists"""
    ATTACHMENT = "attachment"
    FOOTER = "footer"
    """a list footer that came as a part of its own (FACTS: Mailman 3)"""
    SIGNATURE = "signature"
    """a PGP or S/MIME signature: kept, listed as such, not offered as a file to open"""


@dataclass(frozen=True, slots=True)
class Part:
    """One leaf MIME part; its bytes are fetched again from the raw mail by `parse.part_bytes`."""

    index: int
    """position among the leaf parts in document order, from 0"""
    role: PartRole
    content_type: str
    charset: str
    filename: str
    """decoded name as the author gave it, or empty"""
    content_id: str
    size: int
    """decoded size in bytes"""
    other_names: tuple[str, ...] = ()
    """what readers' programs may call it instead: fields may name a file more than once"""


@dataclass(frozen=True, slots=True)
class ParsedMessage:
    """A whole mail, decoded for reading. Large: hold one at a time. `parse.parse` never raises."""

    message_id: str
    """canonical: inside <>, unfolded, no white space, case kept; made from the digest if missing"""
    message_id_given: bool
    digest: str
    """sha256 hex over the mail without trace headers: tells a copy from an imposter"""
    from_: tuple[Mailbox, ...]
    sender: tuple[Mailbox, ...]
    reply_to: tuple[Mailbox, ...]
    original_from: tuple[Mailbox, ...]
    """X-Original-From or Author (RFC 9057): who wrote it when From was rewritten on the way"""
    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...]
    subject: str
    date_claimed: datetime | None
    """the Date header in UTC; None if absent or unreadable. It lies: never sort by it alone"""
    received_claimed: datetime | None
    """the newest Received date in UTC: arrival time for imports (FACTS 11)"""
    in_reply_to: tuple[str, ...]
    """canonical ids of In-Reply-To, with or without <>"""
    references: tuple[str, ...]
    """canonical ids, oldest first, at most 50 (the last 50)"""
    auto_submitted: str
    """value of Auto-Submitted, lower case, without parameters; empty if absent"""
    precedence: str
    return_path: str | None
    """the Return-Path header's address if present ('' for <>), for imports"""
    list_headers: tuple[tuple[str, str], ...]
    """List-* headers as (lower-case name, unfolded value)"""
    headers: tuple[tuple[str, str], ...]
    """the other headers that decisions need, lower-case name and unfolded decoded value:
    x-loop, x-no-archive, authentication-results, x-autoreply, x-autorespond, content-type ..."""
    received_count: int
    text: str
    """the body as text (plain parts joined, else HTML turned into text), LF line ends, NUL-free"""
    html_only: bool
    language: str
    """from Content-Language, else empty"""
    flowed: bool
    """format=flowed (RFC 3676); `text` is already unflowed"""
    parts: tuple[Part, ...]
    defects: tuple[str, ...]


class PostState(StrEnum):
    """Whether a post is shown."""

    PUBLISHED = "published"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Post:
    """A post's few fields: thousands of these may be in memory."""

    id: int
    group_id: int
    number: int
    """per-group number, from 1; a recorded fact"""
    key: str
    message_id: str
    thread_id: int
    part: int
    """which part of its thread's pages shows it, from 1; a recorded fact"""
    parent_id: int | None
    parent_mid: str
    """canonical id of the parent it names when that mail is not here (a ghost), else empty"""
    depth: int
    author: str
    """display name as pages show it; never an address"""
    subject: str
    received_at: datetime
    language: str
    state: PostState
    weight: int
    """bytes of body text, for splitting threads into parts"""
    attachments: int


@dataclass(frozen=True, slots=True)
class Thread:
    """A discussion. Its path is chosen once, at birth, and never recomputed."""

    id: int
    group_id: int
    path: str
    """'2026/03/saving-bean-seed', relative to the group, without .html"""
    subject: str
    """what it is called: its coordinators' title, else the subject of its first post"""
    started_at: datetime
    last_at: datetime
    count: int
    people: int
    parts: int
    merged_into: int | None
    first_subject: str = ""
    """the subject of its first post, whatever it is called"""
    locked: bool = False
    """takes no further posts by mail"""
    split_from: int | None = None
    """the thread from which coordinators split it off"""


class ArchiveMode(StrEnum):
    """Who may read a group's archive."""

    PUBLIC = "public"
    MEMBERS = "members"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class GroupInfo:
    """What the archive knows of a group; the live service extends it one to one."""

    id: int
    name: str
    """[a-z0-9-]{2,24}, unique per host"""
    title: str
    about: str
    language: str
    timezone: str
    archive: ArchiveMode
    closed_at: datetime | None = None
    """since when it takes no more posts (UTC); None while it does"""


class BlockKind(StrEnum):
    """What a run of lines in a body is."""

    WORDS = "words"
    """the author's own prose"""
    PRE = "pre"
    """the author's own preformatted lines: code, tables, logs"""
    QUOTE = "quote"
    """quoted text, with or without its attribution line"""
    SIGNATURE = "signature"
    FOOTER = "footer"
    """list or provider boilerplate below the text"""


@dataclass(frozen=True, slots=True)
class Block:
    """A run of lines of one kind, in document order; joined by LF they give the body again."""

    kind: BlockKind
    text: str
    level: int
    """quote depth for QUOTE (1 and up), else 0"""


@dataclass(frozen=True, slots=True)
class Link:
    """A web address that a post shares in its author's own words."""

    url: str
    sentence: str
    """the author's own sentence it stood in"""


class PageKind(StrEnum):
    """Kinds of generated pages; a new kind is one member, one view, one template, one URL row."""

    MESSAGE = "message"
    """ref = post key: HTML page, plain text twin and attachments"""
    THREAD = "thread"
    """ref = '<thread id>.<part>'"""
    MOVED = "moved"
    """ref = thread id of a merged thread: a page that points to where it went"""
    MONTH = "month"
    """ref = '2026-03'"""
    YEAR = "year"
    """ref = '2026'"""
    HOME = "home"
    FEED = "feed"
    """Atom and JSON feed"""
    WEEK = "week"
    """ref = '2026-W12'"""
    FILES = "files"
    """ref = '2026': attachments of a year"""
    LINKS = "links"
    """ref = '2026': links of a year"""
    MBOX = "mbox"
    """ref = '2026-03': the month as a masked mbox.gz"""
    SITEMAP = "sitemap"
    """ref = '2026-03'"""
    SITE = "site"
    """the host's front page, style sheet, robots.txt, sitemap index; group_id 0"""
    WHOLE = "whole"
    """all pages of a group: its archive was opened, or what stands on each of them changed"""


@dataclass(frozen=True, slots=True, order=True)
class PageKey:
    """Names one page (or small family of files) of a group."""

    group_id: int
    kind: PageKind
    ref: str


@dataclass(frozen=True, slots=True)
class SummaryPost:
    """What the weekly summary needs of one post."""

    key: str
    url: str
    thread_id: int
    parent_key: str
    """key of the parent post if it is in the archive, else empty"""
    author: str
    author_id: str
    """stable per person within one call (never shown): the same person, the same value"""
    organisation: str
    country: str
    subject: str
    received_at: datetime
    language: str
    own: str
    """the author's own words (`text.own_words`), paragraphs separated by blank lines"""
    quotable: bool
    """False for X-No-Archive / no-summary posts: counted, never quoted"""
    links: tuple[Link, ...]
    files: tuple[tuple[str, str], ...]
    """(file name, url) of attachments"""


@dataclass(frozen=True, slots=True)
class SummaryThread:
    """A thread that has posts in the week; `earlier` counts its posts before the week."""

    id: int
    subject: str
    url: str
    started_at: datetime
    earlier: int
    posts: tuple[SummaryPost, ...]
    """this week's posts, by received_at"""
    opener: SummaryPost | None
    """the thread's first post when it is older than the week, else None"""


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question asked before the week that still has no answer by another person."""

    post: SummaryPost
    asked_on: date


@dataclass(frozen=True, slots=True)
class WeekFacts:
    """Everything a weekly summary is made from: plain values, no I/O, no clock."""

    group: GroupInfo
    week: str
    """ISO week '2026-W12', Monday to Sunday in the group's zone"""
    first_day: date
    last_day: date
    threads: tuple[SummaryThread, ...]
    usual: float
    """median posts a week over the last weeks; 0 when unknown"""
    boilerplate: frozenset[str]
    """normalised sentences seen in 3 or more messages of the group"""
    open_questions: tuple[OpenQuestion, ...]
    answered: tuple[SummaryPost, ...]
    """questions asked before the week that got their first answer in it"""
    newcomers: tuple[str, ...]
    """names of new members who agreed to be named"""
    joined: int
    home_url: str
    page_url: str


@dataclass(frozen=True, slots=True)
class SiteInfo:
    """What every page needs to know of the host."""

    name: str
    base_url: str
    """'https://lists.example.org', without a slash at its end"""
    domain: str
    """domain of the groups' addresses"""
    language: str
    search: bool
    """a live service answers `/_/search`; False for a throwaway archive"""
    ai_crawlers: bool
    """let crawlers that feed models in (robots.txt)"""
    body_limit: int
    """bytes of one body that a page shows before it links the plain text"""
