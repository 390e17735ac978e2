"""All reads that a plan needs, inside the transaction that will apply it (RULINGS 2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import ColumnElement, Connection, bindparam, func, select

from archive import lookup, store
from archive.db import Database
from archive.model import ArchiveMode, SiteInfo
from archive.threads import candidates
from dgroup import bouncing, groups, policy, receipts, tokens
from dgroup.address import command_address, comparable, own_group
from dgroup.caps import DAY, counted
from dgroup.commands import decide, leave, need, payload
from dgroup.commands.site import Listed
from dgroup.facts import data as facts_data
from dgroup.facts import floods as facts_floods
from dgroup.facts import group as facts_group
from dgroup.facts import holds as facts_holds
from dgroup.facts import life as facts_life
from dgroup.facts import own as facts_self
from dgroup.facts import people as facts_people
from dgroup.facts import posts as facts_posts
from dgroup.facts.people import MAX_TRIES, code_of
from dgroup.incoming import (
    Code,
    CommandFacts,
    Held,
    Incoming,
    Known,
    LetterCounts,
    Named,
    PostFacts,
    Reading,
)
from dgroup.model import Alignment, Group, GroupState, Membership, MemberState
from dgroup.moderation import WAITING, is_asked
from dgroup.people import members
from dgroup.tables import codes, holds, letter_log

LISTED_GROUPS = 100
Lookup = Callable[[Connection, CommandFacts, Reading], object]
LOOKUPS: dict[str, Lookup] = {
    **facts_self.LOOKUPS,
    **facts_posts.LOOKUPS,
    **facts_data.LOOKUPS,
    decide.NEEDS: lambda conn, facts, asked: facts_holds.moderation(
        conn, facts.group, decide.wanted(facts, asked), facts.now
    ),
    **facts_people.LOOKUPS,
    **facts_group.LOOKUPS,
    **facts_life.LOOKUPS,
}
"""what a command needs beside the usual, by `Command.needs`: reads for `CommandFacts.found`"""


# --- Posts ------------------------------------------------------------------------------------


def post_facts(
    conn: Connection, db: Database, mail: Incoming, group: Group, maybe: str = ""
) -> PostFacts:
    """Read what `plan.plan_post` needs. The caller holds the group's lock. `maybe` is the command
    that the post may be meant as.

    What only a held mail needs is read only where the rules will hold it: an ordinary post costs
    three look-ups.
    """
    message = mail.message
    member = members.find(conn, group.id, mail.sender) if mail.sender else None
    same = store.find_duplicate(conn, group.id, message.message_id, message.digest)
    facts = PostFacts(
        group=group,
        member=member,
        duplicate_of=same.post_id if same is not None and not same.imposter else None,
        imposter=same is not None and same.imposter,
        maybe=maybe,
        locked=lookup.any_locked(conn, group.id) and _is_locked(conn, mail, group),
    )
    found = facts_floods.recent(conn, group, [mail.sender], mail.envelope.received_at)
    facts = _counted(facts, mail, found)
    if mail.route.reply_key:
        parent = store.post_by_key(conn, group.id, mail.route.reply_key)
        if parent is not None:
            facts = replace(facts, parent_key=parent.key, parent_id=parent.message_id)
    verdict = policy.judge(mail, facts)
    keeps = verdict.fate is policy.Fate.HOLD or (
        verdict.fate is policy.Fate.REFUSE and mail.envelope.trusted_front
    )
    if keeps:
        return _with_holds(conn, db, mail, facts, verdict.reason)
    if verdict.fate is not policy.Fate.POST:
        return facts
    if member is not None and member.state is MemberState.SUSPENDED:
        facts = replace(facts, standing=bouncing.standing(conn, member.id))
    return _with_readers(conn, facts)


def many_post_facts(
    conn: Connection, mails: Sequence[Incoming], group: Group
) -> list[PostFacts | None]:
    """Read the facts of many plain posts to one group with three look-ups. The caller holds the lock.

    None for a mail whose Message-ID has been seen, here or among them, for one that answers a closed
    thread, and for one of a suspended member: it is looked at by itself, when it is known what became
    of the others.
    """
    found = members.find_all(conn, group.id, [mail.sender for mail in mails if mail.sender])
    fresh = store.unknown_of(conn, group.id, [mail.message for mail in mails])
    stopped = {key for key, one in found.items() if one.state is MemberState.SUSPENDED}
    known = [
        PostFacts(group, found.get(comparable(mail.sender)))
        if is_new and not imposter and comparable(mail.sender) not in stopped
        else None
        for mail, (is_new, imposter) in zip(mails, fresh, strict=True)
    ]
    if lookup.any_locked(conn, group.id):
        known = [
            one if not _is_locked(conn, mail, group) else None
            for one, mail in zip(known, mails, strict=True)
        ]
    known = _in_turn(conn, mails, known, group)
    if not any(receipts.is_due(member) for member in found.values()):
        return known
    readers = members.count_readers(conn, group.id)
    return [replace(one, readers=readers) if one is not None else None for one in known]


def _in_turn(
    conn: Connection, mails: Sequence[Incoming], known: Sequence[PostFacts | None], group: Group
) -> list[PostFacts | None]:
    """Each of many counts those before it, as if they had come one after the other."""
    now = max(mail.envelope.received_at for mail in mails)
    recent = facts_floods.recent(conn, group, [mail.sender for mail in mails], now)
    given: list[PostFacts | None] = []
    for one, mail in zip(known, mails, strict=True):
        given.append(_counted(one, mail, recent) if one is not None else None)
        recent = recent.with_one(mail.sender) if one is not None else recent
    return given


def _counted(facts: PostFacts, mail: Incoming, recent: facts_floods.Recent) -> PostFacts:
    mine = recent.by_sender.get(mail.sender, 0)
    return replace(facts, sent_this_hour=mine, posted_this_hour=recent.in_all)


def _is_locked(conn: Connection, mail: Incoming, group: Group) -> bool:
    """A post that would join a thread which coordinators have closed."""
    named = candidates(mail.message)
    return lookup.is_locked(conn, group.id, named, mail.route.reply_key)


def _with_readers(conn: Connection, facts: PostFacts) -> PostFacts:
    if not receipts.is_due(facts.member):
        return facts
    return replace(facts, readers=members.count_readers(conn, facts.group.id))


def _with_holds(
    conn: Connection, db: Database, mail: Incoming, facts: PostFacts, reason: str
) -> PostFacts:
    address = facts.member.address if facts.inside and facts.member else mail.sender
    group, now = facts.group, mail.envelope.received_at
    floods = reason in policy.FLOODS
    asks = floods or is_asked(reason, group)
    return replace(
        facts,
        moderators=facts_holds.askable(conn, group.id, now) if asks else (),
        flood_told=floods and facts_floods.is_told(conn, group.id, now),
        waiting_hold=is_held(conn, facts.group.id, mail.message.message_id, mail.message.digest),
        waiting=_count_waiting(conn, facts.group.id, mail.sender, reason),
        letters=letter_counts(conn, db, address, facts.group.id, mail.envelope.received_at),
    )


def is_held(conn: Connection, group_id: int, message_id: str, digest: str) -> bool:
    """Tell whether this very mail waits for a decision already."""
    query = select(holds.c.id).where(
        holds.c.group_id == group_id,
        holds.c.message_id == message_id,
        holds.c.digest == digest,
        holds.c.state == WAITING,
    )
    return conn.execute(query).first() is not None


def _count_waiting(conn: Connection, group_id: int, sender: str, reason: str) -> int:
    """Count the held mails of a sender; where the sender may be anybody, all with this reason."""
    alike: ColumnElement[bool] = func.lower(holds.c.sender) == sender
    if reason in policy.NOBODYS:
        alike = holds.c.reason == reason
    waiting = (holds.c.group_id == group_id, holds.c.state == WAITING, alike)
    count: int = conn.execute(select(func.count()).select_from(holds).where(*waiting)).scalar_one()
    return count


# --- Letters sent -----------------------------------------------------------------------------

_LETTERS = select(letter_log.c.group_id, letter_log.c.kind).where(
    letter_log.c.address == bindparam("address"), letter_log.c.at > bindparam("since")
)


def letter_counts(
    conn: Connection, db: Database, address: str, group_id: int, now: datetime
) -> LetterCounts:
    """Count the letters of the last 24 hours to `address`, from all groups.

    Whoever counts is about to write one: others who count for the same address wait for the end of
    this transaction, so that a cap holds over all groups and writers.
    """
    if not address:
        return LetterCounts()
    key = comparable(address)
    db.lock_text(conn, key)
    rows = conn.execute(_LETTERS, {"address": key, "since": now - DAY}).all()
    return counted(rows, group_id)


def listed(conn: Connection, db: Database, mail: Incoming, site: SiteInfo) -> Listed:
    """Read what an answer to a question to groups@ shows: the groups that everybody can see."""
    shown = [
        (
            one.address,
            one.info.title,
            command_address(one.name, "join", site.domain),
        )
        for one in groups.every(conn, site.domain)
        if one.info.archive is ArchiveMode.PUBLIC and one.state is not GroupState.DELETED
    ]
    letters = letter_counts(conn, db, mail.sender, 0, mail.envelope.received_at)
    return Listed(tuple(shown[:LISTED_GROUPS]), site.language, letters)


# --- Commands ---------------------------------------------------------------------------------


def command_facts(
    conn: Connection,
    db: Database,
    mail: Incoming,
    reading: Reading,
    group: Group,
    token_member: int | None,
) -> CommandFacts:
    """Read what `plan.plan_command` needs; `token_member` is the id that a leave token names.

    The token is proof of nothing but a wish to leave: beside another verb it would have the answer
    to one member's command, a coordinator's list too, sent to the holder of the token.
    """
    now = mail.envelope.received_at
    # A mail that fails authentication is not from the address that a short reference needs.
    failed = mail.verdicts.alignment is Alignment.FAIL
    code = find_code(conn, group.id, reading, "" if failed else mail.sender)
    asked = payload.asked(code.payload, reading) if code is not None else reading
    member = members.find(conn, group.id, mail.sender) if mail.sender else None
    if asked.verb == "leave" and code is None and (member is None or not member.inside):
        asked = replace(asked, people=asked.people or leave.named_in(mail))
    facts = CommandFacts(
        group=group,
        member=member,
        token_member=_named(conn, group.id, token_member if asked.verb == "leave" else None, code),
        code=code,
        people=known_people(conn, group, _people(asked)),
        coordinators=members.coordinators(conn, group.id),
        waiting=_waiting(conn, group.id, code) if code is not None else (),
        letters=LetterCounts(),
        now=now,
    )
    addressee = facts.addressee or mail.sender
    letters = letter_counts(conn, db, addressee, group.id, now)
    return replace(facts, letters=letters, found=_lookup(conn, facts, asked, mail))


def _people(asked: Reading) -> tuple[Named, ...]:
    """All addresses that a command names, a new one of the sender's own last."""
    new = asked.options.address
    return (*asked.people, Named(new, "")) if new else asked.people


