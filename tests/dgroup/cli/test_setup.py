"""`dgroup init | db`: a fresh folder becomes usable, and stays as it is the second time."""

from __future__ import annotations

import sqlite3

from tests.dgroup.cli.commandline import Folder


def test_init_makes_settings_data_and_database_and_says_what_is_next(folder: Folder) -> None:
    said = folder.done("init")
    assert str(folder.path / "config.toml") in said
    assert "dgroup group create" in said
    assert (folder.path / "data" / "dgroup.db").is_file()
    assert (folder.path / "data" / "public").is_dir()
    assert folder.done("group", "list") == "name  title  members  archive  state\n"


def test_init_again_changes_nothing(folder: Folder) -> None:
    folder.with_group()
    settings = folder.path / "config.toml"
    settings.write_text('[site]\nname = "Ours"\n', "utf-8")
    folder.done("init")
    assert settings.read_text("utf-8") == '[site]\nname = "Ours"\n'
    assert "water" in folder.done("group", "list")


def test_init_with_a_settings_file_of_ones_own_writes_none(folder: Folder) -> None:
    own = folder.path / "own.toml"
    own.write_text('[site]\ndata_dir = "kept"\n', "utf-8")
    folder.done("--config", "own.toml", "init")
    assert (folder.path / "kept" / "dgroup.db").is_file()
    assert not (folder.path / "config.toml").exists()


def test_the_database_is_checked_and_upgraded(folder: Folder) -> None:
    assert "dgroup db upgrade" in folder.refused("db", "check")
    folder.done("db", "upgrade")
    assert "up to date" in folder.done("db", "check")
    with sqlite3.connect(folder.path / "data" / "dgroup.db") as conn:
        conn.execute("UPDATE alembic_version SET version_num = '0000'")
    conn.close()
    folder.refused("db", "check")
    assert "not up to date" in folder.refused("group", "list")
