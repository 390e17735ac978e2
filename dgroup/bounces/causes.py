"""Words and status codes of other servers -> Cause. Pure.

What is nobody's fault is looked for first: a refusal for our own standing that mentions an unknown user
as well blames no member.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dgroup.bounce_report import MEMBERS_OWN, Cause

MAX_TEXT = 8192
"""characters of a diagnostic that are looked at"""
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
_Rules = Sequence[tuple[Cause, re.Pattern[str]]]


def _rule(cause: Cause, *patterns: str) -> tuple[Cause, re.Pattern[str]]:
    return cause, re.compile("|".join(patterns), re.IGNORECASE)


_STRONG: _Rules = (
    _rule(
        Cause.POLICY,
        # Of our reverse-path, whatever is said of it: a server that asks back and is answered wrongly.
        r"sender (e-?mail )?(address )?(rejected|verif)|(sender|callout|call-?back) verif|verif\w+ failed for",
        r"(verif\w+|unknown|rejected|refused)\b.{0,40}-bounces\+|-bounces\+\S{0,250}.{0,40}(unknown|rejected)",
    ),
    _rule(Cause.DEAD, r"5\.4\.1 (<[^<>]{3,250}>: )?recipient address rejected: access denied"),
    _rule(
        Cause.POLICY,
        r"recipient preferences|groups\.google|n.existe pas ou que vous ne soyez pas autoris",
        r"not exist,? (or )?(they|you) (may|might)|may not exist|access denied|relay(ing)? denied",
    ),
    _rule(
        Cause.AUTH,
        r"\bdmarc\b",
        r"\bspf\b",
        r"\bdkim\b",
        r"unauthenticated (e-?mail|sender)",
        r"authentication (information|checks?|failed|required)",
        r"not authenticated",
        r"sender id ",
    ),
    _rule(
        Cause.BLOCKLIST,
        r"black\s?list",
        r"block\s?list",
        r"\b(dns|r)bl\b",
        r"spamhaus|spamcop|barracuda(central| reputation)|senderbase|sorbs|cloudmark|proofpoint",
        r"banned sending ip",
        r"\breputation\b",
        r"blocked (using|by|for|due(?! to inactiv))|:blocked\)|service refus",
        r"(client host|ip( address)?|sender|server|host|connection|mail)\b(?!.{0,80}mailbox).{0,80}\bblocked",
        r"(?<!not )\blisted (in|at|by|on)\b",
        r"open relay",
        r"reverse (dns|host|name|ip)|\bptr\b|\brdns\b|cannot find your (reverse )?hostname",
        r"unable to look up.{0,30}(host|address)",
        r"dial-?up|dynamic(ally)? (ip|assigned|address|host)|residential ip",
    ),
    _rule(
        Cause.CONTENT,
        r"\bspam\b|\bspammy\b|antispam|spamassassin|unsolicited|bulk mail|\buce\b|\bdt:spm\b",
        r"\bvirus|malware|infected|phish",
        r"(message|mail|content|attachment|file|subject|url|link)\b.{0,60}(content|attachment)?"
        r" (was |is |has been |have been )?(filtered|quarantined|prohibited|forbidden|suspicious)",
        r"content (rejected|restrict|filter|violation|reject|not accept|denied)|media error",
        r"executable|bare (lf|cr|line)",
        r"rejected (by|due to|because of) (\w+ ){0,3}(content|filter)",
    ),
    _rule(
        Cause.SIZE,
        r"(message|mail|e-?mail|body|header)( size)?( is| was)? (too (large|big|long)|exceed)",
        r"\bmail size limit exceed",
        r"message (size|length) (exceed|limit|restrict)",
        r"exceeds? (the )?(fixed )?(maximum|max\.?|size|administrative) (message )?(size|limit)",
        r"too (large|big) (message|mail|for)|size limit for (messages|mail)|max(imum)? message size",
        r"message file too big",
    ),
    _rule(
        Cause.FULL,
        r"(mail\s?box|inbox|mail\s?folder|user|account|recipient|mailfolder|maildir)\b.{0,60}"
        r"(\bfull\b|over( |-)?(its |their |the )?quota|exceed|too large|out of (storage|space|quota))",
        r"(disk |over ?|mail |mailbox |storage |exceed\w* (\w+ ){0,3})quota|quota exceed|quota full",
        r"exceeded (\w+ ){0,2}(storage|disk|mailbox)|insufficient (disk )?(quota|space for)",
        r"(?<!of )not enough (storage|disk|space)|no space left in (mail|in)?box|size limit of the mailbox",
        r"(reached|exceeded|over|above) (\w+ ){0,2}(storage|mailbox|quota)( space)? (limit|size|quota)",
        r"bo[iî]te\b.{0,80}(pleine|satur[eé]e)|quota\b.{0,60}(d[eé]pass[eé]|atteint)",
        r"buz[oó]n.{0,80}(llen[oa]|saturado)|(super|exced|sobrepas)\w*.{0,40}\b(cuota|cupo|almacenamiento)",
        r"(caixa|conta|buz[oó]n|cuenta)\b.{0,60}(atingi|excede|ultrapass|alcanz|super)\w*.{0,20}l[ií]mite",
        r"caixa\b.{0,80}(cheia|lotada)|[cq]uota.{0,30}(excedida|esgotada|ultrapassada)",
        r"(postfach|mailbox|speicher(platz|quote)).{0,60}(\bvoll\b|[uü]berschritten|ersch[oö]pft)",
        r"casella.{0,60}(piena|esaurit)|(postvak|mailbox|postbus)\b.{0,60}\bvol\b",
        r"ящик.{0,60}(переполнен|заполнен)|(邮箱|信箱).{0,12}(已满|满)|空间(不足|已满)",
        r"memory overflow|mailbox size limit|filled up",
    ),
    _rule(
        Cause.TEMPORARY,
        r"try (it )?again (later|in|soon)|host not found, try again|please try again\W*$",
        r"time(d|-)?\s?out|connection (refused|reset|closed|lost|dropped|failed|died)",
        r"did not accept our requests to connect|(un)?able to (connect|reach|establish)",
        r"not responding|did not respond|no route to host|network (is )?unreachable|socket error",
        r"in the queue too long|queue\.?\s?(time|expir)|envelope expired|message expired",
        r"expired|retry time|giving up after|has been delayed|still (being )?(re)?tr(y|ied)",
        r"delivery.{0,40}(delay|suspend)|could not (yet )?be delivered (yet|within|for)",
        r"temporar(y|ily)|deferred|gr[ae]ylist|service (currently |temporarily )?unavailable",
        r"too many (connection|session|concurrent|recipient|message|error)|rate.?limit|throttl",
        r"frequency limit|max(imum)? (e-?mails|messages) per (hour|day)",
        r"at a rate that|resources? (temporarily )?unavailable|insufficient (system )?(storage|res)",
        r"disk full|no space left on device|out of memory|cannot create|input/output error",
        r"not reachable|multiple retries|could ?n.t create|(malformed|unexpected) name server reply",
        r"wasn't able to establish an smtp connection|lost connection|could not deliver for the last",
    ),
)
_SAYS_DEAD = _rule(
    Cause.DEAD,
    r"(user|recipient|address|account|mailbox|mail ?box|userid|addressee|destinataire|alias|login)s?"
    r"\b.{0,80}?(unknown|not (be )?found|does ?n.t exist|does not exist|not exist|no longer|invalid|"
    r"not (been )?(known|recogni[sz]ed|listed|valid|local|our customer)|non.?exist|undeliverable|"
    r"isn.t (here|listed|found)|doesn.t have|wasn.t found)",
    r"(unknown|invalid|no such|bad|no valid|not a valid|unrout(e)?able|non-?existent|no known|"
    r"undeliverable|illegal|incorrect)( or \w+)?"
    r" (local |final |delivery |destination |e-?mail |mail |virtual |forward |smtp |local-part )*"
    r"(user|recipient|address|account|mail\s?box|person|addressee|alias|id|userid|part|domain|host)",
    r"no mailbox here|no such (person|name|local)|no (account|one|users?) (by|with|here|at|of) ",
    r"not (a )?(known|valid) (user|recipient|address|mailbox)|has moved|user .{0,40} moved",
    r"name or service not known|(host|domain)( name)? (is )?(unknown|not found|does not exist)",
    r"(host|domain)\b.{0,60}(does ?n.t exist|couldn.t be found|not found|unknown|non-?existent)",
    r"nxdomain|null ?mx|indicated no smtp service|does not accept (e-?)?mail|no mx|non-?existent (host|domain)|"
    r"cannot find any (mx|host)|couldn.t find any host",
    r"recipientnotfound|recipnotfound|not listed in.{0,30}(directory|book)|user.{0,40}not listed",
    r"(utilisateur|destinataire|adresse|usuario|destinatario|direcci[oó]n|cuenta|utilizador|utente|indirizzo"
    r"|destinat[aá]rio|endere[cç]o|conta|empf[aä]nger|benutzer|adressat|ontvanger|gebruiker)\b.{0,40}"
    r"(inconnu|descono[cs]id|desconhecid|sconosciut|inexist|unbekannt|onbekend|non esiste|bestaat niet)",
    r"utilisateur inconnu|adresse.{0,60}invalide|usuario desconocido|no existe|desconhecid|"
    r"utente sconosciuto|unbekannt|existiert nicht|n.existe pas|n[aã]o existe|inexistente",
    r"(user|address).{0,20}rejected: user|delivery error: dd|answer=6596|this user doesn",
    r"mailbox unavailable.{0,300}in reply to rcpt|after rcpt to.{0,300}mailbox unavailable",
)
_OF_THE_ACCOUNT = re.compile(
    r"user doesn.t have an? \S{1,60} account|(mailbox|account)( \S{1,90})? is (disabled|suspended|closed)"
    r"|local mailbox \S{3,90} is unavailable",
    re.IGNORECASE,
)
"""said of the account as such, which no reader's filter says: it holds after the whole mail was taken, too"""
_NO_SUCH = re.compile(r"\b(no such user|user unknown|unknown user|user not found)\b", re.IGNORECASE)
_AT_RCPT = re.compile(r"\bin reply to rcpt\b|\bafter rcpt to\b|>>> rcpt\b", re.IGNORECASE)
_SAYS_CLOSED = _rule(
    Cause.DISABLED,
    r"(user|account|mailbox|recipient|address)\b.{0,60}(disabled|suspended|inactive|"
    r"deactivated|frozen|locked|blocked|expired|not active|closed|terminated|discontinued)",
    r"(disabled|suspended|inactive|deactivated|locked) (user|account|mailbox|recipient)",
    r"mailbox currently|not accepting (mail|messages) (right|at this|currently)",
)
_OURS = _rule(
    Cause.POLICY,
    r"relay(ing)? (access )?(denied|not|prohib|is)|(not|denied) (permitted |allowed )?to relay|"
    r"we do not relay|relaying mail to",
    r"(sender|mail from|originator|your (domain|address|server|host|ip))\b.{0,60}"
    r"(reject|denied|not (allowed|accepted|permitted|exist|found)|refused|unknown|invalid|verif)",
    r"access denied|polic(y|ies)|pol[ií]tica|politique|richtlinie|not (allowed|authori[sz]ed|permitted|accepted)|unauthori[sz]ed|"
    r"permission denied|prohibited|administrative|refused by|restricted|prevented delivery|"
    r"tls (is )?required|starttls|rule (imposed|set)|does not like (sender|our mail)|"
    r"moderat(ed|ion)|only accepts|members? only|rfc ?(2822|5322|822|5321)|require[sd]",
)
_WEAK: _Rules = (
    _rule(
        Cause.PROTOCOL,
        r"syntax error|command (not|un)|bad sequence|protocol error|mail loop|"
        r"loop(s)? (back|detected)|too many hops|hop count|exceeded maximum hop",
    ),
    _rule(Cause.POLICY, r"reject|refus|denied|decline|not (be )?accept|bad destination"),
)
_AT_DATA = re.compile(
    r"\bend of data\b|in reply to (end of )?data\b|smtp command data|\(data\)|after data\b|>>> data\b",
    re.IGNORECASE,
)
_NOBODYS = frozenset({Cause.AUTH, Cause.CONTENT, Cause.SIZE, Cause.POLICY})
_EXACT = {
    **dict.fromkeys(("1.1", "1.2", "1.3", "1.6", "1.10", "1.351"), Cause.DEAD),
    **dict.fromkeys(("1.7", "1.8"), Cause.POLICY),
    **dict.fromkeys(("2.1", "7.13"), Cause.DISABLED),
    "2.2": Cause.FULL,
    **dict.fromkeys(("2.3", "3.4"), Cause.SIZE),
    **dict.fromkeys(("4.1", "4.2", "4.7", "4.5", "4.3", "4.316"), Cause.TEMPORARY),
    "4.4": Cause.DEAD,
    **dict.fromkeys(("4.6", "4.8", "4.14"), Cause.PROTOCOL),
    "3.1": Cause.TEMPORARY,
    **dict.fromkeys(("7.9", *(f"7.{n}" for n in range(20, 31))), Cause.AUTH),
    "7.27": Cause.DEAD,
    "1.0": Cause.UNKNOWN,
}
_CLASS = {"3": Cause.PROTOCOL, "5": Cause.PROTOCOL, "6": Cause.CONTENT, "7": Cause.POLICY}


