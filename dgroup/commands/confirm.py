"""The answer to one of our questions: which code, which word, and what it then does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from dgroup.commands import BY_VERB, comeback, payload, undo
from dgroup.commands.base import Request, answer, done, dropped, used, wrong_reference
from dgroup.commands.meant import fits
from dgroup.commands.publishing import release_to
from dgroup.commands.wishes import VERBS
from dgroup.effects import Effect, Plan, ResolveHold
from dgroup.incoming import Answer, Code, Reading
from dgroup.model import GroupState
from dgroup.moderation import DISCARDED
from dgroup.policy import decision_reason

_OWN = VERBS | {"leave"}
"""what people wish for themselves and a reply to any letter of ours may ask for"""
_JOINING = frozenset({"join", "invited"})
"""asked of the address that would join: "join" says it too"""


def plan(request: Request) -> Plan:
    """A code that is wrong, used or expired says so; "no" always wins; an empty reply only joins."""
    code, words = request.facts.code, request.reading.answer
    if code is None:
        return answer(request, "code-unknown", *wrong_reference(request))
    if (planned := _new_wish(request, code)) is not None:
        return planned
    if code.used_at is not None:
        return answer(request, "code-used", at=f"{code.used_at:%H:%M}", day=code.used_at.date())
    if code.expires_at <= request.facts.now:
        return answer(request, "code-expired")
    wished = words is Answer.NO and bool(request.reading.meant) and is_yes(code, request.reading)
    if not wished and (words is Answer.NO or (words is Answer.UNDO and code.action != "undo")):
        return _declined(request, code)
    if not is_yes(code, request.reading):
        return answer(request, "answer-unclear", action=code.action)
    return _act(request, code)


def _new_wish(request: Request, code: Code) -> Plan | None:
    """A letter that offers UNDO may be answered by another wish, as RESUME to a pause (COMMANDS D6.3).

    The code, while it is good, proves the registered address: only that got it.
    """
    verb, facts, said = request.reading.verb, request.facts, request.reading
    wishes = said.answer in {Answer.OTHER, Answer.LEAVE}
    wishes = wishes or (said.answer is Answer.YES and not _is_about(code, said))
    if code.action != "undo" or not wishes or verb not in _OWN:
        return None
    good = code.used_at is None and code.expires_at > facts.now
    asking = replace(facts, token_member=facts.token_member if good else None)
    return BY_VERB[verb].plan(replace(request, facts=asking, proved=good))


def _act(request: Request, code: Code) -> Plan:
    """Do what was asked: the command is planned again from what the code remembers of it."""
    if code.action in ACTIONS:
        return ACTIONS[code.action](request)
    confirmed = BY_VERB[code.action].confirmed
    assert confirmed is not None  # only commands that have it make codes
    asked = payload.asked(code.payload, request.reading)
    return confirmed(replace(request, reading=asked, proved=True))


def is_yes(code: Code, said: Reading) -> bool:
    """Tell whether a reply agrees to what the code asks: in so many words, or by asking for just that."""
    words, command = said.answer, BY_VERB.get(code.action)
    if command is not None and words in command.answers:
        return True
    if words in _WISHES and said.meant and _is_about(code, said):
        return True  # "take me off", asked whether they would leave
    if words in {Answer.YES, Answer.LEAVE} and not _is_about(code, said):
        return False
    if code.action == "undo":
        return words in {Answer.UNDO, Answer.YES} or (said.verb == "undo" and said.sure)
    if code.action in _JOINING:
        joins = said.verb == "join" and said.sure
        # An empty reply counts where the holder of the address asked; an invitation is not theirs.
        return joins or words is Answer.YES or (words is Answer.EMPTY and code.action == "join")
    if code.action == "post":
        return words is Answer.POST or (words is Answer.LEAVE and _verb(code) == "leave")
    if code.action == comeback.VERB and comeback.agrees(code, said):
        return True
    if words is Answer.LEAVE and code.action == "leave":
        return True
    if words is Answer.POST and code.action == "publish":
        return True
    return words is Answer.YES


_WISHES = frozenset({Answer.OTHER, Answer.LEAVE, Answer.DISCARD, Answer.NO})


def _is_about(code: Code, said: Reading) -> bool:
    """Tell whether a yes is none about another thing than was asked."""
    action = _verb(code) if code.action == "post" else code.action
    return fits(said.meant, action, payload.read(code.payload).verb)


def _declined(request: Request, code: Code) -> Plan:
    command = BY_VERB.get(code.action)
    if command is not None and command.declined is not None:
        return command.declined(request)
    return _cancelled(request, code)


def _cancelled(request: Request, code: Code) -> Plan:
    """An offer to undo stays open until it ends; a question is answered."""
    effects: tuple[Effect, ...] = () if code.action == "undo" else (used(request),)
    if code.action == "post":
        effects += tuple(ResolveHold(one.id, DISCARDED, "author") for one in request.facts.waiting)
    return answer(request, "cancelled", *effects)


def _publish(request: Request) -> Plan:
    """The registered address says that it did send the held mail: it is treated as proved."""
    facts, member = request.facts, request.facts.token_member
    if not facts.waiting or member is None or not member.inside:
        return dropped("nothing-held", used(request))
    if facts.group.state is not GroupState.OPEN:  # closed since: the author opens it for nothing
        gone = (ResolveHold(one.id, DISCARDED, "author") for one in facts.waiting)
        subject = facts.waiting[0].subject
        return answer(request, "group-closed", used(request), *gone, subject=subject)
    reason = decision_reason(facts.group, member)
    released = release_to(request, reason, "author", member)
    return done(request, reason or "published", used(request), *released)


def _post_or_command(request: Request) -> Plan:
    """Our guess about a post was put to its sender, who says what it was (COMMANDS D5)."""
    code = request.facts.code
    assert code is not None  # `plan` calls this with a code only
    if request.reading.answer is Answer.POST:
        return _publish(request)
    leave = BY_VERB[_verb(code)].confirmed
    assert leave is not None  # _is_yes takes this answer for "leave" only
    meant = Reading(_verb(code), language=request.reading.language)
    planned = leave(replace(request, reading=meant, proved=True))
    gone = (ResolveHold(held.id, DISCARDED, "author") for held in request.facts.waiting)
    return replace(planned, effects=(*gone, *planned.effects))


def _verb(code: Code) -> str:
    return code.payload.partition(" ")[0]


def _undo(request: Request) -> Plan:
    assert request.facts.code is not None  # `plan` calls this with a code only
    command = BY_VERB.get(payload.read(request.facts.code.payload).verb)
    if command is not None and command.undone is not None:
        return command.undone(request)
    return undo.taken_back(request)


ACTIONS: Mapping[str, Callable[[Request], Plan]] = {
    "publish": _publish,
    "post": _post_or_command,
    "undo": _undo,
    comeback.VERB: comeback.plan,
}
"""what a yes does where the action is no command's verb, or where the reply may say more than yes"""
