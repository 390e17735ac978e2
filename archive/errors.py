"""The few exceptions that the archive raises on purpose."""

from __future__ import annotations


class ArchiveError(Exception):
    """Base of all errors that the archive raises on purpose; its text is fit for an operator."""


class NotFound(ArchiveError):
    """A group, post, thread or page that was asked for does not exist."""


class BadArchive(ArchiveError):
    """An input archive (mbox, maildir) cannot be read at all."""


class CannotMove(ArchiveError):
    """A change of threads that would change nothing, or leave a thread without posts."""
