"""Reading hostile mail: nothing raises, the work stays in proportion, nothing acts that should not."""

from __future__ import annotations

import random

import pytest

from archive.content import Content, content_of
from archive.parse import parse
from dgroup.address import route
from dgroup.commands.reading import read
from dgroup.incoming import Incoming, Reading
from dgroup.model import Envelope, Verdicts
from tests.dgroup import hostile
from tests.dgroup.plainmail import NOW
from tests.effort import check_linear, ends

PLACES = ("water-request", "water-add", "water-leave", "water-confirm", "water-owner", "water")


def incoming(raw: bytes, to: str) -> Incoming:
    address = f"{to}@lists.example"
    content = content_of(raw)
    sender = content.message.from_[0].address.lower() if content.message.from_ else ""
    envelope = Envelope("e", "", (address,), raw, NOW, "192.0.2.1", "h", False, False)
    return Incoming(envelope, route(address, "lists.example"), content, Verdicts(), sender)


def of(body: str, to: str) -> Incoming:
    return incoming(b"From: Kim <kim@ngo.example>\r\nSubject: list\r\n\r\n" + body.encode(), to)


def test_no_hostile_mail_raises() -> None:
    dice = random.Random(7)
    for number in range(300):
        raw = hostile.mail(dice, ["kim@ngo.example"])
        reading = read(incoming(raw, PLACES[number % len(PLACES)]))
        assert isinstance(reading, Reading)
        for one in reading.people:
            assert not set(one.name) & set("\r\n\0")


@pytest.mark.parametrize(
    "line",
    [
        "add p{}@x.example\n",
        "{} leave ",
        "leave, ",
        "please don't remove me {} ",
        "Awa <p{}@x.example>; ",
        "until 15 March, ",
        "<<<<mailto:",
        '"a" ',
        "- \n",
        "no ",
        "> q{}\nyes\n",
        "because ",
    ],
)
@pytest.mark.parametrize("to", ["water-request", "water-add", "water-confirm"])
def test_the_work_grows_no_faster_than_the_mail(line: str, to: str) -> None:
    def reads(size: int) -> None:
        body = "".join(line.format(number) for number in range(size))
        message = parse(b"From: Kim <kim@ngo.example>\r\nSubject: list\r\n\r\n")
        mail = of("x", to)
        from dataclasses import replace

        read(replace(mail, content=Content(replace(message, text=body), body)))

    check_linear(reads, 2000)


def test_ten_megabytes_of_lines_end() -> None:
    with ends():
        reading = read(of("leave the group\n" * 600_000, "water-request"))
    assert reading.verb in {"", "leave"}


def test_five_thousand_addresses_are_cut_at_five_hundred() -> None:
    with ends():
        reading = read(of("".join(f"p{n}@x.example\n" for n in range(5000)), "water-add"))
    assert len(reading.people) == 500
    assert reading.truncated
    assert not read(of("p1@x.example", "water-add")).truncated


@pytest.mark.parametrize(
    "subject",
    ["subscribe\r\nBcc: all@ngo.example", "leave\x00\x0b", "join \u202eevael", "un\u200bsubscribe"],
)
def test_a_subject_cannot_carry_a_header(subject: str) -> None:
    raw = f"From: a@x.example\r\nSubject: {subject}\r\n\r\n\r\n".encode()
    reading = read(incoming(raw, "water-request"))
    assert "@" not in reading.options.address
    assert reading.people == ()
