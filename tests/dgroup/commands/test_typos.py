"""Slips in mail domains: what was probably meant, and what is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgroup.commands.typos import PROVIDERS, meant, one_slip

WATERAID = {"wateraid.example": 5, "single.example": 1}


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("maria@gmial.com", "maria@gmail.com"),
        ("maria@gmai.com", "maria@gmail.com"),
        ("maria@gmaill.com", "maria@gmail.com"),
        ("maria@gmail.con", "maria@gmail.com"),
        ("maria@gmail.co", "maria@gmail.com"),
        ("maria@gmail.com.com", "maria@gmail.com"),
        ("maria@hotmial.fr", "maria@hotmail.fr"),
        ("maria@yaho.com", "maria@yahoo.com"),
        ("maria@outlok.com", "maria@outlook.com"),
        ("maria@laposte.nett", "maria@laposte.net"),
        ("Maria.R@GMIAL.com", "Maria.R@gmail.com"),
        ("maria@watreaid.example", "maria@wateraid.example"),
    ],
)
def test_a_slip_is_seen(typed: str, wanted: str) -> None:
    assert meant(typed, WATERAID) == wanted


@pytest.mark.parametrize(
    "address",
    [
        "maria@gmail.com",
        "maria@ymail.com",
        "maria@mail.com",
        "maria@hotmail.pt",
        "maria@yahoo.com.ph",
        "maria@ong.example",
        "maria@wateraid.example",
        "maria@singel.example",
        "maria@me.co",
        "maria",
        "",
    ],
)
def test_an_honest_address_is_left_alone(address: str) -> None:
    assert not meant(address, WATERAID)


@pytest.mark.parametrize("domain", sorted(PROVIDERS))
def test_no_provider_is_taken_for_another(domain: str) -> None:
    assert not meant(f"maria@{domain}", {})


_WORD = st.text("abc", max_size=6)


@given(_WORD, _WORD)
def test_one_slip_is_the_same_in_both_directions(one: str, other: str) -> None:
    assert one_slip(one, other) == one_slip(other, one)


@given(_WORD, st.integers(0, 6), st.sampled_from("abcd"))
def test_every_key_added_is_one_slip(word: str, at: int, key: str) -> None:
    assert one_slip(word[:at] + key + word[at:], word)


@given(_WORD, st.integers(0, 5))
def test_two_keys_swapped_are_one_slip(word: str, at: int) -> None:
    swapped = word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
    assert swapped == word or one_slip(swapped, word)
