"""What a mail server's answer means for people who never read a status code, for hosts and (in their
language, `templates/mail/_answers.txt.j2`) for coordinators. Pure.

Status codes are those of RFC 3463, reply codes those of RFC 5321; what has neither is read by its words.
"""

from __future__ import annotations

import re
from enum import StrEnum

GIVEN_UP = "given up: "
"""begins the last reply of what waited longer than a copy may"""


class Why(StrEnum):
    """Why a copy is not where it should be."""

    FULL = "full"
    UNKNOWN_ADDRESS = "unknown-address"
    NO_DOMAIN = "no-domain"
    CLOSED = "closed"
    LIMIT = "limit"
    GREYLISTED = "greylisted"
    AWAY = "away"
    HOST_FULL = "host-full"
    TOO_LARGE = "too-large"
    CONTENT = "content"
    REFUSED = "refused"
    UNSURE = "unsure"
    BROKEN = "broken"
    UTF8 = "utf8"
    NOTHING = "nothing"
    OTHER = "other"


WORDS = {
    Why.FULL: "their mailbox is full",
    Why.UNKNOWN_ADDRESS: "their server does not know the address",
    Why.NO_DOMAIN: "the part after the @ takes no mail",
    Why.CLOSED: "their mailbox is switched off",
    Why.LIMIT: "their server takes no more mail from us for now",
    Why.GREYLISTED: "their server asked us to come again later",
    Why.AWAY: "their server could not be reached",
    Why.HOST_FULL: "the smarthost has no room for now",
    Why.TOO_LARGE: "the mail is larger than their server takes",
    Why.CONTENT: "their server does not take this kind of mail",
    Why.REFUSED: "their server refuses our mail",
    Why.UNSURE: "the smarthost did not say whether it has taken it",
    Why.BROKEN: "the connection to the smarthost broke",
    Why.UTF8: "the server takes no addresses with letters beyond a to z",
    Why.NOTHING: "not tried yet",
    Why.OTHER: "their server did not take it",
}
_REPLY = re.compile(r"(\d{3})[ -](?:(\d)\.(\d{1,3})\.(\d{1,3})\b)?(.*)", re.DOTALL)
_BY_STATUS = {
    (1, 1): Why.UNKNOWN_ADDRESS,
    (1, 2): Why.NO_DOMAIN,
    (1, 10): Why.NO_DOMAIN,
    (2, 1): Why.CLOSED,
    (2, 2): Why.FULL,
    (2, 3): Why.TOO_LARGE,
    (3, 1): Why.HOST_FULL,
    (3, 4): Why.TOO_LARGE,
    (4, 1): Why.AWAY,
    (4, 2): Why.AWAY,
    (4, 4): Why.AWAY,
    (5, 3): Why.HOST_FULL,
    (6, 7): Why.UTF8,
}
_BY_CLASS = {1: Why.UNKNOWN_ADDRESS, 4: Why.AWAY, 6: Why.CONTENT}
_BY_WORDS = (
    (Why.GREYLISTED, re.compile(r"gr[ea]y-?list|try again later", re.IGNORECASE)),
    (
        Why.FULL,
        re.compile(r"mailbox (?:is )?full|over ?quota|quota exceeded|full mailbox", re.IGNORECASE),
    ),
    (Why.LIMIT, re.compile(r"\brate\b|too (?:many|much)|throttl|unusual", re.IGNORECASE)),
)


def why(reply: str) -> Why:
    """Tell what an answer, as the outbox keeps it, is about."""
    said = reply.removeprefix(GIVEN_UP)
    if not said.strip():
        return Why.NOTHING
    found = _REPLY.match(said)
    if found is None:
        return Why.BROKEN
    code, words = int(found[1]), found[5]
    if code == 0:
        return Why.UNSURE
    by_words = next((one for one, sign in _BY_WORDS if code < 500 and sign.search(words)), None)
    if by_words is not None:
        return by_words
    status = (int(found[3]), int(found[4])) if found[3] else (0, 0)
    if status == (2, 1) and code < 500:
        return Why.GREYLISTED
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status[0] == 7:
        return Why.REFUSED if code >= 500 else Why.LIMIT
    return Why.TOO_LARGE if code == 552 and not status[0] else _BY_CLASS.get(status[0], Why.OTHER)


def plainly(reply: str) -> str:
    """Give an answer in plain words, with what was really said behind it."""
    said = reply.removeprefix(GIVEN_UP).strip()
    meant = WORDS[why(reply)]
    return f"{meant} ({said})" if said else meant
