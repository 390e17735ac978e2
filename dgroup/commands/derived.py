"""What several words of a sentence mean only together: "no" and "more", a verb and "me", a contrast."""

from __future__ import annotations

from dgroup.commands.clause import Clause
from dgroup.commands.reasons import lost_it

_LESS = frozenset("RECEIVE MAIL WANT SUMMARY DIGEST ATTACHMENT COPY RECEIPT".split())
_PARTICLES = {
    ("meld", "ab"): "LEAVE", ("trag", "aus"): "LEAVE", ("schrijf", "uit"): "LEAVE", ("meld", "af"): "LEAVE",
    ("meld", "an"): "JOIN", ("trag", "ein"): "JOIN", ("schrijf", "in"): "JOIN", ("meld", "aan"): "JOIN",
}  # fmt: skip
_FIRST_PERSON = frozenset(
    "recois recevons recibo recibimos recebo recebemos erhalte bekomme ricevo ontvang krijg".split()
)
_ARTICLES = frozenset(
    "the this that le la les l ce cette el los esta este o a os as esse essa il lo de das die het".split()
)


def derive(clause: Clause) -> None:
    """Add what only several words together mean."""
    has = clause.meanings
    words = {item.word for item in clause.items}
    if "MORE" in has and (has & {"NOT", "NE"} or ("plus" in words and has & _LESS)):
        has.add("NOMORE")
    if "NE" in has and "NOMORE" not in has and "NOT" not in has:
        has.discard("NE")
    if "NOMORE" in has:
        has.discard("AGAIN")
    denied = bool(has & {"NOT", "NOMORE"}) and "RECEIVE" in has and "WANT" not in has
    if denied and ("I" in has or words & _FIRST_PERSON):
        has.add("COMPLAINT")
    for (verb, particle), meaning in _PARTICLES.items():
        if particle in words and any(word.startswith(verb) for word in words):
            clause.unknown -= meaning not in has
            has.add(meaning)
    if "STOP" in has and all(_stops_doing(clause, place) for place in clause.at("STOP")):
        has.discard("STOP")
    if "STOP" in has and "MUTE" in has and _stops_muting(clause):
        has -= {"STOP", "MUTE"}
        has.add("UNMUTE")
    if "I" in has and not has & _ASKING:
        has.add("STATEMENT")
    _contrast(clause)
    if any(_followed_by_me(clause, meaning) for meaning in ("REMOVE", "LEAVE")):
        has.add("REMOVE_ME")
    if _destroys(clause):
        has.add("GROUP_ITSELF")
    if "POST" in has and "TARGET" in has:
        has.add("TARGET_POST")
    if "OTHERS" in has and all(_means_mail(clause, place) for place in clause.at("OTHERS")):
        has.discard("OTHERS")
    if has & {"REMOVE", "ERASE", "HIDE", "TARGET"} and lost_it(clause):
        has -= {"REMOVE", "ERASE", "HIDE"}
        has.add("MISSED")
    _command_first(clause)
    if has & {"PENDING", "BOUNCING"} and any(item.word == "which" for item in clause.items):
        has.discard("STATUS")
    if "WHO" in has and "HOLD" in has:
        has.discard("HOLD")


def _means_mail(clause: Clause, place: int) -> bool:
    """Tell "send them weekly": the mails are meant, not people."""
    before = set(clause.items[place - 1].meanings) if place else set()
    return clause.items[place].word == "them" and not before.isdisjoint(
        {"SEND", "RECEIVE", "GET", "HOLD", "PAUSE", "READ"}
    )


def _command_first(clause: Clause) -> None:
    """Take away a denial that stands far behind an order and is no part of it: "take me off, I do not
    work there any more"."""
    noes = [*clause.at("NOT"), *clause.at("NOMORE"), *clause.at("NE")]
    orders = [
        place
        for meaning in ("REMOVE", "LEAVE", "ERASE")
        for place in clause.at(meaning)
        if any("ME" in item.meanings for item in clause.items[place : place + 2])
    ]
    if not noes or not orders or min(noes) <= min(orders) + 2:
        return
    behind = {m for item in clause.items[min(noes) : min(noes) + 5] for m in item.meanings}
    if behind.isdisjoint({"LEAVE", "REMOVE", "GROUP", "GO", "ALL", "CANCEL", "STOP"}):
        clause.meanings -= {"NOT", "NOMORE", "NE"}


_ASKING = frozenset("WANT SEND CHANGE ME CAN_I LEAVE JOIN GO REMOVE SET NOMORE NOT HOW".split())


def _stops_doing(clause: Clause, place: int) -> bool:
    """Tell whether another doing is to stop than to send: "dejar de pagar", "arrêter de creuser"."""
    behind = clause.items[place + 1 : place + 5]
    if not behind or behind[0].word not in {"de", "d"}:
        return False
    said = next((one for one in behind[1:] if set(one.meanings) != {"FILLER"}), None)
    return said is not None and not said.meanings


def _stops_muting(clause: Clause) -> bool:
    """Tell "deixem de a silenciar": to stop muting is to unmute."""
    return any(
        "MUTE" in one.meanings
        for place in clause.at("STOP")
        for one in clause.items[place + 1 : place + 4]
    )


def _contrast(clause: Clause) -> None:
    """Take away what is only named to be denied: "the weekly one, not every message"."""
    has = clause.meanings
    for no in clause.at("NOT"):
        for item in clause.items[no + 1 : no + 3]:
            if "EACH" in item.meanings and has & {
                "WEEKLY",
                "DAILY",
                "MONTHLY",
                "DIGEST",
                "SUMMARY",
            }:
                has -= {"EACH", "NOT"}


def _followed_by_me(clause: Clause, meaning: str) -> bool:
    """Tell whether the sender is the verb's object: "remove me", "retirez-moi", "me retirer"."""
    for place in clause.at(meaning):
        near = clause.items[max(0, place - 1) : place + 3]
        if any("ME" in item.meanings and not item.after_break for item in near):
            return True
    return False


def _destroys(clause: Clause) -> bool:
    """Tell whether the group itself is what is to be deleted, not something from it."""
    for place in clause.at("DESTROY"):
        for item in clause.items[place + 1 : place + 4]:
            if "GROUP" in item.meanings:
                return True
            if item.word not in _ARTICLES or "FROM" in item.meanings:
                break
    return False
