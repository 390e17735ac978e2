"""What a front says of a mail, and whom it is believed about."""

from __future__ import annotations

import pytest
from authres import AuthenticationResultsHeader
from hypothesis import given
from hypothesis import strategies as st

from dgroup.authentication.auth import results, told, verdicts
from dgroup.model import Alignment, DmarcPolicy, Verdicts

FRONT = "mx.lists.example"
NGO = "ngo.example"


def judged(value: str, domain: str = NGO, *, trusted: bool = True) -> Verdicts:
    return verdicts(
        (("authentication-results", f"{FRONT}; {value}"),), domain, FRONT, trusted=trusted
    )


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("dmarc=pass (p=reject dis=none) header.from=ngo.example", Alignment.ALIGNED),
        ("dmarc=pass header.from=NGO.example", Alignment.ALIGNED),
        ("dmarc=pass", Alignment.ALIGNED),
        ("dmarc=pass header.from=evil.example", Alignment.NONE),
        ("dkim=pass header.d=ngo.example header.s=k1 header.b=AbC/+", Alignment.ALIGNED),
        ("dkim=pass header.d=mail.ngo.example", Alignment.ALIGNED),
        ("dkim=pass header.i=@ngo.example", Alignment.ALIGNED),
        ("dkim=pass header.d=evil.example", Alignment.NONE),
        ("dkim=pass header.d=notngo.example", Alignment.NONE),
        ("dkim=pass header.d=example", Alignment.NONE),
        ("dkim=fail header.d=ngo.example", Alignment.NONE),
        ("spf=pass smtp.mailfrom=ana@ngo.example", Alignment.ALIGNED),
        ("spf=pass smtp.mailfrom=bounces.ngo.example", Alignment.ALIGNED),
        ("spf=pass smtp.helo=ngo.example", Alignment.NONE),
        ("spf=softfail smtp.mailfrom=ana@ngo.example", Alignment.NONE),
        ("dmarc=fail (p=none) header.from=ngo.example", Alignment.FAIL),
        ("dkim=pass header.d=ngo.example; dmarc=fail header.from=ngo.example", Alignment.FAIL),
        ("dmarc=fail header.from=ngo.example; dmarc=pass header.from=ngo.example", Alignment.FAIL),
        ("dmarc=temperror header.from=ngo.example", Alignment.NONE),
        ("dmarc=none header.from=ngo.example", Alignment.NONE),
        ("none", Alignment.NONE),
        ("", Alignment.NONE),
        ("auth=pass smtp.auth=ana", Alignment.NONE),
    ],
)
def test_alignment(value: str, wanted: Alignment) -> None:
    assert judged(value).alignment is wanted


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("dmarc=fail (p=reject sp=none dis=none) header.from=ngo.example", DmarcPolicy.REJECT),
        ("dmarc=fail (p=QUARANTINE) header.from=ngo.example", DmarcPolicy.QUARANTINE),
        ("dmarc=fail policy.dmarc=reject header.from=ngo.example", DmarcPolicy.REJECT),
        ("dmarc=fail policy.published-domain-policy=quarantine", DmarcPolicy.QUARANTINE),
        ("dmarc=fail (sp=reject) header.from=ngo.example", DmarcPolicy.NONE),
        ("dmarc=fail header.from=ngo.example", DmarcPolicy.NONE),
    ],
)
def test_the_published_policy(value: str, wanted: DmarcPolicy) -> None:
    assert judged(value).policy is wanted


@pytest.mark.parametrize(
    "value",
    [
        'spf=fail smtp.mailfrom="; dmarc=pass header.from=ngo.example"@evil.example',
        "spf=fail (said: ; dmarc=pass header.from=ngo.example) smtp.mailfrom=evil.example",
        "spf=fail ((a); dmarc=pass header.from=ngo.example) smtp.mailfrom=evil.example",
        'dkim=pass header.d=evil.example header.i="header.d=ngo.example"',
    ],
)
def test_what_a_sender_puts_inside_a_result_is_no_result(value: str) -> None:
    assert judged(value).alignment is Alignment.NONE


def test_a_stranger_is_not_believed() -> None:
    assert judged("dmarc=pass header.from=ngo.example", trusted=False) == Verdicts()


