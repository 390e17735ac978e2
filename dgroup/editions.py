"""The editions of a digest: which of its forms, in which language and without which muted threads has readers.

Each edition is a mail of its own. Their number is bounded: what few have muted may reach them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, case, select

from dgroup.audience import FULL, LIGHT, MIME, OTHERS, PLAIN, TEXT, Readers
from dgroup.config import LANGUAGES
from dgroup.model import Delivery, MemberState
from dgroup.people.muting import muted_lines
from dgroup.tables import memberships, mutes, persons

MOST = 20
"""editions for members who have muted some of the threads; further such members get the whole digest"""
MUTERS = 1000
"""memberships that are looked at for that"""

_LIGHT = memberships.c.light.is_(True)
_WHOLE = memberships.c.mime_digest.is_(True)
_FORM = case((_LIGHT, LIGHT), (_WHOLE, MIME), else_=PLAIN)
WISHES: dict[str, ColumnElement[bool]] = {
    MIME: _WHOLE & ~_LIGHT,
    PLAIN: ~(_WHOLE & ~_LIGHT),
    LIGHT: _LIGHT,
    FULL: ~_LIGHT,
    TEXT: ~_WHOLE & ~_LIGHT,
}
"""who is meant by a form in the words of the outbox"""


@dataclass(frozen=True, slots=True)
class Edition:
    """One form of a digest in one language, and who gets it."""

    readers: Readers
    form: str
    """PLAIN, LIGHT or MIME"""
    language: str
    left_out: frozenset[int] = frozenset()
    """posts of threads that its readers have muted"""


_Kind = tuple[str, str]
"""form and language"""


def editions(
    conn: Connection,
    group_id: int,
    language: str,
    delivery: Delivery,
    post_ids: Collection[int],
) -> list[Edition]:
    """Give the editions that have readers now; none where nobody reads digests of this delivery.

    `language` is the group's: who reads none of ours, and who comes meanwhile, gets that one.
    """
    kinds = _kinds(conn, group_id, language, delivery)
    if not kinds:
        return []
    special = _without_muted(conn, group_id, language, delivery, post_ids)
    apart = tuple(sorted(one for edition in special for one in edition.readers.people))
    forms = {form for form, _ in kinds}
    found: list[Edition] = []
    for form in sorted(forms, reverse=True):
        spoken = sorted({said for one, said in kinds if one == form} - {language})
        asked = _asked(form, forms)
        others = OTHERS + ",".join(spoken) if spoken else ""
        found.append(Edition(Readers(delivery, asked, others, apart), form, language))
        found += [Edition(Readers(delivery, asked, one, apart), form, one) for one in spoken]
    return [*found, *special]


def _asked(form: str, forms: Collection[str]) -> str:
    """Say whose wish a form serves: all together those of everybody, whatever readers ask for before it
    goes out."""
    if len(forms) == 1:
        return ""
    if form == PLAIN and LIGHT in forms:
        return TEXT if MIME in forms else FULL
    return PLAIN if form == LIGHT and PLAIN not in forms else form


def _readers(group_id: int, delivery: Delivery) -> tuple[ColumnElement[bool], ...]:
    return (
        memberships.c.group_id == group_id,
        memberships.c.state == MemberState.ACTIVE,
        memberships.c.delivery == delivery,
    )


def _kinds(conn: Connection, group_id: int, language: str, delivery: Delivery) -> set[_Kind]:
    query = (
        select(_FORM.label("form"), persons.c.language)
        .join(persons, persons.c.id == memberships.c.person_id)
        .where(*_readers(group_id, delivery))
        .group_by(_FORM, persons.c.language)
    )
    return {_kind(row.form, row.language, language) for row in conn.execute(query)}


def _kind(form: str, spoken: str, language: str) -> _Kind:
    return form, spoken if spoken in LANGUAGES else language


def _without_muted(
    conn: Connection,
    group_id: int,
    language: str,
    delivery: Delivery,
    post_ids: Collection[int],
) -> list[Edition]:
    """The editions for those who have muted a thread of the digest, the most wanted first."""
    lines = muted_lines(conn, post_ids)
    if not lines:
        return []
    posts_of: dict[int, set[int]] = defaultdict(set)
    for post, threads in lines.items():
        for thread in threads:
            posts_of[thread].add(post)
    query = (
        select(mutes.c.membership_id, mutes.c.thread_id, _FORM.label("form"), persons.c.language)
        .join(memberships, memberships.c.id == mutes.c.membership_id)
        .join(persons, persons.c.id == memberships.c.person_id)
        .where(*_readers(group_id, delivery), mutes.c.thread_id.in_(sorted(posts_of)))
        .order_by(mutes.c.membership_id)
    )
    muted: dict[int, set[int]] = defaultdict(set)
    kinds: dict[int, _Kind] = {}
    for row in conn.execute(query):
        if row.membership_id not in kinds and len(kinds) >= MUTERS:
            break
        muted[row.membership_id] |= posts_of[row.thread_id]
        kinds[row.membership_id] = _kind(row.form, row.language, language)
    return list(_grouped(muted, kinds, delivery))


def _grouped(
    muted: dict[int, set[int]], kinds: dict[int, _Kind], delivery: Delivery
) -> Iterator[Edition]:
    alike: dict[tuple[frozenset[int], _Kind], list[int]] = defaultdict(list)
    for member, hidden in muted.items():
        alike[frozenset(hidden), kinds[member]].append(member)
    wanted = Counter({key: len(people) for key, people in alike.items()})
    for (left_out, (form, spoken)), _ in wanted.most_common(MOST):
        people = tuple(alike[left_out, (form, spoken)])
        yield Edition(Readers(delivery, people=people, only=True), form, spoken, left_out)
