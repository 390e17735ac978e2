"""A post that is really a command (COMMANDS D5): "unsubscribe" sent to everybody. Pure.

Careful on purpose: a post that only speaks of leaving is a post. Nothing is taken for a command but a
whole mail that says nothing else; a mail that says little else is put to its sender.
"""

from __future__ import annotations

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
Read = Callable[[Incoming], Reading]


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
    """Weigh subject and text, each by itself: a reply's subject is not the sender's own word."""
    headed = _read(mail, read, title, "") if title else None
    spoken = _read(mail, read, "", own) if own else None
    if headed is not None and (not own or _agrees(mail, read, title, own, headed)):
        return replace(headed, sure=True)
    if spoken is None:
        return replace(headed, sure=False) if headed is not None else None
    other = headed is not None and headed.verb != spoken.verb
    alone = len(own.split()) <= WORDS and _says_only(mail, read, own, spoken.verb)
    return replace(spoken, sure=alone and not other)


def _agrees(mail: Incoming, read: Read, title: str, own: str, headed: Reading) -> bool:
    """The text adds nothing to the subject but courtesy and a name (RULINGS 8)."""
    if len(own.split()) > WORDS:
        return False
    rest = _without_name(mail, own)
    return not rest or _says_only(mail, read, f"{title}\n{rest}", headed.verb)


def _says_only(mail: Incoming, read: Read, own: str, verb: str) -> bool:
    """Tell whether the words, read in one go, are the command and nothing else."""
    line = " ".join(_without_name(mail, own).split())
    whole = _read(mail, read, "", line)
    return whole is not None and whole.verb == verb and whole.answer is not Answer.NO


def _read(mail: Incoming, read: Read, subject: str, own: str) -> Reading | None:
    """Read a part of the mail by itself: a plain, certain command or nothing."""
    message = replace(mail.message, subject=subject)
    reading = read(replace(mail, content=Content(message, own)))
    plain = reading.sure and reading.verb in VERBS and not reading.people
    if not plain or reading.answer is Answer.NO:
        return None
    bare = Options(until=reading.options.until, ambiguous=reading.options.ambiguous)
    return Reading(reading.verb, answer=reading.answer, language=reading.language, options=bare)


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


def _has_files(mail: Incoming) -> bool:
    return any(part.role is PartRole.ATTACHMENT for part in mail.message.parts)