def statuses(text: str) -> tuple[str, ...]:
    """Give the enhanced status codes in a text (RFC 3463), in order."""
    return tuple(found.group() for found in _STATUS.finditer(text[:MAX_TEXT]))


def cause_of(text: str, status: str = "", *, weak: bool = True) -> Cause:
    """Say why a mail was not delivered by what the other server said.

    `status` is the report's own; a code within the text is nearer to the event and goes first.
    Without `weak` words that say little ("rejected") are left for another text to explain.
    """
    text = " ".join(text[:MAX_TEXT].split())
    if strong := _first(_STRONG, text):
        return strong
    codes = statuses(text) or ((status,) if status else ())
    if codes and codes[0].startswith("4") and codes[0][2:] != "2.2":
        return Cause.TEMPORARY
    meant = [by_status(code) for code in codes] or [Cause.UNKNOWN]
    ours = next((one for one in meant if one in _NOBODYS), None)
    if ours is not None:
        return Cause.DEAD if ours is Cause.POLICY and is_plain_no(text, text) else ours
    said = _first((_SAYS_CLOSED, _SAYS_DEAD, _OURS), text)
    if said in MEMBERS_OWN and is_at_data(text, codes):
        return Cause.UNKNOWN
    if said is not None:
        return said
    if meant[0] is not Cause.UNKNOWN:
        return meant[0]
    return (_first(_WEAK, text) if weak else None) or Cause.UNKNOWN


