"""Posts and threads read for their pages: one query gives the posts and texts of many threads."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, select

from archive import ids, threads
from archive.filenames import opens_inline
from archive.frames import Place
from archive.markup import Piece, clean_text, cut_pieces, excerpt
from archive.model import PartRole, Post, PostState, Thread
from archive.neighbours import NONE, Neighbours
from archive.quick import Quick
from archive.readers import POST_COLUMNS, THREAD_COLUMNS, post_of, thread_of
from archive.tables import parts as part_table
from archive.tables import post_texts, posts
from archive.tables import threads as thread_table
from archive.text import normal_subject
from archive.viewtypes import (
    FileView,
    MessageView,
    OutlineRow,
    ParentView,
    PostView,
    RemovedView,
    TextView,
    ThreadLink,
    ThreadView,
)

OUTLINE_ROWS = 200
MAX_INDENT = 3
DESCRIPTION = 160

# Thread and message pages both stand three folders below the site's root.
_UP = "../../../"

_parent = posts.alias("parent")
PART_COLUMNS = (
    part_table.c.index.label("place"),  # a Row has a method of the name `index`
    part_table.c.filename,
    part_table.c.content_type,
    part_table.c.size,
)
_PARENT_NAMES = ("key", "message_id", "author", "state", "thread_id", "part")
_LOAD = (
    select(
        *POST_COLUMNS,
        *(_parent.c[name] for name in _PARENT_NAMES),
        post_texts.c.body,
        post_texts.c.layout,
        post_texts.c.own,
    )
    .select_from(posts)
    .outerjoin(_parent, _parent.c.id == posts.c.parent_id)
    .outerjoin(post_texts, post_texts.c.post_id == posts.c.id)
)

_ORDER = (posts.c.thread_id, posts.c.part)
_LOAD_THREADS = Quick(
    _LOAD.where(
        posts.c.group_id == bindparam("of"),
        posts.c.thread_id.between(bindparam("first"), bindparam("last")),
    ).order_by(*_ORDER)
)


@dataclass(frozen=True, slots=True)
class Shown:
    """What is dear to make of a post, and the same on its message page and in its thread."""

    pieces: tuple[Piece, ...]
    cut: bool
    reply: str


@dataclass(frozen=True, slots=True)
class LoadedPost:
    """A post with its text and what its pages say of its parent."""

    post: Post
    parent_key: str
    parent_mid: str
    parent_name: str
    parent_state: str
    parent_thread: int
    parent_part: int
    body: str
    layout: str
    own: str
    files: tuple[FileView, ...]

    @property
    def removed(self) -> bool:
        """Taken down: nothing of it may be shown."""
        return self.post.state is PostState.REMOVED


class ShownCache:
    """The last bodies that were set for a page, up to `limit` characters of HTML together; a body
    never changes, so neither does this."""

    def __init__(self, limit: int = 8_000_000) -> None:
        self._limit = limit
        self._size = 0
        self._kept: OrderedDict[int, Shown] = OrderedDict()

    def shown(self, place: Place, loaded: LoadedPost) -> Shown:
        """Give a post's body set for a page, from memory where it was set before."""
        kept = self._kept.get(loaded.post.id)
        if kept is None:
            found, cut = cut_pieces(loaded.body, loaded.layout, place.site.body_limit)
            kept = Shown(found, cut, place.reply_link(loaded.post))
            self._kept[loaded.post.id] = kept
            self._size += _size(kept)
            while self._size > self._limit:
                self._size -= _size(self._kept.popitem(last=False)[1])
        return kept


def _size(shown: Shown) -> int:
    return 500 + sum(len(piece.html) for piece in shown.pieces)


def load_posts(
    conn: Connection, place: Place, *where: ColumnElement[bool]
) -> Iterator[list[LoadedPost]]:
    """Give the posts of a group that match, thread by thread, in order of thread id and part."""
    statement = _LOAD.where(posts.c.group_id == place.group.id, *where)
    return _by_thread(conn, place, conn.execute(statement.order_by(*_ORDER)).all())


def load_threads_posts(
    conn: Connection, place: Place, first: int, last: int
) -> Iterator[list[LoadedPost]]:
    """Give the posts of the threads with ids from `first` to `last`, as `load_posts` does: the
    query of a rebuild, which asks for nothing else."""
    given = {"of": place.group.id, "first": first, "last": last}
    return _by_thread(conn, place, _LOAD_THREADS.rows(conn, given))


