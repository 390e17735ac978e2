"""A private mail to an author's alias: who may write there, how often, and what is told otherwise. Pure.

Only members reach each other by it (RULINGS 6). Nobody but the author ever reads such a mail: what is
not passed on is refused or let go, never held.
"""

from __future__ import annotations

from dataclasses import dataclass

from dgroup.commands.base import Caps, dropped
from dgroup.effects import Outcome, OutcomeKind, Plan, QueueLetter, RelayMail
from dgroup.incoming import Incoming, LetterCounts
from dgroup.model import Alignment, Group, Membership, Reply, Spam, WhoJoins
from dgroup.plan import shielded
from dgroup.policy import MAX_RECEIVED, is_echo, is_vouched

TO_AUTHOR = "to-author"
"""begins the reason of the outcome; facts count by it"""
MAX_SIZE = 10_000_000
"""bytes of a private mail, where the group has no lower limit"""
GONE = Reply(550, "5.1.1", "Nobody is here who could be reached by this address")


NO_LETTERS = LetterCounts()


@dataclass(frozen=True, slots=True)
class Reached:
    """Whom an alias stands for."""

    address: str
    """where mail reaches them now"""
    membership: int | None = None
    """None: somebody outside, who wrote to an open group"""


@dataclass(frozen=True, slots=True)
class AliasFacts:
    """What the decision needs to know of the database."""

    group: Group
    author: Reached | None
    """whom the alias stands for, if they can be reached still"""
    writer: Membership | None
    """whom the mail claims to be from"""
    relayed: int = 0
    """the writer's private mails in this group in the last hour"""
    duplicate: bool = False
    """this very mail was passed on before"""
    letters: LetterCounts = NO_LETTERS


def to_author(mail: Incoming) -> str:
    """Give the reason of the outcome of a mail that is passed on."""
    return f"{TO_AUTHOR} {mail.message.digest[:16]}"


def plan_relay(mail: Incoming, facts: AliasFacts, caps: Caps) -> Plan:
    """Pass a member's mail on to the author, or say why not."""
    reason = shielded(mail, facts.group)
    if is_echo(mail, mail.route.address):
        reason = "own-echo"
    elif mail.message.received_count >= MAX_RECEIVED:
        reason = "received-loop"
    if reason:
        return dropped(f"alias {reason}")  # no robot's mail, and nothing that goes in circles
    return (
        _unproved(mail)
        or _outside(mail, facts, caps)
        or _unfit(mail, facts, caps)
        or _passed_on(mail, facts)
    )


def _passed_on(mail: Incoming, facts: AliasFacts) -> Plan:
    if facts.author is None or facts.writer is None:
        return _no(mail, GONE, "alias-gone")
    outcome = Outcome(OutcomeKind.FORWARDED, Reply(250, "2.0.0", "Passed on"), to_author(mail))
    relayed = RelayMail(facts.author.address, facts.author.membership, facts.writer)
    return Plan(outcome, (relayed,))


def _unproved(mail: Incoming) -> Plan | None:
    if "two-from" in mail.message.defects or len(mail.message.from_) != 1:
        text = "A mail must have one author in one From header (RFC 5322 3.6)"
        return _no(mail, Reply(550, "5.6.0", text), "two-from")
    if mail.verdicts.alignment is Alignment.FAIL:
        return _no(mail, Reply(550, "5.7.1", "Mail authentication failed"), "auth-fail")
    return None


def _outside(mail: Incoming, facts: AliasFacts, caps: Caps) -> Plan | None:
    """Who is no member learns how to become one: by the refusal, or by one capped letter where a
    front has taken the mail and the sender's domain vouches for them (RULINGS 1)."""
    if facts.writer is not None and facts.writer.banned:
        return _no(mail, Reply(550, "5.7.1", "You cannot write to members of this group"), "banned")
    if facts.writer is None or not facts.writer.inside:
        return _no(mail, Reply(550, "5.7.1", _cure(facts.group)), "not-a-member", facts, caps)
    return _no(mail, GONE, "alias-gone") if facts.author is None else None


def _unfit(mail: Incoming, facts: AliasFacts, caps: Caps) -> Plan | None:
    if facts.duplicate:
        return dropped("duplicate")
    limit = min(facts.group.max_size or MAX_SIZE, MAX_SIZE)
    if len(mail.envelope.raw) > limit:
        text = f"Members take private mails of up to {limit // 1024} KB here"
        return _no(mail, Reply(552, "5.3.4", text), "too-large", facts, caps)
    if mail.spam and facts.group.spam is not Spam.IGNORE:  # nobody could decide on it
        text = "Our filter takes this mail for spam"
        return _no(mail, Reply(550, "5.7.1", text), "spam", facts, caps)
    if facts.relayed >= caps.private_per_hour:
        # Behind a front too: it keeps the mail and comes again, so nothing is lost by it.
        text = "Too many private mails within an hour, please try again later"
        return _refused(Reply(451, "4.7.1", text), "alias-rate")
    return None


def _no(
    mail: Incoming,
    reply: Reply,
    reason: str,
    facts: AliasFacts | None = None,
    caps: Caps | None = None,
) -> Plan:
    """Say no inside the session; behind a front by a letter, where it cannot go to a stranger."""
    if not mail.envelope.trusted_front:
        return _refused(reply, reason)
    if facts is None or caps is None or not is_vouched(mail):
        return dropped(reason)
    if facts.letters.letters >= caps.answers_per_day:
        return dropped(reason)
    inside = facts.writer if facts.writer is not None and facts.writer.inside else None
    letter = QueueLetter(
        name="not-relayed",
        recipient=inside.address if inside is not None else mail.sender,
        language=inside.language if inside is not None else facts.group.info.language,
        values=(("subject", mail.message.subject), ("reason", reason)),
        answers=mail.message.message_id,
    )
    return dropped(reason, letter)


def _refused(reply: Reply, reason: str) -> Plan:
    return Plan(Outcome(OutcomeKind.REFUSED, reply, reason))


def _cure(group: Group) -> str:
    if group.who_joins is WhoJoins.CLOSED:
        return f"Only members reach members; write to {group.address.replace('@', '-owner@')}"
    join = group.address.replace("@", "-join@")
    return f"Only members reach members; to join, send an empty mail to {join}"
