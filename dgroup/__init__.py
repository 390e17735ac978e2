"""The live service: mail in, mail out, and the jobs around a community's conversation."""

from __future__ import annotations

__version__ = "0.1.0"
