"""facts -> Plan: what becomes of a mail to a group, a command, a mail to people. Pure."""

from __future__ import annotations

from dataclasses import replace

from archive import ids
from archive.model import ArchiveMode
from dgroup import bounce_plan, keeping, receipts
from dgroup.address import route
from dgroup.commands import BY_VERB, away, confirm, decide, guide, language
from dgroup.commands.base import Caps, Request, dropped
from dgroup.effects import (
    Audit,
    Effect,
    ForwardMail,
    HoldMail,
    Outcome,
    OutcomeKind,
    Plan,
    QueueCopies,
    QueueLetter,
    StorePost,
)
from dgroup.incoming import Incoming, LetterCounts, PostFacts
from dgroup.model import Alignment, Group, GroupState, Reply, RouteKind
from dgroup.policy import (
    Fate,
    Verdict,
    automatic_reason,
    is_echo,
    is_list_mail,
    is_vouched,
    judge,
)

RECEIVED = Reply(250, "2.0.0", "Received")


# --- Posts ------------------------------------------------------------------------------------


def plan_post(mail: Incoming, facts: PostFacts, caps: Caps, base_url: str) -> Plan:
    """Decide on a post by the table of RULINGS 1."""
    verdict = judge(mail, facts)
    if verdict.fate is Fate.POST:
        return _post(mail, facts, verdict, base_url)
    if verdict.fate is Fate.DISCARD:
        reply = Reply(250, "2.0.0", f"Not posted: {verdict.reason}")
        return Plan(Outcome(OutcomeKind.DISCARDED, reply, verdict.reason))
    if verdict.fate is Fate.REFUSE and not mail.envelope.trusted_front:
        return keeping.refused(keeping.with_archive(verdict, facts.group, base_url))
    if verdict.drops:
        return keeping.let_go(mail, facts, verdict, caps)
    return keeping.hold(mail, facts, verdict, caps)


def _post(mail: Incoming, facts: PostFacts, verdict: Verdict, base_url: str) -> Plan:
    text = "Accepted"
    if facts.group.info.archive is ArchiveMode.PUBLIC:
        key = post_key(mail, imposter=facts.imposter)
        text = f"Accepted {ids.message_url(base_url, facts.group.name, key)}"
    outcome = Outcome(OutcomeKind.POSTED, Reply(250, "2.0.0", text), verdict.reason)
    author = facts.member.id if facts.member is not None else None
    name = facts.member.name if facts.member is not None and facts.inside else ""
    copies = QueueCopies(author, facts.parent_id, author if facts.inside else None, name)
    stored = StorePost(facts.parent_key, facts.imposter, name)
    back = bounce_plan.returned(mail, facts.member, facts.standing)
    return Plan(outcome, (stored, copies, *back, *_follow_up(mail, facts, base_url)))


def _follow_up(mail: Incoming, facts: PostFacts, base_url: str) -> tuple[Effect, ...]:
    if not receipts.is_new(facts.member, facts.group):
        return ()
    return receipts.follow_up(
        facts.member,
        facts.group,
        key=post_key(mail, imposter=facts.imposter),
        subject=mail.message.subject,
        message_id=mail.message.message_id,
        readers=facts.readers,
        base_url=base_url,
    )


def post_key(mail: Incoming, *, imposter: bool) -> str:
    """Give the permanent key of a post: known before anything is stored (ARCHIVE 4)."""
    message = mail.message
    if imposter:
        return ids.imposter_key(message.message_id, message.digest)
    return ids.key_of(message.message_id)


def plan_mixed(
    mail: Incoming, group: Group, refused: Outcome, letters: LetterCounts, caps: Caps
) -> Plan:
    """A refusal beside other recipients who took the mail: SMTP has one answer, so it becomes a
    letter to a sender whose domain vouches for them, else an audit line (RULINGS 1)."""
    told = Outcome(OutcomeKind.REFUSED, RECEIVED, f"mixed {refused.reason}")
    if not is_vouched(mail) or is_list_mail(mail) or letters.letters >= caps.answers_per_day:
        return Plan(told)
    values = (("subject", mail.message.subject), ("reason", refused.reply.text))
    letter = QueueLetter(
        "not-posted", mail.sender, group.info.language, values, answers=mail.message.message_id
    )
    return Plan(told, (letter,))


