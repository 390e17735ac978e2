"""Storing, threading and rendering a mail archive; usable alone, knows nothing of the live service."""

from __future__ import annotations

__version__ = "0.1.0"
