"""Look-ups of the commands about posts: one post with its thread, or some posts with their words.

Nothing is read for somebody who is not in the group: whoever writes to us costs us little.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from archive import fetching, ids, lookup, readers
from archive.fulltext import Dialect
from archive.lines import leading_to
from archive.markup import excerpt
from archive.model import ArchiveMode, Post, PostState
from archive.search import search
from archive.tables import posts
from archive.threads import tree
from dgroup.effects import Passage
from dgroup.found_posts import OnePost, SomePosts
from dgroup.incoming import CommandFacts, Incoming, Reading
from dgroup.model import Group, Membership
from dgroup.people import members
from dgroup.tables import addresses, mutes

Lookup = Callable[[Connection, CommandFacts, Reading], object]

LETTER_SIZE = 60_000
"""characters of posts that one letter carries"""
LAST, MOST_LAST, MOST_FOUND = 10, 50, 20
EXCERPT = 200
MAX_IDS = 50
POST_NEEDS = frozenset({"post", "posts"})
KB = 1024


# --- One post ---------------------------------------------------------------------------------


def one_post(conn: Connection, facts: CommandFacts, asked: Reading) -> OnePost:
    """Find the post that `target` names, for a member."""
    member = _reader(facts)
    post = _named(conn, facts.group, asked.options.target) if member else None
    if member is None or post is None:
        return OnePost()
    thread = readers.shown_in(conn, post.thread_id)
    lines = tuple(sorted(leading_to(conn, [thread.id]) | {thread.id}))
    into = _named(conn, facts.group, asked.options.into)
    passage, cut = _passage(conn, facts.group, post, whole=asked.verb == "get")
    return OnePost(
        post=post,
        passage=passage,
        cut=cut,
        thread=thread,
        lines=lines,
        muted=_is_muted(conn, member, lines),
        mine=_is_by(conn, post, member.person_id),
        author=_author(conn, post),
        into=readers.shown_in(conn, into.thread_id) if into else None,
        into_key=into.key if into else "",
        answers=_answers(conn, facts.group, post) if asked.verb == "hide" else (),
    )


def _reader(facts: CommandFacts) -> Membership | None:
    """Whose command it is, where they are in the group."""
    member = facts.token_member or facts.member
    return member if member is not None and member.inside else None


def _named(conn: Connection, group: Group, target: str) -> Post | None:
    """A number, key or URL; or Message-IDs in brackets, which `aimed` puts there."""
    if target.startswith("<"):
        return fetching.find_by_ids(conn, group.id, target[1:-1].split("><"))
    return lookup.find_post(conn, group.id, target) if target else None


def aimed(asked: Reading, mail: Incoming) -> Reading:
    """Let a command that names no post be about the one that its mail answers."""
    message, options = mail.message, asked.options
    named = list(dict.fromkeys([*message.in_reply_to, *reversed(message.references)]))[:MAX_IDS]
    if options.target or not named:
        return asked
    target = "".join(f"<{one}>" for one in named)
    return replace(asked, options=replace(options, target=target))


def _passage(conn: Connection, group: Group, post: Post, *, whole: bool) -> tuple[Passage, bool]:
    """Show a post; tells too whether it does not hold all of it."""
    if not whole:
        ((_, own),) = fetching.own_words(conn, [post])
        return _shown(group, post, excerpt(own, EXCERPT)), True
    (told,) = lookup.told(conn, [post])
    text = told.body
    files = tuple(
        (one.name, size_of(one.size), one.path if _is_public(group) else "")
        for one in fetching.files_of(conn, group.name, post)
    )
    shown = _shown(group, post, text[:LETTER_SIZE])
    return replace(shown, files=files), len(text) > LETTER_SIZE


def _answers(conn: Connection, group: Group, post: Post) -> tuple[Passage, ...]:
    found = fetching.answers_to(conn, post, MOST_FOUND)
    return tuple(_shown(group, one, "") for one in found)


def _shown(group: Group, post: Post, text: str) -> Passage:
    path = ids.message_path(group.name, post.key) if _is_public(group) else ""
    return Passage(post.number, post.author, post.received_at.date(), post.subject, text, path)


def _is_public(group: Group) -> bool:
    return group.info.archive is ArchiveMode.PUBLIC


def size_of(size: int) -> str:
    """Give a size as people say it, the same in all our languages."""
    if size < KB:
        return f"{size} B"
    return f"{size // KB} KB" if size < KB * KB else f"{size / KB / KB:.1f} MB"


def _is_muted(conn: Connection, member: Membership, lines: Sequence[int]) -> bool:
    theirs = (mutes.c.membership_id == member.id) & mutes.c.thread_id.in_(lines)
    return conn.execute(select(mutes.c.thread_id).where(theirs)).first() is not None


def _authors(conn: Connection, post: Post) -> list[str]:
    """Addresses that the post says it is from; '' once it was taken down."""
    chosen = select(posts.c.from_address, posts.c.author_address).where(posts.c.id == post.id)
    row = conn.execute(chosen).one()
    return [one.lower() for one in row if one]


def _is_by(conn: Connection, post: Post, person_id: int) -> bool:
    theirs = addresses.c.address.in_(_authors(conn, post)) & (addresses.c.person_id == person_id)
    return conn.execute(select(addresses.c.address).where(theirs)).first() is not None


def _author(conn: Connection, post: Post) -> Membership | None:
    found = _authors(conn, post)
    author = members.find(conn, post.group_id, found[0]) if found else None
    return author if author is not None and author.inside else None


# --- Some posts -------------------------------------------------------------------------------


def some_posts(conn: Connection, facts: CommandFacts, asked: Reading) -> SomePosts:
    """Read a thread, the last posts or those with words, for a member."""
    if _reader(facts) is None:
        return SomePosts()
    if asked.verb == "thread":
        return _thread(conn, facts.group, asked.options.target)
    if asked.verb == "last":
        count = min(asked.options.count or LAST, MOST_LAST)
        told = lookup.last_told(conn, facts.group.id, max(count, 1))
        return SomePosts(
            tuple(_shown(facts.group, one.post, excerpt(one.own, EXCERPT)) for one in told)
        )
    return _search(conn, facts.group, asked.options.words)


def _thread(conn: Connection, group: Group, target: str) -> SomePosts:
    """The posts of a thread in reply order, as many as a letter carries; at least the first."""
    post = _named(conn, group, target)
    if post is None:
        return SomePosts()
    thread = readers.shown_in(conn, post.thread_id)
    wanted = [
        one
        for one in tree(readers.posts_of_thread(conn, thread.id))
        if one.state is PostState.PUBLISHED
    ]
    shown: list[Passage] = []
    room = LETTER_SIZE
    for one, own in fetching.own_words(conn, wanted):
        if shown and len(own) > room:
            break
        room -= len(own)
        shown.append(_shown(group, one, own[:LETTER_SIZE]))
    return SomePosts(tuple(shown), len(wanted) - len(shown), thread, post.key)


def _search(conn: Connection, group: Group, words: str) -> SomePosts:
    hits = search(Dialect.of(conn), conn, [group.id], words, limit=MOST_FOUND)
    return SomePosts(tuple(_shown(group, hit.post, hit.excerpt) for hit in hits))


LOOKUPS: dict[str, Lookup] = {"post": one_post, "posts": some_posts}
