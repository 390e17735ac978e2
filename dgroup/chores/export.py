"""What a group takes with it when it ends: all posts as an mbox with their facts, and its members."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from sqlalchemy import Connection

from archive.exchange import export_group
from dgroup.model import Group, Membership
from dgroup.people import members
from dgroup.spreadsheet import as_csv

POSTS, FACTS, MEMBERS = "posts.mbox.gz", "facts.jsonl.gz", "members.csv"
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
        # A GzipFile writes bytes as a file does; its stub does not say so.
        written, _ = export_group(
            conn, group.info, cast("BinaryIO", mails), cast("BinaryIO", facts)
        )
    people = members.of_group(conn, group.id, members.INSIDE)
    (unfinished / MEMBERS).write_bytes(members_csv(people))
    unfinished.rename(folder)
    return Exported(folder, written, len(people))


def members_csv(people: Iterable[Membership]) -> bytes:
    """Give members as a table for spreadsheets."""
    rows = [
        (
            one.address,
            one.name,
            one.role,
            one.state,
            one.delivery,
            one.language,
            f"{one.joined_at:%Y-%m-%d}",
        )
        for one in people
    ]
    return as_csv(_COLUMNS, rows)
