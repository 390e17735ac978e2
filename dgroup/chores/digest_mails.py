"""A digest as a mail: one long text (RFC 1153), or a text of contents with the whole mails behind it in a
multipart/digest (RFC 2046 5.1.5). Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from email.utils import format_datetime
from itertools import groupby

from archive import ids
from archive.markup import cut_text
from archive.model import ArchiveMode, ParsedMessage, PartRole, SiteInfo
from archive.text import blocks
from dgroup.address import clean_line, command_address
from dgroup.audience import LIGHT, MIME
from dgroup.copies.light import Piece, shortened
from dgroup.copies.rewrite import RewriteContext, Step, drop_junk, drop_private, drop_trace, rewrite
from dgroup.copies.rewrite import date as given_date
from dgroup.copies.rewrite import message_id as given_id
from dgroup.filelinks import TEXT, Links, holds_links, with_whole_links
from dgroup.letters import LetterWriter, encoded, group_head, unstructured
from dgroup.model import Group
from dgroup.splice import Head, covered, crlf

SIZE = 400_000
"""characters of posts in one text; more make a second one"""
MIME_SIZE = 5_000_000
"""bytes of whole mails in one digest; a larger one has its own"""
RULE = "-" * 30
"""between two posts (RFC 1153); a post's own line that begins so gets a space before it"""
HEAD_RULE = "-" * 70
_LINE = 200
_NAMES = 10
# What the way of the mail to us wrote into it: hosts, addresses of computers, verdicts that were ours.
_WAY = frozenset(
    "received received-spf authentication-results arc-seal arc-message-signature "
    "arc-authentication-results x-received x-originating-ip x-loop".split()
)


@dataclass(frozen=True, slots=True)
class File:
    """An attachment as a text names it."""

    name: str
    url: str
    """'' where there is no way to it"""
    size: int
    """bytes"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One post in a digest."""

    post_id: int
    thread_id: int
    thread: str
    """its title"""
    subject: str
    author: str
    fields: tuple[tuple[str, str], ...]
    """what stands above its text, in the order of RFC 1153"""
    reply_to: str
    """mail to it answers this post in its thread"""
    url: str
    """of its page, or '' where the archive is not public"""
    files: tuple[File, ...]
    text: str
    """whole, as the author wrote it"""
    pieces: tuple[Piece, ...]
    """the same without long quotes, for light members"""
    is_cut: bool
    """the pieces are too long for a light member, and end before their time"""
    whole_url: str
    """where the whole text is; '' where nothing shows it"""
    mail: bytes
    """the whole mail, for those who want that"""
    ends_early: bool = False
    """the text goes on where `whole_url` leads"""
    number: int = 0
    """in the digest, from 1"""
    removed: bool = False
    """it was taken down after the digest was made: only its place is left"""

    def cut(self, room: int) -> Entry:
        """Give the post with no more than so many bytes of its text."""
        text, goes_on = cut_text(self.text, room)
        if not goes_on:
            return self
        text = text.rstrip("\n")
        pieces = (Piece(text),) if self.pieces else ()
        return replace(self, text=text, pieces=pieces, is_cut=True, ends_early=True)


@dataclass(frozen=True, slots=True)
class Stored:
    """A post as the archive has it."""

    post_id: int
    key: str
    thread_id: int
    thread: str
    subject: str
    author: str
    address: str
    received_at: datetime
    message_id: str


def entry_of(
    post: Stored,
    message: ParsedMessage,
    raw: bytes,
    group: Group,
    site: SiteInfo,
    links: Links,
    *,
    light: bool = False,
) -> Entry:
    """Give a post as a digest shows it; for members who are `light`, too, which takes as long again."""
    reply_to = group.address.replace("@", f"+re-{post.key}@")
    public = group.info.archive is ArchiveMode.PUBLIC
    page = ids.message_url(site.base_url, group.name, post.key) if public else ""
    closed = group.info.archive is ArchiveMode.MEMBERS
    pieces, is_cut = shortened(blocks(message.text.strip("\n"))) if light else ([], False)
    return Entry(
        post_id=post.post_id,
        thread_id=post.thread_id,
        thread=clean_line(post.thread, _LINE),
        subject=clean_line(post.subject, _LINE),
        author=clean_line(post.author, _LINE),
        fields=tuple(_fields(post, message, reply_to)),
        reply_to=reply_to,
        url=page,
        files=tuple(_files(post, message, group, site, links))[:_NAMES],
        text=stuffed(message.text.strip("\n")),
        pieces=tuple(replace(one, text=stuffed(one.text)) for one in pieces),
        is_cut=is_cut,
        whole_url=links.url(post.post_id, TEXT) if closed else page,
        mail=enclosed(raw, post, group, site, reply_to),
    )


