"""What a command says beside its verb: until when, which post, how many, which words, which address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from dgroup.address import clean_line
from dgroup.commands.calendar_words import NUMBERS
from dgroup.commands.clause import Clause, parts_of
from dgroup.commands.dates import BACK, FROM, UNTIL, When
from dgroup.commands.intent import Guess
from dgroup.commands.reasons import wishes
from dgroup.commands.text import fold
from dgroup.incoming import Options

MAX_WORDS = 300
_TARGETED = frozenset(
    "get thread hide mute unmute split lock unlock retitle merge approve decline discard".split()
)
_REASONED = frozenset(
    "remove ban invite add moderate hide uninvite leave delete freeze decline".split()
)
_SMALL = re.compile(
    r"^(?:\s*[\"'«:]*\s*(?:for|about|the|all|any|archives?|posts?|messages?|mails?|emails?|on|in|of|sur|les|le|la|l|"
    r"dans|des?|du|d|sobre|en|el|los|las|mensajes?|archivo|correos?|por|o|os|a|as|no|na|nos|arquivo|mensagens?|"
    r"mensagem|para|nach|to|me|please|that|which|mention|containing|with|contenant|avec|con|com|word|words|"
    r"mots?|palabras?|palavras?|svp|que|qui|hablen|parlent|parlant|falem|water|old|older|earlier|viejos|viejas|antiguos|antiguas|anciens|vieux|antigos|antigas|velhas)\b(?:'|\s|:)+)+",
    re.IGNORECASE,
)
_SPOKEN_OF = re.compile(
    r"^\W*(?:(?:for|para|por|pour|all|todo|tudo|tout)\s+)?(?:lo que|o que|que|ce qu\w*|what|whatever|anything|something|everything|algo|alguma coisa|quelque chose|tout|"
    r"todo|tudo)\b.{0,40}?\b(?:about|on|sur|sobre|de|regarding|concerning|acerca de|a propos de|à propos de)\s+",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\s+(?:(?:for|pour|para|por)\s+(?:me|moi|mi|mí|mim|us)|(?:in|dans|en|no|nos|em|from)\s+(?:the\s+|les\s+|l\W|el\s+|los\s+|o\s+|os\s+)?"
    r"(?:old\s+)?(?:archives?|archivos?|arquivos?|posts?|messages?|group|groupe|grupo))\W*$",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"^[\s:,;.-]*(?:(?:to|as|into|en|à|como|a|para|title|titre|título|in)\b[\s:]*)?"
    r"(?:(?:(?:with|under|avec|sous|con|bajo|com|sob) )?(?:(?:the|a|le|un|el|o|um) )?(?:(?:new|nouveau|nuevo|novo) )?(?:title|titre|t[íi]tulo)\b[\s:]*)?",
    re.IGNORECASE,
)
_ENDS = re.compile(
    r"(?:\s*[,.!?;]*\s*(?:please|thanks|thank you|svp|merci|por favor|gracias|obrigad[oa]))*[\s.!?;,\"'»]*$",
    re.IGNORECASE,
)


def options_of(guess: Guess, clauses: Sequence[Clause], own: frozenset[str]) -> Options:
    """Read the options of a verb from the sentence that names it, and a pause's end from any.

    `own` are addresses that name nobody new.
    """
    verb, clause = guess.verb, guess.clause
    because = clause.because if verb in _REASONED else ""
    if verb == "pause":
        return _pause(clause, clauses)
    if verb == "search":
        words = _searched(clause)
        return Options(words=_spoken_of(clauses) if fold(words) in _PRONOUNS else words)
    if verb == "language":
        # "They come in English; write to me in Spanish": what is asked for, then what is told.
        ranked = sorted([clause, *clauses], key=lambda one: not wishes(one))
        return Options(language=_first(one.language_name for one in ranked))
    if verb == "address" and (also := _second(guess, clauses, own)):
        return also
    if verb in {"address", "leave"}:
        return Options(address=_new_address(clause, clauses, own, verb), because=because)
    if verb in {"last", "trace", "report"}:
        return Options(count=_count(clause), because=because)
    if verb == "rename":
        return Options(words=_renamed(clause))
    if verb == "undo":
        return Options(target=_reference(clause))
    if verb in _TARGETED:
        return _on_post(verb, clause, because)
    group = "all" if _from_all(clause) and verb in {"remove", "ban", "leave"} else ""
    role = "moderator" if verb == "coordinator" and "MODERATOR" in clause.meanings else ""
    quiet = "QUIET" in clause.meanings
    return Options(on=guess.on, because=because, group=group, role=role, quiet=quiet)


def _first(values: Iterable[str]) -> str:
    return next(filter(None, values), "")


def _pause(wish: Clause, clauses: Sequence[Clause]) -> Options:
    """The day that ends the pause: what stands with the wish and says until when or how long wins over
    the days of the story around it; of several as good the last ("from 10 to 20 March")."""
    days = [(day, clause) for clause in clauses for day in clause.days]
    if not days:
        return Options()
    ranked = [(_ends_it(day, near=_near(day, clause, wish)), day, clause) for day, clause in days]
    best = max(rank for rank, _, _ in ranked)
    chosen = [day for rank, day, _ in ranked if rank == best]
    last = max(chosen, key=lambda day: day.day)
    several = len({day.day for day in chosen}) > 1
    if last.span and (start := _start(last, ranked)):
        return Options(until=start + timedelta(days=last.length), ambiguous=True)
    return Options(until=last.day, ambiguous=last.ambiguous or several)


def _start(span: When, ranked: Sequence[tuple[int, When, Clause]]) -> date | None:
    """Of "from 10 March for 2 weeks" the day from which the length counts."""
    clause = next(clause for _, day, clause in ranked if day is span)
    days = [day.day for day in clause.days if day.role == FROM and not (day.span or day.soon)]
    return days[-1] if days else None


def _near(day: When, clause: Clause, wish: Clause) -> bool:
    """Tell whether a day stands in a sentence of the wish; in half-sentences, in that half."""
    has = clause.meanings
    if clause.text is not wish.text and has.isdisjoint(_PAUSES):
        return False
    halves = [part for part in parts_of(clause) if part.days]
    halves = [part for part in halves if not part.meanings.isdisjoint(_PAUSES)]
    return not halves or any(day in part.days for part in halves)


_PAUSES = frozenset("PAUSE HOLD STOP NOMORE".split())


def _ends_it(day: When, *, near: bool) -> int:
    """How well a day suits as the end of a pause."""
    if day.role == UNTIL or (day.span and day.role != BACK):
        return 6 if near else 4 - day.span
    if day.role == BACK:
        return 5
    return (2 if near else 1) if day.role != FROM else 0


def _searched(clause: Clause) -> str:
    places = clause.at("SEARCH")
    rest = clause.text.raw[clause.items[places[0]].end :] if places else clause.text.raw
    if not places and (about := _ABOUT.search(rest)):
        return _trimmed(about[1])
    rest = _PLACE.sub("", _ENDS.sub("", rest))
    rest = _SPOKEN_OF.sub("", rest, count=1)
    return _trimmed(_SMALL.sub("", f" {rest}", count=1) if rest else "")


_PRONOUNS = frozenset(
    "it that this them those these one eso esto lo la los las isso isto ca cela ceci le les".split()
)
_ABOUT = re.compile(
    r"\b(?:about|regarding|concerning|sobre|acerca de|sur|à propos de)\s+(?:the\s+|les?\s+|la\s+|l'|el\s+|los\s+|las\s+|os?\s+|as?\s+)?"
    r"(.+?)(?=[,.;:!?]|\s+(?:last|ages|some|a|years|months|weeks|ago|in|before|once|and|but|l'an|l'année|il|hace|el|há|no|na|et|y|e)\b|$)",
    re.IGNORECASE,
)


def _spoken_of(clauses: Sequence[Clause]) -> str:
    """Of "somebody wrote about pumps, can you find it?" the pumps."""
    found = (_ABOUT.search(clause.text.raw) for clause in clauses)
    return next((_trimmed(one[1]) for one in found if one is not None), "")


def _trimmed(text: str) -> str:
    return clean_line(_ENDS.sub("", text).strip(" \"'«»:.,"), MAX_WORDS)


def _new_address(clause: Clause, clauses: Sequence[Clause], own: frozenset[str], verb: str) -> str:
    """The address that is not known yet: of "from a@ to b@" the second."""
    near = [item.word for item in clause.addresses if item.word not in own]
    if not near and verb == "address":
        near = [item.word for one in clauses for item in one.addresses if item.word not in own]
    return near[-1] if near else ""


def _second(guess: Guess, clauses: Sequence[Clause], own: frozenset[str]) -> Options | None:
    """An address that is only written from: one more, or one fewer, which may be the sender's."""
    clause = guess.clause
    named = [one.word for one in clause.items if "OWN_ADDRESS" in one.meanings]
    address = _new_address(clause, clauses, own, guess.verb) or _first(named)
    if not guess.on:
        return Options(address=address, also=True, on=False)
    second = clause.at("SECOND")
    if _is_one_more(clause, address):
        return Options(address=address, also=True)
    enrolled = second and "JOIN" in clause.meanings
    if (
        "ALSO_FROM" in clause.meanings
        or enrolled
        or (second and not _is_sent_there(clause, second[0]))
    ):
        return Options(address=address, also=True)
    return None


