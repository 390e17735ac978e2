"""How well reports are read: python -m bench.bounces [--blind[=second]] [-v]. Recall of addresses and of causes over the
corpus of bounces, or over the blind reports (tests/data/bounces-blind), and how many members would be blamed
who must not be.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from dgroup.bounce_report import MEMBERS_OWN, Cause, Kind, Report
from dgroup.bounces import read
from tests import blind_bounces
from tests.corpus import corpus_root

_OF = {
    "dead": "userunknown hostunknown hasmoved notaccept",
    "full": "mailboxfull",
    "disabled": "suspend",
    "temporary": "expired networkerror systemerror systemfull toomanyconn speeding onhold",
    "policy": "blocked rejected policyviolation badreputation norelaying securityerror requireptr"
    " notcompliantrfc authfailure spamdetected virusdetected contenterror mesgtoobig"
    " exceedlimit",
    "protocol": "mailererror syntaxerror",
    "fine": "delivered feedback vacation",
    "unknown": "undefined filtered",
}
WANTED = {reason: group for group, reasons in _OF.items() for reason in reasons.split()}
"""what the corpus calls a reason -> our class"""
CHECKED = {
    "lhost-mailfoundry-01": "No such user here",
    "lhost-mxlogic-03": "unknown user",
    "lhost-postfix-07": "unknown user, at RCPT as far as the notice tells",
    "lhost-receivingses-01": "5.1.1 Mailbox does not exist",
    "lhost-sendmail-13": "maildir over quota",
    "lhost-surfcontrol-01": "No such user",
    "lhost-x1-01": "subject: User unknown",
    "lhost-x2-01": "This user doesn't have a example.co.jp account",
    "lhost-zoho-03": "Invalid Address, mailbox unavailable",
    "lhost-sendmail-27": "5.0.0 User unknown, then 503: an answer to RCPT",
    "rfc3464-35": "one of three recipients: 550 user unknown",
}
"""Looked at by eye: the other program, whose answers are the corpus', says "filtered" or "systemerror";
the notice itself says this. The corpus asks to check such disagreements (its README)."""
POLICY = frozenset({Cause.POLICY, Cause.BLOCKLIST, Cause.AUTH, Cause.CONTENT, Cause.SIZE})
MAY_BLAME = frozenset({"dead", "full", "disabled"})


@dataclass
class Found:
    """Figures of one run."""

    files: int = 0
    named: int = 0
    named_right: int = 0
    caused: int = 0
    caused_right: int = 0
    blamed: list[str] = field(default_factory=list)
    """files where a member would be blamed though the corpus says it is not their fault"""
    checked: list[str] = field(default_factory=list)
    """the same, where a person has looked and the notice does say so"""
    decided: int = 0
    decided_right: int = 0
    misses: list[str] = field(default_factory=list)
    readers: Counter[str] = field(default_factory=Counter)


def group_of(cause: Cause) -> str:
    """Give the class that the corpus' reasons are compared by."""
    return "policy" if cause in POLICY else str(cause)


def corpus() -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    """Give each mail of the corpus: its file, its bytes, what is expected of it."""
    folder = corpus_root() / "bounces"
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    for name, want in sorted(expected.items()):
        yield name, (folder / name).read_bytes(), want


def measure(reports: Iterator[tuple[str, bytes, dict[str, Any]]]) -> Found:
    """Read every mail and compare it with what is expected."""
    found = Found()
    for name, raw, want in reports:
        report = read(raw)
        found.files += 1
        found.readers[report.reader or "nothing"] += 1
        _compare_addresses(found, name, want, report)
        _compare_causes(found, name, want, report)
    return found


def _compare_addresses(found: Found, name: str, want: dict[str, Any], report: Report) -> None:
    wanted = {one.lower() for one in (*want.get("permanent", ()), *want.get("temporary", ()))}
    if not wanted:
        return
    found.named += len(wanted)
    right = wanted & set(report.addresses)
    found.named_right += len(right)
    if right != wanted:
        found.misses.append(
            f"{name}: address {sorted(wanted - right)}, read {report.addresses[:3]}"
        )


def _compare_causes(found: Found, name: str, want: dict[str, Any], report: Report) -> None:
    causes = {fault.cause for fault in report.faults}
    reasons = _reasons(want)
    if not reasons:
        if "counts" in want:
            found.decided += 1
            found.decided_right += not causes & MEMBERS_OWN
        if want.get("not_a_bounce") and causes & MEMBERS_OWN:
            found.blamed.append(f"{name}: no bounce, read {sorted(causes)}")
        return
    groups = {WANTED[one] for one in reasons}
    read_as = {group_of(one) for one in causes} if report.kind is Kind.FAILURE else {"fine"}
    found.caused += len(groups)
    found.caused_right += len(groups & read_as)
    if groups - read_as:
        found.misses.append(f"{name}: {sorted(reasons)}, read {sorted(read_as)}")
    blames = bool(causes & MEMBERS_OWN)
    found.decided += 1
    expects = bool(groups & MAY_BLAME)
    found.decided_right += blames == expects
    if expects and not blames:
        found.misses.append(f"{name}: does not count")
    if blames and not expects:
        checked = name.removesuffix(".eml").split("--")[-1] in CHECKED
        (found.checked if checked else found.blamed).append(
            f"{name}: {sorted(reasons)}, read {sorted(causes)}"
        )


def _reasons(want: dict[str, Any]) -> set[str]:
    rows = want.get("results") or want.get("upstream_asserts") or ()
    assert isinstance(rows, list | tuple)
    return {row["reason"] for row in rows if row.get("reason")}


def main() -> None:
    """Print the figures; with -v what was missed."""
    names = [name for name in ("reports", "second") if f"--blind={name}" in sys.argv]
    names = names or ["reports"] * ("--blind" in sys.argv)
    found = measure(blind_bounces.reports(*names) if names else corpus())
    print(f"{found.files} reports, read by {dict(found.readers.most_common())}")
    print(f"addresses {found.named_right}/{found.named} = {found.named_right / found.named:.1%}")
    print(
        f"causes    {found.caused_right}/{found.caused} = {found.caused_right / found.caused:.1%}"
    )
    agreed = f"{found.decided_right}/{found.decided} = {found.decided_right / found.decided:.1%}"
    print(f"counts against the member or not, as expected: {agreed}")
    print(
        f"wrongly blamed {len(found.blamed)}; against the corpus but checked by eye {len(found.checked)}"
    )
    for line in found.blamed:
        print("  ", line)
    if "-v" in sys.argv:
        print("\n".join(found.misses))


if __name__ == "__main__":
    main()
