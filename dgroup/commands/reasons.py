"""What a sentence is said for: a wish asks, a reason only tells ("the network closed", "I read them all anyway").

Beside a wish that is asked outright a reason asks for nothing, whatever words it holds.
"""

from __future__ import annotations

import re

from dgroup.commands.clause import Clause

REQUEST = re.compile(
    r"\b(?:please|pls|plz|kindly|could you|can you|would you|will you|svp|stp|s il (?:vous|te) plait|s'il (?:vous|te) plait|merci de|"
    r"veuillez|pouvez|pourriez|pourrais|por favor|porfa(?:vor)?|xfa|favor de|(?<!se )pueden?|podrian?|podeis|podes|"
    r"favor|pfv?|podem?|poderiam?|podiam|podia|por gentileza|bitte)\b"
)
_TOLD = re.compile(
    r"\b(?:j ai|j'ai|nous avons|on a|on m'a|m'a(?:vait)? ete|a ete|ont ete|j'avais|j'etais|"
    r"was|were|got|has|have been|had|been|i (?:\w+ly )?(?:have |ve |'ve )?(?:\w+ly )?(?:deleted|erased|removed|lost|missed|threw|left|moved|changed|started|"
    r"joined|stopped|read|wrote|forgot|dropped|binned)|"
    r"he \w+[ai]do|han? \w+[ai]d[oa]s?|hemos \w+[ai]do|fue|fueron|se me|me han|me ha|"
    r"fo(?:i|ram)|tenho \w+[ai]do|me (?:tiraram|puseram)|apaguei|perdi|deletei|mudei)\b"
)
_PARTICIPLE = re.compile(
    r"\b(?:a|ont|avons|avez|est|sont|été) (?:\w+ )?\w+é(?:e|s|es)?\b", re.IGNORECASE
)
_ACTS = frozenset(
    "LEAVE REMOVE GO STOP CANCEL JOIN ADD PAUSE HOLD RESUME CHANGE SET SEND SHOW GET THREAD LAST SEARCH HIDE MUTE UNMUTE "
    "ERASE WITHOUT NOT NOMORE DATA STATUS WHO HELP EACH DAILY WEEKLY MONTHLY LIGHT FULL LANGUAGE SUMMARY RECEIPT COPY "
    "UNDO INVITE UNINVITE MODERATE TRUST BAN UNBAN MEMBERS PENDING BOUNCING REPORT TRACE FREEZE UNFREEZE RENAME "
    "DESTROY SPLIT MERGE LOCK UNLOCK RETITLE STEPDOWN APPROVE DECLINE DISCARD HOW RESEND AGAIN".split()
)
_LEADS = frozenset("FILLER NOTHING ME NE GROUP QUIET ALSO TOO NOW".split())
_DENIED = frozenset(
    "SEND RECEIVE MAIL SUMMARY COPY RECEIPT ATTACHMENT DIGEST EACH THREAD TARGET LEAVE REMOVE GO".split()
)
"""what a "no" may be an order about"""
_SELF = frozenset("LEAVE GO JOIN CANCEL".split())
_WEIGHTY = frozenset("leave erase hide remove delete ban".split())
_OWN = frozenset("I ME MY WANT REMOVE_ME OWN_ADDRESS".split())


def tells_of_past(clause: Clause) -> bool:
    """Tell whether a sentence tells what was done: "I deleted message 412"."""
    start, end = _reach(clause)
    text = clause.text
    return (
        _TOLD.search(text.folded[start:end]) is not None
        or _PARTICIPLE.search(text.raw[start:end]) is not None
    )


_LOST = re.compile(
    r"\b(?:i|we|my \w+|\w+ (?:son|daughter|child|kid)|it) (?:(?:have|ve|has|had|just|must have|must ve|accidentally|mistakenly|also|already|probably) )*"
    r"(?:deleted|erased|removed|lost|binned|trashed|threw away|wiped)\b|"
    r"\b(?:got|was|been) (?:accidentally )?(?:deleted|erased|lost)\b|"
    r"\b(?:ai|a|avons) (?:\w+ )?(?:supprimé|effacé|perdu|jeté)\b|"
    r"\b(?:borré|eliminé|perdí|(?:he|hemos) (?:borrado|eliminado|perdido)|se (?:me|nos) (?:borr|perdi|elimin)\w+|"
    r"apaguei|apagámos|excluí|eliminei|deletei|perdi|apagou-se|perdeu-se)\b",
    re.IGNORECASE,
)


def lost_it(clause: Clause) -> bool:
    """Tell whether somebody says that they deleted their own copy of a post, not that we should."""
    start, end = _reach(clause)
    return _LOST.search(clause.text.raw[start:end].replace("'", " ")) is not None


def wishes(clause: Clause) -> bool:
    """Tell whether a sentence asks outright: with please, as an order, as a question or "I want"."""
    has = clause.meanings
    start, end = _reach(clause)
    if REQUEST.search(clause.text.folded[start:end]):
        return True
    lead = next(
        (item for item in clause.items if not set(item.meanings) <= _LEADS or not item.meanings),
        None,
    )
    meant = set(lead.meanings) if lead is not None else set()
    if "WANT" in has:
        return not _speaks_of_it(clause)
    if meant & {"NOT", "NOMORE", "WITHOUT"} and has.isdisjoint(_DENIED):
        return False
    if not meant.isdisjoint(_ACTS):
        bare = lead is clause.items[0] and not (clause.unknown or clause.days)
        return bare or meant.isdisjoint(_THINGS)
    if tells_of_past(clause):
        return False
    if clause.asks or "CAN_I" in meant:
        return True
    return "I" in meant and not has.isdisjoint(_SELF) and "PAST" not in has


_THINGS = frozenset(
    "REPORT SUMMARY COPY RECEIPT THREAD LAST DATA LANGUAGE MEMBERS STATUS HELP DIGEST".split()
)
"""what a sentence may speak of rather than ask for: "Le rapport vous parviendra lundi" """


def _reach(clause: Clause) -> tuple[int, int]:
    """Where the words of a sentence, or of a part of one, stand in its text."""
    return (clause.items[0].start, clause.items[-1].end) if clause.items else (0, 0)


def _speaks_of_it(clause: Clause) -> bool:
    """Tell "I need it for the report": what is wanted was named elsewhere."""
    places = clause.at("WANT")
    behind = clause.items[places[-1] + 1 : places[-1] + 2]
    return any("IT" in item.meanings for item in behind)


def only_tells(clause: Clause, verb: str) -> bool:
    """Tell whether a sentence that seems to ask for `verb` may be put aside as a reason: not one in
    which the sender may speak of an end for themselves."""
    if wishes(clause):
        return False
    return verb not in _WEIGHTY or clause.meanings.isdisjoint(_OWN) or tells_of_past(clause)
