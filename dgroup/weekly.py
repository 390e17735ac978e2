"""The weekly summary of a group: made when due, frozen as JSON for its page, sent as a letter.

One rendering per language and set of weeks (RULINGS 7). A week without posts sends nothing; one or
two posts wait and are merged with the week after, at most three weeks in one letter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import partial

from sqlalchemy import Connection, func, select

from archive import ids
from archive.db import Database
from archive.dirty import mark
from archive.model import PageKey, PageKind, SiteInfo
from archive.summary import summarise
from archive.summary_letter import LetterLinks, SummaryLetter, render_letter
from archive.summary_model import Summary, as_json
from archive.tables import weeks
from archive.weekfacts import People, Week, gather, week_of
from dgroup import groups, members, outbox, runs
from dgroup.address import command_address
from dgroup.letters import LetterWriter
from dgroup.model import Group, MailClass, MemberState
from dgroup.tables import addresses, job_runs, memberships, persons
from dgroup.writer import Writer

QUIET_POSTS = 2
MERGED_WEEKS = 3
HELD = "held"
SENT = "sent"
NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class WeeklyTools:
    """What making and sending a summary needs beside the connection."""

    db: Database
    site: SiteInfo
    letters: LetterWriter
    random: Callable[[int], bytes]


def make(
    conn: Connection, group: Group, week: str, site: SiteInfo, *, weeks_back: int = 0
) -> Summary:
    """Make the summary of `week`, with the quiet weeks before it that wait.

    Raises ValueError where `week` is not an ISO week.
    """
    span = _span(week, group.info.timezone, weeks_back)
    facts = gather(conn, group.info, span, site, _people(conn, group, span))
    return summarise(facts)


def _span(week: str, timezone: str, weeks_back: int) -> Week:
    whole = week_of(week, timezone)
    if not weeks_back:
        return whole
    monday = whole.first_day - timedelta(weeks=weeks_back)
    year, number, _ = monday.isocalendar()
    first = week_of(f"{year:04}-W{number:02}", timezone)
    return replace(whole, first_day=first.first_day, start=first.start)


def _people(conn: Connection, group: Group, week: Week) -> People:
    """Newcomers of the week; named only those who agreed to it."""
    query = (
        select(persons.c.name, memberships.c.named)
        .join(persons, persons.c.id == memberships.c.person_id)
        .where(
            memberships.c.group_id == group.id,
            memberships.c.state == MemberState.ACTIVE,
            memberships.c.joined_at >= week.start,
            memberships.c.joined_at < week.end,
        )
        .order_by(memberships.c.id)
    )
    rows = conn.execute(query).all()
    names = tuple(row.name for row in rows if row.named and row.name)
    return People(names, len(rows), _profiles(conn, group))


def _profiles(conn: Connection, group: Group) -> dict[str, tuple[str, str]]:
    query = (
        select(addresses.c.address, persons.c.organisation, persons.c.country)
        .join(persons, persons.c.id == addresses.c.person_id)
        .join(memberships, memberships.c.person_id == persons.c.id)
        .where(memberships.c.group_id == group.id, persons.c.organisation != "")
    )
    return {row.address: (row.organisation, row.country) for row in conn.execute(query)}


def letter(
    summary: Summary, group: Group, letters: LetterWriter, site: SiteInfo, language: str
) -> SummaryLetter:
    """Render the letter in one language."""
    links = LetterLinks(
        request=command_address(group.name, "request", site.domain),
        leave=command_address(group.name, "leave", site.domain),
    )
    return render_letter(summary, letters.environment(language), language, links)


def mail_of(
    rendered: SummaryLetter, group: Group, site: SiteInfo, message_id: str, now: datetime
) -> bytes:
    """Give the whole mail: text and the same words as HTML; a reply goes to the group."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(group.info.title, f"{group.name}-owner", site.domain)
    message["To"] = Address(group.info.title, group.name, site.domain)
    message["Reply-To"] = group.address
    message["Subject"] = rendered.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{message_id}>"
    message["List-Id"] = f"<summary.{group.name}.{site.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(rendered.text, cte="quoted-printable")
    message.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    return message.as_bytes()


# --- Sending what is due ----------------------------------------------------------------------


