"""Remote images taken out of HTML: what a reader's program would load from elsewhere tells its owner who
reads, when and where. Tags are found, changed ones replaced; all other bytes stay. Pure.

What stays: images that came with the mail (`cid:`, `data:`). An image becomes its words with a link to
it; one that nobody can see goes without a trace.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import nh3

_ATTRIBUTE = (
    rb"[\s/]*+(?P<name>=[^\s/>=]*+|[^\s/>=]++)"
    rb"(?:\s*+=\s*+(?:\"(?P<d>[^\"]*+)\"|'(?P<s>[^']*+)'|(?P<u>[^\s>\"'][^\s>]*+)))?+"
)
_PLAIN = re.sub(rb"\(\?P<\w+>", b"(?:", _ATTRIBUTE)
_TAG = re.compile(
    rb"<!--(?:-?>|.*?(?:--!?>|\Z))|<(?P<end>/?)(?P<tag>[a-zA-Z][^\s/>]*+)(?P<rest>(?:"
    + _PLAIN
    + rb")*+)[\s/]*+>",
    re.DOTALL,
)
_BEGINS = re.compile(rb"<(?:!--|/?[a-zA-Z])")
_EACH = re.compile(_ATTRIBUTE, re.DOTALL)
_STYLE_END = re.compile(rb"</style[\s/>]", re.IGNORECASE)
_RAW_END = re.compile(rb"</(?:script|title|textarea|xmp)[\s/>]", re.IGNORECASE)
_RAW = frozenset({b"script", b"title", b"textarea", b"xmp"})
_LOADED = frozenset(
    {
        b"src",
        b"srcset",
        b"background",
        b"poster",
        b"data",
        b"lowsrc",
        b"dynsrc",
        b"imagesrcset",
        b"classid",
        b"codebase",
        b"archive",
        b"o:href",
    }
)
_LINKED = frozenset({b"link", b"image", b"use", b"feimage", b"base", b"script"})
_PAINTED = frozenset(
    b"fill stroke filter mask clip-path cursor marker-start marker-mid marker-end".split()
)
"""attributes of SVG that hold what a style may hold"""
_MOVED = {b"animate": b"values from to by", b"set": b"to"}
"""what puts another address into a picture later"""
_URL = re.compile(r"(?:url|image|image-set|src)\s*\([^)]*\)?|@import[^;]*;?", re.IGNORECASE)
_OWN = re.compile(r"(?:cid|data|mid):|#|$", re.IGNORECASE)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?:^|[;\s])(?:width|height)\s*:\s*[0-2](?:px)?\s*(?:;|$)",
    re.IGNORECASE,
)
_REFRESH = re.compile(r"[\s\d.]*[;,\s]\s*(?:url\s*=|['\"]?\w+:)", re.IGNORECASE)
_TINY = re.compile(r"\s*[0-2](?:px)?\s*")
_NAME = 80


_ATTRIBUTES = re.compile(
    rb"\b(src|srcset|background|poster|data|lowsrc|dynsrc|imagesrcset|style)(?=\s*=)", re.IGNORECASE
)
_FOREIGN = re.compile(rb"<(?:svg|math)\b", re.IGNORECASE)
"""where texts and styles hold tags, and other rules say where they end"""
_NAMES = {"src", "srcset", "background", "poster", "lowsrc", "dynsrc", "style"}
_TAGS = set(
    "img input video audio source track table tr td th body div span p a font center b i u h1 h2 h3 ul ol li "
    "picture section article header footer main blockquote pre".split()
)
_SCHEMES = {"http", "https", "ftp", "cid", "data", "mid"}


def without_remote(data: bytes) -> bytes:
    """Give HTML (ASCII-compatible bytes) without what is loaded from elsewhere.

    A browser's parser looks over the result: what it still finds was hidden from us, and loses its
    attributes wherever they stand.
    """
    new = _once(data)
    return _ATTRIBUTES.sub(rb"x-\1", new) if _FOREIGN.search(new) or _leftover(new) else new


def _leftover(data: bytes) -> bool:
    found: list[str] = []

    def look(tag: str, attribute: str, value: str) -> str | None:
        is_style = attribute == "style"
        if (is_style and _no_urls(value) != value) or not (is_style or _is_own(value)):
            found.append(value)
        return value

    nh3.clean(
        data.decode("latin-1"),
        tags=_TAGS,
        attributes={"*": _NAMES},
        attribute_filter=look,
        clean_content_tags=set(),
        url_schemes=_SCHEMES,
        link_rel=None,
    )
    return bool(found)


def _once(data: bytes) -> bytes:
    out: list[bytes] = []
    at = 0
    for start, end, new in _changes(data):
        out += [data[at:start], new]
        at = end
    return b"".join([*out, data[at:]]) if out else data


def _changes(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    at, link = 0, False
    while (start := _BEGINS.search(data, at)) is not None:
        found = _TAG.match(data, start.start())
        if found is None:  # the page ends inside a tag: no program shows what follows
            return
        at = found.end()
        if found["tag"] is None:
            # Outlook reads what stands in conditional comments.
            inside = found[0][4:]
            if inside.startswith(b"[if") and (clean := _once(inside)) != inside:
                yield found.start() + 4, found.end(), clean
            continue
        tag = found["tag"].lower()
        if tag == b"a":
            link = not found["end"]
        if found["end"]:
            continue
        new = _tag(found, tag, inside_link=link)
        if new != found[0]:
            yield found.start(), found.end(), new
        if tag == b"style":
            ends = _STYLE_END.search(data, at)
            until = ends.start() if ends else len(data)
            if (clean := _style(data[at:until])) != data[at:until]:
                yield at, until, clean
            at = until
        elif tag in _RAW:
            ends = _RAW_END.search(data, at)
            at = ends.start() if ends else len(data)


def _tag(found: re.Match[bytes], tag: bytes, *, inside_link: bool) -> bytes:
    attributes = [
        (one["name"].lower(), _value(one), one[0]) for one in _EACH.finditer(found["rest"])
    ]
    first: dict[bytes, str] = {}
    for name, value, _ in attributes:
        first.setdefault(name, value)
    if tag == b"img" and not _is_own(first.get(b"src", "")):
        return _words(first, inside_link=inside_link)
    kept = [_attribute(tag, name, value, raw) for name, value, raw in attributes]
    whole = found[0]
    new = b"".join(kept)
    before = found.start("rest") - found.start()
    after = found.end("rest") - found.start()
    return whole[:before] + new + whole[after:] if new != found["rest"] else whole


def _attribute(tag: bytes, name: bytes, value: str, raw: bytes) -> bytes:
    loads = name in _LOADED or (tag in _LINKED and name in {b"href", b"xlink:href"})
    if loads and (name.endswith(b"srcset") or not _is_own(value)):
        return b""
    if name in _PAINTED and _no_urls(value) != value:
        return b""
    if "//" in value and name in _MOVED.get(tag, b"").split():
        return b""
    if tag == b"meta" and name == b"content" and _REFRESH.match(value):
        return b""
    if name == b"style":
        clean = _no_urls(value)
        return raw if clean == value else b' style="' + _escaped(clean) + b'"'
    return raw


def _value(found: re.Match[bytes]) -> str:
    raw = next((found[one] for one in "dsu" if found[one] is not None), b"")
    return html.unescape(raw.decode("latin-1"))


def _is_own(url: str) -> bool:
    """Whether an address is of something that came with the mail, or none at all."""
    plain = "".join(sign for sign in url if sign > " ")
    return _OWN.match(plain) is not None


def _style(data: bytes) -> bytes:
    text = data.decode("latin-1")
    return _no_urls(text).encode("latin-1")


def _no_urls(style: str) -> str:
    if "\\" in style:  # escapes hide an address: \75rl(
        return "" if re.search(r"[(@]|\\", style) else style

    def clean(found: re.Match[str]) -> str:
        inside = found[0].partition("(")[2].strip(" \t\r\n'\")")
        if found[0].startswith("@"):
            return ""
        return found[0] if inside and _is_own(inside) else "none"

    bare = re.sub(r"/\*.*?(?:\*/|\Z)", "", style, flags=re.DOTALL)
    new = _URL.sub(clean, bare)
    return style if new == bare and bare.count("/*") == 0 and not _URL.search(style) else new


def _words(attributes: dict[bytes, str], *, inside_link: bool) -> bytes:
    if not attributes.get(b"src", "").strip():
        return b""
    sizes = [attributes.get(one, "") for one in (b"width", b"height")]
    if any(_TINY.fullmatch(one) for one in sizes) or _HIDDEN.search(attributes.get(b"style", "")):
        return b""
    url = "".join(sign for sign in attributes[b"src"] if sign > " ")
    said = " ".join(attributes.get(b"alt", "").split()) or _name(url)
    words = b"[" + _escaped(said) + b"]"
    if inside_link or not url.lower().startswith(("http://", "https://")):
        return words
    return b'<a href="' + _escaped(url) + b'">' + words + b"</a>"


def _name(url: str) -> str:
    """Give the file's name, which is all that is known of an image without words."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "..."
    return (parts.path.rpartition("/")[2] or parts.netloc or "...")[:_NAME]


def _escaped(text: str) -> bytes:
    """As it came: bytes stood for signs of Latin-1; what an entity named stays an entity."""
    return html.escape(text).encode("latin-1", "xmlcharrefreplace")
