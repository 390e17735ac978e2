"""What follows from a mail's bytes alone is the same in every process, and can be undone."""

from __future__ import annotations

import pickle

from hypothesis import given
from hypothesis import strategies as st

from archive.content import content_of
from archive.packing import pack, unpack
from archive.parse import parse
from archive.text import blocks, laid_out, own_words

MAIL = b"""From: Ana <ana@ngo.example>\r
Subject: Re: Wells\r
Message-ID: <2@ngo.example>\r
\r
Twelve metres, see https://ngo.example/wells for more.\r
\r
> How deep is it?\r
"""


def test_a_mail_is_read_once_for_store_pages_and_commands() -> None:
    content = content_of(MAIL)
    text = content.message.text
    assert content.message == parse(MAIL)
    assert (
        content.own == own_words(text) == "Twelve metres, see https://ngo.example/wells for more."
    )
    assert laid_out(text, content.layout) == blocks(text)
    assert [link.url for link in content.links] == ["https://ngo.example/wells"]
    assert unpack(content.packed) == MAIL


@given(st.binary(max_size=2_000))
def test_any_bytes_come_back_and_pass_from_process_to_process(raw: bytes) -> None:
    assert unpack(pack(raw)) == raw
    content = content_of(raw)
    assert pickle.loads(pickle.dumps(content)) == content
