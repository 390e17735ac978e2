"""Gathers what `dgroup doctor` judges: files, disks, database, and with the network names, smarthost, pages."""

from __future__ import annotations

import fcntl
import ipaddress
import os
import shutil
import socket
import stat
import struct
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError

from archive.db import Database
from archive.ids import service_url
from dgroup import migrate, tokens
from dgroup.authentication.dns import Resolver
from dgroup.config import Config
from dgroup.doctor import asks as doctor_asks
from dgroup.doctor import probes as doctor_probes
from dgroup.doctor.checkup import Disk, Facts, Names, Secret, Store
from dgroup.errors import InputError
from dgroup.model import MemberState
from dgroup.nodes import alone
from dgroup.nodes import register as nodes
from dgroup.runtime import open_runtime
from dgroup.tables import audit, deliveries, fanouts, memberships, outbox_mails, quarantine

_SIOCGIFADDR = 0x8915
_NOBODY = 0
"""the id of no membership"""


def gather(
    config: Config,
    settings: Path | None,
    now: datetime,
    resolver: Callable[[], Resolver] | None,
    addresses: Sequence[str] = (),
) -> Facts:
    """Look at everything. `resolver` opens the way to the name servers; None: leave the network out.
    `addresses` are those that the world sees, where the operator names them."""
    found = store(config, now)
    disks = tuple(_disks(config))
    secrets = tuple(_secrets(config, settings))
    own = doctor_probes.certificate(config)
    if resolver is None:
        return Facts(now, found, disks, secrets, own)
    with ThreadPoolExecutor(3, "doctor") as threads:
        names = threads.submit(_names, config, resolver, addresses)
        host = threads.submit(doctor_probes.smarthost, config, now)
        web = threads.submit(doctor_probes.leave_page, _leave_link(config, found), now)
        asked, problem = names.result()
        return Facts(now, found, disks, secrets, own, asked, problem, host.result(), web.result())


def _names(
    config: Config, resolver: Callable[[], Resolver], addresses: Sequence[str]
) -> tuple[Names | None, str]:
    domain = config.site.domain
    if "." not in domain:
        return None, f"nobody outside this machine can write to {domain}"
    try:
        return doctor_asks.ask(config, resolver(), local_addresses(), addresses), ""
    except InputError as error:
        return None, str(error)


def local_addresses() -> frozenset[str]:
    """The addresses of this machine, but for those of the loopback (Linux)."""
    found = set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        for _, name in socket.if_nameindex():
            asked = struct.pack("256s", name.encode()[:15])
            try:
                answer = fcntl.ioctl(asker, _SIOCGIFADDR, asked)
            except OSError:  # it has none
                continue
            found.add(socket.inet_ntoa(answer[20:24]))
    six = Path("/proc/net/if_inet6")
    if six.is_file():
        for line in six.read_text("ascii").splitlines():
            found.add(str(ipaddress.IPv6Address(int(line.split()[0], 16))))
    return frozenset(one for one in found if not ipaddress.ip_address(one).is_loopback)


# --- The database -----------------------------------------------------------------------------


def store(config: Config, now: datetime) -> Store:
    """Look into the database; what is wrong with it is told, not raised."""
    head = migrate.head()
    try:
        revision = migrate.current(config.database_url)
        if revision != head:
            return Store(revision=revision, head=head)
        db = Database(config.database_url)
        try:
            with db.read() as conn:
                return _looked_into(config, db, conn, now, head)
        finally:
            db.dispose()
    except ArgumentError:
        return Store("database.url needs postgresql://user@host/name, or nothing", head=head)
    except DBAPIError as error:
        return Store(str(error.orig).strip().partition("\n")[0], head=head)
    except OSError as error:
        return Store(f"{error.filename}: {error.strerror}", head=head)


