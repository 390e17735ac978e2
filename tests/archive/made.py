"""Mails of our own making for tests of the store: parsed messages without the parser."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from archive.model import Mailbox, ParsedMessage, Part, PartRole

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

_EMPTY = ParsedMessage(
    message_id="",
    message_id_given=True,
    digest="",
    from_=(),
    sender=(),
    reply_to=(),
    original_from=(),
    to=(),
    cc=(),
    subject="",
    date_claimed=None,
    received_claimed=None,
    in_reply_to=(),
    references=(),
    auto_submitted="",
    precedence="",
    return_path=None,
    list_headers=(),
    headers=(),
    received_count=0,
    text="",
    html_only=False,
    language="",
    flowed=False,
    parts=(),
    defects=(),
)


def after(minutes: float) -> datetime:
    """A moment so many minutes after NOW."""
    return NOW + timedelta(minutes=minutes)


def mail(
    name: str,
    *references: str,
    reply_to: tuple[str, ...] = (),
    subject: str = "Saving bean seed",
    author: str = "Ana Silva",
    text: str = "We keep the best pods.\n",
    digest: str = "",
    files: int = 0,
) -> ParsedMessage:
    """A message called `name`; `references` oldest first, `reply_to` for In-Reply-To."""
    address = author.split(maxsplit=1)[0].lower() + "@ngo.example"
    parts = tuple(
        Part(n + 1, PartRole.ATTACHMENT, "application/pdf", "", f"plan-{n}.pdf", "", 1000)
        for n in range(files)
    )
    return replace(
        _EMPTY,
        message_id=f"{name}@ngo.example" if "@" not in name else name,
        digest=(digest or name).ljust(64, "0"),
        from_=(Mailbox(author, address),),
        subject=subject,
        references=tuple(_id(reference) for reference in references),
        in_reply_to=tuple(_id(reference) for reference in reply_to),
        text=text,
        parts=(Part(0, PartRole.TEXT, "text/plain", "utf-8", "", "", len(text)), *parts),
    )


def _id(name: str) -> str:
    return name if "@" in name else f"{name}@ngo.example"
