"""A post that is really a command (COMMANDS D5): "unsubscribe" sent to everybody. Pure.

Careful on purpose: a post that only speaks of leaving is a post. Nothing is taken for a command but a
whole mail whose words mean nothing else; a mail that says more beside is put to its sender.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace

from archive.content import Content
from archive.model import PartRole
from archive.text import normal_subject
from dgroup.incoming import Answer, Incoming, Options, Reading

VERBS = frozenset({"join", "leave", "each", "daily", "weekly", "monthly", "pause", "resume"})
WORDS = 12
"""words of a post that is a command"""
SHORT = 30
"""words of a post that is looked at as a whole; of a longer one, how it begins and ends"""
SUBJECT_WORDS = 5
FEW = 4
ABOUT_WORDS = 6
LINE = 80
LINES = 4
"""first lines among which a bare command is looked for"""
_SENTENCE = 20
"""words of the one sentence in a long text that is asked about; nothing is done on it"""
_LAST = 3
"""last lines of a long text: the wish, then thanks and a name"""
_BEGIN, _TAIL = 300, 300
"""characters of a long text that are looked at"""
Read = Callable[[Incoming], Reading]
# Words of the four languages (folded) that no post about leaving a village or joining a meeting has.
_PLAIN = re.compile(
    r"\b(?:un|de|des)-?(?:subscri|inscri|abonn|suscri)|\bunsub\b|\b(?:de|la) baja\b"
    r"|\b(?:remove|delete|retire|enleve|supprime|quit|saca|borra|elimina|remov|tir)\w*"
    r"[\s-]*(?:me|moi)\b|\bme (?:quit|retir|saq|borr|remov|elimin|tir)\w+"
    r"|\btake (?:me|my (?:name|address|e-?mail)) (?:off|out)\b"
    r"|\b(?:remov|retir|quit|enlev|elimin)\w* (?:o |la |l'?)?(?:my|meu|mi|mon) (?:name|e-?mail|addres|"
    r"adress|endere|direcc|correo|courriel|nom)"
    r"|\bcancela\w* (?:mi |minha |a |la )?(?:inscri|suscri)"
)
# Words that every second post has: they count where there are few words.
_ABOUT = re.compile(
    r"\b(?:list|liste|lista|group|groupe|grupo|newsletter|digest|signoff|baja)\b"
    r"|\b(?:e-?mails?|courriels?|correos?|messages?|mensajes?|mensagens)\b"
    r"|\b(?:subscri|inscri|abonn|suscri)"
)
# Most posts have none of these at their ends.
_HINTS = (
    "subscri inscri abonn suscri unsub baja list group grup mail courriel correo messag mensa digest "
    "newsl signoff remov delet retir enl supprim quit saca saq borr elimin tire tirem"
).split()
# How the one word of a command begins in the languages that we read: most bare words are names.
_BEGINS = frozenset(
    "lea qui sal sai uns sub joi ent alt baj eac dai wee mon pau sus res rep ret rea nom dig heb "
    "quo men sem dia sto arr par ins adh ade rej uni des can sig rem bor cad cha vac abo".split()
)
_COURTESY = frozenset(
    "please pls thanks thank you hi hello dear all bonjour merci svp hola gracias por favor ola "
    "obrigado obrigada".split()
)
_NO_WORD = re.compile(r"[^\w'-]+")
_END = re.compile(r"(?<=[.!?])\s+")
_NOTICE = re.compile(
    r"^\W*(?:disclaimer|confidential|aviso|avis|avertissement|notice)", re.IGNORECASE
)


def misdirected(mail: Incoming, read: Read) -> Reading | None:
    """Give what a post asks of us; `sure` where it says nothing else; None for a true post.

    `read` is the reader of commands; most posts are told apart without it.
    """
    subject, is_reply = normal_subject(mail.message.subject)
    title = "" if is_reply or len(subject.split()) > SUBJECT_WORDS else subject
    whole = mail.content.own
    if not _may_ask(title, whole):
        return None
    if len(whole) > _BEGIN and not _may_begin(whole[:_BEGIN]):
        return _beside(mail, read, title, whole)
    own = _said(mail)
    if len(own.split()) > SHORT:
        return _beside(mail, read, title, own)
    lines = own.split("\n")[:LINES]
    if not _is_plain(title) and not _is_plain(own) and not any(map(_is_bare, [title, *lines])):
        return None
    found = _judged(mail, read, title, own)
    if found is None or _names_others(mail, f"{subject} {own}"):
        return None
    if not any(part.role is PartRole.ATTACHMENT for part in mail.message.parts):
        return found
    return replace(found, sure=False) if _is_plain(f"{title}\n{own}") else None


def _judged(mail: Incoming, read: Read, title: str, own: str) -> Reading | None:
    """Weigh subject and text, each by itself: a reply's subject is not the sender's own word.

    A bare "leave" under somebody else's subject may answer a question of that thread.
    """
    headed = _read(mail, read, title, "") if title else None
    spoken = _read(mail, read, "", own) if own else None
    if headed is not None and _agrees(title, own, headed, spoken):
        return headed
    if spoken is None:
        asks = headed is not None and _is_plain(title)
        return replace(headed, sure=False) if headed is not None and asks else None
    alone = _says_only(mail, read, own, spoken.verb)
    other = headed is not None and headed.verb != spoken.verb
    bare = not mail.message.subject.strip() and _is_bare(own)
    certain = _is_plain(own) or bare
    return replace(spoken, sure=spoken.sure and alone and certain and not other)


def _agrees(title: str, own: str, headed: Reading, spoken: Reading | None) -> bool:
    """The text says the same, or adds nothing but courtesy (RULINGS 8)."""
    if len(own.split()) > WORDS:
        return False
    if spoken is not None:
        return spoken.verb == headed.verb
    return len(_words(own)) <= (FEW if _is_plain(title) else 0)


def _says_only(mail: Incoming, read: Read, own: str, verb: str) -> bool:
    """Tell whether the words, read in one go, are the command and nothing else."""
    if len(own.split()) > WORDS:
        return False
    whole = _read(mail, read, "", " ".join(own.split()))
    return whole is not None and whole.verb == verb


def _beside(mail: Incoming, read: Read, title: str, own: str) -> Reading | None:
    """A long text whose subject, beginning or end is a wish to leave by itself."""
    lines = [line for line in own[-_TAIL:].split("\n") if line.strip()][-_LAST:]
    ends = [one for line in lines for one in _END.split(line)]
    first = own[:_BEGIN].partition("\n")[0]
    for subject, line in [(title, ""), *(("", one) for one in (first, *ends))]:
        words = subject or line
        if len(words.split()) > _SENTENCE or not _is_plain(words) or _names_others(mail, words):
            continue
        found = _read(mail, read, subject, line)
        if found is not None and found.verb == "leave":
            return replace(found, sure=False)
    return None


# --- Reading a part ---------------------------------------------------------------------------


def _read(mail: Incoming, read: Read, subject: str, own: str) -> Reading | None:
    """Read a part of the mail by itself: a plain, certain command or nothing."""
    reading = _alone(mail, read, subject, own)
    if not reading.sure or reading.verb not in VERBS or reading.people:
        return None
    if not _is_meant(mail, read, subject or own, reading.verb):
        return None
    # "Stop" is a no as well: then the sender is asked.
    certain = reading.answer is not Answer.NO
    kept = Options(until=reading.options.until, ambiguous=reading.options.ambiguous)
    return Reading(reading.verb, language=reading.language, sure=certain, options=kept)


def _is_meant(mail: Incoming, read: Read, said: str, verb: str) -> bool:
    """Words that mean nothing else, or a line that is the one word of the command."""
    if _is_plain(said):
        return True
    bare = [line for line in said.split("\n")[:LINES] if _is_bare(line)]
    return any(_alone(mail, read, "", line).verb == verb for line in bare)


def _alone(mail: Incoming, read: Read, subject: str, own: str) -> Reading:
    message = replace(mail.message, subject=subject, text=own, parts=())
    return read(replace(mail, content=Content(message, own)))


# --- Words ------------------------------------------------------------------------------------


def _may_ask(title: str, whole: str) -> bool:
    """Tell quickly whether anything of a post is worth looking at."""
    ends = f"{title}\n{whole[:_BEGIN]}\n{whole[-_TAIL:]}".lower()
    lines = whole[:_BEGIN].split("\n")[:LINES]
    return any(hint in ends for hint in _HINTS) or any(map(_is_bare, [title, *lines]))


def _may_begin(text: str) -> bool:
    """Tell whether a long text may be a command with a notice below it."""
    lines = text.split("\n")[:LINES]
    return _PLAIN.search(_folded(text)) is not None or any(
        _is_bare(line) or _is_plain(line) for line in lines
    )


def _is_plain(text: str) -> bool:
    """Tell whether the words can only be about being in a group and getting its mail."""
    words = _folded(text)
    if _PLAIN.search(words) is not None:
        return True
    return _ABOUT.search(words) is not None and len(_words(words)) <= ABOUT_WORDS


def _is_bare(text: str) -> bool:
    """Tell whether a text is one word, of those that begin a command, and courtesy."""
    words = _words(text) if len(text) < LINE and text.count(" ") <= FEW else []
    return len(words) == 1 and words[0][:3] in _BEGINS


def _words(text: str) -> list[str]:
    return [word for word in _folded(text).split() if word not in _COURTESY]


def _folded(text: str) -> str:
    """Lower case, no accents, nothing but words."""
    kept = text.casefold()
    if not kept.isascii():
        plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
        kept = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(_NO_WORD.sub(" ", kept).split())


def _said(mail: Incoming) -> str:
    """The own words without the sender's name and address, up to where a name or a notice ends
    them."""
    sender = mail.message.from_[0].name if mail.message.from_ else ""
    names = {word.casefold() for word in sender.replace(",", " ").split()} | {mail.sender}
    kept: list[str] = []
    for line in mail.content.own.split("\n"):
        words = line.split()
        rest = [word for word in words if word.strip("<>,.-").casefold() not in names]
        if kept and ((words and not rest) or _NOTICE.search(line)):
            break
        if rest:
            kept.append(" ".join(rest))
    return "\n".join(kept)


def _names_others(mail: Incoming, text: str) -> bool:
    """An address beside the sender's and ours: whatever it asks, it is not about the sender alone."""
    known = {mail.sender, mail.route.address.lower()}
    return any("@" in word and _bare(word) not in known for word in text.split())


def _bare(word: str) -> str:
    return word.strip("<>()[].,;:\"'").lower().removeprefix("mailto:")
