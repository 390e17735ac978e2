"""Logging: one line per event on standard error, as text or JSON."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from dgroup.config import Log


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Give time, level, logger, text and the traceback if there is one."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "text": record.getMessage(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def setup(settings: Log) -> None:
    """Set up the root logger; the libraries that print every line or job are turned down."""
    handler = logging.StreamHandler(sys.stderr)
    text = "%(asctime)s %(levelname)-7s %(name)s %(message)s"
    handler.setFormatter(JsonFormatter() if settings.format == "json" else logging.Formatter(text))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.level.upper())
    for name in ("mail.log", "uvicorn", "uvicorn.access", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    # A tick that finds the last one still at work is passed over: that is how it should be.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
