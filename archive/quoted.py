"""Which lines of a body are quotation: marked lines, attributions above them, and all that stands
below a top-posted mail's separator. Where it is unclear, a line stays the author's.
"""

from __future__ import annotations

from archive import quotes
from archive.bodylines import ATTRIBUTION_REACH, BodyLines
from archive.model import BlockKind

_ATTRIBUTION_LINES = 4
_INDENTED_LINES = 200


def _label_marked(body: BodyLines) -> None:
    """Lines that carry quote marks: '> ', and 'AB> ' where the same initials come twice."""
    seen: dict[str, list[int]] = {}
    for at, line in enumerate(body.lines):
        if ">" not in line:
            continue
        level = quotes.quote_level(line)
        if level and not _only_looks_marked(body, at):
            body.mark(at, at + 1, BlockKind.QUOTE, level)
            continue
        prefix, level = quotes.initials(line)
        if prefix:
            seen.setdefault(prefix, []).append(at)
    for places in seen.values():
        if len(places) > 1:
            for at in places:
                body.mark(at, at + 1, BlockKind.QUOTE, quotes.initials(body.lines[at])[1])


def _only_looks_marked(body: BodyLines, at: int) -> bool:
    line = body.lines[at]
    if not (line.startswith(">From ") or len(body.bare[at]) <= quotes.MAX_WRAPPED_VERB):
        return False
    if not (quotes.is_escaped_from(line) or quotes.is_wrapped_verb(line)):
        return False
    around = body.lines[max(0, at - 1) : at] + body.lines[at + 1 : at + 2]
    return not any(quotes.quote_level(line) for line in around)


def _label_overflow(body: BodyLines) -> None:
    """A quoted line's wrapped tail that lost its mark: short, lower case, between two marks."""
    kinds = body.kinds
    for at in range(1, len(body.lines) - 1):
        if kinds[at - 1] is not BlockKind.QUOTE or kinds[at] is not None or not body.bare[at]:
            continue
        before, line, after = body.lines[at - 1], body.bare[at], body.lines[at + 1]
        level = quotes.quote_level(before)
        wrapped = len(before) >= 66 and not before.rstrip().endswith((".", "?", "!", ":"))
        tail = wrapped and line[0].islower() and len(line) <= 30
        if tail and level and level == quotes.quote_level(after):
            body.mark(at, at + 1, BlockKind.QUOTE, level)


def _label_attributions(body: BodyLines) -> None:
    """Attribution lines above marked quotes, also when they run over two to four lines."""
    kinds = body.kinds
    for at in range(len(kinds)):
        if kinds[at] is not BlockKind.QUOTE or (at and kinds[at - 1] is BlockKind.QUOTE):
            continue
        last = at - 1
        while last >= 0 and at - last <= 3 and body.blank(last):
            last -= 1
        if last >= 0 and body.free(last):
            first = _attribution_start(body, last)
            if first >= 0:
                body.mark(first, at, BlockKind.QUOTE, 1)


def _attribution_start(body: BodyLines, last: int) -> int:
    """First line of the attribution that ends at `last`, or -1 when there is none."""
    found = last if quotes.is_weak_attribution(body.lines[last]) else -1
    for first in range(last - 1, max(-1, last - _ATTRIBUTION_LINES), -1):
        # A line that ends a sentence is prose, and the attribution begins below it.
        if not body.free(first) or body.lines[first].rstrip().endswith((".", "?", "!")):
            break
        if quotes.starts_attribution(body.lines[first]):
            whole = " ".join(line.strip() for line in body.lines[first : last + 1])
            if quotes.is_strong_attribution(whole):
                found = first
    return found


def _label_odd_marks(body: BodyLines) -> None:
    """'| text' and 'Ana> text' below an attribution that has no '>' lines."""
    end = 0
    for at in sorted(body.hinted):
        if not 0 <= at < len(body.lines) or at < end or not body.free(at):
            continue
        size = _attribution_at(body, at)
        first = body.next_text(at + size) if size else -1
        if first < 0 or body.kinds[first] is not None:
            continue
        end = _odd_run(body, first)
        if end > first:
            body.mark(at, end, BlockKind.QUOTE, 1)


