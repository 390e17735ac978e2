"""What the letters about coordinators' commands are given in test_letters: values, and whether they
carry a code.
"""

from __future__ import annotations

from datetime import date

from dgroup.effects import Value, Values

_Rows = tuple[tuple[str, ...], ...]
_NO_DAYS = ("", "", "", "")
LINES: _Rows = (
    ("1", "ready", "awa@ong.example", "Awa Diop", "", "", "", *_NO_DAYS),
    ("2", "ready", "joao@ngo.example", "João Matos", "weekly", "pt", "", "", "2026-01-05", "", ""),
    ("3", "check", "maria@gmial.com", "María Ruiz", "", "", "maria@gmail.com", *_NO_DAYS),
    ("4", "already", "ken@aid.example", "", "", "", "", "2024-02-11", "", "", ""),
    ("5", "banned", "eve@x.example", "", "", "", "", *_NO_DAYS),
    ("6", "syntax", "maria@@gmail", "", "", "", "", *_NO_DAYS),
    ("7", "ours", "fire@lists.example", "", "", "", "", *_NO_DAYS),
    ("8", "ready", "bob@farm.example", "", "", "", "", "", "", "2026-02-01", "2026-02-20"),
)
ASKED: _Rows = (
    *LINES[:3],
    ("4", "invited", "bob@farm.example", "Bob", "", "", "", "", "", "", "2026-02-20"),
    ("5", "later", "zoe@x.example", "", "", "", "", *_NO_DAYS),
)
PEOPLE: _Rows = (
    ("do", "awa@ong.example", "Awa Diop"),
    ("same", "joao@ngo.example", "João Matos"),
    ("absent", "zoe@x.example", ""),
    ("self", "kim@ngo.example", "Kim"),
)
READ: Values = (("unread", (("John at the office",),)), ("truncated", True))
PLAIN: dict[str, Value] = {
    "quiet": False,
    "elsewhere": (),
    "delivery": "",
    "light": "",
    "tongue": "",
    "role": "",
    "name": "",
}


def _with(**values: Value) -> Values:
    return tuple({**PLAIN, **values}.items())


