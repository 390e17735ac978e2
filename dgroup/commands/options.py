"""What a command says beside its verb: until when, which post, how many, which words, which address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from dgroup.address import clean_line
from dgroup.commands.clause import Clause
from dgroup.commands.intent import Guess
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
    r"mots?|palabras?|palavras?|svp|que|qui|hablen|parlent|parlant|falem|water)\b(?:'|\s|:)+)+",
    re.IGNORECASE,
)
_TITLE = re.compile(
    r"^[\s:,;.-]*(?:(?:to|as|into|en|à|como|a|para|title|titre|título|in)\b[\s:]*)?"
    r"(?:(?:(?:the|a|le|un|el|o|um) )?(?:(?:new|nouveau|nuevo|novo) )?(?:title|titre|t[íi]tulo)\b[\s:]*)?",
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
        return _pause([clause] if clause.days else clauses)
    if verb == "search":
        return Options(words=_searched(clause))
    if verb == "language":
        return Options(language=_first(one.language_name for one in [clause, *clauses]))
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


def _pause(clauses: Sequence[Clause]) -> Options:
    """The last day that is named: "from 10 to 20 March"."""
    days = [day for clause in clauses for day in clause.days]
    if not days:
        return Options()
    dates = [day for day in days if not day.span] or days
    last = max(dates, key=lambda day: day.day)
    several = len({day.day for day in days}) > 1
    return Options(until=last.day, ambiguous=last.ambiguous or several)


def _searched(clause: Clause) -> str:
    places = clause.at("SEARCH")
    rest = clause.text.raw[clause.items[places[0]].end :] if places else clause.text.raw
    return _trimmed(_SMALL.sub("", f" {rest}", count=1) if rest else "")


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
    if "ALSO_FROM" in clause.meanings or (second and not _is_sent_there(clause, second[0])):
        return Options(address=address, also=True)
    return None


def _is_sent_there(clause: Clause, second: int) -> bool:
    """Tell whether mail is to go to the other address: "send my mail to my second address"."""
    # "Por favor" is no "pôr".
    said = [set(one.meanings) for one in clause.items if "FILLER" not in one.meanings]
    before = {meaning for one in clause.items[:second] for meaning in one.meanings}
    moves = any(not one.isdisjoint({"CHANGE", "SEND", "RECEIVE"}) for one in said)
    return moves or ("MAIL" in before and "FROM" not in before)


def _count(clause: Clause) -> int:
    numbers = [target for target in clause.targets if target.isdigit()]
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