def _lookup(conn: Connection, facts: CommandFacts, asked: Reading, mail: Incoming) -> object:
    needed = need(facts.code, asked)
    if facts.code is None and needed in facts_posts.POST_NEEDS:
        asked = facts_posts.aimed(asked, mail)
    return LOOKUPS[needed](conn, facts, asked) if needed else None


def _named(
    conn: Connection, group_id: int, token_member: int | None, code: Code | None
) -> Membership | None:
    if code is not None:
        return members.find(conn, group_id, code.address)
    named = members.by_id(conn, token_member) if token_member is not None else None
    return named if named is not None and named.group_id == group_id else None


def known_people(conn: Connection, group: Group, people: Sequence[Named]) -> tuple[Known, ...]:
    """Check addresses that a command names and look them up, all at once."""
    domain = group.address.partition("@")[2].lower()
    found = members.find_all(conn, group.id, [person.address for person in people])
    names = [own_group(comparable(person.address), domain) for person in people]
    ours = groups.existing(conn, [name for name in names if name]) | {""}
    return tuple(
        Known(
            person.address,
            person.name,
            found.get(comparable(person.address)),
            _problem(person.address, is_ours=name in ours),
        )
        for person, name in zip(people, names, strict=True)
    )


def known(conn: Connection, group: Group, person: Named) -> Known:
    """Check one address and look it up."""
    return known_people(conn, group, [person])[0]


