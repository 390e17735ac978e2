"""What a reply to one of our questions says: yes, no and why, or something that a person must read.

"No" always wins, and a yes with a doubt beside it is none (RULINGS 8): wrong is worse than asked again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dgroup.commands.lexicon import split_words
from dgroup.commands.text import Text, sentences
from dgroup.incoming import Answer

MAX_SENTENCES = 12
MAX_REASON = 1000
_LANGUAGES = ("en", "fr", "es", "pt", "de", "it", "nl")

# By language in the order above; the first that has a phrase counts where several share it.
_ANSWERS: dict[Answer, str] = {
    Answer.NO: "no|nope|cancel|reject|rejected|decline|declined|refuse|do not|don t|deny|denied|not ok|no way|"
    "please don t|please do not|please not|stop|never|i do not|i don t|keep me|i did not|i didn t|it wasn t me|not me|that was not me"
    "/non|refuser|refusez|refusé|rejeter|rejetez|ne faites|ne fais|pas d accord|n ajoutez|n ajoute|ne pas|"
    "jamais|ne publiez|ce n est pas moi|ce n était pas moi|ne le|ne la|ne les|abandonner"
    "/no|cancelar|cancela|cancelen|cancele|rechazar|rechazo|rechazado|rechaza|negar|nunca|no lo|no fui yo"
    "/não|cancelar|cancela|cancele|cancelem|recusar|recuso|recusado|rejeitar|rejeitado|nunca|não fui eu|negativo"
    "/nein|abbrechen|ablehnen|nicht/no|annulla|rifiuta|rifiutare/nee|annuleren|weigeren|niet",
    Answer.UNDO: "undo|take it back|revert|put it back|undo it|undo that/annuler|annulez|annule|défaire"
    "/deshacer|deshaz|deshaga|deshazlo|deshacerlo/desfazer|desfaz|desfaça|reverter/rückgängig/annullare/ongedaan",
    Answer.DISCARD: "discard|throw away|delete|delete it|spam|bin|trash|drop it|junk|dump"
    "/jeter|jetez|supprimer|supprimez|poubelle|effacer|écarter|pourriel"
    "/descartar|descarta|descarte|eliminar|elimina|elimine|borrar|basura|desechar"
    "/descartar|descarte|eliminar|elimine|apagar|lixo|excluir|jogar fora/verwerfen|löschen/scarta|elimina/weggooien",
    Answer.TRUST: "trust|trust him|trust her|trust them|always/confiance|faire confiance|faites confiance|"
    "faites lui confiance|faire toujours confiance|toujours"
    "/confiar|confía|confíe|confianza|siempre/confiar|confie|confiança|sempre/vertrauen/fiducia/vertrouwen",
    Answer.REOPEN: "reopen|re open|publish anyway|publish after all|publish it after all/rouvrir|rouvrez|"
    "publier quand même|publiez quand même|réouvrir/reabrir|reabre|reabra|publicar de todos modos"
    "/reabrir|reabra|reabre|publicar mesmo assim/wieder öffnen/riapri/heropenen",
    Answer.POST: "post|publish it as a post|post it|publish my post|publish my message|it is a post|it was a post"
    "/publier|publiez|publie|poster|postez|c est un message"
    "/publicar|publique|publíquenlo|publica|publiquen/publicar|publique|publiquem|postar"
    "/veröffentlichen/pubblica|pubblicare/plaatsen|publiceren",
    Answer.LEAVE: "leave|unsubscribe|remove me|signoff|leave the group|unsub"
    "/quitter|désinscrire|désabonner|désinscription|désabonnement|me désinscrire|désinscrivez moi|retirez moi"
    "/baja|salir|dar de baja|darme de baja|salir del grupo/sair|desinscrever|sair do grupo"
    "/abmelden|verlassen/esci|disiscrivimi/uitschrijven|afmelden",
    Answer.INVITE: "invite|invite them|ask them first|invite her|invite him|invite all|invite everyone"
    "/inviter|invitez|invite les|invitez les|demandez leur"
    "/invitar|invita|invite|invítalos|invítelos|invítenlos|invitarlos/convidar|convide|convida|convidem|convide os"
    "/einladen/invita|invitare/uitnodigen",
    Answer.YES: "yes|yep|yeah|yup|y|ok|okay|confirm|confirmed|approve|approved|accept|accepted|go ahead|do it|"
    "i confirm|i approve|i agree|agreed|agree|sure|correct|please do|of course|fine|right|all good|looks good|"
    "publish|distribute|it was me|i sent it|yes it was me|i do|absolutely|definitely|certainly|proceed|ok yes|k|"
    "that is correct|that s correct|that was me|please proceed|thumbs up"
    "/oui|ouais|d accord|confirmer|confirme|confirmez|confirmé|je confirme|approuver|approuve|approuvé|j approuve|"
    "j accepte|accepte|accepter|accepté|vas y|allez y|bien sûr|entendu|volontiers|c est bon|c est moi|exact|"
    "parfait|je valide|valider|validé|c était moi|certainement|absolument|c est ok|tout est bon|okay|ok pour moi"
    "/sí|si|confirmar|confirmo|confirmado|confírmalo|confirme|aprobar|apruebo|aprobado|apruebe|de acuerdo|acepto|"
    "aceptar|aceptado|adelante|claro|claro que sí|vale|por supuesto|correcto|dale|perfecto|fui yo|está bien|"
    "estoy de acuerdo|desde luego|así es|procedan|hágalo|háganlo"
    "/sim|confirmar|confirmo|confirmado|confirme|aprovar|aprovo|aprovado|aceito|aceitar|aceite|de acordo|claro|"
    "pode ser|com certeza|tudo bem|está bem|concordo|certo|fui eu|pode fazer|podem fazer|isso mesmo|vamos|"
    "pode adicionar|prossiga|tá bom|exato"
    "/ja|bestätigen|bestätigt|ich bestätige|einverstanden|genehmigt/sì|confermo|approvo|va bene|d accordo"
    "/ja|akkoord|bevestig|ik bevestig|goedgekeurd|prima",
}  # fmt: skip

_COURTESY = frozenset(
    split_words(
        "please kindly pls well hello hi dear bonjour salut hola olá oi merci svp veuillez por favor gracias "
        "obrigado obrigada then so oh ah and je vous we i"
    )
)
_DOUBTS = frozenset(
    split_words(
        "but not dont wait if unless except instead never no cancel however later though hold without "
        "mais pas attendez sauf plutôt jamais non cependant excepté sinon attends hormis "
        "pero espere salvo excepto nunca sin embargo todavía aún menos espera esperen "
        "porém não espera espere exceto nunca ainda contudo aguarde aguardem "
        "aber nicht ausser außer nein tranne però maar niet behalve"
    )
) - {"embargo", "sin"}
_THUMBS_UP = re.compile(
    r"[\U0001F44D\U0001F44C\u2705\u2714\U0001F197][\ufe0f\U0001F3FB-\U0001F3FF]*"
)
_THUMBS_DOWN = re.compile(r"[\U0001F44E\u274C\u2716\U0001F6AB][\ufe0f\U0001F3FB-\U0001F3FF]*")
_CHOICE = re.compile(
    r"\b(fix|skip|corriger|corrigez|corrige|passer|sauter|sautez|passez|ignorer|corregir|omitir|saltar|arreglar|"
    r"omite|corrigir|pular|saltar|omita|korrigieren|auslassen)\s+(?:lines?\s+|lignes?\s+|lineas?\s+|linhas?\s+)?"
    r"(\d{1,3}(?:\s*(?:,|and|et|y|e|&)\s*\d{1,3})*)\b"
)
_FIXING = ("fix", "corr", "arreg", "korr")
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


def _table() -> dict[tuple[str, ...], tuple[Answer, str]]:
    found: dict[tuple[str, ...], tuple[Answer, str]] = {}
    for answer, text in _ANSWERS.items():
        for language, phrases in zip(_LANGUAGES, text.split("/"), strict=True):
            for phrase in phrases.split("|"):
                found.setdefault(tuple(split_words(phrase)), (answer, language))
    return found


ANSWER_WORDS = _table()
"""folded words -> (answer, language); what is both in two languages is the one that does less"""
_LONGEST = max(map(len, ANSWER_WORDS))


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
    found = [hit for number, one in enumerate(said) if (hit := _begin(one, number))]
    for hit in found:
        if hit.answer is Answer.NO:
            return Answered(Answer.NO, hit.language, _reason(said, hit))
    if not found or found[0].number > 2 or any(_doubts(one) for one in said):
        return Answered(Answer.OTHER)
    kinds = {hit.answer for hit in found}
    if len(kinds - {Answer.YES}) > 1:
        return Answered(Answer.OTHER)
    best = min(found, key=lambda hit: hit.answer is Answer.YES)
    return Answered(best.answer, best.language)


@dataclass(frozen=True, slots=True)
class _Hit:
    answer: Answer
    language: str
    number: int
    end: int


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
    words = [place[0] for place in places]
    start = 0
    while start < len(words) and words[start] in _COURTESY and (words[start],) not in ANSWER_WORDS:
        if hit := _phrase(words, start, places, number):
            return hit
        start += 1
    return _phrase(words, start, places, number)


def _phrase(
    words: list[str], start: int, places: Sequence[re.Match[str]], number: int
) -> _Hit | None:
    for count in range(min(_LONGEST, len(words) - start), 0, -1):
        found = ANSWER_WORDS.get(tuple(words[start : start + count]))
        if found is not None:
            return _Hit(*found, number, places[start + count - 1].end())
    return None


def _doubts(sentence: Text) -> bool:
    return "?" in sentence.raw or not _DOUBTS.isdisjoint(split_words(sentence.folded[:1000]))


def _reason(said: Sequence[Text], hit: _Hit) -> str:
    """The sender's own words behind the no, as they are."""
    rest = [said[hit.number].raw[hit.end :], *(one.raw for one in said[hit.number + 1 :])]
    words = _BECAUSE.sub("", " ".join(part.strip() for part in rest if part.strip()), count=1)
    plain = words.strip(" ,;:-–—!")[:MAX_REASON]
    return plain if re.search(r"[^\W\d_]{2}", plain) and len(split_words(plain)) > 1 else ""


def _choices(said: Iterable[Text]) -> tuple[tuple[str, int], ...]:
    """FIX 3, SKIP 4 and 5: in the order written, at most 100."""
    found: list[tuple[str, int]] = []
    for sentence in said:
        for match in _CHOICE.finditer(sentence.folded[:1000]):
            verb = "fix" if match[1].startswith(_FIXING) else "skip"
            found += [(verb, int(number)) for number in re.findall(r"\d+", match[2])]
    return tuple(found[:100])
