"""The end of a group: a week's grace that any coordinator can end, then export, close, erase."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive import mbox
from archive.db import Database
from archive.model import ArchiveMode
from dgroup.chores import ending, export
from dgroup.commands import reading
from dgroup.incoming import Incoming, Options, Reading
from dgroup.model import GroupState, Role
from tests.dgroup.desk import DOMAIN, HOST, Desk, Sent, opened

KIM, AWA, ANA = "kim@ngo.example", "awa@coop.example", "ana@ngo.example"


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with opened(database) as made:
        made.join(KIM, "Kim", Role.COORDINATOR)
        made.join(AWA, "Awa", Role.COORDINATOR, language="fr")
        made.join(ANA, '=HYPERLINK("http://x.example")')
        yield made


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> list[Reading]:
    """What a mail to -request says; answers to codes are read as always."""
    said: list[Reading] = []
    real = reading.read

    def read(mail: Incoming) -> Reading:
        return said.pop() if said and mail.route.verb == "request" else real(mail)

    monkeypatch.setattr("dgroup.receiving.intake.read", read)
    return said


async def ask(desk: Desk, says: list[Reading], words: str = "", sender: str = KIM) -> Sent:
    says.append(Reading("delete", options=Options(words=words)))
    await desk.send("water-request", f"delete {words}", sender=sender)
    return desk.letter()


async def begin(desk: Desk, says: list[Reading], words: str = "") -> tuple[Sent, Sent]:
    """Begin the week of grace; gives Awa's letter and Kim's."""
    await desk.answer(await ask(desk, says, words), "YES")
    told, done = desk.new_letters()
    assert (told.recipient, done.recipient) == (AWA, KIM)
    return told, done


async def run(desk: Desk, folder: Path, **later: float) -> int:
    desk.later(**later)
    return await ending.end_due(desk.tools, desk.writer, folder, desk.now)


async def test_the_preview_says_exactly_what_will_happen(desk: Desk, says: list[Reading]) -> None:
    await desk.send("water", "Hello", sender=ANA, subject="One")
    preview = await ask(desk, says)
    assert "3 members get a letter that the group ends in 7 days" in preview.text
    assert "a file with 1 post and the list" in preview.text
    assert "The archive stays as it is" in preview.text
    assert "delete the group and the archive too" in preview.text
    both = await ask(desk, says, "l'archive aussi")
    assert "The archive stays" not in both.text
    assert "the archive is deleted with all posts, for good" in both.text
    kept = await ask(desk, says, "but keep the archive")
    assert "The archive stays as it is" in kept.text


async def test_for_a_week_the_group_works_as_always(
    desk: Desk, says: list[Reading], tmp_path: Path
) -> None:
    await begin(desk, says)
    assert desk.count("fanouts") == 2  # one letter, in English and in French
    assert await run(desk, tmp_path, days=6, hours=23) == 0
    await desk.send("water", "Hello", sender=ANA, subject="One")
    assert desk.subjects() == ["One"]
    assert desk.fresh_group().state is GroupState.OPEN
    assert "ends on 9 March 2026 already" in (await ask(desk, says)).subject


async def test_any_coordinator_keeps_the_group_with_one_reply(
    desk: Desk, says: list[Reading], tmp_path: Path
) -> None:
    told, done = await begin(desk, says)
    desk.later(days=3)
    await desk.answer(told, "annuler")
    letters = desk.new_letters()
    assert [one.recipient for one in letters] == [KIM, AWA]
    assert letters[0].subject == "For your information: Awa wants Water to go on"
    await desk.answer(done, "undo")
    assert desk.letter().subject == "Nothing to do: this was taken back already"
    assert desk.count("fanouts") == 4
    assert await run(desk, tmp_path, days=10) == 0
    assert desk.state(ANA) == "active"


async def test_an_old_undo_does_not_take_back_a_newer_end(
    desk: Desk, says: list[Reading], tmp_path: Path
) -> None:
    told, done = await begin(desk, says)
    await desk.answer(done, "undo")
    desk.later(hours=1)
    desk.new_letters()
    await begin(desk, says)
    await desk.answer(told, "annuler")
    desk.new_letters()
    assert await run(desk, tmp_path, days=7) == 1


async def test_a_member_cannot_keep_it_with_anothers_letter(
    desk: Desk, says: list[Reading], tmp_path: Path
) -> None:
    told, _ = await begin(desk, says)
    await desk.answer(told, "undo", sender=ANA)
    await desk.answer(told, "undo", auth="fail")
    assert await run(desk, tmp_path, days=7) == 1


async def test_the_end_exports_closes_and_tells(
    desk: Desk, says: list[Reading], tmp_path: Path
) -> None:
    await desk.send("water", "Hello", sender=ANA, subject="One")
    await desk.send("water-join", sender="new@x.example")
    code = desk.new_letters()[-1]
    await begin(desk, says)
    assert await run(desk, tmp_path, days=7) == 1
    assert await run(desk, tmp_path, minutes=1) == 0
    group = desk.fresh_group()
    assert (group.state, group.info.archive) == (GroupState.DELETED, ArchiveMode.PUBLIC)
    assert group.info.closed_at is not None
    assert [desk.state(one) for one in (KIM, AWA, ANA)] == ["left"] * 3
    letters = {one.recipient: one for one in desk.new_letters()}
    assert set(letters) == {KIM, AWA, HOST}
    assert "exports/water-2026-03-09" in letters[HOST].text
    folder = tmp_path / "exports" / "water-2026-03-09"
    assert folder.stat().st_mode & 0o077 == 0
    names = [part.get_filename() for part in letters[KIM].message.iter_attachments()]
    assert names == [export.POSTS, export.MEMBERS]
    refused = await desk.intake.check_rcpt(f"water@{DOMAIN}")
    assert refused is not None
    assert refused.line() == "550 5.1.6 This group has ended"
    await desk.answer(code, "yes")
    assert desk.state("new@x.example") == ""


async def test_the_export_is_whole_and_holds_no_formula(desk: Desk, tmp_path: Path) -> None:
    await desk.send("water", "Hello", sender=ANA, subject="One")
    with desk.db.read() as conn:
        made = export.export(conn, desk.group, tmp_path / "x")
    packed = gzip.decompress((made.folder / export.POSTS).read_bytes())
    (tmp_path / "posts.mbox").write_bytes(packed)
    (mail,) = mbox.open_archive(tmp_path / "posts.mbox")
    assert b"Subject: One" in mail.raw
    text = (made.folder / export.MEMBERS).read_bytes().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert [row[0] for row in rows] == ["address", ANA, AWA, KIM]
    assert rows[1][1].startswith("'=")
    assert not any(cell.startswith(("=", "+", "@", "-")) for row in rows for cell in row)


async def test_what_is_too_large_for_a_mail_is_kept_for_them(
    desk: Desk, says: list[Reading], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "MAILED_BYTES", 10)
    await begin(desk, says)
    await run(desk, tmp_path, days=7)
    letters = {one.recipient: one for one in desk.new_letters()}
    assert HOST in letters[KIM].text
    assert not list(letters[KIM].message.iter_attachments())
    assert (tmp_path / "exports" / "water-2026-03-09" / export.POSTS).exists()


async def test_the_archive_goes_too_where_that_was_asked_for(
    desk: Desk, says: list[Reading], tmp_path: Path
) -> None:
    await desk.send("water", "Hello", sender=ANA, subject="One")
    await begin(desk, says, "archive too")
    await run(desk, tmp_path, days=7)
    assert desk.fresh_group().info.archive is ArchiveMode.NONE
    assert desk.subjects() == [""]
    packed = (tmp_path / "exports" / "water-2026-03-09" / export.POSTS).read_bytes()
    assert b"Subject: One" in gzip.decompress(packed)


async def test_a_crash_after_the_export_ends_it_an_hour_later_and_tells_once(
    desk: Desk, says: list[Reading], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await begin(desk, says)

    def broken(*_args: object, **_more: object) -> bool:
        raise RuntimeError("the machine stops here")

    with monkeypatch.context() as patched:
        patched.setattr(ending, "end", broken)
        with pytest.raises(RuntimeError):
            await run(desk, tmp_path, days=7)
    assert desk.fresh_group().state is GroupState.OPEN
    assert await run(desk, tmp_path, minutes=5) == 0
    assert await run(desk, tmp_path, minutes=60) == 1
    assert len(desk.new_letters()) == 3


async def test_a_name_of_an_ended_group_is_nobody_elses(
    desk: Desk, says: list[Reading], tmp_path: Path
) -> None:
    await begin(desk, says)
    await run(desk, tmp_path, days=7)
    desk.later(days=400)
    with pytest.raises(Exception, match="already"):
        desk.other_group("water")
