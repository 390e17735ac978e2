"""A multipart cut at its boundaries is the tree that the standard library reads, or is left to it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive import mimetree
from archive.mimetree import CONTENT, Node, bytes_of, read_tree
from tests.effort import calls

_PIECES = (
    b"--B\n",
    b"--B\r\n",
    b"--B--\n",
    b"--B--",
    b"--B \t\n",
    b"--B-\n",
    b"--BB\n",
    b"--C\n",
    b"--C--\n",
    b"\n",
    b"\r\n",
    b"\r",
    b" \n",
    b"text\n",
    b"From x\n",
    b": odd\n",
    b"Content-Type: text/plain\n",
    b"content-type: text/html;\n charset=utf-8\n",
    b'Content-Type: multipart/alternative; boundary="C"\n',
    b"Content-Type: multipart/digest; boundary=C\n",
    b"Content-Type: multipart/mixed\n",
    b"Content-Type: message/rfc822\n",
    b"Content-Type: caf\xc3\xa9\n",
    b"Content-Transfer-Encoding: base64\n",
    b"Content-Transfer-Encoding:\n 8BIT\n",
    b"X-Other: \xff\n\tmore\n",
)
_KIND = "multipart/mixed; boundary=B"


def _shown(node: Any) -> object:
    """A tree as plain values: the fields that are looked at, and children or bytes."""
    fields = [(name, value) for name, value in node.raw_items() if name.lower() in CONTENT]
    payload = node.get_payload() if node.is_multipart() else None
    children = [_shown(child) for child in payload] if isinstance(payload, list) else None
    return fields, node.depth, children if children is not None else bytes_of(node)


def _both(kind: str, body: bytes) -> tuple[object, object]:
    roots = read_tree(kind, body), mimetree._read(kind, body)
    first, second = ((_shown(root), (root.epilogue or "").strip(), odd) for root, odd in roots)
    return first, second


@given(st.lists(st.sampled_from(_PIECES), max_size=25).map(b"".join))
@example(b"--B\n\ntext\n--B--\n--B\n\nmore\n")
@example(b"--B\nContent-Type: text/plain\n\n--B--\n")
@example(b"--B\nContent-Type: text/plain\n--B--\n")
@example(b"--B\n\n--B\n--B\n\ntext\n--B--\n")
def test_any_mail_gives_the_tree_of_the_library(body: bytes) -> None:
    mine, theirs = _both(_KIND, body)
    assert mine == theirs


_PARTS = st.recursive(
    st.sampled_from((b"\ntext\n", b"Content-Type: text/html\n\n<p>\n", b"X: y\r\n\r\nz\r\n")),
    lambda inner: st.lists(inner, min_size=1, max_size=4).map(
        lambda some: (
            b"Content-Type: multipart/mixed; boundary=%d\n\n%b--%d--\n"
            % (
                len(b"".join(some)),
                b"".join(_part(len(b"".join(some)), one) for one in some),
                len(b"".join(some)),
            )
        )
    ),
    max_leaves=12,
)


def _part(boundary: int, data: bytes) -> bytes:
    return b"--%d\n%b\n" % (boundary, data)


@given(st.lists(_PARTS, min_size=1, max_size=4))
def test_well_formed_trees_are_cut_without_the_library(parts: list[bytes]) -> None:
    body = b"".join(b"--B\n%b\n" % part for part in parts) + b"--B--\n"
    assert mimetree._cut(_KIND, body) is not None
    mine, theirs = _both(_KIND, body)
    assert mine == theirs


@pytest.mark.parametrize(
    "kind",
    [
        "multipart/mixed",
        "multipart/digest; boundary=B",
        'multipart/mixed; boundary=""',
        "multipart/mixed; boundary=caf\u00e9",
        "message/rfc822; boundary=B",
    ],
)
def test_what_has_rules_of_its_own_is_left_to_the_library(kind: str) -> None:
    assert mimetree._cut(kind, b"--B\n\ntext\n--B--\n") is None


def test_many_parts_and_deep_ones_are_left_to_the_library() -> None:
    assert mimetree._cut(_KIND, b"--B\n\n\n" * 101 + b"--B--\n") is None
    body = b"\ntext\n"
    for at in range(20):
        body = b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n%b--%d--\n" % (
            at,
            at,
            body,
            at,
        )
    assert mimetree._cut(_KIND, b"--B\n" + body + b"--B--\n") is None


def test_a_part_keeps_its_bytes() -> None:
    root, _ = read_tree(_KIND, b"--B\nContent-Type: image/png\n\n\x00\xff \r\n\r\n--B--\n")
    parts = root.get_payload()
    assert isinstance(parts, list)
    assert [bytes_of(part) for part in parts if isinstance(part, Node)] == [b"\x00\xff \r\n"]


def test_a_body_of_dashes_is_not_stopped_at_in_each_of_them() -> None:
    def cut(size: int) -> int:
        body = b"---\n\ntext\n" + b"-" * size + b"\n-----\n"
        return calls(lambda: mimetree._cut('multipart/mixed; boundary="-"', body))

    cut(10)  # what is made once and kept is made now
    assert cut(100_000) == cut(10)
