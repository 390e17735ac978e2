"""What the letters about a group's life are given in `test_letters`."""

from __future__ import annotations

from datetime import date

from dgroup.effects import Values

DAY = ("day", date(2026, 3, 9))
BY = ("by", "Kim")
WAS = ("was", "wells@lists.example")
KEEPS = ("archive_too", False)
PAGES = "https://lists.example/water"
AWA = ("awa@coop.example", "Awa Diop")

LETTERS: dict[str, tuple[Values, bool]] = {
    "delete-already": ((DAY,), False),
    "delete-confirm": ((KEEPS, ("days", 7), ("members", 12), ("posts", 412)), True),
    "delete-done": ((DAY, KEEPS), True),
    "delete-kept": ((), False),
    "delete-kept-already": ((), False),
    "delete-kept-told": ((BY,), False),
    "delete-told": ((DAY, KEEPS, BY), True),
    "ended": ((("enclosed", True), KEEPS, ("contact", "host@ops.example")), False),
    "ended-host": (
        (("members", 12), ("folder", "exports/water-2026-03-09"), ("bosses", (AWA,))),
        False,
    ),
    "freeze-already": ((), False),
    "freeze-confirm": ((), True),
    "freeze-done": ((), True),
    "freeze-told": ((BY,), False),
    "group-ending": ((DAY, KEEPS), False),
    "group-freeze": ((), False),
    "group-kept": ((), False),
    "group-renamed": ((WAS,), False),
    "group-unfreeze": ((), False),
    "join-frozen": ((DAY, ("public", True)), False),
    "morning": (
        (
            ("held", (("P-98", "ken@aid.example", "Arsenic test kits", "moderated"),)),
            ("held_more", 2),
            ("asking", (("bob@farm.example", "Bob", "0"),)),
            ("asking_more", 0),
            ("silent", (("zoe@ngo.example", "Zoe"),)),
            ("silent_more", 0),
            ("joined", ((*AWA, "0"), ("joao@rede.example", "", "0"))),
            ("joined_more", 1),
            ("left", (("luc@ong.example", "Luc", "0"),)),
            ("left_more", 0),
            (
                "bouncing",
                (
                    ("marta@red.example", "Marta", "3", "", "full", "", "watching", "2"),
                    ("tom@red.example", "Tom", "4", "", "dead", "", "stopped", "2026-03-01"),
                    ("eva@red.example", "Eva", "4", "", "dead", "", "probing", "2026-03-09"),
                    ("jo@red.example", "Jo", "1", "", "auth", "", "nothing", ""),
                    ("al@red.example", "Al", "1", "", "dead", "", "outage", ""),
                ),
            ),
            ("bouncing_more", 0),
            ("questions", (("Which pump?", "Ana", f"{PAGES}/m/ab/abcdefghijklmnop.html"),)),
            ("questions_more", 0),
            ("invited", 4),
            ("capped", 5214),
            ("targets", 3),
        ),
        False,
    ),
    "rename-confirm": ((("new", "springs@lists.example"),), True),
    "rename-done": ((WAS,), True),
    "rename-not": ((("asked", "help"), ("problem", "bad")), False),
    "rename-told": ((WAS, BY), False),
    "stepdown-back": ((BY,), False),
    "stepdown-confirm": ((("others", (AWA,)),), True),
    "stepdown-done": ((("others", (AWA,)),), True),
    "stepdown-told": ((BY,), False),
    "unfreeze-already": ((), False),
    "unfreeze-confirm": ((), True),
    "unfreeze-done": ((), True),
    "unfreeze-told": ((BY,), False),
}
