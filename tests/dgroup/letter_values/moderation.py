"""What the letters about held posts, receipts and closed threads are given in `test_letters`."""

from __future__ import annotations

from dgroup.effects import Values

HELD = ("P-98", "Arsenic test kits", "Ken O.")
ROWS: tuple[tuple[str, ...], ...] = (HELD, ("P-99", "Cheap pumps", "pumps@shop.example"))
DECIDED: Values = (("number", "P-98"), ("by", "Awa"), ("at", "10:42"))
ABOUT: Values = (("number", "P-98"), ("subject", "Arsenic test kits"))

LETTERS: dict[str, tuple[Values, bool]] = {
    "already-decided": (
        (*DECIDED, ("state", "refused"), ("subject", "Arsenic test kits"), ("reopens", True)),
        True,
    ),
    "approve": (
        (
            *ABOUT,
            ("who", "Ken O."),
            ("sender", "ken@aid.example"),
            ("reason", "first-post"),
            ("proved", True),
            ("trusting", True),
            ("lines", (("Hello all,",), ("",), ("who has tried the kits?",))),
            ("cut", True),
            ("files", (("kits.pdf", "120 KB"),)),
        ),
        True,
    ),
    "decided": ((*DECIDED, ("state", "refused"), ("count", 1), ("rows", (HELD,))), False),
    "decision-done": (
        (
            *ABOUT,
            ("state", "refused"),
            ("count", 1),
            ("rows", (HELD,)),
            ("proved", True),
            ("trusted", ""),
        ),
        True,
    ),
    "group-closed": ((("subject", "Arsenic test kits"),), False),
    "maybe-command": ((("subject", "Well 7"), ("verb", "leave")), True),
    "moderate-unclear": ((("several", True), ("number", "P-98")), False),
    "not-decided": (
        (("subject", "Arsenic test kits"), ("reason", "moderated"), ("days", 14)),
        False,
    ),
    "receipt": (
        (
            ("subject", "Arsenic test kits"),
            ("first", True),
            ("count", 12),
            ("page", "https://lists.example/water/m/ab/abcdefghijklmnop.html"),
        ),
        False,
    ),
    "thread-closed": ((("subject", "Arsenic test kits"),), False),
    "waiting": (
        (("reminder", True), ("count", 2), ("rows", ROWS), ("more", 0), ("example", "P-98")),
        True,
    ),
}
