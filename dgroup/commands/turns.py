"""Turns of a sentence that take a wish back: a condition, a later day, thanks, a "no" for something else."""

from __future__ import annotations

import re

from dgroup.commands.clause import Clause, parts_of
from dgroup.commands.lexicon import LEXICON

THANKED = frozenset(
    "help status get receipt who data copy summary thread search last full light resume".split()
)
THANKS = re.compile(
    r"\W*(?:many |mil |muchas |muito |un grand |mille )?(?:thanks|thank you|merci|gracias|obrigad[oa]|danke)(?: beaucoup| a todos| a tous| all)? "
    r"(?:for|pour|de l|por|pelo|pela|pelos|pelas|fur|d)\b(?! (?:me |m )?\w+(?:r|er|ir|re|ing)\b)"
)
THANKED_FOR = re.compile(r"\W*(?:many )?(?:thanks|thank you) for \w+ing\b")
_DATED = re.compile(
    r"\b(?:from|by|as of|starting|effective|a partir d\w*|des|desde|ab)\W+(?:the |le |el |o |dem )?$"
)


CONDITION = re.compile(r"\W*(?:si|se) (?!me |nos |le |les |te )\w[^,]*,")
"""a condition in Spanish and Portuguese: the words alone say yes, and oneself"""
_STOPS_ELSE = re.compile(
    r"\b(?:dejar de|deixar de|arreter (?:de |d'?)|cesser (?:de |d'?)|parar de|stop )\s*(?!m\b)([a-z]{3,}(?:r|er|ir|re|ing))\b"
)


def stops_else(clause: Clause) -> bool:
    """Tell whether something else is to stop: "the village wants to stop paying"."""
    found = _STOPS_ELSE.search(clause.text.folded)
    if found is None or not clause.meanings.isdisjoint({"ME", "MAIL", "GROUP"}):
        return False
    return not LEXICON.known(found[1])


_PLAIN_END = frozenset("LEAVE REMOVE GO STOP CANCEL NOMORE ERASE NE".split())


def denies_mail(clause: Clause) -> bool:
    """Tell whether a "no" stands before what is not to be sent: not in "when I write I do not see it"."""
    if not clause.meanings.isdisjoint(_PLAIN_END) or "SEND" not in clause.meanings:
        return True
    if not clause.meanings.isdisjoint({"RECEIVE", "WANT", "BELONG"}):
        return True
    noes = clause.at("NOT")
    german = any(clause.items[no].word in {"nicht", "niet", "keine", "pas"} for no in noes)
    return german or not noes or min(noes) < max(clause.at("SEND"))


_ENDS_MAIL = re.compile(
    r"\b(?:(?:dejar|deixar|parar) de (?:recib|receb)\w+|ne plus recevoir|arreter de recevoir|stop (?:gett|receiv)ing)\b"
)


def ends_mail(clause: Clause) -> bool:
    """Tell whether a question is about how not to get mail any more."""
    return _ENDS_MAIL.search(clause.text.folded) is not None


def speaks_of_end(clause: Clause) -> bool:
    """Tell whether a sentence names an end at all, whatever it asks for."""
    return not clause.meanings.isdisjoint({"LEAVE", "GO", "REMOVE", "ERASE"})


def takes_back(clause: Clause) -> bool:
    """Tell "undo the cancellation of my membership": an end that is to be none."""
    return _TAKES_BACK.search(clause.text.folded[:500]) is not None


_TAKES_BACK = re.compile(
    r"\b(?:undo|cancel\w*|revers\w*|revert\w*|revok\w*|withdraw\w*|stop\w*|take back|annul\w*|anul\w*|arret\w*|"
    r"desha[cgz]\w*|desfa[czs]\w*|deten\w*|pare[nm]?)"
    r"(?:\s+(?:the|my|this|that|our|la|le|l|ma|mon|cette|el|mi|esta|esa|a|o|minha|meu|essa|esse|de|of|do|da|d|request|for|demande|"
    r"solicitud|pedido)\b|')*\s*"
    r"\b(?:cancell?ations?|removal|unsubscription|departure|deletion|resiliation|annulation|desinscription|desabonnement|depart|"
    r"cancelacion|anulacion|baja|salida|cancelamento|anulacao|desinscricao|saida)\b"
)


def is_dated(clause: Clause) -> bool:
    """Tell whether a day is given from which something is to be so, or on which it is to end: "take me
    off on 31 March"."""
    if any(_DATED.search(clause.text.folded[: day.start]) for day in clause.days):
        return True
    return any(
        not (day.span or part.meanings.isdisjoint(_PLAIN_END))
        for part in parts_of(clause) or [clause]
        for day in part.days
    )


_RETURN = re.compile(
    r"\b(?:(?:come|coming|get|be|join|let) (?:me )?(?:back|in again)|rejoin|re-join|return|join again|re-?subscribe|revenir|reviens|"
    r"rejoindre a nouveau|reinscri\w*|me reinscrire|volver|regresar|reingresar|voltar|regressar|reentrar|retornar)\b"
)


def comes_back(clause: Clause) -> bool:
    """Tell a question about leaving and coming back: "if I leave, can I return later?"."""
    leaves = not clause.meanings.isdisjoint({"LEAVE", "GO", "REMOVE", "CANCEL"})
    return clause.asks and leaves and _RETURN.search(clause.text.folded) is not None


_INDIRECT = re.compile(
    r"\b(?:ask\w*|know|tell|explain|wonder\w*|demand\w*|sai[st]|savoir|dire|expliqu\w*|pregunt\w*|saber|se|decir\w*|dig\w+|explic\w*|"
    r"pergunt\w*|sei|dizer\w*|remember|rappelle|recuerdo|lembro)(?: (?:me|moi|us|nous|him|her|bien|exactly|pas|plus|just))*,? "
    r"(?:how to|how i|how one|how can|comment|como)\b"
)


_WAY = re.compile(
    r"\b(?:(?:if|whether) there is (?:a|an|any) (?:way|option|possibility)|is there (?:a|an|any) (?:way|option|possibility|command) (?:to|of|for)|"
    r"(?:s'il|s il|si) (?:existe|y a) (?:un|une|l)\W?\s?(?:moyen|option|possibilite|facon)|y a[- ]t[- ]il (?:un|une) (?:moyen|facon|option|possibilite)|"
    r"existe[- ]t[- ]il (?:un|une) (?:moyen|facon|option)|"
    r"(?:si )?(?:existe|hay) (?:la|una|alguna|algun) (?:opcion|forma|manera|modo|posibilidad|comando)|"
    r"(?:se )?(?:existe|ha|tem) (?:a|uma|alguma|algum) (?:opcao|forma|maneira|modo|possibilidade|jeito|comando))\b"
)


def asks_indirectly(clause: Clause) -> str:
    """Tell a question within a sentence: "a colleague asks me how one leaves"."""
    if "HOW" in clause.meanings and _INDIRECT.search(clause.text.folded):
        return "help"
    if _WAY.search(clause.text.folded):
        return "help"
    return ""
