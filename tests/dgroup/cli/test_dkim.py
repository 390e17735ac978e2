"""`dgroup dkim key`: a key that only its owner can read, and a line that a zone takes."""

from __future__ import annotations

import re

import dns.zone
from dns.rdtypes.ANY.TXT import TXT

from dgroup.authentication import dkimkeys
from tests.dgroup.cli.commandline import Folder


def published(said: str, name: str) -> str:
    """The TXT record that the printed line publishes, as a name server reads it."""
    line = next(line for line in said.splitlines() if "_domainkey" in line)
    head = "@ 3600 IN SOA ns.lists.example. x.lists.example. 1 2 3 4 5\n@ 3600 IN NS ns.lists.example.\n"
    zone = dns.zone.from_text(f"{head}{line.replace(' IN TXT', ' 3600 IN TXT')}\n", "localhost.")
    (record,) = list(zone.find_rdataset(name, "TXT"))
    assert isinstance(record, TXT)
    return b"".join(record.strings).decode()


def test_a_key_is_made_once_and_its_line_printed_again(folder: Folder) -> None:
    folder.done("init")
    said = folder.done("dkim", "key")
    path = folder.path / "data" / "dkim" / "dgroup.pem"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert f'key_file = "{path}"' in said
    key = dkimkeys.read(path)
    assert published(said, "dgroup._domainkey") == dkimkeys.record(key)
    again = folder.done("dkim", "key")
    assert again.startswith("There already:")
    assert published(again, "dgroup._domainkey") == dkimkeys.record(key)


def test_a_second_key_and_names_of_ones_own(folder: Folder) -> None:
    folder.done("init")
    (folder.path / "config.toml").write_text(
        '[dkim]\nkey_file = "a.pem"\ned25519_selector = "e1"\ned25519_key_file = "keys/e.pem"\n'
    )
    first = folder.done("dkim", "key")
    assert (folder.path / "a.pem").is_file()
    assert "[dkim]" not in first
    second = folder.done("dkim", "key", "--ed25519")
    assert re.fullmatch(r"v=DKIM1; k=ed25519; p=\S{44}", published(second, "e1._domainkey"))


def test_what_is_no_key_is_not_overwritten(folder: Folder) -> None:
    folder.done("init")
    path = folder.path / "data" / "dkim" / "dgroup.pem"
    path.parent.mkdir()
    path.write_text("precious")
    assert "holds no private key" in folder.refused("dkim", "key", code=2)
    assert path.read_text() == "precious"


def test_settings_that_do_not_fit(folder: Folder) -> None:
    settings = folder.path / "config.toml"
    settings.write_text('[dkim]\ned25519_key_file = "e.pem"\ned25519_selector = "dgroup"\n')
    said = folder.refused("dkim", "key", code=2)
    assert "ed25519_key_file" in said
    assert "ed25519_selector" in said
