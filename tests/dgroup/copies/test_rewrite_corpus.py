"""Real mails go out as their authors wrote them: signatures hold, parts keep every byte."""

from __future__ import annotations

import logging
import subprocess
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path

import dkim
import pytest

from dgroup.copies.rewrite import personal_lines, rewrite
from dgroup.splice import crlf
from tests.corpus import corpus_files, corpus_path
from tests.dgroup.copies.test_rewrite import CONTEXT, GROUP, SITE, publishes, sent
from tests.parts import program


def test_signed_mails_of_the_corpus_still_verify(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    records = [
        line.strip()
        for path in [*corpus_files("auth", pattern="*.txt"), *corpus_files("auth", pattern="*.dns")]
        for line in [path.read_bytes().strip(), *path.read_bytes().splitlines()]
        if b"p=" in line
    ]
    corpus_path("auth")
    verified = 0
    for path in [
        *corpus_files("auth", "dkimpy"),
        *corpus_files("auth"),
        *corpus_files("mime-torture"),
    ]:
        raw = path.read_bytes()
        if b"DKIM-Signature:" not in raw[:20_000]:
            continue
        after = sent(raw)
        for index, record in [(index, record) for index in (0, 1) for record in records]:
            if verifies(raw, index, record):
                assert verifies(after, index, record), path.name
                verified += 1
    assert verified >= 5


def verifies(raw: bytes, index: int, record: bytes) -> bool:
    try:
        return bool(dkim.DKIM(raw).verify(idx=index, dnsfunc=publishes(record)))
    except (dkim.DKIMException, IndexError, ValueError):
        return False


SMIME = [
    path
    for path in corpus_files("mime-torture", pattern="*.eml")
    if b"pkcs7-mime" in (raw := path.read_bytes()) or b"pkcs7-signature" in raw
]


@pytest.mark.skipif(not SMIME, reason="no corpus: set DGROUP_CORPUS")
def test_smime_mails_of_the_corpus_still_verify(tmp_path: Path) -> None:
    openssl = program("openssl", "openssl")

    def holds(raw: bytes) -> bool:
        mail = tmp_path / "mail.eml"
        mail.write_bytes(raw)
        say = [str(openssl), "cms", "-verify", "-noverify", "-in", str(mail), "-out", "/dev/null"]
        return subprocess.run(say, capture_output=True, check=False).returncode == 0

    verified = 0
    for path in SMIME:
        raw = path.read_bytes()
        if holds(raw):
            assert holds(personal_lines("water", "lists.example", SITE.base_url, "t") + sent(raw))
            assert holds(crlf(sent(raw)))
            verified += 1
    assert verified >= 5


def test_parts_of_signed_and_encrypted_mails_keep_every_byte() -> None:
    for path in corpus_files("mime-torture", pattern="*.eml"):
        raw = path.read_bytes()
        if b"multipart/signed" in raw or b"multipart/encrypted" in raw:
            done = rewrite(raw, CONTEXT)
            assert done.whole(raw).endswith(raw[done.body_offset :]), path.name
            kept = [
                line
                for line in raw[: done.body_offset].splitlines()
                if line.lower().startswith(b"content-")
            ]
            assert all(line in done.head for line in kept), path.name


def test_without_steps_every_mail_is_itself() -> None:
    for path in [*corpus_files("mime-torture"), *corpus_files("bounces"), *corpus_files("auth")]:
        raw = path.read_bytes()
        assert rewrite(raw, CONTEXT, steps=()).whole(raw) == raw, path.name


def test_every_mail_of_the_corpus_can_be_sent() -> None:
    tagged = replace(CONTEXT, group=replace(GROUP, tag="water"), parent_id="p@x")
    for path in [*corpus_files("mime-torture"), *corpus_files("bounces")]:
        raw = path.read_bytes()
        done = rewrite(raw, tagged)
        assert done.whole(raw).endswith(raw[done.body_offset :])
        assert message_from_bytes(crlf(done.whole(raw))).get_all("List-Id") == [
            "Water and seeds <water.lists.example>"
        ], path.name