def _is_one_more(clause: Clause, address: str) -> bool:
    """Tell "also to x@", "x@ too", where the word is about the address and not what a sentence begins with."""
    there = [at for at, one in enumerate(clause.items) if one.word == address]
    sends = {at + 1 for at in (*clause.at("SEND"), *clause.at("RECEIVE"))}
    also = clause.at("ALSO")
    return any(at in sends or at - there[0] in {-2, -1, 1} for at in also) if there else False


def _is_sent_there(clause: Clause, second: int) -> bool:
    """Tell whether mail is to go to the other address: "send my mail to my second address"."""
    # "Por favor" is no "pôr".
    said = [set(one.meanings) for one in clause.items if "FILLER" not in one.meanings]
    before = {meaning for one in clause.items[:second] for meaning in one.meanings}
    moves = any(not one.isdisjoint({"CHANGE", "SEND", "RECEIVE"}) for one in said)
    return moves or ("MAIL" in before and "FROM" not in before)


def _count(clause: Clause) -> int:
    numbers = [target for target in clause.targets if target.isdigit()]
    numbers += [str(NUMBERS[one.word]) for one in clause.items if NUMBERS.get(one.word, 0) > 1]
    return min(int(numbers[0]), 1000) if numbers else 0


def _renamed(clause: Clause) -> str:
    places = clause.at("RENAME")
    rest = clause.text.raw[clause.items[places[0]].end :] if places else ""
    words = re.findall(r"[\w-]+", rest)
    return words[-1].lower() if words else ""


def _reference(clause: Clause) -> str:
    for item in clause.items:
        if "REFERENCE" in item.meanings:
            return item.word.upper()
    return clause.targets[0] if clause.targets else ""


def _on_post(verb: str, clause: Clause, because: str) -> Options:
    targets = clause.targets
    target = targets[0] if targets else ""
    if verb == "merge":
        return Options(target=target, into=targets[1] if len(targets) > 1 else "")
    if verb in {"retitle", "split"}:
        return Options(target=target, words=_title(clause))
    return Options(target=target, because=because)


def _title(clause: Clause) -> str:
    """What stands behind the number."""
    after = [item.end for item in clause.items if "TARGET" in item.meanings]
    if not after:
        places = clause.at("RETITLE")
        after = [clause.items[places[0]].end] if places else [len(clause.text.raw)]
    return _trimmed(_TITLE.sub("", clause.text.raw[after[0] :], count=1))


def _from_all(clause: Clause) -> bool:
    return any(
        "FROM" in before.meanings or "GROUP" in item.meanings or item.word.count(" ")
        for before, item in zip(clause.items, clause.items[1:], strict=False)
        if "ALL" in item.meanings
    )
