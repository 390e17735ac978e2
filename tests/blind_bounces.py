"""The reports of tests/data/bounces-blind (its README says how they are written), as mails and with
what is expected of them in the form of the corpus' expected.json.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "data/bounces-blind"
_TO = "To: water-bounces+k1qabcdefghij@lists.example"
_COPY = """Return-Path: <water-bounces+k1qabcdefghij@lists.example>
Received: from mail.lists.example (mail.lists.example [192.0.2.7]); Fri, 20 Nov 2026 09:12:00 +0000
From: Moussa Traore <moussa@afrique.example>
To: water@lists.example
Subject: Re: Borehole pump at Kayes
Message-ID: <20261120.1@afrique.example>
List-Id: Water and wells <water.lists.example>
List-Unsubscribe: <mailto:water-leave+k1qabcdefghij@lists.example>
Auto-Submitted: no
Precedence: list
"""
_BODY = "\nThe pump was repaired on Tuesday. Thank you, Awa!\n"
_NO_ADDRESS = "-"
_NO_BOUNCE = "none"


def reports(name: str = "reports") -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    """Give each report: its name, the mail as it would arrive, what is expected of it."""
    for block in (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").split("@@@ ")[1:]:
        head, _, body = block.partition("\n")
        called, reasons, counts, addresses = head.split()
        none = reasons == _NO_BOUNCE
        yield (
            called,
            _mail(body).encode().replace(b"\n", b"\r\n"),
            {
                "permanent": [] if addresses == _NO_ADDRESS else addresses.split(","),
                "results": [] if none else [{"reason": one} for one in reasons.split(",")],
                "not_a_bounce": none,
                "counts": counts == "yes",
            },
        )


def _mail(text: str) -> str:
    """Write out the lines that begin with % (README)."""
    written: list[str] = []
    coded: list[str] | None = None
    ends = ""
    for line in text.rstrip("\n").split("\n"):
        verb, _, rest = line.partition(" ")
        if verb in {"%b64", "%b64part"}:
            _say_base64(written, part=verb == "%b64part")
            coded = []
        elif verb == "%end":
            written.append(base64.encodebytes("\n".join(coded or ()).encode()).decode().strip())
            coded = None
        elif coded is not None:
            coded.append(line)
        elif verb == "%cut":
            ends = ""
        elif verb in _HEADS:
            written += _HEADS[verb](*(one.strip() for one in rest.split(" | ")))
            ends = "--b1--" if verb not in {"%plain", "%bare"} else ""
        elif verb in _PARTS:
            written += _PARTS[verb](rest)
        else:
            written.append(line)
    return "\n".join([*written, ends])


def _say_base64(written: list[str], *, part: bool) -> None:
    """The header that was written last ends with an empty line: the encoding goes before it."""
    blank = len(written) - 1
    if written[blank - 1].startswith("Content-Transfer-Encoding") or part:
        del written[blank - 1]
        blank -= 1
    written.insert(blank, "Content-Transfer-Encoding: base64")


def _plain(sender: str, subject: str) -> list[str]:
    text = ["MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8"]
    return [f"From: {sender}", _TO, f"Subject: {subject}", *text, ""]


def _bare(*_: str) -> list[str]:
    return []


def _multipart(sender: str, subject: str, kind: str) -> list[str]:
    head = [f"From: {sender}", _TO, f"Subject: {subject}", "MIME-Version: 1.0"]
    told = f'Content-Type: multipart/report; report-type={kind}; boundary="b1"'
    return [*head, told, "", "--b1", *_part_head("text/plain; charset=utf-8", "8bit")]


def _part_head(kind: str, coding: str) -> list[str]:
    return [f"Content-Type: {kind}", f"Content-Transfer-Encoding: {coding}", ""]


def _report(host: str, subject: str) -> list[str]:
    sender = f"Mail Delivery System <MAILER-DAEMON@{host}>"
    return ["Auto-Submitted: auto-replied", *_multipart(sender, subject, "delivery-status")]


def _part(rest: str) -> list[str]:
    kind, _, coding = rest.partition("; ")
    return ["", "--b1", *_part_head(kind, coding or "8bit")]


_HEADS: dict[str, Callable[..., list[str]]] = {
    "%plain": _plain,
    "%bare": _bare,
    "%report": _report,
    "%mdn": lambda host, subject: _multipart(f"<kofi@{host}>", subject, "disposition-notification"),
    "%arf": lambda sender, subject: _multipart(sender, subject, "feedback-report"),
}
_PARTS: dict[str, Callable[[str], list[str]]] = {
    "%part": _part,
    "%fields": _part,
    "%status": lambda host: [
        *_part("message/delivery-status"),
        f"Reporting-MTA: dns; {host}",
        "",
    ],
    "%orig": lambda _: [*_part("message/rfc822"), _COPY + _BODY],
    "%headers": lambda _: [*_part("text/rfc822-headers"), _COPY],
    "%copy": lambda _: [_COPY + _BODY],
}
