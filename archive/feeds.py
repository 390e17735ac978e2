"""What programs read: JSON Feed, and a month as a masked mbox for any mail program."""

from __future__ import annotations

import base64
import json
import zlib
from io import BytesIO

from archive import mbox
from archive.feedtypes import Entry, FeedView, MailRow, MboxView
from archive.render import iso, rfc_date

MASKED_SENDER = "author@masked.invalid"
_WORD_BYTES = 39
_GZIP = 16 + zlib.MAX_WBITS


def json_feed(view: FeedView) -> bytes:
    """Give the feed as JSON Feed 1.1, content as text."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": view.title,
        "home_page_url": view.home,
        "feed_url": view.json,
        "description": view.about,
        "language": view.language,
        "items": [_item(entry) for entry in view.entries],
    }
    text = json.dumps(feed, ensure_ascii=False, indent=1)
    return f"{text}\n".encode("utf-8", "replace")


def _item(entry: Entry) -> dict[str, object]:
    item: dict[str, object] = {
        "id": entry.url,
        "url": entry.url,
        "title": entry.title,
        "content_text": entry.text,
        "date_published": iso(entry.at),
        "authors": [{"name": entry.author}],
    }
    return item | ({"language": entry.language} if entry.language else {})


def month_mbox(view: MboxView) -> bytes:
    """Give the month as mboxrd, gzipped without a time stamp: equal posts are equal bytes."""
    out = BytesIO()
    for row in view.rows:
        mbox.write(out, _mail(row), MASKED_SENDER, row.at)
    return compressed(out.getvalue())


def compressed(data: bytes) -> bytes:
    """Compress with gzip; the header holds no time, so the result depends on the data alone."""
    packer = zlib.compressobj(9, zlib.DEFLATED, _GZIP)
    return packer.compress(data) + packer.flush()


def _mail(row: MailRow) -> bytes:
    lines = [
        f"From: {_name(row.author)} <{MASKED_SENDER}>",
        f"Date: {rfc_date(row.at)}",
        f"Subject: {_words(row.subject)}",
        f"Message-ID: <{_one_line(row.message_id)}>",
        *([f"In-Reply-To: <{_one_line(row.parent_mid)}>"] if row.parent_mid else []),
        *([f"Archived-At: <{row.url}>"] if row.url else []),
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    ]
    return ("\n".join(lines) + f"\n\n{row.body}").encode("utf-8", "replace")


def _one_line(text: str) -> str:
    return "".join(text.split())


def _name(text: str) -> str:
    """Write a name for a From header: quoted, or as encoded words (RFC 2047)."""
    line = " ".join(text.split())
    if line.isascii():
        quoted = line.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}"'
    return f"{_encoded(line)}\n"


def _words(text: str) -> str:
    """Write free words for a header."""
    line = " ".join(text.split())
    return line if line.isascii() and "=?" not in line else _encoded(line)


def _encoded(line: str) -> str:
    """Split a line into encoded words that leave lines under 76 characters, never inside a character."""
    chunks: list[bytes] = [b""]
    for char in line:
        data = char.encode("utf-8", "replace")
        if len(chunks[-1]) + len(data) > _WORD_BYTES:
            chunks.append(b"")
        chunks[-1] += data
    words = (base64.b64encode(chunk).decode("ascii") for chunk in chunks)
    return "\n ".join(f"=?utf-8?b?{word}?=" for word in words)
