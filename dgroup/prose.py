"""Text of several lines that strangers wrote, made fit for a letter: filled to 72 columns, nothing cut. Pure."""

from __future__ import annotations

import re
import textwrap

from dgroup.address import clean_line

WIDTH = 72
_LEAD = re.compile(r"[ >]{0,24}")


def wrapped(text: str, width: int = WIDTH) -> str:
    """Fill long lines, quotes with their marks before each; short ones stay as they are, with the
    spaces that make a table or code. A long word (a URL) is never broken."""
    return "\n".join(part for line in text.splitlines() for part in _filled(line, width))


def _filled(line: str, width: int) -> list[str]:
    plain = " ".join(
        clean_line(word, len(word) + 1) for word in line.expandtabs(4).rstrip().split(" ")
    )
    if len(plain) <= width:
        return [plain]
    found = _LEAD.match(plain)
    lead = found.group() if found else ""
    return textwrap.wrap(
        plain[len(lead) :],
        width,
        initial_indent=lead,
        subsequent_indent=lead,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [""]
