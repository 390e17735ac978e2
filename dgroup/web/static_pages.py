"""The generated tree over HTTP, as nginx would serve it: safe names, types, validators, ranges and
precompressed twins. Nothing outside the tree can be reached, and no script ever runs.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from archive.filenames import opens_inline

CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
# Browsers show a picture or a PDF in a page of their own making, which has inline style.
ATTACHMENT_CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; object-src 'self'"
SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": CSP,
}
MAX_AGE_S = 60
WHOLE = 1024 * 1024
"""bytes up to which a file is read in one go: a page may be replaced while it is being sent"""

_UTF8 = "; charset=utf-8"
_TYPES = {
    "html": "text/html" + _UTF8,
    "txt": "text/plain" + _UTF8,
    "css": "text/css" + _UTF8,
    "xml": "application/xml" + _UTF8,
    "atom": "application/atom+xml" + _UTF8,
    "json": "application/feed+json" + _UTF8,
    "epub": "application/epub+zip",
    "gz": "application/gzip",
}
_ATTACHMENT_TYPES = {
    "csv": "text/csv" + _UTF8,
    "gif": "image/gif",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "pdf": "application/pdf",
    "png": "image/png",
    "txt": "text/plain" + _UTF8,
    "webp": "image/webp",
}
_OTHER = "application/octet-stream"
_ATTACHMENT = re.compile(r"[a-z0-9-]+/m/[a-z2-7]{2}/[a-z2-7]{16}-\d+-[^/]+")
_CODINGS = (("br", ".br"), ("gzip", ".gz"))
_FINE = re.compile(r"[^\x00-\x1f\x7f\\]*")

Missing = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Found:
    """A file of the tree and what the client is told of it."""

    path: Path
    """the file whose bytes are sent: itself or its compressed twin"""
    coding: str
    """'' or 'br', 'gzip'"""
    varies: bool
    """there is a compressed twin, so caches must look at Accept-Encoding"""
    info: os.stat_result
    data: bytes | None = None
    """all of it, and `info` is of these very bytes; None for a large one"""


def safe_path(url_path: str) -> str | None:
    """Give the path below the root that a decoded URL path names; None for one that is not ours.

    Refused are control signs, backslashes, empty, dot and hidden segments: a name that nothing of
    ours has, and every way up.
    """
    relative = url_path.removeprefix("/")
    segments = relative.removesuffix("/").split("/") if relative else []
    if not _FINE.fullmatch(relative):
        return None
    if any(not one or one.startswith(".") for one in segments):
        return None
    return relative


def moved_to(root: Path, relative: str) -> str:
    """Give the way to where a group's pages stand now, relative to the page that was asked for;
    '' where they stand under this name. The folder of a former name is a link (docs/urls.md)."""
    name, slash, rest = relative.partition("/")
    try:
        now = str((root / name).readlink()) if name else ""
    except OSError:  # no link: nearly always
        return ""
    up = "../" * relative.count("/")
    return f"{up}{now}{slash or '/'}{rest}" if now and "/" not in now else ""


def headers_for(path: str) -> dict[str, str]:
    """Give type, safety and disposition headers of the file at `path` below the root.

    Attachments of types off the allow-list are downloads without a type: nobody's file runs as a
    page of ours.
    """
    name = path.rpartition("/")[2]
    ending = name.rpartition(".")[2].lower()
    headers = dict(SAFE_HEADERS)
    attachment = _ATTACHMENT.fullmatch(path) is not None
    kind = (_ATTACHMENT_TYPES if attachment else _TYPES | _ATTACHMENT_TYPES).get(ending, _OTHER)
    if attachment and not opens_inline(name):
        kind = _OTHER
    if attachment:
        headers["Content-Security-Policy"] = ATTACHMENT_CSP
    if kind == _OTHER:
        headers["Content-Disposition"] = f'attachment; filename="{quote(name)}"'
    headers["Content-Type"] = kind
    headers["Cache-Control"] = f"max-age={MAX_AGE_S}"
    return headers


def accepted_codings(header: str) -> frozenset[str]:
    """Read Accept-Encoding (RFC 9110 12.5.3): the codings with a quality above 0."""
    wanted: dict[str, bool] = {}
    for item in header.lower().split(","):
        coding, _, parameters = item.strip().partition(";")
        quality = re.search(r"q\s*=\s*([01](?:\.\d*)?)", parameters)
        wanted[coding.strip()] = quality is None or float(quality[1]) > 0
    everything = wanted.pop("*", False)
    rest = {coding for coding, _ in _CODINGS if everything and coding not in wanted}
    return frozenset(rest | {coding for coding, wants in wanted.items() if wants})


def look_up(root: Path, relative: str, codings: frozenset[str]) -> Found | None:
    """Find the file at `relative` below `root` (which is resolved), and its best compressed twin."""
    path = root / relative
    info = _regular(root, path)
    if info is None:
        return None
    twins = [(name, root / (relative + ending)) for name, ending in _CODINGS]
    there = [(name, twin, found) for name, twin in twins if (found := _regular(root, twin))]
    choices = [(twin, name, found) for name, twin, found in there if name in codings]
    for place, coding, known in [*choices, (path, "", info)]:
        if opened := _opened(place, known):
            return Found(place, coding, bool(there), *opened)
    return None


def _opened(path: Path, info: os.stat_result) -> tuple[os.stat_result, bytes | None] | None:
    """The state and the bytes of a file through one handle; None if it has gone just now, as the
    twin of a page does that is being replaced."""
    if info.st_size > WHOLE:
        return info, None
    try:
        with path.open("rb") as file:
            return os.fstat(file.fileno()), file.read()
    except FileNotFoundError:
        return None


def _regular(root: Path, path: Path) -> os.stat_result | None:
    """The state of a regular file that truly lies below the root, links followed; else None."""
    try:
        real = path.resolve(strict=True)
        info = real.stat()
    except (OSError, ValueError):
        return None
    below = real.is_relative_to(root)
    return info if below and stat.S_ISREG(info.st_mode) else None


def etag_of(found: Found) -> str:
    """Give the strong validator: time and size in hex, as nginx does, and the coding."""
    coding = f"-{found.coding}" if found.coding else ""
    return f'"{int(found.info.st_mtime_ns):x}-{found.info.st_size:x}{coding}"'


def not_modified(request_headers: Mapping[str, str], etag: str, changed_at: int) -> bool:
    """Tell whether the client's copy is good (RFC 9110 13.1): its ETag first, else its date."""
    known = request_headers.get("if-none-match")
    if known is not None:
        tags = {tag.strip().removeprefix("W/") for tag in known.split(",")}
        return etag in tags or "*" in tags
    try:
        since = parsedate_to_datetime(request_headers.get("if-modified-since", ""))
        return changed_at <= int(since.timestamp())
    except (ValueError, OverflowError):
        return False


