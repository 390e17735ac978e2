"""Words of ours in copies of posts: each member reads them in their language, and gets one copy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from archive import ids
from archive.db import Database
from dgroup import deliveries, expansion, expiry, posting
from dgroup.changes import ChangeMember
from dgroup.people import members
from dgroup.people.spoken import FRESH
from dgroup.sending.stock import claim
from dgroup.tables import outbox_mails
from dgroup.tables_outbox import spoken_mails
from dgroup.takedown import take_down
from tests.dgroup.desk import Desk, opened
from tests.dgroup.office import later
from tests.dgroup.test_waited import FILE, HTML

LANGUAGES = ("en", "fr", "es", "pt", "nl")
QUOTE = "> said\r\n" * 20 + "\r\nI agree."
FOOTERS = {
    "en": "To leave the group, ",
    "fr": "Pour quitter le groupe, ",
    "es": "Para salir del grupo, ",
    "pt": "Para sair do grupo, ",
}
QUOTES = {
    "en": "20 quoted lines",
    "fr": "20 lignes citées",
    "es": "20 líneas citadas",
    "pt": "20 linhas citadas",
}


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database, keep_from_for=("home.example",)) as made:
        made.join("ana@ngo.example", "Ana")
        for language in LANGUAGES:
            made.join(f"{language}@ngo.example", language=language)
            made.join(f"{language}@home.example", language=language)
            light = made.join(f"{language}-light@ngo.example", language=language)
            with made.db.write() as conn:
                wish = ChangeMember(light.address, light=True)
                members.change(conn, made.group.info, wish, made.now)
        yield made


def got(desk: Desk) -> dict[str, EmailMessage]:
    """Expand and claim everything, a few copies at a time."""
    found: dict[str, EmailMessage] = {}
    while True:
        with desk.db.write() as conn:
            items = claim(desk.db, conn, "n1", desk.now, 3, 0).items
            for item in items:
                whole = deliveries.load_mail(conn, item.mail_id).whole
                mail = message_from_bytes(whole, policy=policy.default)
                assert isinstance(mail, EmailMessage)
                assert item.recipient not in found
                found[item.recipient] = mail
        if not items:
            return found


def text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain", "html"))
    assert isinstance(body, EmailMessage)
    return " ".join(str(body.get_content()).split())


async def test_footers_and_marks_are_in_the_members_own_language(desk: Desk) -> None:
    desk.set(footer="on")
    head = "Content-Type: text/plain; charset=utf-8\r\n"
    await desk.send("water", QUOTE, headers=head)
    mails = got(desk)
    assert len(mails) == 16
    for language in LANGUAGES:
        known = language if language in FOOTERS else "en"
        whole = text(mails[f"{language}@ngo.example"])
        light = text(mails[f"{language}-light@ngo.example"])
        assert FOOTERS[known] in whole
        assert QUOTES[known] in light
        assert FOOTERS[known] in light
        assert light.count("water-leave@") == whole.count("water-leave@") == 1
    assert got(desk) == {}


async def test_each_form_has_each_language(desk: Desk) -> None:
    desk.set(footer="on", links_above=100)
    await desk.send("water", FILE[1], headers="MIME-Version: 1.0\r\n" + FILE[0], policy_="reject")
    mails = got(desk)
    for language in LANGUAGES:
        known = language if language in FOOTERS else "en"
        kept, alias = mails[f"{language}@home.example"], mails[f"{language}@ngo.example"]
        assert kept["From"] == "Ana <ana@ngo.example>"
        assert "water+a-" in alias["From"]
        for mail in (kept, alias):
            words = [str(part.get_content()) for part in mail.iter_parts()]
            assert FOOTERS[known] in words[0]
            assert re.search(
                {"fr": "Fichier", "es": "Fichero", "pt": "Ficheiro"}.get(known, "File"), words[1]
            )


async def test_without_words_of_ours_there_is_one_mail(desk: Desk) -> None:
    desk.set(footer="Ours", remote_images="off")
    await desk.send("water", HTML[1], headers=HTML[0])
    with desk.db.read() as conn:
        forms = conn.execute(select(spoken_mails.c.form)).scalars().all()
        variants = conn.execute(select(outbox_mails.c.variant)).scalars().all()
    assert set(forms) <= {"light"}
    assert sorted(variants).count("") == 1
    desk.set(footer="")
    await desk.send("water", "Short.")
    with desk.db.read() as conn:
        assert len(conn.execute(select(spoken_mails)).all()) == len(forms)


async def test_a_large_mail_is_kept_in_one_language(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "SPOKEN_SIZE", 100)
    desk.set(footer="on")
    await desk.send("water", QUOTE, headers="Content-Type: text/plain; charset=utf-8\r\n")
    mails = got(desk)
    assert FOOTERS["en"] in text(mails["fr@ngo.example"])
    assert QUOTES["fr"] in text(mails["fr-light@ngo.example"])


async def test_who_changes_their_language_gets_one_copy_in_the_new_one(desk: Desk) -> None:
    desk.set(footer="on")
    await desk.send("water", "Hello", headers="Content-Type: text/plain; charset=utf-8\r\n")
    with desk.db.write() as conn:
        (fanout,) = expansion.open_fanouts(conn)
        assert len(expansion.expand(desk.db, conn, fanout, desk.now, chunk=3)) == 3
        wish = ChangeMember("pt@ngo.example", language="fr")
        members.change(conn, desk.group.info, wish, desk.now)
    assert FOOTERS["fr"] in text(got(desk)["pt@ngo.example"])


async def test_a_language_that_is_new_in_the_group_is_seen(database: Database) -> None:
    with opened(database) as desk:
        desk.set(footer="on")
        desk.join("ana@ngo.example")
        await desk.send("water", "One")
        desk.join("luc@ngo.example", language="fr")
        await desk.send("water", "Two")
        with desk.db.write() as conn:
            wish = ChangeMember("ana@ngo.example", language="pt")
            members.change(conn, desk.group.info, wish, desk.now)
        desk.later(seconds=FRESH.total_seconds())
        await desk.send("water", "Three")
        with desk.db.read() as conn:
            found = conn.execute(select(spoken_mails.c.language).order_by("outbox_mail_id"))
            assert found.scalars().all() == ["fr", "fr", "pt"]


async def test_such_copies_stay_as_long_as_they_are_needed_and_go_with_the_post(desk: Desk) -> None:
    desk.set(footer="on")
    await desk.send("water", "Hello", message_id="m@ngo.example")
    with desk.db.write() as conn:
        expiry.expire(conn, later(86_400 * 40), 14)
        before = conn.execute(select(outbox_mails.c.id)).scalars().all()
        assert len(before) == 4
        take_down(desk.db, conn, desk.group, ids.key_of("m@ngo.example"), desk.now)
        assert set(conn.execute(select(outbox_mails.c.head)).scalars()) == {b""}
        expiry.expire(conn, later(86_400 * 40), 14)
        assert conn.execute(select(outbox_mails.c.id)).all() == []
        assert conn.execute(select(spoken_mails)).all() == []
