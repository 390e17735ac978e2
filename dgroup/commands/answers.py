"""What a reply to one of our questions says: yes, no and why, or something that a person must read.

"No" always wins, and a yes with a doubt beside it is none (RULINGS 8): wrong is worse than asked again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dgroup.commands.lexicon import split_words
from dgroup.commands.text import Text, sentences
from dgroup.commands.words_answers import (
    AGREED,
    ANSWERS,
    ANYWHERE,
    ASIDES,
    CONDITIONS,
    DOUBTS,
    LEADS,
    PARTIAL,
    UNSURE,
    WISHES,
)
from dgroup.incoming import Answer

MAX_SENTENCES = 12
MAX_REASON = 1000

_COURTESY = frozenset(
    split_words(
        "please kindly pls well hello hi dear bonjour salut hola olá oi merci svp veuillez por favor gracias "
        "obrigado obrigada then so oh ah and je vous we i but mas pero mais sorry désolé désolée perdón desculpe desculpem lamento well bon bueno thanks thank you et e"
    )
)
_THUMBS_UP = re.compile(
    r"[\U0001F44D\U0001F44C\u2705\u2714\U0001F197][\ufe0f\U0001F3FB-\U0001F3FF]*"
)
_THUMBS_DOWN = re.compile(r"[\U0001F44E\u274C\u2716\U0001F6AB][\ufe0f\U0001F3FB-\U0001F3FF]*")
_CHOICE = re.compile(
    r"\b(fix|skip|corriger|corrigez|corrige|passer|sauter|sautez|passez|ignorer|corregir|omitir|saltar|arreglar|"
    r"omite|corrigir|corrija|corrijan|corrijam|arregla|arregle|arreglen|omitan|ignore|ignora|ignoren|salta|salte|salten|saute|sautez|pule|pulem|pular|omita|korrigieren|auslassen|keep|garder|gardez|conserver|conservez|mantener|"
    r"mantenga|conservar|manter|mantenha|behalten)\s+(?:(?:lines?|lignes?|lineas?|linhas?|numbers?|numeros?|the|la|le|el|o|a)\s+){0,2}(?:#\s*)?"
    r"(\d{1,3}(?:\s*(?:,|and|et|y|e|&)\s*\d{1,3})*)\b"
)
_FIXING = ("fix", "corr", "arreg", "korr")
_KEEPING = ("keep", "gard", "conserv", "mant", "behalt")
_BECAUSE = re.compile(
    r"^[\s,.;:!\-–—]*(?:(?:because|parce que|parce qu'|car|porque|pois|since|thanks|thank you|merci|gracias|"
    r"obrigado|obrigada|sorry)\b[\s,.;:!\-–—]*)?",
    re.IGNORECASE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, the language of its word, the words after a no, and lines chosen in a preview."""

    answer: Answer
    language: str = ""
    reason: str = ""
    choices: tuple[tuple[str, int], ...] = ()
    rest: tuple[Text, ...] = ()
    """where nothing is in doubt: what else is said, or all of it where no word answers"""


def _table() -> dict[tuple[str, ...], tuple[Answer, str]]:
    found: dict[tuple[str, ...], tuple[Answer, str]] = {}
    for answer, by_language in ANSWERS.items():
        for language, phrases in by_language.items():
            for phrase in phrases.split("|"):
                found.setdefault(tuple(split_words(phrase)), (answer, language))
    return found


