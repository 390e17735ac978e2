"""Local part <-> Route: what each of our addresses means (COMMANDS D1). Pure.

Both `group-verb@` and `group+verb@` are read, and the old `verb.group@`. Tokens are lower-cased on
the way by many systems, so nothing here depends on case.
"""

from __future__ import annotations

import re

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
_GROUP_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,22}[a-z0-9])")
_TOKEN = re.compile(r"[a-z2-7-]{1,64}")


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
    if _GROUP_NAME.fullmatch(head) and tail in VERBS:
        return Route(RouteKind.COMMAND, address, group=head, verb=VERBS[tail])
    if _GROUP_NAME.fullmatch(head) and tail in _KINDS:
        return Route(_KINDS[tail], address, group=head, verb=tail)
    named = _with_suffix(address, head)
    if named is None or not _TOKEN.fullmatch(tail):
        return Route(RouteKind.UNKNOWN, address)
    return Route(named.kind, address, named.group, named.verb, token=tail)


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


def leave_address(group: str, token: str, domain: str) -> str:
    """Personal address that takes one member out of the group."""
    return f"{group}-leave+{token}@{domain}"


def confirm_address(group: str, token: str, domain: str) -> str:
    """Reply address of a letter that asks for a confirmation."""
    return f"{group}-confirm+{token}@{domain}"
