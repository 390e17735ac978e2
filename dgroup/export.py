"""What a group takes with it when it ends: all posts as an mbox with their facts, and its members."""

from __future__ import annotations

import csv
import gzip
import io
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from archive.exchange import export_group
from dgroup import members
from dgroup.model import Group, Membership

POSTS, FACTS, MEMBERS = "posts.mbox.gz", "facts.jsonl.gz", "members.csv"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS = ("address", "name", "role", "state", "delivery", "language", "joined")


@dataclass(frozen=True, slots=True)
class Exported:
    """The files of a group below one folder."""

    folder: Path
    posts: int
    members: int

    @property
    def size(self) -> int:
        """Bytes of what goes to the coordinators."""
        return sum((self.folder / name).stat().st_size for name in (POSTS, MEMBERS))


def export(conn: Connection, group: Group, folder: Path) -> Exported:
    """Write the files of a group into `folder`, readable by us only. A folder that is there was
    whole or is written anew: it appears in one step."""
    unfinished = folder.with_name(f"{folder.name}~")
    for old in (unfinished, folder):
        shutil.rmtree(old, ignore_errors=True)
    unfinished.mkdir(parents=True, mode=0o700)
    with (
        gzip.open(unfinished / POSTS, "wb") as mails,
        gzip.open(unfinished / FACTS, "wb") as facts,
    ):
        written, _ = export_group(conn, group.info, mails, facts)  # type: ignore[arg-type]  # they write bytes
    people = members.of_group(conn, group.id, members.INSIDE)
    (unfinished / MEMBERS).write_bytes(members_csv(people))
    unfinished.rename(folder)
    return Exported(folder, written, len(people))


def members_csv(people: Iterable[Membership]) -> bytes:
    """Give members as a table for spreadsheets (UTF-8 with a mark, RFC 4180). No cell is a formula:
    names come from strangers."""
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(_COLUMNS)
    for one in people:
        joined = f"{one.joined_at:%Y-%m-%d}"
        row = (one.address, one.name, one.role, one.state, one.delivery, one.language, joined)
        table.writerow([_harmless(str(cell)) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
