"""A plain HTTP client for tests: it sends paths as they are written and follows nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


async def ask(
    address: tuple[str, int],
    path: str,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Send one request on a connection of its own."""
    return await asyncio.to_thread(_ask, address, path, method, body, dict(headers or {}))


def _ask(
    address: tuple[str, int], path: str, method: str, body: bytes | None, headers: dict[str, str]
) -> Answer:
    connection = HTTPConnection(*address, timeout=10)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        told = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, told, response.read())
    finally:
        connection.close()
