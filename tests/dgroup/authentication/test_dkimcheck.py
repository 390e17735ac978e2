"""DKIM signatures: made by the library, verified by us; the RFC's own; broken in every way."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from hypothesis import given
from hypothesis import strategies as st

from dgroup.authentication.dkimcanon import MAX_HEADER, Mail, without_value
from dgroup.authentication.dkimcheck import MAX_SIGNATURES, failure, signatures
from dgroup.authentication.dkimparts import MAX_FIELD
from tests.corpus import corpus_path
from tests.dgroup.zones import NOON, SELECTOR, Key, ed25519_key, mail, rsa_key, signed

DOMAIN = "ngo.example"
FORMS = [(head, body) for head in (b"simple", b"relaxed") for body in (b"simple", b"relaxed")]
# RFC 8463, appendix A.2
RFC_KEYS = {
    "brisbane._domainkey.football.example.com": (
        "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
    ),
    "test._domainkey.football.example.com": (
        "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6w"
        "y5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9"
        "PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"
    ),
}


def verdicts(raw: bytes, *keys: str) -> list[str]:
    """Why each signature of a mail does not hold, '' where it does."""
    cut = Mail(raw)
    return [
        failure(cut, one, lambda _: keys or (rsa_key().record,), NOON) for one in signatures(cut)
    ]


# --- What holds -------------------------------------------------------------------------------

BODIES = [
    "",
    "\r\n",
    "\r\n\r\n\r\n",
    "one line",
    "one line\r\n",
    "  indented \t  text  \r\n\r\n  \t \r\nend\r\n\r\n\r\n",
    "a lone\rCR and\r\r\n",
    "spaces at the very end   \r\n",
    " \r\n",
    "caf\u00e9 \u4f60\u597d\r\n",
    "x" * 3_000 + "\r\n" + " \r\n" * 50,
]


@pytest.mark.parametrize("key", [rsa_key(), ed25519_key()], ids=["rsa", "ed25519"])
@pytest.mark.parametrize("forms", FORMS, ids=lambda forms: b"-".join(forms).decode())
def test_what_the_library_signs_holds(key: Key, forms: tuple[bytes, bytes]) -> None:
    for body in BODIES:
        assert verdicts(signed(mail(body=body), key=key, forms=forms), key.record) == [""], body


@given(
    st.text(st.sampled_from("ab \t\r\n"), max_size=60),
    st.text(st.sampled_from("ab \t"), max_size=30),
    st.sampled_from(FORMS),
)
def test_we_and_the_library_agree(body: str, subject: str, forms: tuple[bytes, bytes]) -> None:
    """Where line ends are sound, that is: the library cuts a lone LF and a lone CR elsewhere."""
    text = re.sub(r"\r?\n|\r", "\r\n", body) + "\r\n"
    raw = mail(body=text).replace(b"wells", f"x{subject}y".encode())
    assert verdicts(signed(raw, forms=forms)) == [""]


def test_bare_line_feeds_are_line_ends() -> None:
    raw = signed(mail(body="one\r\n two  three\r\n\r\n"))
    assert verdicts(raw.replace(b"\r\n", b"\n")) == [""]


def test_fields_that_stand_twice_are_taken_from_the_lowest_up() -> None:
    twice = mail().replace(b"To: ", b"To: x@y.example\r\nTo: ")
    both = signed(twice, include=[b"from", b"to", b"to", b"to"])
    assert verdicts(both) == [""]
    assert verdicts(both.replace(b"To: x@", b"To: z@")) == ["signature"]
    assert verdicts(b"To: new@y.example\r\n" + both) == ["signature"]
    once = signed(twice, include=[b"from", b"to"])
    assert verdicts(b"To: new@y.example\r\n" + once) == [""]


def test_each_signature_is_looked_at_up_to_ten() -> None:
    good = signed(mail())
    bad = re.sub(rb"bh=\S{10}", b"bh=AAAAAAAAAA", good[: good.index(b"From:")])
    assert verdicts(bad + good) == ["body", ""]
    assert verdicts(bad * MAX_SIGNATURES + good) == ["body"] * MAX_SIGNATURES


def test_the_examples_of_the_rfcs_hold() -> None:
    for name in ("dkimpy/rfc6376.signed.msg", "mimekit/rfc8463-example.msg"):
        raw = corpus_path("auth", name).read_bytes()
        cut = Mail(raw)
        found = signatures(cut)
        assert [failure(cut, one, lambda at: [RFC_KEYS[at]], NOON) for one in found] == ["", ""]


def test_real_mail_of_the_corpus_has_the_bodies_that_were_signed() -> None:
    folder = corpus_path("auth")
    files = [
        *sorted((folder / "spamassassin").glob("test-pass-*.msg")),
        folder / "mimekit/gmail.msg",
    ]
    for file in files:
        cut = Mail(file.read_bytes())
        for one in signatures(cut):
            assert cut.body_hash(relaxed=one.relaxed_body) == one.body_hash, file.name


@pytest.mark.parametrize("form", ["simple", "relaxed"])
def test_canonical_bodies_of_the_corpus(form: str) -> None:
    checked = 0
    for file in sorted(corpus_path("auth", "flanker").glob("email.*")):
        raw = file.read_bytes()
        _, found, body = (
            file.with_name(f"{form}.expected{file.suffix}").read_bytes().partition(b"\r\n\r\n")
        )
        # Without a last line end the octets are nobody's: no mail comes like that over SMTP.
        if found and b"\n\n" in raw and raw.endswith(b"\n"):
            made = Mail(raw).body_hash(relaxed=form == "relaxed")
            assert made == hashlib.sha256(body).digest(), file.name
            checked += 1
    assert checked > 5


def test_a_key_of_the_corpus_verifies_real_mail() -> None:
    raw = corpus_path("auth", "mimekit", "gmail.msg").read_bytes()
    pem = corpus_path("auth", "mimekit", "gmail.pub").read_text()
    record = "k=rsa; p=" + "".join(pem.splitlines()[1:-1])
    assert verdicts(raw, record) == [""]


# --- What does not ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b"The well", b"The pump", "body"),
        (b"Subject: wells", b"Subject: pumps", "signature"),
        (b"From: Ana", b"From: Eve", "signature"),
    ],
)
def test_a_changed_mail_does_not_hold(old: bytes, new: bytes, why: str) -> None:
    assert verdicts(signed(mail()).replace(old, new)) == [why]


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ("v=DKIM1; k=rsa; p=", "key-revoked"),
        ("v=DKIM1; k=rsa", "key-revoked"),
        ("v=DKIM2; p=AAAA", "key-type"),
        ("v=DKIM1; k=ed25519; p=AAAA", "key-type"),
        ("v=DKIM1; p=!!!", "base64"),
        ("v=DKIM1; p=AAAA", "key-form"),
        ("v=spf1 -all", "key-type"),
        ("", "key-revoked"),
        ("\u00ff\u0000;=;", "tags"),
        (rsa_key().record + "; h=sha1", "key-hash"),
        (rsa_key().record + "; s=tlsrpt", "key-service"),
        (rsa_key(2048).record, "signature"),
    ],
)
def test_a_key_that_is_not_the_signers(record: str, why: str) -> None:
    assert verdicts(signed(mail()), record) == [why]


def test_the_right_one_of_several_keys_holds() -> None:
    assert verdicts(signed(mail()), "v=spf1 -all", rsa_key().record) == [""]
    assert verdicts(signed(mail()), *["v=spf1 -all"] * 50, rsa_key().record) == ["key-type"]


def test_short_keys_prove_nothing() -> None:
    """RFC 8301 3.2. The library would sign with one; what is published is all that counts."""
    short = "MEgCQQDLWD4wSAJBAMtYPjBIAkEAy1g+MEgCQQDLWD4wSAJBAMtYPjBIAkEAy1g+MEgCQQDLWD4w"
    (why,) = verdicts(signed(mail()), f"v=DKIM1; p={short}")
    assert why in {"key-size", "key-form"}
    (why,) = verdicts(signed(mail()), _rsa_record(768))
    assert why in {"key-size", "key-form"}


def _rsa_record(bits: int) -> str:
    """A record with a modulus of that many bits, whoever has its factors."""
    modulus = (1 << (bits - 1)) + 1
    number = modulus.to_bytes(bits // 8 + 1, "big")
    whole = b"\x02" + bytes([len(number)]) + number + b"\x02\x03\x01\x00\x01"
    body = (
        b"\x30\x81" + bytes([len(whole)]) + whole
        if len(whole) > 127
        else b"\x30" + bytes([len(whole)]) + whole
    )
    return "v=DKIM1; p=" + base64.b64encode(body).decode()


def test_an_endless_exponent_proves_nothing() -> None:
    made = rsa.RSAPublicNumbers(2**33 + 1, _modulus()).public_key()
    octets = made.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    record = "v=DKIM1; p=" + base64.b64encode(octets).decode()
    assert verdicts(signed(mail()), record) == ["key-exponent"]


def _modulus() -> int:
    key = load_pem_private_key(rsa_key().secret, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key.public_key().public_numbers().n


def test_a_length_is_not_followed() -> None:
    """l= lets anybody add text below; the signature must hold for all that came."""
    raw = signed(mail(), length=True)
    assert b" l=" in raw or b"\tl=" in raw
    assert verdicts(raw) == [""]
    assert verdicts(raw + b"And buy my pills.\r\n") == ["body-l"]


@pytest.mark.parametrize(
    "change",
    [
        (rb"a=rsa-sha256", b"a=rsa-sha1"),
        (rb"a=rsa-sha256", b"a=none"),
        (rb"v=1;", b"v=2;"),
        (rb"v=1;", b""),
        (rb"d=ngo\.example", b"d=evil;d=ngo.example"),
        (rb"d=ngo\.example", b"d="),
        (rb"d=ngo\.example", b"d=ngo..example"),
        (rb"d=ngo\.example", b"d=evil.example"),
        (rb"d=ngo\.example", b"d=ngo.example; x=soon"),
        (rb"d=ngo\.example", b"d=ngo.example; q=dns/none"),
        (rb"c=relaxed/relaxed", b"c=nofws"),
        (rb"h=[^;]*;", b"h=to;"),
        (rb"bh=", b"bh=*"),
        (rb"s=k1", b"s=../k1"),
        (rb"s=k1", b"s=" + b"k" * MAX_FIELD),
    ],
    ids=str,
)
def test_a_signature_that_cannot_be_read_is_none(change: tuple[bytes, bytes]) -> None:
    raw = signed(mail())
    broken, times = re.subn(change[0], change[1], raw, count=1)
    assert times == 1
    assert verdicts(broken) == []


def test_an_expired_signature_does_not_hold() -> None:
    seconds = int(NOON.timestamp())
    for offset, wanted in ((-1, ["expired"]), (60, ["signature"])):
        raw = signed(mail()).replace(b"v=1;", b"v=1; x=%d;" % (seconds + offset), 1)
        assert verdicts(raw) == wanted


def test_a_key_for_the_very_domain_is_not_for_names_below() -> None:
    flagged = rsa_key().record + "; t=s"
    assert verdicts(signed(mail()), flagged) == [""]
    below = signed(mail()).replace(b"i=@ngo.example", b"i=@a.ngo.example", 1)
    assert verdicts(below, flagged) == ["key-identity"]


def test_two_from_fields_or_none_prove_nothing() -> None:
    raw = signed(mail())
    assert verdicts(b"From: Boss <boss@ngo.example>\r\n" + raw) == []
    assert verdicts(raw.replace(b"From: Ana", b"Form: Ana")) == []


def test_an_endless_header_is_not_looked_at() -> None:
    assert verdicts(b"X: y\r\n" * MAX_HEADER + signed(mail())) == []


@pytest.mark.parametrize(
    "raw", [b"", b"\r\n", b"\n", b"\r\n\r\n", b"x", b"From: a\r\n", b":\r\n\r\n"]
)
def test_hardly_a_mail(raw: bytes) -> None:
    assert verdicts(raw) == []
    Mail(raw).body_hash(relaxed=True)


def test_no_key_is_asked_for_where_the_body_is_another() -> None:
    cut = Mail(signed(mail()).replace(b"well", b"pump"))
    (one,) = signatures(cut)

    def ask(name: str) -> list[str]:
        raise AssertionError(name)

    assert failure(cut, one, ask, NOON) == "body"
    assert one.key_name == f"{SELECTOR}._domainkey.{DOMAIN}"


@given(st.binary(max_size=300))
def test_any_field_can_be_read(junk: bytes) -> None:
    verdicts(b"From: a@ngo.example\r\nDKIM-Signature: " + junk + b"\r\n\r\nx\r\n")
    verdicts(
        b"From: a@ngo.example\r\nDKIM-Signature: v=1; a=rsa-sha256; " + junk + b"\r\n\r\nx\r\n"
    )
    verdicts(signed(mail()), junk.decode("latin-1"))


def test_the_value_alone_is_taken_out() -> None:
    field = b"DKIM-Signature: v=1; b =\r\n abc\r\n =; bh=b=; d=x"
    assert without_value(field) == b"DKIM-Signature: v=1; b =; bh=b=; d=x"


def test_the_library_says_the_same_of_its_own_corpus(corpus: Path) -> None:
    record = (corpus / "auth/dkimpy/1024_testkey_wo_markers.pub.txt").read_bytes()
    raw = (corpus / "auth/dkimpy/test.message").read_bytes().replace(b"\n", b"\r\n")
    again = signed(raw, "example.com")
    wanted = dkim.DKIM(again, minkey=1024).verify(
        dnsfunc=lambda name, timeout=5: rsa_key().record.encode()
    )
    assert wanted
    assert verdicts(again) == [""]
    assert verdicts(again, record.decode()) == ["signature"]
