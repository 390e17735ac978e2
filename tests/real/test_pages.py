"""The archive in a real browser: phone and desktop, light and dark, without a web server too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, ViewportSize

from archive.publish import Publisher, Setting
from archive.takedown import remove_post
from tests.archive.seeds import NOW, SITE, add_raw, now, raw_mails, seed_group
from tests.archive.weeks import store_week
from tests.real.parts import chromium, page_at, scrolls_sideways, served, violations
from tests.stores import new_store

_DATA = Path(__file__).resolve().parents[1] / "data"
_PAGES = (
    "index.html",
    "seeds/index.html",
    "seeds/2026/index.html",
    "seeds/2026/03/index.html",
    "seeds/2026/03/saving-bean-seed.html",
    "seeds/2026/03/yields-three-seasons.html",
    "seeds/m/dp/dpnccwnzr7lxzdtm.html",
    "seeds/files/2026.html",
    "seeds/links/2026.html",
    "seeds/week/2026-W10.html",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module", params=["en", "ar"])
def public(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published archive of our own mails, left to right and right to left."""
    folder = tmp_path_factory.mktemp("pages")
    db = new_store(f"sqlite:///{folder / 'test.db'}")
    group = seed_group(db, language=request.param)
    added = add_raw(db, group, *raw_mails())
    store_week(db, group)
    with db.write() as conn:
        remove_post(db, conn, group, added[7].post.key, NOW)
    Publisher(db, Setting(SITE, folder / "public", _DATA)).verify([group], now)
    db.dispose()
    return folder / "public"


def test_pages_are_accessible_and_fit_every_window(browser: Browser, public: Path) -> None:
    with served(public) as address:
        for path in _PAGES:
            with page_at(browser, f"{address}/{path}", 390, 844) as page:
                assert violations(page) == [], path
                for width in (1280, 390, 320):
                    page.set_viewport_size({"width": width, "height": 844})
                    assert not scrolls_sideways(page), f"{path} at {width}"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_reading_pages_are_accessible_on_a_desk_and_in_the_dark(
    browser: Browser, public: Path, width: int, scheme: Literal["light", "dark"]
) -> None:
    size = ViewportSize(width=width, height=844)
    with served(public) as address:
        context = browser.new_context(color_scheme=scheme, viewport=size)
        page = context.new_page()
        for path in (_PAGES[1], _PAGES[4], _PAGES[6]):
            page.goto(f"{address}/{path}")
            assert violations(page) == [], path
        context.close()


def test_a_page_is_two_requests_and_logs_nothing(browser: Browser, public: Path) -> None:
    with served(public) as address:
        context = browser.new_context()
        page = context.new_page()
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.goto(f"{address}/seeds/2026/03/saving-bean-seed.html")
        page.wait_for_load_state("networkidle")
        context.close()
    assert [url for url in asked if not url.startswith("data:")] == [
        f"{address}/seeds/2026/03/saving-bean-seed.html",
        f"{address}/static/style.css",
    ]
    assert said == []


def test_a_copy_on_a_stick_is_styled_and_its_links_work(browser: Browser, public: Path) -> None:
    with page_at(browser, (public / "index.html").as_uri(), 390, 844) as page:
        page.locator("main a").first.click()
        assert page.url.endswith("seeds/index.html")
        page.locator("a[href$='saving-bean-seed.html']").first.click()
        paper = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        assert paper != "rgba(0, 0, 0, 0)"
        page.locator("article .x a").nth(1).click()
        assert "/m/" in page.url


def test_long_quotes_are_folded_and_open_on_a_tap_and_in_print(
    browser: Browser, public: Path
) -> None:
    folder = public / "seeds/m"
    path = next(path for path in folder.rglob("*.html") if "<details>" in path.read_text())
    with page_at(browser, path.as_uri(), 390, 844) as page:
        quote = page.locator("details > *:not(summary)").first
        assert not quote.is_visible()
        page.emulate_media(media="print")
        assert quote.is_visible()
        page.emulate_media(media="screen")
        page.locator("summary").first.click()
        assert quote.is_visible()


def test_hostile_mail_stays_text(browser: Browser, public: Path) -> None:
    path = next(
        path for path in (public / "seeds/2026/03").glob("*.html") if "&lt;img" in path.read_text()
    )
    with page_at(browser, path.as_uri()) as page:
        dialogs: list[str] = []
        page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        assert page.locator("script, img").count() == 0
        assert "<img src=x onerror=alert(1)>" in page.locator(".b").inner_text()
        assert dialogs == []
