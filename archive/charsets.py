"""Bytes to text, whatever the label says: declared charset, then UTF-8, then Windows-1252 (FACTS 14).

Nothing here raises, nothing drops a character silently: what cannot be read becomes U+FFFD.
"""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

# Labels that real mail carries and Python does not know, or knows as something else than the sender
# meant: what every mail client shows as Windows-1252 is often declared as Latin-1 or ASCII.
_ALIASES = {
    "ascii-us": "ascii",
    "default": "",
    "iso-8859-1": "latin-1",
    "iso8859-1": "latin-1",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "koi8r": "koi8-r",
    "koi8u": "koi8-u",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "unicode-1-1-utf-7": "utf-7",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "utf8": "utf-8",
    "windows-874": "cp874",
    "x-windows-949": "cp949",
}
# Codecs that turn text into text, or take time that grows with the square of the input.
_UNFIT = frozenset(
    {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs"}
)
_SURROGATES = re.compile("[\ud800-\udfff]")
_C1 = re.compile("[\x80-\x9f]")
_META = re.compile(rb"charset\s*=\s*[\"']?([A-Za-z0-9._:-]{2,40})", re.IGNORECASE)


@lru_cache(maxsize=512)
def known(label: str) -> str:
    """Give the name of the codec for a charset label, '' if there is none that is fit for mail."""
    name = label.strip().strip("\"'").lower()
    name = _ALIASES.get(name, name)
    if not name or len(name) > 40 or not name.isascii():
        return ""
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    # `_is_text_encoding` is how bytes.decode itself tells "base64" and "rot13" from charsets.
    fit = getattr(found, "_is_text_encoding", True) and found.name.replace("-", "_") not in _UNFIT
    return found.name if fit else ""


def decode(data: bytes, label: str) -> tuple[str, bool]:
    """Give the text of `data` and whether its label told the truth.

    An absent label counts as true if the bytes are UTF-8 (ASCII included).
    """
    codec = known(label)
    if codec in {"ascii", "utf-8", ""}:
        return _unlabelled(data, codec)
    if codec.startswith(("utf-16", "utf-32")) and b"\0" not in data:
        return _unlabelled(data, "wrong")
    try:
        text = data.decode(codec)
    except (UnicodeError, ValueError):
        return _unlabelled(data, "wrong")
    if codec == "iso8859-1" and _C1.search(text):
        return data.decode("cp1252", "replace"), True
    return scrub(text), True


def _unlabelled(data: bytes, codec: str) -> tuple[str, bool]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace"), False
    return text, codec != "wrong" and (codec != "ascii" or text.isascii())


def header_text(value: str) -> str:
    """Give the text of a raw header value whose 8-bit bytes stand as surrogate escapes.

    UTF-8 as RFC 6532 has it, else Windows-1252 (FACTS 16).
    """
    if value.isascii():
        return value
    try:
        data = value.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        return scrub(value)
    return decode(data, "")[0]


def scrub(text: str) -> str:
    """Replace lone surrogates, which no database or page can hold, by U+FFFD."""
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def html_label(data: bytes) -> str:
    """Give the charset that an HTML document names itself, '' if it names none."""
    found = _META.search(data, 0, 2048)
    return found.group(1).decode("ascii") if found else ""
