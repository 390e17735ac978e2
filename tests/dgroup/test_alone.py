"""One service a data folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from dgroup import alone
from dgroup.errors import DgroupError


def test_a_second_service_on_a_folder_is_refused(tmp_path: Path) -> None:
    with alone.hold(tmp_path), pytest.raises(DgroupError, match="another dgroup serve"):
        alone.hold(tmp_path)


def test_the_folder_is_free_again_after_the_end(tmp_path: Path) -> None:
    alone.hold(tmp_path).close()
    alone.hold(tmp_path).close()
