"""What is right, doubtful or wrong with this host, and what Gmail and Outlook refuse because of it.

Pure, over `checkup.Facts`, which `dgroup.doctor.facts` gathers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dgroup.config import Config
from dgroup.doctor import host as doctor_host
from dgroup.doctor import mail as doctor_mail
from dgroup.doctor import names as doctor_names
from dgroup.doctor.checkup import Facts, Finding, Level, Names

BULK = "5,000 mails a day from us"
"""from here on both ask for more (STANDARDS 21); Gmail then counts the domain as bulk for ever"""


def findings(config: Config, facts: Facts) -> list[Finding]:
    """Judge everything that was looked at, in the order in which it is told."""
    found: list[Finding] = []
    if facts.names_problem:
        cure = "set site.domain" if facts.names is None else ""
        found.append(Finding("names", "names", Level.WRONG, facts.names_problem, cure))
    if facts.names is not None:
        found += doctor_names.silence(config, facts.names)
        found += doctor_names.findings(config, facts.names)
    if facts.smarthost is not None:
        found += doctor_mail.smarthost(config, facts.smarthost)
    found += doctor_mail.own_certificate(config, facts)
    if facts.web is not None:
        found += doctor_mail.one_click(config, facts.web)
    found += doctor_host.clock(facts)
    found += doctor_host.store(config, facts)
    found += map(doctor_host.space, facts.disks)
    found += doctor_host.permissions(facts.secrets)
    if facts.names is not None:
        found += providers(facts.names, found)
    return found


# --- What the large ones refuse ---------------------------------------------------------------


def providers(names: Names, found: Sequence[Finding]) -> Iterator[Finding]:
    """Say what Gmail and Outlook refuse now, and what they refuse once they get `BULK` (STANDARDS 21)."""
    worst = _worst(found)
    refused = list(_refused(names, worst))
    text = f"Gmail refuses our mail: {'; '.join(refused)}" if refused else ""
    yield _provider("gmail", refused, text, [*_bulk(worst), *_gmail(worst)])
    yield _provider("outlook", [], "", list(_bulk(worst)))


def _worst(found: Sequence[Finding]) -> dict[str, Level]:
    order = list(Level)
    worst: dict[str, Level] = {}
    for one in found:
        worst[one.check] = max(worst.get(one.check, Level.OK), one.level, key=order.index)
    return worst


def _refused(names: Names, worst: dict[str, Level]) -> Iterator[str]:
    unsigned = worst.get("dkim") is Level.WRONG or not names.keys
    if worst.get("spf") is Level.WRONG and unsigned:
        hope = "" if names.keys else " (unless the smarthost signs)"
        yield f"neither SPF nor DKIM vouches for it, 550 5.7.26{hope}"
    if worst.get("ptr") is Level.WRONG:
        yield "our address has no name that leads back to it, 550 5.7.25"


def _bulk(worst: dict[str, Level]) -> Iterator[str]:
    for check, what in (("spf", "SPF"), ("dkim", "DKIM"), ("dmarc", "DMARC")):
        if worst.get(check) is Level.WRONG:
            yield what
        elif worst.get(check) is Level.LOOK:
            yield f"{what} (see above)"


def _gmail(worst: dict[str, Level]) -> Iterator[str]:
    if Level.WRONG in {worst.get("one-click"), worst.get("one-click-signed")}:
        yield "leaving by one click"


def _provider(name: str, refused: Sequence[str], text: str, lacks: Sequence[str]) -> Finding:
    shown = name.title()
    more = (
        f"once {shown} gets {BULK} it refuses them for want of {', '.join(lacks)}" if lacks else ""
    )
    if refused:
        whole = f"{text}; {more}" if more else text
        return Finding("providers", name, Level.WRONG, whole, "mend the lines above that say so")
    if lacks:
        level = Level.LOOK if all("see above" in one for one in lacks) else Level.WRONG
        return Finding("providers", name, level, more, "mend the lines above that say so")
    text = f"{shown}: nothing was found for which it refuses mail"
    return Finding("providers", name, Level.OK, text)
