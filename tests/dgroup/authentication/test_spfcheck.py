"""SPF over a table of records: mechanisms, limits, and records that nobody can read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgroup.authentication.spfcheck import MAX_RECORD, MAX_TERM, result
from tests.dgroup.zones import PEER, Records, Table

SENDER = "ana@ngo.example"
HELO = "mail.ngo.example"


def said(record: str, more: Records | None = None, peer: str = PEER, sender: str = SENDER) -> str:
    """The result for ngo.example with that record."""
    table = Table({("ngo.example", "TXT"): [record], **(more or {})})
    return result(table, peer, sender, HELO)


OTHERS: Records = {
    ("ngo.example", "A"): [PEER],
    ("ngo.example", "AAAA"): ["2001:db8::7"],
    ("ngo.example", "MX"): ["10 mx.ngo.example", "20 mx2.ngo.example"],
    ("mx2.ngo.example", "A"): [PEER],
    ("spf.host.example", "TXT"): [f"v=spf1 ip4:{PEER} -all"],
    ("7.2.0.192.in-addr.arpa", "PTR"): ["out.ngo.example"],
    ("out.ngo.example", "A"): [PEER],
    (f"{PEER}.allow.ngo.example", "A"): ["127.0.0.2"],
}


@pytest.mark.parametrize(
    ("record", "wanted"),
    [
        (f"v=spf1 ip4:{PEER} -all", "pass"),
        ("v=spf1 ip4:192.0.2.0/24 -all", "pass"),
        ("v=spf1 ip4:198.51.100.0/24 -all", "fail"),
        ("v=spf1 ip4:198.51.100.0/24 ~all", "softfail"),
        ("v=spf1 ?all", "neutral"),
        ("v=spf1", "neutral"),
        ("v=spf1 a -all", "pass"),
        ("v=spf1 mx -all", "pass"),
        ("v=spf1 ptr -all", "pass"),
        ("v=spf1 include:spf.host.example -all", "pass"),
        ("v=spf1 redirect=spf.host.example", "pass"),
        ("v=spf1 exists:%{i}.allow.%{d} -all", "pass"),
        ("v=spf1 -all exp=why.ngo.example", "fail"),
        ("v=spf1 include:nobody.example -all", "permerror"),
        ("v=spf1 ip4:nonsense -all", "permerror"),
        ("v=spf1 moo -all", "permerror"),
        ("v=spf1 include:ngo.example -all", "permerror"),
        ("v=spf1 a:x1.example a:x2.example a:x3.example -all", "permerror"),
        ("v=spf2.0/pra -all", "none"),
        ("", "none"),
    ],
)
def test_records(record: str, wanted: str) -> None:
    assert said(record, OTHERS) == wanted


def test_a_client_with_a_long_address() -> None:
    assert said("v=spf1 a -all", OTHERS, "2001:db8::7") == "pass"
    assert said("v=spf1 ip6:2001:db8::/32 -all", OTHERS, "2001:db8::9") == "pass"
    assert said("v=spf1 ip6:2001:db8::/32 -all", OTHERS) == "fail"


def test_a_null_sender_is_its_hosts() -> None:
    table = Table({("mail.ngo.example", "TXT"): [f"v=spf1 ip4:{PEER} -all"]})
    assert result(table, PEER, "", HELO) == "pass"
    assert result(table, PEER, "", "") == "none"


def test_two_records_are_an_error() -> None:
    table = Table({("ngo.example", "TXT"): ["v=spf1 -all", "v=spf1 +all"]})
    assert result(table, PEER, SENDER, HELO) == "permerror"


def test_a_record_in_pieces_is_one() -> None:
    """Strings of a TXT come joined, and a record with signs that are no ASCII is not read."""
    assert said("v=spf1 ip4:192.0.2.0/24 \u00e9 -all") == "permerror"


def test_no_answer_is_a_passing_error() -> None:
    for silent in ("ngo.example", "spf.host.example"):
        table = Table(
            {("ngo.example", "TXT"): ["v=spf1 include:spf.host.example -all"]},
            frozenset({silent}),
        )
        assert result(table, PEER, SENDER, HELO) == "temperror"


def test_what_a_record_may_cost() -> None:
    """Ten mechanisms that ask, ten hosts each (RFC 7208 4.6.4): then it is an error."""
    many: dict[tuple[str, str], list[str]] = {
        (f"i{n}.example", "TXT"): [f"v=spf1 include:i{n + 1}.example -all"] for n in range(40)
    }
    many["ngo.example", "TXT"] = ["v=spf1 include:i0.example -all"]
    table = Table(many)
    assert result(table, PEER, SENDER, HELO) == "permerror"
    assert len(table.asked) < 15


@pytest.mark.parametrize(
    "record",
    [
        "v=spf1 a:" + "a." * MAX_TERM + "%{d} -all",
        "V=SPF1 exists:" + "%{d}." * MAX_TERM + "com -all",
        "v=spf1" + f" ip4:{PEER}" * MAX_RECORD,
    ],
)
def test_a_record_that_would_take_the_library_seconds_is_not_read(record: str) -> None:
    assert said(record) == "permerror"
    elsewhere: Records = {("long.example", "TXT"): [record]}
    assert said("v=spf1 include:long.example -all", elsewhere) == "permerror"


def test_a_long_text_beside_the_record_does_no_harm() -> None:
    table = Table({("ngo.example", "TXT"): ["proof=" + "x" * 10_000, f"v=spf1 ip4:{PEER} -all"]})
    assert result(table, PEER, SENDER, HELO) == "pass"


@given(st.text(st.characters(codec="latin-1"), max_size=80), st.text(max_size=30))
def test_any_record_and_sender_can_be_judged(record: str, sender: str) -> None:
    result(
        Table({("ngo.example", "TXT"): [f"v=spf1 {record}"]}), PEER, f"{sender}@ngo.example", HELO
    )
    result(Table({}), PEER, sender, sender)
