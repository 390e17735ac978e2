"""The words of commands and answers in the languages that we read (COMMANDS D3)."""

from __future__ import annotations

import re
import unicodedata

from dgroup.incoming import Answer

_ODD_QUOTES = str.maketrans({"\u2019": "'", "\u2018": "'", "\u00b4": "'", "\u00a0": " "})
_NO_WORD = re.compile(r"[^\w'@.+-]+")


def folded(text: str) -> str:
    """Give the form in which words are compared: no case, accents, odd quotes or double spaces.

    NFKC first (full-width letters), then the accents are dropped (COMMANDS D2.2, D2.5).
    """
    plain = unicodedata.normalize("NFKC", text).translate(_ODD_QUOTES).casefold()
    marks = unicodedata.normalize("NFD", plain)
    letters = "".join(sign for sign in marks if not unicodedata.combining(sign))
    return " ".join(_NO_WORD.sub(" ", letters).split()).strip(".-")


_VERBS: dict[str, dict[str, str]] = {
    "join": {
        "en": "join|subscribe|sign me up|sub",
        "fr": "inscrire|inscription|abonner|m'abonner|m'inscrire|rejoindre",
        "es": "alta|suscribir|suscribirme|unirme",
        "pt": "inscrever|inscrever-me|entrar|aderir",
    },
    "leave": {
        "en": "leave|unsubscribe|remove me|stop|signoff|unsub|signoff",
        "fr": "désinscrire|désinscription|désabonner|me désabonner|me désinscrire|quitter|"
        "retirez-moi|retirer moi",
        "es": "baja|cancelar suscripción|salir|darme de baja|quitarme",
        "pt": "sair|cancelar inscrição|desinscrever|remova-me|remover-me",
    },
    "help": {"en": "help|info", "fr": "aide", "es": "ayuda", "pt": "ajuda"},
    "add": {"en": "add", "fr": "ajouter", "es": "añadir|agregar", "pt": "adicionar"},
    "remove": {"en": "remove|delete|del", "fr": "retirer", "es": "quitar", "pt": "remover"},
}
_ANSWERS: dict[Answer, dict[str, str]] = {
    Answer.YES: {
        "en": "yes|ok|okay|confirm|approve|yes please",
        "fr": "oui|d'accord|confirmer|je confirme|approuver",
        "es": "sí|confirmar|confirmo|aprobar",
        "pt": "sim|confirmar|confirmo|aprovar",
    },
    Answer.NO: {
        "en": "no|cancel|reject|do not|don't",
        "fr": "non|refuser",
        "es": "no|cancelar",
        "pt": "não|cancelar",
    },
    Answer.UNDO: {"en": "undo", "fr": "annuler", "es": "deshacer", "pt": "desfazer"},
}
ME = frozenset({"me", "moi", "mim", "myself"})


def _set(words: str) -> frozenset[str]:
    return frozenset(folded(word) for word in words.split())


POLITE = _set(
    "please kindly pls hi hello dear bonjour salut merci svp veuillez hola por favor olá gracias "
    "obrigado obrigada could can would you i want to would like je voudrais souhaite veux quiero "
    "deseo quisiera quero gostaria"
)
FILLERS = (
    POLITE
    | ME
    | _set(
        "the this that your my from of to in on list group mailing email e-mail mail mails emails "
        "address team all everyone everybody good morning day thank thanks many best regards kind "
        "sincerely cordially "
        "d'avance la le les de du des cette ce ma mon votre vos liste groupe adresse "
        "bien cordialement cordiales salutations s'il vous plaît plait "
        "una el los del esta este mi su lista grupo dirección correo correos saludos cordiales "
        "atentamente buenos días muchas "
        "a o os da do desta deste minha meu sua endereço muito obrigados atenciosamente cumprimentos "
        "bom dia"
    )
)
"""words around a verb that change nothing"""

DOUBTS = _set(
    "but not don't do-not wait if unless except instead never no cancel only "
    "mais pas attendez sauf plutôt jamais non seulement "
    "pero espere salvo excepto nunca sólo "
    "mas não espera exceto nunca só"
)
"""words beside a yes after which somebody had better be asked again"""


def _table(source: dict[str, str]) -> list[tuple[str, str]]:
    pairs = [(language, word) for language, words in source.items() for word in words.split("|")]
    return [(folded(word), language) for language, word in pairs]


VERB_WORDS: dict[str, tuple[str, str]] = {
    word: (verb, language) for verb, by in _VERBS.items() for word, language in _table(by)
}
"""folded phrase -> (canonical verb, language)"""

ANSWER_WORDS: dict[str, tuple[Answer, str]] = {
    word: (answer, language)
    for answer, by in reversed(_ANSWERS.items())
    for word, language in reversed(_table(by))
}
"""folded phrase -> (answer, language); a phrase of several languages counts for the first"""
