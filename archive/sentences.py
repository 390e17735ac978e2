"""Own words cut into sentences by rules (en fr es pt, fit for de it nl), and how fit a sentence is
to be quoted: whole, of a readable length, able to stand alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

FEWEST_WORDS = 7
MOST_WORDS = 38
"""Words of a sentence that reads well alone (SUMMARY.md, Method 3)."""

_WIDTH_MOST = 100
"""Mail with longer lines was not wrapped by hand: each line end is meant."""

_ABBREVIATIONS = frozenset(
    "mr mrs ms dr prof sr sra srta dra st jr vs e.g i.e eg ie cf al approx dept est fig ca "
    "inc ltd corp co no nos nr vol pp p ch sec art vgl z.b d.h u.a bzw ggf bspw m mm mme mlle "
    "me p.ex ex env resp av bd n° núm num pág pag págs tel ud uds vd ee.uu p.ej ej aprox c.f "
    "depto gral ltda cia exmo exma v.gr sig dott ing avv prof.ssa bijv enz o.a d.w.z "
    "jan feb mar apr jun jul aug sep sept oct nov dec janv févr avr juil déc ene abr ago dic".split()
)
_END = re.compile(r"[.!?…。？！]+[\"'”’»)\]]*(?:\[\d+\])?(?=\s)")
_BULLET = re.compile(r"\s*(?:[-*+•·–]|\(?\d{1,3}[.)]|[a-zA-Z][.)])\s+(?=\S)")
_OPENERS = "\"'“‘«([¿¡"
_STOPS = (".", "!", "?", "…", "。", "？", "！")
_CLOSING = "\"'”’»)]"
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}\.|\[at\]|\(at\)| at \S{1,60} dot ", re.IGNORECASE)
_SMILEY = re.compile(r"\s*[:;8]-?[)(DPp|/](?=\s|$)")
_WORD = re.compile(r"[^\W\d_](?:[^\W_]|['’-])*")

_GREETING = frozenset(
    "hi hello hey dear greetings folks all bonjour salut cher chère chers chères hola buenos "
    "buenas estimado estimada estimados estimadas querido querida olá oi caro cara caros prezado "
    "prezada prezados hallo liebe lieber guten ciao salve beste geachte".split()
)
_THANKS = frozenset(
    "thanks thank thx cheers regards sincerely best kind warm yours merci cordialement "
    "amicalement bien gracias saludos cordiales atentamente atenciosamente obrigado obrigada "
    "abraços abraço abrazos danke gruß grüße grüsse mfg grazie saluti dank groeten bedankt "
    "sorry congratulations félicitations".split()
)
_LEANING = frozenset(
    "but and or so yes no yeah yep nope ok okay well also then it this that these those he she "
    "they however because therefore too neither nor his her their such thus hence otherwise "
    "mais et ou oui non donc cela ceci ça c'est il elle ils elles ce cette ces aussi alors "
    "pero y o sí si esto eso ella él ellos ese esa estos también entonces "
    "mas e sim não isto isso ele ela eles este também então "
    "aber und oder ja nein das dies er sie es auch dann ma ed anche questo".split()
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a post's own words, white space folded; `place` counts from 0."""

    text: str
    place: int
    paragraph: int
    """index of the paragraph or bullet it stands in"""


def split_sentences(own: str) -> tuple[Sentence, ...]:
    """Cut own words (paragraphs apart by blank lines) into sentences, verbatim but for line ends."""
    found: list[Sentence] = []
    for number, paragraph in enumerate(_units(own)):
        for text in _cut(paragraph):
            found.append(Sentence(text, len(found), number))
    return tuple(found)


def _units(own: str) -> Iterator[str]:
    """Paragraphs unwrapped: lines joined where the line end came from wrapping, else apart."""
    width = max((len(line) for line in own.split("\n")), default=0)
    for paragraph in own.split("\n\n"):
        unit: list[str] = []
        before = ""
        for line in paragraph.split("\n"):
            if unit and _breaks(before, line, width):
                yield " ".join(unit)
                unit = []
            text = " ".join(line.split())
            if text:
                unit.append(text)
            before = line
        if unit:
            yield " ".join(unit)


