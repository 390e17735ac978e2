"""The answer to an invitation. Its code is the proof: only the address that was asked has got it, so
the answer may come from any address and lets in the one that was invited.
"""

from __future__ import annotations

from dgroup.changes import ChangeMember, EndInvitation
from dgroup.commands import guide
from dgroup.commands.base import Command, Request, active, answer, done, dropped, found, used
from dgroup.commands.join import left_to_read
from dgroup.effects import Audit, Plan, QueueLetter
from dgroup.known import Invitation, InvitedFacts
from dgroup.model import GroupState, MemberState, Role


def accepted(request: Request) -> Plan:
    """They said yes: they are in, with a welcome. The coordinators see it in the morning letter."""
    invitation, member = found(request, InvitedFacts).invitation, request.facts.token_member
    if member is not None and member.banned:
        return dropped("banned", used(request))
    if active(member):
        return answer(request, "join-already", used(request))
    if invitation is None:
        return answer(request, "invitation-over", used(request))
    group = request.facts.group
    if group.state is not GroupState.OPEN:
        return answer(request, "join-frozen", used(request), **left_to_read(group))
    language = member.language if member is not None else invitation.language
    name = (member.name if member is not None else "") or invitation.name
    return done(
        request,
        "invited joined",
        used(request),
        _wish(_address(request), invitation),
        EndInvitation(invitation.address, "joined"),
        Audit("joined", f"{invitation.address} invited by {invitation.invited_by}"),
        QueueLetter("welcome", _address(request), language, (("name", name),)),
    )


def _address(request: Request) -> str:
    assert request.facts.code is not None  # `confirm` calls with a code only
    return request.facts.code.address


def _wish(address: str, invitation: Invitation) -> ChangeMember:
    """Whoever comes back comes as a member, whatever they were before."""
    return ChangeMember(
        address,
        invitation.name,
        MemberState.ACTIVE,
        Role.MEMBER,
        invitation.delivery,
        invitation.language,
    )


def declined(request: Request) -> Plan:
    """They said no: we thank them, and do not write again."""
    ended = EndInvitation(_address(request), "declined")
    if found(request, InvitedFacts).invitation is None:
        return dropped("invitation-over", used(request))
    audit = Audit("declined", f"{_address(request)} the invitation")
    return answer(request, "invitation-declined", used(request), ended, audit)


COMMAND = Command("invited", guide.not_understood, accepted, declined=declined, needs="invited")
