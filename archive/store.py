"""Posts: stored in batches, placed in their threads, their pages marked dirty; taken down again."""

from __future__ import annotations

from archive.rawmail import RawMail, load_raw, purge_raw, store_mail, store_mails

__all__ = ["RawMail", "load_raw", "purge_raw", "store_mail", "store_mails"]
