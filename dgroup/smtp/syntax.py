"""The words of an SMTP session, apart: command lines, paths, XFORWARD, enhanced status codes.

Pure functions over text; nothing here knows of a connection.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from dgroup.model import Reply

MAX_COMMAND = 2048
"""Bytes of a command line: RFC 5321 4.5.3.1.4 asks for 512 and every extension for some more."""

MAX_PATH = 512
"""Characters of a path; RFC 5321 4.5.3.1.3 asks for 256, personal reverse-paths are longer."""

_PATH = re.compile(
    r"""\s*<(?:@[^:<>\s]+:)?(?P<path>(?:(?:"(?:[^"\\\x00-\x1f\x7f]|\\[\x20-\x7e])*"
    |[^\x00-\x20\x7f<>"@]+)(?:@[^\x00-\x20\x7f<>"@]+)?)?)>(?P<rest>.*)""",
    re.VERBOSE | re.DOTALL,
)
_BARE = re.compile(
    r'\s*(?P<path>[^\x00-\x20\x7f<>"@]+(?:@[^\x00-\x20\x7f<>"@]+)?)(?P<rest>.*)', re.DOTALL
)
_HAS_STATUS = re.compile(r"[2345]\d\d[ -][245]\.\d{1,3}\.\d{1,3}(?: |$)")
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_STATUS = {
    252: "2.1.5",
    454: "4.7.0",
    500: "5.5.2",
    501: "5.5.4",
    502: "5.5.1",
    503: "5.5.1",
    530: "5.7.0",
    552: "5.3.4",
    553: "5.1.3",
    555: "5.5.4",
}
_XFORWARD = frozenset({"NAME", "ADDR", "PORT", "PROTO", "HELO", "IDENT", "SOURCE"})
_UNKNOWN = frozenset({"[UNAVAILABLE]", "[TEMPUNAVAIL]"})


def split_command(line: bytes) -> tuple[str, str | None]:
    """Verb in upper case and argument (None: there is none) of a line without its end.

    Bytes that are not UTF-8 come as surrogates, so that nothing is lost before the verb is known.
    """
    verb, _, argument = line.partition(b" ")
    text = argument.strip().decode("utf-8", "surrogateescape")
    return verb.decode("ascii", "replace").upper(), text or None


def parse_path(text: str) -> tuple[str, str] | None:
    """The mailbox of a path ('<>' for the null one) and the parameters behind it; None: malformed.

    Source routes are dropped (RFC 5321 4.1.1.3, appendix C); a path without brackets is understood.
    """
    found = _PATH.fullmatch(text) or _BARE.fullmatch(text)
    # what is not printable: controls, line ends of Unicode, bytes that were not UTF-8
    if found is None or len(found["path"]) > MAX_PATH or not found["path"].isprintable():
        return None
    return found["path"] or "<>", found["rest"]


def clean_name(name: str) -> str:
    """A client's own name (HELO) as it can stand in a header or a log: printable, at most 255."""
    return "".join(c if c.isprintable() and not c.isspace() else "?" for c in name[:255])


def clean_ip(text: str) -> str:
    """An IP address in its usual form: no zone, IPv4 where it is mapped. ValueError: it is none."""
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


@dataclass(frozen=True, slots=True)
class Forwarded:
    """What a trusted front says of the client that it had the mail from; '' is unknown."""

    peer: str = ""
    helo: str = ""


def parse_xforward(argument: str, before: Forwarded) -> Forwarded | None:
    """Add the attributes of one XFORWARD command to those `before`; None: malformed.

    Postfix' XFORWARD_README: NAME=value, value in xtext (RFC 3461 4), unknown in brackets.
    """
    result = before
    for word in argument.split():
        name, equals, value = word.partition("=")
        if not equals or name.upper() not in _XFORWARD:
            return None
        try:
            result = _with(result, name.upper(), _xtext(value))
        except ValueError:
            return None
    return result


def _with(known: Forwarded, name: str, value: str) -> Forwarded:
    if name == "ADDR":
        address = value[5:] if value.upper().startswith("IPV6:") else value
        return replace(known, peer="" if value in _UNKNOWN else clean_ip(address))
    if name == "HELO":
        return replace(known, helo="" if value in _UNKNOWN else clean_name(value))
    return known


def _xtext(value: str) -> str:
    return _XTEXT.sub(lambda found: chr(int(found[1], 16)), value)


def with_status(line: str) -> str:
    """A reply line with an enhanced status code where its writer gave none (RFC 2034, RFC 3463)."""
    if line[:1] not in {"2", "4", "5"} or _HAS_STATUS.match(line):
        return line
    code = int(line[:3])
    return f"{line[:4]}{_STATUS.get(code, f'{code // 100}.0.0')} {line[4:]}"


def one_reply(replies: Sequence[Reply]) -> Reply:
    """The single answer of SMTP to a mail for several recipients with fates of their own.

    All alike: that. Any kept: 250, since the mail is ours now. Else the first refusal (RULINGS 1).
    """
    if all(one == other for one, other in pairwise(replies)):
        return replies[0]
    kept = next((reply for reply in replies if reply.kept), None)
    return replace(kept, code=250) if kept else replies[0]
