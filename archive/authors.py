"""Who wrote a mail: From is not the author (FACTS 1). Pure; keeps the headers apart as they came."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from archive.ids import shown_name
from archive.model import Mailbox, ParsedMessage

_LIST_POST = re.compile(r"mailto:([^\s<>?,]+@[^\s<>?,]+)", re.IGNORECASE)
_VIA = re.compile(r"\s+(?:via|por|par|über|durch)\s+\S.*$", re.IGNORECASE)
_NOBODY = Mailbox("", "")


@dataclass(frozen=True, slots=True)
class Author:
    """The author of a post as far as its headers tell, and those headers."""

    name: str
    """as pages show it; never an address"""
    address: str
    """lower-cased; empty where only the list's own address is known"""
    from_name: str
    from_address: str
    reply_to: str
    sender: str
    original_from: str

    @property
    def mark(self) -> str:
        """What tells two people of one thread apart: the address, else the name."""
        return self.address or self.name.casefold()


def author_of(
    message: ParsedMessage,
    group_addresses: Collection[str] = (),
    registered: str = "",
    *,
    by_from: bool = False,
) -> Author:
    """Find the author: X-Original-From or Author, else From unless a list put its own address
    there, else Reply-To. The name of "Ana via list" is Ana.

    `group_addresses` are the list's own, lower-cased; that of List-Post counts as one too. `registered`
    is the name by which whoever From names is known to us: it counts where From has none. `by_from`
    says that From is known to be right: no other field may name another person.
    """
    own = {address.lower() for address in group_addresses} | _list_posts(message)
    origin = _personal(message.original_from, own)
    reply = _personal(message.reply_to, own)
    from_ = message.from_[0] if message.from_ else _first(message.sender)
    via = _VIA.search(from_.name) is not None
    if by_from and from_.address:
        name, address = from_.name, from_.address
    elif origin.address:
        name, address = origin.name or _without_via(from_.name), origin.address
    elif via:
        name, address = _without_via(from_.name) or reply.name, reply.address
    elif from_.address.lower() in own:
        name, address = reply.name or from_.name, reply.address
    else:
        name, address = from_.name, from_.address
    return Author(
        name=shown_name(
            name, address or from_.address, registered if address == from_.address else ""
        ),
        address=address.lower(),
        from_name=from_.name,
        from_address=from_.address,
        reply_to=_addresses(message.reply_to),
        sender=_addresses(message.sender),
        original_from=_addresses(message.original_from),
    )


def _list_posts(message: ParsedMessage) -> set[str]:
    values = (value for name, value in message.list_headers if name == "list-post")
    return {found.lower() for value in values for found in _LIST_POST.findall(value)}


def _personal(boxes: Sequence[Mailbox], own: Collection[str]) -> Mailbox:
    return next((box for box in boxes if box.address and box.address.lower() not in own), _NOBODY)


def _first(boxes: Sequence[Mailbox]) -> Mailbox:
    return boxes[0] if boxes else _NOBODY


def _without_via(name: str) -> str:
    return _VIA.sub("", name)


def _addresses(boxes: Sequence[Mailbox]) -> str:
    return ", ".join(box.address for box in boxes)[:500]
