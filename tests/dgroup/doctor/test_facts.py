"""The doctor's look at a real folder and database: what `dgroup init` makes is healthy, and what happens to it is seen."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert

from archive.db import Database
from dgroup import config, migrate
from dgroup.doctor import facts as doctor_facts
from dgroup.doctor.checkup import Facts, Store
from dgroup.nodes import alone
from dgroup.runtime import prepare
from dgroup.tables import audit, deliveries, fanouts, outbox_mails, quarantine

NOW = datetime(2026, 3, 23, 12, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=3)


@pytest.fixture
def settings(tmp_path: Path) -> config.Config:
    path = tmp_path / "config.toml"
    path.write_text('[site]\ndata_dir = "data"\n', "utf-8")
    made = config.load(path, {})
    prepare(made, NOW)
    return made


def looked(settings: config.Config) -> Facts:
    return doctor_facts.gather(settings, None, NOW, None)


def test_what_init_makes_is_healthy(settings: config.Config) -> None:
    found = looked(settings)
    assert found.store == Store(revision=migrate.head(), head=migrate.head())
    assert [disk.what for disk in found.disks] == ["data_dir", "public_dir"]
    assert all(disk.exists and disk.writable and disk.free for disk in found.disks)
    assert [(one.what, one.mode) for one in found.secrets] == [("the database", 0o600)]
    assert (found.names, found.smarthost, found.web) == (None, None, None)


def test_before_init_there_is_nothing(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("", "utf-8")
    found = looked(config.load(path, {}))
    assert found.store.revision is None
    assert not any(disk.exists for disk in found.disks)


def test_what_is_no_database_is_told(settings: config.Config) -> None:
    assert settings.database_file is not None
    settings.database_file.write_bytes(b"certainly not a database" * 100)
    assert looked(settings).store.problem == "file is not a database"


def test_a_database_that_cannot_be_reached_is_told(tmp_path: Path) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
    found = looked(config.parse(f'[database]\nurl = "{url}"\n'))
    assert "onnection" in found.store.problem
    assert looked(config.parse('[database]\nurl = "rubbish"\n')).store.problem.startswith(
        "database.url"
    )


def test_damage_in_the_file_is_told(settings: config.Config) -> None:
    path = settings.database_file
    assert path is not None
    db = Database(settings.database_url)
    with db.write() as conn:
        for number in range(2000):
            conn.execute(insert(audit).values(_line(number)))
    db.dispose()
    octets = bytearray(path.read_bytes())
    middle = len(octets) // 2 // 4096 * 4096
    octets[middle : middle + 8192] = b"\xff" * 8192
    path.write_bytes(octets)
    found = looked(settings).store
    assert found.broken or found.problem


def _line(number: int) -> dict[str, object]:
    return {
        "at": EARLIER, "envelope_id": f"e{number}", "group_id": 1, "recipient": "r", "sender": "s",
        "message_id": f"m{number}", "event": "posted", "reason": "member",
    }  # fmt: skip


def _outbox_mail(conn: Connection, number: int, at: datetime) -> None:
    row = {
        "id": number, "group_id": 1, "class": "letter", "variant": "", "body_offset": 0, "head": b"",
        "message_id": f"m{number}", "created_at": at,
    }  # fmt: skip
    conn.execute(insert(outbox_mails).values(row))


def test_what_waits_too_long_is_seen_in_rows_and_in_fan_outs(settings: config.Config) -> None:
    db = Database(settings.database_url)
    with db.write() as conn:
        _outbox_mail(conn, 1, NOW)
        for to, moment in (("a@x.example", NOW + timedelta(hours=1)), ("b@x.example", EARLIER)):
            conn.execute(
                insert(deliveries).values(
                    outbox_mail_id=1, recipient=to, envelope_from="", state="pending",
                    not_before=moment, created_at=EARLIER,
                )
            )  # fmt: skip
    assert looked(settings).store.due_since == EARLIER
    with db.write() as conn:
        _outbox_mail(conn, 2, EARLIER - timedelta(hours=1))
        conn.execute(insert(fanouts).values(outbox_mail_id=2, group_id=1, cutoff=9))
    db.dispose()
    assert looked(settings).store.due_since == EARLIER - timedelta(hours=1)


def test_a_service_at_work_and_the_log_are_seen(settings: config.Config) -> None:
    db = Database(settings.database_url)
    with db.write() as conn:
        conn.execute(insert(audit).values(_line(1)))
    db.dispose()
    with alone.hold(settings.site.data_dir, about="dg:x:listen"):
        found = looked(settings).store
    assert (found.running, found.newest) == (True, EARLIER)
    assert not looked(settings).store.running


def test_secrets_that_others_can_read_are_seen(tmp_path: Path) -> None:
    secret, file = tmp_path / "password", tmp_path / "config.toml"
    secret.write_text("hush")
    secret.chmod(0o644)
    file.write_text(
        '[relay]\npassword_file = "password"\n'
        '[database]\nurl = "postgresql://dgroup:hush@127.0.0.1:1/x"\n'
        '[dkim]\nkey_file = "absent.pem"\n'
    )
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and len(folder.parts) > 2:
            folder.chmod(folder.stat().st_mode | 0o711)
    found = {
        one.what: one for one in doctor_facts.gather(config.load(file, {}), file, NOW, None).secrets
    }
    assert found["the smarthost's password"].mode == 0o644
    assert found["the smarthost's password"].reachable
    assert not found["the DKIM key"].exists
    assert "the settings file, which holds a password," in found
    tmp_path.chmod(0o700)
    closed = doctor_facts.gather(config.load(file, {}), file, NOW, None).secrets
    assert not any(one.reachable for one in closed if one.exists)


def test_this_machine_has_addresses_but_not_the_loopbacks() -> None:
    assert not doctor_facts.local_addresses() & {"127.0.0.1", "::1"}


def test_quarantine_is_counted(settings: config.Config) -> None:
    db = Database(settings.database_url, foreign_keys=False)
    with db.write() as conn:
        conn.execute(
            insert(quarantine).values(
                mail_id=1, envelope_id="e", recipient="r", error="e", state="waiting", at=NOW
            )
        )
    db.dispose()
    assert looked(settings).store.quarantined == 1


def test_both_engines_are_looked_into(tmp_path: Path, db_url: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f'[database]\nurl = "{db_url}"\n', "utf-8")
    made = config.load(path, {})
    prepare(made, NOW)
    found = looked(made).store
    assert (found.problem, found.revision, found.running) == ("", migrate.head(), False)
    if db_url.startswith("sqlite"):
        assert found.ahead_s is None
    else:
        assert found.ahead_s is not None
        assert abs(found.ahead_s) < 30
