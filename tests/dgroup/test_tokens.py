"""Tokens survive what mail systems do to addresses; forged or foreign ones are nobody's."""

from __future__ import annotations

import base64
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgroup import tokens
from dgroup.address import bounce_address, leave_address, route
from dgroup.tokens import Keyring

OLD = (1, b"an old secret of the host, 32 by")
NEW = (2, b"the newest secret of the host 32")
RING = Keyring((OLD, NEW))


@given(st.integers(0, 2**40 - 1), st.sampled_from(["bounce", "leave"]))
def test_a_token_gives_its_id_back_in_any_case(subject: int, kind: tokens.Kind) -> None:
    token = tokens.make(kind, subject, RING)
    assert len(token) == tokens.TOKEN_LENGTH
    assert token == token.lower()
    assert tokens.read(kind, token, RING) == subject
    assert tokens.read(kind, token.upper(), RING) == subject
    assert tokens.make(kind, subject, RING) == token
    assert tokens.Signer(RING).pair(subject)[kind == "leave"] == token


@given(st.integers(0, 2**40 - 1), st.integers(0, 255), st.binary(min_size=16, max_size=130))
def test_tokens_are_the_ones_that_were_printed_before(
    subject: int, key_id: int, secret: bytes
) -> None:
    head = bytes((key_id,)) + subject.to_bytes(5, "big")
    mac = hmac.digest(secret, head, "sha256")
    printed = [
        base64.b32encode(head + mac[at : at + 10]).decode().rstrip("=").lower() for at in (0, 10)
    ]
    assert list(tokens.Signer(Keyring(((key_id, secret),))).pair(subject)) == printed


@given(
    st.integers(0, 2**40 - 1),
    st.integers(0, 25),
    st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"),
)
def test_no_changed_token_is_read(subject: int, place: int, sign: str) -> None:
    token = tokens.make("leave", subject, RING)
    changed = token[:place] + sign + token[place + 1 :]
    # The last character carries two spare bits: another spelling of it is the same token.
    if changed[:-1] != token[:-1]:
        assert tokens.read("leave", changed, RING) is None


@given(st.text(max_size=60))
def test_garbage_is_nobody(text: str) -> None:
    assert tokens.read("bounce", text, RING) is None


def test_a_bounce_token_does_not_leave() -> None:
    assert tokens.read("leave", tokens.make("bounce", 7, RING), RING) is None


def test_tokens_of_an_older_key_are_read_and_those_of_a_lost_key_are_not() -> None:
    token = tokens.make("leave", 7, Keyring((OLD,)))
    assert tokens.read("leave", token, RING) == 7
    assert tokens.read("leave", token, Keyring((NEW,))) is None
    assert tokens.make("leave", 7, RING) != token


def test_tokens_fit_into_the_local_parts_of_the_longest_group() -> None:
    group = "a" * 24
    token = tokens.make("bounce", 2**40 - 1, RING)
    address = bounce_address(group, token, "lists.example")
    assert len(address.split("@")[0]) <= 64
    assert route(address.upper(), "lists.example").token == token
    assert route(leave_address(group, token, "lists.example"), "lists.example").token == token


@pytest.mark.parametrize("keys", [(), ((256, b"x" * 32),), ((1, b"short"),)])
def test_a_useless_keyring_is_refused(keys: tuple[tuple[int, bytes], ...]) -> None:
    with pytest.raises(ValueError):
        Keyring(keys)


@given(st.binary(min_size=17, max_size=20))
def test_a_code_is_found_however_it_was_printed(random: bytes) -> None:
    code = tokens.new_code(random)
    assert len(code.text) == tokens.CODE_LENGTH
    assert tokens.normal_code(code.printed) == code.text
    assert tokens.normal_code(code.text.upper()) == code.text
    assert code.printed.startswith(code.reference)
    assert tokens.hash_code(code.printed) == code.hashed
    said = f"> please answer with {code.printed}, thank you"
    assert tokens.find_code(said) == code.text
    wrapped = f"code:\n{code.printed[:15]}\n{code.printed[15:]}\n"
    assert tokens.find_code(wrapped) == code.text


def test_prose_and_longer_words_are_no_codes() -> None:
    assert not tokens.find_code("when they come back from here this time we go")
    assert not tokens.find_code("x" * 200)
    assert not tokens.find_code("QWERTYUIOPASDFGHJKLZXCVBNMQ2")
    assert not tokens.normal_code("7KQ2-MX4T")


def test_few_random_bytes_make_no_code() -> None:
    with pytest.raises(ValueError):
        tokens.new_code(b"few")
