"""Data files are found beside the package and at the root of the checkout."""

from __future__ import annotations

import pytest

from archive.errors import NotFound
from archive.resources import tree


def test_trees_of_both_packages_are_found() -> None:
    assert (tree("archive", "templates") / "site").is_dir()
    assert (tree("dgroup", "alembic") / "env.py").is_file()
    assert (tree("archive", "locale") / "fr.po").is_file()


def test_what_is_not_installed_is_said_so() -> None:
    with pytest.raises(NotFound, match="nothing of archive"):
        tree("archive", "nothing")
