"""A fresh folder for the command line, without settings from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dgroup.cli.commandline import Folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    """An empty folder."""
    monkeypatch.delenv("DGROUP_CONFIG", raising=False)
    monkeypatch.delenv("DGROUP_DATABASE_URL", raising=False)
    return Folder(tmp_path)
