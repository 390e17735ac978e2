"""A small group of our own writing, stored and published for tests of pages: tests/data/seeds/*.eml
in English, French, Spanish and Arabic, with quotes, a table, attachments and hostile content.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, func, select

from archive import store
from archive.db import Database
from archive.model import ArchiveMode, GroupInfo, ParsedMessage, SiteInfo
from archive.parse import parse
from archive.publish import Publisher, Setting
from archive.tables import dirty_pages
from archive.text import blocks, layout_of, links, words_of

MAILS = Path(__file__).resolve().parents[1] / "data" / "seeds"
NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
SITE = SiteInfo(
    name="Growers' lists",
    base_url="https://lists.example.org",
    domain="lists.example.org",
    language="en",
    search=True,
    ai_crawlers=False,
    body_limit=65536,
)
ABOUT = "Seed savers of four countries.\n\nOne question a week, in any language."


def raw_mails() -> list[bytes]:
    """The mails as they came, in order."""
    return [path.read_bytes() for path in sorted(MAILS.glob("*.eml"))]


def seed_group(
    db: Database,
    name: str = "seeds",
    *,
    language: str = "en",
    archive: ArchiveMode = ArchiveMode.PUBLIC,
) -> GroupInfo:
    """An empty group."""
    with db.write() as conn:
        return store.create_group(
            conn, name, "Seed savers", about=ABOUT, language=language, archive=archive
        )


def add_raw(db: Database, group: GroupInfo, *raws: bytes) -> list[store.AddedPost]:
    """Store mails as one batch; each arrives at its Date."""
    messages = [parse(raw) for raw in raws]
    with db.write() as conn:
        known = store.unknown_of(conn, group.id, messages)
        news = [
            replace(_new(conn, group, raw, message), imposter=imposter)
            for raw, message, (is_new, imposter) in zip(raws, messages, known, strict=True)
            if is_new
        ]
        return store.add_posts(db, conn, group, news)


def _new(conn: Connection, group: GroupInfo, raw: bytes, message: ParsedMessage) -> store.NewPost:
    arrived = message.date_claimed or NOW
    parts = blocks(message.text)
    own = words_of(parts)
    return store.NewPost(
        message=message,
        mail_id=store.store_mail(conn, raw, message.digest, "", arrived),
        received_at=arrived,
        own=own,
        layout=layout_of(parts),
        links=links(own),
        addresses=(f"{group.name}@lists.example.org",),
    )


def stored_seeds(db: Database, *, language: str = "en") -> GroupInfo:
    """The whole group in the store."""
    group = seed_group(db, language=language)
    add_raw(db, group, *raw_mails())
    return group


def publisher(db: Database, folder: Path, site: SiteInfo = SITE) -> Publisher:
    """Writes to `folder`."""
    return Publisher(db, Setting(site, folder))


def now() -> datetime:
    """The clock of these tests."""
    return NOW


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its path."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def texts_of(files: dict[str, bytes], endings: Sequence[str]) -> Iterable[tuple[str, str]]:
    """The files with one of these endings, decoded."""
    for path, data in files.items():
        if path.endswith(tuple(endings)):
            yield path, data.decode("utf-8")


def waiting(db: Database) -> int:
    """How many pages are marked dirty."""
    with db.read() as conn:
        return int(conn.execute(select(func.count()).select_from(dirty_pages)).scalar_one())
