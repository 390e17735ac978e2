"""Names under which files from mails are safe to keep and to open on any web server."""

from __future__ import annotations

import re
import unicodedata

_FILE_CHARS = re.compile(r"[^A-Za-z0-9._-]+")
_INLINE_ENDINGS = frozenset("csv gif jpeg jpg pdf png txt webp".split())
_SAFE_ENDINGS = _INLINE_ENDINGS | frozenset(
    "7z asc avi bib bz2 diff doc docx epub flac gz ics key log m4a md mkv mov mp3 mp4 odg odp ods "
    "odt oga ogg ogv opus patch pem pgp ppt pptx rar rtf sig tar tex tgz tif tiff vcf wav webm xls "
    "xlsx xz yaml yml zip zst".split()
)
_NEVER_ENDINGS = frozenset("eml htm html mht mhtml shtml svg svgz xht xhtml xml xsl xslt".split())
_NEVER_TYPES = frozenset(
    {"text/html", "application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml"}
)
_ENDING_OF_TYPE = {
    "application/pdf": "pdf",
    "application/zip": "zip",
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "text/calendar": "ics",
    "text/csv": "csv",
}


def safe_name(filename: str, content_type: str, fallback: str) -> str:
    """Give the name for a file of this name and type; '' if it is not to be written.

    A static host cannot force a download, so the ending decides what a browser does: the known
    harmless ones stay, text is `.txt`, whatever else is `.bin`. What would run as a page of ours
    (HTML, SVG) or would show addresses (a whole mail) is not written at all.
    """
    kind = content_type.lower()
    clean = _clean(filename, fallback)
    stem, dot, ending = clean.rpartition(".")
    # One dot only: some servers let any ending inside a name decide.
    name = f"{stem.replace('.', '-')}.{ending}" if dot else clean
    ending = ending.lower() if dot else ""
    if kind in _NEVER_TYPES or kind.startswith("message/") or ending in _NEVER_ENDINGS:
        return ""
    if ending in _SAFE_ENDINGS:
        return name
    guess = _ENDING_OF_TYPE.get(kind) or ("txt" if kind.startswith("text/") else "bin")
    return f"{name.replace('.', '-')}.{guess}"


def _clean(name: str, fallback: str) -> str:
    """Give a file name that is harmless in a path, a URL and a Content-Disposition header."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    folded = unicodedata.normalize("NFKD", base).encode("ascii", "ignore").decode("ascii")
    clean = _FILE_CHARS.sub("-", folded).strip(".-_")
    if len(clean) > 80:
        stem, dot, ending = clean.rpartition(".")
        clean = f"{stem[:70]}{dot}{ending[:8]}" if dot else clean[:80]
    return clean or fallback


def opens_inline(name: str) -> bool:
    """Tell whether a browser shows such an attachment by itself; the others are downloads."""
    return name.rpartition(".")[2].lower() in _INLINE_ENDINGS
