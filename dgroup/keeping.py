"""Plans of mails that are not published at once: held, refused, or answered and let go. Pure."""

from __future__ import annotations

from archive import ids
from archive.model import ArchiveMode
from dgroup.commands.base import Caps, dropped, may_ask
from dgroup.commands.payload import join_payload
from dgroup.effects import (
    AskModerators,
    Effect,
    HoldMail,
    NewCode,
    Outcome,
    OutcomeKind,
    Plan,
    QueueLetter,
)
from dgroup.incoming import Incoming, PostFacts
from dgroup.model import Alignment, Group, Membership, Reply
from dgroup.moderation import FLOOD_TOLD, MAYBE_DAYS, is_asked
from dgroup.policy import (
    FLOOD,
    FLOODS,
    FROZEN,
    MAYBE,
    Verdict,
    is_list_mail,
    is_vouched,
    joining_reason,
)


def hold(mail: Incoming, facts: PostFacts, verdict: Verdict, caps: Caps) -> Plan:
    """Keep the mail, within bounds: nobody fills the disk or the coordinators' desk through us."""
    if verdict.limit and facts.waiting >= verdict.limit:
        if mail.envelope.trusted_front or not verdict.text:
            return dropped(f"cap {verdict.reason}")
        return refused(verdict)
    outcome = Outcome(
        OutcomeKind.HELD, Reply(250, "2.0.0", f"Held: {verdict.reason}"), verdict.reason
    )
    effects: list[Effect] = [HoldMail(verdict.reason, _answerable(mail, facts))]
    if facts.waiting_hold:
        return Plan(outcome, tuple(effects))
    note = _note(mail, facts, verdict, caps)
    if note is not None:
        effects.append(note)
    if verdict.reason in FLOODS and not facts.flood_told:
        effects += [_flood_told(one, mail, facts, verdict.reason) for one in facts.moderators]
    elif facts.moderators and is_asked(verdict.reason, facts.group):
        effects.append(AskModerators(facts.moderators))
    return Plan(outcome, tuple(effects))


def _flood_told(boss: Membership, mail: Incoming, facts: PostFacts, reason: str) -> QueueLetter:
    who = mail.sender if reason == FLOOD else ""
    count = facts.sent_this_hour if who else facts.posted_this_hour
    values = (("who", who), ("count", count))
    return QueueLetter(FLOOD_TOLD, boss.address, boss.language, values)


def refused(verdict: Verdict) -> Plan:
    """Say no inside the SMTP session."""
    reply = Reply(verdict.code, verdict.enhanced, verdict.text)
    return Plan(Outcome(OutcomeKind.REFUSED, reply, verdict.reason))


def let_go(mail: Incoming, facts: PostFacts, verdict: Verdict, caps: Caps) -> Plan:
    """Behind a front: nobody will ever publish it, so its sender is told and it is not kept."""
    note = _note(mail, facts, verdict, caps)
    return dropped(verdict.reason, *([note] if note is not None else []))


def with_archive(verdict: Verdict, group: Group, base_url: str) -> Verdict:
    """Name the archive in the refusal of a group that can only be read now."""
    if verdict.reason != FROZEN or group.info.archive is not ArchiveMode.PUBLIC:
        return verdict
    home = ids.url(base_url, ids.home_path(group.name))
    return Verdict(verdict.fate, verdict.reason, verdict.letter, text=f"{verdict.text}: {home}")


def _answerable(mail: Incoming, facts: PostFacts) -> str:
    """Give the address that may be written to about a held mail, '' where it may be forged: a
    member's registered one, or that of a sender whose domain vouches for the mail."""
    if mail.verdicts.alignment is Alignment.FAIL or is_list_mail(mail):
        return ""
    if facts.inside and facts.member is not None:
        return facts.member.address
    return mail.sender if is_vouched(mail) else ""


def _note(mail: Incoming, facts: PostFacts, verdict: Verdict, caps: Caps) -> QueueLetter | None:
    """The one capped letter about a mail that is not published."""
    if verdict.letter == "did-you-send":
        return _question(mail, facts, caps)
    recipient = _answerable(mail, facts)
    if not verdict.letter or not recipient or facts.letters.letters >= caps.answers_per_day:
        return None
    if verdict.letter == "held-flood" and facts.letters.floods:
        return None
    if verdict.letter == "too-large" and not is_vouched(mail):
        return None
    if verdict.letter == "join-to-publish" and not may_ask(facts.letters, caps):
        return None
    return QueueLetter(
        name=verdict.letter,
        recipient=recipient,
        language=_language(facts),
        values=(
            ("subject", mail.message.subject),
            ("reason", verdict.reason),
            ("verb", facts.maybe),
            ("waits", bool(joining_reason(facts.group, facts.member))),
        ),
        code=_code(mail, recipient, verdict.letter, facts.maybe, caps),
        answers=mail.message.message_id,
    )


def _code(mail: Incoming, recipient: str, letter: str, verb: str, caps: Caps) -> NewCode | None:
    if letter == "join-to-publish":
        return NewCode("join", mail.sender, join_payload(mail.message, ""), caps.code_days)
    if letter == MAYBE:
        return NewCode("post", recipient, f"{verb} {mail.message.digest}", MAYBE_DAYS)
    return None


def _question(mail: Incoming, facts: PostFacts, caps: Caps) -> QueueLetter | None:
    """Ask the registered address, and nobody else, whether the mail is theirs."""
    if facts.member is None or not may_ask(facts.letters, caps):
        return None
    address = facts.member.address
    code = NewCode("publish", address, mail.message.digest, caps.code_days)
    values = (("subject", mail.message.subject), ("reason", "auth-fail"))
    return QueueLetter("did-you-send", address, facts.member.language, values, code)


def _language(facts: PostFacts) -> str:
    if facts.inside and facts.member is not None:
        return facts.member.language
    return facts.group.info.language
