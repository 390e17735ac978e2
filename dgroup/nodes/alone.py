"""One service a data folder, or one of each name: the lock that `dgroup serve` holds while it runs, and
the name under which it claims work in a database that it may share."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import secrets
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from dgroup.errors import DgroupError

_ODD = re.compile(r"[^A-Za-z0-9._-]")
NAME_LENGTH = 36
"""characters of a node's name that every table holds"""


def hold(data_dir: Path, name: str = "", about: str = "") -> IO[bytes]:
    """Hold `data_dir` until the file given is closed; the kernel lets go when the process ends,
    however it ends. Services with a `name` each may share it; `about` is kept for `holder`.

    A second service on the same folder would take the first one's copies for those of a dead
    process of its own and send them again. Raises DgroupError where another one holds it.
    """
    file = _lock_file(data_dir, name).open("a+b")
    if not _locked(file):
        file.close()
        called = f" under the name {name}" if name else ""
        raise DgroupError(f"another dgroup serve is at work in {data_dir}{called}")
    file.truncate(0)
    file.write(about.encode())
    file.flush()
    return file


def _locked(file: IO[bytes]) -> bool:
    """Lock the file; `holder` has it for a moment when it asks."""
    for pause in (0.05, 0.05, 0.0):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(pause)
        else:
            return True
    return False


def holder(data_dir: Path) -> str | None:
    """What the service that holds `data_dir` says of itself; None where there is none."""
    try:
        with _lock_file(data_dir, "").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return _lock_file(data_dir, "").read_text("utf-8")
    return None


def _lock_file(data_dir: Path, name: str) -> Path:
    return data_dir / (f"serve-{name}.lock" if name else "serve.lock")


def node_name(data_dir: Path, machine: str, name: str = "") -> str:
    """Name the service of `data_dir` on `machine` among all that share a database; `name` is its own
    among those of the folder.

    At its start a service takes back what a claimant of its name left: the name must be the same
    after a crash and that of no other. Neither the machine (two folders on it), nor the folder's
    path (two containers), nor the id kept in it (a copied folder) is enough by itself.
    """
    parts = [machine, str(data_dir.resolve()), _folder_id(data_dir / "node-id")]
    own = "\0".join([*parts, name] if name else parts)
    mark = hashlib.sha256(own.encode()).hexdigest()[:16]
    shown = _ODD.sub("?", name or machine)
    readable = shown[: NAME_LENGTH - len(mark) - 1]
    return f"{readable or 'node'}-{mark}"


def _folder_id(path: Path) -> str:
    """The id that stands in the file, made at the first start; whole or not there at all."""
    if not path.exists():
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_text(secrets.token_hex(16), "ascii")
        with suppress(FileExistsError):  # of services that start at once one makes it
            path.hardlink_to(fresh)
        fresh.unlink()
    return path.read_text("ascii").strip()
