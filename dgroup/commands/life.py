"""What the commands about a group's life share: how it is written down, told and taken back. Pure."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from dgroup.changes import ChangeGroup
from dgroup.commands.base import Request, letter_to
from dgroup.effects import Effect, NewCode, QueueLetter, Value
from dgroup.model import GroupState


def plain(text: str) -> str:
    """Give a text without case and accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def by(request: Request) -> str:
    """Name the coordinator who asked, as letters to others do."""
    member = request.facts.member
    assert member is not None  # guard() or answer_guard() says so
    return member.name or member.address


def tell_others(request: Request, name: str, **values: Value) -> tuple[Effect, ...]:
    """Write to every other coordinator who did it, in their language."""
    boss = request.facts.member
    assert boss is not None  # guard() or answer_guard() says so
    others = [one for one in request.facts.coordinators if one.id != boss.id]
    return tuple(letter_to(one, name, by=by(request), **values) for one in others)


def told(request: Request, name: str, undo: NewCode | None, **values: Value) -> QueueLetter:
    """Write to the coordinator who asked what was done, with the way back where there is one."""
    return QueueLetter(
        name=name,
        recipient=request.addressee,
        language=request.language,
        values=tuple(values.items()),
        code=undo,
        answers=request.mail.message.message_id,
    )


def closing(now: datetime) -> ChangeGroup:
    """The group takes no more posts."""
    return ChangeGroup((("state", str(GroupState.FROZEN)), ("closed_at", now)))


def opening() -> ChangeGroup:
    """The group takes posts again."""
    return ChangeGroup((("state", str(GroupState.OPEN)), ("closed_at", None)))