ANSWER_WORDS = _table()
"""folded words -> (answer, language); what is both in two languages is the one that does less"""
_LONGEST = max(map(len, ANSWER_WORDS))
_ANYWHERE = {answer: re.compile(rf"\b(?:{words})\b") for answer, words in ANYWHERE.items()}
_UNSURE = re.compile(UNSURE)
_AGREED = re.compile(rf"\b(?:{AGREED})\b")
_DOUBTS = frozenset(split_words(DOUBTS))
_CONDITIONS = re.compile(CONDITIONS)
_GAP = "[ ']+"
_ASIDES = re.compile(rf"(?<![\w'])(?:{ASIDES.replace(' ', _GAP)})(?!\w)")
_PARTIAL = re.compile(PARTIAL)
_FOR_SOMEBODY = re.compile(
    r"\W{0,3}(?:only |just )?(?:for|to|pour|à|para|por|a)\s+(?:(?:a|o|la|el|le)\s+)?[^\W\d_a-zß-ÿ][^\W\d_A-ZÀ-Þ]"
)
"""a name, which begins with the only capital of its word"""
_LEADS = {tuple(split_words(phrase)): False for phrase in LEADS.split("|")} | {
    tuple(split_words(phrase)): True for phrase in WISHES.split("|")
}
_LONGEST_LEAD = max(map(len, _LEADS))
_WISHED = frozenset({Answer.UNDO, Answer.LEAVE, Answer.POST, Answer.REOPEN, Answer.INVITE})
"""what may be asked for in a wish or a polite question; "can you confirm?" is a question to us"""
_FIRST = re.compile(
    r"\b(?:instead|rather|better|first|plutot|d abord|abord|primero|mejor|antes|primeiro|melhor)\b"
)
_LONG_DRAWN = re.compile(r"(.)\1\1+")
_PARTS = re.compile(r"\s*[,;]\s+")
_OVERRULED = re.compile(
    r"\W*(?:oh|ah|ay|ai|oops|ups|sorry|pardon|desole|perdon|desculp)|.*\b(?:meant|mean it|wanted|what i did|lo que|o que|ce que|voulais|queria)\b"
)
_ALL_OF_IT = re.compile(
    r"\s*(?:all|everything|me|my|tout|moi|mes|todo|todos mis|me|mis|tudo|meus|os meus|as minhas)\b"
)
"""behind "delete": what is asked about, not what is to become of a post"""
_DONE = re.compile(r"\W*(?:done|fait|hecho|feito)\b")
_TAKES_BACK = re.compile(
    r"\W*(?:(?:please|por favor|oops|ups|perdon|desculpe?m?|sorry)\W+)?(?:cancel\w*|anul\w*)\b"
)
_CANCELS = r"(?:cancel\w*|terminat\w*|annul\w*|anul\w*|resili\w*|encerr\w*)"
_CANCELS_MEMBERSHIP = re.compile(
    rf"\b{_CANCELS}\s+(?:a\s+)?(?:my|our|mon|ma|notre|mi|nuestra|minha|nossa)\s+"
    r"(?:membership|subscription|inscription|abonnement|adhesion|su[bs]s?cripcion|inscripcion|membresia|afiliacion|inscricao|"
    r"assinatura|subscricao|participacao|adesao)\b"
)
_ENDS_MEMBERSHIP = re.compile(
    r"(?:\W*\b(?:yes|ok|okay|oui|si|sim|please|pls|por favor|svp|merci de|i want to|i would like to|i d like to|go ahead and|"
    r"you can|je veux|je voudrais|je souhaite|quiero|quisiera|deseo|quero|queria|podem|pueden|vous pouvez)\b){0,4}[\s,.:!]*"
    + _CANCELS_MEMBERSHIP.pattern
)
_SAYS_IF = re.compile(
    r"[Ss]i (?!si\b|por |claro|gracias|quiero|confirm|acept|estoy|de acuerdo|adelante|se[nñ]or|please|pls|"
    r"dale|vale|svp|merci|pf|xfa|porfa|lo |fui|soy|publi|apr)\w"
)
_IF = re.compile(r"\W*(?:if|se|when|once|cuando|quando|quand|wenn|falls)\s")


