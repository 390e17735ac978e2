"""What a sentence asks for: the best frame for its meanings, and whether it says so without a doubt."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from dgroup.commands.clause import Clause, parts_of
from dgroup.commands.frames import FRAMES, GROUP_FRAMES, Frame
from dgroup.commands.frames_group import MORE_GROUP_FRAMES
from dgroup.commands.frames_more import MORE_FRAMES
from dgroup.commands.hints import hints
from dgroup.commands.somebody import joins_else, on_behalf
from dgroup.commands.turns import (
    CONDITION,
    THANKED,
    THANKED_FOR,
    THANKS,
    asks_indirectly,
    denies_mail,
    is_dated,
    speaks_of_end,
    stops_else,
)

KEEP = "keep"
"""what "don't remove me" asks for: nothing may change"""
PEOPLE = "people"
"""a trouble or a question that a person must answer"""
_OUT = ("LEAVE", "REMOVE", "GO", "CANCEL", "STOP")
_CONDITIONS = frozenset({"IF", "LATER", "MAYBE"})
_ENDS = frozenset({"leave", "remove", "erase", "hide", "delete", "ban"})
_ANSWERED = frozenset("STATUS LANGUAGE PENDING MEMBERS BOUNCING".split())
_NEAR = 3
_WEAK = frozenset({"help", "status", "who", "search", "data"})
_TOPICS = frozenset(
    "MEMBERSHIP LANGUAGE ADDRESS MAIL POST ATTACHMENT SUMMARY AWAY DATA STATUS HELP MEMBERS THREAD ALL FILLER MY "
    "GROUP NUMBER TARGET DATE NEW DIGEST COPY RECEIPT".split()
)
_WEIGHTY = frozenset({"leave", "erase", "hide", "address"})
_MAY_BE_ASKED = frozenset(
    "who status help data search last get thread members pending bouncing report trace".split()
)
"""to ask for one of these is to want it; it changes nothing"""
_LESS = frozenset("RECEIVE MAIL WANT SUMMARY DIGEST ATTACHMENT COPY RECEIPT".split())
_PARTICLES = {
    ("meld", "ab"): "LEAVE", ("trag", "aus"): "LEAVE", ("schrijf", "uit"): "LEAVE", ("meld", "af"): "LEAVE",
    ("meld", "an"): "JOIN", ("trag", "ein"): "JOIN", ("schrijf", "in"): "JOIN", ("meld", "aan"): "JOIN",
}  # fmt: skip
_FIRST_PERSON = frozenset(
    "recois recevons recibo recibimos recebo recebemos erhalte bekomme ricevo ontvang krijg".split()
)
_ASKS_US = re.compile(
    r"\b(?:you|vous|tu|please|pls|svp|pueden?|podrian?|podeis|por favor|podem?|poderiam?|merci|gracias|"
    r"konnten|konnen|bitte|potete|potreste|kunt|kunnen|podiam|podia|seriam?|serian?|seria possivel|amables?|"
    r"gentileza|kind|pourriez|voudriez|aimables?|favor)\b"
)
_OURS = frozenset("GROUP MAIL MEMBERSHIP ME LEAVE RECEIVE SEND".split())
_ARTICLES = frozenset(
    "the this that le la les l ce cette el los esta este o a os as esse essa il lo de das die het".split()
)


@dataclass(frozen=True, slots=True)
class Guess:
    """What a sentence seems to ask for."""

    verb: str
    """canonical verb, KEEP or PEOPLE"""
    clause: Clause
    sure: bool
    on: bool = True
    rivals: tuple[str, ...] = ()
    """other verbs that fit as well: then nothing is clear"""
    doubtful: bool = False
    """spoken of, not asked for: "I may leave", "if I leave" """

    @property
    def weak(self) -> bool:
        """It gives way to another verb in the same mail: "Help! Please unsubscribe me"."""
        return self.verb in _WEAK or self.verb == PEOPLE

    @property
    def topic(self) -> bool:
        """It only names a thing: a subject ("membership") that the text then says more of."""
        return all(_TOPICS & set(item.meanings) for item in self.clause.items)


def judge_kindly(clause: Clause) -> Guess | None:
    """The same for a sentence that says much else: only what does no harm and can be taken back."""
    if (
        clause.meanings & {"NOT", "NOMORE", "OTHERS", "OTHER_ADDRESS", "PROBLEM", *_OUT}
        or clause.typo
    ):
        return None
    if not _ASKED.search(clause.text.folded) and clause.meanings.isdisjoint(
        {"WANT", "ME", "SEND", "CHANGE"}
    ):
        return None
    found = [frame for frame in _best(clause, _KIND) if frame.verb in _TAKEN_BACK]
    if len({frame.verb for frame in found}) != 1 or clause.meanings & _CONDITIONS:
        return None
    return Guess(
        found[0].verb,
        clause,
        sure=not clause.asks or _ASKS_US.search(clause.text.folded) is not None,
        on=found[0].on,
    )


_KIND = 10
"""more unknown words than a frame bears"""
_TAKEN_BACK = frozenset(
    "each daily weekly monthly light full language status who help get thread last search mute unmute receipt "
    "summary copy data resume".split()
)
_ASKED = re.compile(
    r"\b(?:please|pls|plz|kindly|could|can|svp|merci|pourr\w+|pouvez|por favor|porfa|xfa|pueden?|podr\w+|favor|pfv?|pode\w*|podi\w+)\b"
)


def judge(clause: Clause) -> Guess | None:
    """Say what a sentence asks for, if anything; where the whole says nothing clear, its parts may."""
    whole = _judged(clause)
    if whole is not None and whole.verb != KEEP and not whole.rivals:
        return whole
    parts = [found for part in parts_of(clause) if (found := _judged(part)) is not None]
    asked = {found.verb for found in parts} - {PEOPLE}
    if whole is not None and whole.verb == KEEP:
        asked -= {KEEP, "leave"}
    if len(asked) != 1 or KEEP in asked:
        return whole
    best = next(found for found in parts if found.verb in asked)
    if clause.meanings & _CONDITIONS - best.clause.meanings:
        best = replace(best, sure=False, doubtful=speaks_of_end(clause) or best.doubtful)
    denied = any("NOT" in part.meanings for part in parts_of(clause))
    if best.rivals or (best.verb in _WEIGHTY and denied and not _commands(best.clause)):
        return whole
    return best


def _commands(clause: Clause) -> bool:
    """Tell whether the sender follows the verb as in an order: "remove me", "désinscrivez-moi"."""
    for place in (*clause.at("REMOVE"), *clause.at("LEAVE")):
        if any("ME" in item.meanings for item in clause.items[place : place + 2]):
            return True
    return False


def _judged(clause: Clause) -> Guess | None:
    _derive(clause)
    has = clause.meanings
    if CONDITION.match(clause.text.folded) and "NOTHING" not in clause.items[0].meanings:
        has.add("IF")
    if _keeps(clause) or (
        "STAY" in has and has.isdisjoint({"STOP", "NOT", "NOMORE", "PAUSE", "SEND", "MAIL"})
    ):
        return Guess(KEEP, clause, sure=False)
    asked = _asked_for_help(clause) or asks_indirectly(clause)
    if asked:
        return Guess(asked, clause, sure=asked == "help")
    found = _best(clause)
    if found and found[0].verb == "leave" and (not denies_mail(clause) or stops_else(clause)):
        found = []
    if found and found[0].verb in THANKED and THANKS.match(clause.text.folded):
        return None
    trouble = found and found[0].verb in _WEIGHTY and "PROBLEM" in has and not _commands(clause)
    if (
        not found
        or trouble
        or on_behalf(clause, found[0].verb)
        or joins_else(clause, found[0].verb)
    ):
        return Guess(PEOPLE, clause, sure=False) if has & {"PROBLEM", "COMPLAINT"} else None
    best = found[0]
    rivals = tuple(dict.fromkeys(frame.verb for frame in found if frame.verb != best.verb))
    sure = not (has & {"IF", "MAYBE", "WAIT", "PROBLEM"} or clause.torn or rivals)
    sure = sure and not _is_question(clause, best.verb)
    # "Stop that" may be about what was spoken of before.
    sure = sure and not (
        best.verb == "leave" and "IT" in has and has & {"STOP", "REMOVE"} and has.isdisjoint(_OURS)
    )
    doubtful = bool(has & {"IF", "MAYBE"}) and (
        best.verb in {"leave", "pause", "erase"} or speaks_of_end(clause)
    )
    # No interest in what? Where neither the group nor its mail is named, it is asked.
    sure = sure and not (best.verb == "leave" and "BORED" in has and has.isdisjoint(_OURS - {"ME"}))
    if "LATER" in has and (
        best.verb in _ENDS or (best.verb == "pause" and "LATER" in clause.first)
    ):
        sure, doubtful = False, True
    if best.verb in _ENDS and (is_dated(clause) or THANKED_FOR.match(clause.text.folded)):
        sure = False  # "from 1 April": we cannot wait for a day, so we ask
    return Guess(best.verb, clause, sure, best.on, rivals, doubtful)


def _best(clause: Clause, more: int = 0) -> list[Frame]:
    """The frames that fit with the most weight; each bears so many more unknown words."""
    score = -1
    found: list[Frame] = []
    first = clause.first
    for meaning in sorted(clause.meanings & _BY_KEY.keys()):
        for frame in _BY_KEY[meaning]:
            here = 10 * len(frame.needs) + frame.weight
            if here < score or not _fits(frame, clause, first, more):
                continue
            if here > score:
                score, found = here, []
            found.append(frame)
    return found


def _keyed() -> dict[str, list[Frame]]:
    """Sort the frames by the need that the fewest meanings fill: a sentence is held against few."""
    found: dict[str, list[Frame]] = {}
    for frame in (*FRAMES, *MORE_FRAMES, *GROUP_FRAMES, *MORE_GROUP_FRAMES):
        for meaning in min(frame.needs, key=len):
            found.setdefault(meaning, []).append(frame)
    return found


_BY_KEY = _keyed()
_GROUP_VERBS = frozenset(frame.verb for frame in GROUP_FRAMES)


def _fits(frame: Frame, clause: Clause, first: frozenset[str], more: int) -> bool:
    has = clause.meanings
    if clause.typo and frame.verb in _GROUP_VERBS:
        return False  # a coordinator's word is never guessed
    if clause.unknown > frame.slack + more or not has.isdisjoint(frame.none):
        return False
    if any(has.isdisjoint(need) for need in frame.needs):
        return False
    return not frame.first or not first.isdisjoint(frame.needs[0])


# --- What follows from the words together -----------------------------------------------------


def _derive(clause: Clause) -> None:
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
    if "I" in has and not has & _ASKING:
        has.add("STATEMENT")
    _contrast(clause)
    if any(_followed_by_me(clause, meaning) for meaning in ("REMOVE", "LEAVE")):
        has.add("REMOVE_ME")
    if _destroys(clause):
        has.add("GROUP_ITSELF")
    if "POST" in has and "TARGET" in has:
        has.add("TARGET_POST")
    _command_first(clause)
    if "WHO" in has and "HOLD" in has:
        has.discard("HOLD")


def _command_first(clause: Clause) -> None:
    """Take away a denial that stands far behind an order and is no part of it: "take me off, I do not
    work there any more"."""
    noes = [*clause.at("NOT"), *clause.at("NOMORE"), *clause.at("NE")]
    orders = [
        place
        for meaning in ("REMOVE", "LEAVE")
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


def _keeps(clause: Clause) -> bool:
    """Tell whether the sentence forbids what its verb names: "don't remove me", "ne me retirez pas"."""
    noes = [*clause.at("NOT"), *clause.at("NOMORE")]
    if not noes:
        return False
    for meaning in _OUT:
        for place in clause.at(meaning):
            if set(clause.items[place].meanings) & {"NOMORE", "NOT"}:
                continue
            if any(_reaches(clause, no, place) for no in noes):
                return True
    return False


def _reaches(clause: Clause, no: int, verb: int) -> bool:
    """Tell whether a "no" belongs to the verb: near it, with nothing but small words between."""
    first, last = sorted((no, verb))
    between = clause.items[first + 1 : last + 1]
    if last - first > _NEAR + 1 or any(item.after_break for item in between):
        return False
    if no > verb:  # French and German put it behind: "ne me retirez pas"
        return last - first == 1 and bool(
            clause.at("NE") or clause.items[no].word in {"nicht", "niet"}
        )
    inner = {meaning for item in clause.items[no + 1 : verb] for meaning in item.meanings}
    return inner.isdisjoint({"MAIL", "RECEIVE", "SEND", "BELONG", "JOINED", "ATTACHMENT"})


def _asked_for_help(clause: Clause) -> str:
    """Say what a question is: "How do I leave?" is for the guide, "What happens if I leave?" for a person."""
    has = clause.meanings
    leads = bool(clause.first & {"HOW", "WHAT_IF"}) or (
        clause.asks and bool(has & {"HOW", "WHAT_IF"})
    )
    if "STATUS" in clause.first:
        return ""
    if "HOW" in has and leads and "WHO" not in has and (clause.asks or _how_leads(clause)):
        return "help" if hints([clause]) or has & {"GROUP", "WORKS", "HELP"} else PEOPLE
    if "WHAT_IF" in has and leads and not has & _ANSWERED:
        return PEOPLE
    if clause.asks and "IF" in has and "CAN_I" not in has:
        return PEOPLE
    return ""


def _how_leads(clause: Clause) -> bool:
    """Tell a question: "como" and "wie" also mean "as"; without a question mark only the others ask."""
    return any(
        clause.items[place].word in {"how", "comment", "hoe"} for place in clause.at("HOW")[:1]
    )


def _is_question(clause: Clause, verb: str) -> bool:
    if "CAN_I" in clause.meanings:
        return verb in _WEIGHTY
    return clause.asks and verb not in _MAY_BE_ASKED and not _ASKS_US.search(clause.text.folded)
