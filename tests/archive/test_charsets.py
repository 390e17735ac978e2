"""Charset labels, true and false, and what becomes of bytes that no label fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.charsets import decode, header_text, html_label, known, scrub


@pytest.mark.parametrize(
    ("data", "label", "text", "true"),
    [
        (b"plain", "us-ascii", "plain", True),
        (b"plain", "", "plain", True),
        ("caf\u00e9".encode(), "utf-8", "caf\u00e9", True),
        ("caf\u00e9".encode(), "us-ascii", "caf\u00e9", False),
        (b"caf\xe9", "utf-8", "caf\u00e9", False),
        (b"caf\xe9", "x-unknown", "caf\u00e9", False),
        (b"\x93caf\xe9\x94", "iso-8859-1", "\u201ccaf\u00e9\u201d", True),
        (b"\xf0\xd2\xc9\xd7\xc5\xd4", "koi8r", "\u041f\u0440\u0438\u0432\u0435\u0442", True),
        (b"\xa1", "windows-874", "\u0e01", True),
        (b"not wide at all", "utf-16", "not wide at all", False),
        (b"aGVsbG8=", "base64", "aGVsbG8=", True),
        (b"a\\u0041", "unicode_escape", "a\\u0041", True),
    ],
)
def test_a_label_is_believed_only_as_far_as_its_bytes_allow(
    data: bytes, label: str, text: str, true: bool
) -> None:
    assert decode(data, label) == (text, true)


@pytest.mark.parametrize(
    "label", ["", "y", "true", "default", "x" * 500, "\0", "punycode", "idna", "rot13", "undefined"]
)
def test_labels_that_are_no_charset_name_no_codec(label: str) -> None:
    assert known(label) == ""


@given(st.binary(max_size=300), st.sampled_from(["", "utf-7", "utf-16", "iso-2022-jp", "hz", "y"]))
def test_any_bytes_become_text_that_can_be_stored(data: bytes, label: str) -> None:
    decode(data, label)[0].encode("utf-8")


@given(st.text(max_size=100))
def test_any_header_value_becomes_text_that_can_be_stored(value: str) -> None:
    header_text(value).encode("utf-8")
    scrub(value).encode("utf-8")


def test_raw_bytes_in_a_header_are_utf8_else_windows_1252() -> None:
    assert header_text("Zo\udcc3\udca9") == "Zo\u00e9"
    assert header_text("Zo\udce9") == "Zo\u00e9"


def test_html_names_its_own_charset() -> None:
    assert html_label(b'<meta http-equiv=x content="text/html; charset=koi8-r">') == "koi8-r"
    assert html_label(b"<p>none</p>") == ""
