"""Envelope -> route -> parse -> auth -> (facts -> plan -> apply) -> one SMTP reply per recipient.

250 only after the commit that holds the mail and its consequences (DESIGN invariant 1). An unexpected
error puts the raw mail into quarantine and still answers 250; only where nothing can be committed is
the answer 451.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from archive.content import Content, content_of
from archive.db import raise_if_away
from dgroup import alias, groups, plan, quarantine, relaying, tokens
from dgroup.address import route
from dgroup.apply import apply_effects, apply_posts
from dgroup.authentication import auth
from dgroup.commands import site
from dgroup.commands.base import Caps, Request
from dgroup.commands.reading import read
from dgroup.effects import Outcome, OutcomeKind, Plan
from dgroup.facts import alias as facts_alias
from dgroup.facts import reads as facts
from dgroup.failing import Failing
from dgroup.incoming import Incoming, Reading
from dgroup.model import (
    Envelope,
    Group,
    GroupState,
    Protection,
    Reply,
    Route,
    RouteKind,
    Verdicts,
)
from dgroup.quarantine import host_group
from dgroup.receiving import reports
from dgroup.receiving.arriving import (
    FindProtection,
    Prepared,
    domain_of,
    incoming,
    is_for_people,
    is_plain_post,
    prepared,
    protection_of,
    said_by_front,
    tell_evidence,
)
from dgroup.receiving.parsers import read_here
from dgroup.work import Source, Tools, Work, record
from dgroup.writer import Writer

log = logging.getLogger("dgroup.receiving.intake")

GROUP_TTL_S = 30.0
FAILURE_SHOWS_S = 600.0
NO_SUCH = Reply(550, "5.1.1", "No such group here")
ENDED = Reply(550, "5.1.6", "This group has ended")
NO_STORE = Reply(451, "4.3.0", "Cannot store mail now, please try again later")
KEPT = Reply(250, "2.0.0", "Received")


@dataclass(frozen=True, slots=True)
class IntakeSettings:
    """What intake needs of the configuration."""

    authserv_id: str
    host_contact: str
    per_recipient: bool
    """the listener speaks LMTP: each recipient gets its own reply"""
    caps: Caps
    spam_headers: tuple[str, ...] = ()


Verify = Callable[[Envelope, str], Awaitable[Verdicts]]
"""Finds out who is speaking: the mail and the domain of its From."""
_Decided = tuple[list[Work], tuple[Reply, ...]]


class Intake:
    """Takes whole mails from the listener; also usable without one (import of a spool, tests)."""

    def __init__(
        self,
        tools: Tools,
        writer: Writer,
        settings: IntakeSettings,
        keyring: tokens.Keyring,
        wake_sender: Callable[[], None] = lambda: None,
        wake_publish: Callable[[], None] = lambda: None,
        read: Callable[[bytes], Awaitable[Content]] = read_here,
        verify: Verify | None = None,
        protection: FindProtection | None = None,
    ) -> None:
        """`verify` judges mails that no trusted front has judged; without it nothing is known."""
        self._protection = protection
        self._tools = tools
        self._writer = writer
        self._settings = settings
        self._keyring = keyring
        self._wake_sender = wake_sender
        self._wake_publish = wake_publish
        self._read = read
        self._verify = verify
        self._known: dict[str, float] = {}
        self._failed_at = -math.inf
        self._failing = Failing(log, "cannot be stored at all")

    @property
    def stores(self) -> bool:
        """Whether mail can be kept; False for a while after a client had to be told 451."""
        return time.monotonic() - self._failed_at > FAILURE_SHOWS_S

    # --- RCPT ---------------------------------------------------------------------------------

    async def check_rcpt(self, address: str) -> Reply | None:
        """Refuse an address that is not ours or names no group; None accepts it."""
        found = route(address, self._tools.site.domain)
        if found.kind is RouteKind.UNKNOWN:
            return NO_SUCH
        known = self._known.get(found.group, 0) > time.monotonic()
        if found.kind is RouteKind.SITE or (known and found.kind is not RouteKind.ALIAS):
            return None
        group = await asyncio.to_thread(self._looked_up, found.group)
        if group is None or group.state is GroupState.DELETED:
            return NO_SUCH if group is None else ENDED
        if found.kind is RouteKind.ALIAS:
            return await asyncio.to_thread(self._gone, group, found)
        self._known[found.group] = time.monotonic() + GROUP_TTL_S
        return None

    def _gone(self, group: Group, where: Route) -> Reply | None:
        with self._tools.db.read() as conn:
            found = facts_alias.author(conn, group, alias.read(where.token, self._keyring))
        return None if found is not None else relaying.GONE

    def _looked_up(self, name: str) -> Group | None:
        with self._tools.db.read() as conn:
            return self._find(conn, name)

    # --- DATA ---------------------------------------------------------------------------------

    async def accept(self, envelope: Envelope) -> tuple[Reply, ...]:
        """Decide, store and answer; one reply per recipient, in order."""
        try:
            with self._writer.expecting():
                content = await self._read(envelope.raw)
            if envelope.trusted_front or self._verify is None:
                verdicts = self._by_front(envelope, content)
            else:
                verdicts = await self._verify(envelope, domain_of(content))
                log.info("envelope=%s %s", envelope.id, verdicts.evidence)
            ours = self._tools.site.domain, self._settings.authserv_id
            protection = await protection_of(envelope, content, *ours, self._protection)
            prepared = self._judged(envelope, content, verdicts, protection)
            works, replies = await self._writer.run_together(self._decide_all, prepared)
        except Exception as error:  # the named edge of invariant 1: a bug must not lose a mail
            return await self._quarantined(envelope, error)
        self._failed_at = -math.inf
        self._failing.works()
        if any(work.sends for work in works):
            self._wake_sender()
        if any(work.dirty for work in works):
            self._wake_publish()
        return replies

    def explain(
        self, conn: Connection, envelope: Envelope
    ) -> list[tuple[Reading | None, Plan | None]]:
        """Give, for each recipient, what was read as a command and the plan, and do nothing.

        No plan: there is no such group.
        """
        found: list[tuple[Reading | None, Plan | None]] = []
        for one in (self._named(conn, every) for every in self.prepare(envelope)):
            group = self._group(conn, one.mail.route)
            plan = self._plan(conn, group, one) if group is not None else None
            found.append((one.reading, plan))
        return found

    def prepare(self, envelope: Envelope) -> tuple[Prepared, ...]:
        """Do all that needs no database: parse once, read commands, judge authentication."""
        content = content_of(envelope.raw)
        said = said_by_front(envelope, content, self._settings.authserv_id)
        return self._judged(envelope, content, self._by_front(envelope, content), said)

    def _by_front(self, envelope: Envelope, content: Content) -> Verdicts:
        return auth.verdicts(
            content.message.headers,
            domain_of(content),
            self._settings.authserv_id,
            trusted=envelope.trusted_front,
        )

    def _judged(
        self,
        envelope: Envelope,
        content: Content,
        verdicts: Verdicts,
        protection: Protection,
    ) -> tuple[Prepared, ...]:
        domain, filters = self._tools.site.domain, self._settings.spam_headers
        mails = incoming(envelope, content, verdicts, protection, domain, filters)
        return tuple(prepared(mail, self._keyring, read) for mail in mails)

    def _decide_all(
        self, conn: Connection, envelopes: Sequence[tuple[Prepared, ...]]
    ) -> list[_Decided]:
        """Decide on the mails of many sessions: ordinary posts together, each other mail by itself.

        Which comes first among them is nobody's claim: their senders wrote at the same time.
        """
        if len(envelopes) == 1 and len(envelopes[0]) == 1:
            return [self._decide(conn, envelopes[0])]
        known = self._locked(conn, envelopes)
        decided: list[_Decided | None] = [None] * len(envelopes)
        for group in known:
            self._decide_posts(conn, group, envelopes, decided)
        return [
            one if one is not None else self._decide(conn, prepared)
            for one, prepared in zip(decided, envelopes, strict=True)
        ]

    def _locked(self, conn: Connection, envelopes: Sequence[tuple[Prepared, ...]]) -> list[Group]:
        """Lock all groups that the mails are for, in the order that everybody keeps: two writers
        that each wait for the other's group would cost a second."""
        names = {one.mail.route.group for prepared in envelopes for one in prepared} - {""}
        found = [group for name in names if (group := self._find(conn, name)) is not None]
        for group in sorted(found, key=lambda one: one.id):
            self._tools.db.lock_group(conn, group.id)
        return found

    def _decide_posts(
        self,
        conn: Connection,
        group: Group,
        envelopes: Sequence[tuple[Prepared, ...]],
        decided: list[_Decided | None],
    ) -> None:
        """Decide on the mails that are one plain post to the group each; others are left open."""
        numbers = [at for at, one in enumerate(envelopes) if is_plain_post(one, group)]
        if not numbers:
            return
        mails = [envelopes[number][0].mail for number in numbers]
        ready: list[tuple[int, Work, Plan]] = []
        for number, mail, known in zip(
            numbers, mails, facts.many_post_facts(conn, mails, group), strict=True
        ):
            if known is None:
                continue
            planned = plan.plan_post(mail, known, self._settings.caps, self._tools.site.base_url)
            if planned.outcome.kind is OutcomeKind.POSTED:
                work = self._work(conn, group, envelopes[number][0], None)
                ready.append((number, work, planned))
        apply_posts([(work, planned) for _, work, planned in ready])
        for number, work, planned in ready:
            decided[number] = ([work], (planned.outcome.reply,))

    def _decide(self, conn: Connection, prepared: tuple[Prepared, ...]) -> _Decided:
        """Decide for each recipient in turn; the outcomes are written when all of them stand."""
        works: list[Work] = []
        outcomes: list[Outcome] = []
        for one in (self._named(conn, every) for every in prepared):
            group = self._group(conn, one.mail.route)
            mail_id = works[-1].mail_id if works else None
            if group is None:
                works.append(self._work(conn, host_group(self._tools.site), one, mail_id))
                outcomes.append(Outcome(OutcomeKind.REFUSED, NO_SUCH, "unknown-group"))
                continue
            if group.id:
                self._tools.db.lock_group(conn, group.id)
            decided = self._plan(conn, group, one)
            work = self._work(conn, group, one, mail_id)
            apply_effects(work, decided)
            if decided.outcome.kind is not OutcomeKind.POSTED:
                tell_evidence(work, one.mail)
            works.append(work)
            outcomes.append(decided.outcome)
            if decided.outcome.kind is OutcomeKind.FORWARDED:  # counts for the next recipient
                record(work, decided.outcome)
        replies = tuple(outcome.reply for outcome in outcomes)
        if not self._settings.per_recipient and 0 < sum(one.kept for one in replies) < len(replies):
            outcomes = self._tell_refused(works, prepared, outcomes)
        for work, outcome in zip(works, outcomes, strict=True):
            if outcome.kind is not OutcomeKind.FORWARDED:
                record(work, outcome)
        return works, replies

    def _tell_refused(
        self, works: list[Work], prepared: tuple[Prepared, ...], outcomes: list[Outcome]
    ) -> list[Outcome]:
        """SMTP has one answer for all recipients: what it cannot say becomes a letter."""
        told = []
        for work, one, outcome in zip(works, prepared, outcomes, strict=True):
            if not outcome.reply.kept:
                caps, db, mail = self._settings.caps, self._tools.db, one.mail
                now = mail.envelope.received_at
                letters = facts.letter_counts(work.conn, db, mail.sender, work.group.id, now)
                decided = plan.plan_mixed(mail, work.group, outcome, letters, caps)
                apply_effects(work, decided)
                told.append(decided.outcome)
            else:
                told.append(outcome)
        return told

    def _work(self, conn: Connection, group: Group, one: Prepared, mail_id: int | None) -> Work:
        return Work(conn, self._tools, group, Source.of(one.mail), mail_id=mail_id)

    def _group(self, conn: Connection, where: Route) -> Group | None:
        if where.kind is RouteKind.SITE:
            return host_group(self._tools.site)
        return self._find(conn, where.group)

    def _find(self, conn: Connection, name: str) -> Group | None:
        return groups.find(conn, name, self._tools.site.domain)

    def _named(self, conn: Connection, one: Prepared) -> Prepared:
        """A mail to groups@ that names one group is for that group's commands; a complaint to the host about
        a copy of ours is about that member."""
        if one.heard is not None and one.mail.route.kind is RouteKind.SITE:
            mail = reports.to_bounces(conn, one.mail, one.heard, self._tools.site.domain)
            return replace(one, mail=mail)
        if one.mail.route.kind is not RouteKind.SITE or one.mail.route.verb != "groups":
            return one
        found = groups.existing(conn, site.names_in(one.mail))
        if len(found) != 1:
            return one
        return prepared(site.to_group(one.mail, found.pop()), self._keyring, read)

    def _plan(self, conn: Connection, group: Group, one: Prepared) -> Plan:
        mail, caps, db = one.mail, self._settings.caps, self._tools.db
        kind = mail.route.kind
        if kind is RouteKind.POST:
            return self._plan_post(conn, group, one)
        if kind is RouteKind.BOUNCE:
            assert one.heard is not None  # _prepared() reads every mail to a bounce address
            return reports.plan(conn, self._keyring, mail, group, one.heard, caps.bounces)
        if kind is RouteKind.SITE:
            asks = mail.route.verb == "groups" and site.asks(read(mail), mail)
            if not asks or plan.shielded(mail, group):
                return self._for_people(conn, group, mail)
            return site.plan(mail, facts.listed(conn, db, mail, self._tools.site), caps)
        if kind is RouteKind.ALIAS:
            now = mail.envelope.received_at
            letters = facts.letter_counts(conn, db, mail.sender, group.id, now)
            asked = facts_alias.alias_facts(
                conn, mail, group, alias.read(mail.route.token, self._keyring), letters
            )
            return relaying.plan_relay(mail, asked, caps)
        assert one.reading is not None  # _prepared() reads all that is left
        found = facts.command_facts(conn, db, mail, one.reading, group, one.token_member)
        if kind is RouteKind.OWNER and is_for_people(found, one.reading):
            return self._for_people(conn, group, mail)
        return plan.plan_command(Request(mail, one.reading, found, caps))

    def _plan_post(self, conn: Connection, group: Group, one: Prepared) -> Plan:
        """A post that is nothing but a command is none; one that may be a command is asked about."""
        mail, caps, db, reading = one.mail, self._settings.caps, self._tools.db, one.reading
        if reading is not None and reading.sure:
            found = facts.command_facts(conn, db, mail, reading, group, None)
            return plan.plan_misdirected(Request(mail, reading, found, caps))
        maybe = reading.verb if reading is not None else ""
        known = facts.post_facts(conn, db, mail, group, maybe)
        return plan.plan_post(mail, known, caps, self._tools.site.base_url)

    def _for_people(self, conn: Connection, group: Group, mail: Incoming) -> Plan:
        contact = self._settings.host_contact
        return plan.plan_owner(mail, group, facts.owner_addresses(conn, group.id, contact))

    # --- Quarantine ---------------------------------------------------------------------------

    async def _quarantined(self, envelope: Envelope, error: Exception) -> tuple[Reply, ...]:
        try:
            raise_if_away(error)
            told = await self._writer.run(
                lambda conn: quarantine.store_mail(conn, self._tools, envelope, error)
            )
        except Exception as away:  # no database or a full disk: the client must keep the mail
            self._failing.failed(away, f"envelope={envelope.id}")
            self._failed_at = time.monotonic()
            return tuple(NO_STORE for _ in envelope.rcpt)
        log.error("envelope=%s unexpected error, to quarantine", envelope.id, exc_info=error)
        self._failed_at = -math.inf
        self._failing.works()
        if told:
            self._wake_sender()
        return tuple(KEPT for _ in envelope.rcpt)
