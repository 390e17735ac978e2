"""docs/urls.md and the code say the same."""

from __future__ import annotations

import inspect
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import ids
from archive.filenames import opens_inline

KEY = "abcdefghijklmnop"
_DOC = Path(__file__).resolve().parents[2] / "docs" / "urls.md"
_ROW = re.compile(r"^\| `([^`]+)` \| `([^`]+)` \|", re.MULTILINE)
_ROWS = _ROW.findall(_DOC.read_text("utf-8"))
_PATH_MAKERS = {
    name
    for name, made in inspect.getmembers(ids, inspect.isfunction)
    if name.endswith(("_path", "_page", "_place")) and not name.startswith("_")
} - {"brotli_path", "compressed_path", "local_path", "thread_path"}


@pytest.mark.parametrize(("path", "call"), _ROWS)
def test_the_document_says_what_the_code_makes(path: str, call: str) -> None:
    assert eval(call, {"KEY": KEY, **vars(ids)}) == path


def test_every_kind_of_path_is_in_the_document() -> None:
    assert {call.partition("(")[0] for _, call in _ROWS} == _PATH_MAKERS


def test_the_example_key_is_worked_out_as_the_document_says() -> None:
    assert ids.key_of("beans.1@ngo.example") == "dpnccwnzr7lxzdtm"
    assert ids.canonical_message_id(" <beans.1@ngo .example>\r\n") == "beans.1@ngo.example"
    assert ids.message_url("https://x.example", "seeds", KEY) == (
        f"https://x.example/seeds/m/ab/{KEY}.html"
    )


def test_index_pages_are_linked_by_their_folder_outside_and_by_name_inside() -> None:
    assert ids.url("https://x.example/", ids.home_path("seeds")) == "https://x.example/seeds/"
    assert ids.local_path("https://x.example", "https://x.example/seeds/") == "seeds/index.html"
    assert ids.local_path("https://x.example", "https://other.example/") == ""


def test_a_way_up_leads_to_the_root() -> None:
    page = ids.message_path("seeds", KEY)
    assert ids.up(page) == "../../../"
    assert ids.up(ids.site_path()) == ""
    assert ids.relative(ids.style_path(), page) == "../../../static/style.css"


@given(st.text(max_size=120))
def test_a_slug_is_safe_short_and_never_an_index(subject: str) -> None:
    name = ids.slug(subject, KEY)
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", name)
    assert len(name) <= 60
    assert name != "index"


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("Saving bean seed", "saving-bean-seed"),
        ("¿Cómo guardar la semilla?", "como-guardar-la-semilla"),
        ("حفظ بذور الفول", "thread-abcdef"),
        ("Index", "thread-abcdef"),
        ("word " * 30, "word-word-word-word-word-word-word-word-word-word-word-word"),
    ],
)
def test_slugs_are_readable(subject: str, name: str) -> None:
    assert ids.slug(subject, KEY) == name


def test_a_thread_stands_in_the_month_in_which_it_began() -> None:
    moment = datetime(2026, 3, 31, 23, 59, tzinfo=UTC)
    assert ids.thread_path(moment, "beans") == "2026/03/beans"


# --- Attachments ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filename", "content_type", "name"),
    [
        ("plan.pdf", "application/pdf", "plan.pdf"),
        ("guía de semillas.pdf", "application/pdf", "guia-de-semillas.pdf"),
        ("", "application/pdf", "part-3.pdf"),
        ("", "application/x-unknown", "part-3.bin"),
        ("../../etc/passwd", "text/plain", "passwd.txt"),
        ("C:\\temp\\report.doc", "application/msword", "report.doc"),
        ("run.me.sh", "application/x-sh", "run-me-sh.bin"),
        ("evil.php.pdf", "application/pdf", "evil-php.pdf"),
        ("notes.py", "text/x-python", "notes-py.txt"),
        ("page.html", "text/html", ""),
        ("page.HTM", "application/octet-stream", ""),
        ("image.svg", "image/svg+xml", ""),
        ("image.svg", "image/png", ""),
        ("picture.png", "text/html", ""),
        ("forwarded.eml", "application/octet-stream", ""),
        ("", "message/rfc822", ""),
        ("feed.xml", "text/xml", ""),
    ],
)
def test_an_attachment_gets_a_name_that_no_server_runs(
    filename: str, content_type: str, name: str
) -> None:
    assert ids.attachment_name(filename, content_type, 3) == name


