"""Bytes to ParsedMessage: the one parser of live mail and of imports. Never raises, whatever comes.

mail-parser reads header values, the standard library builds the MIME tree; docs/parsing.md tells
which does what, and why.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from itertools import islice

from archive import headers
from archive.body import Body, read_body, roles_of
from archive.headers import Fields
from archive.ids import made_message_id
from archive.mime import Leaf, leaves
from archive.model import ParsedMessage, Part, PartRole

# Headers that a hop or a list adds and no author writes: two copies of one mail differ in them.
_TRACE = frozenset(
    "received return-path delivered-to x-original-to envelope-to x-envelope-to x-envelope-from "
    "x-delivered-to x-received received-spf authentication-results dkim-signature dkim-filter "
    "domainkey-signature domainkey-status x-google-dkim-signature x-gm-message-state "
    "x-google-smtp-source lines xref status x-status x-keywords x-uid x-uidl content-length "
    "x-mozilla-status x-mozilla-status2 precedence errors-to x-beenthere x-loop "
    "x-mailing-list archived-at".split()
)
_TRACE_PREFIXES = ("arc-", "list-", "x-spam-", "x-virus-", "x-mailman-", "resent-")
_WANTED = frozenset(
    "x-loop x-no-archive archive authentication-results received-spf x-autoreply x-autorespond "
    "x-auto-response-suppress x-auto-reply x-failed-recipients x-beenthere x-mailing-list "
    "x-spam-flag x-original-to delivered-to content-type content-language importance expires "
    "supersedes organization mail-followup-to disposition-notification-to x-mailer user-agent "
    "feedback-id x-original-message-id".split()
)
_ONCE = (
    "from sender reply-to to cc message-id in-reply-to references subject date content-type "
    "content-transfer-encoding"
).split()
_MAX_WANTED = 200
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})?(?![a-z0-9])", re.IGNORECASE)


def parse(raw: bytes) -> ParsedMessage:
    """Read a whole mail. Deterministic, bounded, and free of exceptions for any bytes.

    Caps: 256 KB and 1,000 fields of header, 1,000 parts, depth 50, 1 MB of HTML; what lies beyond
    a cap is told in `defects` and still stands in the raw mail.
    """
    fields, start = headers.split(raw)
    content = raw[start:]
    parts, tree_defects = leaves(fields, content)
    body = read_body(parts)
    digest = digest_of(fields, content)
    given = headers.own_id(fields.first("message-id"))
    first = fields.first
    return ParsedMessage(
        message_id=given or made_message_id(digest),
        message_id_given=bool(given),
        digest=digest,
        from_=headers.mailboxes(first("from")),
        sender=headers.mailboxes(first("sender")),
        reply_to=headers.mailboxes(first("reply-to")),
        original_from=headers.mailboxes(first("x-original-from") or first("author")),
        to=headers.mailboxes(first("to")),
        cc=headers.mailboxes(first("cc")),
        subject=headers.text_of(first("subject")),
        date_claimed=headers.moment(first("date")),
        received_claimed=headers.received_moment(fields.index.get("received", [])),
        in_reply_to=headers.message_ids(first("in-reply-to")),
        references=headers.message_ids(first("references")),
        auto_submitted=_keyword(first("auto-submitted")),
        precedence=_keyword(first("precedence")),
        return_path=headers.return_path(fields.index.get("return-path", [])),
        list_headers=_chosen(fields, lambda name: name.startswith("list-")),
        headers=_chosen(fields, _WANTED.__contains__),
        received_count=len(fields.index.get("received", ())),
        text=body.text,
        html_only=body.html_only,
        language=_language(first("content-language")),
        flowed=body.flowed,
        parts=tuple(_part(at, leaf, body.roles[at]) for at, leaf in enumerate(parts)),
        defects=_defects(fields, tree_defects, body),
    )


def part_bytes(raw: bytes, index: int) -> bytes:
    """Give the decoded bytes of the leaf part `index` (`Part.index`), exactly as sent.

    Raises IndexError where the mail has no such part.
    """
    fields, start = headers.split(raw)
    found, _ = leaves(fields, raw[start:])
    if not 0 <= index < len(found):
        raise IndexError(f"no part {index} among {len(found)}")
    return found[index].data


def leaf_parts(raw: bytes) -> Iterator[tuple[Part, bytes]]:
    """Give every attachment of a mail with its decoded bytes, in one pass over the raw mail."""
    fields, start = headers.split(raw)
    found, _ = leaves(fields, raw[start:])
    for at, role in enumerate(roles_of(found)):
        if role is PartRole.ATTACHMENT:
            yield _part(at, found[at], role), found[at].data


def digest_of(fields: Fields, body: bytes) -> str:
    """Give the sha256 hex that tells a copy of a mail from another mail under the same Message-ID.

    Left out is what differs between two copies of one mail that came by two routes: trace fields
    (RFC 5321 4.4), List-*, Resent-*, what filters, mailboxes and lists note, and the signatures of
    DKIM and ARC: each hop may add one, and they vouch for content that is in the digest anyway.
    Sender, From and Reply-To stay: a mail that changed hands there is not the same mail. White
    space in values, order of different fields, line ends and blank lines at the end do not count.
    """
    kept = [
        f"{name}:{' '.join(value.split())}"
        for name, values in sorted(fields.index.items())
        if name not in _TRACE and not name.startswith(_TRACE_PREFIXES)
        for value in values
    ]
    if b"\r" in body:
        body = body.replace(b"\r\n", b"\n")
        body = body.replace(b"\r", b"\n") if b"\r" in body else body
    found = hashlib.sha256("\n".join(kept).encode("utf-8", "surrogatepass"))
    found.update(b"\n\n")
    found.update(body.rstrip(b"\n"))
    return found.hexdigest()


def _part(at: int, leaf: Leaf, role: PartRole) -> Part:
    return Part(
        index=at,
        role=role,
        content_type=leaf.meta.content_type,
        charset=leaf.meta.charset,
        filename=leaf.meta.filename,
        content_id=leaf.meta.content_id,
        size=len(leaf.data),
        other_names=leaf.meta.other_names,
    )


def _chosen(fields: Fields, wanted: Callable[[str], bool]) -> tuple[tuple[str, str], ...]:
    return tuple(islice(headers.select(fields, wanted), _MAX_WANTED))


def _keyword(raw: str) -> str:
    """Give the first word of a header value, lower case: `auto-replied` of `auto-replied; x=y`."""
    return headers.text_of(raw).split(";")[0].strip().lower() if raw else ""


def _language(raw: str) -> str:
    found = _LANGUAGE.match(raw.strip()) if raw else None
    return found[0].lower() if found else ""


def _defects(fields: Fields, tree: list[str], body: Body) -> tuple[str, ...]:
    repeated = (f"two-{name}" for name in _ONCE if len(fields.index.get(name, ())) > 1)
    missing = (f"no-{name}" for name in ("from", "date", "message-id") if not fields.first(name))
    cut = ("headers-cut",) if fields.cut else ()
    return (*repeated, *missing, *cut, *tree, *body.defects)
