"""Own words and quotes on mail that nobody here wrote."""

from __future__ import annotations

import json

from archive.text import blocks
from tests.archive.mailtext import OWN, lines_of, list_texts
from tests.corpus import corpus_path


def test_reply_cases_of_the_corpus() -> None:
    """Contract: ours = theirs without '>' lines; upstream keeps some quotes, we keep none."""
    table = json.loads(corpus_path("replies", "expected.json").read_text("utf-8"))
    cases = {name: case for name, case in table.items() if name.startswith("discourse--")}
    wrong = []
    for name, case in cases.items():
        text = corpus_path("replies", case["input"]).read_bytes().decode().replace("\r\n", "\n")
        reply = corpus_path("replies", case["reply"]).read_bytes().decode().replace("\r\n", "\n")
        want = [line for line in reply.split("\n") if line.strip() and not line.startswith(">")]
        if lines_of(blocks(text), *OWN) != [" ".join(line.split()) for line in want]:
            wrong.append(name)
    # embedded_email_1 cuts an author's lines below a quote; forwarded_message takes the forwarded
    # words for the author's: both against our contract.
    assert wrong == ["discourse--embedded_email_1", "discourse--forwarded_message"]


def test_author_lines_between_quotes_survive_on_real_lists() -> None:
    """Unmarked lines between marked ones are the author's, but for attributions and lost tails."""
    lists = ("open-iscsi", "ksummit-discuss", "cocci", "blinux-list", "usrp-users", "caml-list-1")
    kept = lost = 0
    for name in lists:
        for text in list_texts(name, every=30):
            parts = blocks(text)
            marks = [block.kind for block in parts for _ in block.text.split("\n")]
            for at in _author_lines(text.split("\n")):
                kept += marks[at] in OWN
                lost += marks[at] not in OWN
    assert kept > 500
    assert kept / (kept + lost) >= 0.995


def _author_lines(lines: list[str]) -> list[int]:
    """Numbers of lines that are surely the author's, by a rule that knows nothing of ours."""
    marked = [line.lstrip().startswith(">") for line in lines]
    heads = ("From:", "De:", "Von:", "Subject:", "*From", "De :")
    if sum(marked) < 2 or any(
        line.lstrip().startswith(heads) or "riginal M" in line for line in lines
    ):
        return []
    first, last = marked.index(True), len(marked) - 1 - marked[::-1].index(True)
    found = []
    for at in range(first, last):
        near = any(marked[at + 1 : at + 6])
        said = " ".join(lines[at : at + 6])
        attribution = near and any(
            w in said for w in ("wrote", "writes", "crit", "said", "@", ":0")
        )
        tail = marked[at - 1] and marked[at + 1] and len(lines[at - 1]) >= 66
        signed = any(line.rstrip() == "--" or line.startswith("--") for line in lines[: at + 1])
        if lines[at].strip() and not (marked[at] or attribution or tail or signed):
            found.append(at)
    return found
