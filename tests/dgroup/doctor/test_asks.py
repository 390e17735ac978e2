"""What the doctor asks name servers, and that silence of any of them costs five seconds at most and no error."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dgroup.authentication import dkimkeys
from dgroup.config import Config
from dgroup.doctor.asks import SECONDS, ask, literal
from dgroup.doctor.checkup import Dmarc, Names
from dgroup.errors import UnansweredError
from dgroup.model import DmarcPolicy
from tests.dgroup.patient import OURS, settings
from tests.dgroup.zones import Table

D = "lists.example.org"
SIX = "2001:db8::10"
ZONE = {
    (D, "MX"): ["20 far.example.net", "10 mx.example.org"],
    (D, "TXT"): ["hello", f"v=spf1 ip4:{OURS} -all"],
    (D, "A"): [OURS],
    ("mx.example.org", "A"): [OURS],
    ("mx.example.org", "AAAA"): ["2001:DB8:0::10"],
    ("far.example.net", "A"): ["198.51.100.7"],
    ("10.2.0.192.in-addr.arpa", "PTR"): ["mx.example.org"],
    ("_dmarc.example.org", "TXT"): ["v=DMARC1; p=reject; sp=quarantine"],
}
BACK = "0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    path = tmp_path / "dkim.pem"
    dkimkeys.make(path)
    return settings(('"dkim.pem"', f'"{path}"'))


def asked(config: Config, table: Table, *given: str, here: str = OURS) -> Names:
    return ask(config, table, frozenset({here}), given)


def test_all_that_the_zone_has_is_found(config: Config) -> None:
    path = config.dkim.key_file
    assert path is not None
    record = dkimkeys.record(dkimkeys.read(path))
    names = asked(config, Table(ZONE | {(f"dgroup._domainkey.{D}", "TXT"): [record]}), OURS)
    assert names.mx == ("10 mx.example.org", "20 far.example.net")
    assert names.mx_addresses["mx.example.org"] == (OURS, SIX)
    assert names.spf == (f"v=spf1 ip4:{OURS} -all",)
    (one,) = names.outgoing
    assert (one.address, one.spf, one.names, one.confirmed) == (
        OURS, "pass", ("mx.example.org",), True,
    )  # fmt: skip
    assert names.certain
    assert [(key.published, key.bits) for key in names.keys] == [((record,), 2048)]
    assert names.dmarc == Dmarc(True, DmarcPolicy.QUARANTINE, "example.org", True)


def test_a_second_address_has_needs_of_its_own(config: Config) -> None:
    zone = ZONE | {(BACK, "PTR"): ["other.example.net"]}
    four, six = asked(config, Table(zone), OURS, "2001:db8:0::10").outgoing
    assert four.confirmed
    assert (six.address, six.spf, six.names, six.confirmed) == (
        SIX, "fail", ("other.example.net",), False,
    )  # fmt: skip


def test_behind_nat_the_name_that_we_greet_with_tells_the_address(config: Config) -> None:
    names = asked(config, Table(ZONE), here="10.0.0.5")
    assert [one.address for one in names.outgoing] == [OURS, SIX]
    assert not names.certain


def test_a_machine_with_a_public_address_knows_it(config: Config) -> None:
    names = asked(config, Table(ZONE), here="8.8.4.4")
    assert [one.address for one in names.outgoing] == ["8.8.4.4"]
    assert names.certain


def test_another_machines_smarthost_is_what_others_see(tmp_path: Path) -> None:
    config = settings(("smtp://127.0.0.1:25", "smtp://out.example.net:587"))
    table = Table(ZONE | {("out.example.net", "A"): ["9.9.9.9"]})
    names = asked(config, table, here="8.8.4.4")
    assert [one.address for one in names.outgoing] == ["9.9.9.9"]
    assert not names.certain
    assert names.keys[0].problem.startswith("dkim.pem cannot be read")


def test_silence_is_told_and_raises_nothing(config: Config) -> None:
    silent = frozenset({
        D, "mx.example.org", "_dmarc.example.org", f"dgroup._domainkey.{D}", "10.2.0.192.in-addr.arpa",
    })  # fmt: skip
    names = asked(config, Table(ZONE, silent), OURS)
    assert (names.mx, names.spf, names.own_addresses) == (None, None, None)
    assert names.dmarc == Dmarc(answered=False)
    assert names.keys[0].published is None
    assert (names.outgoing[0].spf, names.outgoing[0].names) == ("temperror", None)


def test_a_name_that_does_not_answer_neither_confirms_nor_denies(config: Config) -> None:
    names = asked(config, Table(ZONE, frozenset({"mx.example.org"})), OURS)
    assert names.outgoing[0].confirmed is None
    assert names.mx_addresses["mx.example.org"] is None


@dataclass
class Slow:
    """Servers that take all the time that a question may take, by a clock of the test."""

    ticks: Iterator[float]
    given: list[float]

    def look(self, name: str, kind: str, seconds: float) -> tuple[str, ...]:
        self.given.append(seconds)
        raise UnansweredError(name)


def test_nobody_is_asked_after_five_seconds(config: Config) -> None:
    ticks = iter([0.0, *[SECONDS + 1] * 1000])
    slow = Slow(ticks, [])
    names = ask(config, slow, frozenset({OURS}), (OURS,), lambda: next(ticks))
    assert slow.given == []
    assert names.mx is None


def test_a_question_gets_what_is_left_of_the_time(config: Config) -> None:
    ticks = iter([0.0, *[SECONDS - 1] * 1000])
    slow = Slow(ticks, [])
    ask(config, slow, frozenset({OURS}), (OURS,), lambda: next(ticks))
    assert slow.given
    assert max(slow.given) == 1.0


def test_some_names_are_addresses_already() -> None:
    assert literal("localhost") == "127.0.0.1"
    assert literal("2001:DB8:0::10") == SIX
    assert literal("mx.example.org") == ""
