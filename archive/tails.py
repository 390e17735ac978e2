"""Which own lines of a body are not prose: list footers, signatures, phone lines, disclaimers,
PGP armour, and preformatted lines (code, patches, tables, logs).
"""

from __future__ import annotations

import re
import string

from archive import quotes
from archive.bodylines import BodyLines
from archive.model import BlockKind

_LIST_FOOTER_LINES = 14
_RULED_SIGNATURE_LINES = 9
_SIGNATURE_LINES = 30
_BARE_SIGNATURE_LINES = 15

_LETTERS = f"{string.ascii_letters} ".encode()
_CODE_ENDS = frozenset(";{}\\|")
_SIGNATURE_STARTS = frozenset("-_=*#~+—–ᐧ.· \t")

_BULLET = re.compile(r"\s*(?:[-*+•·–o]|\(?\w{1,3}[.)])\s+\S")
_DIFF_START = re.compile(
    r"(?:diff --git |Index: \S|--- [ab]/|--- \S+\s+\d{4}-|\*\*\* \S+\s+\w{3} )"
)
_DIFF_HEADS = ("diff", "Index", "---", "***")
_PROMPT = re.compile(r"\s*(?:[$#%] \S|\[\s*\d+\.\d+\]|\w+@[\w-]+[:~]|In \[\d+\]|>>> )")
_COLUMNS = re.compile(r"\S {3,}\S|\t\S")


# --- signatures and footers -----------------------------------------------------------------------


def _label_list_footer(body: BodyLines) -> None:
    """The list's own lines at the end: below a rule, or opening with a known sentence."""
    end = len(body.lines)
    start = max(0, end - 3 * _LIST_FOOTER_LINES)
    for at in range(start, end):
        if body.bare[at][:1] not in quotes.FOOTER_CHARS or not body.free(at):
            continue
        opens = quotes.opens_footer(body.lines[at])
        if not opens and not quotes.is_rule(body.bare[at], 10):
            continue
        below = [place for place in range(at + 1, end) if not body.blank(place)]
        if opens and len(below) <= _LIST_FOOTER_LINES:
            first = at - 1 if at and quotes.is_rule(body.lines[at - 1]) else at
            body.mark(first, end, BlockKind.FOOTER)
            return
        short = len(below) <= _LIST_FOOTER_LINES
        marked = any(quotes.quote_level(body.lines[place]) for place in below)
        if (
            not opens
            and short
            and not marked
            and any(quotes.is_list_line(body.lines[place]) for place in below[:6])
        ):
            body.mark(at, end, BlockKind.FOOTER)
            return


def _label_pgp(body: BodyLines) -> None:
    """PGP armour around a clear-signed text (RFC 9580 section 7): header and signature lines."""
    if "-----BEGIN PGP SIG" not in body.text:
        return
    for at, line in enumerate(body.lines):
        if line.startswith("-----BEGIN PGP SIGNED MESSAGE-----"):
            follow = at + 1
            while follow < len(body.lines) and body.lines[follow].startswith(("Hash:", "Charset:")):
                follow += 1
            body.mark(at, follow, BlockKind.FOOTER)
        if line.startswith("-----BEGIN PGP SIGNATURE-----"):
            end = at + 1
            while end < len(body.lines) and not body.lines[end].startswith("-----END PGP"):
                end += 1
            body.mark(at, min(end + 1, len(body.lines)), BlockKind.SIGNATURE)
            return


def _label_signatures(body: BodyLines) -> None:
    """'-- ' and all below it up to a quote or footer (RFC 3676 4.3); a ruled name with contacts."""
    end = 0
    for at, bare in body.open_lines():
        if bare[0] in _SIGNATURE_STARTS:
            end = end if at < end else body.segment_end(at)
            if _opens_signature(body, at, end):
                body.mark(at, end, BlockKind.SIGNATURE)


def _opens_signature(body: BodyLines, at: int, end: int) -> bool:
    line = body.lines[at]
    if line[:1] not in _SIGNATURE_STARTS:
        return False
    mark = line.rstrip() in ("--", "- --")
    if not (mark or quotes.is_dash_name(line) or quotes.is_rule(line, 10)) or end - at > 100:
        return False
    below = [body.lines[place] for place in range(at + 1, end) if not body.blank(place)]
    if mark:
        return len(below) <= (_SIGNATURE_LINES if line.endswith(" ") else _BARE_SIGNATURE_LINES)
    if quotes.is_dash_name(line):
        return len(below) <= _RULED_SIGNATURE_LINES
    if 0 < len(below) <= _RULED_SIGNATURE_LINES:
        contacts = sum(quotes.has_contact(entry) for entry in below)
        return contacts > 0 or (line.strip()[0] == "_" and len(below) <= 2)
    return False


