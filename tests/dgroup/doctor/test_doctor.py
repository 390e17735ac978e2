"""What the doctor says of facts: a healthy host, then one illness after another; the text for people."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import dns.zone
import pytest

from dgroup.cli.doctor import as_object, as_text
from dgroup.config import Config
from dgroup.doctor import findings
from dgroup.doctor.checkup import Disk, Dmarc, Facts, Finding, Level, Outgoing, Secret, Web
from dgroup.doctor.names import covering
from dgroup.model import DmarcPolicy
from tests.dgroup.patient import (
    FACTS,
    HOST,
    KEY,
    NAMES,
    NOW,
    OURS,
    RECORD,
    good_for,
    ill,
    settings,
)

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "doctor"
D = "lists.example.org"
WRONG, LOOK, OK = Level.WRONG, Level.LOOK, Level.OK
MX_LINE = f"{D}. IN MX 10 mx.example.org."
KEY_LINE = f'dgroup._domainkey.{D}. IN TXT ( "{RECORD}" )'
PTR_LINE = "10.2.0.192.in-addr.arpa. IN PTR mx.example.org."


def judged(facts: Facts, config: Config | None = None) -> dict[str, Finding]:
    """The worst finding of each check."""
    order = list(Level)
    worst: dict[str, Finding] = {}
    for one in findings(config or settings(), facts):
        if one.check not in worst or order.index(one.level) > order.index(worst[one.check].level):
            worst[one.check] = one
    return worst


def test_a_healthy_host_hears_only_good() -> None:
    assert {one.level for one in findings(settings(), FACTS)} == {OK}


def test_a_line_for_the_zone_is_one_whatever_stood_there() -> None:
    long = "v=spf1 " + " ".join(f"include:spf-{number}.example.org" for number in range(20))
    for published in (long, 'v=spf1 a"b) \\ -all'):
        facts = ill("names", spf=(published,), outgoing=outgoing(spf="fail"))
        (line,) = judged(facts)["spf"].zone
        zone = dns.zone.from_text(f"$TTL 9\n{line}", f"{D}.", relativize=False, check_origin=False)
        record = zone.find_rdataset(f"{D}.", "TXT")[0]
        assert b"".join(record.strings).decode().split()[2:] == [
            *published.removesuffix(" -all").split()[1:],
            "-all" if "-all" in published else "~all",
        ]


def test_offline_nothing_is_said_of_the_network() -> None:
    facts = ill("facts", names=None, smarthost=None, web=None)
    sections = {one.section for one in findings(settings(), facts)}
    assert sections == {"database", "disk", "secrets"}


def outgoing(**changes: object) -> tuple[Outgoing, ...]:
    return (replace(NAMES.outgoing[0], **changes),)  # type: ignore[arg-type]  # a test's shorthand


ILL_NAMES = [
    ("mx", {"mx": None}, LOOK, "gave no answer", ""),
    ("mx", {"mx": ("0 .",)}, WRONG, "takes no mail at all", MX_LINE),
    ("mx", {"mx": (), "own_addresses": ("192.0.2.99",)}, WRONG, "nobody can write", MX_LINE),
    ("mx", {"mx": ()}, LOOK, "by its address", MX_LINE),
    ("mx", {"mx_addresses": {"mx.example.org": ()}}, WRONG, "has no address", MX_LINE),
    (
        "mx",
        {"mx": ("5 in.example.net",), "mx_addresses": {"in.example.net": ("198.51.100.1",)}},
        LOOK,
        "in.example.net (198.51.100.1), which is neither this machine nor a trusted front",
        MX_LINE,
    ),
    ("spf", {"spf": None}, LOOK, "gave no answer", ""),
    (
        "spf",
        {"spf": (), "outgoing": outgoing(spf="none")},
        WRONG,
        "no record: Gmail and Outlook refuse",
        f'{D}. IN TXT "v=spf1 ip4:{OURS} ~all"',
    ),
    (
        "spf",
        {"spf": ("v=spf1 include:x.example -all",), "outgoing": outgoing(spf="fail")},
        WRONG,
        f"does not vouch for {OURS}",
        f'{D}. IN TXT "v=spf1 ip4:{OURS} include:x.example -all"',
    ),
    (
        "spf",
        {"outgoing": outgoing(spf="softfail"), "certain": False},
        LOOK,
        f"does not vouch for {OURS}",
        f'{D}. IN TXT "v=spf1 ip4:{OURS} -all"',
    ),
    (
        "spf",
        {"spf": ("v=spf1 mx -all", "v=spf1 a ~all"), "outgoing": outgoing(spf="permerror")},
        WRONG,
        "2 records, which count as none",
        f'{D}. IN TXT "v=spf1 ip4:{OURS} mx a -all"',
    ),
    ("spf", {"outgoing": outgoing(spf="permerror")}, WRONG, "cannot be followed", ""),
    ("spf", {"outgoing": outgoing(spf="temperror")}, LOOK, "what it includes", ""),
    ("spf", {"outgoing": ()}, LOOK, "not known here", ""),
    ("dkim", {"keys": (replace(KEY, published=None),)}, LOOK, "gave no answer", ""),
    ("dkim", {"keys": (replace(KEY, published=()),)}, WRONG, "nothing is published", KEY_LINE),
    (
        "dkim",
        {"keys": (replace(KEY, published=("v=DKIM1; p=b3RoZXI=",)),)},
        WRONG,
        "another one than ours",
        KEY_LINE,
    ),
    ("dkim", {"keys": (replace(KEY, published=("v=DKIM1; p=",)),)}, WRONG, "another one", KEY_LINE),
    ("dkim", {"keys": (replace(KEY, published=("junk",)),)}, WRONG, "another one", KEY_LINE),
    ("dkim", {"keys": (replace(KEY, published=(RECORD, RECORD)),)}, WRONG, "2 records", KEY_LINE),
    ("dkim", {"keys": (replace(KEY, published=(f"{RECORD}; t=y",)),)}, LOOK, "testing", KEY_LINE),
    ("dkim", {"keys": (replace(KEY, bits=1024),)}, LOOK, "1024 bits", ""),
    ("dkim", {"keys": (replace(KEY, problem="k.pem cannot be read"),)}, WRONG, "cannot be", ""),
    ("dkim", {"keys": ()}, LOOK, "dgroup signs nothing itself", ""),
    ("dmarc", {"dmarc": Dmarc(answered=False)}, LOOK, "gave no answer", ""),
    (
        "dmarc",
        {"dmarc": Dmarc()},
        WRONG,
        "550 5.7.515",
        f'_dmarc.{D}. IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@{D}"',
    ),
    ("dmarc", {"dmarc": Dmarc(True, DmarcPolicy.REJECT, D, False)}, WRONG, "not vouch for", ""),
    ("dmarc", {"dmarc": Dmarc(True, DmarcPolicy.REJECT, D, None)}, LOOK, "no reverse-path", ""),
    ("dmarc", {"dmarc": Dmarc(True, DmarcPolicy.NONE, D, None)}, OK, "p=none", ""),
    ("ptr", {"outgoing": outgoing(names=None)}, LOOK, "gave no answer", ""),
    ("ptr", {"outgoing": outgoing(names=(), confirmed=False)}, WRONG, "550 5.7.25", PTR_LINE),
    (
        "ptr",
        {"outgoing": outgoing(confirmed=False)},
        WRONG,
        "no such name leads back",
        f"mx.example.org. IN A {OURS}",
    ),
    ("ptr", {"outgoing": outgoing(names=(), confirmed=False), "certain": False}, LOOK, "5.7.25", PTR_LINE),
]  # fmt: skip


@pytest.mark.parametrize(("check", "changes", "level", "text", "line"), ILL_NAMES)
def test_what_the_zone_says(
    check: str, changes: dict[str, object], level: Level, text: str, line: str
) -> None:
    found = judged(ill("names", **changes))[check]
    assert (found.level, text in found.text) == (level, True), found
    assert found.zone == ((line,) if line else ())
    assert found.cure or level is OK


ILL_HOSTS = [
    ("relay", {"problem": "Connection refused"}, WRONG, "cannot be used: Connection refused"),
    ("login", {"login": "535 5.7.8 no"}, WRONG, "does not let us in: 535 5.7.8 no"),
    ("size", {"size": 10_000_000}, LOOK, "what is between would be given up"),
    ("size", {"size": 34_000_000, "near": False, "secure": True}, LOOK, "34,000,000"),
    ("size", {"size": 99_000_000}, OK, "as much as we do or more"),
    ("size", {"size": 0}, OK, "names no largest size"),
    ("smtputf8", {"offers": frozenset({"8BITMIME"})}, LOOK, "letters beyond a to z"),
    ("8bitmime", {"offers": frozenset({"SMTPUTF8"})}, LOOK, "signatures break"),
    ("pipelining", {"offers": frozenset({"SMTPUTF8"})}, LOOK, "several times as long"),
    ("tls", {"near": False}, LOOK, "in clear"),
    ("tls", {"secure": True, "days_left": 90}, OK, "is valid"),
    ("tls", {"secure": True, "days_left": 3}, LOOK, "ends in 3 days"),
    ("tls", {"secure": True, "certificate": "self-signed", "near": False}, LOOK, "pretend"),
    ("tls", {"secure": True, "certificate": "self-signed"}, OK, "pretend"),
]  # fmt: skip
REQUIRED = ('url = "smtp://127.0.0.1:25"', 'url = "smtp://127.0.0.1:25"\ntls = "required"')


@pytest.mark.parametrize(("check", "changes", "level", "text"), ILL_HOSTS)
def test_what_the_smarthost_says(
    check: str, changes: dict[str, object], level: Level, text: str
) -> None:
    found = judged(ill("smarthost", **changes))[check]
    assert (found.level, text in found.text) == (level, True), found


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"secure": False}, "offers no STARTTLS, and relay.tls is required"),
        ({"secure": True, "certificate": "certificate has expired"}, "certificate has expired"),
    ],
)
def test_required_encryption_is_a_must(changes: dict[str, object], text: str) -> None:
    found = judged(ill("smarthost", **changes), settings(REQUIRED))["tls"]
    assert found.level is WRONG
    assert text in found.text


def test_mail_that_goes_into_a_maildir_goes_nowhere() -> None:
    config = settings(("smtp://127.0.0.1:25", "maildir:out"))
    assert judged(FACTS, config)["relay"].level is LOOK


def test_the_cure_for_a_small_smarthost_is_a_setting_that_fits() -> None:
    found = judged(ill("smarthost", size=10_000_000))["size"]
    assert found.cure == "set [listener] max_size = 9900000"


ILL_WEBS = [
    (Web(problem="Connection refused"), WRONG, "cannot be reached: Connection refused"),
    (Web(status=301, location="https://x.example/"), WRONG, "redirects to https://x.example/"),
    (Web(status=404), WRONG, "answers 404 with a page that is not dgroup's"),
    (Web(status=404, ours=True), OK, "looking at it takes nobody out"),
]


@pytest.mark.parametrize(("web", "level", "text"), ILL_WEBS)
def test_what_the_pages_say(web: Web, level: Level, text: str) -> None:
    found = judged(ill("facts", web=web))["one-click"]
    assert (found.level, text in found.text) == (level, True), found


def test_without_https_and_without_a_signature_one_click_is_doubtful() -> None:
    plain = settings(("https://", "http://"), ('key_file = "dkim.pem"', ""))
    found = judged(FACTS, plain)
    assert found["one-click"].level is WRONG
    assert "not https" in found["one-click"].text
    assert found["one-click-signed"].level is LOOK
    assert found["gmail"].level is WRONG
    assert "leaving by one click" in found["gmail"].text


OPEN = ("[listener]", '[listener]\nhost = "0.0.0.0"')
BARE = ('trusted_fronts = ["127.0.0.1/32"]', "")


def test_the_listeners_certificate() -> None:
    def said(facts: Facts, *changes: tuple[str, str]) -> tuple[Level, str]:
        found = judged(facts, settings(*changes))["listener-tls"]
        return found.level, found.text

    assert said(FACTS, OPEN, BARE)[0] is LOOK
    assert "listener-tls" not in judged(FACTS)
    good = ill("facts", certificate=good_for(60, "mx.example.org"))
    assert said(good) == (OK, "TLS: the listener's certificate is good until 2026-05-22")
    assert said(ill("facts", certificate=good_for(60, "*.example.org")))[0] is OK
    assert said(ill("facts", certificate=good_for(60, "x.example.org")))[0] is LOOK
    assert said(ill("facts", certificate=good_for(5, "mx.example.org")))[0] is LOOK
    assert said(ill("facts", certificate=good_for(-1, "mx.example.org")))[0] is WRONG
    broken = ill("facts", certificate=replace(good_for(9), problem="no certificate"))
    assert said(broken) == (WRONG, "TLS: the listener's certificate: no certificate")


ILL_STORES = [
    ("database", {"problem": "connection refused"}, WRONG, "does not answer"),
    ("database", {"revision": None}, WRONG, "there is no database yet"),
    ("database", {"revision": "0003"}, WRONG, "at revision 0003, this program at 0007"),
    ("integrity", {"broken": "row 7 missing"}, WRONG, "damaged: row 7 missing"),
    ("service", {"running": False}, LOOK, "not at work"),
    ("queue", {"due_since": NOW - timedelta(minutes=5)}, OK, "nothing waits"),
    ("queue", {"due_since": NOW - timedelta(minutes=20)}, LOOK, "since 2026-03-23 11:40 UTC"),
    ("queue", {"due_since": NOW - timedelta(hours=2)}, WRONG, "since 2026-03-23 10:00 UTC"),
    ("quarantine", {"quarantined": 2}, LOOK, "2 mails in quarantine"),
    ("clock", {"newest": NOW + timedelta(hours=1)}, WRONG, "still to come"),
    ("clock", {"ahead_s": 100.0}, LOOK, "100 s ahead of that of the database server"),
    ("clock", {"ahead_s": -1000.0}, WRONG, "1000 s behind that of the database server"),
]


@pytest.mark.parametrize(("check", "changes", "level", "text"), ILL_STORES)
def test_what_the_database_says(
    check: str, changes: dict[str, object], level: Level, text: str
) -> None:
    found = judged(ill("store", **changes))[check]
    assert (found.level, text in found.text) == (level, True), found


def test_nobody_at_postmaster() -> None:
    config = settings(('contact = "host@example.org"', ""))
    assert judged(FACTS, config)["contact"].level is LOOK


GB = 1_000_000_000
ILL_DISKS = [
    (Disk("/d", "data_dir", exists=False), WRONG, "is not there"),
    (Disk("/d", "data_dir", writable=False), WRONG, "cannot be written"),
    (Disk("/d", "data_dir", free=GB // 10, total=GB), WRONG, "100 MB free"),
    (Disk("/d", "data_dir", free=GB // 2, total=GB), LOOK, "500 MB free"),
    (Disk("/d", "data_dir", free=4 * GB, total=100 * GB), LOOK, "4,000 MB free"),
    (Disk("/d", "data_dir", True, True, 9 * GB, 9 * GB, 4, 100), LOOK, "4 files more"),
    (Disk("/d", "data_dir", True, True, 9 * GB, 9 * GB, 0, 0), OK, "9,000 MB free"),
]


@pytest.mark.parametrize(("disk", "level", "text"), ILL_DISKS)
def test_what_the_disk_says(disk: Disk, level: Level, text: str) -> None:
    found = judged(ill("facts", disks=(disk,)))["disk"]
    assert (found.level, text in found.text) == (level, True), found


ILL_SECRETS = [
    (Secret("k.pem", "the key", exists=False), WRONG, "is not there"),
    (Secret("k.pem", "the key", readable=False), WRONG, "cannot be read"),
    (Secret("k.pem", "the key", mode=0o644), WRONG, "everybody on this machine can read"),
    (Secret("k.pem", "the key", mode=0o640), LOOK, "the group"),
    (Secret("k.pem", "the key", mode=0o644, reachable=False), OK, "only the service"),
]


@pytest.mark.parametrize(("secret", "level", "text"), ILL_SECRETS)
def test_who_can_read_secrets(secret: Secret, level: Level, text: str) -> None:
    found = judged(ill("facts", secrets=(secret,)))["secrets"]
    assert (found.level, text in found.text) == (level, True), found


# --- What the large providers refuse ----------------------------------------------------------


def test_gmail_refuses_what_nobody_vouches_for() -> None:
    sick = ill("names", spf=(), outgoing=outgoing(spf="none", names=(), confirmed=False), keys=())
    found = judged(sick)["gmail"]
    assert found.level is WRONG
    assert "550 5.7.26 (unless the smarthost signs)" in found.text
    assert "550 5.7.25" in found.text


def test_one_of_spf_and_dkim_is_enough_for_few_mails() -> None:
    found = judged(ill("names", spf=(), outgoing=outgoing(spf="none")))["gmail"]
    assert found.text == "once Gmail gets 5,000 mails a day from us it refuses them for want of SPF"


@pytest.mark.parametrize(("records", "addresses", "whole"), [
    ((), (), "v=spf1 mx ~all"),
    ((), ("2001:db8::1",), "v=spf1 ip6:2001:db8::1 ~all"),
    (("v=spf1 a redirect=x.example",), (OURS,), f"v=spf1 ip4:{OURS} a redirect=x.example"),
    (("v=spf1 mx ?all",), (), "v=spf1 mx ?all"),
])  # fmt: skip
def test_a_record_keeps_what_it_says(
    records: tuple[str, ...], addresses: tuple[str, ...], whole: str
) -> None:
    assert covering(records, addresses) == whole


# --- The text for people ----------------------------------------------------------------------

SICK = replace(
    ill(
        "names",
        mx=("0 .",),
        spf=(),
        keys=(replace(KEY, published=()),),
        dmarc=Dmarc(),
        outgoing=outgoing(spf="none", names=(), confirmed=False),
    ),
    smarthost=replace(HOST, near=False, size=10_000_000),
    web=Web(status=404),
    store=replace(FACTS.store, running=False, quarantined=1),
    secrets=(Secret("/srv/dgroup/dgroup.db", "the database", mode=0o644),),
)
TEXTS = {
    "healthy": as_text(settings(), findings(settings(), FACTS), offline=False),
    "sick": as_text(settings(), findings(settings(), SICK), offline=False),
}


@pytest.mark.parametrize("name", TEXTS)
def test_the_text_is_the_golden_one(name: str) -> None:
    """DGROUP_GOLDEN=write writes it anew, to be read before it is committed."""
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("DGROUP_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(TEXTS[name] + "\n", "utf-8")
    assert path.read_text("utf-8") == TEXTS[name] + "\n"


def test_for_programs_the_same() -> None:
    told = json.loads(as_object(findings(settings(), SICK)))
    assert told["counts"]["wrong"] == sum(one["level"] == "wrong" for one in told["findings"])
    assert next(one for one in told["findings"] if one["check"] == "mx")["zone"] == [MX_LINE]
