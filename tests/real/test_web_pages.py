"""The live service's pages in a real browser: readable, accessible, and the button works."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.db import Database
from archive.render import Renderer
from dgroup import tokens
from dgroup.model import Membership, MemberState
from dgroup.people import members
from dgroup.runtime import Runtime
from dgroup.web import WebServer
from dgroup.writer import Writer
from tests.dgroup.running import NOW, group_on, member_on, runtime_on
from tests.real.browser import chromium, page_at, scrolls_sideways, violations


@dataclass(frozen=True, slots=True)
class Site:
    """A running web server with one member."""

    runtime: Runtime
    base: str
    ana: Membership

    @property
    def link(self) -> str:
        return f"{self.base}/_/leave/{tokens.make('leave', self.ana.id, self.runtime.keyring)}"


@pytest.fixture
async def site(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    runtime = runtime_on(sqlite_database, tmp_path)
    style = runtime.config.public_path / "static/style.css"
    style.parent.mkdir(parents=True)
    style.write_bytes(Renderer().style())
    ana = member_on(runtime.db, group_on(runtime.db), "ana@ngo.example", language="fr")
    writer = Writer(runtime.db)
    server = WebServer(runtime.config.web, runtime, writer, lambda: NOW)
    host, port = await server.start()
    yield Site(runtime, f"http://{host}:{port}", ana)
    await server.stop()
    await asyncio.to_thread(writer.close)


def _look(site: Site) -> list[str]:
    wrong = []
    with chromium() as browser:
        for path in (site.link, f"{site.base}/_/search", f"{site.base}/_/search?q=nothing"):
            for width in (390, 1280):
                with page_at(browser, path, width) as page:
                    wrong += violations(page)
                    wrong += [f"{path} at {width}: too wide"] * scrolls_sideways(page)
    return wrong


async def test_pages_are_accessible_on_a_phone_and_a_desktop(site: Site) -> None:
    assert await asyncio.to_thread(_look, site) == []


def _press(site: Site) -> tuple[str, list[str]]:
    with chromium() as browser, page_at(browser, site.link, 390) as page:
        page.get_by_role("button").click()
        page.wait_for_load_state()
        return page.inner_text("h1"), violations(page)


async def test_the_button_leaves_under_the_pages_own_policy(site: Site) -> None:
    said, wrong = await asyncio.to_thread(_press, site)
    assert "Water" in said
    assert wrong == []
    with site.runtime.db.read() as conn:
        found = members.by_id(conn, site.ana.id)
        assert found is not None
        assert found.state is MemberState.LEFT
