"""One service a data folder: the lock that `dgroup serve` holds while it runs, and the name under
which it claims work in a database that it may share."""

from __future__ import annotations

import fcntl
import hashlib
import secrets
from pathlib import Path
from typing import IO

from dgroup.errors import DgroupError

NAME_LENGTH = 36
"""characters of a node's name that every table holds"""


def hold(data_dir: Path) -> IO[bytes]:
    """Hold `data_dir` until the file given is closed; the kernel lets go when the process ends,
    however it ends.

    A second service on the same folder would take the first one's copies for those of a dead
    process of its own and send them again. Raises DgroupError where another one holds it.
    """
    file = (data_dir / "serve.lock").open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise DgroupError(f"another dgroup serve is at work in {data_dir}") from None
    return file


def node_name(data_dir: Path, machine: str) -> str:
    """Name the service of `data_dir` on `machine` among all that share a database.

    At its start a service takes back what a claimant of its name left: the name must be the same
    after a crash and that of no other. Neither the machine (two folders on it), nor the folder's
    path (two containers), nor the id kept in it (a copied folder) is enough by itself. Call it while
    the folder is held.
    """
    own = "\0".join((machine, str(data_dir.resolve()), _folder_id(data_dir / "node-id")))
    mark = hashlib.sha256(own.encode()).hexdigest()[:16]
    readable = machine.encode("ascii", "replace").decode()[: NAME_LENGTH - len(mark) - 1]
    return f"{readable or 'node'}-{mark}"


def _folder_id(path: Path) -> str:
    """The id that stands in the file, made at the first start; whole or not there at all."""
    if not path.exists():
        fresh = path.with_suffix(".new")
        fresh.write_text(secrets.token_hex(16), "ascii")
        fresh.replace(path)
    return path.read_text("ascii").strip()
