"""The archive without the live service: python -m archive build | import | export | verify."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from archive import exchange, mbox, search, store
from archive.db import Database
from archive.errors import ArchiveError, NotFound
from archive.importer import import_mails
from archive.model import GroupInfo, SiteInfo
from archive.publish import Publisher, Setting

BODY_LIMIT = 65536


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; 0 is well, 1 is drift or a mistake in the input."""
    given = _parser().parse_args(words)
    try:
        return int(given.run(given))
    except (ArchiveError, OSError) as error:
        print(f"archive: {error}", file=sys.stderr)
        return 1


# --- Commands ---------------------------------------------------------------------------------


def build(given: argparse.Namespace) -> int:
    """Turn an old archive into pages, in one go."""
    with tempfile.TemporaryDirectory(prefix="archive-") as folder:
        path = given.database or Path(folder) / "archive.db"
        with closing(_opened(path)) as opened:
            group = _group(opened.db, given)
            found = import_mails(
                opened.db,
                group,
                mbox.open_archive(given.source),
                now=_now(),
                processes=given.processes,
            )
            publisher = _publisher(opened.db, given)
            total = publisher.rebuild_site()
            total.add(publisher.rebuild(group, processes=given.processes))
    print(f"{found.read} mails read, {found.added} new; {total.written} files written", end=" ")
    print(f"below {given.public}")
    return 0


def bring_in(given: argparse.Namespace) -> int:
    """Add an old archive, or an export with its facts, to a store."""
    with closing(_opened(given.database)) as opened:
        group = _group(opened.db, given)
        mails = mbox.open_archive(given.source)
        if given.facts:
            with given.facts.open("rb") as facts:
                added = exchange.import_group(opened.db, group, mails, facts)
            while search.index_pending(opened.db):
                pass
        else:
            now, processes = _now(), given.processes
            found = import_mails(opened.db, group, mails, now=now, processes=processes)
            added = found.added
    print(f"{added} mails added to {group.name}")
    return 0


def export(given: argparse.Namespace) -> int:
    """Write a group's raw mails as an mbox and its recorded facts beside it."""
    facts = given.target.with_suffix(".facts.jsonl")
    with (
        closing(_opened(given.database)) as opened,
        opened.db.read() as conn,
        given.target.open("wb") as mails,
        facts.open("wb") as lines,
    ):
        group = store.get_group(conn, given.name)
        written, removed = exchange.export_group(conn, group, mails, lines)
    print(f"{written} mails in {given.target}, facts in {facts}; {removed} were removed on request")
    return 0


def verify(given: argparse.Namespace) -> int:
    """Render every page again, say which files differed, and heal them."""
    with closing(_opened(given.database)) as opened:
        with opened.db.read() as conn:
            groups = store.list_groups(conn)
        publisher = _publisher(opened.db, given)
        total = publisher.verify(groups, _now, processes=given.processes)
    for path in total.changed:
        print(path)
    print(f"{total.files} files looked at, {total.written} written, {total.removed} removed")
    return 1 if total.written or total.removed else 0


# --- Parts ------------------------------------------------------------------------------------


class _Opened:
    """A store that is closed at the end."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def close(self) -> None:
        """Close all connections."""
        self.db.dispose()


def _opened(path: Path) -> _Opened:
    new = not path.exists()
    db = Database(f"sqlite:///{path}")
    if new:
        db.create_tables()
    return _Opened(db)


def _group(db: Database, given: argparse.Namespace) -> GroupInfo:
    with db.write() as conn:
        try:
            return store.get_group(conn, given.name)
        except NotFound:
            return store.create_group(
                conn, given.name, given.title, about=given.about, language=given.language
            )


def _publisher(db: Database, given: argparse.Namespace) -> Publisher:
    site = SiteInfo(
        name=given.site_name,
        base_url=given.base_url.rstrip("/"),
        domain=given.domain,
        language=given.language,
        search=False,
        ai_crawlers=False,
        body_limit=BODY_LIMIT,
    )
    return Publisher(db, Setting(site, given.public, given.templates))


def _now() -> datetime:
    return datetime.now(UTC)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m archive", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    one = _command(commands, "build", build)
    one.add_argument("source", type=Path, help="mbox (also .gz), Maildir or folder of .eml files")
    one.add_argument("public", type=Path, help="folder for the pages")
    one.add_argument("--database", type=Path, help="keep the store in this file")
    _group_words(one, "--name")
    _site_words(one)
    one = _command(commands, "import", bring_in)
    one.add_argument("database", type=Path)
    one.add_argument("name", help="the group; made if it is new")
    one.add_argument("source", type=Path, help="mbox (also .gz), Maildir or folder of .eml files")
    one.add_argument("--facts", type=Path, help="the .facts.jsonl of an export: rebuild exactly")
    _group_words(one)
    one = _command(commands, "export", export)
    one.add_argument("database", type=Path)
    one.add_argument("name", help="the group")
    one.add_argument("target", type=Path, help="mbox file; facts go beside it as .facts.jsonl")
    one = _command(commands, "verify", verify)
    one.add_argument("database", type=Path)
    one.add_argument("public", type=Path, help="folder of the pages")
    one.add_argument("--language", default="en", help="of the front page")
    _site_words(one)
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], name: str, run: object
) -> argparse.ArgumentParser:
    one = commands.add_parser(name, help=run.__doc__, description=run.__doc__)
    one.set_defaults(run=run)
    one.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    return one


def _group_words(one: argparse.ArgumentParser, name: str = "") -> None:
    if name:
        one.add_argument(name, default="list", help="name of the group in addresses and paths")
    one.add_argument("--title", default="", help="what the group is called")
    one.add_argument("--about", default="", help="what it is for")
    one.add_argument("--language", default="en", help="of its pages: en, fr, es, pt")


def _site_words(one: argparse.ArgumentParser) -> None:
    one.add_argument("--site-name", default="Archive", help="name of the host")
    one.add_argument("--base-url", default="", help="where the pages will be; needed for feeds")
    one.add_argument("--domain", default="localhost", help="mail domain of the groups")
    one.add_argument("--templates", type=Path, help="folder with templates of your own")


if __name__ == "__main__":
    sys.exit(main())
