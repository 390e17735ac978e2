"""What it costs to find out who is speaking: microseconds a mail, with canned answers of name servers.

`by a front` is the trusted front's header instead; `through a thread` is what an event loop sees. The
waiting for real name servers comes on top. Run: python -m bench.auth [--mails 300]
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from bench import figures
from dgroup.authentication import auth
from dgroup.model import Envelope, Verdicts
from dgroup.receiving.verify import Verifier, judge
from tests.dgroup.zones import PEER, Table, ed25519_key, envelope, key_at, mail, rsa_key, signed

NGO = "ngo.example"
FRONT = "mx.lists.example"
LINE = "The pump at the school has been repaired by the committee of the village.\r\n"
BODY = LINE * 64
BIG = LINE * 13_500
SPACES = " " * 10_000_000 + "\r\n"


@dataclass(frozen=True, slots=True)
class Figure:
    """One kind of mail."""

    mail: str
    kilobytes: float
    questions: int
    """that are asked of name servers, or of the memory before them"""
    alignment: str
    us_per_mail: float


def published(key: str) -> Table:
    """Name servers that answer at once."""
    return Table(
        {
            ("_dmarc.ngo.example", "TXT"): ["v=DMARC1; p=reject"],
            ("ngo.example", "TXT"): [f"v=spf1 include:spf.example ip4:{PEER} -all"],
            ("spf.example", "TXT"): ["v=spf1 ip4:198.51.100.0/24 -all"],
            **key_at(NGO, key),
        }
    )


def measure(name: str, sent: Envelope, table: Table, times: int) -> Figure:
    """Judge one mail many times."""
    said = judge(table, sent, NGO)
    questions = len(table.asked)
    spent = per_mail(lambda: judge(table, sent, NGO), times)
    return Figure(name, len(sent.raw) / 1_000, questions, said.alignment, spent)


def per_mail(work: Callable[[], Verdicts], times: int) -> float:
    """Microseconds of one call."""
    begun = time.perf_counter()
    for _ in range(times):
        work()
    return 1e6 * (time.perf_counter() - begun) / times


def by_front(times: int) -> Figure:
    """The other path: the header of a front."""
    said = f"{FRONT}; dkim=pass header.d={NGO}; dmarc=pass (p=reject) header.from={NGO}"
    headers = (("authentication-results", said),)
    found = partial(auth.verdicts, headers, NGO, FRONT, trusted=True)
    return Figure("by a front", len(BODY) / 1_000, 0, found().alignment, per_mail(found, times))


async def together(sent: Envelope, table: Table, times: int) -> float:
    """Microseconds a mail of many at once, as the listener's sessions bring them."""
    verifier = Verifier(table)
    begun = time.perf_counter()
    await asyncio.gather(*(verifier.verdicts(sent, NGO) for _ in range(times)))
    spent = time.perf_counter() - begun
    verifier.close()
    return 1e6 * spent / times


def main() -> None:
    """Print one line for each kind of mail."""
    parser = figures.arguments(__doc__ or "")
    parser.add_argument("--mails", type=int, default=300)
    args = parser.parse_args()
    times: int = args.mails
    rsa, ed25519 = rsa_key(2048), ed25519_key()
    plain = mail(body=BODY)
    many = plain
    for number in range(10):
        many = signed(many, f"a{number}.ngo.example", rsa)
    cases: list[tuple[str, Envelope, Table, int]] = [
        ("rsa-2048", envelope(signed(plain, key=rsa)), published(rsa.record), times),
        ("ed25519", envelope(signed(plain, key=ed25519)), published(ed25519.record), times),
        ("spf alone", envelope(plain, "ana@ngo.example"), published(rsa.record), times),
        ("forged", envelope(plain, "x@evil.example"), published(rsa.record), times),
        ("ten likely signatures", envelope(many), published(rsa.record), times),
        ("rsa-2048, 1 MB", envelope(signed(mail(body=BIG), key=rsa)), published(rsa.record), 20),
        ("10 MB of spaces", _spaces(), published(rsa.record), 5),
    ]
    rows = [by_front(times), *(measure(*case) for case in cases)]
    sent, table = cases[0][1], published(rsa.record)
    spent = asyncio.run(together(sent, table, times))
    rows.append(replace(rows[1], mail="rsa-2048, through a thread", us_per_mail=spent))
    figures.show(rows, as_json=args.json)


def _spaces() -> Envelope:
    """A body that would stop a pattern for hours; in its relaxed form it is that of the plain mail."""
    return envelope(signed(mail(), key=rsa_key(2048)) + SPACES.encode())


if __name__ == "__main__":
    main()
