"""What a decision takes: a mail that came in, what its words say, and the facts that the database
knows about it. Frozen values, read by `plan` and `commands`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from archive.content import Content
from archive.model import ParsedMessage
from dgroup.bounce_effects import Standing
from dgroup.model import UNASKED, Envelope, Group, Membership, Protection, Route, Verdicts


@dataclass(frozen=True, slots=True)
class Incoming:
    """One mail to one recipient of ours, parsed and judged, before any database work."""

    envelope: Envelope
    route: Route
    content: Content
    verdicts: Verdicts
    sender: str
    """the address the mail claims to be from (From), lower-cased; never proof by itself"""
    protection: Protection = UNASKED
    """what the author's domain asks of hosts that get our copies"""
    spam: str = ""
    """what the filter of a trusted front says of it where it is spam ('X-Spam: Yes'), or ''"""

    @property
    def message(self) -> ParsedMessage:
        """The mail parsed."""
        return self.content.message


@dataclass(frozen=True, slots=True)
class LetterCounts:
    """Letters that an address got from us in the last 24 hours, for the caps (RULINGS 8)."""

    letters: int = 0
    confirmations_here: int = 0
    """letters with a code about this group"""
    confirmations: int = 0
    notes: int = 0
    """warnings that somebody used the address"""
    previews: int = 0
    """of what a coordinator asked for"""
    floods: int = 0
    """that the group holds posts of theirs because too many came"""


@dataclass(frozen=True, slots=True)
class PostFacts:
    """All that the decision on a post needs to know of the database."""

    group: Group
    member: Membership | None
    duplicate_of: int | None = None
    """post id of a post with the same Message-ID and digest"""
    imposter: bool = False
    """a post has this Message-ID with another content"""
    parent_key: str = ""
    """key of the post that a reply-key address names, if it exists"""
    parent_id: str = ""
    """canonical Message-ID of that post"""
    waiting_hold: bool = False
    """the same mail is held already; this and the rest is only read where a mail is held"""
    waiting: int = 0
    """how many mails like it are held: of this sender, or of senders that nobody vouches for"""
    letters: LetterCounts = LetterCounts()
    moderators: tuple[Membership, ...] = ()
    """whom a held mail is shown to at once; those who got too many such letters today are not among
    them: the next list of what waits tells them"""
    locked: bool = False
    """the thread that the mail answers takes no more posts"""
    maybe: str = ""
    """the verb of a command that the post may be meant as ('leave'), or ''"""
    standing: Standing = field(default_factory=Standing)
    """where a suspended author stands with mail that came back; only read for them"""
    readers: int = 0
    """how many members the post goes to; only read where its author gets a receipt"""
    sent_this_hour: int = 0
    """posts of its sender in the group within the last hour"""
    posted_this_hour: int = 0
    """posts of anybody in the group within the last hour"""
    flood_told: bool = False
    """moderators were told today that too many posts come; only read for a mail held for that"""

    @property
    def inside(self) -> bool:
        """The sender's address belongs to somebody who is in the group."""
        return self.member is not None and self.member.inside

    @property
    def banned(self) -> bool:
        """The sender's address belongs to somebody who is banned."""
        return self.member is not None and self.member.banned


class Answer(StrEnum):
    """What the words of a reply to one of our questions say."""

    YES = "yes"
    NO = "no"
    UNDO = "undo"
    DISCARD = "discard"
    """a held post: away with it, and tell nobody"""
    TRUST = "trust"
    """a held post: publish it and hold no more of this member's"""
    REOPEN = "reopen"
    """a declined post: publish it after all"""
    POST = "post"
    """what looked like a command was meant as a post"""
    LEAVE = "leave"
    """what looked like a command was one"""
    INVITE = "invite"
    """a list to add: ask them first"""
    FIX = "fix"
    """lines of a preview are to be put right or left out (`choices`), then shown again"""
    EMPTY = "empty"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Named:
    """A person as a command names them: 'Awa Diop <awa@ong.example>'."""

    address: str
    name: str
    language: str = ""
    delivery: str = ""
    """a Delivery that stands beside them, or ''"""


