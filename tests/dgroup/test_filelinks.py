"""Links for one member: nobody can make one, change one, or have the sender make one for them."""

from __future__ import annotations

import base64
import quopri
import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgroup import tokens
from dgroup.filelinks import (
    DAYS,
    NOBODY,
    TEXT,
    FileRef,
    Links,
    Slots,
    day_of,
    holds_links,
    make,
    read,
    slots_of,
    with_whole_links,
)
from dgroup.sending.pipeline import body_of
from dgroup.tokens import Keyring
from tests.dgroup.office import NOW

RING = Keyring(((1, b"a" * 32),))
NEWER = Keyring(((1, b"a" * 32), (2, b"b" * 32)))
LINKS = Links(RING, "https://lists.example/of/ours", NOW)
REFS = st.builds(
    FileRef,
    member=st.integers(0, 2**40 - 1),
    post=st.integers(0, 2**40 - 1),
    part=st.integers(0, 255),
    expires=st.integers(0, 65535),
)


@given(REFS)
def test_a_token_says_what_it_was_made_for(ref: FileRef) -> None:
    token = make(ref, RING)
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", token)
    assert read(token, RING) == ref == read(token, NEWER)
    assert read(make(ref, NEWER), RING) is None


@given(REFS, st.integers(0, 31), st.sampled_from("Aaz09_-"))
def test_no_sign_of_a_token_can_be_changed(ref: FileRef, at: int, sign: str) -> None:
    token = make(ref, RING)
    changed = token[:at] + sign + token[at + 1 :]
    assert changed == token or read(changed, RING) is None


@given(
    st.text(max_size=60)
    | st.binary(min_size=24, max_size=24).map(lambda data: base64.urlsafe_b64encode(data).decode())
)
def test_anything_else_is_no_token(text: str) -> None:
    assert read(text, RING) is None


def test_a_token_of_an_address_is_none_of_a_file() -> None:
    assert read(tokens.make("leave", 7, RING) + "aaaaaa", RING) is None


def test_a_link_works_for_ninety_days() -> None:
    ref = read(LINKS.url(12, 3).rpartition("/")[2], RING)
    assert ref == FileRef(NOBODY, 12, 3, day_of(NOW + timedelta(days=DAYS)))
    assert LINKS.url(12).startswith("https://lists.example/of/ours/_/file/")
    assert read(LINKS.url(12).rpartition("/")[2], RING).part == TEXT  # type: ignore[union-attr]  # made above


@pytest.mark.parametrize(("post", "part"), [(0, 0), (2**40, 0), (1, 256), (1, -1)])
def test_what_no_token_can_hold_has_no_link(post: int, part: int) -> None:
    assert LINKS.url(post, part) == ""


# --- In a mail ----------------------------------------------------------------------------------

TEXTS = st.lists(
    st.sampled_from(["", "a", "é" * 30, "x" * 90, " ", "=", ".", "\n", "\n.\n", "word " * 20]),
    max_size=6,
)


@given(TEXTS, TEXTS, TEXTS)
def test_links_become_the_members_own_wherever_they_stand(
    before: list[str], between: list[str], after: list[str]
) -> None:
    one, two = LINKS.url(12, 1), LINKS.url(13)
    text = f"{''.join(before)} {one} {''.join(between)} {two}\n{''.join(after)}"
    assert holds_links(text)
    encoded = with_whole_links(text)
    assert all(len(line) <= 76 for line in encoded.split(b"\r\n"))
    assert _decoded(encoded) == text
    slots = slots_of(body_of(encoded).data, RING)
    assert slots is not None
    assert [(ref.member, ref.post, ref.part) for ref in slots.refs] == [(0, 12, 1), (0, 13, TEXT)]
    filled = slots.filled(77, RING)
    assert len(filled) == len(body_of(encoded).data)
    own = re.findall(r"/_/file/([A-Za-z0-9_-]{32})", _decoded(filled.replace(b"\r\n..", b"\r\n.")))
    assert [read(token, RING).member for token in own] == [77, 77]  # type: ignore[union-attr]  # else it fails


def _decoded(data: bytes) -> str:
    return quopri.decodestring(data).decode("utf-8").replace("\r\n", "\n")


def test_no_author_can_write_a_place_that_is_filled() -> None:
    forged = make(FileRef(NOBODY, 12, 1, 60000), Keyring(((1, b"z" * 32),)))
    theirs = make(FileRef(8, 12, 1, 60000), RING)
    for token in (forged, theirs, "a" * 32):
        assert slots_of(f"see https://lists.example/_/file/{token}\r\n".encode(), RING) is None
    assert slots_of(b"nothing here", RING) is None


def test_what_surrounds_the_places_stays() -> None:
    link = LINKS.url(12, 1).encode()
    found = slots_of(b"a\r\n" + link + b"\r\nb " + link + b"x" + b" c", RING)
    assert isinstance(found, Slots)
    assert len(found.refs) == 1
    assert found.pieces[1].startswith(b"\r\nb https://")