async def send_due(tools: WeeklyTools, writer: Writer, now: datetime) -> int:
    """Make, freeze and queue every summary that is due; gives how many groups got a letter.

    Each group and week is claimed once by its key in `job_runs`, whatever node asks.
    """

    def due(conn: Connection) -> list[tuple[Group, str]]:
        every = groups.every(conn, tools.site.domain)
        found = runs.due_weeks(every, now)
        return [one for one in found if not runs.is_done(conn, runs.SUMMARY, one[0].id, one[1])]

    with tools.db.read() as conn:
        waiting = due(conn)
    sent = 0
    for group, week in waiting:
        result = await writer.run(partial(_run, tools=tools, group=group, week=week, now=now))
        sent += result == SENT
    return sent


def _run(conn: Connection, tools: WeeklyTools, group: Group, week: str, now: datetime) -> str:
    if not runs.claim_run(conn, runs.SUMMARY, group.id, week, now):
        return NOTHING
    result = _freeze_and_queue(conn, tools, group, week, now)
    runs.finish_run(conn, runs.SUMMARY, group.id, week, now, result)
    return result


def _freeze_and_queue(
    conn: Connection, tools: WeeklyTools, group: Group, week: str, now: datetime
) -> str:
    alone = make(conn, group, week, tools.site)
    if alone.numbers.posts:
        freeze(conn, tools.db, group, alone, now)
    back = _waiting_weeks(conn, group, week)
    whole = make(conn, group, week, tools.site, weeks_back=back) if back else alone
    if not whole.numbers.posts:
        return NOTHING
    if whole.numbers.posts <= QUIET_POSTS and back < MERGED_WEEKS - 1:
        return HELD
    _queue(conn, tools, group, whole, now)
    return SENT


def freeze(conn: Connection, db: Database, group: Group, summary: Summary, now: datetime) -> None:
    """Keep the summary as it is now: its page shows this, whatever comes later."""
    row = {
        "group_id": group.id,
        "week": summary.week,
        "made_at": now,
        "summary": as_json(summary),
    }
    db.upsert(conn, weeks, [row], update=("made_at", "summary"))
    pages = {PageKey(group.id, PageKind.WEEK, summary.week), PageKey(group.id, PageKind.HOME, "")}
    mark(conn, db, pages, now)


def _waiting_weeks(conn: Connection, group: Group, week: str) -> int:
    """How many weeks right before this one were too quiet for a letter of their own."""
    monday = week_of(week, "UTC").first_day
    count = 0
    while count < MERGED_WEEKS - 1:
        year, number, _ = (monday - timedelta(weeks=count + 1)).isocalendar()
        query = select(job_runs.c.result).where(
            job_runs.c.job == runs.SUMMARY,
            job_runs.c.group_id == group.id,
            job_runs.c.period == f"{year:04}-W{number:02}",
        )
        if conn.execute(query).scalar_one_or_none() != HELD:
            break
        count += 1
    return count


def _queue(
    conn: Connection, tools: WeeklyTools, group: Group, summary: Summary, now: datetime
) -> None:
    """One outbox mail per language that readers have; the group's own serves all the others."""
    languages = _languages(conn, group)
    cutoff = members.newest_id(conn)
    others = [one for one in languages if one != group.info.language]
    for language in (group.info.language, *others):
        rendered = letter(summary, group, tools.letters, tools.site, language)
        message_id = ids.letter_id(tools.random(12).hex(), tools.site.domain)
        outbox.queue_letter_to_group(
            conn,
            group_id=group.id,
            message=mail_of(rendered, group, tools.site, message_id, now),
            mail_class=MailClass.SUMMARY,
            cutoff=cutoff,
            now=now,
            only="" if language == group.info.language else language,
            but=others if language == group.info.language else (),
        )


def _languages(conn: Connection, group: Group) -> Sequence[str]:
    query = (
        select(persons.c.language, func.count())
        .join(memberships, memberships.c.person_id == persons.c.id)
        .where(memberships.c.group_id == group.id, memberships.c.state == MemberState.ACTIVE)
        .group_by(persons.c.language)
        .order_by(persons.c.language)
    )
    return [row.language for row in conn.execute(query) if row.language]
