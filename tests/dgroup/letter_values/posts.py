"""What the letters about posts and a person's data are given in `test_letters`."""

from __future__ import annotations

from datetime import date

from dgroup.effects import Passage, Value, Values

PAGE = "water/m/ab/abcdefghijklmnop.html"
FILES = (
    ("plan.pdf", "120 KB", "water/m/ab/abcdefghijklmnop-1-plan.pdf"),
    ("odd.exe", "1.2 MB", ""),
)
TEXT = "How deep is your well?\n\n> Ours is dry."
WELLS = Passage(412, "Awa Diop", date(2026, 3, 1), "Wells", TEXT, PAGE, FILES)
PUMPS = Passage(413, "João Matos", date(2026, 3, 2), "Pumps", "Which pump?")
ANSWER = Passage(414, "Ana", date(2026, 3, 2), "Re: Wells", "", PAGE)
WELL, POST = ("subject", "Wells"), ("number", 412)


def act(verb: str, **more: Value) -> Values:
    given: dict[str, Value] = {"verb": verb, "subject": "Wells", "post": "Re: Wells"}
    return tuple((given | {"number": 412, "into": "Pumps", "title": "Deep wells"} | more).items())


LETTERS: dict[str, tuple[Values, bool]] = {
    "archive-link": ((), False),
    "archive-none": ((), False),
    "data": ((("count", 2), ("addresses", (("awa@ong.example",),))), False),
    "data-confirm": ((), True),
    "erase-confirm": (
        (
            ("groups", (("Water",), ("Soil",))),
            ("alone", (("Soil",),)),
            ("addresses", (("awa@ong.example",), ("awa@old.example",))),
            ("count", 12),
            ("banned", True),
        ),
        True,
    ),
    "erased": ((), False),
    "hidden": ((POST, WELL, ("answers", (ANSWER,))), False),
    "hidden-author": ((POST, WELL, ("because", "a private number")), False),
    "hide-confirm": ((POST, ("own", True), ("post", (WELLS,))), True),
    "hide-not-yours": ((POST,), False),
    "mute-already": ((WELL, ("on", True)), False),
    "mute-done": ((WELL, ("on", True)), True),
    "mute-undone": ((WELL, ("on", False)), False),
    "post": (
        (
            *(POST, WELL, ("post", (WELLS,)), ("cut", True), ("count", 3)),
            ("reply", "water+re-abcdefghijklmnop@lists.example"),
        ),
        False,
    ),
    "post-confirm": ((("verb", "get"),), True),
    "post-removed": ((POST,), False),
    "post-unknown": ((("asked", "999"),), False),
    "posts": (
        (("verb", "search"), ("words", "well"), ("count", 2), ("posts", (WELLS, PUMPS))),
        False,
    ),
    "thread": (
        (WELL, ("posts", (WELLS, PUMPS)), ("more", 12), ("path", "water/2026/03/wells.html")),
        False,
    ),
    "thread-confirm": (act("split"), True),
    "thread-done": (act("merge"), True),
    "thread-kept": (act("lock"), False),
    "thread-not": (act("merge", problem="into"), False),
    "thread-undone": (act("retitle"), False),
}