def _odd_run(body: BodyLines, first: int) -> int:
    """End of the run of lines from `first` that share a rare quote mark; `first` when none."""
    line = body.lines[first]
    mark, name = quotes.odd_mark(line), quotes.name_mark(line)
    end = first
    while end < len(body.lines):
        line = body.lines[end]
        same = (mark and line.lstrip().startswith(mark)) or (
            name and quotes.name_mark(line) == name
        )
        if not same:
            break
        end += 1
    return end if name or end - first > 1 else first


def _attribution_at(body: BodyLines, at: int) -> int:
    """Lines of a strong attribution that begins at `at`, a hinted line (blank lines inside
    allowed); else 0."""
    if not _may_begin(body, at):
        return 0
    whole = ""
    blanks = 0
    for size in range(1, ATTRIBUTION_REACH + 1):
        if at + size > len(body.lines):
            return 0
        bare = body.bare[at + size - 1]
        blanks += not bare
        if blanks > 2 or body.kinds[at + size - 1] is not None:
            return 0
        whole = f"{whole} {bare}".strip()
        ends = bare.endswith((":", "：", ">", "...")) or quotes.says_wrote(
            body.lines[at + size - 1]
        )
        if (ends or whole[0].isdigit()) and quotes.is_strong_attribution(whole):
            return size
    return 0


def _may_begin(body: BodyLines, at: int) -> bool:
    """Whether a line can be the first of an attribution: asked by two passes, found out once."""
    known = body.begins.get(at)
    if known is None:
        line = body.lines[at]
        known = quotes.starts_attribution(line) or quotes.says_wrote(line)
        body.begins[at] = known
    return known


def _label_below(body: BodyLines) -> None:
    """Top-posted mail without marks: all that stands below the separator is quotation."""
    above = 0
    for at, bare in body.open_lines():
        line = body.lines[at]
        if quotes.is_original_message(line):
            size = 1
        else:
            size = quotes.header_block(body.lines, at) if ":" in line else 0
            if not size and at in body.hinted:
                size = _attribution_at(body, at)
        if size and _claim_below(body, at, at + size, above):
            return
        above += body.free(at) and not quotes.is_rule(bare)


def _claim_below(body: BodyLines, at: int, end: int, above: int) -> bool:
    """Label the separator and what it governs; True when that is the rest of the body."""
    first = at
    while (
        first > 0
        and body.kinds[first - 1] is None
        and (body.blank(first - 1) or quotes.is_rule(body.lines[first - 1], 5))
    ):
        first -= 1
    ruled = any(quotes.is_rule(line, 5) for line in body.lines[first:at])
    is_mark = quotes.is_original_message(body.lines[at])
    follow = body.next_text(end)
    if is_mark and follow >= 0:
        end = max(end, follow + quotes.header_block(body.lines, follow))
    has_fields = bool(quotes.header_role(body.lines[max(at, end - 1)])) or is_mark
    follow = body.next_text(end)
    # Marks below Outlook's fields are the quoted mail's own quotes where the answer stands above.
    if follow >= 0 and body.kinds[follow] is BlockKind.QUOTE and not (has_fields and above > 1):
        body.mark(first, follow, BlockKind.QUOTE, 1)
        return False
    indented = _indented_run(body, follow)
    if indented > follow:
        body.mark(first, indented, BlockKind.QUOTE, 1)
        return False
    if above or is_mark or ruled:
        body.mark(first, len(body.lines), BlockKind.QUOTE, 1)
        return True
    body.mark(first, end, BlockKind.QUOTE, 1)
    return False


def _indented_run(body: BodyLines, first: int) -> int:
    """End of a run of indented lines (a quote by indentation) that is followed by more text."""
    count = 0
    for end in range(max(first, 0), min(len(body.lines), first + _INDENTED_LINES)):
        if body.blank(end):
            continue
        if not body.lines[end].startswith((" ", "\t")):
            return end if count > 1 else first
        count += 1
    return first


QUOTE_PASSES = (
    _label_marked,
    _label_overflow,
    _label_attributions,
    _label_odd_marks,
    _label_below,
)
"""In this order; each labels lines that no earlier pass has labelled."""