def read_answer(lines: Sequence[Text], subject: Text) -> Answered:
    """Read an answer from the lines that count. A subject answers only where there is no line, and
    only if it says nothing else (ours stands there in most replies)."""
    said = [one for line in lines for one in sentences(line)][:MAX_SENTENCES]
    if not said:
        words = tuple(split_words(subject.folded))
        answer, language = ANSWER_WORDS.get(words, (Answer.EMPTY, ""))
        return Answered(_thumbed(subject.raw) or answer, language)
    if choices := _choices(said):
        return Answered(Answer.FIX, choices=choices)
    if _DONE.match(subject.folded) and _TAKES_BACK.match(said[0].folded):
        # To cancel what has been done is to undo it; of a question it is a no.
        return Answered(Answer.UNDO, next((hit.language for hit in _begun(said)), ""))
    if (bare := _without_ends(said)) != said:
        return _about_membership(said, bare)
    return _read(said)


def _about_membership(said: list[Text], bare: list[Text]) -> Answered:
    """Of "yes, cancel my membership" the first word answers; without one it is a wish, and where something
    else was asked a no."""
    plain, as_it_stands = _read(bare), _read(said)
    if plain.answer is Answer.YES:
        return replace(plain, rest=_rest(said, _begun(said)))
    if plain.answer is Answer.OTHER and plain.rest and as_it_stands.answer is Answer.NO:
        return replace(as_it_stands, rest=tuple(said))
    return as_it_stands


def _without_ends(said: list[Text]) -> list[Text]:
    """Blank "cancel my membership" where a sentence begins with it: to cancel that is no answer to us."""
    return [
        _blanked(one, _CANCELS_MEMBERSHIP) if _ENDS_MEMBERSHIP.match(one.folded) else one
        for one in said
    ]


def _read(said: list[Text]) -> Answered:
    whole = said
    found = _begun(said)
    said = _without_asides(said, found)
    found = found if said is whole else _begun(said)
    if any(map(_is_unsure, said)):
        return Answered(Answer.OTHER)
    aside = _anywhere(said)
    if not found:
        found = [hit for at, one in enumerate(said[:3]) for hit in _parts(one, at)]
    back = [*aside, *(hit for hit in found if hit.answer is Answer.UNDO)]
    for hit in found:
        if hit.answer is Answer.NO and any("?" in one.raw for one in said[: hit.number]):
            return Answered(Answer.OTHER)
        if hit.answer is Answer.NO and not (back and _overrules(back[0], said[hit.number])):
            return Answered(Answer.NO, hit.language, _reason(whole, hit))
    answered = _agreed(said, found, back)
    return replace(answered, rest=_rest(whole, found)) if answered.rest else answered


def _rest(said: Sequence[Text], found: Sequence[_Hit]) -> tuple[Text, ...]:
    """What is said beside the yes that stands first."""
    first = found[0] if found and found[0].answer is Answer.YES else None
    if first is None:
        return tuple(said)
    return tuple(one.cut(first.end) if at == first.number else one for at, one in enumerate(said))


def _begun(said: Sequence[Text]) -> list[_Hit]:
    return [hit for number, one in enumerate(said) if (hit := _begin(one, number))]


def _without_asides(said: list[Text], found: Sequence[_Hit]) -> list[Text]:
    """Blank what is told beside an answer ("we had no power", "he no longer works here"), where there is an
    answer beside it: alone it stands as it is."""
    agreed = any(hit.answer is not Answer.NO for hit in found)
    return [_told(one) for one in said] if agreed else said


def _told(sentence: Text) -> Text:
    return _blanked(sentence, _ASIDES)


def _blanked(sentence: Text, what: re.Pattern[str]) -> Text:
    raw, folded = sentence.raw, sentence.folded
    for aside in what.finditer(folded[:500]):
        gap = " " * (aside.end() - aside.start())
        raw = raw[: aside.start()] + gap + raw[aside.end() :]
        folded = folded[: aside.start()] + gap + folded[aside.end() :]
    return Text(raw, folded)


def _is_partial(said: Sequence[Text], hit: _Hit) -> bool:
    """Tell whether a yes is one for some only, or for another day."""
    rest = said[hit.number].cut(hit.end)
    if hit.answer is Answer.NO:
        return False
    return _PARTIAL.match(rest.folded) is not None or _FOR_SOMEBODY.match(rest.raw) is not None


