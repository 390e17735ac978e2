"""Mails that have come in, before any database work: their words and tokens read, and small questions
about them: who they claim to be from, whether they are for people.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from archive.content import Content
from dgroup import spam, tokens
from dgroup.address import route
from dgroup.authentication import auth
from dgroup.commands import decide
from dgroup.commands.misdirected import misdirected
from dgroup.incoming import Answer, CommandFacts, Incoming, Reading
from dgroup.model import UNASKED, Envelope, Group, Protection, RouteKind, Verdicts
from dgroup.receiving import reports
from dgroup.work import Work, note

FindProtection = Callable[[Envelope, str, Protection], Awaitable[Protection]]
"""Finds out what a domain asks of our copies; given what a front has said of it."""
_PASSED_ON = frozenset({RouteKind.POST, RouteKind.ALIAS})
_COMMANDS = frozenset({RouteKind.COMMAND, RouteKind.CONFIRM, RouteKind.OWNER})


@dataclass(frozen=True, slots=True)
class Prepared:
    """One mail to one recipient of ours, its words read as a command where they may be one."""

    mail: Incoming
    reading: Reading | None
    token_member: int | None
    """the membership that the leave token in the address names"""
    heard: reports.Heard | None = None
    """of a mail to a bounce address, or a complaint"""


def incoming(
    envelope: Envelope,
    content: Content,
    verdicts: Verdicts,
    protection: Protection,
    domain: str,
    spam_headers: tuple[str, ...],
) -> list[Incoming]:
    """Give one mail for each recipient; `domain` is ours, `spam_headers` those of the front's filter."""
    sender, filtered = sender_of(content), spam.said(envelope, spam_headers)
    return [
        Incoming(envelope, route(one, domain), content, verdicts, sender, protection, filtered)
        for one in envelope.rcpt
    ]


def prepared(
    mail: Incoming, keyring: tokens.Keyring, read: Callable[[Incoming], Reading]
) -> Prepared:
    """Read what a command says, with `read`, and the token."""
    where = mail.route
    token = None
    if where.token and where.kind is RouteKind.COMMAND:
        token = tokens.read("leave", where.token, keyring)
    if where.kind in _COMMANDS:
        return Prepared(mail, decide.with_number(mail, read(mail)), token)
    heard = reports.heard(mail, keyring)
    if heard is not None:
        return Prepared(mail, None, None, heard)
    meant = misdirected(mail, read) if where.kind is RouteKind.POST else None
    return Prepared(mail, meant, token)


def is_plain_post(found: tuple[Prepared, ...], group: Group) -> bool:
    """Tell whether a mail is a post to one group and nothing else."""
    where, reading = found[0].mail.route, found[0].reading
    plain = (
        len(found) == 1 and reading is None and where.kind is RouteKind.POST and not where.reply_key
    )
    return plain and where.group == group.name


def sender_of(content: Content) -> str:
    """Give the address in From, lower-cased; '' where there is none. Never proof by itself."""
    authors = content.message.from_
    return authors[0].address.lower() if authors else ""


def domain_of(content: Content) -> str:
    """Give its domain."""
    return sender_of(content).rpartition("@")[2]


async def protection_of(
    envelope: Envelope, content: Content, domain: str, authserv_id: str, find: FindProtection | None
) -> Protection:
    """Ask what becomes of our copies, of mails that are passed on in their author's name; `domain` is
    ours. Without `find` only a front's word counts."""
    if not any(route(one, domain).kind in _PASSED_ON for one in envelope.rcpt):
        return UNASKED
    said = said_by_front(envelope, content, authserv_id)
    return said if find is None else await find(envelope, domain_of(content), said)


def said_by_front(envelope: Envelope, content: Content, authserv_id: str) -> Protection:
    """Give what a trusted front has told, without a question to anybody."""
    headers, trusted = content.message.headers, envelope.trusted_front
    return auth.protection(headers, domain_of(content), authserv_id, trusted=trusted)


def is_for_people(found: CommandFacts, reading: Reading) -> bool:
    """Tell whether a mail to -owner is one: not an answer to a question of ours."""
    asked = found.code is not None or decide.is_for_us(found, reading)
    return not asked or reading.answer is Answer.OTHER


def tell_evidence(work: Work, mail: Incoming) -> None:
    """Say in the audit log what we found out about a mail's sender, and what the front's filter said."""
    if mail.verdicts.evidence and not mail.envelope.trusted_front:
        note(work, "auth", mail.verdicts.evidence)
    if mail.spam:
        note(work, "filter", mail.spam)