def _looked_into(config: Config, db: Database, conn: Connection, now: datetime, head: str) -> Store:
    kept = select(func.count()).select_from(quarantine).where(quarantine.c.state == "waiting")
    newest: Any = select(audit.c.at).order_by(audit.c.id.desc()).limit(1)
    if db.is_sqlite:
        said = conn.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
        broken, ahead = ("" if said == "ok" else str(said)), None
        running = alone.holder(config.site.data_dir) is not None
    else:
        theirs: datetime = conn.execute(select(func.clock_timestamp())).scalar_one()
        broken, ahead = "", (datetime.now(UTC) - theirs).total_seconds()
        running = bool(nodes.present(conn))
    return Store(
        revision=head,
        head=head,
        broken=broken,
        due_since=_due_since(conn, now),
        quarantined=conn.execute(kept).scalar_one(),
        running=running,
        newest=conn.execute(newest).scalar_one_or_none(),
        ahead_s=ahead,
    )


def _due_since(conn: Connection, now: datetime) -> datetime | None:
    """Since when the oldest copy that should be out is due: a row of its own, or still one of a fan-out."""
    due = select(func.min(deliveries.c.not_before)).where(
        deliveries.c.state == "pending", deliveries.c.not_before <= now
    )
    posts = (
        select(func.min(outbox_mails.c.created_at))
        .join(fanouts, fanouts.c.outbox_mail_id == outbox_mails.c.id)
        .where(~fanouts.c.done)
    )
    moments = [conn.execute(query).scalar_one_or_none() for query in (due, posts)]
    return min((one for one in moments if one is not None), default=None)


def _leave_link(config: Config, found: Store) -> str:
    """The link of some member; where there is none yet, one that names nobody."""
    token = "a" * tokens.TOKEN_LENGTH
    if found.revision == found.head and not (found.problem or found.broken):
        with suppress(DBAPIError):
            token = _leave_token(config)
    return service_url(config.site.base_url, "leave", token)


def _leave_token(config: Config) -> str:
    runtime = open_runtime(config)
    try:
        with runtime.db.read() as conn:
            inside = memberships.c.state == MemberState.ACTIVE
            some = conn.execute(select(memberships.c.id).where(inside).limit(1)).scalar()
        return tokens.make("leave", some or _NOBODY, runtime.keyring)
    finally:
        runtime.close()


# --- Files ------------------------------------------------------------------------------------


def _disks(config: Config) -> Iterator[Disk]:
    yield _disk(config.site.data_dir, "data_dir")
    yield _disk(config.public_path, "public_dir")


def _disk(path: Path, what: str) -> Disk:
    if not path.is_dir():
        return Disk(str(path), what, exists=False)
    room, files = shutil.disk_usage(path), os.statvfs(path)
    return Disk(
        str(path),
        what,
        writable=os.access(path, os.W_OK | os.X_OK),
        free=room.free,
        total=room.total,
        inodes_free=files.f_favail,
        inodes=files.f_files,
    )


def _secrets(config: Config, settings: Path | None) -> Iterator[Secret]:
    named = [
        ("the database", config.database_file),
        ("the DKIM key", config.dkim.key_file),
        ("the Ed25519 key", config.dkim.ed25519_key_file),
        ("the smarthost's password", config.relay.password_file),
        ("the certificate's key", config.listener.tls_key),
    ]
    if _holds_password(config.database.url):
        named.append(("the settings file, which holds a password,", settings))
    for what, path in named:
        if path is not None:
            yield _secret(path, what)


def _holds_password(url: str) -> bool:
    try:
        return bool(url and make_url(url).password)
    except ArgumentError:
        return False


def _secret(path: Path, what: str) -> Secret:
    try:
        found = path.stat()
        around = [one.stat().st_mode for one in path.resolve().parents]
    except FileNotFoundError:
        return Secret(str(path), what, exists=False)
    except OSError:
        return Secret(str(path), what, readable=False)
    mode = stat.S_IMODE(found.st_mode)
    if found.st_uid != os.geteuid():
        mode &= ~stat.S_IRWXG  # root's file with our group: that is how we read it
    reachable = all(one & stat.S_IXOTH for one in around)
    return Secret(str(path), what, True, os.access(path, os.R_OK), mode, reachable)
