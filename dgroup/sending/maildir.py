"""The relay for trying things out: a Maildir for each recipient, which any mail program opens."""

from __future__ import annotations

import hashlib
import mailbox
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from dgroup.sending.pipeline import Copy

_SAFE = "@+-_"
_LONGEST = 120


def folder_name(address: str) -> str:
    """Give the folder of an address: harmless in any path, different for different addresses.

    What is not a plain letter, digit or sign is percent-encoded, also a leading dot; a long name is
    cut and ends in a hash of the whole.
    """
    name = quote(address.lower(), safe=_SAFE)
    if name.startswith("."):
        name = f"%2E{name[1:]}"
    if len(name) > _LONGEST:
        digest = hashlib.sha256(address.lower().encode("utf-8", "surrogateescape")).hexdigest()
        name = f"{name[:_LONGEST]}~{digest[:16]}"
    return name or "%"


def deliver(root: Path, copies: Sequence[Copy]) -> None:
    """Put each copy into its recipient's Maildir below `root`, with LF line ends and, like a mail
    server, the envelope in Return-Path and Delivered-To. Raises OSError if the disk refuses."""
    root.mkdir(parents=True, exist_ok=True)
    for copy in copies:
        box = mailbox.Maildir(root / folder_name(copy.recipient), create=True)
        try:
            box.add(_delivered(copy))
        finally:
            box.close()


def _delivered(copy: Copy) -> bytes:
    recipient = "".join(sign for sign in copy.recipient if sign.isprintable())
    paths = f"Return-Path: <{copy.sender}>\r\nDelivered-To: {recipient}\r\n".encode()
    text = copy.body.data.replace(b"\r\n.", b"\r\n")
    if text.startswith(b"."):
        text = text[1:]
    return (paths + copy.personal + text).replace(b"\r\n", b"\n")
