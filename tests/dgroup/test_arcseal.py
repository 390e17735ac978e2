"""Our ARC sets: the suite's signatures byte for byte, and what is not sealed."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from dgroup.arccheck import ArcSet, chain, seal_octets
from dgroup.arcseal import sealed
from dgroup.dkimcanon import Mail
from dgroup.dkimparts import key_of, verify
from dgroup.sign import Key, Signing
from tests.dgroup.arcsuite import ArcCase, cases

SUITE = cases("arc-draft-sign-tests.yml")


def seal(case: ArcCase) -> bytes:
    private = load_pem_private_key(case.key.encode(), None)
    assert isinstance(private, RSAPrivateKey)
    return sealed(
        Mail(case.raw),
        Signing("example.org", (Key("dummy", private),)),
        case.values["srv-id"],
        datetime.fromtimestamp(int(case.values["t"]), UTC),
        [name.encode() for name in case.values["sig-headers"].split(":")],
    )


def tags(text: str) -> dict[str, str]:
    """A field's tags without white space, which signatures here do not depend on."""
    plain = re.sub(r"\s", "", text).split(";")
    return dict(one.split("=", 1) for one in plain if one)


@pytest.mark.parametrize("case", SUITE, ids=[case.name for case in SUITE])
def test_the_suite(case: ArcCase) -> None:
    made = seal(case)
    wanted = [case.values[name] for name in ("AS", "AMS", "AAR")]
    if not wanted[0].strip():
        assert made == b""
        return
    fields = [field.partition(b":")[2].decode() for field in re.split(rb"\r\n(?! )", made) if field]
    # A seal covers the folds of the two fields below it, which are the signer's own: so its value is
    # compared by what it proves, all else letter by letter.
    assert {**tags(fields[0]), "b": ""} == {**tags(wanted[0]), "b": ""}
    assert tags(fields[1]) == tags(wanted[1])
    assert fields[2].split() == wanted[2].split()
    holds = "fail" if "cv=fail" in wanted[0] else "pass"
    assert chain(Mail(made + case.raw), case.ask).verdict == holds
    library, _, why = dkim.arc_verify(made + case.raw, dnsfunc=case.ask_bytes)
    assert (library or b"fail").decode() == holds, why
    if holds == "fail":  # the seal of a failed chain is over our own set alone
        ours = ArcSet(*(field.removesuffix(b"\r\n") for field in _split(made)[::-1]))
        (record,) = case.zone.values()
        verify(key_of(record, "rsa"), base64.b64decode(tags(fields[0])["b"]), seal_octets([ours]))


def _split(made: bytes) -> list[bytes]:
    return [field + b"\r\n" for field in re.split(rb"\r\n(?! )", made) if field]
