"""A real browser on our pages: headless Chromium through playwright, and axe for accessibility."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.parts import program

# The machine may reach no other host: nothing of Chromium's own may try to.
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium. For tests that are not async; an async one calls in `asyncio.to_thread`."""
    path = program("chromium", "chromium", "/usr/bin")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(path), args=_FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def page_at(browser: Browser, url: str, width: int = 1280, height: int = 900) -> Iterator[Page]:
    """One page at a window size; page errors and failed requests of it fail the test."""
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("requestfailed", lambda request: wrong.append(f"{request.url}: {request.failure}"))
    page.on(
        "response",
        lambda reply: wrong.append(f"{reply.url}: {reply.status}") if reply.status >= 400 else None,
    )
    try:
        page.goto(url)
        yield page
        assert wrong == []
    finally:
        context.close()


def violations(page: Page) -> list[str]:
    """What axe finds wrong on the page, one line a rule with the elements; empty is a pass."""
    response: dict[str, Any] = Axe().run(page).response
    return [
        f"{found['id']} ({found['impact']}): {found['help']}: "
        + "; ".join(node["html"][:120] for node in found["nodes"][:5])
        for found in response["violations"]
    ]


def scrolls_sideways(page: Page) -> bool:
    """Whether the page is wider than its window, which no page of ours may be (WCAG 1.4.10)."""
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    return bool(page.evaluate(wide))


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base's own name
        """Say nothing: the test's output is not the place."""


@contextmanager
def served(directory: Path) -> Iterator[str]:
    """The address of a plain file server on a directory, as an operator's web server would do it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_QuietHandler, directory=str(directory)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
