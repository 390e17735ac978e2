"""delete: the end of a group, a week after a coordinator's yes. Every member is told, every coordinator
can take it back by one reply until then; what was said and who was there is exported first. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from dgroup.changes import EndGroup, KeepGroup
from dgroup.commands import payload
from dgroup.commands.base import Command, Request, answer, done, found, letter_to, used
from dgroup.commands.coordinator import answer_guard, confirm_letter, guard
from dgroup.commands.life import by, plain, told
from dgroup.effects import Audit, Effect, NewCode, Plan, QueueLetter, TellGroup, Value
from dgroup.incoming import Options
from dgroup.model import Membership

NEEDS = "ending"
GRACE_DAYS = 7
ARCHIVE = "archive"
READ_CHARS = 500
_MARKS = str.maketrans(dict.fromkeys("'’,.;:!", " "))
_ARCHIVE = ("archiv", "arquiv")
_KEEPING = frozenset(
    "keep keeping leave not no without but save "
    "garder gardez conserver conservez pas sans mais sauf "
    "guardar conservar mantener mantengan sin pero salvo "
    "manter mantenham guardem nao sem mas".split()
)


@dataclass(frozen=True, slots=True)
class EndingFacts:
    """How large the group is, and whether its end was asked for already."""

    members: int
    posts: int
    due: datetime | None = None
    asked_at: datetime | None = None


def plan(request: Request) -> Plan:
    """Say exactly what will happen and when, and ask."""
    if refusal := guard(request, "delete"):
        return refusal
    facts = found(request, EndingFacts)
    if facts.due is not None:
        return answer(request, "delete-already", day=facts.due.date())
    archive_too = _wants_archive_gone(request)
    options = Options(words=ARCHIVE) if archive_too else Options()
    text = payload.write("delete", options=options)
    code = NewCode("delete", request.addressee, text, request.caps.code_days)
    values: dict[str, Value] = {"archive_too": archive_too, "days": GRACE_DAYS}
    values |= {"members": facts.members, "posts": facts.posts}
    return confirm_letter(request, "delete-confirm", code, **values)


def _wants_archive_gone(request: Request) -> bool:
    """'delete archive too', 'supprimer aussi les archives'; whoever writes of keeping it keeps it."""
    options, message = request.reading.options, request.mail.message
    said = (options.words, options.value, message.subject, request.mail.content.own[:READ_CHARS])
    words = plain(" ".join(said)).translate(_MARKS).split()
    return any(word.startswith(_ARCHIVE) for word in words) and not _KEEPING & set(words)


def confirmed(request: Request) -> Plan:
    """The coordinator said yes: the week begins, and each coordinator can end it."""
    if refusal := answer_guard(request, "delete"):
        return refusal
    facts, now = found(request, EndingFacts), request.facts.now
    if facts.due is not None:
        return answer(request, "delete-already", used(request), day=facts.due.date())
    due = now + timedelta(days=GRACE_DAYS)
    archive_too = request.reading.options.words == ARCHIVE
    values: dict[str, Value] = {"day": due.date(), "archive_too": archive_too}
    effects: tuple[Effect, ...] = (
        EndGroup(request.addressee, due, archive_too),
        Audit("delete", f"on {due:%Y-%m-%d} by {request.addressee}"),
        TellGroup("group-ending", tuple(values.items())),
        *(_offer(request, one, values) for one in _others(request)),
        told(request, "delete-done", _undo(request.addressee, now), **values),
    )
    return done(request, "delete", used(request), *effects)


def _others(request: Request) -> list[Membership]:
    boss = request.facts.member
    return [one for one in request.facts.coordinators if boss is None or one.id != boss.id]


def _offer(request: Request, member: Membership, values: dict[str, Value]) -> QueueLetter:
    """Each other coordinator gets an UNDO of their own."""
    undo = _undo(member.address, request.facts.now)
    return QueueLetter(
        name="delete-told",
        recipient=member.address,
        language=member.language,
        values=tuple({**values, "by": by(request)}.items()),
        code=undo,
    )


def _undo(address: str, now: datetime) -> NewCode:
    text = payload.write("delete", asked_at=now.isoformat())
    return NewCode("undo", address, text, GRACE_DAYS)


def undone(request: Request) -> Plan:
    """Any coordinator keeps the group; the members are told so once."""
    if refusal := answer_guard(request, "undo"):
        return refusal
    facts, code = found(request, EndingFacts), request.facts.code
    assert code is not None  # `confirm` calls with a code only
    asked_at = datetime.fromisoformat(str(payload.value(code.payload, "asked_at")))
    if facts.asked_at != asked_at:
        return answer(request, "delete-kept-already", used(request))
    effects: tuple[Effect, ...] = (
        KeepGroup(asked_at),
        Audit("keep", f"by {request.addressee}"),
        TellGroup("group-kept", ()),
        *(letter_to(one, "delete-kept-told", by=by(request)) for one in _others(request)),
        told(request, "delete-kept", None),
    )
    return done(request, "undone", used(request), *effects)


COMMAND = Command("delete", plan, confirmed, undone, needs=NEEDS)
