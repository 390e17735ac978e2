"""What follows the publishing of a post for its author: the count that first posts and receipts go
by, and the receipt itself (STANDARDS pain 14). Pure.
"""

from __future__ import annotations

from archive import ids
from archive.model import ArchiveMode
from dgroup.effects import CountPost, Effect, QueueLetter
from dgroup.model import Group, Membership

LETTER = "receipt"
FIRST = 3
"""posts of a new member after which they know that posts arrive"""


def follow_up(
    member: Membership | None,
    group: Group,
    *,
    key: str,
    subject: str,
    message_id: str,
    readers: int,
    base_url: str,
) -> tuple[Effect, ...]:
    """Give what a post of `member` costs beside itself: for nearly every post nothing."""
    if member is None or not member.inside:
        return ()
    counts = member.published < _counted(group)
    counted: tuple[Effect, ...] = (CountPost(member.id),) if counts else ()
    if not is_due(member):
        return counted
    public = group.info.archive is ArchiveMode.PUBLIC
    page = ids.message_url(base_url, group.name, key) if public else ""
    values = (
        ("subject", subject),
        ("page", page),
        ("count", readers),
        ("first", member.published == 0 and not member.receipts),
    )
    receipt = QueueLetter(LETTER, member.address, member.language, values, answers=message_id)
    return (*counted, receipt)


def is_new(member: Membership | None, group: Group) -> bool:
    """Tell whether anything follows a post of `member`: asked of every post."""
    return member is not None and (member.receipts or member.published < _counted(group))


def _counted(group: Group) -> int:
    return max(FIRST, group.first_posts)


def is_due(member: Membership | None) -> bool:
    """Tell whether the author of a post gets a receipt: the first few times, or as they asked."""
    return member is not None and member.inside and (member.receipts or member.published < FIRST)
