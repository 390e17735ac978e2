"""facts -> Plan: what becomes of a mail to a group, a command, a bounce, a mail to people. Pure."""

from __future__ import annotations

from archive import ids
from archive.model import ArchiveMode
from dgroup.commands import BY_VERB, confirm, guide
from dgroup.commands.base import Caps, Request, dropped
from dgroup.effects import (
    Effect,
    ForwardMail,
    HoldMail,
    NewCode,
    Outcome,
    OutcomeKind,
    Plan,
    QueueCopies,
    QueueLetter,
    ScoreBounce,
    StorePost,
)
from dgroup.incoming import Incoming, PostFacts
from dgroup.model import Alignment, Group, Membership, Reply, RouteKind
from dgroup.policy import Fate, Verdict, automatic_reason, judge


def plan_post(mail: Incoming, facts: PostFacts, caps: Caps, base_url: str) -> Plan:
    """Decide on a post by the table of RULINGS 1."""
    verdict = judge(mail, facts)
    if verdict.fate is Fate.POST:
        return _post(mail, facts, verdict, base_url)
    if verdict.fate is Fate.DISCARD:
        reply = Reply(250, "2.0.0", f"Not posted: {verdict.reason}")
        return Plan(Outcome(OutcomeKind.DISCARDED, reply, verdict.reason))
    if verdict.fate is Fate.REFUSE and not mail.envelope.trusted_front:
        reply = Reply(verdict.code, verdict.enhanced, verdict.text)
        return Plan(Outcome(OutcomeKind.REFUSED, reply, verdict.reason))
    if verdict.reason == "too-large" and mail.verdicts.alignment is Alignment.FAIL:
        return dropped("too-large auth-fail")
    return _hold(mail, facts, verdict, caps)


def _post(mail: Incoming, facts: PostFacts, verdict: Verdict, base_url: str) -> Plan:
    text = "Accepted"
    if facts.group.info.archive is ArchiveMode.PUBLIC:
        key = post_key(mail, imposter=facts.imposter)
        text = f"Accepted {ids.message_url(base_url, facts.group.name, key)}"
    outcome = Outcome(OutcomeKind.POSTED, Reply(250, "2.0.0", text), verdict.reason)
    author = facts.member.id if facts.member is not None else None
    return Plan(outcome, (StorePost(facts.parent_key, facts.imposter), QueueCopies(author)))


def post_key(mail: Incoming, *, imposter: bool) -> str:
    """Give the permanent key of a post: known before anything is stored (ARCHIVE 4)."""
    message = mail.message
    if imposter:
        return ids.imposter_key(message.message_id, message.digest)
    return ids.key_of(message.message_id)


def _hold(mail: Incoming, facts: PostFacts, verdict: Verdict, caps: Caps) -> Plan:
    outcome = Outcome(
        OutcomeKind.HELD, Reply(250, "2.0.0", f"Held: {verdict.reason}"), verdict.reason
    )
    effects: list[Effect] = [HoldMail(verdict.reason)]
    note = _note(mail, facts, verdict, caps)
    if note is not None and not facts.waiting_hold:
        effects.append(note)
    return Plan(outcome, tuple(effects))


def _note(mail: Incoming, facts: PostFacts, verdict: Verdict, caps: Caps) -> QueueLetter | None:
    """The one capped letter about a held mail: to the registered address, or to a sender whose
    domain vouches for them; never to an address that may be forged."""
    if not verdict.letter or facts.letters_today >= caps.answers_per_day:
        return None
    member, subject = facts.member, mail.message.subject
    if member is None and mail.verdicts.alignment is not Alignment.ALIGNED:
        return None
    code = _code(mail, facts, verdict, caps)
    if code is not None and (
        facts.confirmations_today_group >= caps.confirmations_per_group
        or facts.confirmations_today >= caps.confirmations
    ):
        return None
    return QueueLetter(
        name=verdict.letter,
        recipient=member.address if member is not None else mail.sender,
        language=_language(member, facts.group),
        values=(("subject", subject), ("reason", verdict.reason)),
        code=code,
        answers="" if verdict.letter == "did-you-send" else mail.message.message_id,
    )


def _code(mail: Incoming, facts: PostFacts, verdict: Verdict, caps: Caps) -> NewCode | None:
    if verdict.letter == "join-to-publish":
        name = mail.message.from_[0].name if mail.message.from_ else ""
        return NewCode("join", mail.sender, name, caps.code_days)
    if verdict.letter == "did-you-send" and facts.member is not None:
        return NewCode("publish", facts.member.address, mail.message.digest, caps.code_days)
    return None


def _language(member: Membership | None, group: Group) -> str:
    return member.language if member is not None else group.info.language


def plan_command(request: Request) -> Plan:
    """Shield first: automatic mail never acts, never confirms, is never answered (COMMANDS D2)."""
    if reason := _shielded(request.mail):
        return dropped(f"shield={reason}")
    if request.mail.route.kind is RouteKind.CONFIRM or _answers_code(request):
        return confirm.plan(request)
    command = BY_VERB.get(request.reading.verb)
    return command.plan(request) if command is not None else guide.not_understood(request)


def _shielded(mail: Incoming) -> str:
    """Beside the robots' marks: a command that came through a list is nobody's command."""
    if reason := automatic_reason(mail):
        return reason
    if mail.message.precedence == "list":
        return "precedence"
    return "list-id" if any(name == "list-id" for name, _ in mail.message.list_headers) else ""


def _answers_code(request: Request) -> bool:
    """A reply that lost the address's code: the code itself or the subject's reference counts."""
    return request.facts.code is not None


def plan_bounce(mail: Incoming, member: Membership | None) -> Plan:
    """Count a report on the membership that the token names. A bounce never makes a bounce."""
    reply = Reply(250, "2.0.0", "Received")
    if member is None:
        return Plan(Outcome(OutcomeKind.DISCARDED, reply, "bounce-unknown-token"))
    reason = "report" if automatic_reason(mail) == "report" else "other"
    score = ScoreBounce(member.id, reason)
    return Plan(Outcome(OutcomeKind.BOUNCE, reply, f"bounce {reason}"), (score,))


def plan_owner(mail: Incoming, people: tuple[str, ...]) -> Plan:
    """Pass a mail for people on to people, untouched; with nobody to reach it is held."""
    if reason := automatic_reason(mail):
        return dropped(reason)
    if mail.verdicts.alignment is Alignment.FAIL:
        return dropped("auth-fail")
    if not people:
        outcome = Outcome(OutcomeKind.HELD, Reply(250, "2.0.0", "Held for the host"), "no-owner")
        return Plan(outcome, (HoldMail("no-owner"),))
    outcome = Outcome(OutcomeKind.FORWARDED, Reply(250, "2.0.0", "Passed on"), "to-people")
    return Plan(outcome, (ForwardMail(people),))
