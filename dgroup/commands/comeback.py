"""The answer to the letter that a member's mail has stopped: mail goes where it went before, or to the
address that the letter came to. Its code proves that address, which was the person's already.
"""

from __future__ import annotations

from dataclasses import replace

from dgroup.address import comparable
from dgroup.changes import MoveAddress
from dgroup.commands import own_settings, payload
from dgroup.commands.base import Request, done, used
from dgroup.effects import Audit, Plan, QueueLetter
from dgroup.incoming import Code, Reading

VERB = "resume"
_MOVE = "address"


def agrees(code: Code, said: Reading) -> bool:
    """Tell whether a reply says it in the letter's own words: RESUME, or change to this very address."""
    if said.verb == VERB:
        return said.sure
    # The sender's own address is no new one to the reader of options: then none stands there.
    wanted = said.options.address
    here = not wanted or comparable(wanted) == comparable(code.address)
    return said.verb == _MOVE and here


def plan(request: Request) -> Plan:
    """Have mail sent again; who asks for it from another address of theirs is told there."""
    code, member = request.facts.code, request.facts.token_member
    assert code is not None  # `confirm` calls this with a code only
    said, asked = request.reading, payload.asked(code.payload, request.reading)
    away = member is not None and comparable(code.address) != comparable(member.address)
    if member is None or not member.inside or not away:
        return own_settings.plan(replace(request, reading=asked, proved=True))
    to = code.address if said.verb == _MOVE else member.address
    told = QueueLetter("resumed", code.address, member.language, (("who", to),))
    if said.verb == _MOVE:
        move = MoveAddress(member.person_id, (member.id,), code.address)
        audit = Audit(_MOVE, f"{member.address} to {code.address}")
        return done(request, _MOVE, used(request), move, audit, told)
    planned = own_settings.plan(replace(request, reading=asked, proved=True))
    return replace(planned, effects=(*planned.effects, told))
