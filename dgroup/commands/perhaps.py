"""Which posts may be commands: told quickly, because all posts come by."""

from __future__ import annotations

import re
from functools import lru_cache

from archive.text import normal_subject
from dgroup.commands.lexicon import LEXICON, TURNING, split_words
from dgroup.commands.sheet import SHORT_POST, SUBJECT, TAIL
from dgroup.incoming import Incoming

_WORDS = 40
"""words of a post that may be a command and little else"""
_TITLE = 6
ELSE = 8
"""unknown words that a post which is a command may hold"""
_WORDS_OF_POSTS = frozenset(
    "LEAVE GO REMOVE STOP CANCEL JOIN ENTER MEMBERSHIP PAUSE AWAY HOLD RESUME EACH DAILY WEEKLY MONTHLY DIGEST "
    "NOMORE RECEIVE".split()
)
_EVERYDAY = frozenset(
    "have getting gets hear avoir ter tener more each out get without end right start already enough let back single "
    "they one".split()
)
"""words of commands that every other post holds"""
_ASKS_OUT = re.compile(
    r"unsubscri|remove me|take me off|sign me off|opt out|\bleave (?:the|this)|d.sinscri|d.sabonn|retire|"
    r"quitter l|e baja|qu.ten?me|sacar|descadastr|remov|tirem|sair d|abmeld|austragen|disiscri|uitschrij|afmelden",
    re.IGNORECASE,
)


def may_command(mail: Incoming) -> bool:
    """Tell whether a post can be a command: quick, because all posts come by."""
    own = mail.content.own
    subject, is_reply = normal_subject(mail.message.subject[:SUBJECT])
    titled = [] if is_reply else split_words(subject)
    if len(titled) <= _TITLE and any(map(_hints, titled)):
        return True
    if len(own) > SHORT_POST or len(own.split(None, _WORDS)) > _WORDS:
        ends = (own[:TAIL], own[-TAIL:])
        return any(_ASKS_OUT.search(end) is not None for end in ends)
    words = split_words(own)
    near = len(words) <= ELSE and any(map(LEXICON.misspelt, words))
    return near or any(map(_hints, words))


@lru_cache(maxsize=8192)
def _hints(word: str) -> bool:
    if word in _EVERYDAY:
        return False
    return not _WORDS_OF_POSTS.isdisjoint(LEXICON.known(word)) or word in _of_phrases()


@lru_cache(maxsize=1)
def _of_phrases() -> frozenset[str]:
    """Give the longest word of each phrase that may make a post a command."""
    return frozenset(
        max(words, key=lambda word: ("FILLER" not in LEXICON.known(word), len(word)))
        for found in LEXICON.phrases.values()
        for words, _, meaning, _ in found
        if meaning in _WORDS_OF_POSTS and words not in TURNING
    )
