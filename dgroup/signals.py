"""Runs the service until a signal ends it."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Awaitable, Callable

from dgroup.service import Bound, Service

log = logging.getLogger("dgroup.service")


async def run_until_signal(service: Service, started: Callable[[Bound], Awaitable[None]]) -> None:
    """Run the service until SIGINT or SIGTERM, then stop it gracefully; a second signal ends it
    at once. `started` is called once it listens."""
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    bound = await service.start()
    try:
        await _until(ended, started(bound))
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
        log.info("stopping")
        await service.stop()


async def _until(ended: asyncio.Event, started: Awaitable[None]) -> None:
    """Do what comes after the start, then wait for the end; a signal ends both."""
    starting = asyncio.ensure_future(started)
    ending = asyncio.create_task(ended.wait())
    try:
        await asyncio.wait([starting, ending], return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            await ending
    finally:
        starting.cancel()
        ending.cancel()
        await asyncio.gather(starting, ending, return_exceptions=True)
