"""Plan -> database, inside one transaction: one function an effect, one `match`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from sqlalchemy import func, update

from dgroup import (
    bouncing,
    erasure,
    groups,
    holds,
    lives,
    mailing,
    own_data,
    posting,
    rearranging,
    relays,
)
from dgroup.address import comparable
from dgroup.bounce_effects import BounceEffect, CountBounce, ExcuseDomain, Stand
from dgroup.changes import (
    Change,
    ChangeElsewhere,
    ChangeGroup,
    ChangeMember,
    EndGroup,
    EndInvitation,
    Erase,
    Invite,
    KeepGroup,
    MoveAddress,
    Mute,
    RenameGroup,
    TakeDown,
)
from dgroup.effects import (
    AskModerators,
    Audit,
    ChangeThread,
    CountPost,
    CountTry,
    Effect,
    ForwardMail,
    HoldMail,
    KeepHold,
    Plan,
    QueueCopies,
    QueueLetter,
    RelayMail,
    ResolveHold,
    SendData,
    StorePost,
    TellGroup,
    TellHost,
    UseCode,
)
from dgroup.holds import decide as hold_decision
from dgroup.people import addresses, invitations, members, muting
from dgroup.tables import codes
from dgroup.takedown import take_down
from dgroup.work import Source, Tools, Work, note, record, record_all

__all__ = [
    "Source",
    "Tools",
    "Work",
    "apply",
    "apply_effects",
    "apply_posts",
    "hold_decision",
    "record",
]


def apply(work: Work, plan: Plan) -> None:
    """Carry out the effects in order, then write the mail's one outcome into the audit."""
    apply_effects(work, plan)
    record(work, plan.outcome)


def apply_effects(work: Work, plan: Plan) -> None:
    """Carry out the effects in order; the caller records the outcome."""
    for effect in plan.effects:
        _apply(work, effect)


def apply_posts(posts: Sequence[tuple[Work, Plan]]) -> None:
    """Carry out plans that store a post and queue it, of one group, together; what else some of them
    have comes after that."""
    if not posts:
        return
    parts = []
    more: list[tuple[Work, Effect]] = []
    for work, plan in posts:
        stored, copies, *rest = plan.effects
        more += [(work, effect) for effect in rest]
        assert isinstance(stored, StorePost)  # what an outcome POSTED consists of
        assert isinstance(copies, QueueCopies)
        parts.append((work, stored, copies))
    posting.post_many(parts)
    for work, effect in more:
        _apply(work, effect)
    record_all([(work, plan.outcome) for work, plan in posts])


def _apply(work: Work, effect: Effect) -> None:
    match effect:
        case StorePost():
            posting.store_post(work, effect)
        case QueueCopies():
            posting.queue_copies(work, effect)
        case QueueLetter():
            mailing.queue_letter(work, effect)
        case TellGroup():
            mailing.tell_group(work, effect)
        case TellHost():
            mailing.tell_host(work, effect)
        case HoldMail():
            holds.hold(work, effect)
        case AskModerators():
            holds.ask(work, effect)
        case CountPost():
            members.count_post(work.conn, effect.membership_id)
        case ResolveHold():
            holds.resolve(work, effect)
        case KeepHold():
            holds.keep(work, effect)
        case UseCode():
            used = update(codes).where(codes.c.id == effect.code_id)
            work.conn.execute(used.values(used_at=work.source.now))
        case CountTry():
            _count_try(work, effect)
        case CountBounce() | Stand() | ExcuseDomain():
            _bounced(work, effect)
        case ForwardMail():
            mailing.forward(work, effect)
        case RelayMail():
            relays.relay(work, effect)
        case SendData():
            own_data.send(work, effect)
        case ChangeThread():
            rearranging.change(work, effect)
        case Audit():
            note(work, effect.event, effect.detail)
        case _:
            _change(work, effect)


def _change(work: Work, effect: Change) -> None:
    match effect:
        case ChangeMember():
            members.change(work.conn, work.group.info, effect, work.source.now)
        case ChangeGroup():
            groups.change(
                work.tools.db, work.conn, work.group, dict(effect.values), work.source.now
            )
            work.dirty = True
        case MoveAddress():
            addresses.move(work.conn, effect, work.source.now)
        case ChangeElsewhere():
            _change_elsewhere(work, effect)
        case Invite():
            invitations.keep(work.conn, work.group.id, effect, work.source.now)
        case EndInvitation():
            invitations.end(work.conn, work.group.id, effect.address, effect.state, work.source.now)
        case RenameGroup():
            lives.rename(work, effect)
        case EndGroup():
            lives.end(work, effect)
        case KeepGroup():
            lives.keep(work, effect)
        case TakeDown():
            take_down(work.tools.db, work.conn, work.group, effect.key, work.source.now)
            work.dirty = True
        case Mute():
            muting.change(work.tools.db, work.conn, effect)
        case Erase():
            erasure.begin(work, effect)
        case _:
            assert_never(effect)


def _change_elsewhere(work: Work, effect: ChangeElsewhere) -> None:
    """Under the other group's lock, with the audit line where its people look for it."""
    work.tools.db.lock_group(work.conn, effect.group_id)
    other = groups.by_id(work.conn, effect.group_id, work.tools.site.domain)
    if other is None:
        return
    boss = members.find(work.conn, other.id, effect.by)
    if boss is None or not boss.coordinates:
        return  # an UNDO is good for a month: they may run that group no more
    member = members.find(work.conn, other.id, effect.wish.address)
    if effect.only_if is not None and (member is None or member.state is not effect.only_if):
        return
    members.change(work.conn, other.info, effect.wish, work.source.now)
    note(replace(work, group=other), effect.event, effect.detail)


def _count_try(work: Work, effect: CountTry) -> None:
    """On every open code of the address: which one was meant is not known."""
    guessed = update(codes).where(
        codes.c.group_id == work.group.id,
        func.lower(codes.c.address) == comparable(effect.address),
        codes.c.used_at.is_(None),
        codes.c.expires_at > work.source.now,
    )
    work.conn.execute(guessed.values(tries=codes.c.tries + 1))


def _bounced(work: Work, effect: BounceEffect) -> None:
    now = work.source.now
    match effect:
        case CountBounce():
            bouncing.count(work.conn, work.group.id, effect, now)
        case Stand():
            bouncing.stand(work.conn, effect, now)
        case ExcuseDomain():
            for address in bouncing.excuse(work.conn, effect, now):
                note(work, "resumed", f"{address} provider-outage")
        case _:
            assert_never(effect)
