"""Groups and their settings: queries and changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, insert, select, update

from archive.db import Database
from archive.dirty import mark
from archive.model import ArchiveMode, GroupInfo
from archive.pages import whole_group
from archive.quick import Quick
from archive.tables import group_names, groups
from dgroup.address import group_address, name_problem, own_group
from dgroup.errors import DgroupError
from dgroup.model import Group, GroupState, Spam, Style, WhoJoins, WhoPosts, WhoSees
from dgroup.tables import addresses, group_settings

_CHUNK = 500


class GroupError(DgroupError):
    """A group cannot be made or changed as asked; the text says why."""


@dataclass(frozen=True, slots=True)
class NewGroup:
    """What a group is made from; the rest has the defaults of RULINGS 6."""

    name: str
    title: str
    about: str = ""
    language: str = "en"
    timezone: str = "UTC"
    archive: ArchiveMode = ArchiveMode.PUBLIC
    who_posts: WhoPosts = WhoPosts.MEMBERS
    who_joins: WhoJoins = WhoJoins.OPEN
    summary_day: int = 1
    summary_hour: int = 8


def create(conn: Connection, new: NewGroup, domain: str, now: datetime) -> Group:
    """Make a group. Raises GroupError for a bad or taken name."""
    if problem := name_problem(new.name):
        raise GroupError(problem)
    if existing(conn, [new.name]):
        raise GroupError(f"there is a group '{new.name}' already, or one had that name")
    if owner := person_at(conn, new.name, domain):
        raise GroupError(f"{owner} is somebody's address: the group would take their mail")
    group_id = conn.execute(
        insert(groups)
        .values(
            name=new.name,
            title=new.title,
            about=new.about,
            language=new.language,
            timezone=new.timezone,
            archive=new.archive,
        )
        .returning(groups.c.id)
    ).scalar_one()
    conn.execute(
        insert(group_settings).values(
            group_id=group_id,
            who_posts=new.who_posts,
            who_joins=new.who_joins,
            tag="",
            reply_to_group=True,
            max_size=0,
            summary_day=new.summary_day,
            summary_hour=new.summary_hour,
            created_at=now,
        )
    )
    found = find(conn, new.name, domain)
    assert found is not None  # it was inserted above, in this transaction
    return found


def person_at(conn: Connection, name: str, domain: str) -> str | None:
    """Give a person's address, if there is one, that would be read by a group of this name."""
    alike = addresses.c.address.endswith(f"@{domain}", autoescape=True)
    found = conn.execute(
        select(addresses.c.address).where(alike, addresses.c.address.contains(name))
    )
    return next((one for one in found.scalars() if own_group(one, domain) == name), None)


def find(conn: Connection, name: str, domain: str) -> Group | None:
    """Give the group that is called `name`, or was: its addresses never end. None if there is none."""
    row = _FIND.first(conn, {"name": name}) or _FIND_FORMER.first(conn, {"name": name})
    return _group(row, domain) if row else None


def by_id(conn: Connection, group_id: int, domain: str) -> Group | None:
    """Give the group with this row id, or None."""
    row = conn.execute(_SELECT.where(groups.c.id == group_id)).first()
    return _group(row, domain) if row else None


def existing(conn: Connection, names: Sequence[str]) -> set[str]:
    """Give those of the names that groups have or had."""
    wanted = sorted(set(names))
    found: set[str] = set()
    for start in range(0, len(wanted), _CHUNK):
        for name in (groups.c.name, group_names.c.name):
            some = name.in_(wanted[start : start + _CHUNK])
            found.update(conn.execute(select(name).where(some)).scalars())
    return found


def every(conn: Connection, domain: str) -> list[Group]:
    """Give all groups of the host, by name."""
    return [_group(row, domain) for row in conn.execute(_SELECT.order_by(groups.c.name))]


def change(
    db: Database, conn: Connection, group: Group, values: dict[str, Any], now: datetime
) -> None:
    """Set columns of the group or of its settings; the caller has checked names and values.

    What stands on the group's pages, and who may read them, marks them all in this transaction.
    """
    mine = {key: value for key, value in values.items() if key in groups.c}
    if any(getattr(group.info, key) != value for key, value in mine.items()):
        mark(conn, db, whole_group(group.id), now)
    settings = {key: value for key, value in values.items() if key in group_settings.c}
    if mine:
        conn.execute(update(groups).where(groups.c.id == group.id).values(mine))
    if settings:
        where = group_settings.c.group_id == group.id
        conn.execute(update(group_settings).where(where).values(settings))


def rename(db: Database, conn: Connection, group: Group, name: str, now: datetime) -> None:
    """Call the group `name`; its former name goes on to lead to it, and stays in its List-Id.

    Raises GroupError where the name is bad or another group's.
    """
    if problem := name_problem(name):
        raise GroupError(problem)
    mine = (group_names.c.name == name) & (group_names.c.group_id == group.id)
    conn.execute(delete(group_names).where(mine))
    if existing(conn, [name]):
        raise GroupError(f"there is a group '{name}' already, or one had that name")
    conn.execute(update(groups).where(groups.c.id == group.id).values(name=name))
    conn.execute(insert(group_names).values(name=group.name, group_id=group.id))
    listed = update(group_settings).where(group_settings.c.group_id == group.id)
    conn.execute(listed.values(listed_as=group.list_name))
    mark(conn, db, whole_group(group.id), now)


_SELECT: Select[Any] = select(groups, group_settings).join(
    group_settings, group_settings.c.group_id == groups.c.id
)
_FIND = Quick(_SELECT.where(groups.c.name == bindparam("name")))
_FIND_FORMER = Quick(
    _SELECT.join(group_names, group_names.c.group_id == groups.c.id).where(
        group_names.c.name == bindparam("name")
    )
)


def _group(row: Any, domain: str) -> Group:
    info = GroupInfo(
        id=row.id,
        name=row.name,
        title=row.title,
        about=row.about,
        language=row.language,
        timezone=row.timezone,
        archive=ArchiveMode(row.archive),
        closed_at=row.closed_at,
    )
    return Group(
        info=info,
        address=group_address(row.name, domain),
        who_posts=WhoPosts(row.who_posts),
        who_joins=WhoJoins(row.who_joins),
        tag=row.tag,
        reply_to_group=row.reply_to_group,
        max_size=row.max_size,
        summary_day=row.summary_day,
        summary_hour=row.summary_hour,
        state=GroupState(row.state),
        first_posts=row.first_posts,
        who_sees=WhoSees(row.who_sees),
        welcome=row.welcome,
        hold_days=row.hold_days,
        listed_as=row.listed_as,
        links_above=row.links_above,
        spam=Spam(row.spam),
        attachments=row.attachments,
        member_hourly=row.member_hourly,
        group_hourly=row.group_hourly,
        remote_images=row.remote_images,
        footer=row.footer,
        delivery_style=Style(row.delivery_style),
    )
