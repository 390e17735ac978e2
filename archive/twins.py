"""Brotli twins of pages, kept at night: a fifth smaller than gzip's, and too slow to make with a page.

A twin has the time of the page that it was made from. One that is older or newer belongs to another
text and is made again; `publicdir` takes it away with the page that changes or goes.
"""

# ruff: noqa: PTH105, PTH108, PTH116 - plain strings: a million files a night

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import suppress

import brotli

from archive.ids import brotli_path
from archive.publicdir import COMPRESS_FROM, TEXT, PublicDir

QUALITY = 10
"""of 11: half the time of the last one for a fiftieth of its bytes, measured on thread pages"""
_UNFINISHED = ".br~"


def keep_twins(folder: PublicDir, went_on: Callable[[], None] = lambda: None) -> int:
    """Make the twins that are missing or stale, take away those whose page is gone; gives how many
    were made. `went_on` is called before each file and may end the work by raising."""
    made = 0
    for path in _files(str(folder.root)):
        went_on()
        if path.endswith(".br"):
            _forget_orphan(folder, path)
        elif path.endswith(TEXT):
            with suppress(
                FileNotFoundError
            ):  # page, folder or unfinished twin were swept meanwhile
                made += _keep(folder, path)
    return made


def _files(root: str) -> Iterator[str]:
    for place, _, names in os.walk(root):
        for name in sorted(names):
            yield f"{place}/{name}"


def _forget_orphan(folder: PublicDir, twin: str) -> None:
    page = twin.removesuffix(".br")
    with folder.lock():
        if not os.path.exists(page):  # noqa: PTH110 - as above
            with suppress(FileNotFoundError):
                os.unlink(twin)


def _keep(folder: PublicDir, page: str) -> bool:
    """Compress outside the lock, so that no page waits for it; put in place only for the page that
    was read: it may have changed meanwhile."""
    twin = brotli_path(page)
    stamp = _stamp(page)
    if stamp is None or stamp[1] < COMPRESS_FROM or _time(twin) == stamp[0]:
        return False
    with open(page, "rb") as source:  # noqa: PTH123 - as above
        packed = brotli.compress(source.read(), mode=brotli.MODE_TEXT, quality=QUALITY)
    unfinished = page + _UNFINISHED
    with open(unfinished, "wb") as target:  # noqa: PTH123 - as above
        target.write(packed)
    os.utime(unfinished, ns=(stamp[0], stamp[0]))
    with folder.lock():
        if _stamp(page) == stamp:
            os.replace(unfinished, twin)
            return True
    os.unlink(unfinished)
    return False


def _stamp(path: str) -> tuple[int, int] | None:
    """When a file was written, and its size; None where there is none."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size


def _time(path: str) -> int | None:
    stamp = _stamp(path)
    return stamp[0] if stamp else None
