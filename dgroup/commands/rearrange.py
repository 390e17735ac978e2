"""split, merge, lock, unlock, retitle: coordinators keep threads in order (RULINGS 4). Pure.

At once for a coordinator whose domain vouches for the mail, with the way back; else by a code (RULINGS
8). The thread is named, or is the one of the post that the mail answers.
"""

from __future__ import annotations

from collections.abc import Mapping

from archive.model import Thread
from dgroup.commands import payload
from dgroup.commands.base import UNDO_DAYS, Command, Request, answer, done, found, letter, used
from dgroup.commands.coordinator import answer_guard, confirm_letter, guard
from dgroup.commands.fetch import aimed, unknown
from dgroup.commands.proof import is_proof, spent
from dgroup.effects import Audit, ChangeThread, NewCode, Plan, QueueLetter, ThreadAct, Value
from dgroup.found_posts import OnePost

BACK: Mapping[str, ThreadAct] = {
    "split": ThreadAct.REJOIN,
    "merge": ThreadAct.UNMERGE,
    "lock": ThreadAct.UNLOCK,
    "unlock": ThreadAct.LOCK,
    "retitle": ThreadAct.RETITLE,
}
"""what takes each verb back"""


def plan(request: Request) -> Plan:
    """Do it for a proved coordinator, else ask; what makes no sense is said at once."""
    verb = request.reading.verb
    if refusal := guard(request, verb):
        return refusal
    asked = aimed(request)
    one = found(asked, OnePost)
    if one.thread is None:
        return unknown(asked)
    if problem := _problem(asked, one, one.thread):
        values = _values(asked, one, one.thread)
        return answer(asked, "thread-not", problem=problem, **values)
    if is_proof(asked):
        return _done(asked, one, one.thread)
    text = payload.write(verb, options=asked.reading.options)
    code = NewCode(verb, request.addressee, text, request.caps.code_days)
    return confirm_letter(asked, "thread-confirm", code, **_values(asked, one, one.thread))


def confirmed(request: Request) -> Plan:
    """The coordinator said yes."""
    if refusal := answer_guard(request, request.reading.verb):
        return refusal
    one = found(request, OnePost)
    if one.thread is None:
        return unknown(request)
    if problem := _problem(request, one, one.thread):
        values = _values(request, one, one.thread)
        return answer(request, "thread-not", *spent(request), problem=problem, **values)
    return _done(request, one, one.thread)


def _problem(request: Request, one: OnePost, thread: Thread) -> str:
    """Say why this cannot be done, or ''."""
    verb, options = request.reading.verb, request.reading.options
    if verb == "merge" and one.into is None:
        return "into"
    if verb == "merge" and one.into == thread:
        return "same"
    if verb == "retitle" and not options.words:
        return "title"
    if verb in {"lock", "unlock"} and thread.locked == (verb == "lock"):
        return "already"
    return ""


def _done(request: Request, one: OnePost, thread: Thread) -> Plan:
    verb, options = request.reading.verb, request.reading.options
    assert one.post is not None  # it has a thread
    values = _values(request, one, thread)
    text = payload.write(verb, options=options)
    told = QueueLetter(
        name="thread-done",
        recipient=request.addressee,
        language=request.language,
        values=tuple(values.items()),
        code=NewCode("undo", request.addressee, text, UNDO_DAYS),
        answers=request.mail.message.message_id,
    )
    change = ChangeThread(
        act=ThreadAct(verb),
        told=told,
        failed=letter(request, "thread-not", problem="late", **values),
        key=one.post.key,
        into=one.into_key,
        title=options.words,
    )
    audit = Audit(verb, f"{thread.path} {one.post.number} by {request.addressee}")
    return done(request, verb, *spent(request), change, audit)


def undone(request: Request) -> Plan:
    """Take it back, for a coordinator."""
    code = request.facts.code
    assert code is not None  # `confirm` calls with a code only
    if refusal := answer_guard(request, "undo"):
        return refusal
    asked = payload.read(code.payload)
    values: dict[str, Value] = {"verb": asked.verb}
    change = ChangeThread(
        act=BACK[asked.verb],
        told=letter(request, "thread-undone", **values),
        failed=letter(request, "thread-kept", **values),
        key=asked.options.target,
        made=str(payload.value(code.payload, "made") or ""),
    )
    audit = Audit("undone", f"{asked.verb} {asked.options.target} by {code.address}")
    return done(request, "undone", used(request), change, audit)


def _values(request: Request, one: OnePost, thread: Thread) -> dict[str, Value]:
    return {
        "verb": request.reading.verb,
        "subject": thread.subject,
        "post": one.post.subject if one.post is not None else "",
        "number": one.post.number if one.post is not None else 0,
        "into": one.into.subject if one.into is not None else "",
        "title": request.reading.options.words,
    }


COMMANDS = tuple(
    Command(verb, plan, confirmed, undone, needs="post")
    for verb in ("split", "merge", "lock", "unlock", "retitle")
)
