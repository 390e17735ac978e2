"""What signing costs: CPU seconds per 1,000 copies of one post, by our signer and by the library, each
copy with lines of its own; `bare key` is the private key's operation alone, `seal` an ARC set (once a post
in earnest). Then the sender with and without our signatures, into a discarding sink.
Run: python -m bench.sign [--copies N] [--members N] [--json]
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import dkim
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bench import fanout
from bench.figures import arguments, median, show
from bench.sink import SinkProcess, sink
from dgroup.authentication import dkimkeys
from dgroup.authentication.arcseal import sealed
from dgroup.authentication.dkimcanon import Mail
from dgroup.authentication.sign import Key, Signable, Signing
from dgroup.authentication.signature import Signature
from dgroup.copies.rewrite import personal_lines
from dgroup.splice import crlf
from tests.dgroup.office import Office

DOMAIN = "lists.example"
ROUNDS = 3
RSA = Key("k1", dkimkeys.generated())
ED25519 = Key("k2", dkimkeys.generated(ed25519=True))


@dataclass(frozen=True, slots=True)
class Figure:
    """One way, the median of the rounds."""

    what: str
    cpu_s_per_1000: float
    ratio: float
    """to the first of its kind: the bare RSA key, or the sender that signs nothing"""
    per_second: float = 0.0
    first_copy_ms: float = 0.0


def now() -> datetime:
    """The real time."""
    return datetime.now(UTC)


def lines(number: int) -> bytes:
    """A member's own lines."""
    return personal_lines("water", DOMAIN, f"https://{DOMAIN}", f"{number:026d}")


def cpu(way: Callable[[int], object], copies: int) -> float:
    """CPU seconds per 1,000 calls."""
    spent = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        for number in range(copies):
            way(number)
        spent.append((time.process_time() - begun) / copies * 1000)
    return median(spent)


def ways(raw: bytes) -> dict[str, Callable[[int], object]]:
    """What is compared."""
    digest = hashlib.sha256(raw).digest()
    pem = RSA.private.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    ready = {name: Signable(raw, Signing(DOMAIN, keys)) for name, keys in KEYS.items()}
    told = f"Authentication-Results: {DOMAIN}; dkim=pass header.d=ngo.example; arc=none\r\n"
    mail, signing = Mail(told.encode() + raw), Signing(DOMAIN, (RSA,))

    def ours(name: str) -> Callable[[int], object]:
        return lambda number: ready[name].signature(lines(number), now())

    return {
        "bare key RSA-2048": lambda number: RSA.signed(digest),
        "bare key Ed25519": lambda number: ED25519.signed(digest),
        **{f"ours {name}": ours(name) for name in KEYS},
        "library RSA-2048": lambda number: dkim.sign(lines(number) + raw, b"k1", b"x.example", pem),
        "seal": lambda number: sealed(mail, signing, DOMAIN, now()),
    }


KEYS = {"RSA-2048": (RSA,), "Ed25519": (ED25519,), "both": (RSA, ED25519)}


def signing_figures(copies: int) -> list[Figure]:
    """Signatures by themselves."""
    found: list[Figure] = []
    for name, way in ways(crlf(fanout.post())).items():
        spent = cpu(way, copies if not name.startswith("library") else max(copies // 10, 1))
        found.append(
            Figure(
                name,
                round(spent, 4),
                round(spent / (found[0].cpu_s_per_1000 if found else spent), 2),
            )
        )
    return found


def run_once(office: Office, port: int, signature: Signature | None) -> None:
    """Send what waits."""
    asyncio.run(fanout.run_ours(office, port, signature))


def sender_figures(members: int, receiver: SinkProcess) -> list[Figure]:
    """The sender with its outbox and ledger."""
    kinds: dict[str, Signature | None] = {"sender, nothing signed": None}
    kinds |= {
        f"sender, {name}": Signature(Signing(DOMAIN, keys), DOMAIN, now)
        for name, keys in KEYS.items()
    }
    rounds: dict[str, list[fanout.Round]] = {name: [] for name in kinds}
    with fanout.group_of(members, "") as office:
        for _ in range(ROUNDS + 1):
            for name, signature in kinds.items():
                office.post(fanout.post(), now=now())
                way = partial(run_once, office, receiver.port, signature)
                rounds[name].append(fanout.measured(way, receiver, members))
    found: list[Figure] = []
    for name, done in rounds.items():
        spent = median(one.cpu for one in done[1:]) / members * 1000
        found.append(
            Figure(
                name,
                round(spent, 4),
                round(spent / (found[0].cpu_s_per_1000 if found else spent), 2),
                round(members / median(one.seconds for one in done[1:])),
                round(median(one.first for one in done[1:]) * 1000, 1),
            )
        )
    return found


def main() -> None:
    """Measure and print."""
    reader = arguments(__doc__ or "")
    reader.add_argument("--copies", type=int, default=1_000)
    reader.add_argument("--members", type=int, default=1_000)
    wanted = reader.parse_args()
    figures = signing_figures(wanted.copies)
    with sink() as receiver:
        figures += sender_figures(wanted.members, receiver)
    show(figures, as_json=wanted.json)


if __name__ == "__main__":
    main()
