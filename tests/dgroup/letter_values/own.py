"""What the letters to members about themselves are given in `test_letters`."""

from __future__ import annotations

from datetime import date

from dgroup.effects import Value, Values

OLD, NEW = "ana@ngo.example", "ana.lopez@home.example"
PLACE = ("Water", "water@lists.example", "ana@ngo.example")


def wish(verb: str, **values: Value) -> Values:
    """A setting with what its letters need beside the verb."""
    plain: dict[str, Value] = {
        "verb": verb,
        "on": True,
        "until": "",
        "into": "",
        "paused": False,
        "paused_until": "",
        "silent": False,
    }
    return tuple((plain | values).items())


LETTERS: dict[str, tuple[Values, bool]] = {
    "address-bad": ((("problem", "syntax"), ("new", "ana@@home")), False),
    "address-confirm": ((("new", NEW),), True),
    "address-confirm-new": ((("old", OLD), ("new", NEW)), True),
    "address-done": ((("old", OLD), ("new", NEW), ("count", 2)), True),
    "address-later": ((("new", NEW),), False),
    "address-moved": ((("old", OLD), ("new", NEW), ("count", 2)), True),
    "address-taken": ((("new", NEW),), False),
    "forget-confirm": ((("new", NEW),), True),
    "forget-done": ((("new", NEW),), True),
    "language-which": ((), False),
    "leave-elsewhere": ((("named", "bob@farm.example"),), False),
    "not-member": ((("asked", "ana.lopez@home.example"),), False),
    "pause-day": ((("problem", "past"), ("until", date(2026, 2, 15))), False),
    "second-already": ((("new", NEW),), False),
    "second-bad": ((("problem", "used"), ("new", OLD)), False),
    "second-confirm": ((("new", NEW),), True),
    "second-confirm-new": ((("old", OLD), ("new", NEW)), True),
    "second-done": ((("old", OLD), ("new", NEW)), True),
    "second-taken": ((("new", NEW),), False),
    "self-confirm": (wish("pause", until=date(2026, 9, 15)), True),
    "setting-already": (wish("daily"), False),
    "setting-done": (
        wish("pause", until=date(2026, 9, 15), paused=True, paused_until=date(2026, 9, 15)),
        True,
    ),
    "status": (
        (
            (
                "places",
                (
                    (
                        *PLACE,
                        "active",
                        "each",
                        "light",
                        "summary",
                        "",
                        "2",
                        "Wells",
                        "2026-03-01",
                        "",
                    ),
                    (*PLACE, "paused", "daily", "", "", "2026-09-15", "", "", "", "mime"),
                    (*PLACE, "suspended", "weekly", "", "summary", "", "9", "", "", ""),
                    (*PLACE, "active", "weekly-full", "", "summary", "", "", "", "", "mime"),
                ),
            ),
            ("addresses", ((OLD,), (NEW,))),
            ("spare", ((NEW,),)),
        ),
        False,
    ),
    "undone-own": ((("verb", "daily"), ("people", ((OLD, "Ana"),))), False),
    "who": (
        (
            ("count", 14),
            ("more", 12),
            ("people", (("Awa Diop", "member", ""), ("Kim Osei", "coordinator", ""))),
        ),
        False,
    ),
    "who-closed": ((), False),
}
_PLAIN = "each daily weekly monthly light full pause resume status who".split()
WISHES = [
    *(wish(verb) for verb in _PLAIN),
    *(wish(verb, on=on) for verb in ("summary", "receipt", "copy") for on in (True, False)),
    wish("pause", until=date(2026, 9, 15)),
    wish("language", into="fr"),
]
"""every wish that a letter puts into words"""
