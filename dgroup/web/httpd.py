"""A small HTTP server on the running event loop: uvicorn without its signals, lifespan and logs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Generator

import uvicorn
from starlette.types import ASGIApp

log = logging.getLogger("dgroup.web.httpd")

GRACE_S = 5
KEEP_ALIVE_S = 15
MAX_CONCURRENCY = 500
"""connections and requests at once; more are told 503"""


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave the signals alone: the service stops its edges in its own order."""
        yield


class HttpServer:
    """Serves one application on one address."""

    def __init__(self, app: ASGIApp, host: str, port: int) -> None:
        self._address = (host, port)
        self._server = _Server(
            uvicorn.Config(
                app,
                lifespan="off",
                log_config=None,
                access_log=False,  # paths hold leave tokens
                server_header=False,
                loop="none",
                ws="none",
                limit_concurrency=MAX_CONCURRENCY,
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=GRACE_S,
            )
        )
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> tuple[str, int]:
        """Listen; gives the address and port in use. OSError: the port is taken or forbidden."""
        listening = _bind(*self._address)
        host, port = listening.getsockname()[:2]
        # uvicorn tells each start at INFO and each refused request at WARNING
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
        self._task = asyncio.create_task(self._server.serve([listening]), name=f"http-{port}")
        while not self._server.started:
            if self._task.done():
                await self._task
                raise OSError(f"the web server on port {port} ended at its start")
            await asyncio.sleep(0.005)
        log.info("web server on %s:%s", host, port)
        return host, port

    async def stop(self) -> None:
        """Take no more connections, finish the answers under way within seconds, then end."""
        if self._task is None:
            return
        self._server.should_exit = True
        await self._task
        self._task = None


def _bind(host: str, port: int) -> socket.socket:
    """Bind before uvicorn runs: it ends the whole process where a port is taken."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, kind, protocol, _, address = found[0]
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError:
        listening.close()
        raise
    return listening
