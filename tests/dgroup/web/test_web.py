"""The web edge as browsers, mail programs and link scanners meet it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from archive import store
from archive.db import Database
from archive.drafts import NewPost
from archive.model import ArchiveMode
from archive.parse import parse
from archive.search import index_pending
from archive.text import own_words
from dgroup import tokens
from dgroup.groups import NewGroup
from dgroup.model import Group, Membership, MemberState
from dgroup.people import members
from dgroup.runtime import Runtime
from dgroup.tables import deliveries, memberships
from dgroup.web import WebServer
from dgroup.writer import Writer
from tests.dgroup.http_talk import Answer, ask
from tests.dgroup.running import NOW, group_on, member_on, runtime_on

ONE_CLICK = b"List-Unsubscribe=One-Click"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@dataclass(slots=True)
class Site:
    """A running web server with a group and a member."""

    runtime: Runtime
    group: Group
    ana: Membership
    address: tuple[str, int] = ("", 0)
    woken: list[bool] = field(default_factory=list)

    @property
    def link(self) -> str:
        return f"/_/leave/{tokens.make('leave', self.ana.id, self.runtime.keyring)}"

    def state(self) -> MemberState:
        with self.runtime.db.read() as conn:
            found = members.by_id(conn, self.ana.id)
            assert found is not None
            return found.state

    async def get(self, path: str, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await ask(self.address, path, headers=named)

    async def click(self, body: bytes = ONE_CLICK) -> Answer:
        return await ask(self.address, self.link, "POST", body, FORM)


@pytest.fixture
async def site(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    runtime = runtime_on(sqlite_database, tmp_path)
    group = group_on(sqlite_database, NewGroup("water", "Water & wells"))
    made = Site(runtime, group, member_on(sqlite_database, group, "ana@ngo.example", language="fr"))
    writer = Writer(runtime.db)
    server = WebServer(
        runtime.config.web, runtime, writer, lambda: NOW, lambda: made.woken.append(True)
    )
    made.address = await server.start()
    yield made
    await server.stop()
    await asyncio.to_thread(writer.close)


def post(runtime: Runtime, group: Group, number: int, words: str, subject: str = "Wells") -> str:
    raw = (
        f"From: Bintou <bintou@ngo.example>\r\nSubject: {subject}\r\n"
        f"Message-ID: <{group.name}-{number}@ngo.example>\r\n\r\n{words}\r\n"
    ).encode()
    message = parse(raw)
    at = NOW + timedelta(minutes=number)
    with runtime.db.write() as conn:
        mail_id = store.store_mail(conn, raw, message.digest, "bintou@ngo.example", at)
        new = NewPost(
            message=message,
            mail_id=mail_id,
            received_at=at,
            own=own_words(message.text),
            addresses=(group.address,),
        )
        added = store.add_post(runtime.db, conn, group.info, new)
    index_pending(runtime.db)
    return added.post.key


# --- Leaving ----------------------------------------------------------------------------------


async def test_opening_the_link_changes_nothing(site: Site) -> None:
    for method in ("GET", "HEAD"):
        answer = await ask(site.address, site.link, method)
        assert answer.status == 200
    assert site.state() is MemberState.ACTIVE
    assert not site.woken


async def test_the_page_asks_with_a_button_in_the_members_language(site: Site) -> None:
    page = await site.get(site.link, accept_language="es")
    assert '<html lang="fr"' in page.text
    assert '<form method="post">' in page.text
    assert 'name="List-Unsubscribe" value="One-Click"' in page.text
    assert "Water &amp; wells" in page.text
    assert "ana@" not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-robots-tag"] == "noindex, nofollow"


async def test_one_click_leaves_at_once_without_cookie_or_redirect(site: Site) -> None:
    answer = await site.click()
    assert answer.status == 200
    assert "location" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert site.state() is MemberState.LEFT
    assert site.woken == [True]
    with site.runtime.db.read() as conn:
        assert conn.execute(select(deliveries.c.recipient)).scalars().all() == ["ana@ngo.example"]


async def test_the_token_may_have_lost_its_case(site: Site) -> None:
    link = site.link
    head, _, token = link.rpartition("/")
    answer = await ask(site.address, f"{head}/{token.upper()}", "POST", ONE_CLICK, FORM)
    assert answer.status == 200
    assert site.state() is MemberState.LEFT


async def test_a_second_click_is_told_kindly_and_mails_nobody(site: Site) -> None:
    await site.click()
    again = await site.click()
    assert again.status == 200
    assert (await site.get(site.link)).status == 200
    assert '<form method="post">' not in (await site.get(site.link)).text
    with site.runtime.db.read() as conn:
        assert len(conn.execute(select(deliveries)).all()) == 1


@pytest.mark.parametrize("body", [b"", b"List-Unsubscribe=No", b"x" * 1000])
async def test_a_post_that_does_not_say_so_is_asked_again(site: Site, body: bytes) -> None:
    answer = await site.click(body)
    assert answer.status == 400
    assert '<form method="post">' in answer.text
    assert site.state() is MemberState.ACTIVE


async def test_a_body_larger_than_any_form_is_refused(site: Site) -> None:
    assert (await site.click(b"a" * 20_000)).status == 413
    assert site.state() is MemberState.ACTIVE


@pytest.mark.parametrize("token", ["xyzzy", "a" * 26, "%2e%2e", "a" * 5000])
async def test_a_token_of_nobody_gets_a_kind_page(site: Site, token: str) -> None:
    for method in ("GET", "POST"):
        answer = await ask(site.address, f"/_/leave/{token}", method, ONE_CLICK, FORM)
        assert answer.status == 404
        assert "<h1>" in answer.text
        assert token not in answer.text


async def test_a_bounce_token_is_no_leave_token(site: Site) -> None:
    token = tokens.make("bounce", site.ana.id, site.runtime.keyring)
    answer = await ask(site.address, f"/_/leave/{token}", "POST", ONE_CLICK, FORM)
    assert answer.status == 404
    assert site.state() is MemberState.ACTIVE


async def test_the_token_of_a_deleted_member_names_nobody(site: Site) -> None:
    link = site.link
    with site.runtime.db.write() as conn:
        conn.execute(memberships.delete())
    assert (await ask(site.address, link, "POST", ONE_CLICK, FORM)).status == 404


async def test_clicks_at_the_same_time_make_one_letter(site: Site) -> None:
    answers = await asyncio.gather(*(site.click() for _ in range(8)))
    assert {answer.status for answer in answers} == {200}
    with site.runtime.db.read() as conn:
        assert len(conn.execute(select(deliveries)).all()) == 1


async def test_other_methods_are_refused(site: Site) -> None:
    for method in ("PUT", "DELETE"):
        answer = await ask(site.address, site.link, method)
        assert answer.status == 405
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_no_error_is_shown_when_the_database_is_away(site: Site) -> None:
    with site.runtime.db.write() as conn:
        conn.execute(text("PRAGMA foreign_keys=OFF"))
        conn.execute(text("ALTER TABLE memberships RENAME TO gone"))
    answer = await site.click()
    assert answer.status == 503
    assert answer.headers["retry-after"] == "60"
    assert "memberships" not in answer.text


# --- Search -----------------------------------------------------------------------------------


async def test_search_lists_posts_newest_first_with_their_pages(site: Site) -> None:
    first = post(site.runtime, site.group, 1, "The pump at Léo broke again.")
    second = post(site.runtime, site.group, 2, "A new pump is coming.", subject="Re: Wells")
    post(site.runtime, site.group, 3, "Nothing to do with it.")
    page = await site.get("/_/search?q=pump&group=water")
    assert page.status == 200
    links = re.findall(r'href="\.\./water/m/../(\w{16})\.html"', page.text)
    assert links == [second, first]
    assert "The pump at Léo broke again." in page.text
    assert "Bintou" in page.text


async def test_search_over_all_public_groups_names_them(site: Site) -> None:
    other = group_on(site.runtime.db, NewGroup("honey", "Honey"))
    post(site.runtime, site.group, 1, "about pumps")
    post(site.runtime, other, 1, "about pumps")
    page = (await site.get("/_/search?q=pumps")).text
    assert "<bdi>Honey</bdi>" in page
    assert "<bdi>Water &amp; wells</bdi>" in page


async def test_a_group_that_is_not_public_is_never_searched(site: Site) -> None:
    closed = group_on(site.runtime.db, NewGroup("closed", "Closed", archive=ArchiveMode.MEMBERS))
    post(site.runtime, closed, 1, "a secret about pumps")
    for path in ("/_/search?q=pumps", "/_/search?q=pumps&group=water"):
        page = await site.get(path)
        assert page.status == 200
        assert "secret" not in page.text
    hidden = await site.get("/_/search?q=pumps&group=closed")
    absent = await site.get("/_/search?q=pumps&group=nobody")
    assert hidden.status == absent.status == 404
    assert hidden.body == absent.body


async def test_what_was_asked_is_shown_as_text_only(site: Site) -> None:
    page = await site.get("/_/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert page.status == 200
    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text


async def test_addresses_in_what_is_found_are_masked(site: Site) -> None:
    post(site.runtime, site.group, 1, "Write to chief@pump.example about pumps", "for x@y.example")
    page = (await site.get("/_/search?q=pumps&group=water")).text
    assert "chief@..." in page
    assert "pump.example" not in page
    assert "y.example" not in page


@pytest.mark.parametrize(
    "query", ["", "%20", "AND%20OR(", "%00", "%22", "*", "-", "a" * 3000, "%F0%9F%92%A7"]
)
async def test_no_question_is_an_error(site: Site, query: str) -> None:
    answer = await site.get(f"/_/search?q={query}")
    assert answer.status == 200
    assert "<form" in answer.text


async def test_search_speaks_the_groups_language_else_the_browsers(site: Site) -> None:
    group_on(site.runtime.db, NewGroup("agua", "Agua", language="es"))
    assert '<html lang="es"' in (await site.get("/_/search?group=agua", accept_language="fr")).text
    assert '<html lang="fr"' in (await site.get("/_/search", accept_language="de,fr-BF;q=0.8")).text
    assert '<html lang="en"' in (await site.get("/_/search", accept_language="de")).text


# --- The rest ---------------------------------------------------------------------------------


async def test_the_public_tree_is_served_below_it(site: Site) -> None:
    page = site.runtime.config.public_path / "water/index.html"
    page.parent.mkdir(parents=True)
    page.write_text("home")
    assert (await site.get("/water/")).body == b"home"


async def test_a_page_that_is_not_there_has_the_look_and_a_way_on(site: Site) -> None:
    page = await site.get("/water/2026/03/gone.html", accept_language="pt")
    assert page.status == 404
    assert '<html lang="pt"' in page.text
    assert 'href="../../../static/style.css"' in page.text
    assert 'action="../../../_/search"' in page.text
    assert (await site.get("/_/nothing")).status == 404


async def test_no_page_of_ours_runs_a_script_or_asks_elsewhere(site: Site) -> None:
    for path in (site.link, "/_/search?q=x", "/nothing", "/_/leave/x"):
        page = await site.get(path)
        assert page.headers["content-security-policy"].startswith("default-src 'none'")
        assert "<script" not in page.text
        assert not re.findall(r'(?:src|href)="https?:', page.text)


async def test_a_port_that_is_taken_is_an_error_of_the_start_alone(site: Site) -> None:
    taken = site.runtime.config.web.__class__(port=site.address[1])
    writer = Writer(site.runtime.db)
    with pytest.raises(OSError, match="in use"):
        await WebServer(taken, site.runtime, writer, lambda: NOW).start()
    writer.close()
    assert (await site.get("/_/search")).status == 200
