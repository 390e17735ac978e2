"""Letters: one golden file each in English, whole in every language, safe whatever strangers send.

`DGROUP_GOLDEN=write` writes the golden files anew.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import re
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.i18n import languages
from archive.model import ArchiveMode, GroupInfo, SiteInfo
from archive.resources import tree
from dgroup import letters
from dgroup.effects import Values
from dgroup.letters import Letter, LetterWriter, PrintedCode
from dgroup.model import Group, WhoJoins, WhoPosts
from tests.dgroup.letter_values import own

GOLDEN = Path(__file__).resolve().parent / "golden" / "letters"
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SITE = SiteInfo("Lists", "https://lists.example", "lists.example", "en", True, True, 65536)
INFO = GroupInfo(
    1, "water", "Water", "Wells, pumps and those who keep them.", "en", "UTC", ArchiveMode.PUBLIC
)
GROUP = Group(INFO, "water@lists.example", WhoPosts.MEMBERS, WhoJoins.OPEN, "", False, 0, 1, 8)
TEXT = "7kq2mx4t7kq2mx4t7kq2mx4t7k"
CODE = PrintedCode(
    "7KQ2-MX4T-7KQ2-MX4T-7KQ2-MX4T-7K",
    "7KQ2-MX4T",
    f"water-confirm+{TEXT}@lists.example",
    datetime(2026, 3, 9, tzinfo=UTC),
)

# What each letter is given; True where it carries a code. One module a family of letters.
LETTERS: dict[str, tuple[Values, bool]] = {}
for _module in pkgutil.iter_modules([str(Path(__file__).resolve().parent / "letter_values")]):
    _values = importlib.import_module(f"tests.dgroup.letter_values.{_module.name}")
    assert not LETTERS.keys() & _values.LETTERS.keys(), _module.name
    LETTERS |= _values.LETTERS


def write(
    name: str,
    language: str = "en",
    values: Values | None = None,
    recipient: str = "awa@ong.example",
    group: Group = GROUP,
    answers: str = "q1@ong.example",
) -> bytes:
    given_values, has_code = LETTERS[name]
    letter = Letter(
        name=name,
        language=language,
        recipient=recipient,
        values=given_values if values is None else values,
        code=CODE if has_code else None,
        answers=answers,
        message_id="dgroup-letter.1@lists.example",
        now=NOW,
    )
    return LetterWriter(SITE).write(letter, group)


def read(raw: bytes) -> EmailMessage:
    message = BytesParser(policy=policy.default).parsebytes(raw)
    assert isinstance(message, EmailMessage)
    return message


def text_of(raw: bytes) -> str:
    return str(read(raw).get_content()).replace("\r\n", "\n")


def test_every_template_is_tried_here() -> None:
    folder = tree("archive", "templates") / "mail"
    names = {path.name.removesuffix(".txt.j2") for path in folder.glob("[!_]*.txt.j2")}
    assert names - {"summary", "digest", "light"} == set(LETTERS)


@pytest.mark.parametrize("name", sorted(LETTERS))
def test_a_letter_reads_as_it_always_did(name: str) -> None:
    raw = write(name)
    text = f"Subject: {read(raw)['Subject']}\n\n{text_of(raw)}"
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("DGROUP_GOLDEN") == "write":
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(text, "utf-8")
    assert text == golden.read_text("utf-8")


@pytest.mark.parametrize("language", [one for one in languages() if one != "en"])
@pytest.mark.parametrize("name", sorted(LETTERS))
def test_a_letter_is_whole_in_every_language(name: str, language: str) -> None:
    theirs, english = write(name, language), write(name)
    text, same = text_of(theirs), text_of(english)
    assert read(theirs)["Subject"] != read(english)["Subject"]
    assert not re.search(r"%\(|\{\{|\{%|&(amp|lt|#)", text)
    for kept in re.findall(r"\S+@\S+\.example|https://\S+|[A-Z0-9]{4}(?:-[A-Z0-9]{2,4}){2,}", same):
        assert kept in text
    prose = [line for line in same.splitlines() if len(line) > 40 and line[0] != " "]
    assert not [line for line in prose if line in text.splitlines() and "@" not in line]


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("name", sorted(LETTERS))
def test_lines_are_short_and_nothing_that_is_clicked_is_broken(name: str, language: str) -> None:
    raw = write(name, language, recipient="somebody.with.a.long.name@a-long-domain.example")
    for line in read(raw).get_content().splitlines():
        assert len(line) <= letters.WIDTH or " " not in line.strip()
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize("name", sorted(LETTERS))
def test_a_letter_has_the_marks_of_a_program(name: str) -> None:
    message = read(write(name))
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["List-Id"] == "<water.lists.example>"
    assert message["From"] == "Water <water-owner@lists.example>"
    assert message["To"] == "awa@ong.example"
    assert message["In-Reply-To"] == message["References"] == "<q1@ong.example>"
    answers_go = "request" if name in letters.COMMANDED else "owner"
    answers_go = "leave" if name in letters.LEAVING else answers_go
    wanted = CODE.reply_to if LETTERS[name][1] else f"water-{answers_go}@lists.example"
    assert message["Reply-To"] == wanted


@pytest.mark.parametrize("language", languages())
def test_every_wish_has_words_of_its_own(language: str) -> None:
    subjects = [
        str(read(write("setting-done", language, values))["Subject"]) for values in own.WISHES
    ]
    assert len(set(subjects)) == len(own.WISHES)
    assert all("Water" in subject for subject in subjects)


def test_a_notice_answers_nothing() -> None:
    message = read(write("removed", answers=""))
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["In-Reply-To"] is None


HOSTILE = st.text(
    alphabet=st.sampled_from(
        'a \r\n\t:<>@,;"\\()=?\x00\x0b\x85\u2028\u202e\u200bé\ud800😀%{}#\x1b'
    ),
    max_size=400,
)


@given(subject=HOSTILE, reason=HOSTILE, title=HOSTILE, answers=HOSTILE)
def test_no_name_or_subject_adds_a_header_or_breaks_a_letter(
    subject: str, reason: str, title: str, answers: str
) -> None:
    info = GroupInfo(1, "water", title, reason, "en", "UTC", ArchiveMode.PUBLIC)
    group = Group(info, "water@lists.example", WhoPosts.MEMBERS, WhoJoins.OPEN, "", False, 0, 1, 8)
    raw = write(
        "not-published", values=(("subject", subject), ("reason", reason)), group=group,
        answers=answers,
    )  # fmt: skip
    message = read(raw)
    assert set(map(str.lower, message.keys())) <= {
        "from", "to", "subject", "date", "message-id", "reply-to", "in-reply-to", "references",
        "auto-submitted", "x-auto-response-suppress", "list-id", "mime-version", "content-type",
        "content-transfer-encoding",
    }  # fmt: skip
    assert not message.defects
    assert message["To"] == "awa@ong.example"
    assert message["Reply-To"] == "water-owner@lists.example"
    assert len(str(message["Subject"])) <= letters.SUBJECT_LENGTH
    assert isinstance(message.get_content(), str)


def test_a_long_subject_is_cut_with_a_sign() -> None:
    message = read(write("held", values=(("subject", "Wells " * 100), ("reason", ""))))
    assert str(message["Subject"]).endswith("\u2026")
    assert len(str(message["Subject"])) <= letters.SUBJECT_LENGTH


def test_a_subject_in_any_script_survives() -> None:
    subject = "بئر القرية 😀 – Ünïcode"
    message = read(write("held", values=(("subject", subject), ("reason", ""))))
    assert subject in str(message["Subject"])


def test_an_address_with_letters_beyond_ascii_can_be_written_to() -> None:
    raw = write("held", recipient="josé@bücher.example")
    assert "To: <josé@bücher.example>\r\n".encode() in raw
    assert "moderated" not in raw.decode()


def test_an_operators_own_words_win(tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    folder.mkdir()
    (folder / "held.txt.j2").write_text("Subject: Ours\n\nHello {{ subject }}\n", "utf-8")
    letter = Letter(
        "held", "en", "a@b.example", LETTERS["held"][0], None, "", "1@lists.example", NOW
    )
    raw = LetterWriter(SITE, tmp_path).write(letter, GROUP)
    assert (read(raw)["Subject"], text_of(raw)) == ("Ours", "Hello Arsenic test kits\n")


def test_filling_keeps_addresses_lists_and_paragraphs() -> None:
    long = "word " * 30
    address = "https://lists.example/" + "x" * 90
    text = letters.fill(f"{long}\n\n\n\n  {address}\n - {long}\nend")
    lines = text.split("\n")
    assert f"  {address}" in lines
    assert max(len(line) for line in lines if address not in line) <= letters.WIDTH
    assert "\n\n\n" not in text
    assert lines[-2].startswith("   word")
