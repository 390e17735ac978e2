"""Words too common to tell what a text is about, by language; also a vote on a text's language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

_COMMON = {
    "en": "a about after all also am an and any are as at be because been before being but by can "
    "could did do does doing don't down each even for from get go going good had has have having he "
    "her here him his how i i'd i'll i'm i've if in into is isn't it it's its just know like ll make "
    "many may me more most much my need no not now of off on one only or other our out over own "
    "really s same see should since so some such t than that that's the their them then there these "
    "they thing things think this those through to too up us use very was way we well were what when "
    "where which while who why will with within without would yes yet you your",
    "fr": "à a ai aient ainsi alors après as au aussi autre autres aux avant avec avez avoir bien c "
    "car ce cela ces cet cette chez comme comment d dans de déjà depuis des deux doit donc dont du "
    "elle elles en encore entre es est et étaient était étant été être eu fait faire il ils j je l la "
    "le les leur leurs lui m ma mais me même mes moi moins mon n ne nos notre nous on ont ou où par "
    "pas peu peut plus pour pourquoi qu quand que quel quelle qui s sa sans se ses si son sont sur "
    "tant te tous tout toute toutes très tu un une vers vos votre vous y",
    "es": "a al algo ante antes así aún aunque bien cada como cómo con contra cuando de del desde "
    "donde dos el él ella ellos en entre era es esa ese eso esta está están este esto estos fue ha "
    "hace han hasta hay la las le les lo los más me mi mis mucho muy nada ni no nos nosotros o otra "
    "otro otros para pero poco por porque pues que qué quien se sea ser si sí sin sobre son su sus "
    "también tan tanto te tiene todo todos tu un una uno unos usted ustedes y ya yo durante después cuanto",
    "pt": "a à ao aos as até com como da das de dela dele deles depois do dos e é ela elas ele eles "
    "em entre era essa esse esta está estão este eu foi foram há isso isto já lhe mais mas me mesmo "
    "meu minha muito na não nas nem no nos nós nossa nosso num numa o os ou para pela pelas pelo "
    "pelos por porque qual quando que quem se seja sem ser seu seus só sua suas também tem têm tenho "
    "ter tudo um uma você vocês sobre antes durante duas dois depois quanto",
    "de": "aber als am an auch auf aus bei bin bis da damit das dass dem den der des die dies diese "
    "doch du durch ein eine einem einen einer er es für haben hat hier ich ihr im in ist ja kann kein "
    "man mehr mich mir mit nach nicht noch nur oder schon sein sich sie sind so über um und uns von "
    "vor war was wenn werden wie wir wird zu zum zur",
    "it": "a ad ai al alla anche che chi ci come con cui da dal dalla degli dei del della delle di e "
    "è ed gli ha hanno ho i il in io la le lei lo ma mi ne nel nella no noi non o per perché più quando "
    "questa questo se si sono su sua suo tra un una uno",
    "nl": "aan als bij dan dat de der die dit door een en er had heb heeft het hij hoe ik in is je kan "
    "maar me meer met mijn naar niet nog of om onder ook op over te tot uit van veel voor was wat we "
    "wel wij zal ze zich zijn zo zou",
}
_APOSTROPHES = re.compile("['’-]")
_BY_LANGUAGE = {code: frozenset(text.split()) for code, text in _COMMON.items()}
COMMON = frozenset().union(*_BY_LANGUAGE.values())
"""The common words of all languages that we read: one set serves mixed groups."""


def likely_language(said: Iterable[str], among: Iterable[str] = ("en", "fr", "es", "pt")) -> str:
    """Give the language most of a text's common words vote for; '' when too few of them do.

    `said` are lower-case words. A vote needs four common words, a fifth of the text, and a lead.
    """
    # Elisions are apart ("d'une" holds "une"); an English 's or 't must not vote for French.
    pieces = (piece for word in said for piece in _APOSTROPHES.split(word))
    heard = Counter(piece for piece in pieces if piece not in {"s", "t", "d", "m"})
    codes = tuple(among)
    votes = dict.fromkeys(codes, 0.0)
    known = 0
    for word, times in heard.items():
        speakers = [code for code in codes if word in _BY_LANGUAGE[code]]
        known += times * bool(speakers)
        for code in speakers:
            votes[code] += times / len(speakers)  # a word of one language alone tells most
    ranked = sorted(codes, key=lambda code: -votes[code])
    led = len(ranked) < 2 or votes[ranked[0]] > votes[ranked[1]]
    return ranked[0] if led and known >= 4 and known >= 0.2 * heard.total() else ""
