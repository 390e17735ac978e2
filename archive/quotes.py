"""Line patterns of quoted mail, signatures and footers in the languages we read (en fr es pt de it
nl, and a few verbs of others). Every test looks at one line, cut to MAX_SCAN characters, so that
no input can make it slow.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

MAX_SCAN = 400
"""Characters of a line that are looked at; attribution lines and headers are shorter."""
MAX_WRAPPED_VERB = 24
"""Characters of '> wrote:' and its like; longer ones are quoted lines."""

_WROTE = (
    r"(?<!\w)(?:wrote|writes|said|says|wrot|[ée]crit|[ée]crivai?t|escribi[óo]|escribe|escreveu|"
    r"escreve|schrieb|schreibt|geschrieben|scritto|scrive|scrisse|schreef|schrijft|geschreven|"
    r"skrev|skriver|napisał(?:\(a\))?|napisała|пишет|написал|написала|пише)(?!\w)|写道|寫道|のメール"
)
_STEMS = "wr sa cri scre schr skr napis пис пиш 写 寫 メ".split()
"""One of these is in every verb of _WROTE: far quicker to look for"""
_SAYS = re.compile(_WROTE)
_SAYS_LAST = re.compile(rf"(?:{_WROTE})[\s\"'*_,;<>()\[\]-]*(?:\.\.\.)?[:：]?[\s*_>-]*$")
HINTS = "@ wrot writ said says crit criv escr schr skri skre napis пис пиш 写 寫 メール gmt+ gmt-".split()
"""One of these occurs (case folded) in every attribution: a quick test for whole bodies."""
_TAIL = 110  # German and Dutch put date words after the verb: "schrieb am Fr., 28. Apr. ... Uhr:"
_OPENERS = frozenset(
    "on le el em am il op den dnia at in um dne 在 quoting citando zitat".split()
)  # first words of attribution lines
_WEEKDAYS = frozenset(
    "mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday "
    "lundi mardi mercredi jeudi vendredi samedi dimanche lun mar mer jeu ven sam dim "
    "lunes martes miércoles jueves viernes sábado domingo segunda terça quarta quinta sexta "
    "montag dienstag mittwoch donnerstag freitag samstag sonntag понедельник вторник среда "
    "четверг пятница суббота воскресенье".split()
)
_FIRST_WORDS = _OPENERS | _WEEKDAYS
_AROUND = "\"'*_,;:<>()[]"

_MARKS = re.compile(r"(?:[ \t]{0,4}>)+")
_INITIALS = re.compile(r"[ \t]{0,2}([A-Z][A-Za-z.]{0,3})((?:>[ \t]?)+)(?:[ \t]|$)")
_NAME_MARK = re.compile(r"[ \t]{0,2}([A-Z][\w.-]{1,15})>+(?:[ \t]|$)")
_DATE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\b\d{1,2}\.?(?: de)? [^\W\d]{3,12}\.?,?(?: de)? \d{2,4}"
    r"|\b[^\W\d]{3,9}\.? \d{1,2},? \d{4}|\d{1,2}[:.]\d{2}|\d{4}年"
)
_ADDRESS = re.compile(r"<[^<>\s]{0,100}(?:@|\bat\b)[^<>]{0,100}>|[\w.+-]{1,64}@[\w.-]{2,100}|<$")
_ISO_DATE_NAME = re.compile(
    r"\d{4}[-/]\d\d?[-/]\d\d?(?: \d\d?:\d\d)? (?:(?:GMT|UTC)[+-]\d\d:?\d\d )?\S"
)
_HEADER = re.compile(r"[ \t*]{0,4}([^\W\d_][^:*]{0,22}?)[ \xa0]?\*{0,2}:\*{0,2}(?=[ \t\xa0]|$)")

_LABELS = {
    "from": "from de von da van från fra od от 发件人 expéditeur remitente remetente mittente",
    "date": "date sent envoyé envoye fecha enviado enviada enviado enviado data datum gesendet "
    "inviato verzonden skickat sendt wysłano дата 发送时间 le",
    "to": "to à a para an aan till til do кому 收件人 pour destinataire",
    "subject": "subject objet asunto assunto betreff oggetto onderwerp ämne emne temat тема 主题",
    "cc": "cc kopie copie copia c.c. kopia копия 抄送 bcc",
    "reply": "reply-to risposta répondre-à antwort",
}
_ROLES = {word: role for role, words in _LABELS.items() for word in words.split()}
_ROLES |= {"enviado el": "date", "enviado em": "date", "envoyé le": "date", "data invio": "date"}
_ROLES |= {"sent by": "from", "in reply to": "reply", "répondre à": "reply", "responder a": "reply"}

_ORIGINAL = tuple(
    "original message|message d'origine|message d’origine|message original|mensaje original|"
    "mensagem original|ursprüngliche nachricht|original-nachricht|originalnachricht|"
    "original nachricht|urspruengliche nachricht|messaggio originale|oorspronkelijk bericht|"
    "forwarded message|forwarded by|message transféré|message réexpédié|mensaje reenviado|"
    "mensagem encaminhada|mensagem reencaminhada|weitergeleitete nachricht|"
    "messaggio inoltrato|doorgestuurd bericht|ursprungligt meddelande|vidarebefordrat meddelande|"
    "oprindelig meddelelse|videresendt meddelelse|end of forwarded message".split("|")
)
_BEGIN_FORWARD = tuple(
    "begin forwarded message:|début du message réexpédié|début du message transféré|"
    "inicio del mensaje reenviado|início da mensagem reencaminhada|início da mensagem encaminhada|"
    "anfang der weitergeleiteten nachricht|inizio messaggio inoltrato|"
    "begin doorgestuurd bericht".split("|")
)
_FORWARD_FIRST = frozenset(start[:5] for start in _BEGIN_FORWARD)

_PHONE_STARTS = (
    "sent from my|sent from a|sent from mail|sent from outlook|sent from windows|sent from yahoo|"
    "sent from samsung|sent from proton|sent from mobile|sent from [|sent from the|sent from an|"
    "sent via mobile|sent via my|sent via blackberry|sent with airmail|sent with proton|"
    "sent using my|sent on the go|sent by galaxy|sent on my|from my iphone|from my ipad|"
    "from my android|from my phone|someone from mobile|sent wirelessly|get outlook for|"
    "get [outlook for|"
    "envoyé de mon|envoyé depuis|envoye de mon|envoye depuis|envoyé à partir|envoyé avec|"
    "télécharger outlook|obtenez outlook|provenance : courrier|"
    "enviado desde mi|enviado desde el|enviado desde un|enviado desde outlook|enviado con|"
    "obtener outlook|enviado do meu|enviado do|enviado de meu|enviado da minha|enviado via|"
    "enviado a partir|obter o outlook|obtenha o outlook|"
    "von meinem|gesendet von|gesendet mit|von unterwegs|diese nachricht wurde von mein|"
    "hol dir outlook|inviato da|scarica outlook|verzonden met|verzonden vanaf|verstuurd vanaf|"
    "download outlook|sendt fra|skickat från|wysłane z|отправлено с|從我的|从我的|发自我的|"
    "this message was sent from my"
).split("|")
_PHONE_WORDS = tuple(_PHONE_STARTS)
_PHONE_MAX = 120
_PHONE_FIRST = frozenset(first for start in _PHONE_STARTS for first in (start[0], start[0].upper()))
_PHONE_THREE = frozenset(start[:3] for start in _PHONE_STARTS)

_LIST_MARKS = (
    "mailing list",
    "unsubscribe",
    "listinfo",
    "/mailman",
    "mailto:",
    "list archive",
    "maillist",
    "subscription",
    "désinscri",
    "désabonn",
    "darse de baja",
    "cancelar la suscripción",
    "cancelar a inscrição",
    "descadastr",
    "abmelden",
    "abbestellen",
    "groups.google",
    "lists.",
    "/list",
    "@list",
    "-leave@",
    "-request@",
    "-help@",
    "caml-list",
    "bug reports",
)
_FOOTER_OPENERS = (
    "you received this message because you are subscribed",
    "to unsubscribe from this group",
    "to unsubscribe, e-mail",
    "to unsubscribe send",
    "to unsubscribe from this list",
    "vous recevez ce message, car vous êtes abonné",
    "recibiste este mensaje porque",
    "has recibido este mensaje porque",
    "você está recebendo esta mensagem porque",
    "sie erhalten diese nachricht, weil",
    "este correo electrónico ha sido comprobado en busca de virus",
    "this email has been checked for viruses",
    "l'absence de virus dans ce courrier",
    "diese e-mail wurde von avast",
    "virus-free. www.",
    "do you yahoo!?",
    "get your free email",
)
_FOOTER_FIRST = frozenset(first for it in _FOOTER_OPENERS for first in (it[0], it[0].upper()))
_FOOTER_FOUR = frozenset(start[:4] for start in _FOOTER_OPENERS)
_SECRET = (
    "confidential|confidentiel|confidencial|vertraulich|riservat|vertrouwelijk|privileged".split(
        "|"
    )
)
_ADDRESSEE = (
    "intended recipient|intended only|intended solely|intended for|addressee|destinataire|"
    "destinatario|destinatário|empfänger|geadresseerde|received this|reçu ce|recibido este|"
    "recebeu est|erhalten haben"
).split("|")
_RULE = "-_=*#~+—–ᐧ.· "
_RULE_CHARS = frozenset(_RULE)
FOOTER_CHARS = _FOOTER_FIRST | _RULE_CHARS
"""What the first line of a footer can begin with: a known sentence or a rule."""
_CONTACT = re.compile(
    r"@|https?:|www\.|\+\d|\(\d{2,5}\)|\b(?:tel|fax|phone|mobile|voice|cell|mob)\b", re.IGNORECASE
)
_DASH_NAME = re.compile(r"--[A-Z][\w.'’-]+(?: |$)")


def fold(line: str) -> str:
    """The line as the tables hold it: cut to MAX_SCAN, composed, lower case, stripped."""
    if line.isascii():  # nearly all lines, at a tenth of the cost
        return line[:MAX_SCAN].lower().strip()
    return unicodedata.normalize("NFC", line[:MAX_SCAN]).casefold().strip()


def quote_level(line: str) -> int:
    """How many '>' marks the line begins with; 0 when it is not marked.

    Up to four blanks may stand before each mark. `>From ` without a blank is mbox escaping, not
    a quote: the caller decides by the lines around it.
    """
    found = _MARKS.match(line[:MAX_SCAN])
    return found.group().count(">") if found else 0


def is_escaped_from(line: str) -> bool:
    """True for `>From word`: what mbox writers make of an own line that starts with From."""
    return line.startswith(">From ")


def is_wrapped_verb(line: str) -> bool:
    """True for '> wrote:' or '>:' alone: the end of a wrapped '<address>', not a quoted line."""
    text = line[:MAX_SCAN].strip()
    wrapped = text.startswith("> ") and len(text) <= MAX_WRAPPED_VERB and ends_attribution(text[1:])
    return wrapped or text in (">:", "> :")


def initials(line: str) -> tuple[str, int]:
    """(prefix, level) of 'AB> text' quoting (supercite and friends), or ('', 0)."""
    found = _INITIALS.match(line[:MAX_SCAN])
    return (found.group(1), found.group(2).count(">")) if found else ("", 0)


def name_mark(line: str) -> str:
    """The name in 'Ana> text', trusted only below an attribution line; else empty."""
    found = _NAME_MARK.match(line[:MAX_SCAN])
    return found.group(1) if found else ""


def odd_mark(line: str) -> str:
    """A rarer quote mark ('| ', ': ', '% ', '] '), trusted only below an attribution line."""
    text = line.lstrip()
    return text[0] if len(text) > 1 and text[0] in "|:%]}" and text[1] == " " else ""


def _words(text: str) -> list[str]:
    return [word.strip(_AROUND) for word in text.split()]


def _has_address(text: str) -> bool:
    return ("@" in text or "<" in text) and _ADDRESS.search(text) is not None


def says_wrote(line: str) -> bool:
    """True when a verb of writing stands near the end: '... wrote:', '... a écrit :'."""
    end = line[:MAX_SCAN][-_TAIL:].lower()
    for stem in _STEMS:  # a plain loop: asked of every line near an address
        if stem in end:
            return _SAYS.search(end) is not None
    return False


def ends_attribution(line: str) -> bool:
    """True when a line can be the last of an attribution: a verb of writing and a closing mark."""
    text = line[:MAX_SCAN].rstrip(" \t\xa0-*_")
    if not says_wrote(text):
        return False
    return text.endswith((":", "：", "...")) or _SAYS_LAST.search(text.lower()) is not None


def starts_attribution(line: str) -> bool:
    """True when a line can open an attribution: a known first word, weekday, date or address."""
    text = fold(line).lstrip("-*_~ >")
    if not text:
        return False
    first = text.split(None, 1)[0].strip(_AROUND).rstrip(".")
    if first in _FIRST_WORDS:
        return "@" in text or any(c.isdigit() for c in text) or bool(_DATE.search(text))
    return _has_address(text) or (text[0].isdigit() and bool(_DATE.search(text)))


def is_strong_attribution(text: str) -> bool:
    """True for a whole attribution that needs no quote mark below it to be believed."""
    plain = text[: MAX_SCAN * 2].strip()
    if len(plain) > MAX_SCAN:
        return False
    if _ISO_DATE_NAME.match(plain) and len(plain.split()) <= 10 and not plain.endswith("."):
        return "gmt" in plain.lower() or says_wrote(plain) or _has_address(plain)
    if not ends_attribution(plain):
        return False
    folded = fold(plain).lstrip("-*_~ ")
    dated = bool(_DATE.search(folded))
    first = _words(folded)[0].rstrip(".,")
    opened = first in _FIRST_WORDS or folded[0].isdigit()
    opened = opened or any(f", {word} " in folded for word in ("le", "on", "el", "em", "am", "op"))
    return (opened and dated) or _has_address(plain)


def is_weak_attribution(line: str) -> bool:
    """True for what counts as an attribution only right above a marked quote."""
    text = line[:MAX_SCAN].strip()
    if not text or len(line) > MAX_SCAN:
        return False
    if ends_attribution(text) or header_role(text) == "from":
        return True
    closes = text.endswith((":", ">", "]"))
    has_address = _has_address(text)
    return closes and (
        (has_address and len(text.split()) <= 12)
        or (bool(_DATE.search(text)) and starts_attribution(text))
    )


def header_role(line: str) -> str:
    """'from', 'date', 'to', 'subject', 'cc' or 'reply' for a mail header line in our languages."""
    if ":" not in line[:40]:
        return ""
    found = _HEADER.match(line[:MAX_SCAN])
    return _ROLES.get(fold(found.group(1)), "") if found else ""


def header_block(lines: Sequence[str], at: int) -> int:
    """Lines of a mail header block (Outlook's quoting) at `at`; 0 when there is none.

    Needs three different fields, one of them the sender, within twelve lines; values may go on.
    """
    if header_role(lines[at]) not in ("from", "date", "subject"):
        return 0
    roles: set[str] = set()
    end = at
    blanks = 0
    for offset, line in enumerate(lines[at : at + 12]):
        role = header_role(line)
        if role:
            roles.add(role)
            end, blanks = at + offset + 1, 0
        elif not line.strip():
            blanks += 1
        elif blanks:
            break
        if blanks > 1:
            break
    return end - at if "from" in roles and len(roles) >= 3 else 0


def is_original_message(line: str) -> bool:
    """True for '-----Original Message-----' and forward marks in our languages."""
    start = line.lstrip()[:5]
    if not start:
        return False
    if start[0] not in "-_=*":  # no rule around it: only "Begin forwarded message:" is left
        if start.isascii() and start.lower() not in _FORWARD_FIRST:
            return False
        if start[0] not in "DdBbIiAa" and not line.rstrip().endswith((":", "：")):
            return False
    text = fold(line)
    core = text.strip("-_=* \t")
    ruled = text.startswith(("--", "__", "==", "*-", "**")) and core != text
    if ruled and core.startswith(_ORIGINAL):
        return True
    return core.startswith(_BEGIN_FORWARD) and len(core) < 60


def is_phone_line(line: str) -> bool:
    """True for 'Sent from my phone' lines in our languages (and a few more)."""
    start = line.lstrip(" <>()[]*-_\t")[:3]
    if start[:1] not in _PHONE_FIRST or len(line) > 2 * _PHONE_MAX:
        return False
    if start.isascii() and start.lower() not in _PHONE_THREE:
        return False
    text = fold(line).strip("<>()[]*-_ ")
    return 0 < len(text) <= _PHONE_MAX and text.startswith(_PHONE_WORDS)


def is_rule(line: str, least: int = 2) -> bool:
    """True for a line of rule characters only (---, ___, ===, ***)."""
    text = line.strip()
    return len(text) >= least and text[0] in _RULE_CHARS and not text[:MAX_SCAN].strip(_RULE)


def is_list_line(line: str) -> bool:
    """True when a line below a rule speaks of the list itself."""
    text = fold(line)
    return any(mark in text for mark in _LIST_MARKS)


def opens_footer(line: str) -> bool:
    """True for the first line of a provider's or list's footer that needs no rule above it."""
    start = line.lstrip()[:4]
    if start[:1] not in _FOOTER_FIRST or (start.isascii() and start.lower() not in _FOOTER_FOUR):
        return False
    return fold(line).startswith(_FOOTER_OPENERS)


def is_disclaimer(paragraph: str) -> bool:
    """True for a confidentiality notice: long, and speaks of secrecy and of addressees."""
    text = paragraph[:2000].casefold()
    secret = len(text) >= 120 and speaks_of_secrecy(text)
    return secret and any(word in text for word in _ADDRESSEE)


def speaks_of_secrecy(folded: str) -> bool:
    """True where a case-folded text holds a word that is in every confidentiality notice."""
    return any(word in folded for word in _SECRET)


def has_contact(line: str) -> bool:
    """True when a line holds an address, URL or telephone number, as signatures do."""
    return bool(_CONTACT.search(line[:MAX_SCAN]))


def is_dash_name(line: str) -> bool:
    """True for '--Ana Pérez ...': a signature mark run into the name."""
    return bool(_DASH_NAME.match(line[:MAX_SCAN]))
