"""What our name stands under: the keys of the settings, and mails made ready to be signed with them."""

from __future__ import annotations

import logging
import stat
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from dgroup import config
from dgroup.arcseal import sealed
from dgroup.config import Config
from dgroup.dkimcanon import Mail
from dgroup.dkimparts import MIN_BITS
from dgroup.errors import ConfigError, Mistake
from dgroup.model import MailClass
from dgroup.sign import Key, Signable, Signing
from dgroup.splice import crlf, split

log = logging.getLogger("dgroup.signature")


@dataclass(frozen=True, slots=True)
class Signature:
    """Makes mails ready to be signed copy by copy, and seals posts."""

    signing: Signing
    authserv_id: str
    """the name in Authentication-Results of ours"""
    clock: Callable[[], datetime]

    def prepared(self, whole: bytes, mail_class: MailClass) -> tuple[bytes, Signable | None]:
        """Give a mail as it goes out, and what signs its copies. A post gets our ARC set where it
        carries our verdicts. A mail with an endless header goes as it is."""
        text = crlf(whole)
        if not text.endswith(b"\r\n"):
            text += b"\r\n"
        mail = Mail(text)
        if not mail.whole:
            return text, None
        if mail_class is MailClass.POST:
            text = sealed(mail, self.signing, self.authserv_id, self.clock()) + self._bare(text)
        return text, Signable(text, self.signing, mail.body_hash(relaxed=True))

    def _bare(self, text: bytes) -> bytes:
        """Take our own verdicts off again: they stand in the set, and others' hosts drop them."""
        begin = f"Authentication-Results: {self.authserv_id};".encode("ascii")
        if begin not in text:
            return text
        fields, offset = split(text)
        return b"".join(one.raw for one in fields if not one.raw.startswith(begin)) + text[offset:]


def signature(settings: Config, clock: Callable[[], datetime]) -> Signature | None:
    """Read the keys of the settings; None where there are none. ConfigError for one that is no key."""
    ours, base = settings.dkim, settings.dkim
    named = ((ours.selector, ours.key_file, "dkim.key_file"),
             (ours.ed25519_selector, ours.ed25519_key_file, "dkim.ed25519_key_file"))
    keys = tuple(Key(selector, read_key(path, setting)) for selector, path, setting in named if path)
    if not keys:
        return None
    domain = base.domain or settings.site.domain
    return Signature(Signing(domain, keys), settings.authserv_id, clock)


def read_key(path: Path, setting: str) -> config.PrivateKey:
    """Read a key of ours; ConfigError says what is wrong with it. One that others may read is told."""
