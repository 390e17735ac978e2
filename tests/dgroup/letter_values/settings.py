"""What the letters about settings are given in `test_letters`."""

from __future__ import annotations

from dgroup.effects import Values

WAS, NOW = ("was", (("members",),)), ("now", (("moderated",),))
WHO = ("setting", "who posts")
WORDS = (("Hello!",), ("Please say who you are.",))

LETTERS: dict[str, tuple[Values, bool]] = {
    "set-all": (
        (
            ("asked", "who posts"),
            ("rows", (("title", "Water"), ("who posts", "members"), ("summary day", "1"))),
            ("about", ()),
            ("welcome", WORDS),
            ("footer", ()),
        ),
        False,
    ),
    "set-already": ((WHO, NOW), False),
    "set-changed-since": ((WHO,), False),
    "set-confirm": ((WHO, WAS, NOW), True),
    "set-done": ((WHO, WAS, NOW), True),
    "set-told": ((WHO, WAS, NOW, ("by", "Kim")), False),
    "set-undone": ((WHO, NOW), False),
    "morning-confirm": ((("often", "weekly"),), True),
    "morning-done": ((("often", "weekly"),), False),
}
