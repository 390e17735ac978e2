"""What the coordinators' commands share: who may ask, the preview with its code, the final report,
and what follows when nobody coordinates any more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from dgroup.changes import ChangeMember
from dgroup.commands.base import (
    Request,
    answer,
    done,
    dropped,
    forged_note,
    letter_to,
    may_answer,
    rows,
    used,
)
from dgroup.effects import Audit, Effect, NewCode, Plan, QueueLetter, TellGroup, TellHost, Value
from dgroup.incoming import Named
from dgroup.model import Membership, MemberState, Role

UNPROVED_PREVIEWS = 3
"""previews a day for a coordinator whose mails nobody vouches for (COMMANDS D4)"""
MANY = 25
"""of so many people the other coordinators are told"""


def guard(request: Request, verb: str) -> Plan | None:
    """Refuse whoever is not a coordinator; From alone never acts, it only gets a preview.

    The preview goes to the registered address, so an unauthenticated request does no harm
    (COMMANDS D4 level 3); a failed authentication is refused with a note to the real person.
    """
    member = request.facts.member
    if member is None or not member.coordinates:
        return answer(request, "not-coordinator", verb=verb)
    if request.forged:
        return forged_note(request, verb)
    return None


def answer_guard(request: Request, verb: str) -> Plan | None:
    """Refuse an answer to a preview that does not come from the coordinator who asked, writing
    from an address of theirs that is registered, or that fails authentication."""
    member, asked = request.facts.member, request.facts.token_member
    if member is None or asked is None or member.id != asked.id or not member.coordinates:
        return answer(request, "not-coordinator", verb=verb)
    return forged_note(request, verb) if request.forged else None


def confirm_letter(
    request: Request, name: str, code: NewCode, /, *before: Effect, **values: Value
) -> Plan:
    """Send the preview and do the effects `before` it; previews count against the answers of the day.

    Where nobody vouches for the mail there are three a day, and they name the host that sent it.
    """
    if not may_answer(request) or not _may_preview(request):
        return dropped(f"cap {name}", *before)
    values["origin"] = "" if request.aligned or request.proved else origin(request)
    preview = QueueLetter(
        name=name,
        recipient=code.address,
        language=request.language,
        values=tuple(values.items()),
        code=code,
        answers=request.mail.message.message_id,
    )
    return done(request, f"asked {name}", *before, preview)


def _may_preview(request: Request) -> bool:
    """An answer to a code of ours is vouched for by the code."""
    vouched = request.aligned or request.proved
    return vouched or request.facts.letters.previews < UNPROVED_PREVIEWS


def origin(request: Request) -> str:
    """Name the host that a mail came from."""
    envelope = request.mail.envelope
    return f"{envelope.helo} [{envelope.peer}]" if envelope.helo else envelope.peer


def report(
    request: Request,
    name: str,
    undo: NewCode,
    people: tuple[Named, ...],
    effects: Sequence[Effect],
    /,
    **values: Value,
) -> Plan:
    """Do it, and say exactly what was done, with the way back."""
    values |= {"people": rows(people), "count": len(people)}
    return finished(request, name, effects, undo, **values)


def finished(
    request: Request,
    name: str,
    effects: Sequence[Effect],
    undo: NewCode | None = None,
    /,
    **values: Value,
) -> Plan:
    """Do what the answer to a code confirmed, and say so; `undo` is the way back where one is left."""
    told = QueueLetter(
        name=name,
        recipient=request.addressee,
        language=request.language,
        values=tuple(values.items()),
        code=undo,
        answers=request.mail.message.message_id,
    )
    return done(request, name, used(request), *effects, told)


def others(request: Request) -> tuple[Membership, ...]:
    """Give the coordinators beside the one who asks."""
    member = request.facts.member
    mine = member.id if member is not None else 0
    return tuple(boss for boss in request.facts.coordinators if boss.id != mine)


def told_others(
    request: Request,
    verb: str,
    people: Sequence[Named],
    *,
    always: bool = False,
    role: Value = "",
) -> tuple[Effect, ...]:
    """Tell the other coordinators of what concerns many people, or is `always` worth telling."""
    if not people or (len(people) <= MANY and not always):
        return ()
    member = request.facts.member
    by = (member.name or member.address) if member is not None else ""
    listed = rows(tuple(people[:MANY]))
    return tuple(
        letter_to(
            boss,
            "coordinators-told",
            verb=verb,
            by=by,
            count=len(people),
            people=listed,
            more=len(people) - len(listed),
            role=role,
        )
        for boss in others(request)
    )


def gives_up(member: Membership, wish: ChangeMember) -> bool:
    """Tell whether a change makes somebody a coordinator no more."""
    out = wish.state in {MemberState.LEFT, MemberState.BANNED}
    return member.coordinates and (out or wish.role not in {None, Role.COORDINATOR})


def orphaned(request: Request, leaving: Collection[int]) -> tuple[Effect, ...]:
    """The last coordinator cannot leave silently: members and host are told (RULINGS 3).

    `leaving` are membership ids.
    """
    bosses = request.facts.coordinators
    if not bosses or any(boss.id not in leaving for boss in bosses):
        return ()
    names = ", ".join(boss.address for boss in bosses)
    host = TellHost("no-coordinator-host", (("who", names),))
    return (TellGroup("no-coordinator", ()), host, Audit("no-coordinator", names))
