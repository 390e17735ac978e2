"""What the letter about a host's groups is given in `test_letters`."""

from __future__ import annotations

from dgroup.effects import Values

GROUPS = (
    ("water@lists.example", "Water", "water-join@lists.example"),
    ("soil@lists.example", "Soil", "soil-join@lists.example"),
)

LETTERS: dict[str, tuple[Values, bool]] = {"site-help": ((("groups", GROUPS),), False)}
