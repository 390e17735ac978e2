"""Questions about groups, posts and threads: rows to plain values, in constant memory."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, case, insert, select

from archive.drafts import RecordedFacts
from archive.errors import NotFound
from archive.ids import key_of
from archive.model import ArchiveMode, GroupInfo, ParsedMessage, Post, PostState, Thread
from archive.quick import Quick
from archive.tables import group_names, groups, mentions, posts, thread_ids, threads
from archive.threads import Opening
from archive.types import Among

_PAGE = 500

_GROUP_COLUMNS = (
    groups.c.id,
    groups.c.name,
    groups.c.title,
    groups.c.about,
    groups.c.language,
    groups.c.timezone,
    groups.c.archive,
    groups.c.closed_at,
)
POST_COLUMNS = (
    posts.c.id,
    posts.c.group_id,
    posts.c.number,
    posts.c.key,
    posts.c.message_id,
    posts.c.thread_id,
    posts.c.part,
    posts.c.parent_id,
    posts.c.parent_mid,
    posts.c.depth,
    posts.c.author,
    posts.c.subject,
    posts.c.received_at,
    posts.c.language,
    posts.c.state,
    posts.c.weight,
    posts.c.attachments,
)
THREAD_COLUMNS = (
    threads.c.id,
    threads.c.group_id,
    threads.c.path,
    threads.c.subject,
    threads.c.started_at,
    threads.c.last_at,
    threads.c.count,
    threads.c.people,
    threads.c.parts,
    threads.c.merged_into,
    threads.c.title,
    threads.c.locked,
    threads.c.split_from,
)


@dataclass(frozen=True, slots=True)
class Found:
    """A post with the same Message-ID: the same mail again, or an imposter (RULINGS 3)."""

    post_id: int
    """0 where the other mail comes earlier in the same batch"""
    imposter: bool


@dataclass(frozen=True, slots=True)
class Recorded:
    """A post with what an export carries of it and a rebuild reuses (RULINGS 4)."""

    post: Post
    digest: str
    mail_id: int
    imposter: bool
    facts: RecordedFacts


_POST: Select[Any] = select(*POST_COLUMNS)
_BY_KEY = Quick(_POST.where(posts.c.group_id == bindparam("of"), posts.c.key == bindparam("key")))
_BY_IDS = Quick(_POST.where(Among(posts.c.id, "wanted")))
_BY_NUMBER = _POST.where(posts.c.group_id == bindparam("of"), posts.c.number == bindparam("number"))
_SAME_IDS = Quick(
    select(mentions.c.key, posts.c.id, posts.c.digest, posts.c.state)
    .join(posts, posts.c.id == mentions.c.post_id)
    .where(
        mentions.c.group_id == bindparam("of"),
        Among(mentions.c.key, "names"),
        mentions.c.position == 0,
    )
    .order_by(posts.c.id)
)
_parent = posts.alias("parent")
_section = threads.alias("section")
# Coordinators' word is told of the post at which it was said. An export leaves removed posts out, so
# those that answer one say it themselves.
_SAID = posts.c.pinned | (_parent.c.state == PostState.REMOVED)
# A post's line: where its own Message-ID belongs, whichever thread shows it.
_WALK = (
    select(
        *POST_COLUMNS,
        posts.c.digest,
        posts.c.mail_id,
        posts.c.author_address,
        posts.c.from_address,
        posts.c.original_from,
        posts.c.reply_to,
        mentions.c.key.label("own"),
        threads.c.path,
        threads.c.opening,
        case((_SAID, _section.c.path), else_=None).label("section_path"),
    )
    .select_from(posts)
    .join(mentions, (mentions.c.post_id == posts.c.id) & (mentions.c.position == 0))
    .join(
        thread_ids,
        (thread_ids.c.group_id == posts.c.group_id) & (thread_ids.c.key == mentions.c.key),
    )
    .join(threads, threads.c.id == thread_ids.c.thread_id)
    .outerjoin(_parent, _parent.c.id == posts.c.parent_id)
    .outerjoin(_section, _section.c.id == posts.c.section_id)
    .where(posts.c.group_id == bindparam("of"), posts.c.number > bindparam("after"))
    .order_by(posts.c.number, mentions.c.key == posts.c.key)
    .limit(_PAGE)
)


# --- Groups -----------------------------------------------------------------------------------


def create_group(
    conn: Connection,
    name: str,
    title: str = "",
    *,
    about: str = "",
    language: str = "en",
    timezone: str = "UTC",
    archive: ArchiveMode = ArchiveMode.PUBLIC,
) -> GroupInfo:
    """Make a group for the archive alone; the live service makes its own with settings."""
    values = {"name": name, "title": title or name, "about": about, "language": language}
    values |= {"timezone": timezone, "archive": archive.value}
    conn.execute(insert(groups).values(values))
    return get_group(conn, name)


def get_group(conn: Connection, name: str) -> GroupInfo:
    """Give the group called `name`. Raises NotFound."""
    row = conn.execute(select(*_GROUP_COLUMNS).where(groups.c.name == name)).first()
    if row is None:
        raise NotFound(f"there is no group '{name}'")
    return _group(row)


def list_groups(conn: Connection) -> list[GroupInfo]:
    """Give all groups by name."""
    return [_group(row) for row in conn.execute(select(*_GROUP_COLUMNS).order_by(groups.c.name))]


def groups_by_id(conn: Connection, group_ids: Collection[int]) -> list[GroupInfo]:
    """Give the groups with these ids; unknown ids are left out."""
    statement = select(*_GROUP_COLUMNS).where(groups.c.id.in_(sorted(group_ids)))
    return [_group(row) for row in conn.execute(statement)]


def _group(row: Any) -> GroupInfo:
    return GroupInfo(
        id=row.id,
        name=row.name,
        title=row.title,
        about=row.about,
        language=row.language,
        timezone=row.timezone,
        archive=ArchiveMode(row.archive),
        closed_at=row.closed_at,
    )


def former_names(conn: Connection, group_ids: Collection[int]) -> dict[str, int]:
    """Give the names that these groups had before: name -> group id, in order of the names."""
    statement = select(group_names.c.name, group_names.c.group_id).where(
        group_names.c.group_id.in_(sorted(group_ids))
    )
    rows = conn.execute(statement.order_by(group_names.c.name))
    return {row.name: row.group_id for row in rows}


# --- Posts ------------------------------------------------------------------------------------


_STATES = {str(state): state for state in PostState}


def post_of(row: Any) -> Post:
    """Make a Post of a row that holds POST_COLUMNS."""
    return Post(
        id=row.id,
        group_id=row.group_id,
        number=row.number,
        key=row.key,
        message_id=row.message_id,
        thread_id=row.thread_id,
        part=row.part,
        parent_id=row.parent_id,
        parent_mid=row.parent_mid if row.parent_id is None else "",
        depth=row.depth,
        author=row.author,
        subject=row.subject,
        received_at=row.received_at,
        language=row.language,
        state=_STATES[row.state],
        weight=row.weight,
        attachments=row.attachments,
    )


def thread_of(row: Any) -> Thread:
    """Make a Thread of a row that holds THREAD_COLUMNS."""
    return Thread(
        id=row.id,
        group_id=row.group_id,
        path=row.path,
        subject=row.title or row.subject,
        started_at=row.started_at,
        last_at=row.last_at,
        count=row.count,
        people=row.people,
        parts=row.parts,
        merged_into=row.merged_into,
        first_subject=row.subject,
        locked=row.locked,
        split_from=row.split_from,
    )


def post_by_key(conn: Connection, group_id: int, key: str) -> Post | None:
    """Give the post with this key, or None."""
    row = _BY_KEY.first(conn, {"of": group_id, "key": key})
    return post_of(row) if row else None


def post_by_number(conn: Connection, group_id: int, number: int) -> Post | None:
    """Give the post with this number in the group, or None."""
    row = conn.execute(_BY_NUMBER, {"of": group_id, "number": number}).first()
    return post_of(row) if row else None


def posts_by_ids(conn: Connection, wanted: Sequence[int]) -> list[Post]:
    """Give posts in the order of their row ids `wanted`; those that do not exist are left out."""
    found = {row.id: post_of(row) for row in _BY_IDS.rows(conn, {"wanted": wanted})}
    return [found[post_id] for post_id in wanted if post_id in found]


def posts_of_thread(conn: Connection, thread_id: int) -> list[Post]:
    """Give all posts of a thread by received_at; `threads.tree` puts them in reply order."""
    order = (posts.c.received_at, posts.c.key)
    rows = conn.execute(_POST.where(posts.c.thread_id == thread_id).order_by(*order))
    return [post_of(row) for row in rows]


def get_thread(conn: Connection, thread_id: int) -> Thread:
    """Give a thread, merged or not. Raises NotFound."""
    row = conn.execute(select(*THREAD_COLUMNS).where(threads.c.id == thread_id)).first()
    if row is None:
        raise NotFound(f"there is no thread {thread_id}")
    return thread_of(row)


def walk(conn: Connection, group_id: int) -> Iterator[Recorded]:
    """Give all posts of a group with their recorded facts, by number, in constant memory."""
    after = 0
    while rows := conn.execute(_WALK, {"of": group_id, "after": after}).all():
        for row in rows:
            # An imposter has two names; it is given once, for the Message-ID's.
            imposter = row.key != key_of(row.message_id)
            if imposter and row.own == row.key:
                continue
            may_join, section = row.opening == Opening.REPLY, row.section_path or ""
            rewritten = row.original_from or row.reply_to
            by_from = bool(rewritten) and row.author_address == row.from_address.lower()
            facts = RecordedFacts(
                row.number, row.part, row.path, may_join, section, by_from, row.author
            )
            yield Recorded(post_of(row), row.digest, row.mail_id, imposter, facts)
        after = rows[-1].number


def shown_in(conn: Connection, thread_id: int) -> Thread:
    """Give the thread that shows the posts of a thread now: itself unless it was merged, perhaps in
    several steps, or all its posts went elsewhere. Raises NotFound."""
    thread = get_thread(conn, thread_id)
    while thread.merged_into is not None:
        thread = get_thread(conn, thread.merged_into)
    if thread.count:
        return thread
    first = select(posts.c.thread_id).join(threads, threads.c.first_id == posts.c.id)
    found = conn.execute(first.where(threads.c.id == thread.id)).scalar_one_or_none()
    return thread if found in {None, thread.id} else get_thread(conn, found)


def moved_threads(conn: Connection, group_id: int) -> list[tuple[str, str]]:
    """Give (old path, path of the thread that shows its posts now) of all merged threads."""
    columns = (threads.c.id, threads.c.path, threads.c.merged_into)
    rows = {
        row.id: row for row in conn.execute(select(*columns).where(threads.c.group_id == group_id))
    }
    moved = []
    for row in rows.values():
        end = row
        while end.merged_into is not None:
            end = rows[end.merged_into]
        if end is not row:
            moved.append((row.path, end.path))
    return sorted(moved)


# --- The same mail again ----------------------------------------------------------------------


def find_duplicate(conn: Connection, group_id: int, message_id: str, digest: str) -> Found | None:
    """Tell whether the group has this Message-ID: with this content (or taken down, which no new
    copy may revive) it is a duplicate, with another one the mail is an imposter. None if new."""
    rows = _SAME_IDS.rows(conn, {"of": group_id, "names": [key_of(message_id)]})
    return _judge([(row.id, row.digest, row.state) for row in rows], digest)


def unknown_of(
    conn: Connection, group_id: int, messages: Sequence[ParsedMessage]
) -> list[tuple[bool, bool]]:
    """Tell for each of a batch (is it new, is it an imposter), with few statements. A mail that
    comes twice in the batch is new once."""
    seen: dict[str, list[tuple[int, str, str]]] = {}
    names = [key_of(message.message_id) for message in messages]
    for row in _SAME_IDS.rows(conn, {"of": group_id, "names": names}):
        seen.setdefault(row.key, []).append((row.id, row.digest, row.state))
    answers = []
    for message, name in zip(messages, names, strict=True):
        same = seen.setdefault(name, [])
        found = _judge(same, message.digest)
        answers.append((found is None or found.imposter, found is not None and found.imposter))
        same.append((0, message.digest, PostState.PUBLISHED))
    return answers


def _judge(same: Sequence[tuple[int, str, str]], digest: str) -> Found | None:
    if not same:
        return None
    for post_id, known, state in same:
        if known == digest or state == PostState.REMOVED:
            return Found(post_id, imposter=False)
    return Found(same[0][0], imposter=True)
