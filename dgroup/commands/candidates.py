"""Which of the wishes in a mail count: what gives way to another, and what one sentence means for the next."""

from __future__ import annotations

import re
from dataclasses import replace

from dgroup.commands.clause import Clause
from dgroup.commands.intent import GROUP_VERBS, KEEP, PEOPLE, Guess, judge_kindly
from dgroup.commands.reasons import REQUEST, only_tells, wishes
from dgroup.commands.sheet import Sheet
from dgroup.commands.turns import asks_indirectly
from dgroup.model import RouteKind


def candidates(sheet: Sheet) -> list[Guess]:
    """What is asked for, without what gives way to another wish in the same mail."""
    spoken = _without_reasons(sheet)
    titled = [one.guess for one in sheet.headed if one.guess is not None]
    if any(outright(guess) for guess in spoken):
        titled = [one for one in titled if not only_tells(one.clause, one.verb)]
    guesses = titled + spoken
    if any(not guess.weak and not guess.doubtful for guess in spoken):
        # The text says more than a subject that only names a thing, or is from a letter before.
        headed = [guess for guess in titled if not _repeated(sheet, guess)]
        guesses = [guess for guess in headed if not (sheet.base[1] or guess.topic)] + spoken
    guesses = _one_list(guesses)
    if any(guess.verb in _ANSWERS and guess.sure and _is_asked(guess) for guess in guesses):
        # "If I leave, can I come back?"
        guesses = [one for one in guesses if one.verb in _ANSWERS or not _only_asks(one)]
    guesses = _without_stay(_strong(guesses))
    if {guess.verb for guess in guesses} == {
        "pause",
        "resume",
    }:  # "stop the mail, I am back on Monday"
        ends = [guess for guess in guesses if guess.verb == "pause" or not _is_to_come(guess)]
        guesses = ends if any(guess.verb == "pause" for guess in ends) else guesses
    guesses = [_meant(sheet, guess) for guess in guesses]
    guesses = [_of_listed(sheet, guess) for guess in guesses] or _asked_after(sheet)
    if {guess.verb for guess in guesses} == {"leave", "erase"}:  # the one that does less
        if _erases(sheet):
            return [guess for guess in guesses if guess.verb == "erase"]
        guesses = [guess for guess in guesses if guess.verb == "leave"]
    return guesses


_LISTED = {"leave": "remove", "join": "add"}
_SELF = frozenset("ME MY I OWN_ADDRESS REMOVE_ME".split())


def _of_listed(sheet: Sheet, guess: Guess) -> Guess:
    """Of "remove these from the group:" above other people's addresses: they are meant, not the sender."""
    if guess.verb not in _LISTED or not guess.clause.meanings.isdisjoint(_SELF):
        return guess
    clause = guess.clause
    if not clause.text.raw.rstrip().endswith(":") and clause.meanings.isdisjoint(
        {"OTHERS", "THESE"}
    ):
        return guess  # "Unsubscribe please", above a name and an office's address
    others = any(
        one.addresses and one.meanings.isdisjoint(_SELF | {"CHANGE", "NEW", "ADDRESS"})
        for one in sheet.clauses
    )
    return replace(guess, verb=_LISTED[guess.verb]) if others else guess


def _asked_after(sheet: Sheet) -> list[Guess]:
    """Of "did ana@ngo.example get the last posts?": what became of them is to be told."""
    return [
        Guess("trace", clause, sure=True)
        for clause in sheet.clauses[:5]
        if clause.asks
        and clause.addresses
        and "ARRIVED" in clause.meanings
        and clause.meanings.isdisjoint(_OTHER_WISHES)
    ][:1]


_OTHER_WISHES = frozenset(
    "ADD INVITE REMOVE LEAVE JOIN PAUSE CHANGE SET PUT ENROL WANT NEW".split()
)


_ANSWERS = frozenset({"help", "status"})