def removed(post: Stored) -> Entry:
    """Give what is left of a post that was taken down."""
    return Entry(
        post_id=post.post_id,
        thread_id=post.thread_id,
        thread=clean_line(post.thread, _LINE),
        subject="",
        author="",
        fields=(("Date", format_datetime(post.received_at)),),
        reply_to="",
        url="",
        files=(),
        text="",
        pieces=(),
        is_cut=False,
        whole_url="",
        mail=b"",
        removed=True,
    )


def _fields(post: Stored, message: ParsedMessage, reply_to: str) -> Iterator[tuple[str, str]]:
    author, address = clean_line(post.author, _LINE), clean_line(post.address, _LINE)
    yield "Date", format_datetime(post.received_at)
    yield "From", f"{author} <{address}>".strip() if address else author
    for name, boxes in (("To", message.to), ("Cc", message.cc)):
        shown = ", ".join(f"{box.name} <{box.address}>".strip() for box in boxes if box.address)
        if shown:
            yield name, clean_line(shown, _LINE)
    yield "Subject", clean_line(post.subject, _LINE)
    yield "Message-ID", f"<{clean_line(post.message_id, _LINE)}>"
    yield "Reply-To", reply_to


def _files(
    post: Stored, message: ParsedMessage, group: Group, site: SiteInfo, links: Links
) -> Iterator[File]:
    for part in message.parts:
        if part.role is not PartRole.ATTACHMENT or not part.filename:
            continue
        url = ""
        if group.info.archive is ArchiveMode.PUBLIC:
            path = ids.attachment_path(
                group.name, post.key, part.index, part.filename, part.content_type
            )
            url = ids.url(site.base_url, path) if path else ""
        elif group.info.archive is ArchiveMode.MEMBERS:
            url = links.url(post.post_id, part.index)
        yield File(clean_line(part.filename, _LINE), url, part.size)


def stuffed(text: str) -> str:
    """Keep a text from looking like the end of a post (RFC 1153). Longer rules too: some readers'
    programs take each that begins so for one."""
    lines = text.split("\n")
    return "\n".join(f" {line}" if line.startswith(RULE) else line for line in lines)


def enclosed(raw: bytes, post: Stored, group: Group, site: SiteInfo, reply_to: str) -> bytes:
    """Give a post's mail as it came, without what its way wrote into it and what is private.

    What a signature of the author's covers stays, so that it still holds.
    """
    context = RewriteContext(
        group, site, post.key, post.message_id, False, post.received_at, envelope_id=""
    )

    def answerable(head: Head, _: RewriteContext) -> Head:
        if not group.reply_to_group or head.has("reply-to") or "reply-to" in covered(head):
            return head
        return head.on_top("Reply-To", reply_to)

    steps: tuple[Step, ...] = (drop_junk, drop_trace, drop_private, _drop_way, given_id, given_date)
    return crlf(rewrite(raw, context, (*steps, answerable)).whole(raw))


def _drop_way(head: Head, context: RewriteContext) -> Head:
    return head.without(_WAY - covered(head))


# --- Threads and sizes ------------------------------------------------------------------------


def threaded(entries: Sequence[Entry]) -> list[Entry]:
    """Put the posts of a thread together, in the order in which the threads begin; number them."""
    first: dict[int, int] = {}
    for entry in entries:
        first.setdefault(entry.thread_id, len(first))
    ordered = sorted(entries, key=lambda one: first[one.thread_id])
    return [replace(one, number=number) for number, one in enumerate(ordered, 1)]


def parts_of(entries: Sequence[Entry], form: str) -> Iterator[list[Entry]]:
    """Put so many posts into a mail as it holds, at least one."""
    most = MIME_SIZE if form == MIME else SIZE
    part: list[Entry] = []
    size = 0
    for entry in entries:
        length = len(entry.mail if form == MIME else entry.text)
        if part and size + length > most:
            yield part
            part, size = [], 0
        part.append(entry)
        size += length
    if part:
        yield part


