"""Look-ups for the commands about a group's life: is a name free, how large is what would end."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from archive.model import PostState
from archive.tables import group_names, posts
from dgroup import groups
from dgroup.commands import delete, rename
from dgroup.commands.delete import EndingFacts
from dgroup.commands.rename import NameFacts, wanted
from dgroup.incoming import CommandFacts, Reading
from dgroup.people import members
from dgroup.tables import endings


def name(conn: Connection, facts: CommandFacts, asked: Reading) -> NameFacts:
    """Tell whether anybody but this group reads or has read mail under the name asked for."""
    new, domain = wanted(asked.options.words), facts.group.address.partition("@")[2]
    mine = select(group_names.c.name).where(
        group_names.c.name == new, group_names.c.group_id == facts.group.id
    )
    if conn.execute(mine).first() is not None:
        return NameFacts(taken=False)
    someone = groups.person_at(conn, new, domain) is not None
    return NameFacts(taken=bool(groups.existing(conn, [new])) or someone)


def ending(conn: Connection, facts: CommandFacts, _asked: Reading) -> EndingFacts:
    """Count what would end, and look up the end that was asked for."""
    group_id = facts.group.id
    row = conn.execute(select(endings).where(endings.c.group_id == group_id)).first()
    count = select(func.count()).select_from(posts).where(posts.c.group_id == group_id)
    shown = count.where(posts.c.state == PostState.PUBLISHED)
    return EndingFacts(
        members=members.count_active(conn, group_id),
        posts=conn.execute(shown).scalar_one(),
        due=row.due_at if row else None,
        asked_at=row.asked_at if row else None,
    )


LOOKUPS = {rename.NEEDS: name, delete.NEEDS: ending}
"""by `Command.needs`"""
