"""Message-IDs, keys, slugs and every URL, path and shown address: nothing outside this file builds one.

The URL contract is docs/urls.md. Paths are relative to the site's root and use `/`; no path or URL
ever holds an e-mail address, a token or a member's id.
"""

from __future__ import annotations

import base64
import hashlib
import posixpath
import re
import string
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from urllib.parse import quote

from archive.filenames import safe_name

KEY_LENGTH = 16
LETTER_MARK = "dgroup-letter."
SLUG_LENGTH = 60
RESERVED_SEGMENTS = frozenset({"_", "static", "api", "groups", "postmaster", "abuse"})

_WHITE = re.compile(r"\s+")
_BRACKETED = re.compile(r"<([^<>]+)>")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_SIGNS = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"  # without width, against robots
_HIDDEN = f"[{_SIGNS}]{{0,8}}"
_LONE_AT = re.compile("@")
_AT = re.compile(_HIDDEN + "(?:@|\uff20|%40)")  # as it is, full width, and as it stands in URLs
_DOMAIN = re.compile(_HIDDEN + r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_WIDE_DOMAIN = re.compile(_HIDDEN + r"[^\W_](?:[\w.-]*[^\W_])?")
_LOCAL_PART = frozenset(string.ascii_letters + string.digits + ".!#$%&'*+/=?^_`{|}~-")
_SAFE_PATH = re.compile(r"[A-Za-z0-9/._~-]*")


# --- Message-IDs and keys ---------------------------------------------------------------------


def canonical_message_id(value: str) -> str:
    """Give the text inside `<>`, unfolded, without white space, case kept; '' if there is none.

    A value without brackets is taken whole (FACTS 3: bare ids are common); RULINGS.md 3.
    """
    found = _BRACKETED.search(value)
    inner = found.group(1) if found else value.strip().strip("<>")
    return _WHITE.sub("", inner)


def made_message_id(digest: str) -> str:
    """Give the canonical id of a mail that has none, from its digest without trace headers."""
    return f"{digest[:40]}@missing-message-id.invalid"


def letter_id(random: str, domain: str) -> str:
    """Give the canonical id of a letter that we write, from random hexadecimal characters."""
    return f"{LETTER_MARK}{random}@{domain}"


def is_letter_id(message_id: str) -> bool:
    """Tell an id of our own letters, digests and summaries: they never join threads (RULINGS 4)."""
    return message_id.startswith(LETTER_MARK)


@lru_cache(maxsize=4096)  # the mails of a thread name one another; an id has at most 998 bytes
def key_of(message_id: str) -> str:
    """Give the permanent 16-character key (80 bits) of a canonical Message-ID (RULINGS.md 3)."""
    return _base32(message_id.encode("utf-8", "surrogateescape"))


def imposter_key(message_id: str, digest: str) -> str:
    """Give the key of a mail that reuses a known Message-ID with other content (RULINGS.md 3)."""
    return _base32((message_id + digest).encode("utf-8", "surrogateescape"))


def _base32(data: bytes) -> str:
    # Five bytes make eight characters, so the first ten bytes are all that a key shows.
    digest = hashlib.sha256(data).digest()[: KEY_LENGTH * 5 // 8]
    return base64.b32encode(digest).decode("ascii").lower()


def key_in(path: str) -> str:
    """Give the key of the post that a path belongs to ('seeds/m/ab/KEY-1-plan.pdf'), else ''."""
    name = path.rpartition("/")[2][:KEY_LENGTH]
    return name if "/m/" in path and is_key(name) else ""


def is_key(text: str) -> bool:
    """Tell whether `text` could be a post's key."""
    return re.fullmatch(r"[a-z2-7]{16}", text) is not None


# --- Names ------------------------------------------------------------------------------------


def slug(subject: str, key: str) -> str:
    """Give a thread's human name: ASCII-folded, at most 60 characters cut at a word end.

    Where nothing readable is left (another script, only signs): `thread-` and 6 of the key.
    """
    folded = unicodedata.normalize("NFKD", masked(subject).casefold())
    plain = folded.encode("ascii", "ignore").decode("ascii")
    words = _NOT_SLUG.sub("-", plain).strip("-")
    if len(words) > SLUG_LENGTH:
        head = words[: SLUG_LENGTH + 1]
        words = head.rsplit("-", 1)[0] if "-" in head else words[:SLUG_LENGTH]
    # A thread called "index" would take the place of its month's index page.
    return words if len(words) >= 2 and words != "index" else f"thread-{key[:6]}"


def thread_path(started_at: datetime, name: str) -> str:
    """Give '2026/03/saving-bean-seed' for a thread born at `started_at` (UTC)."""
    return f"{started_at:%Y/%m}/{name}"


# --- Paths below the site's root --------------------------------------------------------------


def message_path(group: str, key: str) -> str:
    """Path of a message page: known from group and Message-ID alone, before anything is stored."""
    return f"{group}/m/{key[:2]}/{key}.html"


def text_path(group: str, key: str) -> str:
    """Path of the plain-text twin of a message page."""
    return f"{group}/m/{key[:2]}/{key}.txt"


def attachment_path(group: str, key: str, index: int, filename: str, content_type: str = "") -> str:
    """Path of the attachment at leaf `index`; '' for one that is not kept on the web."""
    name = attachment_name(filename, content_type, index)
    return f"{group}/m/{key[:2]}/{key}-{index}-{name}" if name else ""


def thread_page(group: str, path: str, part: int = 1) -> str:
    """Path of one part of a thread, from its recorded path."""
    return f"{group}/{path}{_page_tail(part)}.html"


def _page_tail(page: int) -> str:
    return "" if page == 1 else f".{page}"


def thread_place(group: str, path: str, part: int, key: str) -> str:
    """Place of one post inside its thread's pages."""
    return f"{thread_page(group, path, part)}#{key}"


def home_path(group: str) -> str:
    """Path of a group's home page."""
    return f"{group}/index.html"


def month_path(group: str, month: str, page: int = 1) -> str:
    """Path of the index of `month` ('2026-03'); a long one runs over several pages."""
    return f"{group}/{month.replace('-', '/')}/index{_page_tail(page)}.html"


def year_path(group: str, year: str) -> str:
    """Path of the index of `year` ('2026')."""
    return f"{group}/{year}/index.html"


def week_path(group: str, week: str) -> str:
    """Path of the weekly summary page of ISO `week` ('2026-W12')."""
    return f"{group}/week/{week}.html"


def feed_path(group: str, kind: str) -> str:
    """Path of the feed; `kind` is 'atom' or 'json'."""
    return f"{group}/feed.{kind}"


def files_path(group: str, year: str, page: int = 1) -> str:
    """Path of the list of attachments of a year."""
    return f"{group}/files/{year}{_page_tail(page)}.html"


def links_path(group: str, year: str, page: int = 1) -> str:
    """Path of the list of shared links of a year."""
    return f"{group}/links/{year}{_page_tail(page)}.html"


def mbox_path(group: str, month: str) -> str:
    """Path of the masked mbox of a month."""
    return f"{group}/mbox/{month}.mbox.gz"


def sitemap_path(group: str, month: str) -> str:
    """Path of the sitemap of a month."""
    return f"{group}/sitemap-{month}.xml"


def style_path() -> str:
    """Path of the one style sheet."""
    return "static/style.css"


def site_path() -> str:
    """Path of the host's front page."""
    return "index.html"


def robots_path() -> str:
    """Path of the rules for crawlers."""
    return "robots.txt"


def sitemap_index_path() -> str:
    """Path of the list of all sitemaps."""
    return "sitemap.xml"


def compressed_path(path: str) -> str:
    """Path of the gzip twin that a web server may send instead."""
    return f"{path}.gz"


def brotli_path(path: str) -> str:
    """Path of the Brotli twin, kept at night."""
    return f"{path}.br"


def up(page: str) -> str:
    """Give the way from `page` to the site's root: '../../../' for a message page.

    Put before a root-relative path it is a relative link; paths made here need no quoting.
    """
    return "../" * page.count("/")


def relative(target: str, page: str) -> str:
    """Give the relative link from `page` to `target` (both root-relative paths), percent-encoded."""
    return quote(posixpath.relpath(target, posixpath.dirname(page) or "."), safe="/.-_~#")


# --- URLs -------------------------------------------------------------------------------------


def url(base: str, path: str) -> str:
    """Give the absolute URL of a root-relative path; index pages end in `/`."""
    short = path.removesuffix("index.html")
    if not _SAFE_PATH.fullmatch(short):
        short = quote(short, safe="/.-_~")
    return f"{base.rstrip('/')}/{short}"


def local_path(base: str, address: str) -> str:
    """Give the path below the site's root of one of our own URLs; '' for somebody else's."""
    root = f"{base.rstrip('/')}/"
    if not address.startswith(root):
        return ""
    path = address.removeprefix(root)
    return f"{path}index.html" if path.endswith("/") or not path else path


def message_url(base: str, group: str, key: str) -> str:
    """Permanent URL of a post (Archived-At, RFC 5064)."""
    return url(base, message_path(group, key))


def service_url(base: str, verb: str, token: str = "") -> str:
    """URL of a service endpoint below `/_/` ('leave', 'confirm', 'search')."""
    tail = f"/{token}" if token else ""
    return f"{base.rstrip('/')}/_/{verb}{tail}"


# --- Attachments ------------------------------------------------------------------------------


def attachment_name(filename: str, content_type: str, index: int) -> str:
    """Give the file name under which an attachment can be opened safely; '' if it stays inside.

    See `filenames.safe_name`; addresses in names are masked as everywhere.
    """
    named, point, last = filename.rpartition(".")
    hidden = masked(named) + point + last if point else masked(filename)
    return safe_name(hidden.replace("@...", ""), content_type, f"part-{index}")


# --- Addresses as pages show them -------------------------------------------------------------


def masked(text: str) -> str:
    """Hide the domain of every address in `text`: 'ana@ngo.example' becomes 'ana@...'.

    Looks around each '@' only: bodies are long, and most hold none. Addresses in other scripts, with
    a quoted local part or with '%40' are hidden too.
    """
    if "@" not in text and "%40" not in text and "\uff20" not in text:
        return text
    out: list[str] = []
    done = 0
    for mark in _marks(text):
        if mark.start() >= done and (end := _address_end(text, mark, done)):
            out.extend((text[done : mark.end()], "..."))
            done = end
    return "".join(out) + text[done:]


def _marks(text: str) -> Iterable[re.Match[str]]:
    """Find what `_AT` finds. A lone sign is looked for many times faster, and mostly there is
    nothing else."""
    if "%40" in text or "\uff20" in text:
        return _AT.finditer(text)
    found = list(_LONE_AT.finditer(text))
    hidden = any(text[mark.start() - 1] in _SIGNS for mark in found)
    return _AT.finditer(text) if hidden else found


def _address_end(text: str, mark: re.Match[str], done: int) -> int:
    """Give where the domain after an at sign ends; 0 where this is no address."""
    before = text[mark.start() - 1] if mark.start() > done else ""
    local = mark.start() == done > 0 or before in _LOCAL_PART
    domain = _DOMAIN.match(text, mark.end())
    if domain is not None and local and "." in domain.group():
        return domain.end()
    # Other scripts stand beside a lone '@' in prose as well: there only a dot makes a domain.
    wide = _WIDE_DOMAIN.match(text, mark.end())
    if wide is not None and "." in wide.group() and (local or before == '"' or before.isalnum()):
        return wide.end()
    return domain.end() if domain is not None and local else 0


def shown_name(name: str, address: str, registered: str = "") -> str:
    """Give the name a page shows for an author: the display name, else the one that they are registered
    with, else the local part; no address."""
    words, own = _without_address(name)
    known = own or _without_address(registered)[1] or words
    return known or address.split("@", 1)[0].strip() or "?"


def _without_address(name: str) -> tuple[str, str]:
    """Give what stands before the first at sign, and that without the local part of an address."""
    clean = _WHITE.sub(" ", name).strip().strip("\"'").strip()
    found = _AT.search(clean)
    if found is None:
        return clean, clean
    before = clean[: found.start()]
    return before.strip(), before[: before.rfind(" ") + 1].strip()


def group_address(group: str, domain: str) -> str:
    """Address that posts go to."""
    return f"{group}@{domain}"


def command_address(group: str, verb: str, domain: str) -> str:
    """Address of a command ('join', 'leave', 'help') or of the owners ('owner')."""
    return f"{group}-{verb}@{domain}"


def reply_address(group: str, key: str, domain: str) -> str:
    """Address that posts a reply to the post `key`, whatever the mail program drops (ARCHIVE 6)."""
    return f"{group}+re-{key}@{domain}"


def reply_link(group: str, key: str, domain: str, message_id: str, subject: str) -> str:
    """Give the mailto: link to reply to a post; the key in the address carries the parent."""
    shown = masked(subject)
    text = shown if shown.lower().startswith("re:") else f"Re: {shown}"
    fields = f"In-Reply-To={quote(f'<{message_id}>', safe='')}&Subject={quote(text, safe='')}"
    return f"mailto:{quote(reply_address(group, key, domain), safe='@+')}?{fields}"
