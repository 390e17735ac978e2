"""Local part <-> Route: what each of our addresses means (COMMANDS D1). Pure.

Both `group-verb@` and `group+verb@` are read, and the old `verb.group@`. Tokens are lower-cased on
the way by many systems, so nothing here depends on case.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from archive.ids import RESERVED_SEGMENTS, is_key
from dgroup.model import Route, RouteKind

# What the address's verb is called in our code, by each word that members may write.
VERBS: dict[str, str] = {
    "join": "join",
    "subscribe": "join",
    "inscription": "join",
    "alta": "join",
    "entrar": "join",
    "leave": "leave",
    "unsubscribe": "leave",
    "desinscription": "leave",
    "baja": "leave",
    "sair": "leave",
    "request": "request",
    "help": "help",
    "add": "add",
    "invite": "invite",
    "remove": "remove",
    "pause": "pause",
    "resume": "resume",
    "each": "each",
    "daily": "daily",
    "weekly": "weekly",
    "monthly": "monthly",
    "light": "light",
    "status": "status",
}
_KINDS = {
    "owner": RouteKind.OWNER,
    "bounces": RouteKind.BOUNCE,
    "confirm": RouteKind.CONFIRM,
}
SUFFIXES = frozenset(VERBS) | frozenset(_KINDS) | {"re"}
SITE_NAMES = frozenset({"groups", "postmaster", "abuse"})
_SITE_ALSO = frozenset({"groups-owner", "groups-request", "groups-help"})
"""where a reply to the host's own letters goes"""
_GROUP_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,22}[a-z0-9])")
_TOKEN = re.compile(r"[a-z2-7-]{1,64}")
_ALIAS = re.compile(r"a-[a-z2-7]{26}")


def name_problem(name: str) -> str:
    """Say why `name` cannot be a group's name, or '' if it can (RULINGS 3)."""
    if not _GROUP_NAME.fullmatch(name):
        return "a group name has 2 to 24 of the characters a-z, 0-9 and '-'"
    if name in RESERVED_SEGMENTS or name in SITE_NAMES:
        return f"'{name}' is reserved"
    if name in SUFFIXES or name.rsplit("-", 1)[-1] in SUFFIXES:
        return f"'{name}' ends like a command address"
    return ""


def split_address(address: str) -> tuple[str, str]:
    """Give (local part, lower-cased domain) of an addr-spec; the domain is '' if there is none."""
    local, _, domain = address.strip().strip("<>").rpartition("@")
    return (local, domain.lower()) if local else (domain, "")


def route(address: str, domain: str) -> Route:
    """Tell what a recipient address is for. `domain` is ours; another gives UNKNOWN.

    Whether the group exists is not known here. RFC 5321 4.5.1: a bare `postmaster` is ours.
    """
    local, host = split_address(address)
    local = local.lower()
    if host != domain.lower() and not (local == "postmaster" and not host):
        return Route(RouteKind.UNKNOWN, address)
    if local in SITE_NAMES:
        return Route(RouteKind.SITE, address, verb=local)
    if local in _SITE_ALSO:
        return Route(RouteKind.SITE, address, verb="groups")
    return (
        _with_token(address, local)
        or _with_suffix(address, local)
        or _old_style(address, local)
        or _post(address, local)
    )


def _with_token(address: str, local: str) -> Route | None:
    head, plus, tail = local.partition("+")
    if not plus:
        return None
    if tail.startswith("re-") and is_key(tail[3:]):
        return Route(RouteKind.POST, address, group=head, reply_key=tail[3:])
    if _ALIAS.fullmatch(tail) and _GROUP_NAME.fullmatch(head) and not _with_suffix(address, head):
        return Route(RouteKind.ALIAS, address, group=head, token=tail[2:])
    if _GROUP_NAME.fullmatch(head) and tail in VERBS:
        return Route(RouteKind.COMMAND, address, group=head, verb=VERBS[tail])
    if _GROUP_NAME.fullmatch(head) and tail in _KINDS:
        return Route(_KINDS[tail], address, group=head, verb=tail)
    named = _with_suffix(address, head)
    if named is not None and named.kind is RouteKind.BOUNCE and verp_recipient(tail):
        return Route(named.kind, address, named.group, named.verb, token=tail)
    if named is None or not _TOKEN.fullmatch(tail):
        return Route(RouteKind.UNKNOWN, address)
    return Route(named.kind, address, named.group, named.verb, token=tail)


def verp_recipient(tail: str) -> str:
    """Give the recipient whom a smarthost wrote into a reverse-path, 'ana=ngo.example' -> 'ana@ngo.example';
    '' where there is none."""
    local, _, domain = tail.rpartition("=")
    there = f"{local}@{domain}"
    return there if local and "." in domain and is_sendable(there) else ""


def _with_suffix(address: str, local: str) -> Route | None:
    group, dash, word = local.rpartition("-")
    if not dash or not _GROUP_NAME.fullmatch(group):
        return None
    if word in _KINDS:
        return Route(_KINDS[word], address, group=group, verb=word)
    if word in VERBS:
        return Route(RouteKind.COMMAND, address, group=group, verb=VERBS[word])
    return None


