"""Whole conversations as folders (tests/cases/README): what is said by mail, and all that comes of it.

`DGROUP_GOLDEN=write` writes each `transcript.txt` anew, to be read before use.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from archive.db import Database
from dgroup.tables import memberships
from tests.case_setup import compare, folders, set_up, write_posts
from tests.dgroup.desk import Desk, opened
from tests.dialog import Dialog, text_of

FOLDERS = folders("dialog.toml")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
async def test_dialog(folder: Path, sqlite_database: Database, tmp_path: Path) -> None:
    told = tomllib.loads((folder / "dialog.toml").read_text("utf-8"))
    with opened(sqlite_database) as desk:
        people = set_up(desk, told)
        with_morning_letters(desk, told)
        await write_posts(desk, told)
        dialog = Dialog(desk, folder, tmp_path, people)
        transcript = await dialog.play(told["step"])
        compare(folder / "transcript.txt", transcript.encode())
        for letter in dialog.letters:
            check_looks(text_of(letter))


def with_morning_letters(desk: Desk, told: dict[str, Any]) -> None:
    """Only who is said to wish them gets them: they would stand in every dialog that takes days."""
    wishes = {one["address"]: one.get("morning", "off") for one in told["member"]}
    with desk.db.write() as conn:
        for address, often in wishes.items():
            own = memberships.c.address == address
            conn.execute(update(memberships).where(own).values(morning=often))


def check_looks(text: str) -> None:
    """What no letter may have: gaps, spaces at line ends, long lines, words of the program."""
    assert not re.search(r"\n\n\n|[ \t]\n", text), f"gaps in: {text}"
    long = [line for line in text.splitlines() if len(line) > 72 and " " in line.strip()]
    assert long == [], text
    assert not re.search(r"%\(|\{\{|\bNone\b|<Undefined", text), text