def _by_thread(conn: Connection, place: Place, rows: Sequence[Any]) -> Iterator[list[LoadedPost]]:
    files = _files(conn, place, [row for row in rows if row.attachments])
    for _, run in groupby(rows, key=lambda row: row.thread_id):
        yield [_loaded(row, files.get(row.id, ())) for row in run]


def _loaded(row: Any, files: tuple[FileView, ...]) -> LoadedPost:
    key, message_id, author, state, thread_id, part, body, layout, own = row[len(POST_COLUMNS) :]
    return LoadedPost(
        post=post_of(row),
        parent_key=key or "",
        parent_mid=row.parent_mid or message_id or "",
        parent_name=author or "",
        parent_state=state or "",
        parent_thread=thread_id or 0,
        parent_part=part or 0,
        body=body or "",
        layout=layout or "",
        own=own or "",
        files=files,
    )


def load_threads(conn: Connection, group_id: int, thread_ids: Iterable[int]) -> dict[int, Thread]:
    """Give the threads of a group that are among `thread_ids`, by id."""
    wanted = list(thread_ids)
    statement = select(*THREAD_COLUMNS).where(
        thread_table.c.group_id == group_id, thread_table.c.id.in_(wanted)
    )
    return {row.id: thread_of(row) for row in conn.execute(statement)}


# --- Attachments ------------------------------------------------------------------------------


def _files(conn: Connection, place: Place, rows: Sequence[Any]) -> dict[int, tuple[FileView, ...]]:
    if not rows:
        return {}
    keys = {row.id: row.key for row in rows}
    statement = (
        select(part_table.c.post_id, *PART_COLUMNS)
        .where(part_table.c.post_id.in_(list(keys)), part_table.c.role == PartRole.ATTACHMENT)
        .order_by(part_table.c.post_id, part_table.c.index)
    )
    found: dict[int, tuple[FileView, ...]] = {}
    for post_id, run in groupby(conn.execute(statement), key=lambda part: part.post_id):
        key = keys[post_id]
        found[post_id] = tuple(file_view(place.group.name, key, part) for part in run)
    return found


def file_view(group: str, key: str, part: Any, up: str = _UP) -> FileView:
    """Say how an attachment (a row of PART_COLUMNS) is listed; `up` is the way to the site's root."""
    path = ids.attachment_path(group, key, part.place, part.filename, part.content_type)
    last = part.filename.replace("\\", "/").rpartition("/")[2]
    shown = ids.masked(clean_text(last)).strip() or part.content_type
    href = f"{up}{path}" if path else ""
    return FileView(shown, part.content_type, part.size, href, opens_inline(path))


# --- Views ------------------------------------------------------------------------------------


def thread_view(
    place: Place,
    thread: Thread,
    part: int,
    loaded: Sequence[LoadedPost],
    skeleton: Sequence[Post],
    cache: ShownCache,
    near: Neighbours = NONE,
) -> ThreadView:
    """Show one part of a thread; `skeleton` is the whole thread, it and `near` are only used for
    the first part."""
    group, near = place.group.name, near if part == 1 else NONE
    path = ids.thread_page(group, thread.path, part)
    by_id = {one.post.id: one for one in loaded}
    base = normal_subject(thread.first_subject)[0].casefold()
    ordered = [by_id[post.id] for post in threads.tree([one.post for one in loaded])]
    first = next((one for one in ordered if not one.removed), None)
    title = ids.masked(thread.subject if part == 1 else f"{thread.subject} ({part})")
    rows = threads.tree(skeleton) if part == 1 and len(skeleton) > 2 else []
    return ThreadView(
        frame=place.frame(
            path,
            title,
            canonical=place.url(path),
            about=excerpt(first.own, DESCRIPTION) if first else "",
        ),
        subject=ids.masked(thread.subject),
        month_path=ids.month_path(group, f"{thread.started_at:%Y-%m}"),
        part=part,
        posts=tuple(_in_thread(place, thread, one, base, cache) for one in ordered),
        started_at=thread.started_at,
        last_at=thread.last_at,
        count=thread.count,
        people=thread.people,
        outline=tuple(_outline_row(place, thread, post) for post in rows[:OUTLINE_ROWS]),
        outline_more=max(0, len(rows) - OUTLINE_ROWS),
        first=ids.thread_page(group, thread.path),
        previous=ids.thread_page(group, thread.path, part - 1) if part > 1 else "",
        next=ids.thread_page(group, thread.path, part + 1) if part < thread.parts else "",
        locked=thread.locked,
        continued_from=_thread_link(group, near.before) if near.before is not None else None,
        continues_in=tuple(_thread_link(group, one) for one in near.after),
    )


