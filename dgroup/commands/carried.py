"""What a sentence means by "it": the post that the sentence before named ("Ese mensaje es mío, ocúltenlo")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dgroup.commands.clause import Clause, Item
from dgroup.commands.intent import Guess, judge
from dgroup.commands.pronouns import has_object

_NAMED = frozenset({"POST", "THREAD", "MAIL"})
_ABOUT = frozenset("get hide mute unmute thread lock unlock".split())
"""what may be asked of a post in another sentence than names it"""


def carry(
    clauses: Sequence[Clause], guesses: Sequence[Guess | None], headed: int
) -> list[Guess | None]:
    """Give the guesses of the sentences (`headed` of them the subject's), where a wish speaks of the only
    post that the mail names elsewhere."""
    found = list(guesses)
    if len(clauses) == 1 or not any(clause.targets for clause in clauses):
        return found
    named = [place for place, clause in enumerate(clauses) if _names(clause, headed=place < headed)]
    numbers = {clauses[place].targets[0] for place in named}
    if len(numbers) != 1 or any(set(one.targets) - numbers for one in clauses):
        return found
    first = named[0]
    for place in range(first + 1, len(clauses)):
        wish = _about(clauses[place], clauses[first:place], numbers.copy().pop())
        if wish is None:
            continue
        found[place] = wish
        for at in named:
            other = found[at]
            if other is not None and other.verb in _ABOUT - {wish.verb} and at < place:
                found[at] = None  # it only named the post
    return found


def _names(clause: Clause, *, headed: bool) -> bool:
    if len(set(clause.targets)) != 1:
        return False
    bare = headed and all(
        not item.meanings or {"TARGET", "FILLER", "THREAD"} & set(item.meanings)
        for item in clause.items
    )
    return bare or not clause.meanings.isdisjoint(_NAMED) or "#" in clause.text.raw


def _about(clause: Clause, before: Sequence[Clause], number: str) -> Guess | None:
    """The wish of a sentence that names no post but has a word for one."""
    if clause.targets or clause.addresses or clause.days or not _points(clause):
        return None
    kinds = {meaning for one in before for meaning in one.meanings & {"THREAD", "POST"}}
    thread = "THREAD" in kinds
    named = {"TARGET", "THREAD"} if thread else {"TARGET", "POST"}
    filled = replace(
        clause,
        items=[
            *clause.items,
            Item(
                number,
                len(clause.text.raw),
                len(clause.text.raw),
                dict.fromkeys(named, frozenset()),
            ),
        ],
        meanings=(clause.meanings | named) - ({"IT", "OTHERS"} if _only_points(clause) else {"IT"}),
        targets=[number],
    )
    guess = judge(filled)
    return guess if guess is not None and guess.verb in _ABOUT and not guess.rivals else None


_PRONOUNS = frozenset(
    "it her him them ella ellas ele eles ela elas elle dela delas dele deles".split()
)


def _only_points(clause: Clause) -> bool:
    """Tell whether it is the post that "ella" means, and nobody."""
    return all(clause.items[place].word in _PRONOUNS for place in clause.at("OTHERS"))


def _points(clause: Clause) -> bool:
    return "IT" in clause.meanings or has_object(clause)
