"""Raw mail compressed for the store and back: zstd without dictionary (DESIGN 8)."""

from __future__ import annotations

import threading

import zstandard

_LEVEL = 3


class _Codec(threading.local):
    """A compressor and a decompressor for each thread: they keep state and are costly to make."""

    def __init__(self) -> None:
        self.pack = zstandard.ZstdCompressor(level=_LEVEL).compress
        self.unpack = zstandard.ZstdDecompressor().decompress


_codec = _Codec()


def pack(raw: bytes) -> bytes:
    """Compress a mail; the same bytes give the same result."""
    return _codec.pack(raw)


def unpack(packed: bytes) -> bytes:
    """Give the mail that `pack` was given. Raises zstandard.ZstdError for anything else."""
    return _codec.unpack(packed)
