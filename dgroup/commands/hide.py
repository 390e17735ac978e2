"""hide: the author, or a coordinator, takes a post down for good; always by a code, for there is no
way back. Pure.
"""

from __future__ import annotations

from archive.model import Post
from dgroup.changes import TakeDown
from dgroup.commands import payload
from dgroup.commands.base import (
    Command,
    Request,
    active,
    answer,
    ask,
    done,
    forged_note,
    found,
    letter_to,
    used,
)
from dgroup.commands.coordinator import answer_guard, confirm_letter
from dgroup.commands.fetch import unknown
from dgroup.effects import Audit, Effect, NewCode, Plan, Value
from dgroup.found_posts import OnePost
from dgroup.incoming import Options


def plan(request: Request) -> Plan:
    """Ask the author, or the coordinator, whether they mean it; nothing is done before the yes."""
    member = request.facts.member
    if not active(member):
        return answer(request, "not-member", asked=request.sender, verb="hide")
    if request.forged:
        return forged_note(request, "hide")
    one = found(request, OnePost)
    if one.post is None or one.passage is None:
        return unknown(request)
    if one.removed:
        return answer(request, "post-removed", number=one.post.number)
    if not one.mine and not member.coordinates:
        return answer(request, "hide-not-yours", number=one.post.number)
    options = Options(target=one.post.key, because=request.reading.options.because)
    text = payload.write("hide", options=options, own=one.mine)
    code = NewCode("hide", member.address, text, request.caps.code_days)
    values: dict[str, Value] = {"own": one.mine, "number": one.post.number, "post": (one.passage,)}
    if not one.mine:
        return confirm_letter(request, "hide-confirm", code, **values)
    return ask_twice(request, "hide-confirm", code, **values)


def ask_twice(request: Request, name: str, code: NewCode, **values: Value) -> Plan:
    """Ask about what cannot be taken back: within the caps on confirmations where anybody may have
    sent the mail, within those on answers where the sender's domain vouches for it."""
    send = confirm_letter if request.aligned else ask
    return send(request, name, code, **values)


def confirmed(request: Request) -> Plan:
    """The registered address said yes: the post goes from the archive, the outbox and the holds."""
    member, code = request.facts.token_member, request.facts.code
    assert code is not None  # `confirm` calls with a code only
    one = found(request, OnePost)
    own = bool(payload.value(code.payload, "own"))
    if request.forged:
        return forged_note(request, "hide")
    if not own and (refusal := answer_guard(request, "hide")):
        return refusal
    if not active(member) or one.post is None or one.removed or (own and not one.mine):
        number = one.post.number if one.post is not None else 0
        return answer(request, "post-removed", used(request), number=number)
    effects = (
        used(request),
        TakeDown(one.post.key),
        Audit("hidden", f"{one.post.number} {one.post.key} by {code.address}"),
        letter_to(
            member,
            "hidden",
            number=one.post.number,
            subject=one.post.subject,
            answers=one.answers,
        ),
    )
    return done(request, "hide", *effects, *_told_author(request, one, one.post, own))


def _told_author(request: Request, one: OnePost, post: Post, own: bool) -> tuple[Effect, ...]:
    """Whose post a coordinator took down is told so, with the reason where one was given."""
    author = one.author
    if own or author is None or author == request.facts.token_member:
        return ()
    because = request.reading.options.because
    told = letter_to(
        author, "hidden-author", subject=post.subject, number=post.number, because=because
    )
    return (told,)


COMMAND = Command("hide", plan, confirmed, needs="post")
