"""`/_/file/TOKEN`: a file of a post for the member whose link it is (`filelinks`). It only reads.

Light copies, digests and mails whose attachments are links have such links where the archive is for
members only. Nothing opens in the browser but plain text: whatever it is, it never runs as a page of ours.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import IO
from urllib.parse import quote
from weakref import WeakKeyDictionary

from anyio import CapacityLimiter, to_thread
from sqlalchemy import Connection, select
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from archive.errors import NotFound
from archive.filenames import safe_name
from archive.model import ArchiveMode, PartRole, PostState
from archive.parse import parse, part_bytes
from archive.rawmail import load_raw
from archive.tables import posts
from dgroup import groups
from dgroup.filelinks import TEXT, FileRef, day_of, read
from dgroup.people import members
from dgroup.runtime import Runtime
from dgroup.web.static_pages import SAFE_HEADERS

AT_ONCE = 2
"""mails that are taken apart at a time; the others wait. While it is sent, a file lies on the disk."""
SPOOLED = 500_000_000
"""bytes that lie on the disk for clients who read slowly; with more, others are asked to come again"""
SLICE = 64 * 1024
_CSP = "default-src 'none'; sandbox"
_HEADERS = SAFE_HEADERS | {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": _CSP,
    "X-Robots-Tag": "noindex, nofollow",
}


@dataclass(frozen=True, slots=True)
class Served:
    """A file to be sent."""

    name: str
    size: int
    data: IO[bytes]
    is_text: bool


Refuse = Callable[[Request, int], Response]
"""gives the page for a link that does not work: with status 404, or 410 where its time is over"""


class MemberFiles:
    """Answers GET and HEAD with files for members."""

    def __init__(self, runtime: Runtime, clock: Callable[[], datetime], refuse: Refuse) -> None:
        self._runtime = runtime
        self._clock = clock
        self._refuse = refuse
        self._limit = CapacityLimiter(AT_ONCE)
        self._spooled: WeakKeyDictionary[IO[bytes], int] = WeakKeyDictionary()
        """a client that goes away before the first byte leaves its file to the collector"""

    async def answer(self, request: Request) -> Response:
        """Send the file that the link is for, if it is still the member's to have."""
        ref = read(request.path_params["token"], self._runtime.keyring)
        if ref is None:
            return self._refuse(request, 404)
        if ref.expires < day_of(self._clock()):
            return self._refuse(request, 410)
        if sum(size for file, size in self._spooled.items() if not file.closed) > SPOOLED:
            return Response(status_code=503, headers=_HEADERS | {"Retry-After": "60"})
        found = await to_thread.run_sync(self._find, ref, limiter=self._limit)
        if found is None:
            return self._refuse(request, 410)
        self._spooled[found.data] = found.size
        return _response(request, found)

    def _find(self, ref: FileRef) -> Served | None:
        with self._runtime.db.read() as conn:
            mail_id = _mail_of(conn, ref, self._runtime.site.domain)
            try:
                raw = load_raw(conn, mail_id) if mail_id is not None else b""
            except NotFound:  # taken down just now
                return None
        return _served(raw, ref.part) if raw else None


def _mail_of(conn: Connection, ref: FileRef, domain: str) -> int | None:
    """The mail of the post, where this member may read it now."""
    member = members.by_id(conn, ref.member)
    if member is None or not member.inside:
        return None
    group = groups.by_id(conn, member.group_id, domain)
    if group is None or group.info.archive is ArchiveMode.NONE:
        return None
    query = select(posts.c.mail_id).where(
        posts.c.id == ref.post,
        posts.c.group_id == group.id,
        posts.c.state == PostState.PUBLISHED,
    )
    mail_id: int | None = conn.execute(query).scalar_one_or_none()
    return mail_id


def _served(raw: bytes, index: int) -> Served | None:
    message = parse(raw)
    if index == TEXT:
        return _spooled("text.txt", message.text.encode("utf-8", "replace"), is_text=True)
    part = next((one for one in message.parts if one.index == index), None)
    if part is None or part.role is not PartRole.ATTACHMENT:
        return None
    # What has no safe name would run as a page, or shows addresses: the member may have it, as bytes.
    name = safe_name(part.filename, part.content_type, f"part-{index}") or f"part-{index}.bin"
    return _spooled(name, part_bytes(raw, index), is_text=False)


def _spooled(name: str, data: bytes, *, is_text: bool) -> Served:
    """Put it on the disk: a slow line must not hold it in memory for an hour."""
    spool = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it is sent
    spool.write(data)
    spool.seek(0)
    return Served(name, len(data), spool, is_text)


def _response(request: Request, found: Served) -> Response:
    kind = "text/plain; charset=utf-8" if found.is_text else "application/octet-stream"
    way = "inline" if found.is_text else "attachment"
    headers = _HEADERS | {
        "Content-Length": str(found.size),
        "Content-Disposition": f'{way}; filename="{quote(found.name)}"',
        "Content-Type": kind,
    }
    if request.method == "HEAD":
        found.data.close()
        return Response(headers=headers)
    return StreamingResponse(_slices(found.data), headers=headers)


async def _slices(data: IO[bytes]) -> AsyncIterator[bytes]:
    try:
        while piece := await to_thread.run_sync(data.read, SLICE):
            yield piece
    finally:
        data.close()
