"""Every signed mail of the corpus' authentication suites, beside what its suite and the library say.

Most of the keys were never published with the mails: there the signature must be readable and the body
the one that was signed. What is judged otherwise than its suite wants stands in a table with the reason.
"""

from __future__ import annotations

from pathlib import Path

import dkim
import pytest

from dgroup.authentication.arccheck import chain
from dgroup.authentication.dkimcanon import Mail
from dgroup.authentication.dkimcheck import failure, signatures
from tests.corpus import corpus_files, corpus_path
from tests.dgroup.authentication.test_dkimcheck import RFC_KEYS
from tests.dgroup.zones import NOON

SUITES = ("spamassassin", "dkimpy", "mimekit", "authheaders")
UNREAD = {
    "test-pass-01.msg": "rsa-sha1: RFC 8301 3.1 forbids to take it for a proof",
    "test-fail-04.msg": "version 0.5, which the suite wants to fail too",
    "test.message.baddomain": "d= is no domain, which the suite wants to fail too",
}
HOLD = {
    "rfc6376.signed.msg": 2,
    "rfc6376.signed.rsa.msg": 1,
    "rfc8463-example.msg": 2,
    "ed25519test2.msg": 1,
    "test2.message": 1,
    "gmail.msg": 1,
    "multipart-no-end-boundary.msg": 1,
    "test.message_signed": 1,
}
"""signatures that hold with the keys that the corpus has; all others must not"""


def read(path: Path) -> bytes:
    """A mail with the line ends of SMTP."""
    return path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def published(name: str) -> list[str]:
    """The key of a name, where the corpus has it."""
    if name in RFC_KEYS:
        return [RFC_KEYS[name]]
    if name == "20120113._domainkey.gmail.com":
        pem = corpus_path("auth", "mimekit", "gmail.pub").read_text().split("-----")[2]
        return ["k=rsa; p=" + "".join(pem.split())]
    known = {
        "sed._domainkey.test.ex": "eximtest.dns",
        "test._domainkey.example.com": "test.txt",
    }
    return [corpus_path("auth", "dkimpy", known[name]).read_text().strip()] if name in known else []


def files() -> list[Path]:
    """All files with a signature."""
    found = [path for suite in SUITES for path in corpus_files("auth", suite)]
    return [path for path in found if Mail(read(path)).named(b"dkim-signature")]


@pytest.mark.parametrize("path", files(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_signed_mail(path: Path) -> None:
    mail = Mail(read(path))
    found = signatures(mail)
    assert (len(found) == len(mail.named(b"dkim-signature"))) is (path.name not in UNREAD)
    said = [failure(mail, one, published, NOON) for one in found]
    assert said.count("") == HOLD.get(path.name, 0)
    for at, one in enumerate(found):
        assert mail.body_hash(relaxed=one.relaxed_body) == one.body_hash
        assert library(read(path), at) == (not said[at])


def library(raw: bytes, at: int) -> bool:
    """What the library finds of one signature with the same keys."""

    def ask(name: bytes, timeout: float = 5) -> bytes | None:
        records = published(name.decode("ascii").rstrip("."))
        return records[0].encode() if records else None

    try:
        return bool(dkim.DKIM(raw).verify(idx=at, dnsfunc=ask))
    except dkim.DKIMException:
        return False


@pytest.mark.parametrize("name", ["ok01.eml", "ko01.eml"])
def test_chains_of_real_mail(name: str) -> None:
    """Their keys are gone: the seal is asked for, so structure, claims and body were right."""
    asked: list[str] = []

    def ask(at: str) -> list[str]:
        asked.append(at)
        return []

    found = chain(Mail(read(corpus_path("auth", "spamassassin", "arc", name))), ask)
    if name == "ko01.eml":  # it has no chain at all, which the suite's plugin finds by other means
        assert (found.verdict, asked) == ("none", [])
    else:
        assert found.why in {"ams no-key", "as 1 no-key"}
        assert asked
