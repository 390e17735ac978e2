"""my data, erase me: what is kept about a person, and its end. By a code always (COMMANDS D4). Pure."""

from __future__ import annotations

from dgroup.changes import Erase
from dgroup.commands import payload
from dgroup.commands.base import (
    Command,
    Request,
    answer,
    done,
    dropped,
    forged_note,
    found,
    letter_to,
    used,
)
from dgroup.commands.hide import ask_twice
from dgroup.effects import Audit, NewCode, Plan, SendData
from dgroup.found_posts import Footprint
from dgroup.model import Membership


def data(request: Request) -> Plan:
    """Ask the registered address whether it wants all that is kept about it; who left may ask too."""
    member = request.facts.member
    if refusal := _refused(request, member, "data"):
        return refusal
    assert member is not None  # _refused() says so
    return ask_twice(request, "data-confirm", _code(request, member, "data"))


def data_confirmed(request: Request) -> Plan:
    """The registered address said yes: the letter goes there."""
    member = request.facts.token_member
    if request.forged:
        return forged_note(request, "data")
    if member is None:
        return dropped("nobody", used(request))
    sent = SendData(member.person_id, member.address, member.language)
    return done(request, "data", used(request), Audit("data", member.address), sent)


def erase(request: Request) -> Plan:
    """Say what would go, for good, and ask."""
    member = request.facts.member
    if refusal := _refused(request, member, "erase"):
        return refusal
    assert member is not None  # _refused() says so
    mark = found(request, Footprint)
    return ask_twice(
        request,
        "erase-confirm",
        _code(request, member, "erase"),
        groups=tuple((title,) for title in mark.groups),
        alone=tuple((title,) for title in mark.alone),
        addresses=tuple((address,) for address in mark.addresses),
        count=mark.posts,
        banned=mark.is_banned,
    )


def erase_confirmed(request: Request) -> Plan:
    """The registered address said yes: they are forgotten, and this letter is the last one."""
    member = request.facts.token_member
    if request.forged:
        return forged_note(request, "erase")
    if member is None:
        return dropped("nobody", used(request))
    goodbye = letter_to(member, "erased")
    return done(request, "erase", used(request), Erase(member.person_id), goodbye)


def _refused(request: Request, member: Membership | None, verb: str) -> Plan | None:
    if member is None:
        return answer(request, "not-member", asked=request.sender, verb=verb)
    return forged_note(request, verb) if request.forged else None


def _code(request: Request, member: Membership, verb: str) -> NewCode:
    return NewCode(verb, member.address, payload.write(verb), request.caps.code_days)


COMMANDS = (
    Command("data", data, data_confirmed),
    Command("erase", erase, erase_confirmed, needs="footprint"),
)
