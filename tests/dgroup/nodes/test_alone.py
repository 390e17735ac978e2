"""One service a data folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import String

from archive.tables import dirty_pages
from dgroup.errors import DgroupError
from dgroup.nodes import alone
from dgroup.tables import deliveries


def test_a_second_service_on_a_folder_is_refused(tmp_path: Path) -> None:
    with alone.hold(tmp_path), pytest.raises(DgroupError, match="another dgroup serve"):
        alone.hold(tmp_path)


def test_a_node_keeps_its_name_and_shares_it_with_no_other(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    name = alone.node_name(one, "mx.example")
    assert alone.node_name(one, "mx.example") == name
    assert name.startswith("mx.example-")
    assert alone.node_name(two, "mx.example") != name
    assert alone.node_name(one, "other.example") != name


def test_copied_folders_and_containers_have_names_of_their_own(tmp_path: Path) -> None:
    """A copy keeps the id but not the place; containers have one place but not one id."""
    folder = tmp_path / "data"
    folder.mkdir()
    first = alone.node_name(folder, "app")
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    assert alone.node_name(copy, "app") != first
    (folder / "node-id").unlink()
    assert alone.node_name(folder, "app") != first


@pytest.mark.parametrize("machine", ["", "x" * 300, "mä\n.example"])
def test_any_machine_has_a_name_that_every_table_holds(tmp_path: Path, machine: str) -> None:
    name = alone.node_name(tmp_path, machine)
    assert (
        18
        <= len(name)
        <= min(
            column.type.length
            for column in (dirty_pages.c.claimed_by, deliveries.c.claimed_by)
            if isinstance(column.type, String) and column.type.length
        )
    )
    assert name.isascii()


def test_the_folder_is_free_again_after_the_end(tmp_path: Path) -> None:
    alone.hold(tmp_path).close()
    alone.hold(tmp_path).close()


def test_services_with_names_share_a_folder(tmp_path: Path) -> None:
    with (
        alone.hold(tmp_path, "one"),
        alone.hold(tmp_path, "two"),
        alone.hold(tmp_path),
        pytest.raises(DgroupError, match="under the name two"),
    ):
        alone.hold(tmp_path, "two")
    names = [alone.node_name(tmp_path, "mx.example", one) for one in ("one", "two", "")]
    assert len(set(names)) == 3
    assert names[0].startswith("one-")


def test_who_holds_a_folder_can_be_asked(tmp_path: Path) -> None:
    assert alone.holder(tmp_path) is None
    with alone.hold(tmp_path, about="dg:a-1:work"):
        assert alone.holder(tmp_path) == "dg:a-1:work"
    assert alone.holder(tmp_path) is None
