"""Which sentences ask: questions to the others and requests, in the languages that we read. Decides
"Asked" in the summary and which posts enter the questions register.
"""

from __future__ import annotations

import re

from archive.sentences import is_greeting_or_thanks, split_sentences, words

_QUESTION_CUES = re.compile(
    r"\b(?:"
    r"(?:do|does|did|has|have|is|are|can|could|would|will|might) (?:any(?:one|body)|some(?:one|body)|"
    r"people|you|we|there|it be)|any (?:ideas?|hints?|suggestions?|advice|comments?|thoughts|"
    r"experiences?|pointers|feedback|help|objections?)|anyone (?:know|have|else)|"
    r"how (?:do|can|should|would|to|about)|what (?:do|is the|are the|would)|"
    r"where (?:can|do|is)|who (?:has|can|would|will)|when (?:is|will|can)|which (?:of|one)|"
    r"quelqu'un|est-ce que|qu'est-ce|pourri(?:ez|ons)|pouvez[- ]vous|peut-on|avez-vous|savez-vous|"
    r"auriez-vous|comment (?:faire|faut|peut|faites)|une idée|des idées|"
    r"alguien|podr[íi]an?|pueden|saben|tienen|c[óo]mo (?:se|puedo|hacen|podemos)|"
    r"alguna (?:idea|sugerencia)|qu[ée] opinan|"
    r"algu[ée]m|poderiam?|podem|voc[êe]s? (?:sabem?|t[êe]m|podem?)|como (?:fazer|posso|fazem|"
    r"podemos)|alguma (?:ideia|sugest[ãa]o)|o que acham|"
    r"wei(?:ß|ss) jemand|kann (?:jemand|mir|man)|k[öo]nn(?:t|te|ten) (?:ihr|jemand|sie)|hat jemand|"
    r"qualcuno|potre(?:ste|bbe)|sapete|iemand|kunnen jullie"
    r")(?!\w)",
    re.IGNORECASE,
)
_REQUEST_CUES = re.compile(
    r"(?:^|[,;:.–-] )(?:and |so |then |et |y |e |und )?(?:please|svp|s'il (?:vous|te) pla[îi]t|"
    r"por favor|bitte|per favore)\b|"
    r"\b(?:please (?:do|let|send|tell|check|try|take|reply|respond|write|join|add|give|share|post)|"
    r"let (?:me|us) know|(?:i'd|would) (?:be grateful|appreciate)|appreciate (?:any|some|your)|"
    r"wonder(?:ing)? (?:if|whether)|(?:would|i'd) (?:like|love) to (?:know|hear|understand)|"
    r"(?:can|could) (?:people|someone|somebody|anyone|you)|tell (?:me|us) (?:how|what|if|where)|"
    r"merci de (?:me|nous|bien)|je me demande si|(?:voudrais|aimerais|souhaiterais) savoir|"
    r"dites-(?:moi|nous)|je cherche|nous cherchons|"
    r"(?:gustar[íi]a|quisiera|quisiéramos) saber|agradecer[íi]a|buscamos|"
    r"(?:gostaria|gostar[íi]amos) de saber|agradeceria|procuramos|"
    r"w[üu]rde gerne wissen)(?!\w)",
    re.IGNORECASE,
)
_RHETORICAL = re.compile(
    r"^(?:why should|why not\b|who cares|need (?:we|i)|so what|really\?|isn't (?:it|that)|"
    r"do you (?:really|yahoo)|pourquoi pas|et alors|y qu[ée]\?|por qu[ée] no)|"
    r",? (?:right|no|eh|huh|ok|okay|non|verdad|né|oder)\?$|\?\?+$|!\?|\?!",
    re.IGNORECASE,
)
_FORMULA = re.compile(
    r"\b(?:find attached|please (?:find|note that|excuse|forgive|ignore|disregard)|unsubscribe|"
    r"feel free|hesitate|any (?:further )?questions|ci-joint|adjunto|em anexo)",
    re.IGNORECASE,
)
_QUESTION_ENDS = ("?", "？", "?)", "? :-)", "? :)", "?]")


def ends_asking(text: str) -> bool:
    """True when a sentence ends with a question mark of its own, not one inside quotation marks."""
    return text.rstrip().endswith(_QUESTION_ENDS)


def asking(text: str) -> float:
    """How surely a sentence asks others for something: 0 (does not) to 1.

    A question mark or a request phrase gives a half, with a phrase of asking three quarters or one;
    rhetorical questions and polite formulas less. It never says that an answer was owed.
    """
    if is_greeting_or_thanks(text) or _FORMULA.search(text):
        return 0.0
    said = words(text)
    request = _REQUEST_CUES.search(text) is not None
    if not ends_asking(text):
        return 0.5 if request and len(said) > 3 else 0.0
    score = 0.5 + 0.25 * request + 0.25 * (_QUESTION_CUES.search(text) is not None)
    if _RHETORICAL.search(text):
        score -= 0.4
    if len(said) < 3:
        score -= 0.3
    return max(0.0, score)


def find_question(own: str) -> str | None:
    """Give the sentence of a post's own words in which it asks, or None when it does not ask.

    The surest sentence with a question mark; among equals the first (people ask, then explain).
    Requests without a question mark count for "Asked", not for the register of questions.
    """
    asked = [entry.text for entry in split_sentences(own) if ends_asking(entry.text)]
    best = max(asked, key=asking, default="")
    return best if best and asking(best) >= 0.5 else None
