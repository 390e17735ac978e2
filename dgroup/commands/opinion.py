"""The second opinion on a free wording: what its words are like (`likeness`) beside what the grammar read.

It makes the grammar ask where the two differ, and gives a reading, to be asked about, where the grammar
has none, several, or one that it is unsure of. By itself it only tells: it never changes anything at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import takewhile

from dgroup.commands.intent import KEEP, PEOPLE, Guess
from dgroup.commands.likeness import NOTHING, Likeness, shipped
from dgroup.commands.naming import LISTING, people_of
from dgroup.commands.options import options_of
from dgroup.commands.people import Found
from dgroup.commands.sheet import Sheet
from dgroup.incoming import Options, Reading

FREE = 5
"""words from which on a wording is free: shorter ones are commands as they stand"""
LONGEST = 120
"""words of a mail that still is a wish and little else"""
DIFFERS = 0.1
"""by how much another reading must be ahead to count against the grammar's"""
LIKELY = 0.25
"""by how much a reading must be ahead to be asked about"""
CLEARLY = 0.5
"""by how much a reading must be ahead to be asked about in place of one that the grammar is unsure of,
and to count where the grammar's is the second"""
OWN = frozenset(
    "join leave pause resume each daily weekly monthly light full language address status who help get "
    "thread last search hide mute unmute data erase receipt summary copy".split()
)
_COORDINATORS = frozenset(
    "add invite uninvite remove moderate trust ban unban coordinator members pending bouncing report trace undo "
    "freeze unfreeze rename stepdown split merge lock unlock retitle".split()
)
"""what coordinators ask for and may be asked about; `set` needs more than a likeness, and the end of the
group its own words"""
_PROPOSED = OWN | _COORDINATORS
_TELLING = frozenset(
    "status who help get thread last search members pending bouncing report trace".split()
)
"""what changes nothing, so that it is answered without a question"""
_STATES = frozenset("join leave pause resume erase".split())
_ENDS = frozenset({"leave", "erase", "hide"})
_OFFERED_ANYHOW = frozenset({"help", "status"})
"""what the grammar offers where it has no idea"""
_NEEDS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys("get thread hide mute unmute split lock unlock".split(), ("target",)),
    "merge": ("target", "into"),
    "retitle": ("target", "words"),
    "rename": ("words",),
    "search": ("words",),
    "language": ("language",),
    "address": ("address",),
}
"""what a mail must say beside its wish"""


def weighed(sheet: Sheet, reading: Reading) -> Reading:
    """Give the reading as it stands after the second opinion."""
    text = _text(sheet)
    count = len(text.split())
    if not FREE <= count <= LONGEST or reading.verb not in OWN | {""} or reading.people:
        return reading
    if reading.options.also:  # always asked about, and no example is like it
        return reading
    like = shipped().likeness(text)
    troubled = any(guess.verb in {PEOPLE, KEEP} for guess in sheet.guesses)
    if (
        not (reading.verb and reading.sure)
        and troubled
        and like.verbs[0].partition(" ")[0] in _ENDS
    ):
        return reading  # "I no longer get the mails, what is wrong?", "do not take me off"
    if reading.verb and reading.sure:
        return reading if _is_answered(sheet, reading, like) else _doubted(reading, like)
    if reading.verb and (like.margin < CLEARLY or like.verbs[0].startswith(reading.verb)):
        return reading
    return _proposed(sheet, reading, like)


def _text(sheet: Sheet) -> str:
    head = "" if sheet.base[1] else sheet.subject.raw
    return " ".join([head, *(line.raw for line in sheet.said)]).strip()


def _is_answered(sheet: Sheet, reading: Reading, like: Likeness) -> bool:
    """Tell a question that has an answer of ours from one to people: "Who can help us with the valve?"."""
    asks = reading.verb in _OFFERED_ANYHOW and any(one.asks for one in sheet.clauses)
    return asks and not (like.verbs[0] == NOTHING and like.margin >= CLEARLY)


def _doubted(reading: Reading, like: Likeness) -> Reading:
    """The words are like something else: ask whether it is what the grammar read."""
    verbs = [one.partition(" ")[0] for one in like.verbs]
    # Two that take away are never near each other: "delete all that is mine" must not end a membership.
    near = reading.verb == verbs[1] and not {reading.verb, verbs[0]} <= _ENDS
    if reading.verb == verbs[0] or like.margin < (CLEARLY if near else DIFFERS):
        return reading
    if verbs[0] == NOTHING or reading.verb in verbs:
        return replace(reading, sure=False)
    return replace(
        reading, verb="", sure=False, nearest=(reading.verb, verbs[0]), options=Options()
    )


def _proposed(sheet: Sheet, reading: Reading, like: Likeness) -> Reading:
    """The grammar is silent: the words may be like something that can be asked about.

    Where it heard a hint of something else, both are offered.
    """
    verb, _, way = like.verbs[0].partition(" ")
    if verb not in _PROPOSED or (verb in _STATES and _asked_for_another(sheet, verb)):
        return reading
    if verb in _ENDS and verb in reading.nearest and not _is_asked_for(sheet, verb):
        return reading  # "I am thinking of leaving"
    hinted = tuple(one for one in reading.nearest if one not in _OFFERED_ANYHOW)
    options = _options(sheet, verb, is_on=way != "off")
    people = people_of(sheet, verb) if verb in LISTING else Found()
    named = bool(people.people) or verb not in LISTING
    complete = named and all(getattr(options, one) for one in _NEEDS.get(verb, ()))
    agrees = not hinted or verb in hinted or like.margin >= CLEARLY
    # Any words can be searched for: that they are there says nothing.
    enough = CLEARLY if verb == "search" else LIKELY
    if complete and agrees and like.margin >= enough:
        return _asking(sheet, reading, verb, options, people)
    if not reading.nearest:
        return reading
    likely = takewhile(lambda one: one != NOTHING, like.verbs)
    offered = [one.partition(" ")[0] for one in likely if one.partition(" ")[0] in OWN]
    return replace(reading, nearest=tuple(dict.fromkeys([*hinted, *offered, *reading.nearest]))[:2])


def _asking(sheet: Sheet, reading: Reading, verb: str, options: Options, people: Found) -> Reading:
    return replace(
        reading,
        verb=verb,
        people=tuple(people.people.values()),
        problems=tuple(people.problems),
        truncated=people.truncated,
        options=options,
        sure=verb in _TELLING and not reading.verb,
        nearest=(),
        language=reading.language or sheet.language,
    )


def _asked_for_another(sheet: Sheet, verb: str) -> bool:
    """Tell whether a sentence asks, without a doubt, for another state: "unsubscribe; pause until May"."""
    return any(guess.sure and guess.verb in _STATES - {verb} for guess in sheet.guesses)


def _is_asked_for(sheet: Sheet, verb: str) -> bool:
    return any(guess.verb == verb and not guess.doubtful for guess in sheet.guesses)


def _options(sheet: Sheet, verb: str, *, is_on: bool) -> Options:
    """The first sentence that holds what the verb needs tells it."""
    wanted = _NEEDS.get(verb, ())
    found = Options(on=is_on)
    for clause in sheet.clauses:
        found = options_of(Guess(verb, clause, sure=False, on=is_on), sheet.clauses, frozenset())
        if all(getattr(found, one) for one in wanted):
            return found
    return found