# --- Commands ---------------------------------------------------------------------------------


def plan_command(request: Request) -> Plan:
    """Shield first: automatic mail never acts, never confirms, is never answered (COMMANDS D2)."""
    if reason := _shield(request):
        return dropped(f"shield={reason}")
    if request.facts.group.state is GroupState.DELETED:
        return dropped("group-ended")  # a code or an UNDO from before: nobody comes in again
    member = request.facts.member
    if member is not None and member.banned:
        return dropped("banned")
    if decide.is_for_us(request.facts, request.reading):
        return decide.plan(request)
    if request.mail.route.kind is RouteKind.CONFIRM or request.facts.code is not None:
        return confirm.plan(request)
    command = BY_VERB.get(request.reading.verb)
    return language.heard(request, command.plan if command is not None else guide.not_understood)


def plan_misdirected(request: Request) -> Plan:
    """A post that is nothing but a command is handled as one; the answer says that it was not
    published (COMMANDS D5, STANDARDS pain 3)."""
    planned = plan_command(request)
    effects = tuple(
        replace(one, values=(*one.values, ("unpublished", True)))
        if isinstance(one, QueueLetter) and one.recipient == request.addressee
        else one
        for one in planned.effects
    )
    return replace(planned, effects=effects)


def _shield(request: Request) -> str:
    """Beside the marks of robots: a notice that has none, and a mail that hides who is speaking."""
    message = request.mail.message
    if reason := shielded(request.mail, request.facts.group):
        return reason
    if "two-from" in message.defects:
        return "two-from"
    # A doubtful wish under such a subject is more likely a robot's notice: no letter may go back to it.
    pauses = request.reading.verb == "pause" and request.reading.sure
    return "away-subject" if away.is_notice(message.subject, pauses=pauses) else ""


def shielded(mail: Incoming, group: Group) -> str:
    """Say why a command mail must not act, or '': beside the robots' marks, what came through a
    list, or claims to come from an address of ours, is nobody's command."""
    if reason := automatic_reason(mail):
        return reason
    ours = route(mail.sender, group.address.partition("@")[2])
    mine = ours.kind is RouteKind.POST and ours.group in {group.name, mail.route.group}
    if mine or ours.kind not in {RouteKind.POST, RouteKind.UNKNOWN}:
        return "own-address"
    if mail.message.precedence == "list":
        return "precedence"
    if is_list_mail(mail):
        return "list-id"
    return "own-echo" if is_echo(mail, group.address) else ""


# --- Mail for people --------------------------------------------------------------


def plan_owner(mail: Incoming, group: Group, people: tuple[str, ...]) -> Plan:
    """Pass a mail for people on to people, untouched; with nobody to reach it is held.

    Robots may write to the host (reports to postmaster and abuse, RFC 2142), not to coordinators.
    """
    if is_echo(mail, group.address):
        return dropped("own-echo")
    reason = automatic_reason(mail) if mail.route.kind is RouteKind.OWNER else ""
    if reason:
        return dropped(reason)
    if mail.verdicts.alignment is Alignment.FAIL and mail.route.kind is RouteKind.OWNER:
        if mail.envelope.trusted_front:
            return dropped("auth-fail")
        reply = Reply(550, "5.7.1", "Mail authentication failed")
        return Plan(Outcome(OutcomeKind.REFUSED, reply, "auth-fail"))
    if not people:
        outcome = Outcome(OutcomeKind.HELD, Reply(250, "2.0.0", "Held for the host"), "no-owner")
        return Plan(outcome, (HoldMail("no-owner"), Audit("no-owner", mail.route.address)))
    outcome = Outcome(OutcomeKind.FORWARDED, Reply(250, "2.0.0", "Passed on"), "to-people")
    return Plan(outcome, (ForwardMail(people),))