class StaticPages:
    """Answers GET and HEAD below one folder; `missing` writes the page for what is not there."""

    def __init__(self, root: Path, missing: Missing) -> None:
        """The folder may not exist yet: everything is missing until it does."""
        self._root = root
        self._missing = missing

    async def answer(self, request: Request) -> Response:
        """Serve the file that the request's path names."""
        relative = safe_path(request.scope["path"])
        if relative is None:
            return await self._missing(request)
        if moved := moved_to(self._root, relative):
            return RedirectResponse(quote(moved), status_code=301, headers=SAFE_HEADERS)
        if not relative or relative.endswith("/"):
            relative += "index.html"
        codings = accepted_codings(request.headers.get("accept-encoding", ""))
        root = self._root.resolve()
        found = await to_thread.run_sync(look_up, root, relative, codings)
        if found is None:
            return await self._folder_or_missing(request, root, relative)
        return _response(request, found, relative)

    async def _folder_or_missing(self, request: Request, root: Path, relative: str) -> Response:
        """A folder named without its slash is moved there; relative links would break otherwise."""
        index = f"{relative}/index.html"
        if await to_thread.run_sync(_regular, root, root / index) is None:
            return await self._missing(request)
        name = quote(relative.rpartition("/")[2])
        return RedirectResponse(f"{name}/", status_code=301, headers=SAFE_HEADERS)


def _response(request: Request, found: Found, relative: str) -> Response:
    headers = headers_for(relative)
    headers["ETag"] = etag_of(found)
    if found.varies:
        headers["Vary"] = "Accept-Encoding"
    if found.coding:
        headers["Content-Encoding"] = found.coding
    if not_modified(request.headers, headers["ETag"], int(found.info.st_mtime)):
        for name in ("Content-Type", "Content-Encoding", "Content-Disposition"):
            headers.pop(name, None)
        return Response(status_code=304, headers=headers)
    kind = headers.pop("Content-Type")
    if found.data is not None and "range" not in request.headers:
        headers["Last-Modified"] = formatdate(found.info.st_mtime, usegmt=True)
        headers["Accept-Ranges"] = "bytes"
        return Response(found.data, headers=headers, media_type=kind)
    return FileResponse(found.path, headers=headers, media_type=kind, stat_result=found.info)
