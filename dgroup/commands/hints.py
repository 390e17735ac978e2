"""What a mail may mean where nothing is clear: the verbs that its single words hint at."""

from __future__ import annotations

from collections.abc import Sequence

from dgroup.commands.clause import Clause

_HINTS: tuple[tuple[str, str], ...] = (
    ("LEAVE", "leave"), ("JOIN", "join"), ("MEMBERSHIP", "join"), ("PAUSE", "pause"), ("RESUME", "resume"),
    ("REMOVE", "leave"), ("STOP", "leave"), ("GO", "leave"), ("CANCEL", "leave"), ("AWAY", "pause"),
    ("WEEKLY", "weekly"), ("DAILY", "daily"), ("MONTHLY", "monthly"), ("EACH", "each"),
    ("DIGEST", "daily"), ("SUMMARY", "weekly"), ("LIGHT", "light"), ("ATTACHMENT", "light"),
    ("LANGUAGE", "language"), ("LANGUAGE_NAME", "language"), ("ADDRESS", "address"),
    ("STATUS", "status"), ("MEMBERS", "who"), ("ADD", "add"), ("INVITE", "invite"), ("SEARCH", "search"),
    ("THREAD", "thread"), ("HIDE", "hide"), ("MUTE", "mute"), ("DATA", "data"), ("ERASE", "erase"),
    ("UNDO", "undo"), ("GET", "get"), ("LAST", "last"),
)  # fmt: skip


def hints(clauses: Sequence[Clause]) -> tuple[str, ...]:
    """Give at most two verbs that single words hint at, in the order of the words."""
    found: dict[str, None] = {}
    by_meaning = dict(_HINTS)
    for clause in clauses:
        for item in clause.items:
            for meaning, verb in by_meaning.items():
                if meaning in item.meanings:
                    found.setdefault(verb)
                    break
    return tuple(found)[:2]