def _problem(address: str, *, is_ours: bool) -> str:
    """Why nobody can be a member by this address: it is none, or a group reads there."""
    try:
        validate_email(
            address,
            check_deliverability=False,
            test_environment=True,
            allow_smtputf8=True,
            strict=True,
        )
    except EmailNotValidError:
        return "syntax"
    return "ours" if is_ours else ""


# --- Codes ------------------------------------------------------------------------------------


def find_code(conn: Connection, group_id: int, reading: Reading, sender: str) -> Code | None:
    """Find the code of a reply: the whole code, or its short reference from the address it was
    sent to (RULINGS 8). After five wrong references only the whole code counts."""
    if reading.code:
        where = codes.c.hash == tokens.hash_code(reading.code)
    elif reading.reference and sender:
        mine = func.lower(codes.c.address) == sender
        where = (codes.c.reference == reading.reference) & mine & (codes.c.tries < MAX_TRIES)
    else:
        return None
    query = select(codes).where(where, codes.c.group_id == group_id).order_by(codes.c.id.desc())
    row = conn.execute(query.limit(1)).first()
    return code_of(row) if row else None


def _waiting(conn: Connection, group_id: int, code: Code) -> tuple[Held, ...]:
    """Held posts that a yes publishes: those whose author only had to join, or exactly the one that
    was asked about. A mail that nobody vouched for is not among them."""
    wanted: Sequence[ColumnElement[bool]]
    if code.action == "join":
        theirs = func.lower(holds.c.sender) == comparable(code.address)
        wanted = (holds.c.reason == "not-a-member", theirs)
    elif code.action == "publish":
        wanted = (holds.c.reason == "auth-fail", holds.c.digest == code.payload)
    elif code.action == "post":
        digest = code.payload.rpartition(" ")[2]
        wanted = (holds.c.reason == policy.MAYBE, holds.c.digest == digest)
    else:
        return ()
    query = select(holds.c.id, holds.c.subject).where(
        holds.c.group_id == group_id, holds.c.state == WAITING, *wanted
    )
    return tuple(Held(row.id, row.subject) for row in conn.execute(query.order_by(holds.c.id)))


# --- People -----------------------------------------------------------------------------------


def owner_addresses(conn: Connection, group_id: int, host_contact: str) -> tuple[str, ...]:
    """Whom a mail to -owner reaches: the coordinators, else the host (RULINGS 3)."""
    people = tuple(boss.address for boss in members.coordinators(conn, group_id))
    return people or ((host_contact,) if host_contact else ())