# --- The mail ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Issue:
    """What the mails of one edition have in common."""

    group: Group
    site: SiteInfo
    language: str
    form: str
    day: date
    """on which it is due"""
    now: datetime


def mail_of(
    issue: Issue,
    part: Sequence[Entry],
    place: tuple[int, int],
    message_id: str,
    letters: LetterWriter,
) -> bytes:
    """Give the whole mail; `place` is its number among how many."""
    group, site = issue.group, issue.site
    template = letters.environment(issue.language).get_template("mail/digest.txt.j2")
    whole = template.render(
        group=group.info,
        threads=[list(run) for _, run in groupby(part, lambda one: one.thread_id)],
        entries=part,
        number=place[0],
        numbers=place[1],
        on=issue.day,
        rule=RULE,
        head_rule=HEAD_RULE,
        plain=issue.form != MIME,
        light=issue.form == LIGHT,
        request=command_address(group.name, "request", site.domain),
    )
    subject_line, _, text = whole.strip().partition("\n")
    subject = subject_line.removeprefix("Subject:").strip()
    list_id = f"{group.list_name}.{site.domain}"
    head = [
        *_answered(part, group_head(group, site, subject, message_id, issue.now, list_id)),
        f"Content-Language: {issue.language}",
        "MIME-Version: 1.0",
    ]
    text_part = _text(text.strip("\n") + "\n")
    body = text_part
    if issue.form == MIME:
        body = _mixed(text_part, [one.mail or _in_its_place(one, issue, letters) for one in part])
    return "\r\n".join([*head, ""]).encode("ascii") + body


def _answered(part: Sequence[Entry], head: list[str]) -> Iterator[str]:
    """Let a plain answer to a digest of one thread go to its last post; of others nobody knows which is
    meant."""
    last = next((one.reply_to for one in reversed(part) if one.reply_to), "")
    alone = last and len({one.thread_id for one in part}) == 1
    for field in head:
        yield f"Reply-To: {last}" if alone and field.startswith("Reply-To:") else field


def _in_its_place(entry: Entry, issue: Issue, letters: LetterWriter) -> bytes:
    """A mail of ours where one was taken down, so that the mails are as many as the contents."""
    words = letters.environment(issue.language).get_template("mail/_gone.txt.j2").render().strip()
    head = [f"{name}: {value}" for name, value in entry.fields]
    head += [
        f"From: {issue.group.address}",
        f"Subject: {unstructured('Subject', words)}",
        "MIME-Version: 1.0",
    ]
    return "\r\n".join([*head, ""]).encode("ascii") + _text(words + "\n")


def _text(text: str) -> bytes:
    """A text as a part: fields, blank line, body."""
    encoding, body = (
        ("quoted-printable", with_whole_links(text)) if holds_links(text) else encoded(text)
    )
    fields = f'Content-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}'
    return f"{fields}\r\n\r\n".encode("ascii") + body


def _mixed(contents: bytes, mails: Sequence[bytes]) -> bytes:
    """The contents, and behind them the mails in a multipart/digest, as a part (RFC 2046 5.1.5)."""
    plain = all(mail.isascii() for mail in mails)
    encoding = (
        "7bit" if plain else "8bit"
    )  # a multipart says so where a part needs it (RFC 2045 6.4)
    inner = _boundary(mails)
    enclosed_ = _multipart("digest", encoding, inner, [_rfc822(mail) for mail in mails])
    return _multipart("mixed", encoding, _boundary([enclosed_, contents]), [contents, enclosed_])


def _rfc822(mail: bytes) -> bytes:
    """A part of a digest is message/rfc822 where it says nothing."""
    if mail.isascii():
        return b"\r\n" + mail
    fields = b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n"
    return fields + b"\r\n" + mail


def _multipart(kind: str, encoding: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    fields = (
        f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n'
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
    )
    line = f"--{boundary}\r\n".encode()
    joined = b"".join(line + part + b"\r\n" for part in parts)
    return fields.encode() + joined + f"--{boundary}--\r\n".encode()


def _boundary(parts: Sequence[bytes]) -> str:
    """A line that stands in none of the parts (RFC 2046 5.1.1); the same for the same digest."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return f"=_{digest.hexdigest()[:32]}"
