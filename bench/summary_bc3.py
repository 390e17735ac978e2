"""Scores the weekly summary's sentences on the BC3 threads, from raw mail through our own parsing and
cleaning, beside three people's summaries; and its open questions against annotated requests.

`python -m bench.summary_bc3` with requirements/bench.txt installed; needs the corpus (DGROUP_CORPUS)
and the scorer beside it (tools/summary_eval.py).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import parseaddr
from html import unescape
from pathlib import Path
from typing import Any

from archive.asking import asking
from archive.model import BlockKind
from archive.parse import parse
from archive.summary_rank import Voice, rank
from archive.text import blocks, own_words
from tests.corpus import corpus_root

TARGETS = {"rouge1": 40.0, "rouge2": 14.0, "wP": 78.0, "verbatim": 100.0}
QUESTION_TARGETS = {"precision": 0.6, "recall": 0.55}
PEERS = {
    "lead": (37.8, 12.6, 71.1),
    "LexRank": (34.3, 10.2, 60.6),
    "first real sentences": (38.0, 12.2, 73.4),
    "one human against two": (39.2, 11.5, 79.7),
}
"""R-1, R-2, wP of others at the same length, measured before this project (SUMMARY.md)."""


def raw_mail(subject: str, sender: str, text: str) -> bytes:
    """Build the mail that a list would have carried: quotes, greeting and signature left in."""
    name, address = parseaddr(sender)
    mail = EmailMessage()
    mail["From"] = f"{name or 'A member'} <{address or 'a@example.org'}>".replace("\n", " ")
    mail["Subject"] = subject
    mail.set_content(text)
    return mail.as_bytes()


def extract(thread: dict[str, Any]) -> list[str]:
    """Give our sentences for one thread at the length of the human summaries."""
    voices = []
    for message in thread["messages"]:
        mail = parse(raw_mail(thread["subject"], message["from"], message["text"]))
        person = mail.from_[0].name.casefold() if mail.from_ else ""
        voices.append(Voice(person, own_words(mail.text), "en"))
    # The scorer cuts at 1.1 times the mean length of the human summaries.
    budget = int(1.1 * thread["budget_words"])
    return [pick.text for pick in rank(voices, thread["subject"], frozenset(), budget)]


def score_sentences(corpus: Path, tool: Path) -> dict[str, float]:
    """Run the scorer on our extracts; its figures are percentages."""
    asked = [sys.executable, str(tool), "threads", str(corpus)]
    threads = json.loads(subprocess.run(asked, check=True, capture_output=True).stdout)
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as out:
        json.dump({name: extract(thread) for name, thread in threads.items()}, out)
        out.flush()
        told = [sys.executable, str(tool), "score", str(corpus), out.name]
        figures: dict[str, float] = json.loads(
            subprocess.run(told, check=True, capture_output=True).stdout
        )
    return figures


def _sentences(corpus: Path) -> Iterator[tuple[str, str, bool, int]]:
    """(list number, sentence, is it in own words, annotators who call it a request)."""
    requests: Counter[tuple[str, str]] = Counter()
    for thread in ET.parse(corpus / "annotation.xml").getroot():
        number = (thread.findtext("listno") or "").strip()
        for label in thread.iterfind("annotation/labels/req"):
            requests[number, label.attrib["id"]] += 1
    for thread in ET.parse(corpus / "corpus.xml").getroot():
        number = (thread.findtext("listno") or "").strip()
        for message in thread.findall("DOC/Text"):
            found = [
                (s.attrib["id"], unescape(unescape(s.text or ""))) for s in message.iter("Sent")
            ]
            lines = [" ".join(text.split()) for _, text in found]
            kinds = [b.kind for b in blocks("\n".join(lines)) for _ in b.text.split("\n")]
            for (place, _), line, kind in zip(found, lines, kinds, strict=True):
                yield number, line, kind is BlockKind.WORDS, requests[number, place]


def score_questions(corpus: Path) -> dict[str, float]:
    """Compare sentences we take for asking with those that two annotators call requests."""
    hits = wrong = missed = 0
    for _, line, own, votes in _sentences(corpus):
        ours, theirs = own and asking(line) >= 0.5, votes >= 2
        hits += ours and theirs
        wrong += ours and not theirs
        missed += theirs and not ours
    return {
        "precision": round(hits / (hits + wrong), 2),
        "recall": round(hits / (hits + missed), 2),
    }


def main() -> int:
    """Print the table; 1 when a target is missed, 2 when corpus or scorer is absent."""
    corpus = corpus_root() / "summaries" / "bc3-dev"
    tool = corpus_root().parent / "tools" / "summary_eval.py"
    if not (corpus.is_dir() and tool.is_file()):
        print(f"summary_bc3: no corpus at {corpus} or no scorer at {tool}", file=sys.stderr)
        return 2
    figures, questions = score_sentences(corpus, tool), score_questions(corpus)
    print(f"{'summary of 20 threads':28} {'R-1':>6} {'R-2':>6} {'wP':>6}")
    for name, row in PEERS.items():
        print(f"{name:28} {row[0]:6.1f} {row[1]:6.1f} {row[2]:6.1f}")
    print(f"{'ours':28} {figures['rouge1']:6.1f} {figures['rouge2']:6.1f} {figures['wP']:6.1f}")
    print(f"verbatim {figures['verbatim']} %, messages heard {figures['msgs']} %")
    print(f"open questions: precision {questions['precision']}, recall {questions['recall']}")
    print(json.dumps({"summary_bc3": figures | questions}))
    reached = all(figures[name] >= least for name, least in TARGETS.items())
    reached = reached and all(questions[name] >= least for name, least in QUESTION_TARGETS.items())
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
