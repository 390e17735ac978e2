"""Leaf parts with exact bytes, from well-formed and broken MIME, within the caps."""

from __future__ import annotations

import base64
import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import headers
from archive.mime import Leaf, decoded, leaves, uuencoded
from archive.mimetree import MAX_PARTS
from archive.parse import parse


def _leaves(raw: bytes) -> tuple[list[Leaf], list[str]]:
    fields, at = headers.split(raw)
    return leaves(fields, raw[at:])


def _mixed(*parts: bytes, kind: bytes = b"mixed") -> bytes:
    inner = b"".join(b"--B\n" + part + b"\n" for part in parts)
    return b'From: a@b.example\nContent-Type: multipart/%s; boundary="B"\n\n%s--B--\n' % (
        kind,
        inner,
    )


def _kinds(raw: bytes) -> list[str]:
    return [leaf.meta.content_type for leaf in _leaves(raw)[0]]


def test_a_forwarded_mail_is_one_leaf_with_its_exact_bytes() -> None:
    inner = b"From: x@y.example\nSubject:  odd  \n\tspacing\nContent-Type: multipart/mixed; boundary=C\n\n--C\n\nhi\n--C--\n"
    found, _ = _leaves(_mixed(b"\nhello", b"Content-Type: message/rfc822\n\n" + inner))
    assert [leaf.meta.content_type for leaf in found] == ["text/plain", "message/rfc822"]
    assert found[1].data == inner


@pytest.mark.parametrize("kind", [b"partial", b"external-body", b"delivery-status", b"global"])
def test_every_kind_of_message_part_is_one_leaf(kind: bytes) -> None:
    raw = _mixed(b"\nhello", b"Content-Type: message/" + kind + b"\n\nA: b\n\nC: d")
    found, _ = _leaves(raw)
    assert found[1].data == b"A: b\n\nC: d"


def test_parts_of_a_digest_are_mails_by_default() -> None:
    raw = _mixed(b"\nFrom: a@x.example\n\none", b"\nFrom: b@x.example\n\ntwo", kind=b"digest")
    assert _kinds(raw) == ["message/rfc822", "message/rfc822"]


@given(st.binary(max_size=400))
def test_attachments_come_back_byte_for_byte(data: bytes) -> None:
    part = b"Content-Type: image/png\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(
        data
    )
    found, _ = _leaves(_mixed(b"\nhello", part))
    assert found[1].data == data


@pytest.mark.parametrize("label", ["base64", "BASE64 ", "base-64", '"base64"', "base64 (yes)"])
def test_labels_of_transfer_encodings_are_mended(label: str) -> None:
    part = f"Content-Type: image/png\nContent-Transfer-Encoding: {label}\n\naGVsbG8=".encode()
    assert _leaves(_mixed(part))[0][0].data == b"hello"


@pytest.mark.parametrize("label", ["8bits", "text/plain", "binary", "7-bit", "x-nonsense", ""])
def test_labels_that_mean_nothing_leave_the_bytes_alone(label: str) -> None:
    part = f"Content-Transfer-Encoding: {label}\n\ncaf=E9 \xe9".encode("latin-1")
    assert _leaves(_mixed(part))[0][0].data == b"caf=E9 \xe9"


def test_a_text_that_is_not_base64_in_spite_of_its_label_is_kept() -> None:
    text = b"Dear all, this is plain text.\n"
    assert decoded(text, "base64") == (text, False)


def test_a_footer_behind_base64_is_kept_as_text() -> None:
    payload = base64.encodebytes(b"Dear all") + b"_______\nseeds mailing list\n"
    assert decoded(payload, "base64") == (b"Dear all\n_______\nseeds mailing list\n", False)


@pytest.mark.parametrize("payload", [b"aGVsbG8", b"aGVsbG8\n", b"aGVs\r\nbG8=", b"aGVsbG8=="])
def test_base64_without_right_padding_is_mended(payload: bytes) -> None:
    assert decoded(payload, "base64")[0] == b"hello"


def _uu(data: bytes, name: bytes = b"seeds.bin") -> bytes:
    lines = (binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45))
    return b"begin 644 " + name + b"\n" + b"".join(lines) + b"`\nend\n"


@given(st.binary(min_size=1, max_size=500))
def test_uuencoded_files_in_a_text_are_leaves_of_their_own(data: bytes) -> None:
    found, _ = _leaves(b"From: a@b.example\n\nSee this.\n" + _uu(data) + b"Regards\n")
    assert [leaf.meta.filename for leaf in found] == ["", "seeds.bin"]
    assert found[1].data == data


