"""The demonstration: a small e-conference of our own writing, posted through the listener.

The mails are `templates/demo/NN-name.eml`; `@{...}` in them is filled in here, and their first line
says when they were sent, counted in weeks of the conference and in the author's own zone.
"""

from __future__ import annotations

import asyncio
import re
import smtplib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from babel.dates import format_datetime as babel_datetime
from sqlalchemy import Connection, update

from archive import ids
from archive.i18n import locale_of
from archive.resources import tree
from dgroup import groups
from dgroup.changes import ChangeMember
from dgroup.errors import DgroupError
from dgroup.groups import NewGroup
from dgroup.model import Delivery, Group, Role
from dgroup.people import members
from dgroup.runs import newest_due, zone_of
from dgroup.tables import memberships, persons

GROUP = NewGroup(
    name="harvest",
    title="Harvest and markets",
    about=(
        "We advise farmers' organisations on selling well and on standing on their own feet, each "
        "in another country and mostly alone. Here we ask each other what we cannot ask at home."
        "\n\n"
        "One question a week, real cases, and please say what went wrong. Write in English, French "
        "or Spanish."
    ),
    timezone="Africa/Accra",
)
WEEKS = 3

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_WHEN = re.compile(rb"X-Demo-When: (\d) (\w{3}) (\d\d):(\d\d) (\S+)\n")
_ID = re.compile(r"^Message-ID: <(.+)>$", re.MULTILINE)
_FROM = re.compile(r"^From: .*<(.+)>$", re.MULTILINE)
_TO = re.compile(r"^To: (?:.*<)?([^<>\n]+?)>?$", re.MULTILINE)
_CHARSET = re.compile(r"^Content-Type: text/plain; charset=\"?([\w-]+)", re.MULTILINE)
_HOLE = re.compile(r"@\{(\w+)(?::(\d\d))?\}")
# How mail programs date the line above a quotation.
_QUOTED_ON = {
    "en": "EEE, d MMM y 'at' HH:mm",
    "fr": "EEEE d MMMM y 'à' HH:mm",
}


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A member of the demonstration; everybody in it is invented."""

    name: str
    address: str
    language: str
    organisation: str
    country: str
    role: Role = Role.MEMBER
    delivery: Delivery = Delivery.EACH


PEOPLE = (
    DemoPerson(
        "Ama Owusu-Darko",
        "ama@savanna-support.example",
        "en",
        "Savanna Producers' Support",
        "Ghana",
        role=Role.COORDINATOR,
    ),
    DemoPerson("Lorena Zelaya", "lorena@cafe-marcala.example", "es", "Café Marcala", "Honduras"),
    DemoPerson(
        "Salimata Ouédraogo",
        "salimata@union-du-nord.example",
        "fr",
        "Union du Nord",
        "Burkina Faso",
    ),
    DemoPerson(
        "Tesfaye Bekele",
        "tesfaye.bekele@forest-honey.example",
        "en",
        "Forest Honey",
        "Ethiopia",
    ),
    DemoPerson(
        "Marites Villanueva",
        "marites.v@bohol-sweet.example",
        "en",
        "Bohol Sweet",
        "Philippines",
        delivery=Delivery.WEEKLY,
    ),
    DemoPerson(
        "Joost Hendriks",
        "joost.hendriks@polderfonds.example",
        "en",
        "Polderfonds",
        "Netherlands",
        delivery=Delivery.NONE,
    ),
)


@dataclass(frozen=True, slots=True)
class DemoMail:
    """A mail of the demonstration, ready for the listener."""

    sent_at: datetime
    """UTC"""
    mail_from: str
    rcpt: str
    raw: bytes


class DemoClock:
    """A clock that stands at a moment while the demonstration is posted, then runs on real time."""

    def __init__(self, real: Callable[[], datetime]) -> None:
        self._real = real
        self._moment: datetime | None = None

    def __call__(self) -> datetime:
        """Give the moment it was set to, else the real time."""
        return self._moment or self._real()

    def set(self, moment: datetime) -> None:
        """Stop it at a moment in UTC."""
        self._moment = moment

    def release(self) -> None:
        """Let it run on real time."""
        self._moment = None


# --- The mails --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Template:
    number: str
    text: str
    """the mail in Unicode with its holes, LF line ends, without its first line"""
    local: datetime
    """when it was sent, in the author's zone"""

    @property
    def message_id(self) -> str:
        return str(_ID.findall(self.text)[0])


