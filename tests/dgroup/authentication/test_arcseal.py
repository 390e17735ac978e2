"""Our ARC sets: the suite's message signatures letter by letter, and what is not sealed."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import given
from hypothesis import strategies as st

from dgroup.authentication import dkimkeys
from dgroup.authentication.arccheck import MAX_SETS, ArcSet, chain, seal_octets, sets_of
from dgroup.authentication.arcseal import sealed
from dgroup.authentication.dkimcanon import Mail
from dgroup.authentication.dkimparts import key_of, verify
from dgroup.authentication.sign import Key, Signing
from dgroup.authentication.signature import Signature
from dgroup.model import MailClass
from tests.dgroup.arcsuite import ArcCase, cases
from tests.dgroup.zones import NOON, mail, signed

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
    # A seal covers the layout of the fields below it. The suite's are without folds in their values, ours
    # are folded: so the suite's seal is held against our own fields with those folds taken out.
    assert {**tags(fields[0]), "b": ""} == {**tags(wanted[0]), "b": ""}
    assert tags(fields[1]) == tags(wanted[1])
    assert fields[2].split() == wanted[2].split()
    seal_, message, results = (field.removesuffix(b"\r\n") for field in _split(made))
    ours = ArcSet(results, _unfolded(message), _unfolded(seal_))
    failed = "cv=fail" in wanted[0]  # the seal of a failed chain is over our own set alone
    before = () if failed else sets_of(Mail(case.raw))
    (record,) = case.zone.values()
    public = key_of(record, "rsa")
    theirs, own = (base64.b64decode(tags(text)["b"]) for text in (wanted[0], fields[0]))
    verify(public, theirs, seal_octets([*before, ours]))
    verify(public, own, seal_octets([*before, ArcSet(results, message, seal_)]))
    holds = "fail" if failed else "pass"
    assert chain(Mail(made + case.raw), case.ask).verdict == holds
    library, _, why = dkim.arc_verify(made + case.raw, dnsfunc=case.ask_bytes)
    assert (library or b"fail").decode() == holds, why


def _unfolded(field: bytes) -> bytes:
    """The field in one line, its values without the white space that folds left in them."""
    name, _, value = field.partition(b":")
    return name + b": " + b"; ".join(b"".join(tag.split()) for tag in value.split(b";"))


def _split(made: bytes) -> list[bytes]:
    return [field + b"\r\n" for field in re.split(rb"\r\n(?! )", made) if field]


TOLD = b"Authentication-Results: lists.example; dkim=pass; arc=none\r\n"


def ours() -> Signing:
    return Signing("lists.example", (Key("k1", _KEY),))


_KEY = dkimkeys.generated()


def ask(name: str) -> list[str]:
    return [dkimkeys.record(_KEY)]


@pytest.mark.parametrize(
    "told",
    [
        b"",
        b"Authentication-Results: lists.example; dkim=pass\r\n",
        b"Authentication-Results: lists.example; dkim=pass; arc=maybe\r\n",
        b"Authentication-Results: other.example; dkim=pass; arc=none\r\n",
        b"Authentication-Results: lists.example; dkim=pass; arc=pass\r\n",
        b"Authentication-Results: lists.example; dkim=p\xc3\xa4ss; arc=none\r\n",
    ],
)
def test_without_a_verdict_of_ours_on_the_chain_nothing_is_sealed(told: bytes) -> None:
    assert sealed(Mail(told + mail()), ours(), "lists.example", NOON) == b""


def test_a_chain_that_ended_or_has_no_number_left_is_not_gone_on_with() -> None:
    raw = mail()
    for number in range(1, MAX_SETS + 1):
        claim = b"pass" if number > 1 else b"none"
        made = sealed(Mail(TOLD.replace(b"none", claim) + raw), ours(), "lists.example", NOON)
        assert b"i=%d;" % number in made
        raw = made + raw
    told = TOLD.replace(b"none", b"pass")
    assert sealed(Mail(told + raw), ours(), "lists.example", NOON) == b""
    failed = sealed(Mail(TOLD + mail()), ours(), "lists.example", NOON).replace(
        b"cv=none", b"cv=fail"
    )
    assert sealed(Mail(told + failed + mail()), ours(), "lists.example", NOON) == b""


def test_what_goes_on_top_later_breaks_no_seal() -> None:
    raw = signed(mail())
    made = sealed(Mail(TOLD + raw), ours(), "lists.example", NOON) + raw
    top = b"DKIM-Signature: v=1; d=x.example\r\nList-Unsubscribe: <mailto:a@b.example>\r\nReceived: x\r\n"
    assert chain(Mail(top + made), ask).verdict == "pass"
    # The author's signature is covered (RFC 8617 4.1.2), and so are the text and the subject.
    for old, new in ((b"s=k1;", b"s=k2;"), (b"dry", b"wet"), (b"wells", b"pumps")):
        assert old in raw
        assert chain(Mail(made.replace(old, new)), ask).verdict == "fail"


def test_ed25519_alone_seals_nothing() -> None:
    """RFC 8617 knows RSA alone; verifiers of others would find a chain that failed."""
    only = Signing("lists.example", (Key("e", dkimkeys.generated(ed25519=True)),))
    assert sealed(Mail(TOLD + mail()), only, "lists.example", NOON) == b""


@given(st.binary(max_size=300), st.sampled_from(list(MailClass)))
def test_any_mail_can_be_made_ready(junk: bytes, mail_class: MailClass) -> None:
    """A mail that could not would hold up all others."""
    ready = Signature(ours(), "lists.example", lambda: NOON)
    for raw in (junk, TOLD + junk, TOLD + b"ARC-Seal: " + junk + b"\r\n" + mail()):
        text, signable = ready.prepared(raw, mail_class)
        assert text.endswith(b"\r\n")
        assert signable is not None
        assert signable.signature(b"", NOON)
