"""leave: at once with a personal token or an aligned sender, else by a code (COMMANDS D4 level 2)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from dgroup.changes import ChangeMember
from dgroup.commands.base import (
    Command,
    Request,
    active,
    answer,
    ask,
    done,
    dropped,
    forged_note,
    letter,
    letter_to,
    may_answer,
    may_ask,
    used,
)
from dgroup.commands.coordinator import orphaned
from dgroup.commands.undo import undo_code
from dgroup.effects import Audit, Effect, NewCode, Plan, QueueLetter
from dgroup.incoming import Answer, Incoming, LetterCounts, Named
from dgroup.model import Membership, MemberState

_NO_LETTERS = LetterCounts()
_ADDRESS = re.compile(r"[^\s<>\"(),;:]{1,64}@[^\s<>\"(),;:]{1,255}")
_LOOKED_AT = 2000
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Whom somebody means who writes from one address and names another."""

    address: str = ""
    """the address named, if it is not the sender's"""
    member: Membership | None = None
    letters: LetterCounts = _NO_LETTERS
    """to that member"""


def named_in(mail: Incoming) -> tuple[Named, ...]:
    """Give the addresses that a mail names in its author's own words, but the sender's: whoever is
    nobody in the group may answer our letter with the one that gets the mail (COMMANDS D6.2)."""
    found = _ADDRESS.findall(mail.content.own[:_LOOKED_AT])
    named = dict.fromkeys(one.strip(".'!?").lower() for one in found)
    return tuple(Named(one, "") for one in named if one != mail.sender)[:_NAMED]


def plan(request: Request) -> Plan:
    """Decide who asks and whether it is proved."""
    facts = request.facts
    if facts.token_member is not None:
        return _by_token(request, facts.token_member)
    if request.forged:
        return forged_note(request, "leave") if active(facts.member) else dropped("auth-fail leave")
    # `remove` and a reply to another letter come here without a look-up of their own.
    elsewhere = facts.found if isinstance(facts.found, Elsewhere) else Elsewhere()
    if elsewhere.address:
        return _ask_elsewhere(request, elsewhere)
    if facts.member is None or not active(facts.member):
        return answer(request, "leave-unknown", asked=request.sender)
    if request.aligned and request.reading.sure and request.reading.answer is not Answer.NO:
        return left(request, facts.member)
    return _ask(request, facts.member)


def _ask_elsewhere(request: Request, elsewhere: Elsewhere) -> Plan:
    """Somebody names an address that is not theirs, as far as we know: its holder decides.

    The sender hears the same, and the SMTP answer is the same, whether it is a member's or not.
    """
    asked: tuple[Effect, ...] = ()
    member, name = elsewhere.member, "leave-elsewhere"
    if member is not None and may_ask(elsewhere.letters, request.caps):
        code = NewCode("leave", member.address, "", request.caps.code_days)
        asked = (replace(letter_to(member, "leave-confirm"), code=code),)
    if may_answer(request):
        told = letter(request, name, named=elsewhere.address)
        asked = (*asked, told)
    return done(request, name, *asked)


def _by_token(request: Request, member: Membership) -> Plan:
    """Only the member's own copies carry the token; it works from any address (pain 6)."""
    if not active(member):
        return dropped("left-already")
    if request.reading.answer is Answer.NO:
        return _ask(request, member)
    return left(request, member)


def _ask(request: Request, member: Membership) -> Plan:
    code = NewCode("leave", member.address, "", request.caps.code_days)
    return ask(request, "leave-confirm", code)


def confirmed(request: Request) -> Plan:
    """The registered address said yes to the question."""
    member = request.facts.token_member
    if member is None or not active(member):
        return dropped("left-already", used(request))
    return left(request, member, used(request))


def left(request: Request, member: Membership, *before: Effect) -> Plan:
    """Out at once, with a letter that undoes it for 30 days."""
    undo = undo_code(member.address, "leave", [(member, _wish(member))], own=True)
    goodbye = QueueLetter(
        name="left",
        recipient=member.address,
        language=member.language,
        values=(("name", member.name),),
        code=undo,
        answers=request.mail.message.message_id if member == request.facts.member else "",
    )
    return done(request, "left", *before, *goodbye_effects(request, member), goodbye)


def goodbye_effects(request: Request, member: Membership) -> tuple[Effect, ...]:
    """The change itself; the last coordinator cannot leave silently (RULINGS 3)."""
    return (*orphaned(request, {member.id}), _wish(member), Audit("left", member.address))


def _wish(member: Membership) -> ChangeMember:
    return ChangeMember(member.address, state=MemberState.LEFT)


COMMAND = Command("leave", plan, confirmed, needs="elsewhere")
