"""What look-ups find for the commands about posts and about a person's data. Frozen values."""

from __future__ import annotations

from dataclasses import dataclass

from archive.model import Post, PostState, Thread
from dgroup.effects import Passage
from dgroup.model import Membership


@dataclass(frozen=True, slots=True)
class OnePost:
    """The post that a command names, or answers, and the thread that shows it."""

    post: Post | None = None
    passage: Passage | None = None
    """the whole post, for `get`; its first words for the others"""
    cut: bool = False
    """the passage does not hold all of it"""
    thread: Thread | None = None
    lines: tuple[int, ...] = ()
    """the thread and all that were merged into it"""
    muted: bool = False
    """the member has muted one of `lines`"""
    mine: bool = False
    """it was sent from an address of the member"""
    author: Membership | None = None
    """who wrote it, where they are in the group"""
    into: Thread | None = None
    """the other thread, of a merge"""
    into_key: str = ""
    """key of the post that names it"""
    answers: tuple[Passage, ...] = ()
    """posts that answer it directly: they may quote it"""

    @property
    def removed(self) -> bool:
        """It was taken down before."""
        return self.post is not None and self.post.state is PostState.REMOVED


@dataclass(frozen=True, slots=True)
class SomePosts:
    """Posts with their authors' own words: of a thread, the last ones, or those found."""

    posts: tuple[Passage, ...] = ()
    more: int = 0
    """how many did not fit"""
    thread: Thread | None = None
    key: str = ""
    """of the post that names the thread"""


@dataclass(frozen=True, slots=True)
class Footprint:
    """What an erasure would take away."""

    groups: tuple[str, ...] = ()
    """titles of the groups that the person is in, of the whole host"""
    alone: tuple[str, ...] = ()
    """those of them that nobody else coordinates"""
    addresses: tuple[str, ...] = ()
    posts: int = 0
    """posts of theirs that came by mail; an archive that was imported may hold more"""
    is_banned: bool = False
    """a group does not let them in, and will not afterwards"""
