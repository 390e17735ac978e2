"""Atom and JSON feeds of a group."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from io import BytesIO
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from archive import mbox
from archive.db import Database
from archive.feeds import compressed, json_feed, month_mbox
from archive.feedtypes import Entry, FeedView, MailRow, MboxView
from archive.frames import Place
from archive.listviews import feed_view
from archive.render import Renderer
from archive.takedown import remove_post
from tests.archive.seeds import NOW, SITE, stored_seeds

_ATOM = "{http://www.w3.org/2005/Atom}"
_AT = datetime(2026, 3, 3, 14, 5, tzinfo=UTC)
_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)


def _feed(**changes: object) -> FeedView:
    entry = Entry("https://x.example/s/m/a.html", "T <&>", "Ana", _AT, "fr", 'Text & "more" ]]>')
    values: dict[str, object] = {
        "path": "s/feed.atom",
        "json_path": "s/feed.json",
        "language": "en",
        "title": "Seeds & more",
        "about": "",
        "home": "https://x.example/s/",
        "atom": "https://x.example/s/feed.atom",
        "json": "https://x.example/s/feed.json",
        "updated": _AT,
        "entries": (entry,),
    }
    return FeedView(**(values | changes))  # type: ignore[arg-type]  # a table of values for tests


def _row(**changes: object) -> MailRow:
    values: dict[str, object] = {
        "message_id": "a@x",
        "parent_mid": "",
        "author": "Ana",
        "at": _AT,
        "subject": "S",
        "url": "",
        "body": "b\n",
    }
    return MailRow(**(values | changes))  # type: ignore[arg-type]  # a table of values for tests


def _read(view: MboxView) -> list[bytes]:
    return [found.raw for found in mbox.read(BytesIO(gzip.decompress(month_mbox(view))))]


def test_an_atom_feed_is_xml_with_text_content() -> None:
    root = ET.fromstring(Renderer().page("feed.atom", "en", _feed()))
    assert root.tag == f"{_ATOM}feed"
    entry = root.find(f"{_ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{_ATOM}id") == "https://x.example/s/m/a.html"
    assert entry.findtext(f"{_ATOM}title") == "T <&>"
    assert entry.findtext(f"{_ATOM}content") == 'Text & "more" ]]>'
    assert root.findtext(f"{_ATOM}updated") == "2026-03-03T14:05:00Z"


def test_a_json_feed_has_the_same_entries() -> None:
    feed = json.loads(json_feed(_feed()))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["items"] == [
        {
            "id": "https://x.example/s/m/a.html",
            "url": "https://x.example/s/m/a.html",
            "title": "T <&>",
            "content_text": 'Text & "more" ]]>',
            "date_published": "2026-03-03T14:05:00Z",
            "authors": [{"name": "Ana"}],
            "language": "fr",
        }
    ]


def test_a_feed_has_the_last_posts_and_loses_removed_ones(database: Database) -> None:
    group = stored_seeds(database)
    with database.write() as conn:
        remove_post(database, conn, group, "icqrgio7ink6o3rh", NOW)
        view = feed_view(conn, Place(SITE, group))
    assert len(view.entries) == 8
    assert view.entries[0].title == "Re: Welcome"
    assert view.updated == datetime(2026, 3, 13, 9, 0, tzinfo=UTC)
    assert all(len(entry.text) <= 602 for entry in view.entries)
    assert all("@" not in entry.text.replace("@...", "") for entry in view.entries)


def test_a_month_is_an_mbox_that_mail_programs_read() -> None:
    rows = (
        _row(subject="Sécurité =?x?=", author='Lucía "L" Ortega', body="From the start\nok\n"),
        _row(message_id="b @x", parent_mid="a@x", url="https://x.example/m.html"),
    )
    first, second = (message_from_bytes(raw) for raw in _read(MboxView("p", rows)))
    assert str(make_header(decode_header(first["Subject"]))) == "Sécurité =?x?="
    assert first.get_payload(decode=True) == b"From the start\nok\n"
    assert first["From"].endswith("<author@masked.invalid>")
    assert second["Message-ID"] == "<b@x>"
    assert second["In-Reply-To"] == "<a@x>"
    assert second["Archived-At"] == "<https://x.example/m.html>"
    assert second["Date"] == "Tue, 03 Mar 2026 14:05:00 +0000"


@given(_TEXT, _TEXT, st.text(st.characters(exclude_categories=["Cs"]), max_size=99))
def test_no_name_subject_or_body_breaks_an_mbox(author: str, subject: str, body: str) -> None:
    rows = (_row(author=author, subject=subject, body=body), _row(message_id="last@x"))
    found = _read(MboxView("p", rows))
    assert len(found) == 2
    first = message_from_bytes(found[0])
    assert " ".join(str(make_header(decode_header(first["Subject"]))).split()) == " ".join(
        subject.split()
    )
    assert first["Message-ID"] == "<a@x>"
    assert all(len(line) <= 78 for line in found[0].split(b"\n\n")[0].split(b"\n") if b"=?" in line)


def test_compressed_files_carry_no_time() -> None:
    assert compressed(b"seeds" * 99) == compressed(b"seeds" * 99)
    assert compressed(b"x")[4:8] == bytes(4)
    assert gzip.decompress(compressed(b"seeds")) == b"seeds"
