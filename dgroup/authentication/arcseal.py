"""Our own ARC set on a post (RFC 8617 5.1): what we saw when it came, sealed once for all its copies. Pure.

The message signature leaves out what each copy has of its own: the lines to leave by, and our DKIM
signature, which goes on top. So nothing that is added after the seal breaks it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from dgroup.authentication.arccheck import MAX_SETS, ArcSet, seal_claim, seal_octets, sets_of
from dgroup.authentication.dkimcanon import Mail, relaxed_field
from dgroup.authentication.dkimparts import UnusableError
from dgroup.authentication.sign import Key, Signing, chosen, field_of, folded_names

NAMES = (
    b"from sender author reply-to to cc subject date message-id in-reply-to references mime-version "
    b"content-type content-transfer-encoding list-id archived-at dkim-signature"
).split()
"""as often as they stand there; those of them that a later host adds go on top and break nothing"""
RESULTS = b"authentication-results"
_CLAIMS = ("none", "pass", "fail")


def sealed(
    mail: Mail,
    signing: Signing,
    authserv_id: str,
    at: datetime,
    names: Sequence[bytes] | None = None,
) -> bytes:
    """Give the fields of our set, to put on top of the mail; b'' where there is nothing to seal.

    The mail carries our own Authentication-Results, with the verdict on the chain in arc=: without
    it, or where the chain cannot be gone on with (it ended with cv=fail, has no number left, or is no
    chain), there is no set. `names` is what the message signature covers, NAMES unless given.
    """
    said = own_results(mail, authserv_id)
    key = next((one for one in signing.keys if isinstance(one.private, RSAPrivateKey)), None)
    claim = next((one[4:].split()[0] for one in said if one.startswith("arc=")), "")
    if key is None or claim not in _CLAIMS:
        return b""
    try:
        sets = sets_of(mail)
        ended = bool(sets) and seal_claim(sets[-1].seal) == "fail"
    except UnusableError:
        return b""
    if ended or len(sets) >= MAX_SETS or bool(sets) == (claim == "none"):
        return b""
    number = len(sets) + 1
    results = "".join(f";\r\n {one}" for one in said)
    head = f"ARC-Authentication-Results: i={number}; {authserv_id}{results}\r\n".encode("ascii")
    covered = _covered(mail) if names is None else list(names)
    message = _message(mail, covered, signing.domain, key, number, at)
    ours = ArcSet(head.removesuffix(b"\r\n"), message.removesuffix(b"\r\n"), b"ARC-Seal: b=")
    # Of a chain that failed only our own set is sealed (RFC 8617 5.1.2).
    scope = (*(sets if claim == "pass" else ()), ours)
    return _seal(scope, signing.domain, key, number, at, claim) + message + head


def own_results(mail: Mail, authserv_id: str) -> list[str]:
    """Give the results in our own Authentication-Results, in order; none where there is none."""
    found: list[str] = []
    for field in mail.named(RESULTS):
        first, _, rest = field.partition(b":")[2].partition(b";")
        if first.strip(b" \t\r\n") == authserv_id.encode("ascii") and rest.isascii():
            parts = rest.decode("ascii").split(";")
            found += [" ".join(part.split()) for part in parts if part.strip()]
    return found


def _covered(mail: Mail) -> list[bytes]:
    present = [name for name, _ in mail.fields]
    return [name for name in NAMES for _ in range(present.count(name))]


def _message(
    mail: Mail, names: Sequence[bytes], domain: str, key: Key, number: int, at: datetime
) -> bytes:
    fields = chosen(mail, names)
    hasher = hashlib.sha256(b"".join(relaxed_field(field) + b"\r\n" for field in fields))
    body = base64.b64encode(mail.body_hash(relaxed=True)).decode("ascii")
    text = folded_names([name.decode("ascii") for name in names])
    after = (
        f";\r\n bh={body}; c=relaxed/relaxed;\r\n d={domain}; h={text};\r\n i={number};"
        f" s={key.selector}; t={int(at.timestamp())}"
    )
    return field_of("ARC-Message-Signature", f"a={key.algorithm};\r\n b=", key, hasher, after)


def _seal(
    scope: Sequence[ArcSet], domain: str, key: Key, number: int, at: datetime, claim: str
) -> bytes:
    before = seal_octets(scope).removesuffix(b"arc-seal:b=")
    after = f"; cv={claim}; d={domain}; i={number};\r\n s={key.selector}; t={int(at.timestamp())}"
    begin = f"a={key.algorithm};\r\n b="
    return field_of("ARC-Seal", begin, key, hashlib.sha256(before), after)
