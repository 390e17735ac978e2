"""A runtime over a test's own database: settings, keys and letters as the service has them."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from archive.db import Database
from dgroup import config as settings
from dgroup import groups
from dgroup.apply import Tools
from dgroup.changes import ChangeMember
from dgroup.groups import NewGroup
from dgroup.letters import LetterWriter
from dgroup.model import Group, Membership, Role
from dgroup.people import members
from dgroup.runtime import Runtime, site_info
from dgroup.tokens import Keyring

DOMAIN = "lists.example"
NOW = datetime(2026, 3, 23, 12, tzinfo=UTC)


def runtime_on(db: Database, data_dir: Path) -> Runtime:
    """Give a runtime whose servers listen on ports that the system chooses."""
    plain = settings.Config()
    config = replace(
        plain,
        site=settings.Site(domain=DOMAIN, base_url="https://lists.example", data_dir=data_dir),
        listener=settings.Listener(port=0),
        auth=settings.Auth(verify=False),
        web=settings.Web(port=0),
        health=settings.Health(port=0),
    )
    site = site_info(config)
    keyring = Keyring(((1, b"k" * 32),))
    letters = LetterWriter(site, None)
    tools = Tools(db, site, letters, _counted(itertools.count(1)), keyring=keyring)
    return Runtime(config, db, site, keyring, tools)


def _counted(numbers: Iterator[int]) -> Callable[[int], bytes]:
    """Bytes that differ each time and are the same in each run."""
    return lambda size: hashlib.shake_128(str(next(numbers)).encode()).digest(size)


def group_on(db: Database, new: NewGroup | None = None) -> Group:
    """Make a group."""
    with db.write() as conn:
        return groups.create(conn, new or NewGroup("water", "Water"), DOMAIN, NOW)


def member_on(
    db: Database,
    group: Group,
    address: str,
    *,
    role: Role = Role.MEMBER,
    language: str = "en",
) -> Membership:
    """Make a member of a group."""
    wish = ChangeMember(address, address.partition("@")[0].title(), role=role, language=language)
    with db.write() as conn:
        return members.change(conn, group.info, wish, NOW)