def _is_day(sentence: Text) -> bool:
    """Tell a sentence that only names a day: "From Monday, please"."""
    found = _PARTIAL.match(sentence.folded)
    return found is not None and _COURTESY.issuperset(split_words(sentence.folded[found.end() :]))


def _is_unsure(sentence: Text) -> bool:
    parts = [sentence.folded, *re.split(r"[,;:]", sentence.folded)]
    return any(_UNSURE.match(" ".join(split_words(part[:200]))) for part in parts[:8])


def _overrules(aside: _Hit, denial: Text) -> bool:
    """Tell an exclamation, or a denial of what we guessed, from a no: "Oh no, put it back", "No, it was
    meant for the group"."""
    if aside.answer is Answer.UNDO:
        return _OVERRULED.match(denial.folded) is not None
    return aside.answer is Answer.POST and _OVERRULED.match(denial.folded) is not None


def _agreed(said: Sequence[Text], found: list[_Hit], aside: list[_Hit]) -> Answered:
    """No sentence says no: what they agree to, if nothing leaves it in doubt."""
    spoken = next((hit.language for hit in found if hit.language), "")
    denied = any(hit.answer is Answer.NO for one in said for hit in _parts(one, 0))
    denied = denied and any(hit.answer is Answer.YES for hit in found) and not aside
    wished = {hit.number for hit in found if hit.wished}
    invites = any(hit.answer is Answer.INVITE for hit in found)
    if denied or any(_is_partial(said, hit) for hit in found) or any(map(_is_day, said)):
        return Answered(Answer.OTHER)
    if any(
        _doubts(one, aside, spoken, wished=number in wished, invites=invites)
        for number, one in enumerate(said)
    ):
        return Answered(Answer.OTHER)
    rest = tuple(said)
    if aside:
        language = next((hit.language for hit in found if hit.language), aside[0].language)
        agreed = aside[0].answer is Answer.LEAVE and found and found[0].answer is Answer.YES
        # "Yes, take me off" agrees, and says to what.
        return Answered(Answer.YES if agreed else aside[0].answer, language, rest=rest)
    if not found or found[0].number > 2:
        return Answered(Answer.OTHER, rest=rest)
    found += [
        hit for hit in _parts(said[0], 0) if hit.answer in _SPECIFIC and not _is_own(said[0], hit)
    ]
    kinds = {hit.answer for hit in found}
    if len(kinds - {Answer.YES}) > 1:
        return Answered(Answer.OTHER)
    best = min(found, key=lambda hit: hit.answer is Answer.YES)
    return Answered(best.answer, best.language, rest=rest)


def _is_own(sentence: Text, hit: _Hit) -> bool:
    """Tell whether a yes goes on with what was asked: "yes, delete everything"."""
    return hit.answer is Answer.DISCARD and _ALL_OF_IT.match(sentence.folded, hit.end) is not None


_SPECIFIC = frozenset({Answer.DISCARD, Answer.TRUST, Answer.UNDO})


@dataclass(frozen=True, slots=True)
class _Hit:
    answer: Answer
    language: str
    number: int
    end: int
    wished: bool = False
    """asked for politely: "can you undo this?" """


def _anywhere(said: Sequence[Text]) -> list[_Hit]:
    """What decides wherever it stands: "Oh dear, that was a mistake, please put it back as it was"."""
    text = " ".join(" ".join(split_words(one.folded[:500])) for one in said)
    return [_Hit(answer, "", 0, 0) for answer, words in _ANYWHERE.items() if words.search(text)]


def _parts(sentence: Text, number: int) -> list[_Hit]:
    """The answers that the parts behind commas begin with."""
    stops = _PARTS.finditer(sentence.folded[:500])
    found = ((stop.end(), _begin(sentence.cut(stop.end()), number)) for stop in stops)
    return [replace(hit, end=start + hit.end) for start, hit in found if hit is not None]


