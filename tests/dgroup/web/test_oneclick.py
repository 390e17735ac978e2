"""Leaving by a click: what the body must say, and that it does what the command by mail does."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from archive.db import Database
from dgroup.apply import Work
from dgroup.model import MemberState, Role
from dgroup.people import members
from dgroup.runtime import Runtime, caps
from dgroup.tables import audit, codes, deliveries, fanouts, memberships, outbox_mails
from dgroup.web.oneclick import Click, asks_to_leave, find, leave
from tests.dgroup.running import DOMAIN, NOW, group_on, member_on, runtime_on

CLICK = Click("web-1", "192.0.2.7", NOW)
FORM = "application/x-www-form-urlencoded"


def multipart(name: str, value: str) -> tuple[str, bytes]:
    body = (
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n--x--\r\n'
    ).encode()
    return "multipart/form-data; boundary=x", body


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FORM, b"List-Unsubscribe=One-Click"),
        (FORM + "; charset=utf-8", b"a=b&List-Unsubscribe=One-Click"),
        ("", b"List-Unsubscribe=One-Click"),
        multipart("List-Unsubscribe", "One-Click"),
    ],
)
def test_both_ways_to_say_it_are_understood(kind: str, body: bytes) -> None:
    assert asks_to_leave(kind, body)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (FORM, b""),
        (FORM, b"List-Unsubscribe=Maybe"),
        (FORM, b"list-unsubscribe=yes"),
        (FORM, "List-Unsubscribe=One-Click&é=é".encode()),
        (FORM, b"&".join(b"a=b" for _ in range(500)) + b"&List-Unsubscribe=One-Click"),
        multipart("List-Unsubscribe", "no"),
        multipart("other", "One-Click"),
        ("multipart/form-data", b"List-Unsubscribe=One-Click"),
    ],
)
def test_anything_else_is_not_a_wish_to_leave(kind: str, body: bytes) -> None:
    assert not asks_to_leave(kind, body)


@given(st.text(max_size=60), st.binary(max_size=200))
def test_no_body_is_an_error(kind: str, body: bytes) -> None:
    asks_to_leave(kind, body)
    asks_to_leave(f"multipart/form-data; boundary={kind}", body)


def click(runtime: Runtime, member_id: int, at: Click = CLICK) -> Work | None:
    with runtime.db.write() as conn:
        return leave(conn, runtime.tools, caps(runtime.config), member_id, at)


def test_the_member_is_out_at_once_with_a_letter_that_undoes_it(
    database: Database, tmp_path: Path
) -> None:
    runtime, group = runtime_on(database, tmp_path), group_on(database)
    member_on(database, group, "boss@ngo.example", role=Role.COORDINATOR)
    ana = member_on(database, group, "Ana@ngo.example", language="es")
    work = click(runtime, ana.id)
    assert work is not None
    assert work.sends
    with database.read() as conn:
        now = members.by_id(conn, ana.id)
        assert now is not None
        assert now.state is MemberState.LEFT
        events = conn.execute(select(audit.c.event, audit.c.reason, audit.c.sender)).all()
        head = conn.execute(select(outbox_mails.c.head)).scalar_one()
        recipient = conn.execute(select(deliveries.c.recipient)).scalar_one()
        undo = conn.execute(select(codes.c.action, codes.c.expires_at)).one()
    assert ("left", "Ana@ngo.example", "ana@ngo.example") in [tuple(row) for row in events]
    assert ("command", "left", "ana@ngo.example") in [tuple(row) for row in events]
    assert b"DESHACER" in head
    assert b"-confirm+" in head
    assert recipient == "Ana@ngo.example"
    assert undo.action == "undo"
    assert undo.expires_at > NOW + timedelta(days=29)


def test_a_second_click_does_nothing_and_mails_nobody(database: Database, tmp_path: Path) -> None:
    runtime, group = runtime_on(database, tmp_path), group_on(database)
    ana = member_on(database, group, "ana@ngo.example")
    click(runtime, ana.id)
    again = click(runtime, ana.id, Click("web-2", "", NOW))
    assert again is not None
    assert not again.sends
    with database.read() as conn:
        assert len(conn.execute(select(deliveries)).all()) == 1


def test_the_link_works_again_for_who_came_back(database: Database, tmp_path: Path) -> None:
    runtime, group = runtime_on(database, tmp_path), group_on(database)
    ana = member_on(database, group, "ana@ngo.example")
    click(runtime, ana.id)
    with database.write() as conn:
        back = update(memberships).where(memberships.c.id == ana.id)
        conn.execute(back.values(state=MemberState.ACTIVE))
    work = click(runtime, ana.id, Click("web-2", "", NOW + timedelta(days=2)))
    assert work is not None
    assert work.sends


def test_the_last_coordinator_does_not_leave_silently(database: Database, tmp_path: Path) -> None:
    runtime, group = runtime_on(database, tmp_path), group_on(database)
    boss = member_on(database, group, "boss@ngo.example", role=Role.COORDINATOR)
    member_on(database, group, "ana@ngo.example")
    click(runtime, boss.id)
    with database.read() as conn:
        told = conn.execute(select(audit.c.event)).scalars().all()
        assert "no-coordinator" in told
        assert len(conn.execute(select(fanouts)).all()) == 1


def test_an_id_that_names_nobody_gives_nothing(database: Database, tmp_path: Path) -> None:
    runtime = runtime_on(database, tmp_path)
    assert click(runtime, 12345) is None
    with database.read() as conn:
        assert find(conn, 12345, DOMAIN) is None


def test_somebody_who_is_banned_stays_so(database: Database, tmp_path: Path) -> None:
    runtime, group = runtime_on(database, tmp_path), group_on(database)
    ana = member_on(database, group, "ana@ngo.example")
    with database.write() as conn:
        conn.execute(update(memberships).values(state=MemberState.BANNED))
    work = click(runtime, ana.id)
    assert work is not None
    assert not work.sends
    with database.read() as conn:
        assert conn.execute(select(memberships.c.state)).scalar_one() == MemberState.BANNED


def test_the_audit_keeps_no_token(database: Database, tmp_path: Path) -> None:
    runtime, group = runtime_on(database, tmp_path), group_on(database)
    ana = member_on(database, group, "ana@ngo.example")
    click(runtime, ana.id)
    with database.read() as conn:
        rows = conn.execute(select(audit.c.recipient).where(audit.c.envelope_id == "web-1"))
        assert set(rows.scalars()) == {f"water-leave@{DOMAIN}"}
