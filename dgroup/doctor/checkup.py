"""What `dgroup doctor` looks at and what it says: facts as they were found, findings as they are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dgroup.model import DmarcPolicy

Records = tuple[str, ...] | None
"""what a name has in the domain name system; None: nobody answered"""


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    LOOK = "look"
    """works, or cannot be told from here: somebody should look"""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, in plain words, with its cure."""

    section: str
    check: str
    """its name for programs; stays the same from version to version"""
    level: Level
    text: str
    cure: str = ""
    zone: tuple[str, ...] = ()
    """lines to be put into the zone as they stand"""


# --- The domain name system -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An address from which our mail reaches others, as they see it."""

    address: str
    spf: str
    """what SPF says of it for our reverse-paths: pass, fail, none, permerror .."""
    names: Records
    """where its PTR records lead"""
    confirmed: bool | None
    """whether one of those names leads back to it (FCrDNS); None: nobody answered"""


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """A key of ours and what the zone has of it."""

    selector: str
    domain: str
    record: str
    """what should be published; '' where the key cannot be read"""
    problem: str = ""
    bits: int = 0
    """of an RSA key; 0 for Ed25519"""
    published: Records = ()


@dataclass(frozen=True, slots=True)
class Dmarc:
    """The policy that holds for our domain."""

    answered: bool = True
    policy: DmarcPolicy | None = None
    at: str = ""
    """the name whose record it is"""
    aligned: bool | None = None
    """whether our signatures' domain vouches for our From; None: unsigned here, or not answered"""


@dataclass(frozen=True, slots=True)
class Names:
    """What the name servers say of us."""

    mx: Records
    """'10 mx.example.org', by preference"""
    mx_addresses: dict[str, Records]
    own_addresses: Records
    """of the domain itself: where mail goes without an MX"""
    spf: Records
    """TXT records of the domain that begin with v=spf1"""
    outgoing: tuple[Outgoing, ...]
    certain: bool
    """whether our mail surely leaves from those addresses: not where somebody else sends it for us"""
    keys: tuple[PublishedKey, ...]
    dmarc: Dmarc
    here: frozenset[str]
    """addresses of this machine, or said by whoever asks to be those that the world sees"""


# --- The other parts --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Smarthost:
    """What the smarthost says. No mail is sent."""

    near: bool
    """on this machine"""
    problem: str = ""
    """why no session could be had; '' if one could"""
    offers: frozenset[str] = frozenset()
    size: int | None = None
    """the largest mail that it takes, in bytes; None or 0: it does not say"""
    secure: bool = False
    certificate: str = ""
    """what is wrong with its certificate; '' for nothing, or where there was none"""
    days_left: int | None = None
    login: str = ""
    """what it answered to user and password, '' where it let us in or none are set"""
    refusal: str = ""
    """what it answered to an envelope of ours that was taken back; '' where it would take our mail"""


@dataclass(frozen=True, slots=True)
class Web:
    """What a leave link answers to GET, which never acts."""

    status: int = 0
    problem: str = ""
    ours: bool = False
    """the page is one of ours: the question whether to leave, or that the link is not known"""
    location: str = ""
    """where it redirects to"""
    ahead_s: float | None = None
    """how far our clock is ahead of the web server's"""


@dataclass(frozen=True, slots=True)
class Certificate:
    """The listener's own certificate."""

    problem: str = ""
    names: tuple[str, ...] = ()
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Store:
    """The database."""

    problem: str = ""
    revision: str | None = None
    head: str = ""
    broken: str = ""
    """what the engine's own check of the file says; '' for nothing"""
    due_since: datetime | None = None
    """since when the copy that should have gone out first has been due"""
    quarantined: int = 0
    running: bool = False
    """whether a service is at work on it"""
    newest: datetime | None = None
    """of the newest line of the log"""
    ahead_s: float | None = None
    """how far our clock is ahead of the database server's; None where it is this machine's"""


@dataclass(frozen=True, slots=True)
class Disk:
    """A folder and the room on its disk, in bytes."""

    path: str
    what: str
    exists: bool = True
    writable: bool = True
    free: int = 0
    total: int = 0
    inodes_free: int = 0
    inodes: int = 0
    """0 where the file system does not count them"""


@dataclass(frozen=True, slots=True)
class Secret:
    """A file that nobody else should read."""

    path: str
    what: str
    exists: bool = True
    readable: bool = True
    """by whoever runs this"""
    mode: int = 0o600
    reachable: bool = True
    """whether others can come to it through the folders above it"""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that was found, at one moment. None: left out (offline, or there is no such part)."""

    now: datetime
    store: Store
    disks: tuple[Disk, ...]
    secrets: tuple[Secret, ...]
    certificate: Certificate | None = None
    names: Names | None = None
    names_problem: str = ""
    """why nothing could be asked about names"""
    smarthost: Smarthost | None = None
    web: Web | None = None
