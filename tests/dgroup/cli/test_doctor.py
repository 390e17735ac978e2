"""`dgroup doctor` on a new host: what it prints and its exit code."""

from __future__ import annotations

from tests.dgroup.cli.commandline import Folder


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
