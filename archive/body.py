"""What each leaf part is to a reader, and the text of the mail: plain parts joined, else HTML as text.

Flowed lines are put together again (RFC 3676) and a list's footer part is told from the author's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from archive.charsets import decode, html_label, known
from archive.htmltext import html_to_text
from archive.mime import Leaf, is_plain_text, uuencoded
from archive.model import PartRole

_SIGNATURES = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
)
_RICH = frozenset({"text/enriched", "text/richtext"})
_RICH_TAG = re.compile(r"<(?:param>[^<]{0,200}</param|/?[a-z]{2,20})>", re.IGNORECASE)
_UNREADABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_RULE = re.compile(r"\s*[_=*~-]{4,}")
_BOILERPLATE = re.compile(
    r"mailing list|mailman|unsubscribe|listinfo|to leave|googlegroups|list archives?\b|desinscri"
    r"|désabonn|liste de diffusion|désinscri|cancelar|darse de baja|lista de (?:discus|distrib|correo)",
    re.IGNORECASE,
)
_FOOTER_CHARS = 2000
_FOOTER_LINES = 15
_TOKENS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Body:
    """The text of a mail and the role of each of its leaves."""

    text: str
    html_only: bool
    flowed: bool
    roles: tuple[PartRole, ...]
    defects: tuple[str, ...]


def read_body(leaves: list[Leaf]) -> Body:
    """Give the text of a mail from its leaves. Never raises."""
    defects: set[str] = set()
    roles, plain = _plain_texts(leaves, defects)
    pieces = dict(plain)
    for at, role in enumerate(roles):
        if role is PartRole.HTML and not _has_plain_twin(leaves, at, plain):
            text = _from_html(leaves[at], defects)
            if not _says_the_same(text, plain.values()):
                pieces[at] = text
    text = "\n\n".join(pieces[at].strip("\n") for at in sorted(pieces) if pieces[at].strip())
    return Body(
        text=text,
        html_only=bool(text) and not any(value.strip() for value in plain.values()),
        flowed=any(leaves[at].meta.flowed for at in plain),
        roles=tuple(roles),
        defects=tuple(sorted(defects)),
    )


def roles_of(leaves: list[Leaf]) -> list[PartRole]:
    """Give the roles of the leaves as `read_body` does, without laying out any HTML."""
    return _plain_texts(leaves, set())[0]


def _plain_texts(leaves: list[Leaf], defects: set[str]) -> tuple[list[PartRole], dict[int, str]]:
    """Give the role of each leaf, and the text of those that are plain text of the body."""
    roles = [_first_role(leaf) for leaf in leaves]
    plain = {
        at: _plain(leaves[at], defects) for at, role in enumerate(roles) if role is PartRole.TEXT
    }
    if not any(plain.values()) and PartRole.HTML not in roles:
        _promote(leaves, roles, plain, defects)
    footer = _footer(leaves, roles, plain)
    if footer is not None:
        roles[footer] = PartRole.FOOTER
        del plain[footer]
    return roles, plain


# --- Roles ----------------------------------------------------------------------------------------


def _first_role(leaf: Leaf) -> PartRole:
    kind = leaf.meta.content_type
    if kind in _SIGNATURES:
        return PartRole.SIGNATURE
    if is_plain_text(leaf):
        return PartRole.TEXT
    html = kind == "text/html" or kind in _RICH
    if html and not leaf.attached and not (leaf.parent and leaf.meta.filename):
        return PartRole.HTML
    return PartRole.ATTACHMENT


def _promote(
    leaves: list[Leaf], roles: list[PartRole], plain: dict[int, str], defects: set[str]
) -> None:
    """Where nothing else is there to read, a named inline text is the body: it must not be lost."""
    for at, leaf in enumerate(leaves):
        if leaf.meta.content_type == "text/plain" and not leaf.attached:
            roles[at] = PartRole.TEXT
            plain[at] = _plain(leaf, defects)
            return


def _footer(leaves: list[Leaf], roles: list[PartRole], plain: dict[int, str]) -> int | None:
    """Give the leaf that is a list's footer: the last text of a multipart/mixed, after a body."""
    last = max(plain, default=0)
    if not last or leaves[last].parent != "multipart/mixed":
        return None
    earlier = any(plain[at].strip() for at in plain if at < last)
    if not earlier and PartRole.HTML not in roles[:last]:
        return None
    text = plain[last]
    if len(text) > _FOOTER_CHARS or text.count("\n") > _FOOTER_LINES or not text.strip():
        return None
    return last if _RULE.match(text) or _BOILERPLATE.search(text) else None


def _has_plain_twin(leaves: list[Leaf], at: int, plain: dict[int, str]) -> bool:
    group = leaves[at].alternative
    return bool(group) and any(
        leaves[other].alternative == group and text.strip() for other, text in plain.items()
    )


def _says_the_same(html: str, plain: Iterable[str]) -> bool:
    """Some programs put the same text twice into a multipart/mixed: four fifths of its words."""
    there = set(_TOKENS.findall(" ".join(plain).lower()))
    words = _TOKENS.findall(html.lower()) if there else []
    return bool(there) and sum(word in there for word in words) * 5 >= len(words) * 4


# --- Text -----------------------------------------------------------------------------------------


def _plain(leaf: Leaf, defects: set[str]) -> str:
    data = leaf.data
    for found, _, _ in reversed(list(uuencoded(data))):
        data = data[: found.start()] + data[found.end() :]
    text = _decoded(leaf, data, leaf.meta.charset, defects)
    return unflow(text, delsp=leaf.meta.delsp) if leaf.meta.flowed else text


def _from_html(leaf: Leaf, defects: set[str]) -> str:
    text = _decoded(leaf, leaf.data, leaf.meta.charset or html_label(leaf.data), defects)
    if leaf.meta.content_type in _RICH:
        return _RICH_TAG.sub("", text.replace("\n\n", "\0").replace("\n", " ").replace("\0", "\n"))
    return html_to_text(text)


def _decoded(leaf: Leaf, data: bytes, label: str, defects: set[str]) -> str:
    text, true = decode(data, label)
    if not true:
        defects.add("wrong-charset" if known(label) or not label else "unknown-charset")
    if leaf.mislabelled:
        defects.add("wrong-transfer-encoding")
    return clean_lines(text)


def clean_lines(text: str) -> str:
    """Give text with LF line ends, without NUL, other control codes and byte order mark."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _UNREADABLE.search(text):
        text = _UNREADABLE.sub("", text)
    return text.removeprefix("\ufeff")


def unflow(text: str, *, delsp: bool) -> str:
    """Join the soft-broken lines of format=flowed text (RFC 3676 section 4); quotes keep marks."""
    out: list[str] = []
    held: list[str] = []
    depth = 0
    for line in text.split("\n"):
        marks, words = _unstuffed(line)
        if held and (marks != depth or words == "-- "):
            out.append(_joined(held, depth))
            held = []
        depth = marks
        soft = words.endswith(" ") and words != "-- "
        held.append(words[:-1] if soft and delsp else words)
        if not soft:
            out.append(_joined(held, depth))
            held = []
    if held:
        out.append(_joined(held, depth))
    return "\n".join(out)


def _unstuffed(line: str) -> tuple[int, str]:
    if not line.startswith((">", " ")):
        return 0, line
    marks = len(line) - len(line.lstrip(">"))
    words = line[marks:]
    return marks, words.removeprefix(" ")


def _joined(pieces: list[str], depth: int) -> str:
    words = "".join(pieces)
    kept = words if words == "-- " else words.rstrip(" ")
    return f"{'>' * depth} {kept}".rstrip() if depth else kept
