"""Reads complaints: a provider passes on that its reader filed our mail as unwanted (ARF, RFC 5965, and
the older form of one provider).
"""

from __future__ import annotations

import re
from email.message import Message

from dgroup.bounce_report import Cause, Fault, Kind, Report
from dgroup.bounces.mail import Returned, addresses, parts

_TOKEN = re.compile(r"-(?:bounces|leave)\+([a-z2-7]{26})@", re.IGNORECASE)
_COMPLAINTS = frozenset({"abuse", "opt-out", "opt-out-list", "complaint", "fraud", "other"})
_FIELD = re.compile(
    r"^(feedback-type|original-rcpt-to|removal-recipient):[ \t]*(.*)$", re.IGNORECASE | re.MULTILINE
)
_ENCLOSED = re.compile(r"^(x-hmxmroriginalrecipient|feedback-type):", re.IGNORECASE | re.MULTILINE)


def read(mail: Returned) -> Report | None:
    """Give a complaint with the tokens of ours that the enclosed mail carries; None where it is none."""
    report = next(
        (p for p in parts(mail.message) if p.get_content_type() == "message/feedback-report"), None
    )
    if report is None and not _is_older_form(mail):
        return None
    fields = {name.lower(): value for name, value in _FIELD.findall(_text(report, mail))}
    kind = fields.get("feedback-type", "abuse").strip().lower()
    if kind not in _COMPLAINTS:
        return Report(Kind.AUTOMATIC, reader="arf")  # "not-spam", or a report on authentication
    named = addresses(f"{fields.get('original-rcpt-to', '')} {fields.get('removal-recipient', '')}")
    tokens = tuple(dict.fromkeys(one.lower() for one in _TOKEN.findall(mail.raw)))
    fault = Fault(named, Cause.FINE, diagnostic=f"complaint ({kind[:40]})")
    return Report(Kind.COMPLAINT, (fault,), "arf", tokens[:10])


def _is_older_form(mail: Returned) -> bool:
    return _ENCLOSED.search(mail.raw) is not None and (
        "complaint" in mail.subject.lower() or "feedback-type" in mail.raw[:65536].lower()
    )


def _text(report: Message | None, mail: Returned) -> str:
    if report is None:
        older = re.search(
            r"^x-hmxmroriginalrecipient:[ \t]*(.*)$", mail.raw, re.IGNORECASE | re.MULTILINE
        )
        return f"original-rcpt-to: {older.group(1)}" if older else mail.raw
    inner = report.get_payload()
    if isinstance(inner, list):
        fields = [one.items() for one in inner if isinstance(one, Message)]
        return "\n".join(f"{name}: {value}" for items in fields for name, value in items)
    return str(inner)
