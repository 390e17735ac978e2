"""Header blocks of any shape; text, addresses, moments and ids in their values."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mailparser.utils import get_addresses

from archive import headers
from archive.model import Mailbox


def _names(raw: bytes) -> list[str]:
    return [name for name, _ in headers.split(raw)[0].pairs]


def _body(raw: bytes) -> bytes:
    return raw[headers.split(raw)[1] :]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_fields_and_body_are_split_whatever_the_line_ends(end: bytes) -> None:
    raw = end.join([b"From: a@b.example", b"Subject: one", b" two", b"", b"Body", b"", b"more"])
    fields, at = headers.split(raw)
    assert [name for name, _ in fields.pairs] == ["from", "subject"]
    assert headers.text_of(fields.first("subject")) == "one two"
    assert raw[at:] == end.join([b"Body", b"", b"more"])


@pytest.mark.parametrize(
    "lead",
    [
        b"From x@y Mon Jan  1 00:00:00 2026\n",
        b">From x@y Mon\n",
        b"\xef\xbb\xbf",
        b"\n\r\n",
        b"\n \n",
    ],
)
def test_what_stands_before_the_first_field_is_skipped(lead: bytes) -> None:
    raw = lead + b"Subject: x\nFrom: a@b.example\n\nBody\n"
    assert _names(raw) == ["subject", "from"]
    assert _body(raw) == b"Body\n"


def test_a_mail_that_begins_with_a_blank_line_is_all_body() -> None:
    assert _names(b"\nNote: this is text\nmore\n") == []
    assert _body(b"\nNote: this is text\nmore\n") == b"Note: this is text\nmore\n"


def test_lines_that_only_look_like_fields_are_body() -> None:
    raw = b"Note: bring seeds\nand water\n"
    assert (_names(raw), _body(raw)) == ([], raw)


def test_a_line_that_is_no_field_begins_the_body() -> None:
    raw = b"From: a@b.example\r\nSubject: x\r\nHello there\r\n\r\nmore"
    assert _names(raw) == ["from", "subject"]
    assert _body(raw) == b"Hello there\r\n\r\nmore"


def test_space_before_the_colon_is_old_but_valid() -> None:
    assert _names(b"Subject : x\nFrom: a@b.example\n\n") == ["subject", "from"]


def test_the_block_and_the_number_of_fields_are_capped() -> None:
    many, _ = headers.split(b"From: a@b.example\n" + b"X-A: b\n" * 5000 + b"\nBody")
    assert (len(many.pairs), many.cut) == (headers.MAX_FIELDS, True)
    raw = b"From: a@b.example\nX-Long: " + b"x" * 70 + b"\n y" * 200_000 + b"\n\nBody"
    long, at = headers.split(raw)
    assert long.cut
    assert long.first("from") == "a@b.example"
    assert raw[at:].endswith(b"\n\nBody")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("=?utf-8?q?Caf=C3=A9?=", "Caf\u00e9"),
        ("=?utf-8?q?Caf=C3?= =?utf-8?q?=A9?=", "Caf\u00e9"),
        ("Re: =?iso-8859-1?Q?Caf=E9?=\n =?iso-8859-1?Q?_noir?=", "Re: Caf\u00e9 noir"),
        ("[seeds]\n =?utf-8?q?Caf=C3=A9?=", "[seeds] Caf\u00e9"),
        ("=?x-unknown?q?Caf=E9?=", "Caf\u00e9"),
        ("=?us-ascii?q?Caf=E9?=", "Caf\u00e9"),
        ("=?iso-8859-1?q?=93x=94?=", "\u201cx\u201d"),
        ("=?utf-8*en?q?Caf=C3=A9?=", "Caf\u00e9"),
        ("Caf\udce9 =?utf-8?q?=C3=A9?=", "Caf\u00e9 \u00e9"),
        ("\u4e2d =?utf-8?q?=C3=A9?=", "\u4e2d \u00e9"),
        ("=?utf-8?b?S?= x", "=?utf-8?b?S?= x"),
        ("a\0b\tc\n d", "a b c d"),
        ("why =? not", "why =? not"),
    ],
)
def test_text_is_decoded_and_nothing_is_dropped(raw: str, text: str) -> None:
    assert headers.text_of(raw) == text


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("Ana Bo <ana@ngo.example>", [("Ana Bo", "ana@ngo.example")]),
        ("ana@ngo.example (Ana Bo)", [("Ana Bo", "ana@ngo.example")]),
        (
            '"Bo, Ana" <ana@ngo.example>, bo@x.example',
            [("Bo, Ana", "ana@ngo.example"), ("", "bo@x.example")],
        ),
        ("=?utf-8?q?Zo=C3=A9?= <z@x.example>", [("Zo\u00e9", "z@x.example")]),
        ('"=?utf-8?q?Zo=C3=A9?=" <z@x.example>', [("Zo\u00e9", "z@x.example")]),
        ("=?x-unknown?q?Zo=E9?= <z@x.example>", [("Zo\u00e9", "z@x.example")]),
        ("Zo\udce9 <z@x.example>", [("Zo\u00e9", "z@x.example")]),
        ("unlisted-recipients:; (no To-header on input)", []),
        ("undisclosed-recipients:;", []),
        ("Friends: a@x.example, b@x.example;", [("", "a@x.example"), ("", "b@x.example")]),
        ("root", [("", "root")]),
        ("Cron <root>", [("Cron", "root")]),
        ("Ana Bo", [("Ana Bo", "")]),
        ("Ana <ana@ngo.example", [("Ana", "ana@ngo.example")]),
        ("ana@ngo.example bo@ngo.example", [("", "ana@ngo.example"), ("", "bo@ngo.example")]),
        ("", []),
        ("   ", []),
    ],
)
def test_mailboxes_are_read_and_malformed_ones_recovered(
    raw: str, found: list[tuple[str, str]]
) -> None:
    assert headers.mailboxes(raw) == tuple(Mailbox(name, address) for name, address in found)


_PLAIN = st.from_regex(
    r"\s?([A-Za-z0-9][A-Za-z0-9 .'_-]{0,20} )?<?[a-z0-9_+.-]{1,9}@[a-z.-]{1,9}(example)?>?",
    fullmatch=True,
)


@given(st.lists(_PLAIN, min_size=1, max_size=4).map(",".join))
def test_the_short_way_reads_plain_mailboxes_as_mail_parser_does(raw: str) -> None:
    short = headers._plain_mailboxes(raw)
    if short:
        theirs = get_addresses(raw, decode_names=True)
        assert short == tuple(Mailbox(" ".join(name.split()), address) for name, address in theirs)


@pytest.mark.parametrize(
    "raw", ["(" * 50_000, '"' * 50_000, "<" * 50_000, "a@b," * 20_000, "," * 60_000]
)
def test_hostile_address_headers_are_bounded(raw: str) -> None:
    assert len(headers.mailboxes(raw)) <= headers.MAX_MAILBOXES


@given(st.text(max_size=200))
def test_no_value_makes_a_reader_raise(raw: str) -> None:
    headers.mailboxes(raw)
    headers.text_of(raw)
    headers.moment(raw)
    headers.message_ids(raw)
    headers.own_id(raw)
    headers.return_path([raw])
    headers.received_moment([raw])


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ("Mon, 23 Nov 2026 10:00:00 +0100", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("23 Nov 26 10:00 GMT", datetime(2026, 11, 23, 10, tzinfo=UTC)),
        ("Tue, 4 Jan 101 10:00:00 +0000", datetime(2001, 1, 4, 10, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 10:00:00", datetime(2026, 11, 23, 10, tzinfo=UTC)),
        ("Mon, 23 Nov 1899 10:00:00 +0000", datetime(1899, 11, 23, 10, tzinfo=UTC)),
        ("Mon, 23 Nov 3611 10:00:00 +0000", datetime(3611, 11, 23, 10, tzinfo=UTC)),
        ("Mon, 1 Jan 0001 00:00:00 +1400", datetime(2001, 1, 1, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates_are_read_as_they_stand(raw: str, found: datetime | None) -> None:
    if "0001" in raw:  # unreadable years may be anything but an exception
        headers.moment(raw)
    else:
        assert headers.moment(raw) == found


@given(st.from_regex(headers._PLAIN_MOMENT, fullmatch=True))
def test_the_short_way_reads_plain_moments_as_mail_parser_does(raw: str) -> None:
    plain = headers._PLAIN_MOMENT.fullmatch(raw)
    assert plain is not None
    short = headers._moment_plain(plain)
    assert short is None or short == headers._moment_mail_parser(raw)


@pytest.mark.parametrize("month", range(1, 13))
def test_the_short_way_knows_every_month(month: int) -> None:
    moment = datetime(2026, month, 5, 10, 20, 30, tzinfo=UTC)
    plain = headers._PLAIN_MOMENT.fullmatch(f"{moment:%a, %d %b %Y %H:%M:%S} -0000 (UTC)")
    assert plain is not None
    assert headers._moment_plain(plain) == moment


def test_the_topmost_readable_received_date_is_the_newest() -> None:
    values = [
        "from a by b; nonsense",
        "from c by d; Mon, 23 Nov 2026 10:00:00 +0000",
        "x; 1 Jan 2020",
    ]
    assert headers.received_moment(values) == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert headers.received_moment(["by a, Mon, 23 Nov 26 10:00:00 +0000"]) is not None
    assert headers.received_moment([]) is None


@pytest.mark.parametrize(
    ("raw", "ids"),
    [
        ("<a@x.example>\n <b@x.example>", ("a@x.example", "b@x.example")),
        ("<a@x.example><b@x.example>", ("a@x.example", "b@x.example")),
        ("a@x.example", ("a@x.example",)),
        ("a@x.example b@x.example", ("a@x.example", "b@x.example")),
        ("<a b\n c@x.example>", ("abc@x.example",)),
        ("Your message of Monday <a@x.example>", ("a@x.example",)),
        ("Message from Ana <ana@ngo.example> of Monday. <a@x.example>", ("a@x.example",)),
        ("Ana's message of Monday", ()),
        ("ana@ngo.example's message of Monday", ()),
        ('<Ana\'s message of "Mon, 1 Jan"> <a@x.example>', ("a@x.example",)),
        ("<a@x.example> <b@x.example> <a@x.example>", ("b@x.example", "a@x.example")),
        ("<no-at-sign>", ("no-at-sign",)),
        ("mumble", ()),
        ("<a@x.example> (garbage)", ("a@x.example",)),
        ("", ()),
    ],
)
def test_ids_are_found_with_and_without_brackets(raw: str, ids: tuple[str, ...]) -> None:
    assert headers.message_ids(raw) == ids


def test_only_the_last_fifty_references_count() -> None:
    found = headers.message_ids(" ".join(f"<{at}@x.example>" for at in range(120)))
    assert len(found) == headers.MAX_REFERENCES
    assert (found[0], found[-1]) == ("70@x.example", "119@x.example")


def test_an_id_loses_brackets_folds_and_space_and_keeps_its_case() -> None:
    assert headers.own_id(" <Ab c\n .D@X.example> (added)") == "Abc.D@X.example"
    assert headers.own_id("bare@x.example") == "bare@x.example"
    assert headers.own_id("\u00e9\udce9@x.example").encode("utf-8")


def test_an_id_that_no_line_can_hold_is_no_id() -> None:
    assert headers.own_id("<" + "x" * 998 + ">") == "x" * 998
    assert not headers.own_id("<" + "x" * 999 + ">")
    assert not headers.own_id("<" + "é" * 500 + ">")


@pytest.mark.parametrize(
    ("values", "address"),
    [
        ([], None),
        (["<>"], ""),
        ([" <a@x.example>"], "a@x.example"),
        (["a@x.example"], "a@x.example"),
    ],
)
def test_the_return_path_tells_empty_from_absent(values: list[str], address: str | None) -> None:
    assert headers.return_path(values) == address


def test_direction_overrides_leave_names_and_subjects() -> None:
    assert headers.text_of("invoice \u202efdp.exe\u2066") == "invoice fdp.exe"
    assert headers.mailboxes("Ana \u202egnp <ana@ngo.example>")[0].name == "Ana gnp"
