"""One service a data folder: the lock that `dgroup serve` holds while it runs."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO

from dgroup.errors import DgroupError


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
