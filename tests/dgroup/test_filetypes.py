"""Files that make a post wait: which they are, how the setting is read, and what becomes of the post."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from archive.db import Database
from archive.parse import parse
from dgroup import filetypes
from dgroup.model import Role, WhoPosts
from tests.dgroup.desk import Desk, opened
from tests.dgroup.spoken import plain_words

ANA, KIM = "ana@ngo.example", "kim@ngo.example"
MIXED = 'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n'


def with_file(name: str, kind: str = "application/octet-stream", given: str = "") -> str:
    data = base64.b64encode(b"MZ, or so").decode()
    title = given or f'Content-Disposition: attachment; filename="{name}"'
    return (
        "--b\r\nContent-Type: text/plain\r\n\r\nHere it is.\r\n"
        f"--b\r\nContent-Type: {kind}\r\n{title}\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{data}\r\n--b--"
    )


def held(name: str, setting: str = "standard", kind: str = "application/octet-stream") -> list[str]:
    raw = f"From: {ANA}\r\n{MIXED}\r\n{with_file(name, kind)}".encode()
    return [one.filename for one in filetypes.kept_back(parse(raw), setting)]


@pytest.mark.parametrize(
    ("name", "is_held"),
    [
        ("setup.exe", True),
        ("Setup.EXE", True),
        ("photo.jpg.scr", True),
        ("report.pdf.", False),
        ("x.exe.", True),
        ("x.exe  ", True),
        ("x.exe:stream", True),
        ("x.e\u200bxe", True),
        ("Re: x.exe", True),
        (":x.exe", True),
        ("x.exe/", True),
        ("Re: x.pdf", False),
        ("budget.xlsm", True),
        ("budget.xlsx", False),
        ("exe", False),
        ("list.zip", False),
        ("photo.jpg", False),
        ("", False),
        *(
            (f"a.{kind}", True)
            for kind in "js vbs bat cmd com pif jar msi lnk iso hta docm".split()
        ),
    ],
)
def test_programs_and_macros_are_known_by_the_ending_that_counts(name: str, is_held: bool) -> None:
    assert bool(held(name)) is is_held


@pytest.mark.parametrize(
    "fields",
    [
        'Content-Type: image/png; name="x.exe"\r\nContent-Disposition: attachment; filename="x.png"',
        "Content-Disposition: attachment; filename=\"x.txt\"; filename*=utf-8''x%2Eexe",
        "Content-Disposition: attachment; filename*=utf-8''x.exe; filename=\"x.txt\"",
        'Content-Disposition: attachment; filename="x.txt"; filename*0="x.e"; filename*1="xe"',
        'Content-Disposition: attachment (a); (b) filename="x.exe"',
        "Content-Disposition: inline; filename=x.txt\r\nContent-Disposition: inline; filename=x.exe",
        "Content-Type: image/png\r\nContent-Type: image/png; name=x.exe",
        "Content-Disposition: attachment; filename==?utf-8?Q?x=2Eexe?=",
    ],
)
def test_every_name_that_some_program_shows_counts(fields: str) -> None:
    text = with_file("", given=fields).replace("Content-Type: application/octet-stream\r\n", "")
    raw = f"From: {ANA}\r\n{MIXED}\r\n{text}".encode()
    assert filetypes.kept_back(parse(raw), "standard")
    assert filetypes.kept_back(parse(raw.replace(b"xe", b"if")), "standard") == ()


@pytest.mark.parametrize("kind", ["message/global", 'application/octet-stream; name="a.eml"'])
def test_programs_inside_mails_under_other_names_count(kind: str) -> None:
    inner = f"From: {ANA}\r\n{MIXED}\r\n{with_file('x.exe')}".replace("--b", "--c")
    inner = inner.replace('"b"', '"c"')
    raw = f"From: {ANA}\r\n{MIXED}\r\n--b\r\nContent-Type: {kind}\r\n\r\n{inner}\r\n--b--".encode()
    assert filetypes.kept_back(parse(raw), "standard", raw)


@pytest.mark.parametrize(
    "kind",
    [
        "application/x-msdownload",
        "application/hta",
        "text/javascript",
        "application/vnd.ms-excel.sheet.macroEnabled.12",
        "application/vnd.ms-word.document.macroEnabled.12",
    ],
)
def test_a_program_is_one_under_another_name_too(kind: str) -> None:
    assert held("holiday.jpg", kind=kind)
    assert held("holiday.jpg", "any", kind) == []


@pytest.mark.parametrize(
    ("written", "setting"),
    [
        ("no exe, zip", "exe zip"),
        (".ZIP and *.rar", "rar zip"),
        ("standard", "standard"),
        ("Any", "any"),
        ("none", "none"),
        ("only pdf, jpg", "only jpg pdf"),
        ("seulement pdf et odt", "only odt pdf"),
        ("sin zip", "zip"),
        ("", None),
        ("no", None),
        ("only", None),
        ("only any", None),
        ("whatever you think is best!?", None),
        ("x" * 30, None),
        (" ".join(f"k{n}" for n in range(50)), None),
    ],
)
def test_the_setting_is_read_as_people_write_it(written: str, setting: str | None) -> None:
    assert filetypes.read(written) == setting
    assert setting is None or filetypes.read(setting) == setting


@pytest.mark.parametrize(
    ("setting", "name", "is_held"),
    [
        ("rar zip", "a.zip", True),
        ("rar zip", "a.pdf", False),
        ("rar zip", "a.exe", True),
        ("none", "a.pdf", True),
        ("only jpg pdf", "a.PDF", False),
        ("only jpg pdf", "a.odt", True),
        ("only exe", "a.exe", False),
        ("any", "a.exe", False),
    ],
)
def test_a_group_says_which_files_wait(setting: str, name: str, is_held: bool) -> None:
    assert bool(held(name, setting)) is is_held


def test_a_program_inside_a_forwarded_mail_is_found() -> None:
    inner = f"From: {ANA}\r\n{MIXED}\r\n{with_file('a.exe')}".replace("--b", "--c").replace(
        '"b"', '"c"'
    )
    part = f"--b\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--b--"
    raw = f"From: {ANA}\r\n{MIXED}\r\n{part}".encode()
    assert filetypes.kept_back(parse(raw), "standard", raw)
    assert filetypes.kept_back(parse(raw), "any", raw) == ()
    tame = raw.replace(b"a.exe", b"a.txt")
    assert filetypes.kept_back(parse(tame), "standard", tame) == ()


def test_the_body_and_signatures_are_no_files() -> None:
    raw = f"From: {ANA}\r\n{MIXED}\r\n--b\r\n\r\nHi\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Hi\r\n--b--"
    assert filetypes.kept_back(parse(raw.encode()), "none") == ()


# --- What becomes of the post -------------------------------------------------------------------


@pytest.fixture
def desk(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    plain_words(monkeypatch)
    with opened(database) as made:
        made.join(ANA, "Ana")
        made.join(KIM, "Kim", Role.COORDINATOR)
        yield made


async def send(desk: Desk, name: str = "pump.exe", **more: object) -> None:
    await desk.send("water", with_file(name), subject="Pump", headers=MIXED, **more)


async def test_the_moderator_sees_the_names_and_the_author_what_to_do(desk: Desk) -> None:
    await send(desk)
    assert desk.held() == [("attachments", "waiting")]
    to_ana, to_kim = desk.new_letters()
    assert "in another form" in " ".join(to_ana.text.split())
    assert "File: pump.exe (1 KB)" in to_kim.text
    assert "this group does not pass on unseen" in " ".join(to_kim.text.split())
    await desk.answer(to_kim, "yes")
    assert desk.subjects() == ["Pump"]


async def test_nothing_is_published_on_its_authors_word_alone(desk: Desk) -> None:
    await send(desk, auth="fail", policy_="quarantine")
    await send(desk, sender="x@bad.example", auth="none")
    assert desk.held() == [("unproved", "waiting")] * 2
    assert desk.letters() == []
    await send(desk, sender="bob@farm.example")
    assert desk.held()[-1] == ("attachments", "waiting")
    assert [one.recipient for one in desk.new_letters()] == ["bob@farm.example", KIM]


async def test_direct_refusals_stay_refusals(desk: Desk) -> None:
    body, more = with_file("a.exe"), {"headers": MIXED, "front": False}
    reply = await desk.send("water", body, seen="fail", policy_="reject", **more)
    assert (reply.code, desk.last()[1]) == (550, "auth-fail")
    reply = await desk.send("water", body, sender="x@bad.example", **more)
    assert (reply.code, desk.last()[1]) == (550, "not-a-member")


async def test_an_open_group_asks_nobody_about_files_of_anybody(desk: Desk) -> None:
    desk.set(who_posts=WhoPosts.OPEN)
    await send(desk, sender="x@bad.example", auth="none")
    assert (desk.held(), desk.letters()) == ([("unproved", "waiting")], [])


async def test_a_group_may_take_every_file(desk: Desk) -> None:
    desk.set(attachments="any")
    await send(desk)
    assert desk.subjects() == ["Pump"]