def _thread_link(group: str, thread: Thread) -> ThreadLink:
    return ThreadLink(ids.thread_page(group, thread.path), ids.masked(thread.subject))


def _outline_row(place: Place, thread: Thread, post: Post) -> OutlineRow:
    href = f"#{post.key}"
    if post.part > 1:
        target = ids.thread_place(place.group.name, thread.path, post.part, post.key)
        href = f"{_UP}{target}"
    author = "" if post.state is PostState.REMOVED else post.author
    return OutlineRow(href, author, post.received_at, min(post.depth, MAX_INDENT))


def _in_thread(
    place: Place, thread: Thread, one: LoadedPost, base: str, cache: ShownCache
) -> PostView:
    post = one.post
    subject = post.subject
    if subject == thread.first_subject or normal_subject(subject)[0].casefold() == base:
        subject = ""
    if one.parent_thread == thread.id and one.parent_part == post.part:
        href = f"#{one.parent_key}"
    elif one.parent_thread == thread.id:
        target = ids.thread_place(place.group.name, thread.path, one.parent_part, one.parent_key)
        href = f"{_UP}{target}"
    else:
        href = _message_href(place, one.parent_key)
    return _post_view(place, one, href, subject, cache)


def _message_href(place: Place, key: str) -> str:
    return f"{_UP}{ids.message_path(place.group.name, key)}"


def _post_view(
    place: Place, one: LoadedPost, parent_href: str, subject: str, cache: ShownCache
) -> PostView:
    post, group = one.post, place.group.name
    shown = _NOTHING if one.removed else cache.shown(place, one)
    return PostView(
        key=post.key,
        path=ids.message_path(group, post.key),
        text_href=f"{_UP}{ids.text_path(group, post.key)}",
        author=post.author,
        at=post.received_at,
        subject=ids.masked(subject),
        language=post.language if post.language != place.group.language else "",
        indent=min(post.depth, MAX_INDENT),
        removed=one.removed,
        parent=_parent_view(one, parent_href),
        pieces=shown.pieces,
        cut=shown.cut,
        files=one.files,
        reply=shown.reply,
    )


_NOTHING = Shown((), cut=False, reply="")


def _parent_view(one: LoadedPost, href: str) -> ParentView | None:
    if one.parent_key:
        name = one.parent_name if one.parent_state == PostState.PUBLISHED else ""
        return ParentView(one.parent_state, name, href)
    return ParentView("missing", "", "") if one.post.parent_mid else None


def message_view(
    place: Place, thread: Thread, one: LoadedPost, cache: ShownCache
) -> MessageView | RemovedView:
    """Show a post at its permanent address, or its tombstone."""
    post, group = one.post, place.group.name
    path = ids.message_path(group, post.key)
    target = ids.thread_place(group, thread.path, post.part, post.key)
    if one.removed:
        return RemovedView(place.frame(path, "", robots="noindex"), target)
    return MessageView(
        frame=place.frame(
            path,
            f"{ids.masked(post.subject)} · {post.author}",
            canonical=place.url(ids.thread_page(group, thread.path, post.part)),
            about=excerpt(one.own, DESCRIPTION),
        ),
        subject=ids.masked(post.subject),
        month_path=ids.month_path(group, f"{post.received_at:%Y-%m}"),
        thread=target,
        post=_post_view(place, one, _message_href(place, one.parent_key), "", cache),
        reply_address=ids.reply_address(group, post.key, place.site.domain),
    )


def text_view(place: Place, one: LoadedPost) -> TextView:
    """Show a post as plain text; a removed one keeps only its date."""
    post, group = one.post, place.group.name
    path = ids.text_path(group, post.key)
    return TextView(
        path=path,
        language=place.group.language,
        removed=one.removed,
        author=post.author,
        at=post.received_at,
        subject=ids.masked(post.subject),
        parent_url=place.url(ids.message_path(group, one.parent_key)) if one.parent_key else "",
        url=place.url(ids.message_path(group, post.key)),
        files=one.files,
        body=ids.masked(clean_text(one.body)),
    )
