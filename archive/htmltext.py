"""HTML mail as plain text: block quotes become '> ' lines, links keep their address, nothing hidden.

inscriptis lays out the text and its tables; marks of our own carry the quotation levels through it.
"""

from __future__ import annotations

import html as entities
import re

import lxml.etree
import lxml.html
from inscriptis.css_profiles import STRICT_CSS_PROFILE
from inscriptis.html_engine import Inscriptis
from inscriptis.model.config import ParserConfig
from lxml.html import HtmlElement

MAX_HTML = 1024 * 1024
MAX_ELEMENTS = 20_000
MAX_DEPTH = 150
MAX_TABLE_AREA = 20_000_000
_MAX_LEVEL = 20
_OPEN, _CLOSE, _RULE = "\ue000", "\ue001", "\ue002"
_OWN_MARKS = re.compile("[\ue000-\ue002]")
_SPLIT_MARKS = re.compile("([\ue000-\ue002])").split
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_XML_ENCODING = re.compile(r"^\s*<\?xml[^>]*\?>")
_END = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)
_GONE = frozenset(
    {"head", "style", "script", "title", "meta", "link", "object", "template", "noscript"}
)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE
)
_HEADER_BORDER = re.compile(r"border-top\s*:\s*solid|border:none;\s*border-top", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6])\b[^<>]{0,1000}>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<[!/a-zA-Z?][^<>]{0,8000}>")
_UNSEEN = (("<!--", "-->"), ("<style", "</style"), ("<script", "</script"), ("<head", "</head"))
_BLANK_RUN = re.compile(r"\n{4,}")
_BREAK_LINE = "* * *"
_RULE_LINE = "_" * 32
_CONFIG = ParserConfig(css=STRICT_CSS_PROFILE, display_images=False, display_links=False)


def html_to_text(html: str) -> str:
    """Give the text that a reader of `html` sees, as lines with LF ends. Never raises.

    At most MAX_HTML characters are read; a tree too large or too deep to lay out, or none at all,
    is read by stripping the tags.
    """
    source = _OWN_MARKS.sub("", _ILLEGAL.sub("", _XML_ENCODING.sub("", html[:MAX_HTML])))
    if not source.strip():
        return ""
    root = _tree(source)
    if root is None:
        return _stripped(source)
    try:
        return _finish(Inscriptis(root, _CONFIG).get_text())
    except (RecursionError, ValueError, TypeError, IndexError, AttributeError, KeyError):
        # The layout library trusts attributes such as colspan; the words count more than layout.
        return _stripped(source)


def _tree(source: str) -> HtmlElement | None:
    """Parse, drop what is not shown, put marks where quotes and headers of replies begin."""
    try:
        # The parser drops all that follows </html>: a list's footer, a second document.
        root = lxml.html.document_fromstring(_END.sub("", source))
    except (lxml.etree.LxmlError, ValueError, AssertionError):
        return None
    elements = list(root.iter())
    if len(elements) > MAX_ELEMENTS or _depth(root) > MAX_DEPTH:
        return None
    if _table_area(root) > MAX_TABLE_AREA:
        return None
    for element in elements:
        if not isinstance(element.tag, str) or _is_hidden(element):
            _drop(element, root)
        elif element.tag == "blockquote" or "yahoo_quoted" in element.get("id", ""):
            _mark_quote(element)
        elif element.tag == "a":
            _keep_address(element)
        elif element.tag == "hr":
            _mark_break(element)
        elif element.tag == "img" and element.get("alt"):
            _say(element, element.get("alt"))
        if isinstance(element.tag, str) and _opens_reply_header(element):
            element.insert(0, _line(_RULE))
            element[0].tail, element.text = element.text, None
    return root


def _depth(root: HtmlElement) -> int:
    deepest = depth = 0
    for event, _ in lxml.etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        deepest = max(deepest, depth)
    return deepest


def _table_area(root: HtmlElement) -> int:
    """How many characters the tables may fill: each row is padded to the width of its columns."""
    return sum(_area(table) for table in root.iter("table"))


def _area(table: HtmlElement) -> int:
    rows = [row for row in table.iter("tr") if _owner(row) is table]
    cells = [[len(cell.text_content()) for cell in row if cell.tag in {"td", "th"}] for row in rows]
    widest = max((max(row, default=0) for row in cells), default=0)
    return len(rows) * max((len(row) for row in cells), default=0) * widest


def _owner(row: HtmlElement) -> HtmlElement | None:
    return next(row.iterancestors("table"), None)


def _is_hidden(element: HtmlElement) -> bool:
    if element.tag in _GONE or element.get("hidden") is not None:
        return True
    style = element.get("style")
    return bool(style) and _HIDDEN.search(style) is not None