def _is_asked(guess: Guess) -> bool:
    """Tell a question, also one that is told: "I want to know whether there is a way to pause"."""
    return guess.clause.asks or bool(asks_indirectly(guess.clause))


def _only_asks(guess: Guess) -> bool:
    """Tell whether something is asked about rather than asked for."""
    return guess.doubtful or (guess.clause.asks and not REQUEST.search(guess.clause.text.folded))


def _one_list(guesses: list[Guess]) -> list[Guess]:
    """Who asks who is in the group asks for the list of members too."""
    if {"who", "members"} <= {guess.verb for guess in guesses}:
        return [replace(one, verb="who") if one.verb == "members" else one for one in guesses]
    return guesses


def _erases(sheet: Sheet) -> bool:
    """Tell whether erasing is asked for in the subject and again: it is put to the sender anyhow."""
    order = ordered(sheet)
    again = any(
        guess.verb == "erase" and guess.clause is not (order and order.clause)
        for guess in sheet.guesses
    )
    return order is not None and order.verb == "erase" and again


def outright(guess: Guess) -> bool:
    """Tell whether a sentence asks for its verb without a doubt."""
    plain = guess.sure and not (guess.rivals or guess.doubtful)
    return plain and guess.verb not in {KEEP, PEOPLE} and wishes(guess.clause)


def ordered(sheet: Sheet) -> Guess | None:
    """The subject, where it is a command as it stands and nothing else: "summary off"."""
    found = [one.guess for one in sheet.headed if one.guess is not None]
    if len(found) != 1 or len(sheet.headed) != 1 or sheet.base[1]:
        return None
    plain = found[0].sure and not (found[0].rivals or found[0].doubtful)
    whole = not (found[0].clause.unknown or found[0].clause.asks or found[0].clause.typo)
    return found[0] if plain and whole and found[0].verb not in {KEEP, PEOPLE} else None


def _without_reasons(sheet: Sheet) -> list[Guess]:
    """The wishes of the text: beside one that is asked outright, or a subject that is a command, what
    only tells why asks for nothing."""
    spoken = [one.guess for one in sheet.body if one.guess is not None]
    order = ordered(sheet)
    if order is None and not any(outright(guess) for guess in spoken):
        return spoken
    same = order.verb if order is not None else KEEP
    kept = [one for one in spoken if one.verb in {KEEP, same} or not _is_reason(one, order)]
    plain = {one.verb for one in (order, *kept) if one is not None and outright(one)}
    if plain <= GROUP_VERBS:
        return kept
    return [one for one in kept if one.verb not in _OF_SOMETHING or _names_something(one.clause)]


_OF_SOMETHING = frozenset("lock unlock split merge retitle ban unban moderate trust trace".split())


def _names_something(clause: Clause) -> bool:
    """Tell whether a coordinator's command says what it is about: not "that one will be closed"."""
    return bool(clause.targets or clause.addresses or "GROUP" in clause.meanings)


def _is_reason(guess: Guess, order: Guess | None) -> bool:
    if guess.verb == PEOPLE:
        return False
    if only_tells(guess.clause, guess.verb) and not (guess.doubtful and guess.verb in _ENDING):
        return True
    # Beside a coordinator's command others' doings are told: "Manda propaganda cada semana".
    return (
        order is not None
        and order.verb in GROUP_VERBS
        and guess.verb not in GROUP_VERBS
        and guess.clause.meanings.isdisjoint(_MINE)
        and guess.verb not in _ENDING
    )


_MINE = frozenset("ME MY WANT OWN_ADDRESS".split())


def kindly(sheet: Sheet) -> list[Guess]:
    """What a mail to a command address asks for among much else, where that is one thing and harmless."""
    if sheet.mail.route.kind is RouteKind.POST:
        return []
    return [guess for clause in sheet.clauses[:8] if (guess := judge_kindly(clause)) is not None]


