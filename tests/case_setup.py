"""What cases and dialogs of tests/cases share: their folders, who is in the group, and golden files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from archive import search
from archive.model import ArchiveMode
from dgroup.model import GroupState, Membership, MemberState, Role, WhoJoins, WhoPosts
from tests.dgroup.desk import Desk

CASES = Path(__file__).resolve().parent / "cases"
GROUP_KEYS = {
    "who_posts": WhoPosts,
    "who_joins": WhoJoins,
    "archive": ArchiveMode,
    "max_size": int,
    "state": GroupState,
    "first_posts": int,
}
SAID = {
    "aligned": "dmarc=pass (p={policy}) header.from={domain}",
    "none": "none",
    "fail": "dmarc=fail (p={policy}) header.from={domain}",
}


def set_up(desk: Desk, setup: dict[str, Any]) -> dict[str, Membership]:
    """Make the members and settings that `setup.toml` names."""
    changes = {key: GROUP_KEYS[key](value) for key, value in setup.get("group", {}).items()}
    if changes:
        desk.set(**changes)
    people = {}
    for one in setup.get("member", []):
        people[one["address"]] = desk.join(
            one["address"],
            one.get("name", ""),
            Role(one.get("role", "member")),
            MemberState(one.get("state", "active")),
            one.get("language", "en"),
            published=one.get("published", 1000),
        )
    return people


async def write_posts(desk: Desk, setup: dict[str, Any]) -> None:
    """Send the posts that `setup.toml` names, so that a command can speak of them."""
    for post in setup.get("post", []):
        answers = f"In-Reply-To: <{post['answers']}>\r\n" if "answers" in post else ""
        await desk.send(
            "water",
            post["body"].replace("\n", "\r\n"),
            sender=post["from"],
            name=post.get("name", ""),
            subject=post["subject"],
            message_id=post["id"],
            headers=f"{answers}Content-Type: text/plain; charset=utf-8\r\n",
        )
    search.index_pending(desk.db)


def folders(name: str) -> list[Path]:
    """Give the folders of tests/cases that hold a file with this name."""
    return sorted(path.parent for path in CASES.glob(f"*/{name}"))


def compare(wanted: Path, made: bytes) -> None:
    """Compare with a golden file, or write it."""
    if os.environ.get("DGROUP_GOLDEN") == "write":
        wanted.write_bytes(made)
    assert wanted.exists(), f"{wanted.name} is missing: {made.decode()}"
    assert made.decode() == wanted.read_text("utf-8")