def mails(now: datetime, domain: str = "localhost") -> list[DemoMail]:
    """Give the mails of the conference in the order in which they were sent. Pure.

    Its third week is the newest one whose summary is due at `now`, so that a whole week's summary
    can be read at once and the last mail is a few days old.
    """
    monday = newest_due(GROUP.timezone, GROUP.summary_day, GROUP.summary_hour, now)
    start = datetime(monday.year, monday.month, monday.day) - timedelta(weeks=WEEKS - 1)
    templates = [_read(path, start) for path in sorted(_folder().glob("*.eml"))]
    known = {template.number: template for template in templates}
    made = [_filled(template, known, domain) for template in templates]
    return sorted(made, key=lambda mail: mail.sent_at)


def _folder() -> Path:
    return tree("archive", "templates") / "demo"


def _read(path: Path, start: datetime) -> _Template:
    data = path.read_bytes()
    found = _WHEN.match(data)
    if found is None:
        raise DgroupError(f"{path} does not begin with its X-Demo-When line")
    week, day, hour, minute, zone = (part.decode("ascii") for part in found.groups())
    days = 7 * (int(week) - 1) + _DAYS.index(day)
    local = start + timedelta(days=days, hours=int(hour), minutes=int(minute))
    text = data[found.end() :].decode("utf-8")
    return _Template(path.name[:2], text, local.replace(tzinfo=zone_of(zone)))


def _filled(template: _Template, known: Mapping[str, _Template], domain: str) -> DemoMail:
    def value(hole: re.Match[str]) -> str:
        name, number = hole.groups()
        if name == "group":
            return ids.group_address(GROUP.name, domain)
        if name == "date":
            return format_datetime(template.local)
        if name == "reply":
            return ids.reply_address(GROUP.name, ids.key_of(known[number].message_id), domain)
        moment = known[number].local.astimezone(template.local.tzinfo)
        return babel_datetime(moment, _QUOTED_ON[name], locale=locale_of(name))

    text = _HOLE.sub(value, template.text)
    head = text.partition("\n\n")[0]
    single = _CHARSET.search(head)
    raw = text.replace("\n", "\r\n").encode(single[1] if single else "utf-8")
    sender, recipient = _FROM.findall(head)[0], _TO.findall(head)[0]
    return DemoMail(template.local.astimezone(UTC), sender, recipient, raw)


# --- Planting it ------------------------------------------------------------------------------


def create(conn: Connection, domain: str, first: datetime) -> Group:
    """Make the group and its members as they stood the day before the conference began.

    Raises GroupError where there is such a group already.
    """
    began = first - timedelta(days=1)
    group = groups.create(conn, GROUP, domain, began)
    for person in PEOPLE:
        wish = ChangeMember(
            person.address,
            person.name,
            role=person.role,
            delivery=person.delivery,
            language=person.language,
        )
        member = members.change(conn, group.info, wish, began)
        known = update(persons).where(persons.c.id == member.person_id)
        conn.execute(known.values(organisation=person.organisation, country=person.country))
        named = update(memberships).where(memberships.c.id == member.id)
        # They have written before: the mailboxes show the conversation, not receipts.
        conn.execute(named.values(named=True, published=1000))
    return group


async def seed(
    host: str, port: int, letters: Sequence[DemoMail], set_clock: Callable[[datetime], None]
) -> None:
    """Post the mails one after another through the listener at (host, port).

    Before each one the listener's clock is set to the moment at which it was sent. Raises
    DgroupError for a mail that was not accepted.
    """
    for letter in letters:
        set_clock(letter.sent_at)
        await asyncio.to_thread(_post, host, port, letter)


def _post(host: str, port: int, letter: DemoMail) -> None:
    try:
        with smtplib.SMTP(host, port, timeout=30) as client:
            client.sendmail(letter.mail_from, [letter.rcpt], letter.raw, ["BODY=8BITMIME"])
    except smtplib.SMTPException as error:
        raise DgroupError(f"the demonstration could not be posted: {error}") from error
