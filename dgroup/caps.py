"""Which letters count for which cap, so that nobody can be flooded through us (RULINGS 8). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Protocol

from dgroup import receipts
from dgroup.incoming import LetterCounts
from dgroup.moderation import ASKED, DECIDED, FLOOD_TOLD, JOINING, LISTED

DAY = timedelta(days=1)
ASKING = frozenset(
    "join-confirm leave-confirm join-to-publish did-you-send self-confirm address-confirm "
    "address-confirm-new second-confirm second-confirm-new forget-confirm invitation post-confirm hide-confirm "
    "data-confirm erase-confirm".split()
)
"""letters that ask somebody for a proof: they count as confirmations"""
NOTE = "forged-note"
FLOODED = "held-flood"
NOTICES = frozenset({ASKED, JOINING, LISTED, DECIDED, FLOOD_TOLD, receipts.LETTER, "morning"})
"""letters that have bounds of their own and take nothing from the answers of the day"""


class Sent(Protocol):
    """A row of the letter log."""

    @property
    def group_id(self) -> int:
        """The group that the letter was about."""

    @property
    def kind(self) -> str:
        """The letter's template."""


def counted(sent: Iterable[Sent], group_id: int) -> LetterCounts:
    """Count an address's letters of the last 24 hours."""
    rows = list(sent)
    asked = [row.group_id for row in rows if row.kind in ASKING]
    return LetterCounts(
        letters=sum(row.kind not in NOTICES for row in rows),
        confirmations_here=asked.count(group_id),
        confirmations=len(asked),
        notes=sum(row.kind == NOTE for row in rows),
        floods=sum(row.kind == FLOODED and row.group_id == group_id for row in rows),
        previews=sum(row.kind.endswith("-confirm") and row.kind not in ASKING for row in rows),
    )
