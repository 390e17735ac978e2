"""The web edge: the generated pages, one-click leave (RFC 8058), files for members and search, on one port."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from anyio import CapacityLimiter, to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from archive.model import ArchiveMode, GroupInfo
from archive.readers import list_groups
from archive.search import search
from dgroup import tokens
from dgroup.config import Web
from dgroup.runtime import Runtime, caps
from dgroup.web import oneclick
from dgroup.web.health import HealthServer
from dgroup.web.httpd import HttpServer
from dgroup.web.member_files import MemberFiles
from dgroup.web.oneclick import Click, Leaver
from dgroup.web.pages import ResultRow, WebPages, result_row
from dgroup.web.static_pages import SAFE_HEADERS, StaticPages
from dgroup.writer import Writer

__all__ = ["HealthServer", "WebServer"]

log = logging.getLogger("dgroup.web")

MAX_BODY = 16 * 1024
MAX_QUERY = 200
RESULTS = 50
SEARCHES = 4
"""searches at once; the others wait"""
_HEADERS = SAFE_HEADERS | {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
}


class WebServer:
    """Serves what readers see. `wake_sender` is called after a leave, for its letter."""

    def __init__(
        self,
        config: Web,
        runtime: Runtime,
        writer: Writer,
        clock: Callable[[], datetime],
        wake_sender: Callable[[], None] = lambda: None,
    ) -> None:
        self._runtime = runtime
        self._writer = writer
        self._clock = clock
        self._wake_sender = wake_sender
        self._pages = WebPages(runtime.site, runtime.config.site.templates)
        self._caps = caps(runtime.config)
        self._searches = CapacityLimiter(SEARCHES)
        static = StaticPages(runtime.config.public_path, self._missing)
        files = MemberFiles(runtime, clock, self._refused)
        app = Starlette(
            routes=[
                Route("/_/leave/{token}", self._leave, methods=["GET", "POST"]),
                Route("/_/search", self._search),
                Route("/_/file/{token}", files.answer),
                Route("/_/{rest:path}", self._missing),
                Route("/{path:path}", static.answer),
            ],
            exception_handlers={
                405: _not_allowed,
                SQLAlchemyError: _database_away,
                ClientDisconnect: _gone,
                Exception: _broken,
            },
        )
        self._server = HttpServer(app, config.host, config.port)

    async def start(self) -> tuple[str, int]:
        """Listen; gives the address and port in use. OSError: the port is taken or forbidden."""
        return await self._server.start()

    async def stop(self) -> None:
        """Finish the answers under way and end."""
        await self._server.stop()

    # --- Leaving ------------------------------------------------------------------------------

    async def _leave(self, request: Request) -> Response:
        """GET asks, POST acts. The link works as long as the membership does."""
        number = tokens.read("leave", request.path_params["token"], self._runtime.keyring)
        found = None if number is None else await to_thread.run_sync(self._leaver, number)
        if found is None:
            return self._unknown_link(request)
        if request.method == "POST":
            return await self._act(request, found)
        return self._question(request, found)

    async def _act(self, request: Request, found: Leaver) -> Response:
        body = await _body(request)
        if body is None:
            return PlainTextResponse("Too large\n", status_code=413, headers=SAFE_HEADERS)
        if not oneclick.asks_to_leave(request.headers.get("content-type", ""), body):
            return self._question(request, found, status=400)
        runtime, member = self._runtime, found.member
        peer = request.client.host if request.client else ""
        click = Click(f"web-{runtime.tools.random(8).hex()}", peer, self._clock())
        work = await self._writer.run(
            lambda conn: oneclick.leave(conn, runtime.tools, self._caps, member.id, click)
        )
        if work is None:
            return self._unknown_link(request)
        if work.sends:
            self._wake_sender()
        page = self._pages.left if work.sends else self._pages.left_before
        return _html(page(_path(request), found.group.info, self._language(request, found)))

    def _leaver(self, number: int) -> Leaver | None:
        with self._runtime.db.read() as conn:
            return oneclick.find(conn, number, self._runtime.site.domain)

    def _question(self, request: Request, found: Leaver, status: int = 200) -> Response:
        page = self._pages.question if found.member.inside else self._pages.left_before
        language = self._language(request, found)
        return _html(page(_path(request), found.group.info, language), status)

    def _unknown_link(self, request: Request) -> Response:
        language = self._pages.language(header=request.headers.get("accept-language", ""))
        return _html(self._pages.unknown_link(_path(request), language), 404)

    def _refused(self, request: Request, status: int) -> Response:
        language = self._pages.language(header=request.headers.get("accept-language", ""))
        page = self._pages.file_over if status == 410 else self._pages.missing
        return _html(page(_path(request), language), status)

    def _language(self, request: Request, found: Leaver) -> str:
        header = request.headers.get("accept-language", "")
        return self._pages.language(found.member.language, found.group.info.language, header=header)

    # --- Search and the rest ------------------------------------------------------------------

    async def _search(self, request: Request) -> Response:
        """Newest first, in public groups only: of another group not even its name is told."""
        query = " ".join(request.query_params.get("q", "").split())[:MAX_QUERY]
        name = request.query_params.get("group", "")
        groups = await to_thread.run_sync(self._public_groups)
        group = next((one for one in groups if one.name == name), None)
        if name and group is None:
            return await self._missing(request)
        header = request.headers.get("accept-language", "")
        language = self._pages.language(*([group.language] if group else []), header=header)
        rows: tuple[ResultRow, ...] = ()
        if query:
            wanted = [group] if group else groups
            rows = await to_thread.run_sync(self._found, wanted, query, limiter=self._searches)
        shown, more = rows[:RESULTS], len(rows) > RESULTS
        return _html(self._pages.results(group, language, query, shown, more=more))

    def _public_groups(self) -> list[GroupInfo]:
        with self._runtime.db.read() as conn:
            return [one for one in list_groups(conn) if one.archive is ArchiveMode.PUBLIC]

    def _found(self, wanted: list[GroupInfo], query: str) -> tuple[ResultRow, ...]:
        by_id = {group.id: group for group in wanted}
        db = self._runtime.db
        with db.read() as conn:
            hits = search(db, conn, list(by_id), query, limit=RESULTS + 1)
        many = len(wanted) > 1
        return tuple(result_row(hit, by_id[hit.post.group_id], name_group=many) for hit in hits)

    async def _missing(self, request: Request) -> Response:
        language = self._pages.language(header=request.headers.get("accept-language", ""))
        return _html(self._pages.missing(_path(request), language), 404)


def _html(page: bytes, status: int = 200) -> Response:
    return Response(page, status_code=status, headers=_HEADERS)


def _path(request: Request) -> str:
    """The path below the root, for relative links: only its depth matters."""
    path: str = request.scope["path"]
    return path.removeprefix("/")


async def _body(request: Request) -> bytes | None:
    """The request's body; None for one that is larger than any form of ours."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            return None
    return body


# --- Errors -----------------------------------------------------------------------------------


async def _not_allowed(request: Request, error: Exception) -> Response:
    headers = SAFE_HEADERS | {"Allow": "GET, HEAD"} | dict(getattr(error, "headers", None) or {})
    return PlainTextResponse("Method not allowed\n", status_code=405, headers=headers)


async def _database_away(request: Request, error: Exception) -> Response:
    log.error("the database does not answer: %s", type(error).__name__)
    headers = SAFE_HEADERS | {"Retry-After": "60"}
    return PlainTextResponse("Please try again in a minute\n", status_code=503, headers=headers)


async def _gone(request: Request, error: Exception) -> Response:
    return Response(status_code=400)  # the client went away in the middle: nobody reads this


async def _broken(request: Request, error: Exception) -> Response:
    """The error itself is logged by the server, without the path: it may hold a token."""
    return PlainTextResponse("Something went wrong\n", status_code=500, headers=SAFE_HEADERS)
