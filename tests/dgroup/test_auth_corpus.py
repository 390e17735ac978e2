"""Every mail of the corpus' authentication suites: the verdict of our reader beside what the suite
expects. Keys that the corpus does not have were deleted by their owners: there only the body counts."""

from __future__ import annotations

import re
from email import message_from_bytes
from pathlib import Path

import pytest

from dgroup.dkimcanon import Mail
from dgroup.dkimcheck import failure, signatures
from tests.corpus import corpus_files, corpus_path
from tests.dgroup.zones import NOON
