"""Mail to try things out lands in one Maildir per recipient, and nowhere else."""

from __future__ import annotations

import mailbox
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dgroup.sending.maildir import deliver, folder_name
from dgroup.sending.pipeline import Copy, body_of

TEXT = b"Subject: hi\r\n\r\n.dot\r\n..\r\nend\r\n"


def copy(recipient: str) -> Copy:
    return Copy(1, "water-bounces+t@lists.example", recipient, b"X-To: me\r\n", body_of(TEXT))


def test_a_mail_program_finds_the_mail(tmp_path: Path) -> None:
    deliver(tmp_path / "out", [copy("Ana@ngo.example"), copy("ben@ngo.example")])
    box = mailbox.Maildir(tmp_path / "out" / "ana@ngo.example", create=False)
    (mail,) = box
    assert mail["Return-Path"] == "<water-bounces+t@lists.example>"
    assert mail["Delivered-To"] == "Ana@ngo.example"
    assert mail["X-To"] == "me"
    assert mail.get_payload() == ".dot\n..\nend\n"


@pytest.mark.parametrize(
    "address", ["../../etc/x@y", "/abs@y", ".hidden@y", "..", "", "a\0b@c", "a" * 500 + "@b", "é@b"]
)
def test_no_address_leaves_the_folder(tmp_path: Path, address: str) -> None:
    root = tmp_path / "out"
    deliver(root, [copy(address)])
    assert [entry.parent for entry in root.iterdir()] == [root]
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"]


@given(st.text(max_size=200), st.text(max_size=200))
def test_different_addresses_have_different_folders(one: str, two: str) -> None:
    for name in (folder_name(one), folder_name(two)):
        assert name
        assert not name.startswith(".")
        assert "/" not in name
        assert name.isascii()
        assert name.isprintable()
        assert len(name) < 200
    if one.lower() != two.lower() and one and two:
        assert folder_name(one) != folder_name(two)
