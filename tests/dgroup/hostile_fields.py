"""Header fields that mean ill or are broken: HEADS, a list of small functions."""

from __future__ import annotations

import base64
import random

from tests.dgroup.hostile_text import CONTROLS, Make, noise, words


def _from_group_syntax(dice: random.Random) -> bytes:
    return b"From: undisclosed-recipients:;"


def _from_nobody(dice: random.Random) -> bytes:
    return b"From:"


def _from_many(dice: random.Random) -> bytes:
    return b"From: " + b", ".join(b"u%d@far.test" % n for n in range(1000))


def _from_twice(dice: random.Random) -> bytes:
    return b"From: a@far.test\r\nFrom: ama@homes.test"


def _from_nested(dice: random.Random) -> bytes:
    return b"From: " + b"(" * 5000 + b'"' + b"\\" * 999 + b"<<<a@@b..c>,;:>"


def _from_injected(dice: random.Random) -> bytes:
    return b"From: =?utf-8?q?a=0D=0ABcc:_victim=40far.test=0D=0A=0D=0Ahello?= <a@far.test>"


def _from_odd_address(dice: random.Random) -> bytes:
    odd = (
        b'"a b"@far.test', b"a@[127.0.0.1]", b"a@" + b"x" * 300 + b".test", b"@far.test", b"a@",
        "é@é.test".encode(), b"a\x00b@far.test", b"a@b@c@far.test", b"'|/bin/sh'@far.test",
        b"a@far.test\x0b", b"=?utf-8?q?a=40far.test?=", b"..@..", b"a" * 4000 + b"@far.test",
    )  # fmt: skip
    return b"From: X <" + dice.choice(odd) + b">"


def _subject_words_broken(dice: random.Random) -> bytes:
    broken = (
        b"=?utf-8?b?####?=", b"=?utf-8?q?=ZZ=?=", b"=?" + b"x" * 3000 + b"?b?aGk=?=", b"=?utf-8?x?a?=",
        b"=?utf-7?q?+ADw-script+AD4-?=", b"=?utf-8?b?" + b"/" * 999, b"=?utf-16?b?//4=?=", b"=?=?=?",
        b"=?utf-8?b?" + base64.b64encode("\u202e\u0000\ud7ff\u2028x".encode()) + b"?=",
    )  # fmt: skip
    return b"Subject: Re: " + b" ".join(dice.choice(broken) for _ in range(dice.randrange(1, 40)))


def _subject_long(dice: random.Random) -> bytes:
    return b"Subject: " + b"Re: " * 5000 + b"x"


def _subject_raw(dice: random.Random) -> bytes:
    return b"Subject: " + noise(dice, 200).replace(b"\n", b"").replace(b"\r", b"")


def _ids_odd(dice: random.Random) -> bytes:
    odd = (
        b"", b"<>", b"<a>", b"<a b@c>", b"<a@b> <c@d>", b"<" + b"x" * 9000 + b"@y>", b"no-brackets@x",
        b"<\xff\xfe@x>", b"<a\x00@x>", b"<../../../etc/passwd@x>", b"<%2e%2e/@x>", b"<a@x>\r\n ",
    )  # fmt: skip
    return b"Message-ID: " + dice.choice(odd)


def _ids_shared(dice: random.Random) -> bytes:
    return b"Message-ID: <shared-%d@far.test>" % dice.randrange(5)


def _references_many(dice: random.Random) -> bytes:
    many = b"\r\n ".join(b"<shared-%d@far.test>" % dice.randrange(2000) for _ in range(1500))
    return b"References: " + many


def _references_circle(dice: random.Random) -> bytes:
    a, b = dice.randrange(5), dice.randrange(5)
    return b"Message-ID: <shared-%d@far.test>\r\nReferences: <shared-%d@far.test>" % (a, b)


def _date_odd(dice: random.Random) -> bytes:
    odd = (
        b"", b"Mon, 99 Foo 99999 99:99:99 +9999", b"Thu, 1 Jan 0000 00:00:00 +0000", b"now", b"\xff",
        b"1 Jan 101 00:00:00", b"Fri, 31 Dec 9999 23:59:59 -2359", b"1" * 5000, b"Mon, 2 Mar 2026",
        b"Mon, 2 Mar 2026 09:29:00 +99999999999999999999",
    )  # fmt: skip
    return b"Date: " + dice.choice(odd)


def _robot(dice: random.Random) -> bytes:
    robots = (
        b"Auto-Submitted: auto-replied", b"Precedence: bulk", b"X-Loop: open@lists.test",
        b"List-Id: <other.example>", b"Auto-Submitted: \xff", b"X-Autoreply: yes",
        b"Received: " + b"from x by y; z\r\nReceived: " * 150, b"Return-Path: <>",
        b"Authentication-Results: mx.example.org; dmarc=fail (p=reject)", b"Content-Length: -1",
        b"Disposition-Notification-To: victim@far.test", b"List-Unsubscribe: <javascript:alert(1)>",
    )  # fmt: skip
    return dice.choice(robots)


def _many_fields(dice: random.Random) -> bytes:
    return b"\r\n".join(b"X-%d: %s" % (n, words(dice, 3)) for n in range(1000))


def _fields_that_are_none(dice: random.Random) -> bytes:
    none = (
        b": no name",
        b"no colon",
        b" begins with a space",
        b"Sp ace: x",
        b"\xc3\xa9: x",
        b"\x00: x",
    )
    return dice.choice(none)


def _field_folded(dice: random.Random) -> bytes:
    return b"X-Folded:" + b"\r\n \t" * 3000 + b"x"


def _field_endless(dice: random.Random) -> bytes:
    return b"X-Endless: " + b"x" * dice.choice((998, 1001, 70_000))


def _controls(dice: random.Random) -> bytes:
    return b"X-Controls: " + CONTROLS + b"\x7f\x80\x9f"


HEADS: tuple[Make, ...] = (
    _from_group_syntax,
    _from_nobody,
    _from_many,
    _from_twice,
    _from_nested,
    _from_injected,
    _from_odd_address,
    _subject_words_broken,
    _subject_long,
    _subject_raw,
    _ids_odd,
    _ids_shared,
    _references_many,
    _references_circle,
    _date_odd,
    _robot,
    _many_fields,
    _fields_that_are_none,
    _field_folded,
    _field_endless,
    _controls,
)
