"""What becomes of held posts once their author is proved: published, or kept for a moderator. Pure."""

from __future__ import annotations

from dgroup.commands.base import Request, found
from dgroup.effects import AskModerators, Effect, KeepHold, QueueLetter, ResolveHold
from dgroup.model import Membership
from dgroup.moderation import APPROVED, Moderation

NEEDS_MODERATORS = frozenset({"join", "publish", "post"})
"""actions of codes that may have a held post put to the moderators"""


def release(
    request: Request, reason: str, by: str, address: str, language: str
) -> tuple[Effect, ...]:
    """Publish the posts that waited for their author's word; with a `reason` they wait on, and
    the author at `address` is told."""
    waiting = request.facts.waiting
    if not reason:
        return tuple(ResolveHold(held.id, APPROVED, by) for held in waiting)
    effects: list[Effect] = []
    for held in waiting:
        effects.append(KeepHold(held.id, reason, address))
        effects.append(AskModerators(found(request, Moderation).ask, held.id))
    if waiting:
        values = (("subject", waiting[0].subject), ("reason", reason))
        effects.append(QueueLetter("held", address, language, values))
    return tuple(effects)


def release_to(request: Request, reason: str, by: str, member: Membership) -> tuple[Effect, ...]:
    """The same for somebody who is a member."""
    return release(request, reason, by, member.address, member.language)
