"""Whose name stands in From: the table of policy, signature and change; and that Author never lies."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.content import content_of
from dgroup.copies.authorship import Spokesman, author_of, must_speak, speak, spokesman, survives
from dgroup.copies.rewrite import RewriteContext, Rewritten, rewrite
from dgroup.letters import LetterWriter
from dgroup.model import DmarcPolicy, Protection
from tests.dgroup.office import NOW, SITE
from tests.dgroup.plainmail import GROUP
from tests.dgroup.zones import ed25519_key, mail, signed

CONTEXT = RewriteContext(GROUP, SITE, "k" * 16, "w1@ngo.example", False, NOW, "e1")
TAGGED = replace(CONTEXT, group=replace(GROUP, tag="water"))
WHO = Spokesman("Ana via Water", "water+a-aaaa@lists.example")
PLAIN = mail()
SIGNED = signed(PLAIN)
OF_OTHERS = signed(PLAIN, "host.example")
BARE = signed(PLAIN, include=[b"from", b"date"])
"""a signature that leaves the subject to lists"""
NONE, QUARANTINE, REJECT = DmarcPolicy.NONE, DmarcPolicy.QUARANTINE, DmarcPolicy.REJECT
HOLDS = ("ngo.example",)


def broken(raw: bytes) -> Rewritten:
    """The copy of a list that puts its tag into each subject."""
    return rewrite(
        raw,
        CONTEXT,
        [lambda head, _: head.changed("subject", lambda one: one.replace(b": ", b": [water] "))],
    )


@pytest.mark.parametrize("policy", [None, NONE, QUARANTINE, REJECT])
@pytest.mark.parametrize(
    ("raw", "signers", "changes", "keeps"),
    [
        (PLAIN, (), False, False),
        (SIGNED, HOLDS, False, True),
        (SIGNED, HOLDS, True, False),
        (SIGNED, (), False, False),
        (BARE, HOLDS, True, True),
        (OF_OTHERS, ("host.example",), False, True),
        (OF_OTHERS, (), False, False),
        (signed(BARE, "host.example"), HOLDS, True, True),
    ],
    ids=[
        "unsigned",
        "signed",
        "signed and changed",
        "signed and false",
        "signed but for the subject, and changed",
        "by the organisation",
        "by somebody else",
        "only somebody else's is broken",
    ],
)
def test_from_stays_where_nobody_asks_for_a_proof_or_one_survives(
    policy: DmarcPolicy | None, raw: bytes, signers: tuple[str, ...], changes: bool, keeps: bool
) -> None:
    copy = broken(raw) if changes else rewrite(raw, CONTEXT)
    expected = policy in {QUARANTINE, REJECT} and not keeps
    assert must_speak(Protection(policy, signers), raw, copy) is expected


def test_of_one_signer_every_signature_must_survive() -> None:
    both = signed(SIGNED, key=ed25519_key(), include=[b"from", b"date"])
    assert survives(both, rewrite(both, CONTEXT), HOLDS)
    assert not survives(both, broken(both), HOLDS)


def test_our_own_steps_break_no_signature() -> None:
    assert survives(SIGNED, rewrite(SIGNED, TAGGED), HOLDS)


# --- What is written --------------------------------------------------------------------------


def spoken(raw: bytes, answers: str = "") -> bytes:
    copy = rewrite(raw, CONTEXT)
    return speak(copy, raw, content_of(raw).message, replace(WHO, answers=answers)).whole(raw)


def values(raw: bytes, name: str) -> list[bytes]:
    head = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0]
    found = re.findall(rb"(?im)^" + name.encode() + rb":((?:[^\n]*\n[ \t])*[^\r\n]*)", head)
    return [one.strip() for one in found]


def test_no_signature_survives_on_another_text_and_the_text_stays() -> None:
    copy = replace(rewrite(SIGNED, TAGGED), body=b"\r\nAnother text.\r\n")
    assert not survives(SIGNED, copy, HOLDS)
    who = Spokesman("Ana via Water", "water+a-x@lists.example")
    spoken = speak(copy, SIGNED, content_of(SIGNED).message, who)
    assert spoken.whole(SIGNED).endswith(b"\r\n\r\nAnother text.\r\n")


def test_a_copy_names_alias_and_author() -> None:
    copy = spoken(SIGNED)
    assert values(copy, "from") == [b"Ana via Water <water+a-aaaa@lists.example>"]
    assert values(copy, "author") == values(copy, "reply-to") == [b"Ana <ana@ngo.example>"]
    assert values(copy, "message-id") == [b"<w1@ngo.example>"]
    assert len(values(copy, "dkim-signature")) == 1
    assert copy.endswith(b"\r\n\r\nThe well is dry.\r\n")


@pytest.mark.parametrize(
    ("field", "answers", "expected"),
    [
        (b"", "", b"Ana <ana@ngo.example>"),
        (b"", GROUP.address, b"water@lists.example"),
        (b"Reply-To: ana@ngo.example\r\n", GROUP.address, b"water@lists.example"),
        (b"Reply-To: desk@ngo.example\r\n", "", b"desk@ngo.example"),
        (b"Reply-To: desk@ngo.example\r\n", GROUP.address, b"desk@ngo.example"),
    ],
)
def test_answers_go_where_the_author_or_else_the_group_wants(
    field: bytes, answers: str, expected: bytes
) -> None:
    assert values(spoken(field + PLAIN, answers), "reply-to") == [expected]


def test_an_author_that_is_named_already_stays() -> None:
    raw = b"Author: Awa <awa@far.example>\r\n" + PLAIN
    assert values(spoken(raw), "author") == [b"Awa <awa@far.example>"]


def test_the_name_is_the_authors_in_the_groups_language() -> None:
    raw = mail().replace(b"From: Ana ", "From: Zoë Ångström, PhD ".encode())
    group = replace(GROUP, info=replace(GROUP.info, title="Eau\r\nBcc: x@evil.example"))
    who = spokesman(
        author_of(content_of(raw).message), group, "water+a-b@lists.example", LetterWriter(SITE)
    )
    assert "\n" not in who.words
    copy = speak(rewrite(raw, CONTEXT), raw, content_of(raw).message, who).whole(raw)
    assert values(copy, "from")[0].isascii()
    assert values(copy, "bcc") == []


NAMES = st.sampled_from(
    [
        b"Ana <ana@ngo.example>",
        b"ana@ngo.example (Ana)",
        b'"Diop, Awa" <awa@ngo.example>',
        b"=?utf-8?q?Zo=C3=AB?= <zoe@ngo.example>",
        b"Ana\r\n <ana@ngo.example>",
        b"Ana\n <ana@ngo.example>",
        "Zoë <zoe@ngo.example>".encode(),
        b"Ana <ana@ngo.example>, Ben <ben@ngo.example>",
        b"Team: Ana <ana@ngo.example>;",
    ]
)
MORE = st.lists(
    st.sampled_from(
        [
            b"Reply-To: desk@ngo.example\r\n",
            b"Sender: ben@ngo.example\r\n",
            b"Subject: wells\r\n",
            b"X-Loop: soil@lists.example\r\n",
            b"List-Id: <other.example>\r\n",
        ]
    ),
    max_size=4,
)


@given(NAMES, MORE, MORE, st.booleans())
def test_author_is_from_as_it_came_and_the_message_id_stays(
    name: bytes, above: list[bytes], below: list[bytes], to_group: bool
) -> None:
    lines = [*above, b"From: " + name + b"\r\n", b"Message-ID: <w1@ngo.example>\r\n", *below]
    raw = b"".join(lines) + b"\r\nDry.\r\n"
    copy = spoken(raw, GROUP.address if to_group else "")
    assert values(copy, "author") == [name]
    assert values(copy, "message-id") == [b"<w1@ngo.example>"]
    (ours,) = values(copy, "from")
    assert ours.endswith(b"<water+a-aaaa@lists.example>")
    assert len(values(copy, "reply-to")) >= 1
    assert copy.endswith(b"\r\n\r\nDry.\r\n")
