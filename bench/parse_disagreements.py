"""Table of where mail-parser alone and our parse differ on the corpus, by field and reason.

Run: python bench/parse_disagreements.py [--folder NAME] [--show FIELD]; the corpus lies where DGROUP_CORPUS says.
Prints counts and file names only, never the text of a mail.
"""

from __future__ import annotations

import argparse
import logging
import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import mailparser

from archive.mbox import open_archive
from archive.model import ParsedMessage, PartRole
from archive.parse import parse

CORPUS = Path(
    os.environ.get("DGROUP_CORPUS") or Path(__file__).resolve().parents[2] / "shared" / "corpus"
)
FOLDERS = ("mime-torture", "bounces", "auth", "replies")
LIST_STEP = 10
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Theirs:
    """What mail-parser alone says of a mail."""

    subject: str
    author: str
    date: str
    text: str
    attachments: int


def mails(only: str = "") -> Iterator[tuple[str, bytes]]:
    """Every single mail of the corpus, and every tenth of each list; or one folder alone."""
    for folder in [only] if only else FOLDERS:
        for path in sorted((CORPUS / folder).rglob("*.eml")):
            yield f"{folder}/{path.name}", path.read_bytes()
    if only:
        return
    for path in sorted((CORPUS / "lists").glob("*.mbox.gz")):
        for at, mail in enumerate(islice(open_archive(path), 0, None, LIST_STEP)):
            yield f"lists/{path.name.split('.')[0]}#{at * LIST_STEP}", mail.raw


def theirs_of(raw: bytes) -> Theirs | None:
    """Read with mail-parser alone; None where it raises."""
    try:
        mail = mailparser.parse_from_bytes(raw)
    except Exception:  # edge: the table counts whatever a third-party parser raises
        return None
    subject = mail.subject[0] if isinstance(mail.subject, list) else mail.subject
    return Theirs(
        subject=" ".join(str(subject).split()),
        author=mail.from_[0][1] if mail.from_ else "",
        date=mail.date.isoformat() if mail.date else "",
        text="\n".join(mail.text_plain or mail.text_html),
        attachments=len(mail.attachments),
    )


def _author(ours: ParsedMessage) -> str:
    return ours.from_[0].address if ours.from_ else ""


def _text_reason(ours: ParsedMessage, theirs: Theirs) -> str:
    mine, other = (Counter(_WORD.findall(text)) for text in (ours.text, theirs.text))
    if mine == other:
        return ""
    roles = {part.role for part in ours.parts}
    if ours.html_only:
        return "html only: ours is text, theirs the source"
    if PartRole.FOOTER in roles and not (mine - other):
        return "list footer is a part of its own"
    if "wrong-charset" in ours.defects or "unknown-charset" in ours.defects:
        return "charset label wrong or unknown"
    if "boundary-guessed" in ours.defects:
        return "boundary missing or wrong: ours finds the parts"
    if ours.flowed:
        return "flowed lines or DelSp joined"
    if not other:
        return "theirs has no text"
    if not mine:
        return "ours has no text: the parts are attachments"
    if mine - other:
        return "ours has more or other words"
    if any(part.content_type.startswith("message/") for part in ours.parts):
        return "theirs adds forwarded mails and reports"
    return "theirs adds attached texts" if PartRole.ATTACHMENT in roles else "theirs has more words"


def _attachment_reason(ours: ParsedMessage, theirs: Theirs) -> str:
    files = [part for part in ours.parts if part.role is not PartRole.TEXT]
    files = [part for part in files if part.role not in {PartRole.HTML, PartRole.FOOTER}]
    if len(files) == theirs.attachments:
        return ""
    if any(part.content_type.startswith("message/") for part in files):
        return "message/* is one attachment, not walked into"
    if len(files) > theirs.attachments:
        unnamed = any(not part.filename for part in files)
        return "theirs drops parts without a name" if unnamed else "files found in text (uuencode)"
    return "theirs lists more (body text with a name, empty or nested parts)"


def _subject_reason(ours: ParsedMessage, theirs: Theirs) -> str:
    if ours.subject == theirs.subject:
        return ""
    if ours.subject.replace("\ufffd", "") == theirs.subject or not theirs.subject.isascii():
        return "charset: theirs drops or keeps odd bytes"
    return "bytes that are not in the declared charset" if not ours.subject.isascii() else "spacing"


def _author_reason(ours: ParsedMessage, theirs: Theirs) -> str:
    mine = _author(ours)
    if mine == theirs.author:
        return ""
    return "theirs refuses a malformed address" if not theirs.author else "another address"


def _date_reason(ours: ParsedMessage, theirs: Theirs) -> str:
    mine = ours.date_claimed.isoformat() if ours.date_claimed else ""
    if mine == theirs.date:
        return ""
    return "theirs refuses a malformed date" if not theirs.date else "another moment"


REASONS: dict[str, Callable[[ParsedMessage, Theirs], str]] = {
    "subject": _subject_reason,
    "author": _author_reason,
    "date": _date_reason,
    "text": _text_reason,
    "attachments": _attachment_reason,
}


def main() -> None:
    """Print the table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--show", help="name the mails of one field's disagreements")
    arguments.add_argument("--folder", default="", help="one folder of the corpus alone")
    chosen = arguments.parse_args()
    shown = chosen.show
    logging.disable()
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    total = 0
    for name, raw in mails(chosen.folder):
        total += 1
        ours, theirs = parse(raw), theirs_of(raw)
        if theirs is None:
            found["any", "mail-parser raised"].append(name)
            continue
        for field, reason_of in REASONS.items():
            if reason := reason_of(ours, theirs):
                found[field, reason].append(name)
    print(f"{total} mails")
    for (field, reason), names in sorted(found.items()):
        print(f"{field:12} {len(names):6}  {reason:55} e.g. {names[0]}")
        if field == shown:
            print("".join(f"    {name}\n" for name in names), end="")


if __name__ == "__main__":
    main()