@given(st.text(max_size=100), st.sampled_from(["application/pdf", "text/html", "image/png", "x/y"]))
def test_an_attachment_stays_in_its_folder(filename: str, content_type: str) -> None:
    name = ids.attachment_name(filename, content_type, 1)
    path = ids.attachment_path("seeds", KEY, 1, filename, content_type)
    assert bool(path) == bool(name)
    assert re.fullmatch(rf"(seeds/m/ab/{KEY}-1-[A-Za-z0-9._-]+)?", path)
    assert ".." not in path
    assert name.count(".") <= 1


def test_only_harmless_kinds_open_in_the_browser() -> None:
    assert opens_inline("plan.pdf")
    assert not opens_inline("run-me.bin")
    assert not opens_inline("x.doc")


# --- Addresses --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("ana@ngo.example", "ana@..."),
        ("Write to <ana.silva+x@ngo.example>.", "Write to <ana.silva+x@...>."),
        ("a@b@c", "a@...@..."),
        ("@ana is here", "@ana is here"),
        ("ana@ (nothing)", "ana@ (nothing)"),
        ("no address", "no address"),
        ("x@[192.0.2.1]", "x@[192.0.2.1]"),
        ("two: a@b.c,d@e.f", "two: a@...,d@..."),
    ],
)
def test_addresses_are_masked(text: str, masked: str) -> None:
    assert ids.masked(text) == masked


@given(st.text(alphabet="a.@\uff20\u200b\u00ad\u2060é %40"))
def test_no_way_to_look_for_signs_misses_one(text: str) -> None:
    found = [mark.span() for mark in ids._marks(text)]
    assert found == [mark.span() for mark in ids._AT.finditer(text)]


@given(st.text(alphabet="aa@@. -", max_size=60))
def test_no_address_survives_masking(text: str) -> None:
    assert not re.search(r"[a-z.-]@[a-z]", ids.masked(text))


def test_a_reply_link_carries_the_parent_twice() -> None:
    link = ids.reply_link("seeds", KEY, "x.example", "a+b@c", "Beans & more")
    assert link == (
        f"mailto:seeds+re-{KEY}@x.example"
        "?In-Reply-To=%3Ca%2Bb%40c%3E&Subject=Re%3A%20Beans%20%26%20more"
    )
    assert ids.command_address("seeds", "join", "x.example") == "seeds-join@x.example"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ana@b\u00fccher.example", "ana@..."),
        ("\u00fcnal@ngo.example", "\u00fcnal@..."),
        ('"ana p"@ngo.example', '"ana p"@...'),
        ("ana%40ngo.example", "ana%40..."),
        ("ana\uff20ngo.example", "ana\uff20..."),
        ("ana\u200b@\u200bngo.example", "ana\u200b@..."),
        ("\u4f60\u597d@\u5f20\u4e09 and @handle", "\u4f60\u597d@\u5f20\u4e09 and @handle"),
    ],
)
def test_addresses_are_hidden_however_they_are_written(text: str, shown: str) -> None:
    assert ids.masked(text) == shown


def test_no_address_stands_in_a_thread_name_a_file_name_or_a_reply_link() -> None:
    assert ids.slug("Ask ana@ngo.example about it", "k" * 16) == "ask-ana-about-it"
    assert ids.attachment_name("ana@ngo.example.pdf", "application/pdf", 1) == "ana.pdf"
    link = ids.reply_link("seeds", "k" * 16, "lists.example", "1@x", "Ask ana@ngo.example")
    assert "ngo" not in link
