"""A weekly summary put into the store, as the live service freezes it."""

from __future__ import annotations

from sqlalchemy import insert

from archive import dirty
from archive.db import Database
from archive.model import GroupInfo, PageKey, PageKind
from archive.summary import summarise
from archive.summary_model import Summary, as_json
from archive.tables import weeks
from archive.weekfacts import People, gather, week_of
from tests.archive.seeds import NOW, SITE

WEEK = "2026-W10"


def store_week(db: Database, group: GroupInfo, week: str = WEEK) -> Summary:
    """Make the summary of a week and keep it; its page becomes dirty."""
    with db.write() as conn:
        summary = summarise(gather(conn, group, week_of(week, "UTC"), SITE, People()))
        frozen = {"group_id": group.id, "week": week, "made_at": NOW, "summary": as_json(summary)}
        conn.execute(insert(weeks).values(frozen))
        pages = [PageKey(group.id, PageKind.WEEK, week), PageKey(group.id, PageKind.HOME, "")]
        dirty.mark(conn, db, pages, NOW)
    return summary
