"""What a filter in front of us (rspamd, SpamAssassin) wrote into a mail's header. Pure.

Believed only of a mail that a trusted front handed us: a stranger's claims count for nothing. A front
takes such fields off what it takes in, so that one that says yes is its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from archive.headers import text_of
from dgroup.model import Envelope
from dgroup.splice import split

MAX_SAID = 120
_YES = re.compile(r"\s*(?:yes|true|1|spam)\b", re.IGNORECASE)
_RESULT = re.compile(
    r"\s*(?:[\w.-]+\s*:)?\s*(?P<is>true|false)\s*\[\s*(?P<score>-?\d+(?:\.\d+)?)\s*/\s*(?P<most>-?\d+(?:\.\d+)?)\s*\]",
    re.IGNORECASE,
)
_ACTION = re.compile(
    r"\s*(?:add[ _-]header|rewrite[ _-]subject|reject|quarantine)\b", re.IGNORECASE
)


def _is_result(value: str) -> bool:
    """'default: True [16.20 / 15.00]; ...' of rspamd."""
    found = _RESULT.match(value)
    if found is None:
        return False
    return found["is"].lower() == "true" or float(found["score"]) >= float(found["most"]) > 0


_FILTERS: Mapping[str, Callable[[str], object]] = {
    "x-spam": _YES.match,
    "x-spam-flag": _YES.match,
    "x-spam-status": _YES.match,
    "x-spamd-result": _is_result,
    "x-rspamd-action": _ACTION.match,
}


def said(envelope: Envelope, more: Collection[str]) -> str:
    """Give the field that calls a mail spam, as the log shows it, or ''.

    `more` are further fields that count: 'X-Our-Filter' where it says yes, 'X-Verdict: bulk' where it
    begins so.
    """
    if not envelope.trusted_front:
        return ""
    ours = [one.partition(":") for one in more]
    for field in split(envelope.raw)[0]:
        known = _FILTERS.get(field.name)
        wanted = [
            want.strip().lower() for name, _, want in ours if name.strip().lower() == field.name
        ]
        if known is None and not wanted:
            continue
        value = text_of(field.value.decode("utf-8", "replace"))[:1000]
        own = any(_begins(value, want) for want in wanted)
        if own or (known is not None and known(value)):
            return _line(field.raw.partition(b":")[0].decode("ascii", "replace"), value)
    return ""


def _begins(value: str, wanted: str) -> bool:
    return value.strip().lower().startswith(wanted) if wanted else _YES.match(value) is not None


def _line(name: str, value: str) -> str:
    whole = " ".join(f"{name.strip()}: {value}".split())
    return "".join(sign for sign in whole if sign.isprintable())[:MAX_SAID]