def _repeated(sheet: Sheet, guess: Guess) -> bool:
    """Tell whether the subject only says a word of what the text then says in full."""
    words = {item.word for item in guess.clause.items if "FILLER" not in item.meanings}
    return any(
        one.guess is not None and words <= {item.word for item in one.clause.items}
        for one in sheet.body
    )


_SWITCHES = {"COPY": "copy", "RECEIPT": "receipt", "SUMMARY": "summary"}
_NAMED_END = frozenset("ME GROUP MEMBERSHIP MAIL LEAVE OWN_ADDRESS ADDRESS".split())


def _meant(sheet: Sheet, guess: Guess) -> Guess:
    """Of "stop that": what the sentence before named, or nothing that is sure."""
    if guess.verb == "resume" and any({"IT", "MISSED"} & one.meanings for one in sheet.clauses):
        # "I lost 412, send it again"
        named = next((clause for clause in sheet.clauses if clause.targets), None)
        return guess if named is None else replace(guess, verb="get", clause=named)
    if guess.verb == "leave" and _takes_others(sheet, guess):
        return replace(guess, verb="remove")
    if guess.verb != "leave" or not guess.clause.meanings.isdisjoint(_NAMED_END):
        return _staying(sheet, guess)
    clauses = sheet.clauses
    at = next((place for place, one in enumerate(clauses) if one.text is guess.clause.text), 0)
    for before in reversed(clauses[max(0, at - 2) : at]):
        for meaning, verb in _SWITCHES.items():
            if meaning in before.meanings:
                return replace(guess, verb=verb, on=False)
    return guess


def _takes_others(sheet: Sheet, guess: Guess) -> bool:
    """Tell "remove these from the group:" above a list: it is the others that are to be removed."""
    has = guess.clause.meanings
    own = {"ME", "MY", "I", "OWN_ADDRESS", "LEAVE", "MEMBERSHIP"}
    if "REMOVE" not in has or not has.isdisjoint(own):
        return False
    return any("OTHER_ADDRESS" in clause.meanings for clause in sheet.clauses)


def _staying(sheet: Sheet, guess: Guess) -> Guess:
    """Who says that they stay does not leave: "stop the mails, but I do not want to leave"."""
    if guess.verb != "leave" or not any("STAY" in one.meanings for one in sheet.clauses):
        return guess
    stops = guess.clause.meanings & {"MAIL", "SEND", "RECEIVE"}
    return replace(guess, verb="pause") if stops else replace(guess, sure=False, doubtful=True)


def _is_to_come(guess: Guess) -> bool:
    """Tell whether somebody says when the pause will end rather than that it shall end."""
    clause = guess.clause
    return bool(clause.days) or _TO_COME.search(clause.text.folded) is not None


_TO_COME = re.compile(
    r"\b(?:will|ll|shall|reprendrai|serai|reviendrai|volvere|estare|retomare|voltarei|estarei|retomarei|when|quand|cuando|quando|luego|depois|ensuite|later)\b"
)


def _without_stay(guesses: list[Guess]) -> list[Guess]:
    """Who only says that they stay forbids nothing that ends nothing: "pause my mail; I remain a member"."""
    stays = [one for one in guesses if one.verb == KEEP and "STAY" in one.clause.meanings]
    others = [one for one in guesses if one not in stays]
    if others and not any(one.verb in _ENDING or one.verb == KEEP for one in others):
        return others
    return guesses


_ENDING = frozenset({"leave", "remove", "erase", "delete"})


def _strong(guesses: list[Guess]) -> list[Guess]:
    strong = [guess for guess in guesses if not guess.weak]
    people = [guess for guess in guesses if guess.verb == PEOPLE]
    asked = [
        guess
        for guess in guesses
        if guess.verb == "status" or (guess.verb == "help" and guess.sure)
    ]
    people = asked or people  # "nothing comes; am I still a member?" has an answer of ours
    return strong or people or guesses
