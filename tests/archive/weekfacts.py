"""Facts of weekly summaries for tests: from short scripts of our own, and from corpus lists."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from archive.i18n import translator
from archive.ids import key_of
from archive.model import (
    ArchiveMode,
    GroupInfo,
    ParsedMessage,
    SummaryPost,
    SummaryThread,
    WeekFacts,
)
from archive.resources import tree
from archive.summary_letter import LetterLinks
from archive.summary_rank import boilerplate_of
from archive.text import links, normal_subject, own_words
from tests.archive.mailtext import list_mails

HOME = "https://example.org/seeds/"
MONDAY = date(2025, 3, 3)
LINKS = LetterLinks("seeds-request@example.org", "seeds-leave@example.org")


def every(ordinary: int) -> int:
    """Step through a list's weeks: all of them under `make fuzz`, else every n-th."""
    return 1 if os.environ.get("DGROUP_FUZZ") else ordinary


def environment(language: str) -> Environment:
    """Templates as the service sets them up, in one language."""
    made = Environment(
        loader=FileSystemLoader(tree("archive", "templates")),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_translations(translator(language), newstyle=True)  # type: ignore[attr-defined]  # by ext.i18n
    return made


def group(language: str = "en") -> GroupInfo:
    """The group that the tests speak of."""
    return GroupInfo(
        id=1,
        name="seeds",
        title="Seed savers",
        about="",
        language=language,
        timezone="UTC",
        archive=ArchiveMode.PUBLIC,
    )


@dataclass
class Script:
    """Writes a week line by line: `say(thread, name, text)` posts an hour later each time."""

    threads: dict[str, list[SummaryPost]] = field(default_factory=dict)
    clock: datetime = datetime(2025, 3, 3, 8, tzinfo=UTC)

    def say(self, thread: str, name: str, text: str, **more: object) -> SummaryPost:
        """Post `text` (a body, quotes and all) under the subject `thread`."""
        self.clock += timedelta(hours=1)
        key = f"{thread}-{len(self.threads.get(thread, []))}"
        body = own_words(text)
        values: dict[str, object] = {
            "key": key,
            "url": f"{HOME}m/{key.replace(' ', '-')}.html",
            "thread_id": 0,
            "parent_key": "",
            "author": name,
            "author_id": name.casefold(),
            "organisation": "",
            "country": "",
            "subject": thread,
            "received_at": self.clock,
            "language": "",
            "own": body,
            "quotable": True,
            "links": links(body),
            "files": (),
        } | more
        post = SummaryPost(**values)  # type: ignore[arg-type]  # the fields above
        self.threads.setdefault(thread, []).append(post)
        return post

    def facts(self, earlier: Sequence[str] = (), **more: object) -> WeekFacts:
        """The week's facts; threads named in `earlier` began before it."""
        threads = tuple(
            SummaryThread(
                id=number,
                subject=subject,
                url=f"{HOME}2025/03/{number}.html",
                started_at=posts[0].received_at,
                earlier=int(subject in earlier),
                posts=tuple(posts),
                opener=None,
            )
            for number, (subject, posts) in enumerate(self.threads.items(), 1)
        )
        return week_facts(threads, MONDAY, **more)


def week_facts(threads: Sequence[SummaryThread], monday: date, **more: object) -> WeekFacts:
    """Facts of the week that begins on `monday`, with everything else empty."""
    year, week, _ = monday.isocalendar()
    values: dict[str, object] = {
        "group": group(),
        "week": f"{year}-W{week:02}",
        "first_day": monday,
        "last_day": monday + timedelta(days=6),
        "threads": tuple(threads),
        "usual": 0.0,
        "boilerplate": frozenset(),
        "open_questions": (),
        "answered": (),
        "newcomers": (),
        "joined": 0,
        "home_url": HOME,
        "page_url": f"{HOME}week/{year}-W{week:02}.html",
    } | more
    return WeekFacts(**values)  # type: ignore[arg-type]  # the fields above


def list_weeks(name: str) -> list[WeekFacts]:
    """Every week of one corpus list, threaded simply by the ids that mails name."""
    mails = list(list_mails(name))
    roots: dict[str, str] = {}
    threads: dict[str, list[ParsedMessage]] = defaultdict(list)
    for mail in mails:
        known = [roots[at] for at in (*mail.references, *mail.in_reply_to) if at in roots]
        root = known[0] if known else mail.message_id
        roots[mail.message_id] = root
        threads[root].append(mail)
    owns = {mail.message_id: own_words(mail.text) for mail in mails}
    common = boilerplate_of(owns.values())
    weeks: dict[date, dict[str, list[ParsedMessage]]] = defaultdict(lambda: defaultdict(list))
    for root, posts in threads.items():
        for mail in posts:
            day = _when(mail).date()
            weeks[day - timedelta(days=day.weekday())][root].append(mail)
    found = []
    for monday in sorted(weeks):
        told = [
            _thread(number, root, posts, threads[root], owns)
            for number, (root, posts) in enumerate(sorted(weeks[monday].items()), 1)
        ]
        found.append(week_facts(told, monday, boilerplate=common))
    return found


def _when(mail: ParsedMessage) -> datetime:
    return mail.received_claimed or mail.date_claimed or datetime(2000, 1, 3, tzinfo=UTC)


def _thread(
    number: int,
    root: str,
    posts: list[ParsedMessage],
    whole: list[ParsedMessage],
    owns: dict[str, str],
) -> SummaryThread:
    posts = sorted(posts, key=lambda mail: (_when(mail), mail.message_id))
    return SummaryThread(
        id=number,
        subject=whole[0].subject,
        url=f"{HOME}2025/03/{key_of(root)}.html",
        started_at=min(_when(mail) for mail in whole),
        earlier=sum(_when(mail) < _when(posts[0]) for mail in whole),
        posts=tuple(_post(mail, owns[mail.message_id]) for mail in posts),
        opener=None,
    )


def _post(mail: ParsedMessage, own: str) -> SummaryPost:
    name = mail.from_[0].name if mail.from_ else ""
    address = mail.from_[0].address if mail.from_ else ""
    if "-list@" in address:
        name, address = "", mail.message_id  # an anonymous list: nobody is known to be another
    key = key_of(mail.message_id)
    return SummaryPost(
        key=key,
        url=f"{HOME}m/{key[:2]}/{key}.html",
        thread_id=0,
        parent_key="",
        author=name,
        author_id=(name or address).casefold(),
        organisation="",
        country="",
        subject=normal_subject(mail.subject)[0],
        received_at=_when(mail),
        language=mail.language,
        own=own,
        quotable=True,
        links=links(own),
        files=(),
    )
