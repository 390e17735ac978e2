"""Where the shared mail corpus lies, for tests that read it; they skip where it is absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_DEFAULT = Path(__file__).resolve().parents[2] / "shared" / "corpus"


def corpus_root() -> Path:
    """The directory that holds the corpus, present or not (env DGROUP_CORPUS wins)."""
    return Path(os.environ.get("DGROUP_CORPUS") or _DEFAULT)


def have_corpus() -> bool:
    """Whether the corpus is here; for tests that choose their parameters while they are collected."""
    return corpus_root().is_dir()


def corpus_path(*names: str) -> Path:
    """The path of one part of the corpus; skips the calling test where that part is absent."""
    path = corpus_root().joinpath(*names)
    if not path.exists():
        pytest.skip(f"no corpus at {path}: set DGROUP_CORPUS")
    return path


def corpus_files(*names: str, pattern: str = "*") -> list[Path]:
    """The files below one part of the corpus in a fixed order; empty where it is absent.

    Meant for `pytest.mark.parametrize`, where skipping is not possible.
    """
    base = corpus_root().joinpath(*names)
    if not base.is_dir():
        return []
    return sorted(path for path in base.rglob(pattern) if path.is_file())
