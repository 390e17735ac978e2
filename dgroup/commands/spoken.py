"""Which language the words of a mail speak."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from dgroup.commands.calendar_words import SPOKEN
from dgroup.commands.clause import ONLY_READ, Clause
from dgroup.commands.lexicon import LEXICON, split_words


def languages_of(clauses: Iterable[Clause]) -> str:
    """Name the language that most words speak for; '' where none is ahead of the others.

    A word of several languages counts for each of them in part. Commands alone are not English:
    "get 412" and "subscribe" are words that people of all languages know.
    """
    votes: Counter[str] = Counter()
    spoken_english = False
    for clause in clauses:
        for weight, languages, is_prose in _spoken(clause):
            share = weight // len(languages)
            votes.update(
                {
                    one: share if is_prose or one not in ONLY_READ else share // 2
                    for one in languages
                }
            )
            spoken_english = spoken_english or (is_prose and "en" in languages)
    most = max(votes.values(), default=0)
    ahead = [language for language, count in votes.items() if count == most]
    if len(ahead) > 1:  # we write four languages: a word of one of them and of others is that one's
        ahead = [language for language in ahead if language not in ONLY_READ]
    if len(ahead) != 1 or (ahead[0] == "en" and not spoken_english):
        return ""
    return ahead[0]


def _spoken(clause: Clause) -> Iterator[tuple[int, frozenset[str], bool]]:
    """Weight and languages of each word, and whether it is one of those between the commands."""
    for word in split_words(clause.because[:200]):
        if languages := LEXICON.known(word).get("FILLER"):
            yield 20 * len(languages), languages, True
    for item in clause.items:
        if item.meanings and (languages := frozenset().union(*item.meanings.values())):
            yield 60, languages, not _PROSE.isdisjoint(item.meanings)
    for when in clause.days:
        for word in split_words(clause.text.folded[when.start : when.end]):
            if languages := SPOKEN.get(word):
                yield 60, languages, True


_PROSE = frozenset(
    "FILLER I ME MY WANT UNTIL NOT NOMORE FROM SEND RECEIVE HOW CAN_I OTHERS NOTHING AGAIN".split()
)
