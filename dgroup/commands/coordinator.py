"""What the coordinators' commands share: who may ask, the preview with its code, the final report,
and what follows when nobody coordinates any more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from dgroup.commands.base import (
    Request,
    answer,
    done,
    dropped,
    forged_note,
    may_answer,
    rows,
    used,
)
from dgroup.effects import Audit, Effect, NewCode, Plan, QueueLetter, TellGroup, TellHost, Value
from dgroup.incoming import Named


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


def confirm_letter(request: Request, name: str, code: NewCode, **values: Value) -> Plan:
    """Send the preview; previews count against the answers of the day."""
    if not may_answer(request):
        return dropped(f"cap {name}")
    preview = QueueLetter(
        name=name,
        recipient=code.address,
        language=request.language,
        values=tuple(values.items()),
        code=code,
        answers=request.mail.message.message_id,
    )
    return done(request, f"asked {name}", preview)


def report(
    request: Request, name: str, undo: NewCode, people: tuple[Named, ...], effects: Sequence[Effect]
) -> Plan:
    """Do it, and say exactly what was done, with the way back."""
    values = (("people", rows(people)), ("count", len(people)))
    told = QueueLetter(
        name=name,
        recipient=undo.address,
        language=request.language,
        values=values,
        code=undo,
        answers=request.mail.message.message_id,
    )
    return done(request, name, used(request), *effects, told)


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
