"""Durable acceptance: mails a second answered 250 after they are safely stored, and what each costs.

`dgroup serve` with fsync against the same listener with a handler that does nothing, aiosmtpd as it
comes, and Postfix's own way into its queue; all in one run, taking turns, one load client.
`dgroup, all` also writes pages and expands fan-outs meanwhile. Run:
python -m bench.accept [--sessions 1 10 50] [--kilobytes 4 100] [--rounds 3] [--seconds 4]
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

from bench import figures, servers
from bench.servers import Server

_FIRST = count(0, 1_000_000)
"""numbers of the first mail of each load: no mail is ever sent twice"""


@dataclass(frozen=True, slots=True)
class Figure:
    """One server under one load: medians of the rounds."""

    server: str
    kilobytes: int
    sessions: int
    per_second: float
    cpu_ms_per_mail: float
    """of the server's processes together"""
    of_postfix: float
    """our rate over Postfix's in the same run"""
    of_aiosmtpd: float
    """our rate over that of aiosmtpd that does nothing"""
    refused: int


@dataclass(frozen=True, slots=True)
class Sample:
    """One round."""

    per_second: float
    cpu_ms: float
    refused: int


def load(server: Server, sessions: int, kilobytes: int, seconds: float) -> Sample:
    """Run the client once against a server."""
    words = {
        "--port": server.port,
        "--sessions": sessions,
        "--kilobytes": kilobytes,
        "--seconds": seconds,
        "--first": next(_FIRST),
    }
    command = [servers.PYTHON, "-m", "bench.load"]
    command += [str(word) for pair in words.items() for word in pair]
    before = figures.cpu_seconds(server.process)
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    spent = figures.cpu_seconds(server.process) - before
    mails = max(1, told["mails"])
    return Sample(told["mails"] / told["seconds"], 1000 * spent / mails, told["refused"])


@contextmanager
def everybody(*, everything: bool) -> Iterator[list[Server]]:
    """All servers that can be had here."""
    with servers.folder("accept") as home, servers.folder("accept-all") as other:
        config = servers.write_config(home)
        servers.make_group(config).close()
        wanted = [
            servers.service(home, config),
            servers.empty_server("listener", "our listener, no-op"),
            servers.empty_server("stock", "aiosmtpd, no-op"),
        ]
        if everything:
            config = servers.write_config(other, debounce=2, sweep=60)
            servers.make_group(config).close()
            wanted.append(servers.service(other, config, "dgroup, all"))
        missing = servers.postfix_missing()
        if missing:
            print(f"without Postfix: {missing}", file=sys.stderr)
        else:
            wanted.append(servers.postfix_server())
        with servers.started(wanted) as found:
            yield found


def compare(
    found: Sequence[Server], sessions: int, kilobytes: int, rounds: int, seconds: float
) -> list[Figure]:
    """Let the servers take turns under one kind of load."""
    samples: dict[str, list[Sample]] = {server.name: [] for server in found}
    for _ in range(rounds):
        for server in found:
            samples[server.name].append(load(server, sessions, kilobytes, seconds))
    rates = {
        name: figures.median(one.per_second for one in several) for name, several in samples.items()
    }
    return [
        Figure(
            server=name,
            kilobytes=kilobytes,
            sessions=sessions,
            per_second=rates[name],
            cpu_ms_per_mail=figures.median(one.cpu_ms for one in several),
            of_postfix=rates[name] / rates.get("Postfix", float("nan")),
            of_aiosmtpd=rates[name] / rates["aiosmtpd, no-op"],
            refused=sum(one.refused for one in several),
        )
        for name, several in samples.items()
    ]


def main() -> None:
    """Print the figures of all loads."""
    parser = figures.arguments(__doc__ or "")
    parser.add_argument("--sessions", type=int, nargs="+", default=[1, 10, 50])
    parser.add_argument("--kilobytes", type=int, nargs="+", default=[4, 100])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--all", action="store_true", help="also with pages written meanwhile")
    args = parser.parse_args()
    figures.corpus("lists", "caml-list-2.mbox.gz")
    rows = []
    with everybody(everything=args.all) as found:
        for server in found:
            load(server, 4, 4, 1.0)  # connections, caches and code paths that are made once
        for kilobytes in args.kilobytes:
            for sessions in args.sessions:
                rows += compare(found, sessions, kilobytes, args.rounds, args.seconds)
    figures.show(rows, as_json=args.json)


if __name__ == "__main__":
    main()
