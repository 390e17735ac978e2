"""What the letters of posts, joining and leaving are given in `test_letters`."""

from __future__ import annotations

from datetime import date

from dgroup.effects import Values

AWA = ("awa@ong.example", "Awa Diop")
SUBJECT: Values = (("subject", "Arsenic test kits"), ("reason", "moderated"))

LETTERS: dict[str, tuple[Values, bool]] = {
    "announce-only": (SUBJECT, False),
    "answer-unclear": ((("action", "add"),), False),
    "cancelled": ((), False),
    "code-expired": ((), False),
    "code-unknown": ((), False),
    "code-used": ((("at", "10:42"), ("day", date(2026, 3, 1))), False),
    "did-you-send": (SUBJECT, True),
    "forged-note": ((("verb", "remove"), ("origin", "192.0.2.1")), False),
    "given-up": (
        (
            ("people", (("awa@ong.example", "3", "full"), ("joao@ngo.example", "1", "away"))),
            ("count", 4),
            ("more", 2),
        ),
        False,
    ),
    "held": (SUBJECT, False),
    "held-flood": ((*SUBJECT, ("reason", "flood")), False),
    "flood-told": ((("who", "ana@ngo.example"), ("count", 30)), False),
    "spam-refused": (SUBJECT, False),
    "help": ((("member", True), ("coordinator", True)), False),
    "join-already": ((), False),
    "join-asked": ((("who", "bob@farm.example"),), False),
    "join-closed": ((), False),
    "join-confirm": ((), True),
    "join-to-publish": ((*SUBJECT, ("waits", False)), True),
    "join-waiting": ((), False),
    "leave-confirm": ((), True),
    "leave-unknown": ((("asked", "awa.diop@mail.example"),), False),
    "left": ((("name", "Awa"),), True),
    "missed-utf8": (
        (
            ("subject", "Arsenic test kits"),
            ("count", 3),
            ("names", (("Awa Diop",), ("João Matos",))),
            ("more", 1),
            ("page", "https://lists.example/water/m/ab/abcdefghijklmnop.html"),
        ),
        False,
    ),
    "no-coordinator": ((), False),
    "no-coordinator-host": ((("who", "kim@ngo.example"),), False),
    "not-coordinator": ((("verb", "add"),), False),
    "not-posted": ((("subject", "Hello"), ("reason", "Only members post to this group")), False),
    "not-relayed": ((("subject", "Your well"), ("reason", "not-a-member")), False),
    "not-published": (
        (("subject", "Arsenic test kits"), ("reason", "Please send the PDF as a link.")),
        False,
    ),
    "not-understood": (
        (("subject", "pause or leave?"), ("nearest", (("pause",), ("leave",)))),
        False,
    ),
    "to-people": ((("subject", "The pump is broken"),), False),
    "quarantined": (
        (
            ("sender", "ana@ngo.example"),
            ("recipient", "water@lists.example"),
            ("error", "ValueError('odd')"),
        ),
        False,
    ),
    "removed": ((("name", "Awa"),), False),
    "too-large": (SUBJECT, False),
    "undone": ((("verb", "add"), ("people", (AWA,))), False),
    "welcome": ((("name", "Awa"),), False),
    "welcome-added": ((("name", "Awa"), ("by", "Kim")), False),
}
