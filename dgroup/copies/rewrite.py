"""STEPS: what we change in the header block of a post before it goes to the members. Pure.

Raw bytes are spliced, never serialised again: body and every field that no step names stay as they
came. A step that touches To, Subject, In-Reply-To or Reply-To passes over fields that a DKIM signature
covers (RULINGS 6): a subject tag or a reply address is worth less than the author's proof. What we add
stands on top, where no signature looks for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from archive import ids
from archive.headers import mailboxes
from archive.model import ArchiveMode, SiteInfo
from dgroup.address import command_address, leave_address, owner_address
from dgroup.model import Group
from dgroup.splice import (
    CRLF,
    JUNK,
    LONGEST_LINE,
    Field,
    Head,
    covered,
    crlf,
    fold,
    join,
    make_field,
    phrase,
    split,
)

# What the last mailbox wrote into it. Received lines stay: nobody may delete them (RFC 5321 4.4), and
# a loop through several lists is found by counting them (6.3).
TRACE = frozenset(
    "return-path delivered-to x-delivered-to x-original-to envelope-to x-envelope-to "
    "x-envelope-from".split()
)
# Blind copies, passwords of other list managers, and requests that each member's program would answer.
PRIVATE = frozenset(
    "bcc approved x-approved disposition-notification-to return-receipt-to "
    "x-confirm-reading-to x-pmrqc".split()
)
_PROOFS = frozenset(
    "dkim-signature domainkey-signature arc-seal arc-message-signature "
    "arc-authentication-results".split()
)
# An authserv-id behind comments, in quotation marks or not (RFC 8601 2.2).
_SERVER = re.compile(rb'(?:\s|\((?:[^()\\]|\\.|\([^()]*\))*+\))*+(?:"([^"]*)"|([^\s;"(/]+))')
_VISIBLE = re.compile(r"[!-;=?-~]{1,900}")
_SAFE_ID = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(frozen=True, slots=True)
class RewriteContext:
    """What the steps need to know beside the mail."""

    group: Group
    site: SiteInfo
    key: str
    """key of the stored post: its permanent URL follows from it"""
    message_id: str
    """canonical Message-ID of the post; added where the mail has none"""
    announce: bool
    """members cannot post: List-Post says NO"""
    received_at: datetime
    envelope_id: str
    parent_id: str = ""
    """canonical id of the mail that a reply-key address answers"""
    smtputf8: bool = False
    """the mail came with SMTPUTF8"""
    authserv_ids: frozenset[str] = frozenset()
    results: str = ""
    """our own Authentication-Results, for the seal that is made when the copies go out; '' for none"""
    """names under which we or our front write Authentication-Results"""
    alias: str = ""
    """the author's alias, for copies whose From must be ours; '' where they have none"""
    registered: str = ""
    """the author's name as the group knows it, for mails that have none"""

    @property
    def public(self) -> bool:
        """Whether anybody may read the group's archive."""
        return self.group.info.archive is ArchiveMode.PUBLIC


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A new header block; the mail is `head + raw[body_offset:]`."""

    head: bytes
    body_offset: int
    smtputf8: bool
    """header fields hold UTF-8 that needs SMTPUTF8 (RFC 6531)"""
    body: bytes | None = None
    """what follows the header where it is not as it came"""

    def whole(self, raw: bytes) -> bytes:
        """Give the mail as it is sent, without the personal lines; line ends as they came."""
        return self.head + (raw[self.body_offset :] if self.body is None else self.body)


Step = Callable[[Head, RewriteContext], Head]


def rewrite(raw: bytes, context: RewriteContext, steps: Sequence[Step] | None = None) -> Rewritten:
    """Run the steps (STEPS unless given) over the header block of `raw`."""
    fields, offset = split(raw)
    before = Head(tuple(fields))
    after = before
    for step in STEPS if steps is None else steps:
        after = step(after, context)
    head = raw[:offset] if after == before else join(after, raw, offset)
    needs_utf8 = context.smtputf8 and not head.isascii()
    return Rewritten(head, offset, needs_utf8)


def forwarded(raw: bytes, group_address: str) -> bytes:
    """Give a mail to pass on to people as it is: only marked, so that it never comes back as a post."""
    fields, offset = split(raw)
    head = Head(tuple(fields)).without({JUNK, "return-path", "delivered-to"})
    return crlf(join(head.on_top("X-Loop", group_address), raw, offset) + raw[offset:])


def personal_lines(group: str, domain: str, base_url: str, leave_token: str) -> bytes:
    """Give the header lines of one member's copy: one-click and mail to leave (RFC 8058, RFC 2369)."""
    return leave_token.join(_around_token(group, domain, base_url)).encode("ascii")


