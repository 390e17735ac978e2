"""Tokens of aliases: the same for years, nobody else's, and no other token is one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dgroup import alias, tokens
from dgroup.address import alias_address, route
from dgroup.alias import Named
from dgroup.model import RouteKind
from dgroup.tokens import Keyring

OLD, NEW = (1, b"a" * 32), (2, b"b" * 32)
RING = Keyring((OLD,))
MEMBERS = st.integers(0, 2**40 - 1)


@given(MEMBERS)
def test_an_alias_names_its_member_in_any_case_and_outlives_a_new_key(member: int) -> None:
    token = alias.make("member", member, RING)
    both = Keyring((NEW, OLD))
    assert alias.read(token.upper(), RING) == alias.read(token, both) == Named("member", member)
    assert alias.make("member", member, both) == token
    assert alias.read(token, Keyring((NEW,))) is None


@given(MEMBERS, st.integers(0, 25), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_changed_token_is_nobodys(member: int, at: int, letter: str) -> None:
    token = alias.make("member", member, RING)
    other = token[:at] + letter + token[at + 1 :]
    # The last letter holds two bits that mean nothing.
    same = other[:25] == token[:25]
    assert alias.read(other, RING) in ({Named("member", member), None} if same else {None})


@given(MEMBERS)
def test_no_other_token_is_an_alias(member: int) -> None:
    for kind in ("bounce", "leave"):
        assert alias.read(tokens.make(kind, member, RING), RING) is None
        assert tokens.read(kind, alias.make("member", member, RING), RING) is None


@given(MEMBERS)
def test_an_alias_is_a_local_part_that_every_host_takes(member: int) -> None:
    token = alias.make("member", member, RING)
    address = alias_address("a" * 24, token, "lists.example")
    assert address.isascii()
    assert len(address.partition("@")[0]) <= 64
    found = route(address.upper(), "lists.example")
    assert (found.kind, found.group, found.token) == (RouteKind.ALIAS, "a" * 24, token)


@given(MEMBERS)
def test_a_post_is_no_member(row: int) -> None:
    token = alias.make("post", row, RING)
    assert token != alias.make("member", row, RING)
    assert alias.read(token, RING) == Named("post", row)
