"""People in vCards (RFC 6350, 2426 and vCard 2.1): addresses and names, nothing else. Nothing raises.

Not by vobject 0.9: it raises UnicodeDecodeError where a quoted-printable name of a 2.1 card wraps
inside a letter, and a file's good cards are lost with one that is not closed.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator

from dgroup.commands.people import Found, name_of, read_line
from dgroup.commands.text import clean

MAX_LINES = 60_000
_BEGIN = re.compile(r"^\ufeff?\s*BEGIN:VCARD", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([,;:\\nN])")


def is_cards(text: str) -> bool:
    """Tell whether a file holds vCards."""
    return _BEGIN.match(text) is not None


def read_cards(text: str, found: Found) -> None:
    """Read the person of each card: the first address, and FN, else N."""
    names: dict[str, str] = {}
    addresses: list[str] = []
    for line in _unfolded(text):
        key, _, value = line.partition(":")
        field, _, parameters = key.upper().partition(";")
        field = field.rpartition(".")[2].strip()  # "item1.EMAIL" of address books on phones
        if field == "BEGIN":
            names, addresses = {}, []
        elif field == "EMAIL" and len(addresses) < 20:
            addresses.append(_plain(value, parameters))
        elif field in {"FN", "N"}:
            names.setdefault(field, _plain(value, parameters))
        elif field == "END":
            _take(names, addresses, found)
            names, addresses = {}, []
        if found.truncated:
            return


def _take(names: dict[str, str], addresses: list[str], found: Found) -> None:
    name = names.get("FN", "").strip() or _spoken(names.get("N", ""))
    if not addresses:
        found.problem(name, "no-address")
        return
    one = Found(skipped=found.skipped, ours=found.ours)
    read_line(clean(addresses[0]), one)
    for line, why in one.problems:
        found.problem(line, why)
    for named in one.people.values():
        found.add(type(named)(named.address, name_of(clean(name))))


def _spoken(structured: str) -> str:
    """Give "family;given;additional" as it is spoken: given, additional, family."""
    family, given, additional = [*structured.split(";"), "", "", ""][:3]
    return " ".join(part.strip() for part in (given, additional, family) if part.strip())


def _unfolded(text: str) -> Iterator[str]:
    """Lines with their continuations: by white space (RFC 6350 3.2), or by `=` at the end in 2.1."""
    held = ""
    for whole in text.splitlines()[:MAX_LINES]:
        line = whole[:2000]
        if held and line[:1] in {" ", "\t"}:
            held = f"{held}{line[1:]}"[:4000]
        elif held.endswith("=") and "QUOTED-PRINTABLE" in held.upper():
            held = f"{held[:-1]}{line}"[:4000]
        else:
            if held:
                yield held
            held = line
    yield held


def _plain(value: str, parameters: str) -> str:
    if "QUOTED-PRINTABLE" in parameters:
        charset = "utf-8" if "UTF-8" in parameters or "CHARSET" not in parameters else "cp1252"
        value = quopri.decodestring(value.encode("ascii", "replace")).decode(charset, "replace")
    return _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], value)
