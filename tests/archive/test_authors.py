"""Who wrote it: real lists put their own address into From, and the author elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archive.authors import author_of
from archive.model import Mailbox, ParsedMessage
from tests.archive.made import mail

LIST = "beans@lists.example"
ANA = Mailbox("Ana Silva", "Ana@ngo.example")


def _from(
    box: Mailbox,
    *,
    reply_to: tuple[Mailbox, ...] = (),
    original_from: tuple[Mailbox, ...] = (),
    sender: tuple[Mailbox, ...] = (),
) -> ParsedMessage:
    return replace(
        mail("m"), from_=(box,), reply_to=reply_to, original_from=original_from, sender=sender
    )


def _told(message: ParsedMessage, *addresses: str) -> tuple[str, str]:
    author = author_of(message, addresses or (LIST,))
    return author.name, author.address


def test_an_ordinary_from_is_the_author() -> None:
    assert _told(_from(ANA)) == ("Ana Silva", "ana@ngo.example")
    assert _told(_from(Mailbox("", "bo@ngo.example"))) == ("bo", "bo@ngo.example")


def test_a_reply_to_says_nothing_where_from_is_the_author() -> None:
    message = _from(ANA, reply_to=(Mailbox("", LIST),))
    assert _told(message) == ("Ana Silva", "ana@ngo.example")
    other = _from(ANA, reply_to=(Mailbox("Office", "office@ngo.example"),))
    assert _told(other) == ("Ana Silva", "ana@ngo.example")


@pytest.mark.parametrize("name", ["Ana Silva via Beans", "Ana Silva via beans list"])
def test_via_a_list_is_cut_and_the_address_is_in_reply_to(name: str) -> None:
    message = _from(Mailbox(name, LIST), reply_to=(Mailbox("", LIST), ANA))
    assert _told(message) == ("Ana Silva", "ana@ngo.example")


def test_what_the_list_kept_of_the_author_wins() -> None:
    message = _from(Mailbox("Beans", LIST), original_from=(ANA,))
    assert _told(message) == ("Ana Silva", "ana@ngo.example")


def test_an_anonymous_list_gives_a_name_and_no_address() -> None:
    anonymous = _from(Mailbox("Talk about beans", LIST), reply_to=(Mailbox("", LIST),))
    assert _told(anonymous) == ("Talk about beans", "")


def test_a_list_that_hides_addresses_may_leave_the_name() -> None:
    message = _from(Mailbox("Bo Lund", LIST), reply_to=(Mailbox("", "bo@ngo.example"),))
    assert _told(message) == ("Bo Lund", "bo@ngo.example")


def test_an_old_lists_address_is_known_from_list_post() -> None:
    old = "old-beans@other.example"
    message = replace(
        _from(Mailbox("Old beans", old), reply_to=(ANA,)),
        list_headers=(("list-post", f"<mailto:{old}?subject=x>"),),
    )
    assert _told(message) == ("Ana Silva", "ana@ngo.example")


def test_sender_stands_in_for_an_absent_from_and_nothing_at_all_is_borne() -> None:
    assert _told(replace(mail("m"), from_=(), sender=(ANA,))) == ("Ana Silva", "ana@ngo.example")
    assert _told(replace(mail("m"), from_=())) == ("?", "")


def test_a_shown_name_is_never_an_address() -> None:
    shown = _told(_from(Mailbox("ana@ngo.example", "ana@ngo.example")))[0]
    assert "@" not in shown


def test_headers_are_kept_as_they_came() -> None:
    message = _from(Mailbox("Beans", LIST), reply_to=(ANA,), sender=(Mailbox("", "s@x.example"),))
    author = author_of(message, [LIST])
    assert (author.from_address, author.reply_to, author.sender) == (
        LIST,
        "Ana@ngo.example",
        "s@x.example",
    )


def test_people_are_told_apart_by_address_else_by_name() -> None:
    assert author_of(_from(ANA)).mark == "ana@ngo.example"
    anonymous = author_of(_from(Mailbox("Bo Lund", LIST)), [LIST])
    assert anonymous.mark == "bo lund"


def test_who_has_no_name_in_from_shows_the_registered_one() -> None:
    bare = Mailbox("", "ana@ngo.example")
    assert author_of(_from(bare), registered="Ana Silva").name == "Ana Silva"
    assert author_of(_from(Mailbox(bare.address, bare.address)), registered="Ana Silva").name == (
        "Ana Silva"
    )
    assert author_of(_from(ANA), registered="Somebody").name == ANA.name
    assert author_of(_from(bare), registered="ana@home.example").name == "ana"
    assert author_of(_from(Mailbox("Ana <ana@old.example>", bare.address))).name == "Ana"


def test_a_registered_name_is_not_given_to_another_author() -> None:
    """A list put its own address into From, and Reply-To names who wrote."""
    message = _from(Mailbox("", LIST), reply_to=(Mailbox("", "bo@x.example"),))
    assert author_of(message, [LIST], registered="Ana Silva").name == "bo"
