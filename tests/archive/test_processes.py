"""Worker processes of imports and rebuilds: they end with the process that started them."""

from __future__ import annotations

import subprocess
import sys

import psutil
import pytest

from archive.processes import pool
from tests.parts import wait_until

_OWNER = """
import os, time
from archive.processes import pool
with pool(2) as workers:
    print(*{workers.submit(os.getpid).result() for _ in range(20)}, flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("end", ["kill", "terminate"])
def test_workers_end_with_their_owner_however_it_ends(end: str) -> None:
    with subprocess.Popen([sys.executable, "-c", _OWNER], stdout=subprocess.PIPE, text=True) as one:
        assert one.stdout is not None
        workers = [int(word) for word in one.stdout.readline().split()]
        assert workers
        assert all(psutil.pid_exists(pid) for pid in workers)
        getattr(one, end)()
    wait_until(lambda: not any(psutil.pid_exists(pid) for pid in workers), "the workers' end")


def test_a_pool_gives_results_and_ends_by_itself() -> None:
    with pool(1, _ready, ("given",)) as workers:
        assert workers.submit(len, "four").result(30) == 4
        assert workers.submit(_was_given).result(30) == "given"


_given: list[str] = []


def _ready(word: str) -> None:
    _given.append(word)


def _was_given() -> str:
    return _given[0]