def test_only_the_topmost_header_of_our_front_counts() -> None:
    headers = (
        ("authentication-results", "other.example; dmarc=pass header.from=ngo.example"),
        ("authentication-results", f"{FRONT.upper()} 1; dmarc=none"),
        ("authentication-results", f"{FRONT}; dmarc=pass header.from=ngo.example"),
    )
    assert verdicts(headers, NGO, FRONT, trusted=True).alignment is Alignment.NONE


def test_an_international_domain_is_compared_in_its_ascii_form() -> None:
    said = "dkim=pass header.d=xn--bcher-kva.example"
    assert judged(said, "bücher.example").alignment is Alignment.ALIGNED


def test_the_log_line_tells_what_was_seen() -> None:
    said = judged("spf=pass smtp.mailfrom=x.example; dkim=fail header.d=y.example")
    assert said.evidence == "spf=pass dkim=fail by mx.lists.example"


REAL = [
    (
        "mx.lists.example; spf=pass (sender IP is 192.0.2.7) smtp.mailfrom=ngo.example; "
        "dkim=pass (2048-bit key; unprotected) header.d=ngo.example header.i=@ngo.example "
        "header.a=rsa-sha256 header.s=s1 header.b=dGVzdA; dmarc=pass (policy=none) "
        "header.from=ngo.example"
    ),
    "mx.lists.example 1; dkim = pass header.d = ngo.example",
    'mx.lists.example; dkim/1=pass reason="good; signature" header.d=ngo.example',
]


@pytest.mark.parametrize("value", REAL)
def test_real_headers_read_as_the_library_reads_them(value: str) -> None:
    theirs = AuthenticationResultsHeader.parse_value(value)
    found = results(value)
    assert found is not None
    server, mine = found
    assert server == theirs.authserv_id
    assert [(one.method, one.verdict) for one in mine] == [
        (one.method, one.result) for one in theirs.results
    ]
    for one, other in zip(mine, theirs.results, strict=True):
        for part in other.properties:
            assert one.properties[f"{part.type}.{part.name}"] == part.value


@given(st.text(alphabet='a=;."()\\ \t\r\n@dmarcpass-/1é\x00', max_size=300))
def test_any_text_is_read_without_an_exception(text: str) -> None:
    judged(text)
    verdicts((("authentication-results", text),), text, FRONT, trusted=True)


def test_a_hostile_header_costs_little() -> None:
    for text in ("(" * 100_000, '"' * 100_000, "(\\" * 50_000, "smtp." * 20_000):
        judged(text)


# --- What is told on ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (
            "dkim=pass header.d=ngo.example header.b=x; spf=pass smtp.mailfrom=ana@ngo.example",
            "dkim=pass header.d=ngo.example; spf=pass; arc=none",
        ),
        ("dmarc=pass header.from=ngo.example", "dmarc=pass header.from=ngo.example; arc=none"),
        ("dmarc=pass header.from=evil.example", "arc=none"),
        ("dkim=pass header.d=ngo.example; arc=fail", "dkim=pass header.d=ngo.example; arc=fail"),
        ('dkim=pass header.d="x; arc=pass"', "dkim=pass; arc=none"),
        ("dkim=pass (arc=pass) header.i=@ngo.example; auth=pass", "dkim=pass; arc=none"),
        ("none", "arc=none"),
    ],
)
def test_what_a_front_found_is_told_on_without_addresses(value: str, wanted: str) -> None:
    assert judged(value).results == wanted


def test_a_chain_that_a_front_did_not_judge_is_not_told_of() -> None:
    headers = (("authentication-results", f"{FRONT}; dkim=pass"), ("arc-seal", "i=1"))
    assert verdicts(headers, NGO, FRONT, trusted=True).results == "dkim=pass"
    assert verdicts(headers, NGO, FRONT, trusted=False).results == ""


def test_the_words_of_the_log_become_results() -> None:
    line = "dkim=fail (unanswered) d=ngo.example spf=unaligned dmarc=unanswered arc=pass i=1 by us"
    wanted = "dkim=fail header.d=ngo.example; dmarc=temperror header.from=ngo.example; arc=pass"
    assert told(line, "NGO.example", "pass") == wanted
    assert told("dmarc=pass by us", "x y\r\nz", "") == "dmarc=pass"
