"""A post that is about to be stored: what its caller gives, and what follows from its mail alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from archive import ids, threads
from archive.authors import Author, author_of
from archive.model import Link, ParsedMessage, PartRole, Post, PostState
from archive.text import normal_subject
from archive.threads import Node

_BASE_LENGTH = 200
_NO_ARCHIVE = ("x-no-archive", "yes")


@dataclass(frozen=True, slots=True)
class RecordedFacts:
    """What an export carries of a post and a rebuild must not choose again (RULINGS 4)."""

    number: int
    part: int
    line_path: str
    """path of the thread that its ids make, even where its subject joined it to another one"""
    may_join: bool
    """that thread may be joined to another one by its subject"""
    section_path: str = ""
    """path of the thread that coordinators put it into, with all that answers it; mostly empty"""
    by_from: bool = False
    """see `NewPost`"""
    author: str = ""
    """the name that was shown for its author; '' in exports of old: what its mail says"""


@dataclass(frozen=True, slots=True)
class NewPost:
    """A mail that is to become a post; its raw bytes are stored already."""

    message: ParsedMessage
    mail_id: int
    received_at: datetime
    imposter: bool = False
    """another mail of the group has its Message-ID with other content (`find_duplicate`)"""
    parent_key: str = ""
    """key of the post whose reply address it was sent to; empty unless that post exists"""
    own: str = ""
    """the author's own words (`text.own_words`)"""
    layout: str = ""
    """`text.layout_of` the body where it is known: saves pages the work"""
    links: tuple[Link, ...] = ()
    addresses: tuple[str, ...] = ()
    """addresses of the group itself: never those of an author"""
    by_from: bool = False
    """From is who wrote it: somebody looked who speaks when it came. What other fields say of an author
    is then their author's claim"""
    registered: str = ""
    """name by which the sender is known to us: shown where their mail has none"""
    recorded: RecordedFacts | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A new post with all that follows from its mail alone."""

    new: NewPost
    node: Node
    author: Author
    person: str
    base: str
    """base subject, casefolded, for joining"""
    plain_subject: str
    is_reply: bool
    parent_mid: str
    weight: int
    attachments: int

    @property
    def section_path(self) -> str:
        """Recorded path of the thread that coordinators put it into; mostly empty."""
        return self.new.recorded.section_path if self.new.recorded is not None else ""

    @property
    def names(self) -> tuple[str, ...]:
        """All names that tie it to a thread: its own and those it mentions."""
        node = self.node
        own = (node.own,) if node.own == node.alias else (node.own, node.alias)
        return (*own, *node.named)

    def post(
        self,
        group_id: int,
        number: int,
        thread_id: int,
        part: int,
        parent_id: int | None,
        depth: int,
    ) -> Post:
        """Give the post as it will be stored."""
        message = self.new.message
        return Post(
            id=self.node.id,
            group_id=group_id,
            number=number,
            key=self.node.alias,
            message_id=message.message_id,
            thread_id=thread_id,
            part=part,
            parent_id=parent_id,
            parent_mid=self.parent_mid if parent_id is None else "",
            depth=depth,
            author=self.author.name,
            subject=message.subject,
            received_at=self.new.received_at,
            language=message.language,
            state=PostState.PUBLISHED,
            weight=self.weight,
            attachments=self.attachments,
        )


def draft_of(post_id: int, new: NewPost) -> Draft:
    """Work out what follows from a mail alone: names, author, base subject, weight."""
    message = new.message
    named = threads.candidates(message)
    own = ids.key_of(message.message_id)
    alias = ids.imposter_key(message.message_id, message.digest) if new.imposter else own
    by_from = new.by_from or (new.recorded is not None and new.recorded.by_from)
    author = author_of(message, new.addresses, new.registered, by_from=by_from)
    if new.recorded is not None and new.recorded.author:
        author = replace(author, name=new.recorded.author)
    plain, is_reply = normal_subject(message.subject)
    return Draft(
        new=new,
        node=Node(
            id=post_id,
            own=own,
            alias=alias,
            digest=message.digest,
            received_at=new.received_at,
            named=_names(own, new.parent_key, named),
            line_path=new.recorded.line_path if new.recorded is not None else "",
            pinned=new.recorded is not None and bool(new.recorded.section_path),
        ),
        author=author,
        person=ids.key_of(author.mark),
        base=base_of(plain),
        plain_subject=plain,
        is_reply=is_reply,
        parent_mid=named[0] if named else "",
        weight=len(message.text.encode("utf-8", "replace")),
        attachments=sum(part.role is PartRole.ATTACHMENT for part in message.parts),
    )


def base_of(plain_subject: str) -> str:
    """Give the form of a base subject by which subjects are compared, short enough for an index."""
    return plain_subject.casefold()[:_BASE_LENGTH]


def is_quotable(message: ParsedMessage) -> bool:
    """Tell whether summaries may quote it: not where its author says X-No-Archive."""
    return all((name, value.strip().lower()) != _NO_ARCHIVE for name, value in message.headers)


def _names(own: str, parent_key: str, named: tuple[str, ...]) -> tuple[str, ...]:
    keys = dict.fromkeys([parent_key, *map(ids.key_of, named)])
    return tuple(key for key in keys if key and key != own)[: threads.MAX_CANDIDATES]
