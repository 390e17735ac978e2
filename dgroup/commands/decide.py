"""Decisions on held posts by reply: yes, no with a reason, discard, trust, reopen. The first moderator
decides; the others are told who and when, and so is whoever answers later (STANDARDS pains 19-21).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dgroup.changes import ChangeMember
from dgroup.commands.base import (
    Request,
    answer,
    done,
    dropped,
    forged_note,
    found,
    letter_to,
    may_answer,
)
from dgroup.commands.undo import undo_code
from dgroup.effects import (
    AskModerators,
    Audit,
    Effect,
    NewCode,
    Plan,
    QueueLetter,
    ResolveHold,
    UseCode,
    Value,
)
from dgroup.incoming import Answer, Code, CommandFacts, Incoming, Reading
from dgroup.model import Delivery, Membership, MemberState, Posting
from dgroup.moderation import (
    ACTION,
    APPROVED,
    DECIDED,
    DISCARDED,
    REFUSED,
    ROWS,
    WAITING,
    HeldPost,
    Moderation,
    asked_about,
    clock,
    code_for,
    numbers,
)

NEEDS = "held-posts"
_NUMBERED = re.compile(r"^\s*P-\d+[\s:,.;-]*", re.IGNORECASE)
_BY_VERB = {
    "approve": Answer.YES,
    "decline": Answer.NO,
    "discard": Answer.DISCARD,
    "trust": Answer.TRUST,
    "reopen": Answer.REOPEN,
}
_STATES = {
    Answer.YES: APPROVED,
    Answer.TRUST: APPROVED,
    Answer.REOPEN: APPROVED,
    Answer.NO: REFUSED,
    Answer.DISCARD: DISCARDED,
}


# --- What is meant ----------------------------------------------------------------------------


def with_number(mail: Incoming, reading: Reading) -> Reading:
    """Add the held post that subject or first line name, where the reading names none: a mail
    program that ignores Reply-To still keeps the '[P-98]' of the subject."""
    if reading.options.target:
        return reading
    first = mail.content.own.partition("\n")[0]
    named = numbers(first) or numbers(mail.message.subject)
    if not named:
        return reading
    return replace(reading, options=replace(reading.options, target=f"P-{named[0]}"))


def is_meant(code: Code | None, reading: Reading) -> bool:
    """Tell whether a mail is about held posts: by its code, or because it decides on one by number."""
    if code is not None:
        return code.action == ACTION and bool(asked_about(code.payload))
    return bool(numbers(reading.options.target)) and _word(reading) is not None


def is_for_us(facts: CommandFacts, reading: Reading) -> bool:
    """Tell whether a mail is a decision: without a code only from somebody who may decide."""
    member = facts.member
    allowed = facts.code is not None or (member is not None and member.moderates)
    return allowed and is_meant(facts.code, reading)


def wanted(facts: CommandFacts, asked: Reading) -> tuple[int, ...]:
    """Give the held posts that have to be looked up."""
    if facts.code is not None:
        return asked_about(facts.code.payload) if facts.code.action == ACTION else ()
    return numbers(asked.options.target)


def _word(reading: Reading) -> Answer | None:
    if reading.answer in _STATES:
        return reading.answer
    if reading.answer is Answer.UNDO:
        return Answer.REOPEN
    return _BY_VERB.get(reading.verb)


def _meant(request: Request, posts: Sequence[HeldPost], word: Answer) -> tuple[HeldPost, ...]:
    """Of a list, the one that the answer names; only DISCARD may mean all of them."""
    named = numbers(request.reading.options.target)
    if chosen := tuple(one for one in posts if one.id in named):
        return chosen
    return tuple(posts) if len(posts) == 1 or word is Answer.DISCARD else ()


# --- The plan ---------------------------------------------------------------------------------


def plan(request: Request) -> Plan:
    """Decide, if the answer comes from a moderator's own address and says how."""
    member = request.facts.member
    if member is None or not _may_decide(request, member):
        return answer(request, "not-coordinator", verb="moderate")
    if request.forged:
        return forged_note(request, "moderate")
    moderation, word = found(request, Moderation), _word(request.reading)
    posts = _meant(request, moderation.posts, word) if word is not None else ()
    if word is None or not posts:
        return _unclear(request, member, moderation.posts)
    if not request.aligned and not _is_open(request):
        return _asked_again(request, member, posts)
    if doable := [one for one in posts if _is_doable(one, word)]:
        return _decided(request, member, moderation, doable, word)
    return _already(request, member, posts[0])


def _may_decide(request: Request, member: Membership) -> bool:
    """A moderator who was asked; or another one whose domain vouches for the mail."""
    asked = request.facts.token_member
    theirs = request.facts.code is None or (asked is not None and asked.id == member.id)
    return member.moderates and (theirs or request.aligned)


def _is_open(request: Request) -> bool:
    """A code that is new proves where the question went to; a number proves nothing."""
    code = request.facts.code
    return code is not None and code.used_at is None and code.expires_at > request.facts.now


def _is_doable(post: HeldPost, word: Answer) -> bool:
    if word is Answer.REOPEN:
        return _can_reopen(post)
    return post.state == WAITING and post.kept


def _can_reopen(post: HeldPost) -> bool:
    return post.kept and post.state not in {WAITING, APPROVED}


