"""mute, unmute: a member gets no more posts of one thread; summaries still name it. Pure."""

from __future__ import annotations

from functools import partial

from dgroup.changes import Mute
from dgroup.commands import payload
from dgroup.commands.base import UNDO_DAYS, Command, Request, answer, done, dropped, found, used
from dgroup.commands.fetch import aimed, unknown
from dgroup.commands.proof import settle, spent
from dgroup.effects import Audit, NewCode, Plan, QueueLetter
from dgroup.found_posts import OnePost
from dgroup.model import Membership


def plan(request: Request) -> Plan:
    """Level 1: at once for who is proved, with the way back."""
    on = request.reading.verb == "mute"
    verb = request.reading.verb
    return settle(aimed(request), partial(_change, on=on), question="post-confirm", verb=verb)


def _change(request: Request, member: Membership, *, on: bool) -> Plan:
    one = found(request, OnePost)
    if one.thread is None:
        return unknown(request)
    verb, subject = request.reading.verb, one.thread.subject
    if one.muted is on:
        return answer(request, "mute-already", *spent(request), subject=subject, on=on)
    lines = (one.thread.id,) if on else one.lines
    wish = Mute(member.id, lines, on)
    text = payload.write("mute", lines=list(one.lines), on=on, subject=subject)
    told = QueueLetter(
        name="mute-done",
        recipient=member.address,
        language=member.language,
        values=(("subject", subject), ("on", on)),
        code=NewCode("undo", member.address, text, UNDO_DAYS),
        answers=request.mail.message.message_id,
    )
    audit = Audit(verb, f"{member.address} {one.thread.path}")
    return done(request, verb, *spent(request), wish, audit, told)


def undone(request: Request) -> Plan:
    """Take it back, for the member whom the letter went to."""
    member, code = request.facts.token_member, request.facts.code
    assert code is not None  # `confirm` calls with a code only
    if member is None or not member.inside:
        return dropped("left-already", used(request))
    on = not payload.value(code.payload, "on")
    lines = tuple(payload.value(code.payload, "lines"))
    wish = Mute(member.id, lines[:1] if on else lines, on)
    subject = str(payload.value(code.payload, "subject"))
    audit = Audit("undone", f"mute {member.address}")
    return answer(request, "mute-undone", used(request), wish, audit, subject=subject, on=on)


COMMANDS = (
    Command("mute", plan, plan, undone, needs="post"),
    Command("unmute", plan, plan, undone, needs="post"),
)
