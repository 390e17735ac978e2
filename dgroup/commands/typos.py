"""Slips in mail domains: which well-known domain, or domain of the group, somebody meant. Pure."""

from __future__ import annotations

from collections.abc import Mapping

# Big providers' domains that a slip of one key leads away from. A domain that stands here is right.
PROVIDERS = frozenset(
    """
    gmail.com googlemail.com hotmail.com hotmail.fr hotmail.es hotmail.it hotmail.co.uk hotmail.be
    hotmail.de outlook.com outlook.fr outlook.es outlook.pt outlook.com.br live.com live.fr
    live.co.uk yahoo.com yahoo.fr yahoo.es yahoo.it yahoo.de yahoo.in yahoo.co.uk yahoo.co.in
    yahoo.com.br yahoo.com.mx yahoo.com.ar ymail.com rocketmail.com icloud.com protonmail.com
    proton.me aol.com msn.com me.com mac.com mail.com email.com fastmail.com zoho.com gmx.com
    gmx.de gmx.net gmx.fr gmx.at gmx.ch web.de freenet.de t-online.de orange.fr wanadoo.fr free.fr
    laposte.net sfr.fr bluewin.ch skynet.be telenet.be libero.it virgilio.it tiscali.it uol.com.br
    bol.com.br terra.com.br ig.com.br sapo.pt mail.ru yandex.ru yandex.com qq.com 163.com 126.com
    rediffmail.com
    """.split()
)
_TARGET_LENGTH = 8
"""shorter domains have too many honest neighbours"""
_NAMES = {"gmail": "com", "hotmail": "com", "outlook": "com", "yahoo": "com", "icloud": "com"}
_BAD_ENDS = frozenset("con cm co om cim comm vom xom coma c".split())
"""what becomes of ".com" under a hurried thumb; for these names none of them is a country's"""
_LABEL_LENGTH = 6


def meant(address: str, domains: Mapping[str, int]) -> str:
    """Give the address that was probably meant, or '' where nothing looks wrong.

    `domains` are those of the group's members, with how many each has: what members use is right,
    and what at least two of them use may be meant.
    """
    local, _, domain = address.rpartition("@")
    domain = domain.lower()
    if not local or domain in PROVIDERS:
        return ""
    target = _provider(domain)
    if not target and domain not in domains:
        target = _neighbour(domain, domains)
    return f"{local}@{target}" if target else ""


def _provider(domain: str) -> str:
    name, _, end = domain.partition(".")
    if name in _NAMES:
        # A country's own domain of a provider is honest, whether or not we know it.
        return f"{name}.{_NAMES[name]}" if end in _BAD_ENDS or end.startswith("com.com") else ""
    near = sorted(one for one in PROVIDERS if len(one) >= _TARGET_LENGTH and one_slip(domain, one))
    return min(near, key=_popularity) if near else ""


def _popularity(domain: str) -> tuple[bool, str]:
    name, _, end = domain.partition(".")
    return (_NAMES.get(name) != end, domain)


def _neighbour(domain: str, domains: Mapping[str, int]) -> str:
    """A domain of at least two members, long enough that one key apart is no accident."""
    near = [
        (-count, one)
        for one, count in domains.items()
        if count > 1 and len(one.partition(".")[0]) >= _LABEL_LENGTH and one_slip(domain, one)
    ]
    return min(near)[1] if near else ""


def one_slip(typed: str, wanted: str) -> bool:
    """Tell whether one key lies between two words: left out, added, another, or two swapped."""
    if typed == wanted or abs(len(typed) - len(wanted)) > 1:
        return False
    start = 0
    while start < min(len(typed), len(wanted)) and typed[start] == wanted[start]:
        start += 1
    left, right = typed[start:], wanted[start:]
    if len(left) == len(right):
        swapped = len(left) > 1 and left[:2] == right[1::-1] and left[2:] == right[2:]
        return left[1:] == right[1:] or swapped
    return left[1:] == right if len(left) > len(right) else left == right[1:]
