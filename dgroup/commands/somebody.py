"""Whether a sentence speaks of somebody or something else than its author and the group."""

from __future__ import annotations

from dgroup.commands.clause import Clause

_OUT = ("LEAVE", "REMOVE", "GO", "CANCEL", "STOP")
_EVENTS = frozenset(
    "course training workshop meeting conference webinar formation atelier reunion conference webinaire cours stage "
    "curso taller formacion capacitacion conferencia evento seminario oficina formacao reuniao seminaire seminar".split()
)


def on_behalf(clause: Clause, verb: str) -> bool:
    """Tell whether somebody else is spoken of, whom no address names: that is no wish of the sender's."""
    if verb not in {"leave", "join", "pause", "resume"} or clause.addresses:
        return False
    if not clause.meanings.isdisjoint({"ME", "I", "MY"}):
        return False
    return "OTHERS" in clause.meanings or _names_somebody(clause)


def joins_else(clause: Clause, verb: str) -> bool:
    """Tell whether it is a course or a meeting that somebody wants to join."""
    words = {item.word for item in clause.items}
    return verb == "join" and "GROUP" not in clause.meanings and not _EVENTS.isdisjoint(words)


def _names_somebody(clause: Clause) -> bool:
    """Tell whether a name stands before the verb, and no comma behind it: "Ken wants to leave"."""
    raw = clause.text.raw
    verbs = [place for meaning in (*_OUT, "PAUSE", "JOIN", "ENTER") for place in clause.at(meaning)]
    for place, item in enumerate(clause.items[: min(verbs, default=0)]):
        if item.meanings or not raw[item.start].isupper() or raw[item.start : item.end].isupper():
            continue
        if not any(one.after_break for one in clause.items[place + 1 : min(verbs) + 1]):
            return True
    return False
