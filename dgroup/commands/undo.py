"""UNDO: the way back that a letter offers for 30 days, for those who are still as it left them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from dgroup.changes import ChangeMember
from dgroup.commands import payload
from dgroup.commands.base import UNDO_DAYS, Request, answer, done, letter, used
from dgroup.commands.coordinator import answer_guard, gives_up, orphaned
from dgroup.effects import Audit, Effect, NewCode, Plan
from dgroup.incoming import Named
from dgroup.model import Delivery, Membership, MemberState, Morning, Posting, Role

_FIELDS: Mapping[str, Any] = {
    "state": MemberState,
    "role": Role,
    "delivery": Delivery,
    "posting": Posting,
    "morning": Morning,
    "language": str,
    "summary": bool,
    "own_copy": bool,
    "light": bool,
    "receipts": bool,
    "mime_digest": bool,
    "name": str,
}
SELF = frozenset({"leave", "pause", "resume"})
"""verbs beside the settings that people undo for themselves"""

Changed = tuple[Membership | None, ChangeMember]
"""a membership as it was (None: there was none) and what changes it"""


def undo_code(
    address: str, verb: str, changes: Sequence[Changed], *, own: bool, **extra: Any
) -> NewCode:
    """Give the code whose UNDO takes the changes back; `own`: people undo what is theirs.

    Other than a member's own changes are taken back by a coordinator only. `extra` is for the
    command's own `undone`.
    """
    people = [Named(wish.address, was.name if was else wish.name) for was, wish in changes]
    steps = [_step(was, wish) for was, wish in changes]
    text = payload.write(verb, people, steps=steps, own=own, **extra)
    return NewCode("undo", address, text, UNDO_DAYS)


def _step(was: Membership | None, wish: ChangeMember) -> dict[str, dict[str, Any]]:
    now = {name: getattr(wish, name) for name in _FIELDS if _says(wish, name)}
    if was is None:
        return {"was": {"state": MemberState.LEFT}, "now": {"state": now.get("state", "active")}}
    before = {name: getattr(was, name) for name in now}
    if before.get("state") is MemberState.PAUSED and was.paused_until is not None:
        before["until"] = was.paused_until.isoformat()
    return {"was": before, "now": now}


def _says(wish: ChangeMember, name: str) -> bool:
    """A name is only filled in where there is none, unless the wish is about it."""
    if name == "name":
        return wish.renamed
    return getattr(wish, name) is not None


def taken_back(request: Request, *more: Effect) -> Plan:
    """Take back what a letter's UNDO offered, for those who are still as it left them.

    `more` is what a command's own `undone` takes back beside memberships of this group.
    """
    code = request.facts.code
    assert code is not None  # `confirm` calls with a code only
    verb, own = payload.read(code.payload).verb, payload.value(code.payload, "own")
    if not own and (refusal := answer_guard(request, "undo")):
        return refusal
    if own and not _is_theirs(request):
        return answer(request, "not-coordinator", used(request), verb="undo")
    steps: list[dict[str, dict[str, Any]]] = payload.value(code.payload, "steps") or []
    changed = [
        (known.membership, _back(known.membership, step["was"]))
        for known, step in zip(request.facts.people, steps, strict=True)
        if known.membership is not None and _is_as_left(known.membership, step["now"])
    ]
    leaving = {was.id for was, wish in changed if gives_up(was, wish)}
    effects: list[Effect] = [*orphaned(request, leaving), *more]
    for _, wish in changed:
        decided = replace(wish, decided=not own and bool(wish.state or wish.role))
        effects += [decided, Audit("undone", f"{verb} {wish.address} by {code.address}")]
    listed = tuple((was.address, was.name) for was, _ in changed)
    name = "undone-own" if own else "undone"
    told = letter(request, name, verb=verb, people=listed)
    return done(request, "undone", used(request), *effects, told)


def _is_theirs(request: Request) -> bool:
    """Their own membership; or, as when a moderator trusts an author, what they may do to others."""
    actor = request.facts.token_member or request.facts.member
    others = [
        one.membership
        for one in request.facts.people
        if one.membership is not None and (actor is None or one.membership.id != actor.id)
    ]
    return not others or (actor is not None and actor.moderates)


def _is_as_left(member: Membership, now: Mapping[str, Any]) -> bool:
    """Nobody has changed what the undo is about since: for who came or went that alone counts, not
    how they like to get mail. Of somebody banned only the ban is ever taken back."""
    if member.banned and now.get("state") != MemberState.BANNED:
        return False
    about = {"state", "role"} & now.keys() or now.keys()
    return all(getattr(member, name) == now[name] for name in about)


def _back(member: Membership, was: Mapping[str, Any]) -> ChangeMember:
    values = {name: _FIELDS[name](value) for name, value in was.items() if name in _FIELDS}
    wish = ChangeMember(member.address, **values)
    if "language" in was and "state" not in was:
        wish = replace(wish, chosen=True)  # else a language that was chosen since would stay
    if "name" in was:
        wish = replace(wish, renamed=True)
    if "until" in was:
        wish = replace(wish, until=datetime.fromisoformat(was["until"]))
    return wish
