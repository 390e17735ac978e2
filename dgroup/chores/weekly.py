"""The weekly summary of a group: made when due, frozen as JSON for its page, sent as a letter.

One rendering per language and set of weeks (RULINGS 7). A week without posts sends nothing; one or
two posts wait and are merged with the week after, at most three weeks in one letter.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from functools import partial

from sqlalchemy import Connection, select

from archive import ids
from archive.db import Database
from archive.dirty import mark
from archive.model import ArchiveMode, PageKey, PageKind, SiteInfo
from archive.summary import summarise
from archive.summary_letter import LetterLinks, SummaryLetter, render_letter
from archive.summary_model import Summary, as_json
from archive.tables import posts, weeks
from archive.weekfacts import People, Week, gather, week_of
from dgroup import groups, outbox, runs
from dgroup.address import command_address
from dgroup.letters import LetterTools, LetterWriter, group_head
from dgroup.model import Group, MailClass, MemberState
from dgroup.people import members, spoken
from dgroup.recipes import Recipe, SummaryRecipe
from dgroup.tables import addresses, job_runs, memberships, persons
from dgroup.writer import Writer

QUIET_POSTS = 2
MERGED_WEEKS = 3
HELD = "held"
SENT = "sent"
NOTHING = "nothing"
_AT_ONCE = 500
"""authors asked about in one statement"""


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
    return People(names, len(rows), _profiles(conn, group, week))


def _profiles(conn: Connection, group: Group, week: Week) -> dict[str, tuple[str, str]]:
    """What the authors of the week say of themselves; not all members, of whom there may be many."""
    wrote = select(posts.c.author_address).where(
        posts.c.group_id == group.id,
        posts.c.received_at >= week.start,
        posts.c.received_at < week.end,
    )
    authors = sorted({address.lower() for address in conn.execute(wrote.distinct()).scalars()})
    found: dict[str, tuple[str, str]] = {}
    for at in range(0, len(authors), _AT_ONCE):
        query = (
            select(addresses.c.address, persons.c.organisation, persons.c.country)
            .join(persons, persons.c.id == addresses.c.person_id)
            .join(memberships, memberships.c.person_id == persons.c.id)
            .where(
                addresses.c.address.in_(authors[at : at + _AT_ONCE]),
                memberships.c.group_id == group.id,
                persons.c.organisation != "",
            )
        )
        found |= {row.address: (row.organisation, row.country) for row in conn.execute(query)}
    return found


def letter(
    summary: Summary, group: Group, letters: LetterWriter, site: SiteInfo, language: str
) -> SummaryLetter:
    """Render the letter in one language."""
    public = group.info.archive is ArchiveMode.PUBLIC
    links = LetterLinks(
        request=command_address(group.name, "request", site.domain),
        leave=command_address(group.name, "leave", site.domain),
        answer="" if public else group.address.replace("@", "+re-KEY@"),
    )
    return render_letter(summary, letters.environment(language), language, links)


def mail_of(
    rendered: SummaryLetter,
    summary: Summary,
    group: Group,
    site: SiteInfo,
    language: str,
    message_id: str,
    now: datetime,
) -> bytes:
    """Give the whole mail: text and the same words as HTML; a reply goes to the group."""
    list_id = f"summary.{group.list_name}.{site.domain}"
    head = group_head(group, site, rendered.subject, message_id, now, list_id, summary.page_url)
    body = EmailMessage(policy=SMTP)
    body.set_content(rendered.text, cte="quoted-printable")
    body.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    body["Content-Language"] = language  # not before: what is there moves into a part
    return "\r\n".join([*head, ""]).encode("ascii") + body.as_bytes()


# --- Sending what is due ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Made:
    """What a claimed run made before it writes: nothing here is in the database yet."""

    result: str
    summary: Summary
    letters: tuple[tuple[str, bytes], ...] = ()
    """(language, mail), the group's own language first"""
    recipes: tuple[Recipe, ...] = ()
    """one for each letter"""


async def send_due(tools: LetterTools, writer: Writer, now: datetime) -> int:
    """Make, freeze and queue every summary that is due; gives how many groups got a letter.

    Each group and week is claimed once by its key in `job_runs`, whatever node asks. The summary
    is made outside the transaction, so that mail can come in meanwhile.
    """
    sent = 0
    for group, week in await asyncio.to_thread(_due, tools, now):
        if await writer.run(partial(_claim, group=group, week=week, now=now)):
            made = await asyncio.to_thread(_make_due, tools, group, week, now)
            sent += await writer.run(
                partial(_store, tools=tools, group=group, week=week, made=made, now=now)
            )
    return sent


def _due(tools: LetterTools, now: datetime) -> list[tuple[Group, str]]:
    with tools.db.read() as conn:
        found = runs.due_weeks(groups.every(conn, tools.site.domain), now)
        return [one for one in found if not runs.is_done(conn, runs.SUMMARY, one[0].id, one[1])]


def _claim(conn: Connection, group: Group, week: str, now: datetime) -> bool:
    return runs.claim_run(conn, runs.SUMMARY, group.id, week, now)


def _make_due(tools: LetterTools, group: Group, week: str, now: datetime) -> _Made:
    """A quiet week waits for the next; its letter and page then tell of all that waited."""
    with tools.db.read() as conn:
        back = _waiting_weeks(conn, group, week)
        whole = make(conn, group, week, tools.site, weeks_back=back)
        if not whole.numbers.posts:
            return _Made(NOTHING, whole)
        if whole.numbers.posts <= QUIET_POSTS and back < MERGED_WEEKS - 1:
            return _Made(HELD, make(conn, group, week, tools.site) if back else whole)
        languages = spoken.all_read(conn, group.info)
    made = [_recipe(tools, week, back, language, now) for language in languages]
    letters = tuple((one.language, _mail(tools, group, whole, one)) for one in made)
    return _Made(SENT, whole, letters, tuple(Recipe(summary=one) for one in made))


def _store(
    conn: Connection, tools: LetterTools, group: Group, week: str, made: _Made, now: datetime
) -> bool:
    """Keep page and letters with the run's end, in one transaction: never a letter twice."""
    if not runs.finish_run(conn, runs.SUMMARY, group.id, week, now, made.result):
        return False
    if made.summary.numbers.posts:
        freeze(conn, tools.db, group, made.summary, now)
    outbox.queue_letters_to_group(
        conn,
        group_id=group.id,
        letters=made.letters,
        mail_class=MailClass.SUMMARY,
        cutoff=members.newest_id(conn),
        now=now,
        made_by=made.recipes,
    )
    return made.result == SENT


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


def _recipe(
    tools: LetterTools, week: str, back: int, language: str, now: datetime
) -> SummaryRecipe:
    message_id = ids.letter_id(tools.random(12).hex(), tools.site.domain)
    return SummaryRecipe(week, back, language, message_id, now)


def _mail(tools: LetterTools, group: Group, summary: Summary, recipe: SummaryRecipe) -> bytes:
    """One mail per language that readers have; the group's own serves all the others."""
    site, language = tools.site, recipe.language
    rendered = letter(summary, group, tools.letters, site, language)
    args = rendered, summary, group, site, language
    return mail_of(*args, recipe.message_id, recipe.made_at)


def again(
    conn: Connection, tools: LetterTools, group: Group, recipe: SummaryRecipe
) -> bytes | None:
    """Make a summary's letter once more, of the posts that are still there; None where none is."""
    summary = make(conn, group, recipe.week, tools.site, weeks_back=recipe.back)
    return _mail(tools, group, summary, recipe) if summary.numbers.posts else None
