"""Checks of single settings: each gives what is wrong with a value, '' if nothing is. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Collection
from urllib.parse import urlsplit

ROLES = ("listen", "send", "work", "web")
"""take mail, send it, run the jobs and write pages, serve pages and one-click links"""
_CONTACT = re.compile(r"[^\s@<>,;:\"()]{1,64}@[^\s@<>,;:\"()]{1,253}")
_PLAIN_ADDRESS = re.compile(r"[!#-;=?-~]+")
_FIELD = re.compile(r"[!-9;-~]{1,76}(?::.{0,200})?")
_NODE = re.compile(r"[a-z0-9-]{1,16}")
_DOMAIN = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(?:\.(?!-)[a-z0-9-]{1,63}(?<!-))*")


def between(low: float, high: float) -> Callable[[float], str]:
    """Give the check for a number within bounds."""
    return lambda value: "" if low <= value <= high else f"needs a number from {low} to {high}"


def one_of(*words: str) -> Callable[[str], str]:
    """Give the check for one of some words."""
    return lambda value: "" if value in words else f"needs one of {', '.join(words)}"


def filled(value: str) -> str:
    """Check for a text."""
    return "" if value.strip() else "must not be empty"


def domain(value: str) -> str:
    """Check for a domain name."""
    fits = len(value) <= 253 and _DOMAIN.fullmatch(value)
    return "" if fits else "needs a domain name in lower case (in its xn-- form)"


def domain_or_empty(value: str) -> str:
    """Check for a domain name or nothing."""
    return domain(value) if value else ""


def domains(values: Collection[str]) -> str:
    """Check for domain names."""
    wrong = next((one for one in values if domain(one)), "")
    return f"needs domain names in lower case ({wrong} is none)" if wrong else ""


def contact(value: str) -> str:
    """Check for a mail address or nothing."""
    fits = not value or _CONTACT.fullmatch(value)
    return "" if fits else "needs one plain mail address, or nothing"


def web_address(value: str) -> str:
    """Check for the address of a web site."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return "needs an address that starts with http:// or https://"
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        return "needs an address that starts with http:// or https://"
    # It stands in header fields of every mail.
    fits = _PLAIN_ADDRESS.fullmatch(value)
    return "" if fits else "needs ASCII without spaces (a domain in its xn-- form)"


def networks(values: Collection[str]) -> str:
    """Check for addresses and networks."""
    for value in values:
        try:
            ipaddress.ip_network(value)
        except ValueError:
            return f"needs addresses or networks like 10.0.0.0/8 ({value} is none)"
    return ""


def roles_wrong(values: Collection[str]) -> str:
    """Say what is wrong with a list of roles, '' if nothing is."""
    fits = values and set(values) <= set(ROLES) and len(set(values)) == len(values)
    return "" if fits else f"needs some of {', '.join(ROLES)}, each once"


def node_name_wrong(value: str) -> str:
    """Say what is wrong with a node's name, '' if nothing is."""
    fits = not value or _NODE.fullmatch(value)
    return "" if fits else "needs up to 16 of a-z, 0-9 and '-', or nothing"


def fields_wrong(values: Collection[str]) -> str:
    """Say what is wrong with a list of further fields, '' if nothing is."""
    for value in values:
        if not _FIELD.fullmatch(value):
            return (
                f"needs names of fields like X-Our-Filter, or 'X-Verdict: spam' ({value} is none)"
            )
    return ""
