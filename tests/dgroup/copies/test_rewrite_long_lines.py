"""Header lines over 998 octets: folded where nobody's signature covers them, else left alone."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest

from dgroup.copies.rewrite import STEPS, fold_long, rewrite
from dgroup.splice import Head, breaks_signature, split
from tests.dgroup.copies.test_rewrite import CONTEXT, PLAIN, read

IDS = b" ".join(b"<%d.a-rather-long-name@ngo.example>" % number for number in range(90))
LONG = PLAIN.replace(b"X-Odd", b"References: " + IDS + b"\r\nX-Odd", 1)
BODY = b"Hello,\r\n" + b"a line of a body " * 100 + b"\r\n"
PROOFS = (
    b"DKIM-Signature: v=1; d=ngo.example; h=from:subject; b=x\r\n",
    b"ARC-Seal: i=1; cv=none; d=ngo.example; b=x\r\n",
    b"ARC-Message-Signature: i=1; h=from; d=ngo.example; b=x\r\n",
    b"DomainKey-Signature: a=rsa-sha1; d=ngo.example; b=x\r\n",
)


def longest(block: bytes) -> int:
    return max(len(line) for line in block.split(b"\r\n"))


def test_a_long_line_is_folded_and_reads_the_same() -> None:
    done = rewrite(LONG, CONTEXT)
    assert longest(done.head) <= 998
    assert IDS in done.head.replace(b"\r\n", b"")
    before, after = Head(tuple(split(LONG)[0])), Head(tuple(split(done.head)[0]))
    assert not breaks_signature(before, after)
    read = message_from_bytes(done.whole(LONG), policy=policy.compat32)
    assert read["References"].replace("\r\n", "").encode() == IDS


def test_nothing_else_changes() -> None:
    unfolded = rewrite(LONG, CONTEXT, [step for step in STEPS if step is not fold_long])
    folded = rewrite(LONG, CONTEXT)
    assert folded.head.replace(b"\r\n <", b" <") == unfolded.head.replace(b"\r\n <", b" <")
    short = rewrite(PLAIN, CONTEXT, [step for step in STEPS if step is not fold_long])
    assert rewrite(PLAIN, CONTEXT) == short


@pytest.mark.parametrize("proof", PROOFS)
def test_what_a_signature_may_cover_is_left_alone(proof: bytes) -> None:
    raw = proof + LONG
    assert b"References: " + IDS + b"\r\n" in rewrite(raw, CONTEXT).head


def test_long_lines_of_a_body_stay() -> None:
    raw = LONG.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" + BODY
    assert rewrite(raw, CONTEXT).whole(raw).endswith(b"\r\n\r\n" + BODY)


def test_an_author_in_thousands_of_comments_is_read_in_bounds() -> None:
    raw = b"From: " + b"(" * 5000 + b"<a@ngo.example>\r\n" + PLAIN.replace(b"From", b"X-From")
    assert read(b"Reply-To: " + b"(" * 5000 + b"\r\n" + raw).get_all("List-Id")
