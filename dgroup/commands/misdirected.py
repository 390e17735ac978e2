"""A post that is really a command (COMMANDS D5): "unsubscribe" sent to everybody. Pure.

Careful on purpose: a post that only speaks of leaving is a post. Nothing is taken for a command but a
whole mail that says nothing else; a mail that says little else is put to its sender.
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
"""own words of a post that is a command"""
MAYBE_WORDS = 30
"""own words of a post that may be one"""
SUBJECT_WORDS = 5
FEW = 4
LINES = 4
"""first lines among which a bare command is looked for"""
Read = Callable[[Incoming], Reading]
# Words of the four languages (folded) that no post about leaving a village or joining a meeting has.
_PLAIN = re.compile(
    r"\b(?:un|de|des)-?(?:subscri|inscri|abonn|suscri)|\b(?:signoff|unsub|baja)\b"
    r"|\b(?:list|liste|lista|group|groupe|grupo|newsletter|digest)\b"
    r"|\b(?:e-?mails?|courriels?|correos?|messages?|mensajes?|mensagens)\b"
    r"|\b(?:remove|delete|retire|enleve|supprime|quit|saca|borra|elimina|remov|tir)\w*"
    r"[\s-]*(?:me|moi)\b"
)
# People subscribe to views as well: in a few words only.
_JOINING = re.compile(r"\b(?:subscri|inscri|abonn|suscri)")
_COURTESY = frozenset(
    "please pls thanks thank you hi hello dear all bonjour merci svp hola gracias por favor ola "
    "obrigado obrigada".split()
)


def misdirected(mail: Incoming, read: Read) -> Reading | None:
    """Give what a post asks of us; `sure` where it says nothing else; None for a true post.

    `read` is the reader of commands. Long posts, posts with files and answers to a letter of ours
    cost nothing here.
    """
    own = mail.content.own
    if len(own) > 400 or _has_files(mail):
        return None
    count = len(own.split())
    if count > MAYBE_WORDS or _names_others(mail, f"{mail.message.subject} {own}"):
        return None
    subject, is_reply = normal_subject(mail.message.subject)
    title = "" if is_reply or len(subject.split()) > SUBJECT_WORDS else subject
    if not title and not own:
        return None
    return _judged(mail, read, title, own)


def _judged(mail: Incoming, read: Read, title: str, own: str) -> Reading | None:
    """Weigh subject and text, each by itself: a reply's subject is not the sender's own word.

    A bare "leave" under somebody else's subject may answer a question of that thread.
    """
    headed = _read(mail, read, title, "") if title else None
    spoken = _read(mail, read, "", own) if own else None
    if headed is not None and _agrees(mail, title, own, headed, spoken):
        return headed
    if spoken is None:
        asks = headed is not None and _is_plain(title)
        return replace(headed, sure=False) if headed is not None and asks else None
    alone = _says_only(mail, read, own, spoken.verb)
    other = headed is not None and headed.verb != spoken.verb
    bare = not mail.message.subject.strip() and _is_bare(_without_name(mail, own))
    certain = _is_plain(own) or bare
    return replace(spoken, sure=spoken.sure and alone and certain and not other)


def _agrees(mail: Incoming, title: str, own: str, headed: Reading, spoken: Reading | None) -> bool:
    """The text says the same, or adds nothing but courtesy and a name (RULINGS 8)."""
    if len(own.split()) > WORDS:
        return False
    if spoken is not None:
        return spoken.verb == headed.verb
    rest = len(_words(_without_name(mail, own)))
    return rest <= (FEW if _is_plain(title) else 0)


def _says_only(mail: Incoming, read: Read, own: str, verb: str) -> bool:
    """Tell whether the words, read in one go, are the command and nothing else."""
    if len(own.split()) > WORDS:
        return False
    line = " ".join(_without_name(mail, own).split())
    whole = _read(mail, read, "", line)
    return whole is not None and whole.verb == verb


def _is_plain(text: str) -> bool:
    """Tell whether the words can only be about being in a group and getting its mail."""
    words = _folded(text)
    few = len(words.split()) <= FEW
    return _PLAIN.search(words) is not None or (few and _JOINING.search(words) is not None)


def _is_bare(text: str) -> bool:
    """Tell whether a text is one word and courtesy."""
    return len(_words(text)) == 1


def _words(text: str) -> list[str]:
    return [word for word in _folded(text).split() if word not in _COURTESY]


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
    lines = _without_name(mail, said).split("\n")[:LINES]
    bare = [line for line in lines if _is_bare(line)]
    return any(_alone(mail, read, "", line).verb == verb for line in bare)


def _alone(mail: Incoming, read: Read, subject: str, own: str) -> Reading:
    message = replace(mail.message, subject=subject)
    return read(replace(mail, content=Content(message, own)))


def _without_name(mail: Incoming, own: str) -> str:
    """Leave out the sender's name and address, with which people sign."""
    sender = mail.message.from_[0].name if mail.message.from_ else ""
    names = {word.casefold() for word in sender.replace(",", " ").split()} | {mail.sender}
    lines = (
        " ".join(word for word in line.split() if word.strip("<>,.-").casefold() not in names)
        for line in own.split("\n")
    )
    return "\n".join(lines).strip()


def _names_others(mail: Incoming, text: str) -> bool:
    """An address beside the sender's and ours: whatever it asks, it is not about the sender alone."""
    known = {mail.sender, mail.route.address.lower()}
    return any("@" in word and _bare(word) not in known for word in text.split())


def _bare(word: str) -> str:
    return word.strip("<>()[].,;:\"'").lower().removeprefix("mailto:")


def _folded(text: str) -> str:
    """Lower case, no accents, nothing but words."""
    plain = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^\w'-]+", " ", kept).split())


def _has_files(mail: Incoming) -> bool:
    return any(part.role is PartRole.ATTACHMENT for part in mail.message.parts)