@lru_cache(maxsize=64)
def _around_token(group: str, domain: str, base_url: str) -> list[str]:
    """What stands before, between and behind the tokens in all copies of a group."""
    one_click = ids.service_url(base_url, "leave", "\0")
    by_mail = leave_address(group, "\0", domain)
    lines = (
        f"List-Unsubscribe: <{one_click}>,\r\n <mailto:{by_mail}>\r\n"
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    )
    return lines.split("\0")


def shared_lines(group: str, domain: str) -> bytes:
    """Give the lines of a copy that many share: it names nobody, so leaving is asked back by mail, and
    there is no one click (RFC 8058 needs a link that names the member)."""
    return f"List-Unsubscribe: <mailto:{command_address(group, 'leave', domain)}>\r\n".encode(
        "ascii"
    )


# --- What goes --------------------------------------------------------------------------------


def _dropped(head: Head, names: Collection[str]) -> Head:
    """Leave out fields with these names, but those that a signature covers."""
    return head.without(frozenset(names) - covered(head))


def drop_junk(head: Head, context: RewriteContext) -> Head:
    """Leave out mbox From_ lines and byte order marks: they are no header fields."""
    return head.without({JUNK})


def drop_trace(head: Head, context: RewriteContext) -> Head:
    """Start a new trace: RFC 5321 3.9.2 makes a list the origin of a new delivery."""
    return _dropped(head, TRACE)


def drop_private(head: Head, context: RewriteContext) -> Head:
    """Leave out what would leak a blind copy or have all members' programs answer the author."""
    return _dropped(head, PRIVATE)


def drop_own_results(head: Head, context: RewriteContext) -> Head:
    """Leave out Authentication-Results that claim to be ours (RFC 8601 5)."""

    def foreign(field: Field) -> bool:
        if field.name != "authentication-results":
            return True
        found = _SERVER.match(field.value)
        name = (found[1] or found[2]).decode("ascii", "replace").lower() if found else ""
        return name not in context.authserv_ids

    return head.only(foreign)


def drop_foreign_list(head: Head, context: RewriteContext) -> Head:
    """Leave out List-* fields of others: at most one of each (RFC 2369 s3, s5; RFC 2919).

    Of a parent list (a mail with List-Id) the archive stays named where we show none (RFC 2369 s4).
    """
    nested = head.has("list-id") and not context.public
    return head.only(
        lambda field: (
            not field.name.startswith("list-") or (nested and field.name == "list-archive")
        )
    )


# --- What is made good ------------------------------------------------------------------------


def message_id(head: Head, context: RewriteContext) -> Head:
    """Give a mail without Message-ID the one that the archive knows it by; never change one."""
    if any(field.value for field in head.all("message-id")):
        return head
    return head.without({"message-id"}).on_top("Message-ID", f"<{context.message_id}>")


def date(head: Head, context: RewriteContext) -> Head:
    """Give a mail without Date the moment it came (RFC 5322 3.6 asks for one)."""
    if head.has("date"):
        return head
    return head.on_top("Date", format_datetime(context.received_at))


def author(head: Head, context: RewriteContext) -> Head:
    """Give a mail without From the group's address: large hosts refuse what has none (RFC 5322 3.6)."""
    if head.has("from"):
        return head
    return head.on_top("From", context.group.address)


def to_group(head: Head, context: RewriteContext) -> Head:
    """Turn `group+re-KEY@` in To and Cc into the group's address, so that answers go there.

    Passed over where a signature covers the field: an answer to all then names an older parent in
    the same thread, which is less harm than a mail that members' hosts refuse.
    """
    keyed = _keyed(context.group.address)
    plain = context.group.address.encode("ascii")
    for name in {"to", "cc"} - covered(head):
        head = head.changed(name, lambda raw: keyed.sub(plain, raw))
    return head


@lru_cache(maxsize=64)
def _keyed(address: str) -> re.Pattern[bytes]:
    """Find the reply addresses of a group."""
    local, _, domain = address.encode().partition(b"@")
    words = rb"(?<![\w.+-])" + re.escape(local) + rb"\+re-[a-z2-7]{16}@" + re.escape(domain)
    return re.compile(words, re.IGNORECASE)


def in_reply_to(head: Head, context: RewriteContext) -> Head:
    """Name the parent that only the reply key knew, so that members' programs thread the answer."""
    known = {"in-reply-to", "references"}
    if not _VISIBLE.fullmatch(context.parent_id) or known & covered(head):
        return head
    if any(head.has(name) for name in known):
        return head
    return head.on_top("In-Reply-To", f"<{context.parent_id}>")


def subject_tag(head: Head, context: RewriteContext) -> Head:
    """Put the group's tag before the subject: only if one is set and no signature covers it."""
    tag = context.group.tag.strip()
    if not tag or "subject" in covered(head):
        return head
    if not head.has("subject"):
        return head.on_top("Subject", phrase_of_tag(tag))
    mark = phrase_of_tag(tag).encode("ascii")

    def tagged(raw: bytes) -> bytes:
        if mark.lower() in raw.lower():
            return raw
        name, colon, value = raw.partition(b":")
        rest = value.lstrip(b" \t")
        # A line of its own where the first would grow too long (RFC 5322 2.1.1).
        space = b" " if len(mark) + len(rest.partition(b"\n")[0]) < 66 else CRLF + b" "
        return name + colon + b" " + mark + space + rest

    return head.changed("subject", tagged)