def _breaks(before: str, line: str, width: int) -> bool:
    """True when the line end between two lines is the author's, not the wrapping's."""
    if not line.strip() or _BULLET.match(line) or width > _WIDTH_MOST:
        return True
    # Wrapping fills a line: where the next word would have fitted well, the break was meant.
    first_word = line.split(maxsplit=1)[0]
    room = min(width, 76) - len(before.rstrip()) - 1 - len(first_word)
    return room > 12 or (room > 0 and before.rstrip().endswith(("?", "!", ":")))


def _cut(paragraph: str) -> Iterator[str]:
    start = 0
    for match in _END.finditer(paragraph):
        end = match.end()
        if _is_end(paragraph, start, match.start(), end):
            yield paragraph[start:end].strip()
            start = end
    rest = paragraph[start:].strip()
    if rest:
        yield rest


def _is_end(text: str, start: int, mark: int, end: int) -> bool:
    after = text[end : end + 3].lstrip()
    if not after:
        return True
    marks = text[mark:end]
    if after[0].islower():
        # "... e.g. this" goes on; a question mark before a lower-case word may still close.
        return "?" in marks and len(text[start:mark].split()) > 3 and ")" not in marks
    if marks.startswith(".") and not marks.startswith(".."):
        word = text[max(start, mark - 12) : mark].split()[-1:]
        last = word[0].strip("(\"'“«").casefold() if word else ""
        if last in _ABBREVIATIONS or (len(last) == 1 and last.isalpha() and last not in "iyaeo"):
            return False
        if last.isdigit() and len(text[start:mark].split()) == 1:
            return False  # "1. Item" run into a line
    return after[0] in _OPENERS or not after[0].islower()


def words(text: str) -> list[str]:
    """Give the words of a text, lower case, without numbers, URLs or punctuation."""
    return _WORD.findall(_URL.sub(" ", text).casefold())


def holds_address(text: str) -> bool:
    """True when a text holds an e-mail address: never to be shown beyond the mail it came in."""
    return _ADDRESS.search(text) is not None


def ends_whole(text: str) -> bool:
    """True when a sentence ends with a stop, a smiley or closing marks aside."""
    bare = _SMILEY.sub("", text).rstrip(_CLOSING + " ")
    return bare.endswith(_STOPS)


def is_greeting_or_thanks(text: str) -> bool:
    """True for a sentence that only greets, thanks or says good-bye."""
    said = words(text[:300])
    if not said:
        return False
    if said[0] in _GREETING and len(said) <= 6:
        return True
    return said[0] in _THANKS and len(said) <= 12


def leans_back(text: str) -> bool:
    """True when the first word points to something said before (but, this, yes, it, mais ...)."""
    said = words(text[:80])
    return bool(said) and said[0] in _LEANING


@lru_cache(maxsize=4096)
def quality(text: str) -> float:
    """How fit a sentence is to be quoted alone, 0 (unfit) to 1."""
    count = len(text.split())
    said = words(text)
    if count < 3 or len(said) < 3 or is_greeting_or_thanks(text):
        return 0.0
    letters = sum(char.isalpha() or char.isspace() for char in text)
    share = letters / len(text)
    score = 1.0
    if not ends_whole(text):
        score -= 0.5 if text.endswith(":") else 0.35
    if count < FEWEST_WORDS:
        score -= 0.08 * (FEWEST_WORDS - count)
    if count > MOST_WORDS:
        score -= min(0.4, 0.02 * (count - MOST_WORDS))
    if leans_back(text):
        score -= 0.2
    if text[0].islower():
        score -= 0.25  # most often the rest of a sentence that something cut in two
    if share < 0.88:
        score -= min(0.8, 4 * (0.88 - share))
    return max(0.0, score)


def clip(text: str, most: int = 35) -> str:
    """Cut a long sentence at the first clause end after `most` words, marked ' [...]'.

    A sentence that has no clause end there is given whole: words are never cut from one another.
    """
    pieces = text.split(" ")
    if len(pieces) <= most:
        return text
    for at in range(most - 1, len(pieces) - 3):
        if pieces[at].endswith((",", ";", ":", ")", "–", "—")):
            return " ".join(pieces[: at + 1]).rstrip(",;:–—") + " [...]"
    return text


def normalised(text: str) -> str:
    """The form under which the same sentence is recognised again: words and figures only."""
    return " ".join(re.findall(r"\w+", text.casefold()))