def _drop(element: HtmlElement, root: HtmlElement) -> None:
    parent = element.getparent()
    if parent is None or element is root:
        return
    if isinstance(element.tag, str):
        element.drop_tree()
        return
    _append_text(element, element.tail or "")
    element.tail = None
    parent.remove(element)


def _append_text(element: HtmlElement, text: str) -> None:
    """Add `text` just before `element`."""
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + text
    else:
        parent = element.getparent()
        parent.text = (parent.text or "") + text


def _line(text: str) -> HtmlElement:
    line = lxml.html.Element("div")
    line.text = text
    return line


def _mark_quote(element: HtmlElement) -> None:
    first, last = _line(_OPEN), _line(_CLOSE)
    first.tail, element.text = element.text, None
    element.insert(0, first)
    element.append(last)


def _mark_break(element: HtmlElement) -> None:
    """Show a rule as a break between two thoughts, not as the line above a list's footer."""
    below = element.getnext()
    element.tag = "div"
    if below is None or not isinstance(below.tag, str) or not _opens_reply_header(below):
        element.text = _BREAK_LINE


def _say(element: HtmlElement, words: str) -> None:
    """Show the words that stand for an image."""
    element.tag = "span"
    element.text = f"[{' '.join(words.split())[:200]}]"


def _keep_address(element: HtmlElement) -> None:
    """Write a link's address behind its text, where the text does not show it already."""
    href = "".join((element.get("href") or "").split())
    scheme, _, address = href.partition(":")
    if scheme.lower() not in {"http", "https", "mailto", "ftp"} or len(href) > 2000:
        return
    shown = "".join(element.text_content().split())
    plain = address if scheme.lower() == "mailto" else href
    if shown and _bare(plain) in _bare(shown):
        return
    element.tail = f" <{plain}>{element.tail or ''}"


def _bare(address: str) -> str:
    short = re.sub(r"^(?:https?://)?(?:www\.)?", "", address.lower())
    return short.split("?subject=")[0].rstrip("/")


def _opens_reply_header(element: HtmlElement) -> bool:
    """Outlook's block of From, Sent, To, Subject above what is answered."""
    if element.get("id") in {
        "divRplyFwdMsg",
        "x_divRplyFwdMsg",
        "mail-editor-reference-message-container",
    }:
        return True
    style = element.get("style")
    if element.tag != "div" or not style or not _HEADER_BORDER.search(style):
        return False
    words = element.text_content()[:200]
    return re.match(r"\s*[^\s:]{2,20}\s?:", words) is not None


def _finish(text: str) -> str:
    """Turn the marks into quote prefixes and tidy the lines."""
    return _BLANK_RUN.sub("\n\n\n", "\n".join(_lines(text))).strip("\n")


def _lines(text: str) -> list[str]:
    out: list[str] = []
    level = 0
    for line in text.replace("\xa0", " ").splitlines():
        # Marks can share a line with text, or with each other, inside table cells.
        for piece in _SPLIT_MARKS(line) if _OWN_MARKS.search(line) else (line,):
            if piece == _OPEN:
                level += 1
            elif piece == _CLOSE:
                while level and out and out[-1] == _quoted("", level):
                    out.pop()
                level = max(level - 1, 0)
            elif piece == _RULE:
                out.append(_quoted(_RULE_LINE, level))
            elif piece.strip() or not _OWN_MARKS.search(line):
                _add(out, _quoted(piece, level), level)
    return out


def _add(out: list[str], line: str, level: int) -> None:
    """Add a line, but no blank one at the beginning of a quotation."""
    blank = _quoted("", level)
    above = out[-1] if out else ""
    if not level or line != blank or above.startswith(blank):
        out.append(line)


def _quoted(line: str, level: int) -> str:
    body = line.rstrip()
    marks = ">" * min(level, _MAX_LEVEL)
    return f"{marks} {body}".rstrip() if marks else body


def _stripped(source: str) -> str:
    """The plain way, for what cannot be laid out: breaks kept, tags and entities undone."""
    for opening, closing in _UNSEEN:
        source = _without(source, opening, closing)
    text = _ANY_TAG.sub("", _BREAK.sub("\n", source))
    lines = (" ".join(line.split()) for line in entities.unescape(text).splitlines())
    return _BLANK_RUN.sub("\n\n\n", "\n".join(lines)).strip("\n")


def _without(source: str, opening: str, closing: str) -> str:
    """Cut what stands between two marks; a lazy pattern would take quadratic time for this."""
    lower = source.lower() if len(source.lower()) == len(source) else source
    kept, at = [], 0
    while (start := lower.find(opening, at)) >= 0 and (end := lower.find(closing, start)) >= 0:
        kept.append(source[at:start])
        at = end + len(closing)
    return "".join([*kept, source[at:]])