def _label_phone_lines(body: BodyLines) -> None:
    """'Sent from my phone': a paragraph of its own, or the line above a signature or the end."""
    for at, _ in body.open_lines():
        if not quotes.is_phone_line(body.lines[at]):
            continue
        alone = at == 0 or body.blank(at - 1) or body.kinds[at - 1] is BlockKind.SIGNATURE
        ends = at + 1 == len(body.lines) or not body.free(at + 1)
        if alone or ends:
            body.mark(at, at + 1, BlockKind.SIGNATURE)


def _label_disclaimers(body: BodyLines) -> None:
    """Confidentiality notices, wherever a mail gateway put them: a paragraph of their own."""
    if not quotes.speaks_of_secrecy(body.folded):
        return
    for first, end in body.paragraphs():
        if quotes.is_disclaimer(" ".join(body.lines[first:end])):
            ruled = first > 0 and quotes.is_rule(body.lines[first - 1])
            body.mark(first - ruled, end, BlockKind.FOOTER)


def _label_trailing_rules(body: BodyLines) -> None:
    """Rules and spacers left at the end of the own text say nothing."""
    for at in range(len(body.lines) - 1, -1, -1):
        rule = quotes.is_rule(body.bare[at], 1)
        if body.kinds[at] is BlockKind.QUOTE or (body.free(at) and not rule):
            return
        if body.free(at):
            body.mark(at, at + 1, BlockKind.FOOTER)


# --- preformatted lines ---------------------------------------------------------------------------


def _label_code(body: BodyLines) -> None:
    """Fenced code, patches, and paragraphs most of whose lines look preformatted."""
    _label_fences(body)
    for at, bare in body.open_lines():
        begins = bare.startswith(_DIFF_HEADS) and _DIFF_START.match(body.lines[at])
        if begins and _is_diff(body, at):
            body.mark(at, body.segment_end(at), BlockKind.PRE)
    for first, end in body.paragraphs():
        odd = sum(map(_looks_like_code, body.lines[first:end], body.bare[first:end]))
        if 2 * odd > end - first:
            body.mark(first, end, BlockKind.PRE)


def _is_diff(body: BodyLines, at: int) -> bool:
    head = body.lines[at : at + 6]
    return any(line.startswith(("@@ ", "+++ ", "*** ")) for line in head)


def _label_fences(body: BodyLines) -> None:
    opened = -1
    if "```" not in body.text:
        return
    for at, line in enumerate(body.lines):
        if body.kinds[at] is not None or not line.lstrip().startswith("```"):
            continue
        if opened < 0:
            opened = at
        else:
            body.mark(opened, at + 1, BlockKind.PRE)
            opened = -1


def _looks_like_code(line: str, bare: str) -> bool:
    """One line's vote: a prompt, columns, code punctuation, or indented and not prose."""
    text = bare[: quotes.MAX_SCAN]
    if (text[0] in "$#%[>I" or "@" in text[:32]) and _PROMPT.match(text):
        return True
    last = text[-1]
    if last in _CODE_ENDS or text[-2:] == "*/" or text.startswith(("//", "/*", "#include")):
        return last in "{}" or not _is_prose(text)
    in_columns = ("   " in text or "\t" in text) and _COLUMNS.search(text)
    if (in_columns or line.startswith(("    ", "\t"))) and not _BULLET.match(line):
        return not _is_prose(text)
    return _letters(text) < 0.6 * len(text) and "://" not in text and not _BULLET.match(line)


def _is_prose(text: str) -> bool:
    return _letters(text) >= 0.88 * len(text) and len(text.split()) > 3


def _letters(text: str) -> int:
    """Letters and spaces."""
    if not text.isascii():
        return sum(map(str.isalpha, text)) + text.count(" ")
    return len(text) - len(text.encode().translate(None, _LETTERS))


FOOTER_PASSES = (_label_pgp, _label_list_footer)
"""Before quotes are looked for: they stand at the very end, below whatever else."""

TAIL_PASSES = (
    _label_signatures,
    _label_phone_lines,
    _label_disclaimers,
    _label_trailing_rules,
    _label_code,
)
"""After quotes: each labels own lines that no earlier pass has labelled."""