def _decided(
    request: Request, member: Membership, known: Moderation, posts: list[HeldPost], word: Answer
) -> Plan:
    state = _STATES[word]
    reason = _reason(request.reading)
    effects: list[Effect] = list(_spent(request, known, posts))
    for one in posts:
        reopen = word is Answer.REOPEN
        effects.append(ResolveHold(one.id, state, member.address, reason, reopen))
        effects.append(Audit(state, f"{one.number} by {member.address}"))
    trusted = _trusted(posts) if word is Answer.TRUST else []
    effects += [wish for _, wish in trusted]
    effects += _others_told(request, member, known, posts, state)
    if told := _told(request, member, posts, state, trusted):
        effects.append(told)
    return done(request, state, *effects)


def _reason(reading: Reading) -> str:
    """The words for the author, without the number that came before them."""
    words = reading.reason or reading.options.because
    return _NUMBERED.sub("", words)


def _spent(request: Request, known: Moderation, posts: list[HeldPost]) -> tuple[Effect, ...]:
    """The code of a list stays open until the last of its posts is decided."""
    code = request.facts.code
    decided = {one.id for one in posts}
    left = [one for one in known.posts if one.state == WAITING and one.id not in decided]
    return (UseCode(code.id),) if code is not None and code.used_at is None and not left else ()


def _trusted(posts: list[HeldPost]) -> list[tuple[Membership, ChangeMember]]:
    authors = {
        one.author.id: one.author
        for one in posts
        if one.author is not None and one.author.inside and not one.author.moderates
    }
    return [(one, ChangeMember(one.address, posting=Posting.TRUSTED)) for one in authors.values()]


def _others_told(
    request: Request, member: Membership, known: Moderation, posts: list[HeldPost], state: str
) -> list[Effect]:
    """One line for those who were asked too: nobody has to look at these any more."""
    values: dict[str, Value] = {
        **_about(posts),
        "state": state,
        "by": member.name or member.address,
        "at": clock(request.facts.now, request.facts.group),
    }
    others = [one for one in known.moderators if one.id != member.id]
    return [letter_to(one, DECIDED, **values) for one in others]


def _about(posts: Sequence[HeldPost]) -> dict[str, Value]:
    return {
        "number": posts[0].number,
        "subject": posts[0].subject,
        "count": len(posts),
        "rows": tuple((one.number, one.sender, one.subject) for one in posts[:ROWS]),
    }


# --- Letters to who decides -------------------------------------------------------------------


def _told(
    request: Request,
    member: Membership,
    posts: list[HeldPost],
    state: str,
    trusted: list[tuple[Membership, ChangeMember]],
) -> QueueLetter | None:
    """Say what was done and how to take it back. The copy of a published post says so itself."""
    gets_copy = member.state is MemberState.ACTIVE and member.delivery is Delivery.EACH
    if not may_answer(request) or (state == APPROVED and gets_copy and not trusted):
        return None
    code = (
        code_for([one.id for one in posts], member, request.facts.group)
        if state != APPROVED
        else None
    )
    if trusted:
        code = undo_code(member.address, "trust", trusted, own=not member.coordinates)
    names = ", ".join(one.name or one.address for one, _ in trusted)
    return _letter(
        request,
        member,
        "decision-done",
        code,
        **_about(posts),
        state=state,
        trusted=names,
        proved=all(one.proved for one in posts),
    )


def _already(request: Request, member: Membership, post: HeldPost) -> Plan:
    """Say who was first; a declined post can still be published (D6.7)."""
    if post.decided_at is None:
        return _unclear(request, member, (post,))
    if not may_answer(request):
        return dropped("cap already-decided")
    code = code_for([post.id], member, request.facts.group) if _can_reopen(post) else None
    told = _letter(
        request,
        member,
        "already-decided",
        code,
        number=post.number,
        subject=post.subject,
        state=post.state,
        by=post.decided_by,
        at=clock(post.decided_at, request.facts.group),
        reopens=code is not None,
    )
    return done(request, "already-decided", told)


def _unclear(request: Request, member: Membership, posts: Sequence[HeldPost]) -> Plan:
    """A word is needed, and of a list a number (pain 20: an empty reply approves nothing)."""
    if not may_answer(request):
        return dropped("cap moderate-unclear")
    number = posts[0].number if posts else "P-1"
    told = _letter(request, member, "moderate-unclear", None, number=number, several=len(posts) > 1)
    return done(request, "moderate-unclear", told)


def _asked_again(request: Request, member: Membership, posts: Sequence[HeldPost]) -> Plan:
    """Nothing proves the sender: the registered address gets the question, with a code."""
    if posts[0].state != WAITING:
        return _already(request, member, posts[0])
    if not may_answer(request):
        return dropped("cap approve")
    return done(request, "asked approve", AskModerators((member,), posts[0].id))


def _letter(
    request: Request, member: Membership, name: str, code: NewCode | None, **values: Value
) -> QueueLetter:
    """A letter to the registered address of who answered, whoever's question it was."""
    return QueueLetter(
        name=name,
        recipient=member.address,
        language=member.language,
        values=tuple(values.items()),
        code=code,
        answers=request.mail.message.message_id,
    )
