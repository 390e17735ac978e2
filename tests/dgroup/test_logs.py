"""Log lines: for people as text, for machines as JSON, the chatty libraries turned down."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from dgroup import logs
from dgroup.config import Log


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, put back as it was."""
    logger = logging.getLogger()
    handlers, level = logger.handlers[:], logger.level
    yield logger
    logger.handlers[:] = handlers
    logger.setLevel(level)


def test_a_json_line_holds_what_happened_and_the_traceback(
    root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.setup(Log(format="json"))
    logging.getLogger("dgroup.x").info("mail=%s é", "m1")
    try:
        int("no such\npump")
    except ValueError:
        logging.getLogger("dgroup.x").exception("broken")
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (first["level"], first["logger"], first["text"]) == ("info", "dgroup.x", "mail=m1 é")
    assert first["at"].endswith("+00:00")
    assert "ValueError: invalid literal" in second["trace"]


def test_a_text_line_is_for_people(
    root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.setup(Log())
    logging.getLogger("dgroup.x").warning("the disk is full")
    assert capsys.readouterr().err.endswith("WARNING dgroup.x the disk is full\n")


def test_the_level_and_the_quiet_libraries(
    root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.setup(Log(level="warning"))
    logging.getLogger("dgroup.x").info("nothing to see")
    for name in ("apscheduler.scheduler", "mail.log", "alembic.runtime"):
        logging.getLogger(name).info("one more line")
    assert capsys.readouterr().err == ""
