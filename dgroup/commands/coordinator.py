"""What the coordinators' commands share: who may ask, the preview with its code, the final report."""

from __future__ import annotations

from collections.abc import Sequence

from dgroup.commands.base import Request, active, answer, done, forged_note, rows
from dgroup.effects import Effect, NewCode, Plan, QueueLetter, Value
from dgroup.incoming import Named
from dgroup.model import Membership, Role


def guard(request: Request, verb: str) -> Plan | None:
    """Refuse whoever is not a coordinator; From alone never acts, it only gets a preview.

    The preview goes to the registered address, so an unauthenticated request does no harm
    (COMMANDS D4 level 3); a failed authentication is refused with a note to the real person.
    """
    member = request.facts.member
    if not _coordinates(member):
        return answer(request, "not-coordinator", verb=verb)
    if request.forged:
        return forged_note(request, verb)
    return None


def still_coordinates(request: Request) -> bool:
    """Tell whether the answer to a preview comes from a coordinator's registered address."""
    return _coordinates(request.facts.member)


def _coordinates(member: Membership | None) -> bool:
    return active(member) and member is not None and member.role is Role.COORDINATOR


def confirm_letter(request: Request, name: str, code: NewCode, **values: Value) -> Plan:
    """Send the preview; previews count against the answers of the day."""
    if request.facts.letters_today >= request.caps.answers_per_day:
        return answer(request, name)
    member = request.facts.member
    assert member is not None  # guard() says so
    pairs = tuple(values.items())
    preview = QueueLetter(
        name, member.address, member.language, pairs, code, request.mail.message.message_id
    )
    return done(request, f"asked {name}", preview)


def report(
    request: Request, name: str, undo: NewCode, people: tuple[Named, ...], effects: Sequence[Effect]
) -> Plan:
    """Do it, and say exactly what was done, with the way back."""
    values = (("people", rows(people)), ("count", len(people)))
    told = QueueLetter(
        name, undo.address, request.language, values, undo, request.mail.message.message_id
    )
    return done(request, name, *effects, told)
