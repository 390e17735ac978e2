"""The generated tree over HTTP: names, types, validators, twins, and nothing outside of it."""

from __future__ import annotations

import gzip
import itertools
import os
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from dgroup.web import static_pages
from dgroup.web.httpd import HttpServer
from dgroup.web.static_pages import (
    StaticPages,
    accepted_codings,
    headers_for,
    look_up,
    safe_path,
)
from tests.dgroup.http_talk import Answer, ask

KEY = "abcdefghijklmnop"
PAGE = "<!doctype html><title>Wells</title>" + "text " * 400


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small public tree with a secret beside it."""
    public = tmp_path / "public"
    files = {
        "index.html": "front",
        "static/style.css": "p { margin: 0 }",
        "robots.txt": "User-agent: *",
        "water/index.html": PAGE,
        "water/feed.atom": "<feed/>",
        "water/feed.json": "{}",
        "water/2026/03/wells.html": PAGE,
        f"water/m/ab/{KEY}.html": "post",
        f"water/m/ab/{KEY}.txt": "Grüße",
        f"water/m/ab/{KEY}-1-plan.pdf": "%PDF",
        f"water/m/ab/{KEY}-2-sheet.xlsx": "PK",
        f"water/m/ab/{KEY}-3-page.html": "<script>alert(1)</script>",
        f"water/m/ab/{KEY}-4-logo.svg": "<svg/>",
        "water/.hidden": "no",
    }
    for name, text in files.items():
        path = public / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (public / "water/index.html.gz").write_bytes(gzip.compress(PAGE.encode(), mtime=0))
    (public / "water/mbox").mkdir()
    (public / "water/mbox/2026-03.mbox.gz").write_bytes(gzip.compress(b"From", mtime=0))
    (public / "water/empty").mkdir()
    (tmp_path / "dgroup.db").write_text("secret")
    (public / "water/out.html").symlink_to(tmp_path / "dgroup.db")
    return public


async def _missing(request: Request) -> Response:
    return PlainTextResponse("nothing here", status_code=404)


@pytest.fixture
async def server(tree: Path) -> AsyncIterator[tuple[str, int]]:
    app = Starlette(routes=[Route("/{path:path}", StaticPages(tree, _missing).answer)])
    running = HttpServer(app, "127.0.0.1", 0)
    yield await running.start()
    await running.stop()


async def get(server: tuple[str, int], path: str, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await ask(server, path, headers=named)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/water/", "text/html; charset=utf-8"),
        ("/water/2026/03/wells.html", "text/html; charset=utf-8"),
        ("/static/style.css", "text/css; charset=utf-8"),
        ("/robots.txt", "text/plain; charset=utf-8"),
        (f"/water/m/ab/{KEY}.txt", "text/plain; charset=utf-8"),
        ("/water/feed.atom", "application/atom+xml; charset=utf-8"),
        ("/water/feed.json", "application/feed+json; charset=utf-8"),
        ("/water/mbox/2026-03.mbox.gz", "application/gzip"),
        (f"/water/m/ab/{KEY}-1-plan.pdf", "application/pdf"),
    ],
)
async def test_every_kind_of_page_has_its_type_and_no_script(
    server: tuple[str, int], path: str, kind: str
) -> None:
    answer = await get(server, path)
    assert answer.status == 200
    assert answer.headers["content-type"] == kind
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "script" not in answer.headers["content-security-policy"]
    assert "content-disposition" not in answer.headers
    assert "server" not in answer.headers


@pytest.mark.parametrize("name", ["2-sheet.xlsx", "3-page.html", "4-logo.svg"])
async def test_an_attachment_off_the_list_is_a_download_without_a_type(
    server: tuple[str, int], name: str
) -> None:
    answer = await get(server, f"/water/m/ab/{KEY}-{name}")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")


@pytest.mark.parametrize(
    "path",
    [
        "/../dgroup.db",
        "/%2e%2e/dgroup.db",
        "/water/..%2f..%2fdgroup.db",
        "/water/%2e%2e/%2e%2e/dgroup.db",
        "//etc/passwd",
        "/water//index.html",
        "/water/./index.html",
        "/water\\..\\..\\dgroup.db",
        "/water/%00index.html",
        "/water/.hidden",
        "/water/out.html",
        "/water/empty/",
        "/water/empty",
        "/water/2026/",
        "/nothing.html",
        "/water/index.html/",
    ],
)
async def test_nothing_else_is_there(server: tuple[str, int], path: str) -> None:
    answer = await get(server, path)
    assert answer.status == 404
    assert answer.body == b"nothing here"


async def test_a_folder_without_its_slash_is_moved_there(server: tuple[str, int]) -> None:
    answer = await get(server, "/water")
    assert answer.status == 301
    assert answer.headers["location"] == "water/"


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/wells/", "../water/"),
        ("/wells", "water/"),
        ("/wells/2026/03/wells.html", "../../../water/2026/03/wells.html"),
        (f"/wells/m/ab/{KEY}-1-plan.pdf", f"../../../water/m/ab/{KEY}-1-plan.pdf"),
    ],
)
async def test_the_pages_of_a_former_name_are_found_under_the_new_one(
    server: tuple[str, int], tree: Path, path: str, place: str
) -> None:
    (tree / "wells").symlink_to("water")
    answer = await get(server, path)
    assert (answer.status, answer.headers["location"]) == (301, place)
    assert (await get(server, urljoin(path, place))).status == 200


async def test_a_link_that_leads_out_of_the_tree_leads_nowhere(
    server: tuple[str, int], tree: Path, tmp_path: Path
) -> None:
    (tree / "wells").symlink_to(tmp_path)
    assert (await get(server, "/wells/dgroup.db")).status == 404


async def test_head_tells_the_same_without_the_page(server: tuple[str, int]) -> None:
    answer = await ask(server, "/water/2026/03/wells.html", "HEAD")
    assert answer.status == 200
    assert int(answer.headers["content-length"]) == len(PAGE)
    assert answer.body == b""


async def test_a_client_that_has_the_page_gets_none(server: tuple[str, int], tree: Path) -> None:
    first = await get(server, "/water/2026/03/wells.html")
    tag, changed = first.headers["etag"], first.headers["last-modified"]
    for headers in (
        {"if-none-match": tag},
        {"if-none-match": f'"old", W/{tag}'},
        {"if-modified-since": changed},
    ):
        again = await ask(server, "/water/2026/03/wells.html", headers=headers)
        assert (again.status, again.body) == (304, b"")
        assert again.headers["etag"] == tag
    path = tree / "water/2026/03/wells.html"
    path.write_text("newer")
    os.utime(path, (2_000_000_000, 2_000_000_000))
    assert (await get(server, "/water/2026/03/wells.html", if_none_match=tag)).body == b"newer"
    assert (await get(server, "/water/2026/03/wells.html", if_modified_since=changed)).status == 200
    bad = await get(server, "/water/2026/03/wells.html", if_modified_since="yesterday")
    assert bad.status == 200


async def test_the_compressed_twin_goes_to_who_takes_it(server: tuple[str, int]) -> None:
    small = await get(server, "/water/", accept_encoding="br;q=0, gzip")
    assert small.headers["content-encoding"] == "gzip"
    assert small.headers["content-type"] == "text/html; charset=utf-8"
    assert gzip.decompress(small.body) == PAGE.encode()
    plain = await get(server, "/water/", accept_encoding="gzip;q=0")
    assert "content-encoding" not in plain.headers
    assert plain.body == PAGE.encode()
    assert plain.headers["vary"] == small.headers["vary"] == "Accept-Encoding"
    assert plain.headers["etag"] != small.headers["etag"]
    alone = await get(server, "/robots.txt", accept_encoding="gzip")
    assert "content-encoding" not in alone.headers
    assert "vary" not in alone.headers


async def test_brotli_wins_where_it_is_there(server: tuple[str, int], tree: Path) -> None:
    (tree / "water/index.html.br").write_bytes(b"brotli bytes")
    answer = await get(server, "/water/", accept_encoding="gzip, br")
    assert answer.headers["content-encoding"] == "br"
    assert answer.body == b"brotli bytes"


async def test_a_part_of_a_file_can_be_asked_for(server: tuple[str, int]) -> None:
    answer = await get(server, f"/water/m/ab/{KEY}-1-plan.pdf", range="bytes=1-3")
    assert (answer.status, answer.body) == (206, b"PDF")


async def test_only_reading_is_allowed(server: tuple[str, int]) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert (await ask(server, "/water/", method)).status == 405


async def test_a_tree_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    app = Starlette(routes=[Route("/{path:path}", StaticPages(tmp_path / "no", _missing).answer)])
    running = HttpServer(app, "127.0.0.1", 0)
    address = await running.start()
    assert (await ask(address, "/")).status == 404
    await running.stop()


@given(st.text(max_size=40))
def test_no_path_leads_out_of_the_tree(path: str) -> None:
    relative = safe_path(path)
    if relative is not None:
        assert not Path(relative).is_absolute()
        assert ".." not in Path(relative).parts


@given(st.lists(st.sampled_from(["..", ".", "", "a", "..%2f", "~"]), max_size=6))
def test_nothing_above_the_root_is_found(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str]
) -> None:
    root = tmp_path_factory.getbasetemp().resolve()
    found = look_up(root, "/".join(parts), frozenset())
    assert found is None or found.path.resolve().is_relative_to(root)


@pytest.mark.parametrize(
    ("header", "codings"),
    [
        ("", set()),
        ("gzip", {"gzip"}),
        ("gzip, deflate, br", {"gzip", "br"}),
        ("GZIP;Q=0.5", {"gzip"}),
        ("br;q=0, gzip;q=1.0", {"gzip"}),
        ("*", {"gzip", "br"}),
        ("*, br;q=0", {"gzip"}),
        ("identity", set()),
        (";;,,q=", set()),
    ],
)
def test_accept_encoding_is_read_with_its_qualities(header: str, codings: set[str]) -> None:
    assert accepted_codings(header) & {"gzip", "br"} == codings


def test_a_name_in_a_header_cannot_break_out_of_it() -> None:
    told = headers_for(f'water/m/ab/{KEY}-1-a"b;c.bin')["Content-Disposition"]
    assert told == f'attachment; filename="{KEY}-1-a%22b%3Bc.bin"'


async def test_a_page_that_is_replaced_all_the_time_always_comes_whole(
    server: tuple[str, int], tree: Path
) -> None:
    page, done = tree / "water/2026/03/wells.html", threading.Event()

    def replace() -> None:
        for size in itertools.cycle(range(1, 60)):
            if done.is_set():
                return
            beside = page.with_name("wells~")
            beside.write_text(f"<p>{'x' * size * 97}</p>")
            beside.replace(page)

    writer = threading.Thread(target=replace)
    writer.start()
    try:
        for _ in range(300):
            answer = await get(server, "/water/2026/03/wells.html")
            assert answer.status == 200
            assert int(answer.headers["content-length"]) == len(answer.body)
    finally:
        done.set()
        writer.join()


def test_a_twin_that_goes_while_it_is_looked_up_gives_way_to_the_page(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, twin = tree.resolve(), tree / "water/index.html.gz"
    opened = static_pages._opened

    def late(path: Path, info: os.stat_result) -> tuple[os.stat_result, bytes | None] | None:
        twin.unlink(missing_ok=True)  # a publisher is here at this very moment
        return opened(path, info)

    monkeypatch.setattr(static_pages, "_opened", late)
    found = look_up(root, "water/index.html", frozenset({"gzip"}))
    assert found is not None
    assert (found.coding, found.data) == ("", PAGE.encode())
