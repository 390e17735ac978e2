"""The public tree on disk: written only where bytes changed, atomically; strays swept away."""

# ruff: noqa: PTH103, PTH104, PTH105, PTH106, PTH108, PTH110, PTH112, PTH114, PTH115, PTH116, PTH208, PTH211 - plain strings: thousands of files a second

from __future__ import annotations

import fcntl
import os
import shutil
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from archive.feeds import compressed
from archive.ids import brotli_path, compressed_path

COMPRESS_FROM = 1024
"""bytes from which a gzip twin is worth its place on disk"""
TEXT = (".html", ".css", ".xml", ".atom", ".json")
"""ends of names of files that have twins"""
_UNFINISHED = "~"


class PathSet:
    """A set of paths in 8 bytes each: a million posts have two million files."""

    def __init__(self) -> None:
        self._hashes = array("Q")
        self._sorted = True

    def add(self, path: str) -> None:
        """Put a path in."""
        self._hashes.append(_hash(path))
        self._sorted = False

    def update(self, other: PathSet) -> None:
        """Put all paths of another set in."""
        self._hashes.extend(other._hashes)
        self._sorted = False

    def __contains__(self, path: str) -> bool:
        if not self._sorted:
            self._hashes = array("Q", sorted(self._hashes))
            self._sorted = True
        wanted = _hash(path)
        at = bisect_left(self._hashes, wanted)
        return at < len(self._hashes) and self._hashes[at] == wanted


def _hash(path: str) -> int:
    return int.from_bytes(blake2b(path.encode(), digest_size=8).digest(), "little")


@dataclass(slots=True)
class Tally:
    """What became of the files of a run."""

    written: int = 0
    unchanged: int = 0
    removed: int = 0
    changed: list[str] = field(default_factory=list)
    """the first paths that were written or removed, for a report of drift"""

    @property
    def files(self) -> int:
        """Files looked at, without gzip twins."""
        return self.written + self.unchanged

    def note(self, path: str) -> None:
        """Remember a changed path, up to 100 of them."""
        if len(self.changed) < 100:
            self.changed.append(path)

    def add(self, other: Tally) -> None:
        """Count another run in."""
        self.written += other.written
        self.unchanged += other.unchanged
        self.removed += other.removed
        for path in other.changed:
            self.note(path)


class PublicDir:
    """Writes below one folder. `compress` keeps a `.gz` beside each page of 1 KB and more."""

    def __init__(self, root: Path, *, compress: bool = True) -> None:
        self.root = root
        self._base = f"{root}/"
        self._compress = compress
        self._made: set[str] = set()
        self._mark = f".{os.getpid()}{_UNFINISHED}"

    def put(self, path: str, data: bytes, tally: Tally) -> None:
        """Make the file at `path` hold `data`: an unchanged one keeps its time, a changed one is
        replaced in one step, so that a reader never sees half a page."""
        full = self._base + path
        known = _read(full)
        if known == data:
            tally.unchanged += 1
        else:
            # The old twins go first: a server must not prefer them to the new page.
            for twin in (compressed_path(full), brotli_path(full)) if known is not None else ():
                if os.path.exists(twin):
                    os.unlink(twin)
            self._replace(full, data)
            tally.written += 1
            tally.note(path)
        if self._compress and len(data) >= COMPRESS_FROM and path.endswith(TEXT):
            twin = compressed_path(full)
            if known != data or not os.path.exists(twin):
                self._replace(twin, compressed(data))

    def has(self, path: str, size: int) -> bool:
        """Tell whether a file of this size is there."""
        try:
            return os.stat(self._base + path).st_size == size
        except FileNotFoundError:
            return False

    def remove(self, path: str, tally: Tally) -> None:
        """Take a file and its twins away, if they are there."""
        for name in (path, compressed_path(path), brotli_path(path)):
            try:
                os.unlink(self._base + name)
            except FileNotFoundError:
                continue
            if name == path:
                tally.removed += 1
                tally.note(path)

    def remove_like(self, folder: str, prefix: str, tally: Tally) -> None:
        """Take the files of a folder away whose names begin with `prefix`."""
        try:
            names = os.listdir(self._base + folder)
        except FileNotFoundError:
            return
        for name in sorted(names):
            if name.startswith(prefix):
                self.remove(f"{folder}/{name}", tally)

    def sweep(self, folder: str, expected: PathSet, tally: Tally) -> None:
        """Take everything below `folder` away that is not expected, and folders left empty."""
        for place, _, names in os.walk(self._base + folder, topdown=False):
            below = place[len(self._base) :]
            for name in sorted(names):  # a page before its twins, which go with it
                path = f"{below}/{name}"
                page = path.removesuffix(".gz").removesuffix(".br")
                if path not in expected and page not in expected:
                    self.remove(path, tally)
            if place != self._base + folder and not os.listdir(place):
                os.rmdir(place)
        self._made.clear()

    def lead(self, former: str, name: str) -> None:
        """Move the tree of a group that is called `name` now, and make its former folder a link to
        the new one, so that each address that was ever printed still shows its page."""
        old, new = self._base + former, self._base + name
        if os.path.islink(old):
            if os.readlink(old) == name:
                return
            os.unlink(old)
        if os.path.islink(new):  # the group has got back a name that it had before
            os.unlink(new)
        if os.path.isdir(old) and os.path.exists(new):
            shutil.rmtree(old)  # pages under the new name are being written: all of them
        elif os.path.isdir(old):
            os.rename(old, new)
        os.makedirs(self._base, exist_ok=True)
        os.symlink(name, old)
        self._made.clear()

    @contextmanager
    def lock(self, *, shared: bool = False) -> Iterator[None]:
        """Hold the tree while pages are read from the database and written: a slow writer must not
        put an older page over a newer one. Rebuilding processes share it among themselves."""
        beside = self.root.parent / f".{self.root.name}.lock"
        beside.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
            yield

    def _replace(self, full: str, data: bytes) -> None:
        folder = full.rpartition("/")[0]
        if folder not in self._made:
            os.makedirs(folder, exist_ok=True)
            self._made.add(folder)
        unfinished = full + self._mark
        try:
            _write(unfinished, data)
        except FileNotFoundError:  # somebody took the empty folder away
            os.makedirs(folder, exist_ok=True)
            _write(unfinished, data)
        os.replace(unfinished, full)


def _read(full: str) -> bytes | None:
    try:
        handle = os.open(full, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        size = os.fstat(handle).st_size
        return os.read(handle, size + 1)
    finally:
        os.close(handle)


def _write(full: str, data: bytes) -> None:
    handle = os.open(full, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(handle, left) :]
    finally:
        os.close(handle)
