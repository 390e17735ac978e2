"""Worker processes for what uses all processors: imports and rebuilds."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

# Imported once, in the server from which the workers are forked: half a second saved for each.
_PRELOADED = ["archive.importer", "archive.publish"]


def pool(
    processes: int, begin: Callable[..., None] | None = None, given: tuple[Any, ...] = ()
) -> ProcessPoolExecutor:
    """Give a pool whose workers call `begin(*given)` first. Use it as a context manager.

    The workers are forked from a server without threads, so that no lock is copied while held.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return ProcessPoolExecutor(
        processes, mp_context=context, initializer=_begin, initargs=(begin, given)
    )


def _begin(begin: Callable[..., None] | None, given: tuple[Any, ...]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the main process, which ends us
    threading.Thread(target=_end_with_parent, daemon=True).start()
    gc.freeze()  # what the server has read stays in memory that all workers share
    if begin is not None:
        begin(*given)


def _end_with_parent() -> None:
    """A main process that is killed says no goodbye: without this its workers would wait for work,
    and keep their memory, until the machine is started anew."""
    parent = multiprocessing.parent_process()
    assert parent is not None  # this runs in a worker
    parent.join()
    os._exit(1)