def phrase_of_tag(tag: str) -> str:
    """Give a tag as it stands in a Subject: '[water]', encoded where it is not ASCII."""
    text = tag if tag.startswith("[") else f"[{tag}]"
    clean = "".join(sign for sign in text if sign.isprintable())
    return clean if clean.isascii() else phrase(clean)


def reply_to(head: Head, context: RewriteContext) -> Head:
    """Let answers go to the group where it says so, no signature covers Reply-To, and the author did
    not ask for answers elsewhere (RULINGS 6)."""
    if not context.group.reply_to_group or "reply-to" in covered(head):
        return head
    if _addresses(head, "reply-to") - _addresses(head, "from"):
        return head
    return head.without({"reply-to"}).on_top("Reply-To", context.group.address)


def _addresses(head: Head, name: str) -> set[str]:
    """Read with the archive's reader: the library's own goes as deep as comments are nested."""
    texts = [field.value.decode("utf-8", "replace") for field in head.all(name)]
    return {box.address.lower() for text in texts for box in mailboxes(text)}


# --- What we add ------------------------------------------------------------------------------


def list_fields(head: Head, context: RewriteContext) -> Head:
    """Say which list this is and how to use it (RFC 2369, RFC 2919); leaving is a personal line."""
    if context.public:
        head = head.without({"list-archive"})
    return head.under(_list_fields(context.group, context.site, announce=context.announce))


@lru_cache(maxsize=64)
def _list_fields(group: Group, site: SiteInfo, *, announce: bool) -> tuple[Field, ...]:
    """The same for every post, as long as nobody changes the group."""
    name, domain = group.name, site.domain
    found = [
        ("List-Id", f"{phrase(group.info.title)} <{group.list_name}.{domain}>".strip()),
        ("List-Post", "NO" if announce else f"<mailto:{group.address}>"),
        ("List-Help", f"<mailto:{command_address(name, 'help', domain)}>"),
        ("List-Subscribe", f"<mailto:{command_address(name, 'join', domain)}>"),
        ("List-Owner", f"<mailto:{owner_address(name, domain)}>"),
    ]
    if group.info.archive is ArchiveMode.PUBLIC:
        found.append(("List-Archive", f"<{ids.url(site.base_url, ids.home_path(name))}>"))
    return tuple(make_field(*pair) for pair in found)


def archived_at(head: Head, context: RewriteContext) -> Head:
    """Name the post's permanent page (RFC 5064), known before anything is rendered."""
    if not context.public:
        return head
    page = ids.message_url(context.site.base_url, context.group.name, context.key)
    return head.on_top("Archived-At", f"<{page}>")


def loop_mark(head: Head, context: RewriteContext) -> Head:
    """Mark our copies: one that comes back is known by it, and robots leave list mail alone."""
    marked = head.on_top("X-Loop", context.group.address)
    if "precedence" in covered(head):
        return marked
    return marked.without({"precedence"}).on_top("Precedence", "list")


def received(head: Head, context: RewriteContext) -> Head:
    """Begin the new trace with us (RFC 5321 4.4); who handed the mail to us stays in the archive."""
    name = _SAFE_ID.sub("", context.envelope_id) or "unknown"
    when = format_datetime(context.received_at)
    value = f"by {context.site.domain} (dgroup) id {name}\r\n for <{context.group.address}>; {when}"
    return head.on_top("Received", value)


def own_results(head: Head, context: RewriteContext) -> Head:
    """Say what we found out about the sender: the sealer takes it over (RFC 8617 4.1.1)."""
    if not context.results:
        return head
    return head.on_top("Authentication-Results", context.results.replace("; ", ";\r\n "))


# --- What is too long -------------------------------------------------------------------------


def fold_long(head: Head, context: RewriteContext) -> Head:
    """Fold lines over 998 octets at their white space (RFC 5322 2.1.1, 2.2.3): a host on the way
    may cut them elsewhere. Passed over where any signature or seal may cover them; a word that is
    longer by itself stays as it is.
    """
    if all(len(field.raw) <= LONGEST_LINE for field in head.fields):
        return head
    if any(field.name in _PROOFS for field in head.fields):
        return head
    return Head(tuple(Field(field.name, fold(field.raw)) for field in head.fields))


STEPS: tuple[Step, ...] = (
    drop_junk,
    drop_trace,
    drop_private,
    drop_own_results,
    drop_foreign_list,
    message_id,
    date,
    author,
    to_group,
    in_reply_to,
    subject_tag,
    reply_to,
    list_fields,
    archived_at,
    loop_mark,
    received,
    fold_long,
    own_results,
)
