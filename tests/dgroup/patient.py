"""A host in good health, as facts: what tests of the doctor make ill."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from dgroup.config import Config, parse
from dgroup.doctor.checkup import (
    Certificate,
    Disk,
    Dmarc,
    Facts,
    Names,
    Outgoing,
    PublishedKey,
    Secret,
    Smarthost,
    Store,
    Web,
)
from dgroup.model import DmarcPolicy

NOW = datetime(2026, 3, 23, 12, tzinfo=UTC)
OURS = "192.0.2.10"
RECORD = "v=DKIM1; k=rsa; p=T3VycyE="
CONFIG = """
[site]
domain = "lists.example.org"
base_url = "https://lists.example.org"
contact = "host@example.org"
data_dir = "/srv/dgroup"
[listener]
hostname = "mx.example.org"
trusted_fronts = ["127.0.0.1/32"]
[relay]
url = "smtp://127.0.0.1:25"
[dkim]
key_file = "dkim.pem"
"""


def settings(*changes: tuple[str, str]) -> Config:
    """Settings of that host; each change replaces a text by another."""
    text = CONFIG
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return parse(text)


KEY = PublishedKey(
    "dgroup", "lists.example.org", RECORD, bits=2048, published=(RECORD.replace("; ", ";"),)
)
NAMES = Names(
    mx=("10 mx.example.org",),
    mx_addresses={"mx.example.org": (OURS,)},
    own_addresses=(OURS,),
    spf=("v=spf1 ip4:192.0.2.10 -all",),
    outgoing=(Outgoing(OURS, "pass", ("mx.example.org",), True),),
    certain=True,
    keys=(KEY,),
    dmarc=Dmarc(True, DmarcPolicy.NONE, "lists.example.org", True),
    here=frozenset({OURS}),
)
HOST = Smarthost(
    near=True,
    offers=frozenset({"SMTPUTF8", "8BITMIME", "PIPELINING", "SIZE", "STARTTLS"}),
    size=34_000_000,
)
FACTS = Facts(
    now=NOW,
    store=Store(revision="0007", head="0007", running=True, newest=NOW),
    disks=(Disk("/srv/dgroup", "data_dir", free=40_000_000_000, total=100_000_000_000),),
    secrets=(Secret("/srv/dgroup/dgroup.db", "the database"), Secret("dkim.pem", "the DKIM key")),
    names=NAMES,
    smarthost=HOST,
    web=Web(status=200, ours=True, ahead_s=0.4),
)


def ill(part: str, **changes: Any) -> Facts:
    """The facts with one part changed; `dgroup.facts.reads` means the whole."""
    if part == "facts":
        return replace(FACTS, **changes)
    return replace(FACTS, **{part: replace(getattr(FACTS, part), **changes)})


def good_for(days: int, *names: str) -> Certificate:
    """A certificate that ends in so many days."""
    return Certificate(
        names=names, until=datetime.fromtimestamp(NOW.timestamp() + days * 86_400, UTC)
    )
