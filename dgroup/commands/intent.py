"""What a sentence asks for: the best frame for its meanings, and whether it says so without a doubt."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from dgroup.commands.clause import Clause, parts_of
from dgroup.commands.derived import derive
from dgroup.commands.frames import FRAMES, GROUP_FRAMES, Frame
from dgroup.commands.frames_group import MORE_GROUP_FRAMES
from dgroup.commands.frames_more import MORE_FRAMES
from dgroup.commands.hints import hints
from dgroup.commands.reasons import REQUEST, wishes
from dgroup.commands.somebody import joins_else, on_behalf
from dgroup.commands.turns import (
    CONDITION,
    THANKED,
    THANKED_FOR,
    THANKS,
    asks_indirectly,
    comes_back,
    denies_mail,
    ends_mail,
    is_dated,
    speaks_of_end,
    stops_else,
    takes_back,
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
_ASKS_US = re.compile(
    r"\b(?:you|vous|tu|please|pls|svp|pueden?|podrian?|podeis|por favor|podem?|poderiam?|merci|gracias|"
    r"konnten|konnen|bitte|potete|potreste|kunt|kunnen|podiam|podia|seriam?|serian?|seria possivel|amables?|"
    r"gentileza|kind|pourriez|voudriez|aimables?|favor)\b"
)
_OURS = frozenset("GROUP MAIL MEMBERSHIP ME LEAVE RECEIVE SEND".split())


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
    if (wish := _wish_of(clause, whole)) is not None:
        return wish
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


_ASIDE = frozenset(
    "STAY IF MAYBE WAIT LATER UNTIL SPAN DAY AWAY OTHER_ADDRESS LANGUAGE_NAME".split()
)


def _wish_of(clause: Clause, whole: Guess | None) -> Guess | None:
    """The half of a sentence that asks for something, where the other halves only tell why: "no summary
    please, I read all the messages". Never for an end."""
    parts = parts_of(clause)
    asking = [part for part in parts if wishes(part)]
    telling = [part for part in parts if part not in asking]
    if (order := _of_others(parts)) is not None:
        return order
    if len(asking) != 1 or not telling or any(part.meanings & _ASIDE for part in telling):
        return None
    found = _judged(asking[0])
    if found is None or found.rivals or found.verb in {KEEP, PEOPLE}:
        return None
    if whole is not None and whole.verb == found.verb:
        return None
    if whole is not None and whole.verb == "help" and found.verb == "leave":
        return replace(found, sure=False)  # "I do not know how, I only want to be taken off"
    ends = found.verb in _ENDS and not (found.verb in {"ban", "remove"} and asking[0].addresses)
    return found if found.sure and not ends else None


def _of_others(parts: list[Clause]) -> Guess | None:
    """The order about somebody that a sentence begins with, where the rest tells of their doings: "block
    ads@x, he only sends us ads". It is put to the coordinator before it is carried out."""
    rest = parts[1:]
    if not rest or not parts[0].addresses or any(one.addresses or one.targets for one in rest):
        return None
    if any(one.meanings & _NOT_TOLD or REQUEST.search(_said(one)) for one in rest):
        return None
    found = _judged(parts[0])
    if found is None or not found.sure or found.rivals:
        return None
    return found if found.verb in _STRICT else None


_NOT_TOLD = _ASIDE | {"NOT", "NOMORE"}
_STRICT = frozenset({"ban", "moderate"})


def _said(part: Clause) -> str:
    return part.text.folded[part.items[0].start : part.items[-1].end]


def _commands(clause: Clause) -> bool:
    """Tell whether the sender follows the verb as in an order: "remove me", "désinscrivez-moi"."""
    for place in (*clause.at("REMOVE"), *clause.at("LEAVE")):
        if any("ME" in item.meanings for item in clause.items[place : place + 2]):
            return True
        if _WITH_ME.match(clause.items[place].word):
            return True
    return False


_WITH_ME = re.compile(r"[a-z]{3,}(?:me|nos|nme|ndme)\b")


def _judged(clause: Clause) -> Guess | None:
    derive(clause)
    has = clause.meanings
    if CONDITION.match(clause.text.folded) and "NOTHING" not in clause.items[0].meanings:
        has.add("IF")
    if asks_indirectly(clause):
        return Guess("help", clause, sure=True)
    if _keeps(clause) or (
        "STAY" in has and has.isdisjoint({"STOP", "NOT", "NOMORE", "PAUSE", "SEND", "MAIL"})
    ):
        return Guess(KEEP, clause, sure=False)
    asked = _asked_for_help(clause)
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
    if best.verb in _ENDS and takes_back(clause):
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
GROUP_VERBS = frozenset(frame.verb for frame in GROUP_FRAMES)
"""coordinators' verbs"""


def _fits(frame: Frame, clause: Clause, first: frozenset[str], more: int) -> bool:
    has = clause.meanings
    if clause.typo and frame.verb in GROUP_VERBS:
        return False  # a coordinator's word is never guessed
    if clause.unknown > frame.slack + more or not has.isdisjoint(frame.none):
        return False
    if any(has.isdisjoint(need) for need in frame.needs):
        return False
    return not frame.first or not first.isdisjoint(frame.needs[0])


# --- No, and questions -------------------------------------------------------------------------


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
    if comes_back(clause):
        return "help"
    if "STATUS" in clause.first or _asks_how_it_stands(clause):
        return ""
    if "HOW" in has and leads and "WHO" not in has and (clause.asks or _how_leads(clause)):
        ours = hints([clause]) or has & {"GROUP", "WORKS", "HELP"} or ends_mail(clause)
        return "help" if ours else PEOPLE
    if "WHAT_IF" in has and leads and not has & _ANSWERED:
        return PEOPLE
    if clause.asks and "IF" in has and "CAN_I" not in has:
        return PEOPLE
    return ""


def _asks_how_it_stands(clause: Clause) -> bool:
    """Tell "how am I registered?": not how something is done, but how things are with the sender."""
    return any(
        "STATUS" in item.meanings
        for how in clause.at("HOW")
        for item in clause.items[how + 1 : how + 2]
    )


def _how_leads(clause: Clause) -> bool:
    """Tell a question: "como" and "wie" also mean "as"; without a question mark only the others ask."""
    return any(
        clause.items[place].word in {"how", "comment", "hoe"} for place in clause.at("HOW")[:1]
    )


def _is_question(clause: Clause, verb: str) -> bool:
    if "CAN_I" in clause.meanings:
        return verb in _WEIGHTY
    return clause.asks and verb not in _MAY_BE_ASKED and not _ASKS_US.search(clause.text.folded)
