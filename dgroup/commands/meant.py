"""What a reply to a question of ours asks for beside its yes, or instead of one: "Yes, take me off".

The reader does not know what was asked. It gives the verbs that the words may mean, and the answer
counts only where the question was about one of them (`fits`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from dgroup.commands.clause import Clause, narrow, parts_of
from dgroup.commands.intent import KEEP, PEOPLE, judge
from dgroup.commands.lexicon import split_words
from dgroup.commands.pronouns import has_object, mine
from dgroup.commands.reasons import only_tells, wishes
from dgroup.commands.sheet import Sheet
from dgroup.commands.text import Text
from dgroup.commands.turns import is_dated

SEVERAL = "several"
"""several things at once"""
_SELF = frozenset("ME MY I OWN_ADDRESS REMOVE_ME".split())
_ENTERING = ("join", "invited")
_MODES = frozenset("each daily weekly monthly light full summary receipt copy".split())
_IDLE = frozenset({KEEP, PEOPLE, "help", "status"})
"""what is spoken of beside an answer: thanks for help, how one is registered"""
_MEMBERSHIP = frozenset("leave join remove erase delete add ban".split())
_LESS = ("leave", "remove", "erase", "pause", "mute", "delete", "freeze")
_ERASING = frozenset("DATA ACCOUNT ALL".split())
_BACK = {
    "leave": "join", "remove": "add", "add": "remove", "join": "leave", "pause": "resume", "resume": "pause",
    "mute": "unmute", "unmute": "mute", "ban": "unban", "unban": "ban", "lock": "unlock", "unlock": "lock",
    "freeze": "unfreeze", "unfreeze": "freeze",
}  # fmt: skip
"""what takes a verb back, where its letter offers UNDO"""


def fits(meant: Sequence[str], action: str, done: str = "") -> bool:
    """Tell whether an answer that asks for one of `meant` is about the question `action`. `done` is the
    verb that an offer to undo would take back. Words that ask for nothing fit all."""
    return not meant or action in meant or (action == "undo" and _BACK.get(done, "-") in meant)


def meant_by(sheet: Sheet, rest: Iterable[Text]) -> tuple[str, ...]:
    """Give the verbs of which the words ask for one; () where they ask for nothing."""
    found: tuple[str, ...] = ()
    for text in rest:
        for clause in _clauses(sheet, text):
            here = _meant(clause)
            if here and found:
                here = tuple(one for one in found if one in here) or (SEVERAL,)
            found = here or found
    return found


def _clauses(sheet: Sheet, text: Text) -> list[Clause]:
    if not text.raw.strip(" .!,;"):
        return []
    whole = sheet.clause(text)
    narrow(whole, sheet.language)
    return parts_of(whole) or [whole] if _meant(whole) == () else [whole]


def _meant(clause: Clause) -> tuple[str, ...]:
    guess = judge(clause)
    if guess is None or guess.doubtful or guess.verb in _IDLE:
        return _bare(clause) if guess is None else ()
    verb = guess.verb
    if verb not in _MEMBERSHIP and not wishes(clause):
        return ()
    if "BORED" in clause.meanings:
        return _LESS  # "I no longer need this" goes with an end, and with nothing else
    if guess.rivals or (verb in _MEMBERSHIP and is_dated(clause)):
        return (SEVERAL,)
    if only_tells(clause, verb):
        return ()
    return _alike(verb, clause)


_OUT = re.compile(
    r"\W*(?:just )?(?:take|get|have|keep|drop|strike|cut) (?:\w+ ){1,2}(?:off|out)\b|\W*(?:(?:take|drop|strike) (?:off|out)|off with) \w+"
)
"""English puts the object between the parts of its verb"""
_WHOLE = frozenset({"todo", "tudo", "tout", "everything", "alles", "tutto"})
"""it all; not all of them"""


def _bare(clause: Clause) -> tuple[str, ...]:
    """Of "delete him" and "inscrivez-moi", which are no sentence of the grammar's, what the verb says."""
    first, has = clause.first, clause.meanings
    if "NOT" in has or clause.unknown > _UNKNOWN:
        return ()
    if first & {"JOIN", "ADD", "ENROL"}:
        return _alike("join" if _is_own(clause) else "add", clause)
    if first & {"FREEZE", "LOCK"} and "GROUP" in has:
        return ("freeze",)
    if first & {"REMOVE", "LEAVE", "ERASE", "DESTROY"} or _OUT.match(clause.text.folded):
        return _alike("leave", clause)
    return ()


_UNKNOWN = 2


def _is_own(clause: Clause) -> bool:
    """Tell whether the sender speaks of themselves: "remove me", "denme de baja", "quero entrar"."""
    words = split_words(clause.text.folded[:200])
    if not clause.meanings.isdisjoint(_SELF) or any(map(mine, words)):
        return True
    wants = "GO" in clause.meanings or not _FIRST.isdisjoint(words)
    return wants and not _is_others(clause)


_FIRST = frozenset(
    "i we je j nous yo eu quiero queremos quisiera deseo quero queremos queria desejo veux voulons voudrais souhaite want".split()
)
"""words of the sender about themselves"""


def _is_others(clause: Clause) -> bool:
    return has_object(clause) or not clause.meanings.isdisjoint({"OTHERS", "OTHER_ADDRESS"})


def _alike(verb: str, clause: Clause) -> tuple[str, ...]:
    """The verbs that the same words may be about, as whose they are tells."""
    own = _is_own(clause)
    others = not own and _is_others(clause)
    erases = not clause.first.isdisjoint({"ERASE", "DESTROY"})
    if verb in {"leave", "remove", "erase"}:
        return _ends(verb, clause, own=own, others=others, erases=erases)
    if verb == "join":
        return _ENTERING if own else (*_ENTERING, "add")
    if verb in _MODES or verb == "language":
        return (verb, "set") if others else (verb, *_ENTERING)
    if verb == "approve":
        return ("moderate", "publish", "post", "approve")
    return (verb,)


def _ends(verb: str, clause: Clause, *, own: bool, others: bool, erases: bool) -> tuple[str, ...]:
    """Leaving, being taken off and being erased share their words: who or what is meant tells them apart."""
    has = clause.meanings
    if erases and "GROUP" in has and has.isdisjoint(_ERASING | {"ME", "MY"}):
        return ("delete",)
    if (erases or verb == "erase") and (
        has & _ERASING or any(one.word in _WHOLE for one in clause.items)
    ):
        return ("erase",)
    if others:
        return ("remove", "erase", "hide") if verb == "erase" else ("remove",)
    if verb == "erase":
        return ("erase",)
    if own:
        return ("leave", "erase") if erases else ("leave",)
    return (verb,) if verb == "remove" else ("leave", "remove")
