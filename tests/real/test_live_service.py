"""The whole service on each engine, a week of it: posts come by SMTP, go out, are read in a browser,
found, summed up, and somebody leaves."""

from __future__ import annotations

import asyncio
import mailbox
import re
import smtplib
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from email.message import EmailMessage, Message
from pathlib import Path

import pytest

from archive import ids
from dgroup.demo import DemoClock
from dgroup.groups import NewGroup
from dgroup.runs import newest_due
from dgroup.sending.maildir import folder_name
from dgroup.service import Service
from tests.corpus import corpus_files
from tests.dgroup.faulty_smtp import until
from tests.real.borrowed import Post, as_post, thread
from tests.real.installation import DOMAIN, Installation, Sections, Someone, installation
from tests.real.parts import chromium, page_at, scrolls_sideways, violations

GROUP = f"water@{DOMAIN}"
PEOPLE = tuple(Someone(f"{name}@homes.test", name.title()) for name in ("ama", "lena", "issa"))
ADDRESSES = [one.address for one in PEOPLE]
WIDTHS = (390, 1280)
NOW = datetime.now(UTC)
# On a Tuesday of the newest week whose summary is due, so that it can be made at once.
LAST_WEEK = datetime.combine(newest_due("UTC", 1, 8, NOW), time(9), UTC) + timedelta(days=1)

pytestmark = [pytest.mark.slow]


def mails() -> list[Post]:
    """A real conversation, broken mails of all kinds, and one with a file and links."""
    talk = thread("usrp-users.mbox.gz", GROUP, ADDRESSES, 18)
    paths = corpus_files("mime-torture", pattern="*.eml")[::8]
    made = (as_post(path.read_bytes(), GROUP, ADDRESSES[1]) for path in paths)
    broken = [one for one in made if one is not None and b"multipart/report" not in one.raw]
    return [*talk, *broken, with_file()]


def with_file() -> Post:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = ADDRESSES[0], GROUP, "<file-1@homes.test>"
    mail["Subject"] = "The drawing of the pump"
    mail.set_content("Here it is, and who wants to read more: https://pumps.example/afridev?a=1\n")
    mail.add_attachment(
        b"%PDF-1.4\n%%EOF\n", "application", "pdf", filename="Dessin de la pompe.pdf"
    )
    return Post("file-1@homes.test", ADDRESSES[0], mail.as_bytes().replace(b"\n", b"\r\n"))


def post(port: int, mail: Post) -> None:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="far.test", timeout=30) as client:
        client.sendmail(mail.sender, [GROUP], mail.raw)


@asynccontextmanager
async def living(place: Installation) -> AsyncIterator[tuple[Service, DemoClock]]:
    """A service in this process, with a clock of its own for what arrives."""
    clock = DemoClock(lambda: datetime.now(UTC))
    service = Service(place.config, lambda: datetime.now(UTC), clock)
    await service.start()
    try:
        yield service, clock
    finally:
        await service.stop()


async def test_a_week_of_the_whole_service(tmp_path: Path, db_url: str) -> None:
    sections: Sections = {"database": {"url": db_url}, "scheduler": {"sweep_s": 3600}}
    with installation(tmp_path, "maildir:outgoing", sections) as place:
        place.group(NewGroup("water", "Water and wells"), PEOPLE)
        async with living(place) as (service, clock):
            posted = mails()
            for number, mail in enumerate(posted):
                clock.set(LAST_WEEK + timedelta(hours=number))
                await asyncio.to_thread(post, place.port, mail)
            clock.release()
            assert await service.send_summaries() == 1
            await service.publisher.sweep()
            await until(lambda: all(_has(place, box, len(posted) + 1) for box in ADDRESSES), 60)
            await asyncio.to_thread(_check, place, posted, look=db_url.startswith("sqlite"))
            await until(
                lambda: any("you have left" in one for one in _subjects(place, ADDRESSES[2]))
            )


def _check(place: Installation, posted: Sequence[Post], *, look: bool) -> None:
    _check_boxes(place, posted)
    _check_search(place)
    _leave(place, ADDRESSES[2])
    if look:
        _look(place)


def _box(place: Installation, address: str) -> list[Message]:
    folder = place.config.site.data_dir / "outgoing" / folder_name(address)
    return list(mailbox.Maildir(folder, create=False)) if (folder / "cur").exists() else []


def _has(place: Installation, address: str, count: int) -> bool:
    return len(_box(place, address)) >= count


def _subjects(place: Installation, address: str) -> list[str]:
    return [str(mail["Subject"]) for mail in _box(place, address)]


def _check_boxes(place: Installation, posted: Sequence[Post]) -> None:
    wanted = sorted(mail.message_id for mail in posted)
    for address in ADDRESSES:
        mails = _box(place, address)
        got = sorted(ids.canonical_message_id(str(mail["Message-ID"])) for mail in mails)
        assert [one for one in got if not ids.is_letter_id(one)] == wanted
        assert len(got) == len(wanted) + 1  # the summary


def _check_search(place: Installation) -> None:
    page = _fetched(f"{place.pages}/_/search?q=drawing+pump&group=water")
    assert "The drawing of the pump" in page


def _leave(place: Installation, address: str) -> None:
    copy = next(mail for mail in _box(place, address) if mail["List-Unsubscribe"])
    link = re.findall(r"<([^>]+)>", str(copy["List-Unsubscribe"]))[0]
    data = urllib.parse.urlencode({"List-Unsubscribe": "One-Click"}).encode()
    with urllib.request.urlopen(urllib.request.Request(link, data), timeout=20) as reply:
        assert reply.status == 200


def _fetched(url: str) -> str:
    with urllib.request.urlopen(url, timeout=20) as reply:
        return str(reply.read().decode("utf-8"))


# --- With the eyes of a reader ----------------------------------------------------------------


def _look(place: Installation) -> None:
    """No page is wider than its window; axe finds nothing on one page of each kind."""
    week = f"{LAST_WEEK:%G-W%V}"
    year, month = f"{LAST_WEEK:%Y}", f"{LAST_WEEK:%Y-%m}"
    kinds = [
        *(ids.home_path("water"), ids.month_path("water", month), ids.week_path("water", week)),
        *(ids.files_path("water", year), ids.links_path("water", year), "_/search?q=water"),
        ids.message_path("water", ids.key_of("file-1@homes.test")),
        *_largest(place, f"water/{LAST_WEEK:%Y/%m}", 2),
        *_largest(place, "water/m", 3),
    ]
    with chromium() as browser, page_at(browser, place.pages) as page:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 844})
            for path in kinds:
                page.goto(f"{place.pages}/{path}")
                assert violations(page) == [], f"{path} at {width}"
            for path in _all_pages(place):
                page.goto(f"{place.pages}/{path}")
                assert not scrolls_sideways(page), f"{path} at {width}"


def _all_pages(place: Installation) -> Iterator[str]:
    folder = place.config.public_path
    for path in sorted(folder.rglob("*.html")):
        yield str(path.relative_to(folder))


def _largest(place: Installation, folder: str, count: int) -> list[str]:
    public = place.config.public_path
    pages = sorted((public / folder).rglob("*.html"), key=lambda path: -path.stat().st_size)
    return [str(path.relative_to(public)) for path in pages[:count]]
