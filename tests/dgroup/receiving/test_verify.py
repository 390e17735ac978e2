"""What we find out ourselves about a mail: every way to be aligned, to fail, and not to know."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgroup.authentication import dkimkeys
from dgroup.authentication.arcseal import sealed
from dgroup.authentication.dkimcanon import Mail
from dgroup.authentication.sign import Key, Signing
from dgroup.errors import UnansweredError
from dgroup.model import Alignment, DmarcPolicy, Envelope, Verdicts
from dgroup.receiving.verify import Verifier, judge
from tests.dgroup.zones import (
    NOON,
    PEER,
    Records,
    Table,
    ed25519_key,
    envelope,
    key_at,
    mail,
    rsa_key,
    signed,
)

ALIGNED, NONE, FAIL = Alignment.ALIGNED, Alignment.NONE, Alignment.FAIL
NGO = "ngo.example"
REJECT: Records = {("_dmarc.ngo.example", "TXT"): ["v=DMARC1; p=reject"]}
SPF: Records = {("ngo.example", "TXT"): [f"v=spf1 ip4:{PEER} -all"]}


def judged(
    sent: Envelope, *records: Records, domain: str = NGO, silent: tuple[str, ...] = ()
) -> Verdicts:
    """The verdicts with these records together."""
    table = {key: value for one in records for key, value in one.items()}
    return judge(Table(table, frozenset(silent)), sent, domain)


# --- Aligned ----------------------------------------------------------------------------------


def test_a_signature_of_the_domain_vouches() -> None:
    said = judged(envelope(signed(mail())), REJECT, key_at(NGO))
    assert said == Verdicts(ALIGNED, evidence="dkim=pass d=ngo.example dmarc=pass by us")


def test_so_it_does_where_nothing_is_published() -> None:
    said = judged(envelope(signed(mail())), key_at(NGO))
    assert said == Verdicts(ALIGNED, evidence="dkim=pass d=ngo.example dmarc=none by us")


def test_the_host_that_may_send_vouches() -> None:
    said = judged(envelope(mail(), "ana@ngo.example"), REJECT, SPF)
    assert said.evidence == "dkim=none spf=pass dmarc=pass by us"
    assert said.alignment is ALIGNED
    assert judged(envelope(mail(), "Ana@NGO.example."), SPF).alignment is ALIGNED


def test_a_null_sender_is_its_greeting() -> None:
    sent = envelope(mail(), "", helo=NGO)
    assert judged(sent, REJECT, SPF).alignment is ALIGNED


def test_one_good_signature_among_bad_ones_is_enough() -> None:
    raw = signed(signed(signed(mail()), "elsewhere.example"), NGO, ed25519_key())
    wrong = key_at(NGO, "v=DKIM1; p=")
    wrong["k1._domainkey.ngo.example", "TXT"].append(rsa_key().record)
    assert judged(envelope(raw), REJECT, wrong).alignment is ALIGNED


@pytest.mark.parametrize(
    ("author", "signer", "records", "wanted"),
    [
        ("mail.ngo.example", NGO, REJECT, ALIGNED),
        (NGO, "mail.ngo.example", REJECT, ALIGNED),
        (NGO, "mail.ngo.example", {}, NONE),
        ("mail.ngo.example", NGO, {}, ALIGNED),
        (NGO, "mail.ngo.example", {("_dmarc.ngo.example", "TXT"): ["v=DMARC1; p=none; adkim=s"]}, FAIL),
        (NGO, "other.example", REJECT, FAIL),
        (NGO, "other.example", {}, NONE),
    ],
)  # fmt: skip
def test_relaxed_and_strict_signers(
    author: str, signer: str, records: Records, wanted: Alignment
) -> None:
    raw = signed(mail(f"ana@{author}"), signer)
    assert judged(envelope(raw), records, key_at(signer), domain=author).alignment is wanted


def test_a_strict_domain_takes_only_its_own_hosts() -> None:
    strict: Records = {("_dmarc.ngo.example", "TXT"): ["v=DMARC1; p=none; aspf=s"]}
    below: Records = {("b.ngo.example", "TXT"): [f"v=spf1 ip4:{PEER} -all"]}
    sent = envelope(mail(), "x@b.ngo.example")
    assert judged(sent, REJECT, below).alignment is ALIGNED
    assert judged(sent, strict, below).alignment is FAIL


def test_an_international_domain() -> None:
    raw = signed(mail("ana@b\u00fccher.example"), "xn--bcher-kva.example")
    said = judged(envelope(raw), key_at("xn--bcher-kva.example"), domain="B\u00fccher.example")
    assert said.alignment is ALIGNED


# --- Failing ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        ("v=DMARC1; p=none", DmarcPolicy.NONE),
        ("v=DMARC1; p=quarantine", DmarcPolicy.QUARANTINE),
        ("v=DMARC1; p=reject", DmarcPolicy.REJECT),
        ("v=DMARC1; p=reject; t=y", DmarcPolicy.NONE),
    ],
)
def test_a_forged_sender_fails_by_the_domains_policy(text: str, policy: DmarcPolicy) -> None:
    published: Records = {("_dmarc.ngo.example", "TXT"): [text]}
    said = judged(envelope(signed(mail(), "evil.example")), published, key_at("evil.example"))
    assert (said.alignment, said.policy) == (FAIL, policy)
    assert said.evidence == f"dkim=unaligned spf=unaligned dmarc=fail p={policy} by us"


def test_a_host_that_may_not_send() -> None:
    sent = envelope(mail(), "ana@ngo.example", peer="203.0.113.9")
    assert judged(sent, REJECT, SPF).policy is DmarcPolicy.REJECT
    assert judged(sent, SPF).alignment is NONE


def test_a_name_below_that_does_not_exist() -> None:
    published: Records = {("_dmarc.ngo.example", "TXT"): ["v=DMARC1; p=none; np=reject"]}
    there: Records = {("a.ngo.example", "AAAA"): ["2001:db8::1"]}
    sent = envelope(mail("ana@a.ngo.example"))
    assert judged(sent, published, domain="a.ngo.example").policy is DmarcPolicy.REJECT
    assert judged(sent, published, there, domain="a.ngo.example").policy is DmarcPolicy.NONE
    silent = judged(sent, published, domain="a.ngo.example", silent=("a.ngo.example",))
    assert silent.policy is DmarcPolicy.NONE


def test_what_stands_in_the_mail_about_itself_is_not_believed() -> None:
    claim = b"Authentication-Results: mx.lists.example; dmarc=pass header.from=ngo.example\r\n"
    assert judged(envelope(claim + mail()), REJECT).alignment is FAIL


# --- Not known --------------------------------------------------------------------------------


def test_where_the_policy_is_not_answered_nothing_is_known() -> None:
    said = judged(envelope(mail()), silent=("_dmarc.ngo.example",))
    assert said == Verdicts(evidence="dkim=none spf=unaligned dmarc=unanswered by us")


def test_but_the_very_domain_still_vouches() -> None:
    raw = signed(mail())
    assert judged(envelope(raw), key_at(NGO), silent=("_dmarc.ngo.example",)).alignment is ALIGNED
    below = signed(mail(), "a.ngo.example")
    silent = ("_dmarc.ngo.example",)
    assert judged(envelope(below), key_at("a.ngo.example"), silent=silent).alignment is NONE


def test_a_key_that_is_not_answered_makes_a_failure_unsure() -> None:
    """Neither let through, for a forger may name a server that never answers, nor refused."""
    said = judged(envelope(signed(mail())), REJECT, silent=("k1._domainkey.ngo.example",))
    assert (said.alignment, said.policy) == (FAIL, DmarcPolicy.NONE)
    assert "unsure" in said.evidence


def test_a_host_list_that_is_not_answered_makes_a_failure_unsure() -> None:
    sent = envelope(mail(), "ana@ngo.example")
    said = judged(sent, REJECT, silent=("ngo.example",))
    assert (said.alignment, said.policy) == (FAIL, DmarcPolicy.NONE)


def test_a_forger_cannot_make_it_unsure_with_a_domain_of_their_own() -> None:
    raw = signed(mail(), "evil.example")
    said = judged(
        envelope(raw, "x@evil.example"),
        REJECT,
        silent=("k1._domainkey.evil.example", "evil.example"),
    )
    assert (said.alignment, said.policy) == (FAIL, DmarcPolicy.REJECT)


@pytest.mark.parametrize(
    "domain", ["", "localhost", ".", "com", "a." * 200 + "com", "\u00e9" * 10_000]
)
def test_no_domain_at_all(domain: str) -> None:
    assert judged(envelope(mail()), domain=domain).alignment is NONE


def test_an_expired_signature_does_not_vouch() -> None:
    sent = envelope(signed(mail()))
    raw = sent.raw.replace(
        b"v=1;", b"v=1; x=%d;" % int((sent.received_at - timedelta(1)).timestamp()), 1
    )
    assert judged(envelope(raw), REJECT, key_at(NGO)).alignment is FAIL


@given(st.binary(max_size=200), st.text(max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_nothing_raises(junk: bytes, domain: str, sender: str, helo: str) -> None:
    sent = envelope(
        b"From: a@ngo.example\r\nDKIM-Signature: " + junk, f"{sender}@{domain}", helo=helo
    )
    for table in (Table(REJECT), Table({}, frozenset({"_dmarc.ngo.example"}))):
        judge(table, sent, domain)
        judge(table, sent, NGO)


def test_what_cannot_vouch_costs_no_question() -> None:
    raw = mail()
    for number in range(20):
        raw = signed(raw, f"evil{number}.example")
    table = Table(dict(REJECT))
    judge(table, envelope(raw, "x@evil.example"), NGO)
    assert table.asked == [("_dmarc.ngo.example", "TXT"), ("_dmarc.example", "TXT")]


# --- On the event loop ------------------------------------------------------------------------


async def test_a_fault_of_ours_loses_no_mail() -> None:
    class Broken:
        def look(self, name: str, kind: str, seconds: float) -> tuple[str, ...]:
            raise ZeroDivisionError

    verifier = Verifier(Broken())
    assert await verifier.verdicts(envelope(mail()), NGO) == Verdicts(evidence="error by us")
    verifier.close()


async def test_a_mail_stops_asking_when_its_time_is_over() -> None:
    class Slow:
        asked = 0

        def look(self, name: str, kind: str, seconds: float) -> tuple[str, ...]:
            self.asked += 1
            raise UnansweredError(name)

    slow = Slow()
    verifier = Verifier(slow)
    raw = mail()
    for number in range(8):
        raw = signed(raw, f"a{number}.ngo.example")
    said = await verifier.verdicts(envelope(raw, "x@ngo.example"), NGO)
    verifier.close()
    assert said.alignment is NONE
    assert slow.asked < 12


async def test_many_mails_are_judged_together() -> None:
    verifier = Verifier(Table({**REJECT, **key_at(NGO)}), threads=4)
    sent = [envelope(signed(mail(body=f"{n}\r\n"))) for n in range(30)]
    said = await asyncio.gather(*(verifier.verdicts(one, NGO) for one in sent))
    verifier.close()
    assert {one.alignment for one in said} == {ALIGNED}


async def test_where_the_client_is_not_known_its_address_proves_nothing() -> None:
    verifier = Verifier(Table({**REJECT, **SPF}), spf=False)
    said = await verifier.verdicts(envelope(mail(), "ana@ngo.example"), NGO)
    verifier.close()
    assert said.alignment is FAIL


def test_a_chain_is_told_of_and_changes_no_verdict() -> None:
    raw = signed(mail())
    plain = judged(envelope(raw), REJECT, key_at(NGO))
    broken = b"ARC-Seal: i=1; a=rsa-sha256; cv=none; d=x.example; s=s; b=AAAA\r\n" + raw
    said = judged(envelope(broken), REJECT, key_at(NGO))
    assert (said.alignment, said.policy) == (plain.alignment, plain.policy)
    assert said.evidence == "dkim=pass d=ngo.example dmarc=pass arc=fail (structure) by us"
    assert (
        plain.results
        == "dkim=pass header.d=ngo.example; dmarc=pass header.from=ngo.example; arc=none"
    )
    assert said.results.endswith("; arc=fail")


def test_a_chain_whose_keys_cannot_be_had_is_not_judged() -> None:
    """So it is not gone on with either: neither pass nor fail would be true."""
    key = Key("k1", dkimkeys.generated())
    told = b"Authentication-Results: x.example; dkim=pass; arc=none\r\n" + mail()
    chained = sealed(Mail(told), Signing("x.example", (key,)), "x.example", NOON) + mail()
    said = judged(envelope(chained), REJECT, silent=("k1._domainkey.x.example",))
    assert "arc=unanswered by us" in said.evidence
    assert "; arc=" not in said.results
