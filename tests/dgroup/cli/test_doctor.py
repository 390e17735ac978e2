"""`dgroup doctor` on a new host: what it prints and its exit code."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dgroup.cli.base import fitted
from dgroup.doctor import findings
from dgroup.doctor.checkup import Dmarc, Facts, Finding, Level
from tests.dgroup.cli.commandline import Folder
from tests.dgroup.patient import FACTS, NAMES, settings


def test_offline_a_new_host_has_things_to_look_at_and_nothing_wrong(folder: Folder) -> None:
    folder.with_group()
    said = folder.done("doctor", "--offline")
    assert "dgroup serve is not at work" in said
    assert said.endswith("ok (names, smarthost and pages were left out)\n")


def test_what_is_wrong_is_told_by_the_exit_code(folder: Folder) -> None:
    folder.with_group()
    answer = folder.dgroup("doctor")
    assert answer.code == 1
    assert "wrong  nobody outside this machine can write to localhost" in answer.out
    assert "Traceback" not in answer.err


def test_a_wrong_address_is_a_wrong_word(folder: Folder) -> None:
    assert "(mx.example is none)" in folder.refused("doctor", "--address", "mx.example", code=2)


def test_a_damaged_database_does_not_hide_the_rest(folder: Folder) -> None:
    folder.with_group()
    path = folder.path / "data" / "dgroup.db"
    path.write_bytes(b"\0" * 4096)
    answer = folder.dgroup("doctor")
    assert (answer.code, answer.err) == (1, "")
    assert "the database does not answer: file is not a database" in answer.out
    assert "Disk" in answer.out


def judged(facts: Facts, check: str) -> list[Finding]:
    return [one for one in findings(settings(), facts) if one.check == check]


def test_a_machine_without_name_servers_is_told_so_first() -> None:
    mute = replace(NAMES, mx=None, spf=None, dmarc=Dmarc(answered=False))
    first = findings(settings(), replace(FACTS, names=mute))[0]
    assert (first.level, first.text[:35]) == (Level.WRONG, "no name server answers this machine")
    assert judged(replace(FACTS, names=replace(NAMES, mx=None, spf=None)), "names") == []


@pytest.mark.parametrize(
    ("said", "level"), [("554 5.7.1 no", Level.WRONG), ("450 4.2.0 later", Level.LOOK)]
)
def test_a_smarthost_that_does_not_take_our_mail(said: str, level: Level) -> None:
    assert FACTS.smarthost is not None
    worst = judged(replace(FACTS, smarthost=replace(FACTS.smarthost, refusal=said)), "relay")[-1]
    assert (worst.level, said in worst.text) == (level, True)


def test_prose_has_eighty_columns_and_commands_stay_whole() -> None:
    line = "x" * 70 + " `dgroup dkim key` " + "https://" + "y" * 90
    assert fitted(line, "  ") == ["x" * 70, "  `dgroup dkim key`", "  https://" + "y" * 90]