@dataclass(frozen=True, slots=True)
class Options:
    """What a command says beside its verb and the people it names (COMMANDS D3)."""

    until: date | None = None
    """last day of a pause"""
    ambiguous: bool = False
    """`until` could be read in two ways: it is echoed before it is used"""
    target: str = ""
    """number, key or URL's key of a post; reference of a hold or report ('P-98')"""
    into: str = ""
    """the other thread of a merge"""
    count: int = 0
    """how many posts"""
    words: str = ""
    """words to search, a new title, a coordinator's own words"""
    address: str = ""
    """the new address of `change address to`"""
    also: bool = False
    """`address` is only written from: mail goes where it went; with `on` False it is to be forgotten"""
    language: str = ""
    """the language asked for"""
    role: str = ""
    because: str = ""
    group: str = ""
    """'all', or the group named after "from" """
    quiet: bool = False
    """nobody but the coordinators is told"""
    setting: str = ""
    """name of a setting of `set`: 'welcome', 'who posts', 'summary day', ..."""
    value: str = ""
    """what the setting is to be"""
    on: bool = True
    """False for "receipt off" and the like"""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a command mail says, read without any knowledge of the group."""

    verb: str
    """canonical verb, or '' when nothing was understood"""
    people: tuple[Named, ...] = ()
    answer: Answer = Answer.EMPTY
    language: str = ""
    """language of the words that were understood, or ''"""
    reference: str = ""
    """short reference of the subject, '7KQ2-MX9T'"""
    code: str = ""
    """a whole code found in the address, the subject or the text, normalised"""
    sure: bool = True
    """the address names the verb, or subject and text agree on it (RULINGS 8)"""
    options: Options = Options()
    reason: str = ""
    """the words after a no"""
    choices: tuple[tuple[str, int], ...] = ()
    """('fix', 3), ('keep', 5), ('skip', 4): lines of a preview"""
    nearest: tuple[str, ...] = ()
    """where nothing or two things were understood: at most two verbs that it may mean"""
    problems: tuple[tuple[str, str], ...] = ()
    """lines of a list that name nobody: (line, why), at most 50"""
    truncated: bool = False
    """the list was longer than is read at a time"""
    meant: tuple[str, ...] = ()
    """an answer, without a doubt: the verbs of which its words ask for one ("yes, take me off")"""


@dataclass(frozen=True, slots=True)
class Code:
    """A confirmation code: stored hashed, single use, bound to action, actor and group."""

    id: int
    group_id: int
    action: str
    """verb that the answer carries out: 'join', 'add', 'remove', 'leave', 'publish', 'undo'"""
    address: str
    """the registered address that it was sent to"""
    payload: str
    """JSON of what will be done"""
    reference: str
    """short reference of the subject, '7KQ2-MX9T'"""
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Known:
    """An address that a command names, and what the group knows of it."""

    address: str
    name: str
    membership: Membership | None
    problem: str = ""
    """why the address cannot be used ('syntax', 'ours'), or empty"""


@dataclass(frozen=True, slots=True)
class Held:
    """A mail that waits for a decision."""

    id: int
    subject: str


@dataclass(frozen=True, slots=True)
class CommandFacts:
    """All that the decision on a command needs to know of the database."""

    group: Group
    member: Membership | None
    """the membership of the address the mail claims to be from"""
    token_member: Membership | None
    """the membership that the token in the address names, or of the address the code was sent to"""
    code: Code | None
    """the code in the address or subject, if there is one like it"""
    people: tuple[Known, ...]
    """what is known of each address that the command, or the code's payload, names; in its order"""
    coordinators: tuple[Membership, ...]
    waiting: tuple[Held, ...]
    """held posts that a yes to this code would publish"""
    letters: LetterCounts
    """of `addressee`"""
    now: datetime
    found: object = None
    """what the command's `needs` asked for: a type of its own for each need"""

    @property
    def addressee(self) -> str:
        """The registered address that answers go to: of the code, the token, the member; '' where
        the sender is nobody in the group."""
        if self.code is not None:
            return self.code.address
        known = self.token_member or self.member
        return known.address if known is not None and known.inside else ""
