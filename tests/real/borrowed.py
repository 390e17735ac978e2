"""Real mails of the corpus, made into posts of our own people: their texts, nobody's address.

Nothing may ever be sent to an address that stands in the corpus: every header that names one is
replaced or left out here, bodies stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from archive import mbox
from archive.parse import parse
from tests.corpus import corpus_path

_KEPT = frozenset(
    "subject date message-id in-reply-to references mime-version content-type "
    "content-transfer-encoding content-disposition user-agent x-mailer organization".split()
)
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:.*\r\n(?:[ \t].*\r\n)*")


@dataclass(frozen=True, slots=True)
class Post:
    """A mail ready to be sent to a group."""

    message_id: str
    """canonical"""
    sender: str
    raw: bytes
    """with CRLF line ends"""


def posts(archive: str, group: str, people: Sequence[str], count: int, skip: int = 0) -> list[Post]:
    """Give `count` mails of one corpus list as posts to the address `group`.

    Each author of the list becomes one of `people` (addresses), in the order of first appearance.
    """
    return list(islice(_posts(archive, group, people, skip), count))


def thread(archive: str, group: str, people: Sequence[str], count: int) -> list[Post]:
    """Give the first conversation of a corpus list that has `count` posts or more: so many of them."""
    talks: dict[str, list[Post]] = {}
    for post in _posts(archive, group, people, 0):
        message = parse(post.raw)
        known = [key for key in (*message.references, *message.in_reply_to) if key in talks]
        talk = talks[post.message_id] = talks[known[0]] if known else []
        talk.append(post)
        if len(talk) == count:
            return talk
    raise LookupError(f"{archive} has no conversation of {count} posts")


def _posts(archive: str, group: str, people: Sequence[str], skip: int) -> Iterator[Post]:
    authors: dict[str, str] = {}
    seen: set[str] = set()
    for mail in islice(mbox.open_archive(corpus_path("lists", archive)), skip, None):
        parsed = parse(mail.raw)
        author = parsed.from_[0].address if parsed.from_ else ""
        sender = authors.setdefault(author, people[len(authors) % len(people)])
        post = as_post(mail.raw, group, sender)
        if post is not None and post.message_id not in seen:
            seen.add(post.message_id)
            yield post


def as_post(raw: bytes, group: str, sender: str) -> Post | None:
    """Make a mail of somebody into one of `sender` to `group`; None where it has no id of its own or
    line ends that no client would send."""
    text = re.sub(rb"\r?\n", b"\r\n", raw)
    head, blank, body = text.partition(b"\r\n\r\n")
    fields = list(_FIELD.finditer(head + b"\r\n"))
    kept = b"".join(one[0] for one in fields if one[1].decode("ascii").lower() in _KEPT)
    ids = [one for one in fields if one[1].lower() == b"message-id"]
    if not blank or len(ids) != 1 or re.search(rb"\r(?!\n)|(?<!\r)\n|\0", text):
        return None
    new = f"From: {sender.partition('@')[0].title()} <{sender}>\r\nTo: <{group}>\r\n".encode()
    whole = new + kept + b"\r\n" + body + (b"" if body.endswith(b"\r\n") else b"\r\n")
    return Post(parse(whole).message_id, sender, whole)