def _old_style(address: str, local: str) -> Route | None:
    word, dot, group = local.partition(".")
    if dot and word in VERBS and _GROUP_NAME.fullmatch(group):
        return Route(RouteKind.COMMAND, address, group=group, verb=VERBS[word])
    return None


def _post(address: str, local: str) -> Route:
    if _GROUP_NAME.fullmatch(local):
        return Route(RouteKind.POST, address, group=local)
    return Route(RouteKind.UNKNOWN, address)


def own_group(address: str, domain: str) -> str | None:
    """Name the group that an address would belong to if there is such a group; '' for an address of
    the host itself, None for one that can only be a person's, at `domain` (ours) too."""
    where = route(address, domain)
    if where.kind is RouteKind.SITE or where.group:
        return where.group
    local, host = split_address(address)
    head, plus, _ = local.partition("+")
    return own_group(f"{head}@{host}", domain) if plus else None


# --- People's addresses and names -----------------------------------------------------------

_PLAIN = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~.@-]+")
_SENDABLE = re.compile(
    r"[^\s@<>()\[\],;:\"\\\x00-\x20\x7f]{1,64}@[^\s@<>()\[\],;:\"\\\x00-\x20\x7f]{1,253}"
)
_NAME_LENGTH = 80
_KEPT_FORMAT = frozenset("\u200c\u200d")  # joiners that Persian and Indic names are spelt with


def comparable(address: str) -> str:
    """Give the form of an address that is compared: no angle brackets, lower case, the domain in
    its ASCII form (RFC 5891), so that one mailbox is one string."""
    plain = address.strip().strip("<>").lower()
    if _PLAIN.fullmatch(plain):
        return plain
    local, _, domain = plain.rpartition("@")
    return f"{unicodedata.normalize('NFC', local)}@{ascii_domain(domain)}"


def ascii_domain(domain: str) -> str:
    """Give a domain in its ASCII form; as it is where it has none."""
    try:
        return domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


def is_sendable(address: str) -> bool:
    """Tell whether mail can be addressed to it: one plain addr-spec (RFC 5321 4.1.2 without quoted
    local parts), nothing that could end a header or a command line."""
    return _SENDABLE.fullmatch(address) is not None and is_text(address)


def mentions(wanted: Sequence[str]) -> re.Pattern[str]:
    """Give what finds these addresses in a text, in any case, and never within longer ones:
    'ana@ngo.example' is no mention of 'a@ngo.example'."""
    if not wanted:
        return re.compile(r"(?!)")
    names = "|".join(map(re.escape, wanted))
    return re.compile(rf"(?<![\w.!#$%&*+/=?^`{{|}}~-])(?:{names})(?![\w-]|\.\w)", re.IGNORECASE)


def is_text(text: str) -> bool:
    """Tell whether a string holds only what UTF-8 can carry and a reader can see."""
    return all(unicodedata.category(sign) not in {"Cc", "Cs", "Cf", "Zl", "Zp"} for sign in text)


def clean_line(text: str, length: int) -> str:
    """Make one line of hostile text: no line ends, controls, direction marks or lone surrogates;
    cut at `length` characters, with an ellipsis."""
    if not text.isascii() or not text.isprintable():
        text = "".join(map(_clean_sign, text))
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "\u2026"


def _clean_sign(sign: str) -> str:
    category = unicodedata.category(sign)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    if category == "Cs":
        return "\ufffd"
    return "" if category == "Cf" and sign not in _KEPT_FORMAT else sign


def person_name(text: str) -> str:
    """Give a display name as we keep it: one short line; nothing where it holds an address."""
    name = clean_line(text, _NAME_LENGTH).strip("\"' ")
    return "" if "@" in name else name


# --- Building addresses -----------------------------------------------------------------------


def group_address(group: str, domain: str) -> str:
    """Where posts go."""
    return f"{group}@{domain}"


def command_address(group: str, verb: str, domain: str) -> str:
    """Where a command goes: 'water-leave@lists.example.org'."""
    return f"{group}-{verb}@{domain}"


def owner_address(group: str, domain: str) -> str:
    """Where people answer."""
    return f"{group}-owner@{domain}"


def bounce_address(group: str, token: str, domain: str) -> str:
    """Reverse-path of one member's copy (VERP)."""
    return f"{group}-bounces+{token}@{domain}"


def shared_bounce_address(group: str, token: str, domain: str) -> str:
    """Reverse-path of a copy that many share: `token` names the mail. Without it the smarthost writes each
    recipient in its place (XVERP): 'water-bounces+ana=ngo.example@lists.example.org'."""
    return bounce_address(group, f"m{token}", domain) if token else f"{group}-bounces@{domain}"


def leave_address(group: str, token: str, domain: str) -> str:
    """Personal address that takes one member out of the group."""
    return f"{group}-leave+{token}@{domain}"


def confirm_address(group: str, token: str, domain: str) -> str:
    """Reply address of a letter that asks for a confirmation."""
    return f"{group}-confirm+{token}@{domain}"


def alias_address(group: str, token: str, domain: str) -> str:
    """Stands in From for an author whose domain lets nobody else send: relays to them."""
    return f"{group}+a-{token}@{domain}"