def is_at_data(text: str, codes: Sequence[str]) -> bool:
    """Tell whether a server refused the whole mail, after it had taken the address.

    Some providers answer "user unknown" to a mail that the reader's own filter does not want. A code
    that is about the address itself outweighs that: with pipelining an answer is seen late.
    """
    named = any(code.startswith(("5.1.", "5.2.1", "5.2.2")) for code in codes)
    if _OF_THE_ACCOUNT.search(text[:MAX_TEXT]) is not None:
        return False
    return not named and _AT_DATA.search(text[:MAX_TEXT]) is not None and "503" not in text


def is_plain_no(text: str, told: str) -> bool:
    """Tell whether a server did not know the address although its code is one for policy, as in 550 5.7.1 No
    such user: it said so when it was asked for the address, which `told` shows, and names no policy."""
    said = _NO_SUCH.search(text) is not None and _AT_RCPT.search(told) is not None
    return said and _first((*_STRONG, _OURS), text) is None


def by_status(status: str) -> Cause:
    """Say what an enhanced status code means by itself (RFC 3463, RFC 7372, RFC 7505)."""
    kind, _, rest = status.partition(".")
    if not rest:
        return Cause.UNKNOWN
    if kind == "2":
        return Cause.FINE
    if kind == "4":
        return Cause.FULL if rest == "2.2" else Cause.TEMPORARY
    return _EXACT.get(rest) or _CLASS.get(rest.partition(".")[0], Cause.UNKNOWN)


def _first(rules: _Rules, text: str) -> Cause | None:
    return next((cause for cause, pattern in rules if pattern.search(text)), None)
