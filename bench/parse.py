"""How many mails a second one core parses: ours, the bare library below, mail-parser alone.

Run: python bench/parse.py [LIST ...] [--mails N] [--json]; real lists, one process, CPU time, the
best of three rounds; the three take turns in the same run, so that the ratios count.
"""

from __future__ import annotations

import argparse
import email
import hashlib
import json
import logging
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import mailparser
from mailparser.dates import parse_mail_date
from mailparser.utils import get_addresses

from archive import headers
from archive.mbox import open_archive
from archive.parse import parse

CORPUS = Path(
    os.environ.get("DGROUP_CORPUS") or Path(__file__).resolve().parents[2] / "shared" / "corpus"
)
LISTS = ("caml-list-1", "caml-list-2", "usrp-users", "blinux-list", "cocci")
ROUNDS = 3
THEIR_MAILS = 300


@dataclass(frozen=True, slots=True)
class Result:
    """Mails a second of CPU time on one list."""

    name: str
    mails: int
    mean_bytes: int
    ours: int
    bare: int
    mail_parser: int
    addresses_us: float
    """mail-parser's reading of From, To and Cc, per mail"""
    date_us: float
    """mail-parser's reading of Date, per mail"""


def bare(raw: bytes) -> None:
    """The limit underneath: compat32 parse, every part decoded, one hash over the bytes."""
    for part in email.message_from_bytes(raw).walk():
        data = None if part.is_multipart() else part.get_payload(decode=True)
        if isinstance(data, bytes) and part.get_content_maintype() == "text":
            try:
                data.decode(part.get_content_charset() or "utf-8", "replace")
            except LookupError:
                data.decode("utf-8", "replace")
    hashlib.sha256(raw).hexdigest()


def _rate(work: Callable[[bytes], object], mails: list[bytes]) -> float:
    start = time.process_time()
    for raw in mails:
        work(raw)
    return len(mails) / (time.process_time() - start)


def _addresses(raw: bytes) -> None:
    fields, _ = headers.split(raw)
    for name in ("from", "to", "cc"):
        if fields.first(name):
            get_addresses(fields.first(name), decode_names=True)


def _date(raw: bytes) -> None:
    fields, _ = headers.split(raw)
    parse_mail_date(fields.first("date"))


def _split(raw: bytes) -> None:
    headers.split(raw)


def measure(name: str, limit: int) -> Result:
    """Measure one list of the corpus."""
    archive = open_archive(CORPUS / "lists" / f"{name}.mbox.gz")
    mails = [mail.raw for mail in islice(archive, limit)]
    works: dict[str, tuple[Callable[[bytes], object], list[bytes]]] = {
        "ours": (parse, mails),
        "bare": (bare, mails),
        "mail_parser": (mailparser.parse_from_bytes, mails[:THEIR_MAILS]),
        "split": (_split, mails),
        "addresses": (_addresses, mails),
        "date": (_date, mails),
    }
    best = dict.fromkeys(works, 0.0)
    for _ in range(ROUNDS):
        for key, (work, given) in works.items():
            best[key] = max(best[key], _rate(work, given))
    split_us = 1e6 / best["split"]
    return Result(
        name=name,
        mails=len(mails),
        mean_bytes=sum(map(len, mails)) // len(mails),
        ours=round(best["ours"]),
        bare=round(best["bare"]),
        mail_parser=round(best["mail_parser"]),
        addresses_us=round(1e6 / best["addresses"] - split_us, 1),
        date_us=round(1e6 / best["date"] - split_us, 1),
    )


def main() -> None:
    """Print one line a list."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("lists", nargs="*", default=LISTS)
    arguments.add_argument("--mails", type=int, default=2000, help="of each list at most")
    arguments.add_argument("--json", action="store_true")
    chosen = arguments.parse_args()
    logging.disable()
    results = [measure(name, chosen.mails) for name in chosen.lists]
    if chosen.json:
        print(json.dumps([asdict(result) for result in results], indent=1))
        return
    print("list            mails   bytes  ours/s  bare/s  ratio  mail-parser/s  addr us  date us")
    for it in results:
        print(
            f"{it.name:14} {it.mails:6} {it.mean_bytes:7} {it.ours:7} {it.bare:7}"
            f" {it.ours / it.bare:6.2f} {it.mail_parser:14} {it.addresses_us:8} {it.date_us:8}"
        )


if __name__ == "__main__":
    main()