def test_a_text_about_begin_and_end_is_no_file() -> None:
    assert list(uuencoded(b"begin 644 words\nthat are not encoded at all, are they\nend\n")) == []


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="seeds.pdf"', "seeds.pdf"),
        ("attachment; filename*=utf-8''caf%C3%A9.pdf", "caf\u00e9.pdf"),
        ("attachment; filename*=''caf%C3%A9.pdf", "caf\u00e9.pdf"),
        (
            "attachment; filename*0*=utf-8''caf%C3; filename*1*=%A9; filename*2=.pdf",
            "caf\u00e9.pdf",
        ),
        ('attachment; filename="=?utf-8?q?caf=C3=A9.pdf?="', "caf\u00e9.pdf"),
        ('attachment; filename="caf\u00e9.pdf"', "caf\u00e9.pdf"),
        ("attachment; filename*99999999999999999999=x", ""),
        ('attachment; filename="' + ";" * 100_000, ""),
        ("attachment", ""),
    ],
)
def test_file_names_are_decoded(header: str, name: str) -> None:
    part = f"Content-Type: application/pdf\nContent-Disposition: {header}\n\nx".encode()
    found = _leaves(_mixed(part))[0][0].meta
    assert (found.filename == name) if name else len(found.filename) <= 255


def test_a_missing_boundary_is_guessed_from_the_parts() -> None:
    raw = (
        b"From: a@b.example\nContent-Type: multipart/mixed\n\n"
        b"--XX\nContent-Type: text/plain\n\nhello\n--XX\nContent-Type: image/png\n\nPNG\n--XX--\n"
    )
    found, defects = _leaves(raw)
    assert [leaf.data for leaf in found] == [b"hello", b"PNG"]
    assert "boundary-guessed" in defects


def test_a_multipart_without_any_part_is_text() -> None:
    found, _ = _leaves(b"From: a@b.example\nContent-Type: multipart/mixed; boundary=B\n\nhello\n")
    assert [leaf.data for leaf in found] == [b"hello\n"]


def test_a_mail_without_its_last_boundary_keeps_its_last_part() -> None:
    found, _ = _leaves(_mixed(b"\none", b"\ntwo").removesuffix(b"--B--\n"))
    assert [leaf.data.strip() for leaf in found] == [b"one", b"two"]


def test_text_behind_the_last_boundary_is_told() -> None:
    _, defects = _leaves(_mixed(b"\none") + b"One more thing.\n")
    assert "text-after-end" in defects


def test_the_number_of_parts_is_capped() -> None:
    found, defects = _leaves(_mixed(*[b"\nx"] * 5000))
    assert len(found) <= MAX_PARTS + 1
    assert "too-many-parts" in defects


def test_depth_is_capped_and_what_is_deeper_is_kept_as_bytes() -> None:
    raw = b"From: a@b.example\n"
    for level in range(300):
        raw += b"Content-Type: multipart/mixed; boundary=B%d\n\n--B%d\n" % (level, level)
    found, _ = _leaves(raw + b"\nthe core\n")
    assert b"the core" in b"".join(leaf.data for leaf in found)


def test_an_attached_multipart_attaches_all_in_it() -> None:
    inner = b"Content-Type: multipart/mixed; boundary=C\nContent-Disposition: attachment\n\n--C\n\ntext\n--C--\n"
    found, _ = _leaves(_mixed(b"\nbody", inner))
    assert [leaf.attached for leaf in found] == [False, True]


def test_a_boundary_with_a_replaced_sign_is_no_exception() -> None:
    """Found by mutating corpus mails: the repaired boundary held U+FFFD, which is not ASCII."""
    raw = (
        b"Content-Type: multipart/alternative;\r\n boundary=\r\n\r\n"
        b'boundary="----=_Pa\xcd\x1e"\r\n\r\n------=_Pa\xcd\x1e\r\nContent-Type: text/plain\r\n\r\nx\r\n'
        b"------=_Pa\xcd\x1e--\r\n"
    )
    parse(raw)
    parse(b"Content-Type: multipart/mixed; boundary==?utf-8?q?=ff=fe?=\r\n\r\n--\xff\r\n\r\nx\r\n")


@pytest.mark.parametrize("size", [100, 4_000, 60_000])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("text", [b"base64", b"=block=taken=out=0. is ours, in place of a file"])
def test_long_files_come_out_whole_wherever_they_stand(size: int, end: bytes, text: bytes) -> None:
    files = [bytes(range(seed, 256)) * (size // 250 + 1) for seed in range(4)]
    first, second, third, fourth = (base64.encodebytes(file) for file in files)
    label = b"Content-Transfer-Encoding: base64\n\n"
    inner = _mixed(label + second, label + third + b"\nthe list's footer\n").partition(b"\n")[2]
    raw = _mixed(
        b"\n" + text,
        label + first,
        inner.replace(b"B", b"C", 1).replace(b"--B", b"--C"),
        b"Content-Type: message/rfc822\n" + label + fourth,
    )
    found, _ = _leaves(raw.replace(b"\n", end))
    assert [leaf.data for leaf in found[:3]] == [text, files[0], files[1]]
    assert found[3].data.startswith(files[2])
    assert found[3].data.rstrip().endswith(b"footer")
    assert found[4].data == files[3]
