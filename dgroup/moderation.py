"""Held posts as moderators see them: which reasons people decide on, what a held post is, and the
letters about it. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from archive.model import ParsedMessage, PartRole
from dgroup.address import clean_line, person_name
from dgroup.effects import NewCode, QueueLetter
from dgroup.model import Group, Membership, WhoJoins
from dgroup.policy import ATTACHMENTS, AWAY_SUBJECT, FLOODS, MAYBE, NOBODYS, SPAM
from dgroup.runs import zone_of

ACTION = "moderate"
"""action of the codes in letters that ask for a decision"""
WAITING, APPROVED, REFUSED = "waiting", "approved", "refused"
DISCARDED, EXPIRED = "discarded", "expired"
"""states of a held mail"""
ASKED = "approve"
"""name of the letter about one held post"""
DECIDED = "decided"
"""name of the letter that says who decided, and when"""
LISTED = "waiting"
"""name of the letter that lists what waits"""
JOINING = "join-asked"
"""the letter about somebody who waits to be let in"""
FLOOD_TOLD = "flood-told"
"""the letter that too many posts come at once: one a day"""
ASKED_PER_DAY = 30
"""letters about single posts and people that a moderator gets of a group in a day; then lists"""
MAYBE_DAYS = 2
"""how long a post that may be a command waits for its sender"""
FIRST_LINES = 15
FILES = 20
ROWS = 50
_SUBJECT_LENGTH, _NAME_LENGTH = 80, 30
_DECIDED = frozenset(
    {
        "moderated",
        "member-moderated",
        "first-post",
        "several-authors",
        "other-list",
        "announce-only",
        "too-large",
        SPAM,
        ATTACHMENTS,
    }
)
_NUMBER = re.compile(r"\bP-(\d{1,12})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A held mail with what was decided on it."""

    id: int
    subject: str
    sender: str
    reason: str
    state: str
    held_at: datetime
    decided_at: datetime | None = None
    decided_by: str = ""
    """name or address of who decided, 'host', or why it was decided by itself"""
    author: Membership | None = None
    """the member whom the sender's address belongs to"""
    proved: bool = True
    """the author is told what is decided"""
    kept: bool = True
    """the mail itself is still there"""

    @property
    def number(self) -> str:
        """As letters show it: 'P-98'."""
        return f"P-{self.id}"


@dataclass(frozen=True, slots=True)
class Moderation:
    """What the answer to a question about held posts needs to know."""

    posts: tuple[HeldPost, ...]
    moderators: tuple[Membership, ...]
    """all who decide in the group"""
    ask: tuple[Membership, ...]
    """those of them who may be asked at once"""


def is_asked(reason: str, group: Group) -> bool:
    """Tell whether moderators get a letter at once about a mail that is held for this reason.

    Those whose author is asked (to join, to say that it is theirs) wait for the author.
    """
    if reason == "not-a-member":
        return group.who_joins is not WhoJoins.OPEN
    return reason in _DECIDED


def is_listed(reason: str, group: Group) -> bool:
    """Tell whether moderators decide on it at all: what anybody may send us is only listed, and so is
    what looks like the answer of a program, of which one post may bring hundreds, and a flood."""
    return is_asked(reason, group) or reason in NOBODYS | FLOODS | {AWAY_SUBJECT}


def hold_days(reason: str, group: Group) -> int:
    """Give how many days a mail waits for a decision."""
    return MAYBE_DAYS if reason == MAYBE else group.hold_days


def numbers(text: str) -> tuple[int, ...]:
    """Give the held posts that a text names ('P-98'), in order, each once."""
    return tuple(dict.fromkeys(int(found) for found in _NUMBER.findall(text)))


# --- Letters ----------------------------------------------------------------------------------


def question(
    post: HeldPost, message: ParsedMessage, moderator: Membership, group: Group
) -> QueueLetter:
    """Show a moderator a held post: why it is held, its first lines and files, how to decide."""
    lines = [line.rstrip() for line in message.text.strip().split("\n")]
    files = [one for one in message.parts if one.role is PartRole.ATTACHMENT]
    return QueueLetter(
        name=ASKED,
        recipient=moderator.address,
        language=moderator.language,
        values=(
            ("number", post.number),
            ("subject", clean_line(post.subject, _SUBJECT_LENGTH)),
            ("who", _who(post, message)),
            ("sender", post.sender),
            ("reason", post.reason),
            ("proved", post.proved),
            ("trusting", post.author is not None and post.author.inside),
            ("lines", tuple((line,) for line in lines[:FIRST_LINES])),
            ("cut", len(lines) > FIRST_LINES),
            ("files", tuple((_filename(one.filename), _size(one.size)) for one in files[:FILES])),
        ),
        code=code_for([post.id], moderator, group),
    )


def listing(
    posts: Sequence[HeldPost], moderator: Membership, group: Group, *, reminder: bool
) -> QueueLetter:
    """List held posts for a moderator, oldest first."""
    shown = posts[:ROWS]
    rows = tuple((one.number, one.sender, clean_line(one.subject, 200)) for one in shown)
    values = (
        ("rows", rows),
        ("count", len(posts)),
        ("more", len(posts) - len(shown)),
        ("example", posts[0].number),
        ("reminder", reminder),
    )
    code = code_for([one.id for one in shown], moderator, group)
    return QueueLetter(LISTED, moderator.address, moderator.language, values, code)


def code_for(posts: Sequence[int], moderator: Membership, group: Group) -> NewCode:
    """Give the code of a letter that asks about `posts`, by id: it is open as long as they wait."""
    text = ",".join(map(str, posts))
    return NewCode(ACTION, moderator.address, text, max(group.hold_days, 7))


def asked_about(payload: str) -> tuple[int, ...]:
    """Read the held posts that a code is about; () for a code of another kind."""
    parts = payload.split(",")
    return tuple(map(int, parts)) if all(one.isdecimal() for one in parts) else ()


def clock(moment: datetime, group: Group) -> str:
    """Give the time of day of a decision as the group's people read it: '10:42'."""
    return f"{moment.astimezone(zone_of(group.info.timezone)):%H:%M}"


def _who(post: HeldPost, message: ParsedMessage) -> str:
    if post.author is not None and post.author.name:
        return clean_line(post.author.name, _NAME_LENGTH)
    given = person_name(message.from_[0].name) if message.from_ else ""
    return clean_line(given or post.sender, _NAME_LENGTH)


def _filename(name: str) -> str:
    return clean_line(name, _SUBJECT_LENGTH) or "-"


def _size(size: int) -> str:
    return f"{size / 1024 / 1024:.1f} MB" if size >= 1024 * 1024 else f"{-(-size // 1024)} KB"
