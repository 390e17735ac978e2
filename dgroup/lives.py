"""Effects on a group's life: another name, an end that is asked for and taken back."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from dgroup import groups
from dgroup.changes import EndGroup, KeepGroup, RenameGroup
from dgroup.tables import endings
from dgroup.work import Work


def rename(work: Work, effect: RenameGroup) -> None:
    """Rename the group; what the plan does after it is done under the new name."""
    tools = work.tools
    groups.rename(tools.db, work.conn, work.group, effect.name, work.source.now)
    renamed = groups.by_id(work.conn, work.group.id, tools.site.domain)
    assert renamed is not None  # it was changed above, in this transaction
    work.group = renamed
    work.dirty = True


def end(work: Work, effect: EndGroup) -> None:
    """Write down that the group ends; an end that is written down already stays as it is."""
    mine = endings.c.group_id == work.group.id
    if work.conn.execute(select(endings.c.group_id).where(mine)).first() is None:
        row = {
            "group_id": work.group.id,
            "asked_by": effect.by,
            "asked_at": work.source.now,
            "due_at": effect.due,
            "archive_too": effect.archive_too,
        }
        work.conn.execute(insert(endings).values(row))


def keep(work: Work, effect: KeepGroup) -> None:
    """Forget the end that was asked for at that moment."""
    work.conn.execute(
        delete(endings).where(
            endings.c.group_id == work.group.id,
            endings.c.asked_at == effect.asked_at,
            endings.c.ended_at.is_(None),
        )
    )
