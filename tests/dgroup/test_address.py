"""What our addresses mean, what a person's may be, and what a hostile line becomes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgroup.address import (
    bounce_address,
    clean_line,
    command_address,
    comparable,
    confirm_address,
    is_sendable,
    is_text,
    leave_address,
    mentions,
    owner_address,
    person_name,
    route,
    split_address,
)
from dgroup.model import Route, RouteKind

DOMAIN = "lists.example"
KEY = "a" * 16


def to(local: str) -> Route:
    return route(f"{local}@{DOMAIN}", DOMAIN)


@pytest.mark.parametrize(
    ("local", "kind", "group", "verb"),
    [
        ("water", RouteKind.POST, "water", ""),
        ("WATER", RouteKind.POST, "water", ""),
        ("dry-wells", RouteKind.POST, "dry-wells", ""),
        ("water-join", RouteKind.COMMAND, "water", "join"),
        ("water-subscribe", RouteKind.COMMAND, "water", "join"),
        ("dry-wells-leave", RouteKind.COMMAND, "dry-wells", "leave"),
        ("water+leave", RouteKind.COMMAND, "water", "leave"),
        ("leave.water", RouteKind.COMMAND, "water", "leave"),
        ("water-request", RouteKind.COMMAND, "water", "request"),
        ("water-owner", RouteKind.OWNER, "water", "owner"),
        ("water+owner", RouteKind.OWNER, "water", "owner"),
        ("water-bounces", RouteKind.BOUNCE, "water", "bounces"),
        ("water-confirm", RouteKind.CONFIRM, "water", "confirm"),
        ("postmaster", RouteKind.SITE, "", "postmaster"),
        ("abuse", RouteKind.SITE, "", "abuse"),
        ("groups", RouteKind.SITE, "", "groups"),
        ("w", RouteKind.UNKNOWN, "", ""),
        ("water+nonsense", RouteKind.UNKNOWN, "", ""),
        ("water-leave+t/../x", RouteKind.UNKNOWN, "", ""),
        ("wa ter", RouteKind.UNKNOWN, "", ""),
        ("", RouteKind.UNKNOWN, "", ""),
    ],
)
def test_routes(local: str, kind: RouteKind, group: str, verb: str) -> None:
    found = to(local)
    assert (found.kind, found.group, found.verb) == (kind, group, verb)


def test_a_reply_address_names_the_post() -> None:
    found = to(f"water+re-{KEY}")
    assert (found.kind, found.group, found.reply_key) == (RouteKind.POST, "water", KEY)


@pytest.mark.parametrize(
    ("made", "kind"),
    [
        (bounce_address("water", "abc234", DOMAIN), RouteKind.BOUNCE),
        (leave_address("water", "abc234", DOMAIN), RouteKind.COMMAND),
        (confirm_address("water", "abc234", DOMAIN), RouteKind.CONFIRM),
    ],
)
def test_what_we_print_we_read_again_in_any_case(made: str, kind: RouteKind) -> None:
    for spelt in (made, made.upper()):
        found = route(spelt, DOMAIN)
        assert (found.kind, found.group, found.token) == (kind, "water", "abc234")


def test_addresses_without_tokens_are_read_again() -> None:
    assert route(command_address("water", "help", DOMAIN), DOMAIN).verb == "help"
    assert route(owner_address("water", DOMAIN), DOMAIN).kind is RouteKind.OWNER


def test_another_domain_is_not_ours_but_a_bare_postmaster_is() -> None:
    assert route("water@elsewhere.example", DOMAIN).kind is RouteKind.UNKNOWN
    assert route("water", DOMAIN).kind is RouteKind.UNKNOWN
    assert route("Postmaster", DOMAIN).kind is RouteKind.SITE
    assert route(f"water@{DOMAIN.upper()}", DOMAIN).kind is RouteKind.POST


def test_splitting() -> None:
    assert split_address("a@b@C.example") == ("a@b", "c.example")
    assert split_address("postmaster") == ("postmaster", "")


@given(st.text(max_size=120))
def test_any_address_has_a_route(address: str) -> None:
    found = route(address, DOMAIN)
    assert found.address == address
    comparable(address)
    is_sendable(address)


# --- People -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["a@b.example", "a.b+c@d.example", "josé@bücher.example", "x'y@b.example", "a@b"]
)
def test_sendable(address: str) -> None:
    assert is_sendable(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "@b.example",
        "a@",
        "a b@c.example",
        "a@b@c.example",
        '"a b"@c.example',
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example>",
        "<a@b.example",
        "a,b@c.example",
        "a\u202e@b.example",
        "a\ud800@b.example",
        "x" * 65 + "@b.example",
        "a@" + "b" * 254,
    ],
)
def test_not_sendable(address: str) -> None:
    assert not is_sendable(address)


def test_comparing() -> None:
    assert comparable(" <Ana@NGO.example> ") == "ana@ngo.example"
    assert comparable("ana@BÜCHER.example") == "ana@xn--bcher-kva.example"
    assert comparable("jose\u0301@x.example") == comparable("josé@x.example")


def test_a_hostile_line_becomes_one_line() -> None:
    assert clean_line("a\r\nBcc: b\x00\u202ec", 80) == "a Bcc: b c"
    assert clean_line("  many   spaces\t", 80) == "many spaces"
    assert clean_line("x" * 100, 10) == "x" * 9 + "\u2026"
    assert clean_line("نام\u200cه", 80) == "نام\u200cه"


@given(st.text(max_size=200), st.integers(2, 50))
def test_a_clean_line_is_short_and_can_be_sent(text: str, length: int) -> None:
    line = clean_line(text, length)
    assert len(line) <= length
    assert line.isprintable() or is_text(line.replace("\u200c", "").replace("\u200d", ""))
    line.encode("utf-8")


def test_a_name_is_no_address() -> None:
    assert person_name(' "Awa  Diop" ') == "Awa Diop"
    assert person_name("awa@ong.example") == ""
    assert len(person_name("x" * 500)) == 80


def test_a_mention_of_an_address_is_no_part_of_a_longer_one() -> None:
    found = mentions(["a@x.example"])
    for text in ("a@x.example", "by A@X.example.", "from <a@x.example>, b", '"a@x.example"'):
        assert found.search(text), text
    for text in (
        "ana@x.example",
        "b.a@x.example",
        "a@x.example.org",
        "a@x.examples",
        "b+a@x.example",
    ):
        assert not found.search(text), text
    assert not mentions([]).search("a@x.example")
