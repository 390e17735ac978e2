"""Whose name stands in From of what we pass on: the author's own, or our alias for them. Pure.

No host can vouch for another's mail but by the author's signature. Where the author's domain has copies
without one refused and none holds on ours, From becomes the alias, and Author says who wrote (RFC 9057).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from archive import ids
from archive.headers import mailboxes
from archive.model import ParsedMessage
from dgroup.address import ascii_domain, clean_line, is_sendable
from dgroup.copies.rewrite import Rewritten
from dgroup.letters import LetterWriter
from dgroup.model import Group, Protection
from dgroup.splice import Field, Head, breaks_signature, join, make_field, phrase, split

AUTHOR_LENGTH = 36
TITLE_LENGTH = 100
_DOMAIN = re.compile(rb"(?:^|;)\s*d\s*=\s*([^;\s]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Spokesman:
    """What stands in From instead of the author."""

    words: str
    """'Awa Diop via Water'"""
    address: str
    """the author's alias"""
    answers: str = ""
    """where answers go unless the author asked for another place; '' = to the author"""


def spokesman(author: str, group: Group, address: str, letters: LetterWriter) -> Spokesman:
    """Say who speaks for the author of a mail to a group."""
    template = letters.environment(group.info.language).get_template("mail/_via.txt.j2")
    line = template.render(
        author=clean_line(author, AUTHOR_LENGTH),
        title=clean_line(group.info.title, TITLE_LENGTH),
    )
    return Spokesman(line.strip().removeprefix("From:").strip(), address)


def must_speak(protection: Protection, raw: bytes, copy: Rewritten) -> bool:
    """Tell whether From has to be ours on a copy of `raw`: SPF alone never survives a list."""
    return protection.protected and not survives(raw, copy, protection.signers)


def survives(raw: bytes, copy: Rewritten, signers: Iterable[str]) -> bool:
    """Tell whether a proof of the author holds on a copy: of one signer all signatures, since it is
    not known which of them held."""
    if copy.body is not None:  # another text than the one that was signed
        return False
    before, after = Head(tuple(split(raw)[0])), Head(tuple(split(copy.head)[0]))
    for signer in signers:
        # A broken signature of somebody else does no harm.
        theirs = Head(tuple(one for one in before.fields if _signer(one) in {"", signer}))
        if theirs.has("dkim-signature") and not breaks_signature(theirs, after):
            return True
    return False


def _signer(field: Field) -> str:
    """Name the domain of a signature; '' for any other field."""
    if field.name != "dkim-signature":
        return ""
    found = _DOMAIN.search(field.value)
    name = found.group(1).decode("ascii", "replace").lower().rstrip(".") if found else "?"
    return ascii_domain(name)


def speak(copy: Rewritten, raw: bytes, message: ParsedMessage, who: Spokesman) -> Rewritten:
    """Put the alias into From of a copy; the author as they came stand in Author, and in Reply-To
    where nobody asked for another. Everything else stays, Message-ID and signatures too."""
    head = Head(tuple(split(copy.head)[0]))
    author = from_as_it_came(head, message)
    ours = [make_field("From", f"{phrase(who.words)} <{who.address}>".strip())]
    if author and not head.has("author"):
        ours.append(Field("author", b"Author:" + author))
    asked = _addresses(head, "reply-to") - _addresses(head, "from")
    if who.answers and not asked:
        head = head.without({"reply-to"}).on_top("Reply-To", who.answers)
    elif author and not asked:
        ours.append(Field("reply-to", b"Reply-To:" + author))
        head = head.without({"reply-to"})
    block = join(_in_place_of_from(head, ours), raw, copy.body_offset)
    return replace(copy, head=block)


def _in_place_of_from(head: Head, ours: list[Field]) -> Head:
    fields: list[Field] = []
    for field in head.fields:
        if field.name != "from":
            fields.append(field)
        elif ours:
            fields += ours
            ours = []
    return Head((*fields, *ours))


def from_as_it_came(head: Head, message: ParsedMessage) -> bytes:
    """Give what stands behind 'From:', with its line end; b'' where no mail could be sent to it."""
    found = head.all("from")
    if len(found) == 1:
        boxes = mailboxes(found[0].value.decode("utf-8", "replace"))
        if boxes and all(is_sendable(box.address) for box in boxes):
            return found[0].raw.partition(b":")[2].rstrip(b"\r\n") + b"\r\n"
    box = next(iter(message.from_), None)
    if box is None or not box.address.isascii() or not is_sendable(box.address):
        return b""
    return f" {phrase(box.name)} <{box.address}>\r\n".encode("ascii")


def author_of(message: ParsedMessage, registered: str = "") -> str:
    """Give the author's name as it is shown: `registered` where the mail has none."""
    box = next(iter(message.from_), None)
    return ids.shown_name(box.name, box.address, registered) if box is not None else "?"


def _addresses(head: Head, name: str) -> set[str]:
    texts = [field.value.decode("utf-8", "replace") for field in head.all(name)]
    return {box.address.lower() for text in texts for box in mailboxes(text)}
