"""A report as its readers take it: the mail taken apart, the notice by itself, the quoted mail left out."""

from __future__ import annotations

import email.policy
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser

MAX_READ = 262_144
"""bytes of a report that are read; the notice stands at its beginning"""
MAX_BOUNDARIES = 12
"""multiparts in what is read; the standard library's parser is recursive, and slow where they are many"""
MAX_NOTICE = 16_384
"""characters of the notice that readers look at"""
STATUS_PARTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
"""the parts of a report that programs read (RFC 3464, RFC 6533)"""
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`|~-]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}")
_ORIGINAL = re.compile(
    r"^[ \t>*-]*(?:-{2,}.{0,20}(?:original|returned|unsent|enclosed|below this line|message header)"
    r"|(?:the )?original (?:message|mail|e-?mail)\b(?:\s*:|.{0,12}(?:follows|headers?|below|-{2,}))|below is a copy"
    r"|message headers? follow|this is a copy of|(?:enclosed|included) is a copy|copy of (?:the|your)"
    r" message|return-path:|received:\s*(?:from|by)|-+ (?:unsent|original|returned) )",
    re.IGNORECASE | re.MULTILINE,
)
_TAGS = re.compile(
    r"<(?:/?[a-z][a-z0-9]{0,9}(?:\s[^<>@]{0,500})?|!--[^<>]{0,500}--)/?>", re.IGNORECASE
)

_DAEMON = re.compile(
    r"mailer-?daemon|post-?master|mail ?(delivery|system|administrator|er)|mmdf|delivery (sub)?system"
    r"|e-?mail (delivery|system|server)|uucp|returned|smtp gateway|interscan|daemon|bounce|no-?reply",
    re.IGNORECASE,
)
FAILED = re.compile(
    r"undeliver|deliver.{0,20}(fail|status|problem|error|report|impossible|delay|notif)|returned mail"
    r"|fail(ure|ed).{0,12}(notice|deliver|mail)|mail.{0,20}(error|fail|return|warning|bounce)"
    r"|non.?deliver|not.{0,6}deliver|could not (send|be deliver)|message (status|delayed)|unknown user"
    r"|nondeliver|warning: |unzustellbar|non remis|no se (ha )?pudo entregar|n[aã]o entreg"
    r"|user unknown|rejected mail|error sending|mail system|wasn.t delivered|permanent (fatal )?error|[eé]chec|退信|недоставл|не доставлен",
    re.IGNORECASE,
)
_PASSED_ON = re.compile(r"\s*(fwd?|tr|rv|wg|enc|doorst)\s*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Returned:
    """A report taken apart."""

    message: Message
    notice: str
    """what the other server's text says, without the mail that it quotes"""
    subject: str
    sender: str
    """From as it stands"""
    raw: str
    """all that was read, as text with plain line ends"""


def taken_apart(raw: bytes) -> Returned:
    """Read the beginning of a report; never raises. Line ends of all kinds are taken. Of one whose parts are
    nested deeper than any server's, only the head is read."""
    plain = raw[:MAX_READ].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    low = plain.lower()
    deep = max(low.count(b"boundary="), low.count(b"message/rfc822")) > MAX_BOUNDARIES
    message = BytesParser(policy=email.policy.compat32).parsebytes(plain, headersonly=deep)
    return Returned(
        message=message,
        notice=_notice(message) or _without_parts(plain),
        subject=header(message, "Subject"),
        sender=header(message, "From"),
        raw=plain.decode("utf-8", "replace"),
    )


def header(message: Message, name: str) -> str:
    """Give a header as one line of text; '' where there is none. Bare UTF-8 is taken (RFC 6532)."""
    low = name.lower()
    plain = next((str(value) for key, value in message.raw_items() if key.lower() == low), "")
    plain = plain.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    try:
        text = str(make_header(decode_header(plain)))
    except (ValueError, LookupError, MessageError):
        text = plain
    return " ".join(text.split())


def addresses(text: str) -> tuple[str, ...]:
    """Give the addresses in a text, lower-cased, each once, in order."""
    found = (one.strip(".'`=").lower() for one in _ADDRESS.findall(text))
    return tuple(dict.fromkeys(found))


def parts(message: Message) -> list[Message]:
    """Give the parts of a report that are its own: not those of the mail that it encloses."""
    found: list[Message] = []
    waiting = [message]
    while waiting and len(found) < 50:
        part = waiting.pop(0)
        found.append(part)
        inner = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inner, list):
            waiting[:0] = [one for one in inner if isinstance(one, Message)]
    return found


def text_of(part: Message) -> str:
    """Give the text of a part, decoded as well as it goes."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    try:
        return data.decode(part.get_content_charset("utf-8") or "utf-8", "replace")
    except (LookupError, ValueError):
        return data.decode("latin-1")


def is_daemons(mail: Returned) -> bool:
    """Tell by its sender's name, or by its subject: but people write about failures too, on lists and
    when they pass on what came back to them."""
    if _DAEMON.search(mail.sender):
        return True
    by_people = mail.message.get("List-Id") or _PASSED_ON.match(mail.subject)
    return FAILED.search(mail.subject) is not None and not by_people


def _notice(message: Message) -> str:
    texts, plain = [], False
    for part in parts(message):
        kind = part.get_content_type()
        if kind == "text/plain" or (kind == "text/html" and not plain):
            plain = plain or kind == "text/plain"
            text = text_of(part)
            if kind == "text/html":
                text = _TAGS.sub(" ", text).replace("&lt;", "<").replace("&gt;", ">")
            texts.append(text[: 2 * MAX_NOTICE])
            if _quotes(text):
                break
    return "\n".join(own_words(text) for text in texts)[:MAX_NOTICE]


def _without_parts(plain: bytes) -> str:
    """The body as it stands, where no part of it can be told from the others."""
    text = plain.partition(b"\n\n")[2][: 2 * MAX_NOTICE].decode("utf-8", "replace")
    return own_words(text)[:MAX_NOTICE]


def about(notice: str, address: str, others: Iterable[str]) -> str:
    """Give the piece of a notice that is about one of several addresses: from its first mention to
    the next one's; the whole notice where the address does not stand in it."""
    low = notice.lower()
    begin = low.find(address)
    if begin < 0:
        return notice
    ends = (low.find(one, begin + len(address)) for one in others if one != address)
    return notice[begin : min((end for end in ends if end > 0), default=len(notice))]


def _quotes(text: str) -> bool:
    return _ORIGINAL.search(text) is not None


def own_words(text: str) -> str:
    """Cut a notice where it begins to quote the mail that it is about."""
    found = _ORIGINAL.search(text)
    return text[: found.start()] if found else text
