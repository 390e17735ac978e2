"""A process that reads mails for `dgroup.receiving.parsers`: `python -m dgroup.receiving.parse_worker` with a socket as its
standard input. It knows no database and no settings, and ends when the service does.
"""

from __future__ import annotations

import gc
import pickle
import signal
import socket
import struct

from archive.content import Content, content_of

LENGTH = struct.Struct("!I")
"""Before each mail and each answer stands its length in bytes."""


def answer_to(raw: bytes) -> bytes:
    """Read a mail; gives what the service is told: its content, or the error that reading it made."""
    answer: Content | Exception
    try:
        answer = content_of(raw)
    except Exception as error:  # the edge: the service puts this mail into quarantine and goes on
        answer = RuntimeError(f"{type(error).__name__}: {error}")
    return pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)


def serve(wire: socket.socket) -> None:
    """Answer mail after mail, in order, until the other side is gone."""
    with wire.makefile("rb") as incoming:
        while len(head := incoming.read(LENGTH.size)) == LENGTH.size:
            (size,) = LENGTH.unpack(head)
            answer = answer_to(incoming.read(size))
            wire.sendall(LENGTH.pack(len(answer)) + answer)


def main() -> None:
    """Run as a process."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(
            number, signal.SIG_IGN
        )  # the service ends us, when its mails in flight are kept
    gc.freeze()
    try:
        with socket.socket(fileno=0) as wire:
            serve(wire)
    except ConnectionError:
        return  # the service is gone


if __name__ == "__main__":
    main()