LETTERS: dict[str, tuple[Values, bool]] = {
    "add-confirm": (
        (("count", 3), ("doubtful", 1), ("lines", LINES), ("origin", "h [192.0.2.1]"), *READ),
        True,
    ),
    "add-done": ((("count", 3), ("lines", LINES)), True),
    "add-nobody": ((("verb", "add"), ("lines", LINES[3:4]), *READ), False),
    "bouncing": (
        (
            ("count", 3),
            (
                "people",
                (
                    (
                        *("bob@farm.example", "Bob", "6", "2026-02-20", "dead"),
                        *("550 5.1.1 User unknown", "stopped", "2026-03-01"),
                    ),
                    ("old@x.example", "", "2", "", "", "", "stopped", ""),
                    ("zoe@x.example", "", "1", "2026-02-20", "full", "", "watching", "11"),
                    ("eva@x.example", "", "4", "2026-02-20", "dead", "", "probing", "2026-03-09"),
                    (
                        *("jo@x.example", "Jo", "1", "2026-02-20", "auth"),
                        *("550 5.7.26 DMARC", "nothing", ""),
                    ),
                    ("al@x.example", "Al", "1", "2026-03-02", "dead", "", "outage", ""),
                ),
            ),
            ("more", 1),
        ),
        False,
    ),
    "changed-for-you": (_with(by="Kim", role="moderator", delivery="daily"), False),
    "coordinators-told": (
        (
            ("verb", "remove"),
            ("by", "Kim"),
            ("count", 30),
            ("people", (("awa@ong.example", "Awa Diop"),)),
            ("more", 5),
            ("role", ""),
        ),
        False,
    ),
    "invitation": (
        (
            ("name", "Awa"),
            ("by", "Kim Osei"),
            ("words", (("We met at the pump.",), ("Do come!",))),
            ("again", False),
        ),
        True,
    ),
    "invitation-declined": ((), False),
    "invitation-over": ((), False),
    "invite-confirm": (
        (
            ("count", 2),
            ("doubtful", 1),
            ("lines", ASKED),
            ("words", (("Do come!",),)),
            ("origin", ""),
            *READ,
        ),
        True,
    ),
    "invite-done": ((("count", 2), ("lines", ASKED), ("days", 21)), False),
    "join-declined": ((), False),
    "members": (
        (
            ("count", 120),
            (
                "people",
                (
                    ("kim@ngo.example", "Kim Osei", "coordinator", "active", "each"),
                    ("awa@ong.example", "", "member", "paused", "daily"),
                ),
            ),
            ("more", 118),
        ),
        False,
    ),
    "other-group": ((("other", "fire"),), False),
    "pending": (
        (
            ("count", 4),
            ("deciding", 1),
            ("example", "P-98"),
            ("holds", (("P-98", "ken@aid.example", "Arsenic", "moderated", "2026-03-01"),)),
            ("joins", (("bob@farm.example", "Bob", "2026-02-28"),)),
            (
                "invitations",
                (
                    ("zoe@x.example", "Zoe", "open", "2026-02-20", "2026-03-13"),
                    ("eve@x.example", "", "declined", "2026-02-20", "2026-03-13"),
                ),
            ),
        ),
        True,
    ),
    "people-confirm": (
        _with(
            verb="remove",
            count=1,
            lines=PEOPLE,
            elsewhere=(("fire", "awa@ong.example"),),
            gives_up=True,
            orphans=True,
            origin="",
            **dict(READ),
        ),
        True,
    ),
    "people-done": (
        _with(verb="set", count=1, lines=PEOPLE, delivery="weekly", light="light"),
        True,
    ),
    "people-nobody": ((("verb", "ban"), ("lines", PEOPLE[1:]), *READ), False),
    "report": (
        (
            ("members", 40),
            (
                "months",
                (
                    ("2026-03-01", "2026-03-02", "3", "2", "1", "0", "0"),
                    ("2026-02-01", "2026-02-28", "31", "12", "4", "2", "5"),
                ),
            ),
        ),
        False,
    ),
    "role-host": (
        (("who", "awa@ong.example"), ("by", "kim@ngo.example"), ("role", "coordinator")),
        False,
    ),
    "trace": (
        (
            ("who", "awa@ong.example"),
            ("count", 1),
            (
                "lines",
                (
                    ("person", "awa@ong.example", "Awa Diop", "active", "each"),
                    ("waits", "412", "Wells", "2026-03-02 09:29", "", "", ""),
                    ("put-off", "411", "Pumps", "2026-03-01 09:29", "", "451 4.7.1 Later", "limit"),
                    ("sent", "410", "Kits", "2026-02-28 09:29", "2026-02-28 09:30", "250 Ok", ""),
                    ("failed", "409", "Rain", "2026-02-27 09:29", "", "552 5.2.2 Full", "full"),
                    ("dropped", "408", "Hoses", "2026-02-26 09:29", "", "", ""),
                    ("none", "407", "Rain", "2026-02-25 09:29", "", "", ""),
                ),
            ),
            ("absent", (("zoe@x.example",),)),
        ),
        False,
    ),
    "trace-nobody": ((("absent", (("zoe@x.example",),)),), False),
    "undo-confirm": (
        (
            ("verb", "add"),
            ("people", (("awa@ong.example", "Awa Diop"),)),
            ("day", date(2026, 3, 1)),
            ("origin", ""),
        ),
        True,
    ),
    "undo-nothing": ((), False),
    "uninvite-confirm": (
        (
            ("count", 1),
            ("lines", (*PEOPLE[:1], ("uninvited", "zoe@x.example", ""))),
            ("origin", ""),
        ),
        True,
    ),
    "uninvite-done": ((("count", 1), ("lines", PEOPLE[:1])), False),
}