def _thumbed(raw: str) -> Answer | None:
    """A thumb alone is a word: phones offer it as the one-tap reply, and nobody sends it by chance."""
    bare = raw.strip(" .!")
    if _THUMBS_DOWN.search(bare):
        return Answer.NO
    return Answer.YES if bare and not _THUMBS_UP.sub("", bare).strip(" .!") else None


def _begin(sentence: Text, number: int) -> _Hit | None:
    """The answer that a sentence begins with, after courtesy."""
    thumb = _thumbed(sentence.raw)
    if thumb is not None:
        return _Hit(thumb, "", number, len(sentence.raw))
    places = [*re.finditer(r"[^\W_]+", sentence.folded[:300])]
    words = [_LONG_DRAWN.sub(r"\1", place[0]) for place in places]
    start, wished = 0, False
    while start < len(words):
        if words[start] != "y" or start + 1 == len(words):  # "y" is "yes", and "and" in Spanish
            if hit := _phrase(words, start, places, number):
                return replace(hit, wished=wished) if hit.answer in _WISHED or not wished else None
        elif not (hit := _phrase(words, start + 1, places, number)):
            return _phrase(words, start, places, number)
        lead = _lead(words, start)
        wished = wished or _LEADS.get(tuple(words[start : start + lead]), False)
        if not lead and words[start] not in _COURTESY | {"y"}:
            return None
        start += lead or 1
    return None


def _lead(words: list[str], start: int) -> int:
    """How many words before an answer add nothing to it: "my answer is"."""
    for count in range(min(_LONGEST_LEAD, len(words) - start), 0, -1):
        if tuple(words[start : start + count]) in _LEADS:
            return count
    return 0


def _phrase(
    words: list[str], start: int, places: Sequence[re.Match[str]], number: int
) -> _Hit | None:
    for count in range(min(_LONGEST, len(words) - start), 0, -1):
        found = ANSWER_WORDS.get(tuple(words[start : start + count]))
        if found is not None:
            return _Hit(*found, number, places[start + count - 1].end())
    return None


def _doubts(
    sentence: Text, aside: Sequence[_Hit], language: str, *, wished: bool, invites: bool
) -> bool:
    if aside and _OVERRULED.match(sentence.folded):
        return False
    asks = "?" in sentence.raw and not wished
    if asks or _IF.match(sentence.folded) or _SAYS_IF.match(sentence.raw):
        return True
    text = " ".join(split_words(sentence.folded[:1000]))
    for pattern in (_AGREED, *_ANYWHERE.values(), *((_FIRST,) if invites else ())):
        text = pattern.sub(" ", text)
    if language not in {"pt", ""} and " no " in f" {text} ":
        return True  # "no grupo" is Portuguese
    plain = sentence.raw[:1000].lower()
    return not _DOUBTS.isdisjoint(text.split()) or _CONDITIONS.search(plain) is not None


def _reason(said: Sequence[Text], hit: _Hit) -> str:
    """The sender's own words behind the no, as they are."""
    rest = [said[hit.number].raw[hit.end :], *(one.raw for one in said[hit.number + 1 :])]
    words = _BECAUSE.sub("", " ".join(part.strip() for part in rest if part.strip()), count=1)
    plain = words.strip(" ,;:-–—!")[:MAX_REASON]
    return plain if re.search(r"[^\W\d_]{2}", plain) and len(split_words(plain)) > 1 else ""


def _choices(said: Iterable[Text]) -> tuple[tuple[str, int], ...]:
    """FIX 3, KEEP 6, SKIP 4 and 5: in the order written, at most 100."""
    found: list[tuple[str, int]] = []
    for sentence in said:
        for match in _CHOICE.finditer(sentence.folded[:1000]):
            found += [(_chosen(match[1]), int(number)) for number in re.findall(r"\d+", match[2])]
    return tuple(found[:100])


def _chosen(word: str) -> str:
    if word.startswith(_FIXING):
        return "fix"
    return "keep" if word.startswith(_KEEPING) else "skip"
