"""Keys of ours: made safely, read with plain words for what is wrong."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from dgroup.authentication import dkimkeys
from dgroup.errors import InputError


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "k.pem"
    key = dkimkeys.make(path)
    with pytest.raises(FileExistsError):
        dkimkeys.make(path)
    assert dkimkeys.record(dkimkeys.read(path)) == dkimkeys.record(key)


def test_one_that_others_can_read_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "k.pem"
    dkimkeys.make(path, ed25519=True)
    with caplog.at_level(logging.WARNING):
        dkimkeys.read(path)
        assert not caplog.records
        path.chmod(0o640)
        dkimkeys.read(path)
    assert "chmod 600" in caplog.text


@pytest.mark.parametrize("kind", ["curve", "locked"])
def test_keys_that_are_of_no_use(tmp_path: Path, kind: str) -> None:
    made = ec.generate_private_key(ec.SECP256R1()) if kind == "curve" else dkimkeys.generated()
    lock = BestAvailableEncryption(b"x") if kind == "locked" else NoEncryption()
    path = tmp_path / "k.pem"
    path.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
    with pytest.raises(InputError, match=r"k\.pem holds"):
        dkimkeys.read(path)


def test_a_long_record_is_cut_into_strings() -> None:
    line = dkimkeys.zone_line("s", "lists.example", "x" * 600)
    assert line.startswith('s._domainkey.lists.example. IN TXT ( "xxx')
    assert [len(piece) for piece in line.split('"')[1::2]] == [250, 250, 100]
