"""The way in: a server for SMTP or LMTP on the running event loop, its limits and its graceful end."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from dgroup.config import Listener as ListenerConfig
from dgroup.smtp.connection import Intake, Shared
from dgroup.smtp.limits import Admission, ByteBudget
from dgroup.smtp.session import Session

__all__ = ["Intake", "Listener"]

BIG_MAILS = 64 * 1024 * 1024
"""Bytes of mails too big for a session's memory that may be with the intake at once."""

SPOOL_THREADS = 2
"""Threads that write and read back what lies in spool_dir."""

log = logging.getLogger(__name__)


class Listener:
    """Takes mail and gives it to an `Intake`; see RFC 5321, RFC 2033 (LMTP).

    `clock` gives the time of receipt in UTC. Unfinished mails above 256 KB lie in `spool_dir` as
    files without a name (None: the system's place for temporary files, which may be in memory).
    """

    def __init__(
        self,
        config: ListenerConfig,
        intake: Intake,
        clock: Callable[[], datetime],
        *,
        spool_dir: Path | None = None,
    ) -> None:
        self._config = config
        self._server: asyncio.Server | None = None
        self._shared = Shared(
            config=config,
            intake=intake,
            clock=clock,
            tls=_tls_context(config),
            fronts=tuple(ipaddress.ip_network(text) for text in config.trusted_fronts),
            spool_dir=spool_dir,
            spool_threads=ThreadPoolExecutor(SPOOL_THREADS, "spool"),
            admission=Admission(config.max_connections, config.max_connections_per_ip),
            budget=ByteBudget(BIG_MAILS),
        )
        # aiosmtpd tells every session at INFO and every line at DEBUG; we log for ourselves
        logging.getLogger("mail.log").setLevel(logging.WARNING)

    @property
    def open(self) -> bool:
        """Whether new sessions are taken."""
        return self._server is not None and self._server.is_serving()

    @property
    def sessions(self) -> int:
        """How many sessions there are now, with those whose mail is still being kept."""
        return len(self._shared.sessions)

    async def start(self) -> tuple[str, int]:
        """Listen; gives the address and port in use. OSError: the port is taken or forbidden."""
        loop = asyncio.get_running_loop()
        config = self._config
        self._server = await loop.create_server(
            lambda: Session(self._shared), config.host, config.port, backlog=512
        )
        host, port = self._server.sockets[0].getsockname()[:2]
        log.info("%s listener on %s:%s", config.protocol.upper(), host, port)
        return host, port

    async def stop(self, grace_s: float) -> None:
        """End gracefully: nobody new, 421 to who is idle, mails under way finish and are answered.

        After `grace_s` seconds connections are cut. A mail that is with the intake even then is
        not cancelled: it ends in its own time, unanswered, and its sender will bring it again.
        """
        if self._server is None:
            return
        self._shared.stopping = True
        self._server.close()  # wait_closed() would wait for clients on Python 3.12 and later
        self._server = None
        for session in tuple(self._shared.sessions):
            session.drain()
        if not await self._empty(grace_s):
            log.warning("cutting %d sessions after %.0f s", self.sessions, grace_s)
            for session in tuple(self._shared.sessions):
                session.abort()
            await self._empty(1.0)
        self._shared.spool_threads.shutdown(wait=False)

    async def _empty(self, seconds: float) -> bool:
        """Whether all sessions have ended within some seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._shared.empty.wait()
        except TimeoutError:
            return False
        return True


def _tls_context(config: ListenerConfig) -> ssl.SSLContext | None:
    """For STARTTLS; None without a certificate. OSError or ssl.SSLError: it cannot be used."""
    if config.tls_cert is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(config.tls_cert, config.tls_key)
    return context
