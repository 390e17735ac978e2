"""Archives read and written byte for byte, in both dialects, from files and folders."""

from __future__ import annotations

import gzip
import io
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import BadArchive
from archive.mbox import Dialect, MboxMessage, open_archive, read, write
from tests.corpus import corpus_files

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LISTS = {
    "open-iscsi": 450,
    "ksummit-discuss": 759,
    "cocci": 2900,
    "blinux-list": 3000,
    "usrp-users": 1405,
    "caml-list-1": 10_000,
    "caml-list-2": 10_000,
}


def _read(data: bytes, dialect: Dialect = Dialect.RD) -> list[bytes]:
    return [mail.raw for mail in read(io.BytesIO(data), dialect)]


def _written(mails: list[bytes]) -> bytes:
    stream = io.BytesIO()
    for raw in mails:
        write(stream, raw, "ana@ngo.example", NOON)
    return stream.getvalue()


_LINE = st.sampled_from(
    [
        b"From ",
        b">From ",
        b">>From x",
        b"\n",
        b"\r\n",
        b"\r",
        b"a",
        b"From Mon Jan  1 10:00:00 2026\n",
    ]
)
_MAIL = st.one_of(st.binary(max_size=60), st.lists(_LINE, max_size=12).map(b"".join))


@given(st.lists(_MAIL, max_size=6))
def test_what_is_written_is_read_again_byte_for_byte(mails: list[bytes]) -> None:
    want = [raw if raw.endswith(b"\n") or not raw else raw + b"\n" for raw in mails]
    assert _read(_written(mails)) == want


class _Dribble(io.BytesIO):
    """A stream that gives its first line whole, and then a few bytes at a time."""

    size = 1

    def read(self, wanted: int | None = -1, /) -> bytes:
        return super().read(self.size) if self.tell() else self.readline()


@given(st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=4), st.integers(1, 40))
def test_the_size_of_reads_does_not_matter(mails: list[bytes], size: int) -> None:
    data = _written(mails)
    stream = _Dribble(data)
    stream.size = size
    assert [mail.raw for mail in read(stream)] == _read(data)


def test_a_from_line_inside_a_body_begins_no_mail() -> None:
    body = b"A: b\n\nText\n\nFrom here on it is easy\nmore\n"
    assert _read(b"From a@b Mon Nov 23 12:00:00 2026\n" + body + b"\n") == [body]


def test_old_quoting_undoes_one_level_only() -> None:
    data = b"From a@b Mon Nov 23 12:00:00 2026\nA: b\n\n>From x\n>>From y\n\n"
    assert _read(data, Dialect.O) == [b"A: b\n\nFrom x\n>>From y\n"]
    assert _read(data, Dialect.RD) == [b"A: b\n\nFrom x\n>From y\n"]


@pytest.mark.parametrize(
    ("line", "date"),
    [
        (b"From a@b Mon Nov 23 12:00:00 2026", NOON),
        (b"From a b c  Mon Nov 23 12:00:00 2026", NOON),
        (b"From a@b Mon Nov 23 13:00:00 2026 +0100", NOON),
        (b"From - Mon Nov 23 12:00:00 2026\r", NOON),
        (b"From a@b Mon, 23 Nov 2026 12:00:00 +0000", NOON),
        (b"From a@b Mon Nov 99 12:00:00 2026", None),
    ],
)
def test_the_date_of_a_from_line_is_read_as_utc(line: bytes, date: datetime | None) -> None:
    found = list(read(io.BytesIO(line + b"\nA: b\n\nText\n")))
    assert [mail.from_line_date for mail in found] == [date]


def test_a_writer_gives_utc_and_no_room_for_a_second_line() -> None:
    stream = io.BytesIO()
    write(stream, b"A: b\n\n", "a b@x\nFrom y", NOON.astimezone(timezone(timedelta(hours=5))))
    assert stream.getvalue().startswith(b"From ab@xFromy Mon Nov 23 12:00:00 2026\nA: b\n")


def test_crlf_mails_lose_only_the_separating_blank_line() -> None:
    data = b"From a@b Mon Nov 23 12:00:00 2026\r\nA: b\r\n\r\nText\r\n\r\nFrom a@b Mon Nov 23 12:00:00 2026\r\nC: d\r\n\r\n\r\n"
    assert _read(data) == [b"A: b\r\n\r\nText\r\n", b"C: d\r\n\r\n"]


@pytest.mark.parametrize("data", [b"no archive", b"From here on\n\n", b"PK\x03\x04"])
def test_what_is_no_mbox_is_refused(data: bytes) -> None:
    with pytest.raises(BadArchive):
        _read(data)


def test_an_empty_archive_holds_no_mail() -> None:
    assert _read(b"") == []
    assert _read(b"\n\n") == []


def test_a_gzip_file_is_read_like_a_plain_one(tmp_path: Path) -> None:
    data = _written([b"A: b\n\none\n", b"C: d\n\ntwo\n"])
    (tmp_path / "plain").write_bytes(data)
    (tmp_path / "zipped").write_bytes(gzip.compress(data))
    assert list(open_archive(tmp_path / "plain")) == list(open_archive(tmp_path / "zipped"))


def test_a_cut_gzip_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "cut.gz").write_bytes(gzip.compress(_written([b"A: b\n\none\n"]))[:-12])
    with pytest.raises(BadArchive):
        list(open_archive(tmp_path / "cut.gz"))


def test_a_maildir_gives_its_mails_in_order_with_their_delivery_times(tmp_path: Path) -> None:
    for folder in ("cur", "new", "tmp"):
        (tmp_path / folder).mkdir()
    (tmp_path / "cur" / "1795435200.M2P3.host:2,S").write_bytes(b"second")
    (tmp_path / "new" / "1795435100.M1P3.host").write_bytes(b"first")
    (tmp_path / "tmp" / "1795435000.M0P3.host").write_bytes(b"half")
    found = list(open_archive(tmp_path))
    assert [mail.raw for mail in found] == [b"first", b"second"]
    assert found[0].from_line_date == datetime.fromtimestamp(1795435100, UTC)


def test_a_folder_of_eml_files_is_read_by_name(tmp_path: Path) -> None:
    (tmp_path / "b.eml").write_bytes(b"two")
    (tmp_path / "a.eml").write_bytes(b"one")
    (tmp_path / "readme.txt").write_bytes(b"none")
    assert list(open_archive(tmp_path)) == [MboxMessage(b"one", None), MboxMessage(b"two", None)]


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadArchive):
        list(open_archive(tmp_path))


def test_one_endless_mail_is_refused() -> None:
    data = b"From a@b Mon Nov 23 12:00:00 2026\n" + b"x" * 4 * 1024 * 1024
    with pytest.raises(BadArchive):
        list(read(io.BytesIO(data), max_message=2 * 1024 * 1024))


@pytest.mark.parametrize(
    "path", corpus_files("lists", pattern="*.mbox.gz"), ids=lambda path: path.name
)
def test_every_mail_of_the_real_lists_is_found(path: Path) -> None:
    found = 0
    for mail in open_archive(path):
        found += 1
        assert mail.from_line_date is not None
    assert found == LISTS[path.name.removesuffix(".mbox.gz")]
