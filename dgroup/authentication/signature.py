"""Mails made ready to leave under our name: posts sealed, everything prepared to be signed copy by copy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from dgroup.authentication import dkimkeys
from dgroup.authentication.arcseal import sealed
from dgroup.authentication.dkimcanon import Mail
from dgroup.authentication.sign import Key, Signable, Signing
from dgroup.config import Config
from dgroup.errors import ConfigError, InputError, Mistake
from dgroup.model import MailClass
from dgroup.splice import crlf, split


@dataclass(frozen=True, slots=True)
class Signature:
    """Our keys, and what stands in what we seal."""

    signing: Signing
    authserv_id: str
    """the name in Authentication-Results of ours"""
    clock: Callable[[], datetime]

    def prepared(self, whole: bytes, mail_class: MailClass) -> tuple[bytes, Signable | None]:
        """Give a mail as it goes out, and what signs its copies. A post that carries our verdicts
        gets our ARC set. A mail with an endless header goes as it is."""
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
        """Take our verdicts off again: they stand in the set, and no other host may believe them."""
        fields, offset = split(text)
        begin = f"Authentication-Results: {self.authserv_id};".encode("ascii")
        kept = [one.raw for one in fields if not one.raw.startswith(begin)]
        return text if len(kept) == len(fields) else b"".join(kept) + text[offset:]


def from_settings(config: Config, clock: Callable[[], datetime]) -> Signature | None:
    """Read the keys; None where there are none. ConfigError for what is no key."""
    ours = config.dkim
    named = (
        ("key_file", ours.selector, ours.key_file),
        ("ed25519_key_file", ours.ed25519_selector, ours.ed25519_key_file),
    )
    keys: list[Key] = []
    for setting, selector, path in named:
        if path is None:
            continue
        try:
            keys.append(Key(selector, dkimkeys.read(path)))
        except InputError as error:
            raise ConfigError("settings", (Mistake(0, f"dkim.{setting}", str(error)),)) from error
    if not keys:
        return None
    signing = Signing(config.dkim.domain or config.site.domain, tuple(keys))
    return Signature(signing, config.authserv_id, clock)
